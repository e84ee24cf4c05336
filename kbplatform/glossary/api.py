"""JSON: the terms, and one of them."""

from flask import Response, jsonify
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, Field

from kbplatform.accounts.permissions import READ
from kbplatform.bilingual import Lang
from kbplatform.glossary.service import GlossaryBook
from kbplatform.glossary.terms import Concept
from kbplatform.web.access import requires
from kbplatform.web.api import ApiBlueprint, QueryModel

_TAG = Tag(name="glossary", description="Terms of the field, zh and en")


class TermsQuery(QueryModel):
    """``q``: part of a name, abbreviation, synonym, or its pinyin or initials; ``lang`` gives the order."""

    q: str = Field("", max_length=60)
    lang: Lang = "zh"
    page: int = Field(1, ge=1, le=10_000)


class TermPath(BaseModel):
    """Which term."""

    term_id: str = Field(max_length=60)


class TermOut(BaseModel):
    """One meaning with its names in both languages; a definition that isn't needed is empty."""

    id: str
    zh: str
    en: str
    abbr: list[str]
    also_zh: list[str]
    also_en: list[str]
    near: list[str]
    means_zh: str
    means_en: str
    url: str


class TermsOut(BaseModel):
    """A page of terms; ``page`` counts from 1 to ``pages``."""

    query: str
    total: int
    page: int
    pages: int
    terms: list[TermOut]


def make_api(book: GlossaryBook) -> ApiBlueprint:
    """The JSON of the glossary."""
    api = ApiBlueprint("glossary_api", __name__, url_prefix="/api/v1", abp_tags=[_TAG])

    @api.get("/glossary", responses={200: TermsOut})
    @requires(READ)
    def terms(query: TermsQuery) -> Response:
        """Terms by pinyin or A–Z, a page at a time."""
        found = book.listing(query.q, query.lang, query.page)
        out = TermsOut(query=query.q, total=found.total, page=found.page, pages=found.pages, terms=[as_json(c) for c in found.terms])
        return jsonify(out.model_dump())

    @api.get("/glossary/<term_id>", responses={200: TermOut})
    @requires(READ)
    def term(path: TermPath) -> Response:
        """One term."""
        return jsonify(as_json(book.get(path.term_id)).model_dump())

    return api


def as_json(c: Concept) -> TermOut:
    """A term as the API and the command line give it."""
    return TermOut(
        id=c.id, zh=c.zh, en=c.en, abbr=list(c.abbr), also_zh=list(c.also_zh), also_en=list(c.also_en), near=list(c.near),
        means_zh=c.means.zh if c.means else "", means_en=c.means.en if c.means else "", url=f"/glossary/{c.id}",
    )  # fmt: skip
