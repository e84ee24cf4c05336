"""JSON: articles, one article, practices by group."""

from flask import Response, jsonify, redirect, request
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response as AnyResponse

from kbplatform.accounts.audit import record
from kbplatform.accounts.permissions import EDIT, READ
from kbplatform.articles.documents import MAX_SOURCE_BYTES
from kbplatform.articles.pages import ArticleCard, ArticlePage
from kbplatform.articles.service import ArticleService
from kbplatform.articles.writing import draft_whole, save, stored_text
from kbplatform.bilingual import Lang, Text
from kbplatform.db import Database
from kbplatform.errors import NotFound, PreconditionNeeded, StaleText
from kbplatform.web.access import current_actor, current_viewer, requires
from kbplatform.web.api import ApiBlueprint, Problem, QueryModel, StaleProblem

_TAG = Tag(name="articles", description="Practices and articles")


class LangQuery(QueryModel):
    """Content language: a preference; the other language answers where the asked one is missing."""

    lang: Lang = "zh"


class ListQuery(LangQuery):
    """A slice of a list."""

    kind: str = Field("practice", pattern="^(practice|handbook)$")
    limit: int = Field(50, ge=1, le=100)
    offset: int = Field(0, ge=0, le=1_000_000)


class SlugPath(BaseModel):
    """Which article."""

    slug: str = Field(max_length=80)


class CodePath(BaseModel):
    """A spoken code as typed: ``5``, ``5-3``, ``5.3``, ``五杠三``."""

    code: str = Field(max_length=30)


class CodeOut(BaseModel):
    """Where a code leads. ``section`` and ``heading`` are empty for the article as a whole."""

    code: str
    slug: str
    lang: str
    title: str
    section: str
    heading: str
    url: str


class CardOut(BaseModel):
    """An article in a list."""

    kind: str
    slug: str
    number: int | None
    lang: str
    title: str
    angle: str
    moment: str
    group: str | None
    updated_at: str
    url: str


class ListOut(BaseModel):
    """A slice and the size of the whole."""

    total: int
    articles: list[CardOut]


class SectionOut(BaseModel):
    """A section; ``hash`` changes when its words do. ``code`` is what one says aloud for it: ``5-3``."""

    id: str
    code: str
    heading: str
    html: str
    text: str
    hash: str


class FaceOut(BaseModel):
    """The call face as plain lines."""

    say: list[str]
    do: list[str]
    dont: list[str]


class ArticleOut(CardOut):
    """An article in one language. ``revision`` is also its ETag; ``code`` what one says aloud for it."""

    code: str
    langs: list[str]
    revision: int
    summary: str
    aliases: list[str]
    owner: str
    related: list[str]
    face: FaceOut
    sections: list[SectionOut]
    markdown: str


class ArticleIn(BaseModel):
    """An article as it is to read: ``markdown`` is the whole text, front matter included. All else of a GET's answer is derived, and ignored."""

    markdown: str = Field(max_length=MAX_SOURCE_BYTES)


class GroupOut(BaseModel):
    """A group and its practices."""

    id: str
    label: str
    total: int
    practices: list[CardOut]


class PracticesOut(BaseModel):
    """The practices by group."""

    groups: list[GroupOut]


