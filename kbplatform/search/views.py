"""The search page: hits at the left, the best section at the right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Blueprint, render_template, request

from kbplatform.accounts.permissions import READ
from kbplatform.bilingual import Lang, Text
from kbplatform.errors import InvalidInput, NotFound
from kbplatform.search.service import MAX_QUERY_CHARS
from kbplatform.web.access import current_viewer, requires
from kbplatform.web.i18n import content_lang

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from markupsafe import Markup

    from kbplatform.articles.pages import ArticlePage
    from kbplatform.articles.service import ArticleService
    from kbplatform.search.service import SearchHit, SearchResult, SearchService
    from kbplatform.viewer import Viewer

LIMIT = 10


@dataclass(frozen=True, slots=True)
class HitRow:
    """A hit as the page shows it. ``select_url`` opens it at the right without JavaScript."""

    kind: str
    slug: str
    number: int | None
    lang: str
    title: str
    angle: str
    section: str
    section_heading: str
    snippet: Markup
    matched_by: str
    url: str
    group_label: str
    select_url: str


def make_blueprint(search: SearchService, articles: ArticleService) -> Blueprint:
    """Search page, its live fragment, and the right pane by itself."""
    blueprint = Blueprint("search", __name__, template_folder="templates")

    @blueprint.get("/search")
    @requires(READ)
    def page() -> ResponseReturnValue:
        query, lang, viewer = request.args.get("q", "").strip(), content_lang(), current_viewer()
        if len(query) > MAX_QUERY_CHARS:
            raise InvalidInput(
                Text(f"搜索词最多 {MAX_QUERY_CHARS} 个字", f"A search may be at most {MAX_QUERY_CHARS} characters"),
                remedy=Text("挑最要紧的几个字再搜。", "Pick the few words that matter most."),
            )
        result = search.search(query, lang=lang, audiences=viewer.audiences, limit=LIMIT) if query else None
        unsure = result is None or result.low_confidence or not result.hits
        groups = articles.groups(lang, viewer, per_group=1) if unsure else []
        labels = articles.group_labels(lang) if result and result.hits else {}
        selected, section = _selected(articles, result, viewer)
        context = {
            "query": query,
            "empty": not query,
            "result": result,
            "rows": [_row(h, query, lang, labels) for h in result.hits] if result else [],
            "selected": selected,
            "selected_section": section,
            "groups": groups,
            "degraded": bool(result and result.degraded),
        }
        template = "search/_results.html" if request.args.get("fragment") else "search/search.html"
        return render_template(template, **context)

    @blueprint.get("/search/preview")
    @requires(READ)
    def preview() -> ResponseReturnValue:
        selected = articles.page(request.args.get("slug", ""), content_lang(), current_viewer())
        return render_template("search/_preview.html", selected=selected, selected_section=request.args.get("section", "")[:80])

    return blueprint


def _selected(articles: ArticleService, result: SearchResult | None, viewer: Viewer) -> tuple[ArticlePage | None, str]:
    """The article for the right pane: the one asked for by ``sel``, else the first hit."""
    if result is None:
        return None, ""
    wanted = request.args.get("sel", "")
    hit = next((h for h in result.hits if h.slug == wanted), next(iter(result.hits), None))
    if hit is None:
        return None, ""
    try:
        return articles.page(hit.slug, "en" if hit.lang == "en" else "zh", viewer), hit.section
    except NotFound:  # gone since it was indexed
        return None, ""


def _row(hit: SearchHit, query: str, lang: Lang, labels: dict[str, str]) -> HitRow:
    return HitRow(
        kind=hit.kind, slug=hit.slug, number=hit.number, lang=hit.lang, title=hit.title, angle=hit.angle,
        section=hit.section, section_heading=hit.section_heading, snippet=hit.snippet, matched_by=hit.matched_by,
        url=hit.url, group_label=labels.get(hit.group, ""),
        select_url=f"/search?q={quote(query, safe='')}&lang={lang}&sel={hit.slug}",
    )  # fmt: skip
