"""The search page: hits at the left, the best section at the right."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request

from kbplatform.accounts.permissions import READ
from kbplatform.bilingual import Lang, Text, other_lang
from kbplatform.errors import InvalidInput, NotFound
from kbplatform.search.forms import SINCE, Wanted, wanted
from kbplatform.search.service import MAX_QUERY_CHARS
from kbplatform.web.access import current_viewer, requires
from kbplatform.web.i18n import content_lang

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from markupsafe import Markup

    from kbplatform.articles.pages import ArticlePage, GroupCard
    from kbplatform.articles.service import ArticleService
    from kbplatform.search.service import SearchHit, SearchResult, SearchService
    from kbplatform.search.why import Why
    from kbplatform.viewer import Viewer

LIMIT = 10
READABLE = frozenset({"article", "handbook"})
"""Kinds of page that can be read beside the list."""


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
    why: tuple[Why, ...]
    url: str
    group_label: str
    select_url: str
    readable: bool


def make_blueprint(search: SearchService, articles: ArticleService) -> Blueprint:
    """Search page, its live fragment, and the right pane by itself."""
    blueprint = Blueprint("search", __name__, template_folder="templates")

    @blueprint.get("/search")
    @requires(READ)
    def page() -> ResponseReturnValue:
        query, lang, viewer = _query(), content_lang(), current_viewer()
        labels, live = articles.group_labels(lang), bool(request.args.get("fragment"))
        asked = wanted(request.args, search.kinds, labels)
        readers = search.audiences_of(viewer)
        result = search.search(query, lang=lang, audiences=readers, limit=LIMIT, explain=True, **asked.restricting()) if query else None
        unsure = result is None or result.low_confidence
        target = articles.by_code(query, lang, viewer) if unsure and not live else None
        if target is not None:  # a spoken code, sent off with Enter
            return redirect(target.card.url + (f"#{target.section}" if target.section else ""))
        selected, section = _selected(articles, result, viewer)
        context = {
            "query": query,
            "empty": not query,
            "result": result,
            "rows": [_row(h, query, lang, labels, asked) for h in result.hits] if result else [],
            "selected": selected,
            "selected_section": section,
            "groups": _nearest(articles.groups(lang, viewer, per_group=1), result) if unsure else [],
            "elsewhere": _elsewhere(search, query, lang, viewer, asked) if query and not asked.kind and (unsure or not live) else {},
            "degraded": bool(result and result.degraded),
            "asked": asked,
            "here": asked.url(q=query, lang=lang),
            "other_url": asked.url(q=query, lang=other_lang(lang)),
            "plain_url": Wanted().url(q=query, lang=lang),
            "choices": {"kinds": search.kinds_for(viewer), "groups": labels, "since": SINCE},
        }
        return render_template("search/_results.html" if live else "search/search.html", **context)

    @blueprint.get("/search/preview")
    @requires(READ)
    def preview() -> ResponseReturnValue:
        selected = articles.page(request.args.get("slug", ""), content_lang(), current_viewer())
        return render_template("search/_preview.html", selected=selected, selected_section=request.args.get("section", "")[:80])

    return blueprint


def _query() -> str:
    query = request.args.get("q", "").strip()
    if len(query) > MAX_QUERY_CHARS:
        raise InvalidInput(
            Text(f"搜索词最多 {MAX_QUERY_CHARS} 个字", f"A search may be at most {MAX_QUERY_CHARS} characters"),
            remedy=Text("挑最要紧的几个字再搜。", "Pick the few words that matter most."),
        )
    return query


def _nearest(groups: list[GroupCard], result: SearchResult | None) -> list[GroupCard]:
    """The groups of what was guessed first, in that order, then the others."""
    guessed = list(dict.fromkeys(h.group for h in result.hits if h.group)) if result else []
    return sorted(groups, key=lambda g: guessed.index(g.id) if g.id in guessed else len(guessed))


def _elsewhere(search: SearchService, query: str, lang: Lang, viewer: Viewer, asked: Wanted) -> dict[str, int]:
    """How many pages of each other kind surely answer: kinds that stay out unless asked for."""
    others = frozenset(search.kinds_for(viewer)) - asked.kinds
    if not others:
        return {}
    found = search.search(query, lang=lang, audiences=search.audiences_of(viewer), limit=LIMIT, **asked.restricting() | {"kinds": others})
    return {} if found.low_confidence else dict(Counter(h.kind for h in found.hits))


def _selected(articles: ArticleService, result: SearchResult | None, viewer: Viewer) -> tuple[ArticlePage | None, str]:
    """The page for the right pane: the one asked for by ``sel``, else the first hit that can be read there."""
    if result is None:
        return None, ""
    wanted_slug = request.args.get("sel", "")
    readable = [h for h in result.hits if h.kind in READABLE]
    hit = next((h for h in readable if h.slug == wanted_slug), next(iter(readable), None))
    if hit is None:
        return None, ""
    try:
        return articles.page(hit.slug, "en" if hit.lang == "en" else "zh", viewer), hit.section
    except NotFound:  # gone since it was indexed
        return None, ""


def _row(hit: SearchHit, query: str, lang: Lang, labels: dict[str, str], asked: Wanted) -> HitRow:
    return HitRow(
        kind=hit.kind, slug=hit.slug, number=hit.number, lang=hit.lang, title=hit.title, angle=hit.angle,
        section=hit.section, section_heading=hit.section_heading, snippet=hit.snippet, why=hit.why,
        url=hit.url, group_label=labels.get(hit.group, ""), select_url=asked.url(q=query, lang=lang, sel=hit.slug), readable=hit.kind in READABLE,
    )  # fmt: skip
