"""JSON: search and as-you-type suggestions."""

from flask import Response, jsonify
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, Field

from kbplatform.accounts.permissions import READ
from kbplatform.bilingual import Lang
from kbplatform.search.forms import MOST_DAYS, Wanted
from kbplatform.search.service import MAX_QUERY_CHARS, SearchService
from kbplatform.web.access import current_viewer, requires
from kbplatform.web.api import ApiBlueprint, QueryModel

_TAG = Tag(name="search", description="Finding pages")


class SearchQuery(QueryModel):
    """``lang`` is a preference; the rest restricts. ``kind`` lists kinds with commas, articles alone by default; ``group`` is one
    group's id, ``only`` one language, ``since`` a number of days: what has changed in them. With ``explain`` hits say why."""

    q: str = Field("", max_length=MAX_QUERY_CHARS)
    lang: Lang = "zh"
    limit: int = Field(10, ge=1, le=50)
    kind: str = Field("", max_length=100, pattern=r"^[a-z,]*$")
    group: str = Field("", max_length=60, pattern=r"^[a-z0-9-]*$")
    only: Lang | None = None
    since: int | None = Field(None, ge=1, le=MOST_DAYS)
    explain: bool = False


class SuggestQuery(QueryModel):
    """What has been typed so far."""

    q: str = Field("", max_length=MAX_QUERY_CHARS)
    lang: Lang = "zh"
    limit: int = Field(8, ge=1, le=20)


class WhyOut(BaseModel):
    """What was ``typed`` was read as ``matched``, which stands on the page."""

    typed: str
    matched: str
    kind: str


class HitOut(BaseModel):
    """One page that answers; ``snippet`` is escaped HTML with ``<mark>``.

    ``why`` is empty unless ``explain`` was asked for, and where the words stand there as typed.
    """

    kind: str
    slug: str
    number: int | None
    lang: str
    title: str
    angle: str
    section: str
    snippet: str
    matched_by: str
    score: float
    url: str
    why: list[WhyOut]


class SearchOut(BaseModel):
    """Hits, best first. ``low_confidence``: nothing here is sure to answer."""

    query: str
    low_confidence: bool
    took_ms: float
    hits: list[HitOut]


class SuggestionOut(BaseModel):
    """A page whose title or other name begins like what was typed."""

    kind: str
    title: str
    angle: str
    lang: str
    number: int | None
    url: str


class SuggestOut(BaseModel):
    """Suggestions, best first."""

    query: str
    suggestions: list[SuggestionOut]


def make_api(search: SearchService) -> ApiBlueprint:
    """The JSON of the search feature."""
    api = ApiBlueprint("search_api", __name__, url_prefix="/api/v1", abp_tags=[_TAG])

    @api.get("/search", responses={200: SearchOut})
    @requires(READ)
    def find(query: SearchQuery) -> Response:
        """Find pages by words, pinyin, initials, with typos, in both languages."""
        asked = Wanted(query.kind, query.group, query.only or "", query.since or 0)
        result = search.search(
            query.q, lang=query.lang, audiences=search.audiences_of(current_viewer()), limit=query.limit, explain=query.explain, **asked.restricting()
        )
        return jsonify(
            {"query": query.q, "low_confidence": result.low_confidence, "took_ms": result.took_ms, "hits": [h.plain() for h in result.hits]}
        )

    @api.get("/suggest", responses={200: SuggestOut})
    @requires(READ)
    def suggest(query: SuggestQuery) -> Response:
        """What the reader may be about to type."""
        found = search.suggest(query.q, lang=query.lang, audiences=search.audiences_of(current_viewer()), limit=query.limit)
        rows = [{"kind": s.kind, "title": s.title, "angle": s.angle, "lang": s.lang, "number": s.number, "url": s.url} for s in found]
        return jsonify({"query": query.q, "suggestions": rows})

    return api
