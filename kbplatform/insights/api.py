"""JSON: asking for what search could not answer, and the list of what was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from flask import Response, jsonify
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from kbplatform.accounts.permissions import GAPS, READ
from kbplatform.articles.pages import ArticleCard
from kbplatform.bilingual import Lang, Text
from kbplatform.errors import wrong
from kbplatform.insights.forms import answer_url, current_asker, target_of
from kbplatform.insights.service import MOST_REASON, PAGE_SIZE, Gaps
from kbplatform.search.service import MAX_QUERY_CHARS
from kbplatform.web.access import current_actor, current_viewer, requires
from kbplatform.web.api import ApiBlueprint, Problem, QueryModel

if TYPE_CHECKING:
    from kbplatform.articles.service import ArticleService
    from kbplatform.insights.gaps import GapView

_TAG = Tag(name="insights", description="What search could not answer")
State = Literal["open", "answered", "declined", "merged"]


class AskIn(BaseModel):
    """A question without an answer. ``context`` says where it was asked: ``search``, ``desk``, an application of yours."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(min_length=1, max_length=MAX_QUERY_CHARS)
    lang: Lang = "zh"
    context: str = Field("", max_length=40, pattern=r"^[a-z0-9.:_-]*$")


class Answer(BaseModel):
    """A section that answers. Who may not read the article is not told of it."""

    slug: str
    section: str
    title: str
    url: str


class AskedOut(BaseModel):
    """``query`` is what was stored of it, without a customer's numbers (``hidden`` says so); ``count`` how often it was asked.

    ``answer``: somebody answered it before; it opens again. ``declined``: why it will not be answered.
    """

    id: int
    query: str
    count: int
    people: int
    hidden: bool
    answer: Answer | None
    declined: str


class GapsQuery(QueryModel):
    """Which gaps; all but merged ones without ``state``."""

    state: State | Literal[""] = ""
    sort: Literal["asked", "recent"] = "asked"
    page: int = Field(1, ge=1, le=100_000)


class WordingOut(BaseModel):
    """One way it was asked, and how often."""

    text: str
    lang: str
    asked: int


class GapOut(BaseModel):
    """A content gap. ``revision`` counts decisions."""

    id: int
    query: str
    lang: str
    state: State
    revision: int
    asked: int
    people: int
    first_asked_at: str
    last_asked_at: str
    wordings: list[WordingOut]
    answer: Answer | None
    reason: str
    merged_into: int | None
    reopened: int


class GapsOut(BaseModel):
    """A page of gaps."""

    total: int
    page_size: int
    gaps: list[GapOut]


class GapPath(BaseModel):
    """Which gap."""

    gap_id: int = Field(ge=1, lt=2**31)


class DecisionIn(BaseModel):
    """What becomes of a gap: ``answered`` with ``article`` (``slug`` or ``slug#section``), ``declined`` with ``reason``,
    ``merged`` with ``into``, or ``open`` again. With ``revision`` it is refused (409) where somebody decided since."""

    model_config = ConfigDict(extra="forbid")

    state: State
    article: str = Field("", max_length=300)
    reason: str = Field("", max_length=MOST_REASON)
    into: int | None = Field(None, ge=1, lt=2**31)
    revision: int | None = Field(None, ge=1, lt=2**31)


def make_api(gaps: Gaps, articles: ArticleService) -> ApiBlueprint:
    """``/api/v1/gaps``."""
    api = ApiBlueprint("gaps_api", __name__, url_prefix="/api/v1", abp_tags=[_TAG])

    def out(found: list[GapView]) -> list[dict[str, Any]]:
        slugs = {g.answer_slug for g in found if g.answer_slug}
        cards = {c.slug: c for c in articles.cards(slugs, "zh", current_viewer())} if slugs else {}
        return [_gap(g, cards.get(g.answer_slug)) for g in found]

    @api.post("/gaps", responses={201: AskedOut, 429: Problem})
    @requires(READ)
    def ask(body: AskIn) -> tuple[Response, int]:
        """Ask for what search could not answer; what means the same is counted together."""
        asked = gaps.ask(body.query, lang=body.lang, asker=current_asker(), context=body.context)
        card = next(iter(articles.cards([asked.answer_slug], body.lang, current_viewer())), None) if asked.answer_slug else None
        result = AskedOut(
            id=asked.id, query=asked.query, count=asked.count, people=asked.people, hidden=asked.hidden,
            answer=_answer(asked.answer_section, card), declined=asked.reason if asked.was == "declined" else "",
        )  # fmt: skip
        return jsonify(result.model_dump()), 201

    @api.get("/gaps", responses={200: GapsOut})
    @requires(GAPS)
    def listing(query: GapsQuery) -> Response:
        """What was asked, most asked first."""
        found = gaps.page(state=query.state, sort=query.sort, page=query.page)
        return jsonify({"total": found.total, "page_size": PAGE_SIZE, "gaps": out(list(found.gaps))})

    @api.get("/gaps/<int:gap_id>", responses={200: GapOut})
    @requires(GAPS)
    def one(path: GapPath) -> Response:
        """One gap."""
        return jsonify(out([gaps.get(path.gap_id)])[0])

    @api.patch("/gaps/<int:gap_id>", responses={200: GapOut, 409: Problem})
    @requires(GAPS)
    def decide(path: GapPath, body: DecisionIn) -> Response:
        """Answer, decline, merge or reopen a gap."""
        _decide(gaps, articles, path.gap_id, body)
        return jsonify(out([gaps.get(path.gap_id)])[0])

    return api


def _decide(gaps: Gaps, articles: ArticleService, gap_id: int, body: DecisionIn) -> None:
    actor = current_actor()
    if body.state == "answered":
        target = target_of(body.article, articles, "zh")
        gaps.answer(actor, gap_id, slug=target.slug, section=target.section, revision=body.revision)
    elif body.state == "declined":
        gaps.decline(actor, gap_id, reason=body.reason, revision=body.revision)
    elif body.state == "merged":
        if body.into is None:
            raise wrong("into", Text("请填并入的缺口编号", "Give the number of the gap to merge it into"))
        gaps.merge(actor, gap_id, into=body.into, revision=body.revision)
    else:
        gaps.reopen(actor, gap_id, revision=body.revision)


def _answer(section: str, card: ArticleCard | None) -> Answer | None:
    return Answer(slug=card.slug, section=section, title=card.title, url=answer_url(card, section)) if card else None


def _gap(g: GapView, card: ArticleCard | None) -> dict[str, Any]:
    answer = _answer(g.answer_section, card)
    return {
        "id": g.id, "query": g.query, "lang": g.lang, "state": g.state, "revision": g.revision, "asked": g.asked, "people": g.people,
        "first_asked_at": g.first_asked_at.isoformat(), "last_asked_at": g.last_asked_at.isoformat(),
        "wordings": [{"text": w.text, "lang": w.lang, "asked": w.asked} for w in g.wordings], "answer": answer.model_dump() if answer else None,
        "reason": g.reason, "merged_into": g.merged_into, "reopened": g.reopened,
    }  # fmt: skip