def make_api(articles: ArticleService, db: Database) -> ApiBlueprint:
    """The JSON of the articles feature."""
    api = ApiBlueprint("articles_api", __name__, url_prefix="/api/v1", abp_tags=[_TAG])

    @api.get("/articles", responses={200: ListOut})
    @requires(READ)
    def list_articles(query: ListQuery) -> Response:
        """Articles by number, a slice at a time."""
        cards, total = articles.listing(query.kind, query.lang, current_viewer(), limit=query.limit, offset=query.offset)
        return jsonify(ListOut(total=total, articles=[_card(c) for c in cards]).model_dump())

    @api.get("/articles/<slug>", responses={200: ArticleOut})
    @requires(READ)
    def get_article(path: SlugPath, query: LangQuery) -> Response:
        """One article; ``If-None-Match`` with its revision answers 304."""
        return _shown(articles.page(path.slug, query.lang, current_viewer()))

    @api.put("/articles/<slug>", responses={200: ArticleOut, 409: StaleProblem, 428: Problem})
    @requires(EDIT, person=True)
    def put_article(path: SlugPath, query: LangQuery, body: ArticleIn) -> Response:
        """Write an article anew in one language. ``If-Match`` names the revision it is based on: without it 428, with an older one 409."""
        _put(db, path.slug, query.lang, body.markdown)
        return _shown(articles.page(path.slug, query.lang, current_viewer()))

    @api.get("/codes/<code>", responses={200: CodeOut})
    @requires(READ)
    def by_code(path: CodePath, query: LangQuery) -> AnyResponse:
        """What a spoken code leads to; whoever asks for HTML is sent there (302)."""
        found = articles.by_code(path.code, query.lang, current_viewer())
        if found is None:
            raise NotFound(Text("没有这个代码", "There is no such code"), remedy=Text("代码像 5 或 5-3。", "A code looks like 5 or 5-3."))
        if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
            return redirect(found.url, 302)
        card = found.card
        out = CodeOut(code=found.code, slug=card.slug, lang=card.lang, title=card.title, section=found.section, heading=found.heading, url=found.url)
        return jsonify(out.model_dump())

    @api.get("/practices", responses={200: PracticesOut})
    @requires(READ)
    def practices(query: LangQuery) -> Response:
        """The practices by group."""
        groups = articles.groups(query.lang, current_viewer(), per_group=50)
        out = [GroupOut(id=g.id, label=g.label, total=g.total, practices=[_card(c) for c in g.practices]) for g in groups]
        return jsonify(PracticesOut(groups=out).model_dump())

    return api


def _put(db: Database, slug: str, lang: Lang, markdown: str) -> None:
    viewer = current_viewer()
    with db.read() as session:
        current = stored_text(session, slug, lang, viewer)
    seen = _if_match()
    if seen != current.revision:
        raise StaleText(revision=current.revision, theirs=current.source, yours=markdown)
    if markdown == current.source:
        return
    draft = draft_whole(current, markdown)
    with db.write() as session:
        number = save(session, draft, origin="api")
        record(session, current_actor(), "article.edited", "article", slug, lang=lang, revision=number)


def _if_match() -> int | None:
    """The revision the client has before it, None for a tag of none of ours. Raises PreconditionNeeded where it doesn't say, or says any."""
    tags = request.if_match
    if not tags or tags.star_tag:
        raise PreconditionNeeded(
            Text("请在 If-Match 里写明改的是哪一版", "Say in If-Match which revision you change"),
            remedy=Text("用 GET 取得文章，把它的 ETag 原样带上。", "Get the article first and send its ETag."),
        )
    values = [value for value in tags.as_set(include_weak=True) if value.isascii() and value.isdecimal() and len(value) < 10]
    return int(values[0]) if len(values) == 1 else None


def _shown(page: ArticlePage) -> Response:
    response = jsonify(_article(page).model_dump())
    response.set_etag(str(page.revision))
    if request.method != "PUT":  # its If-Match was about the revision before
        response.make_conditional(request)
    return response


def _card(c: ArticleCard) -> CardOut:
    return CardOut(
        kind=c.kind, slug=c.slug, number=c.number, lang=c.lang, title=c.title, angle=c.angle, moment=c.moment,
        group=c.group_id, updated_at=c.updated_at.isoformat(), url=c.url,
    )  # fmt: skip


def _article(p: ArticlePage) -> ArticleOut:
    face = {name: section.text.split("\n") if section else [] for name, section in (("say", p.face.say), ("do", p.face.do), ("dont", p.face.dont))}
    return ArticleOut(
        kind=p.kind, slug=p.slug, number=p.number, lang=p.lang, title=p.title, angle=p.angle, moment=p.moment,
        group=p.group_id, updated_at=p.updated_at.isoformat(), url=p.url, langs=list(p.langs), revision=p.revision,
        code=p.code, summary=p.summary, aliases=list(p.aliases), owner=p.owner, related=[c.slug for c in p.related],
        face=FaceOut(**face),
        sections=[SectionOut(id=s.id, code=s.code, heading=s.heading, html=str(s.html), text=s.text, hash=s.hash) for s in p.all_sections],
        markdown=p.source,
    )  # fmt: skip
