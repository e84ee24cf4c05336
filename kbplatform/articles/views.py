"""Pages: home, article, group, lists."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request

from kbplatform.accounts.permissions import READ, RESTRICT
from kbplatform.articles.audience import set_audience
from kbplatform.articles.pages import article_url
from kbplatform.articles.service import PAGE_SIZE
from kbplatform.articles.terms import with_terms
from kbplatform.bilingual import LANGS, Text, other_lang
from kbplatform.errors import InvalidInput, NotFound
from kbplatform.glossary.marking import TermMarker
from kbplatform.web.access import current_actor, current_viewer, requires
from kbplatform.web.forms import problems_of, say, typed
from kbplatform.web.i18n import content_lang

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

    from kbplatform.accounts.service import Accounts
    from kbplatform.articles.pages import ArticlePage
    from kbplatform.articles.service import ArticleService
    from kbplatform.glossary import Glossary
    from kbplatform.viewer import Viewer
    from kbplatform.web.panels import Panel

MAX_PAGE = 10_000


def make_blueprint(
    articles: ArticleService,
    accounts: Accounts,
    glossary: Glossary,
    panels_for: Callable[[ArticlePage], list[Panel]],
    cards_for: Callable[[Viewer], list[Panel]],
    credited: Callable[[ArticlePage], ArticlePage],
) -> Blueprint:
    """The pages of the articles feature.

    ``panels_for`` gives the boxes plugins put beside an article, ``cards_for`` those of the home page; ``credited`` adds to a page whose
    experience its sections hold.
    """
    marker = TermMarker(glossary)
    blueprint = Blueprint("articles", __name__, template_folder="templates")

    @blueprint.get("/")
    @requires(READ)
    def home() -> ResponseReturnValue:
        lang, viewer = content_lang(), current_viewer()
        groups = articles.groups(lang, viewer)
        count = sum(g.total for g in groups)
        recent, cards = articles.recent(lang, viewer), cards_for(viewer)
        return render_template("home.html", groups=groups, recent=recent, cards=cards, practice_count=count)

    @blueprint.get("/articles")
    @requires(READ)
    def index() -> ResponseReturnValue:
        return render_template("articles/index.html", groups=articles.groups(content_lang(), current_viewer(), per_group=12))

    @blueprint.get("/groups/<group_id>")
    @requires(READ)
    def group(group_id: str) -> ResponseReturnValue:
        page = _page_number()
        card = articles.group(group_id, content_lang(), current_viewer(), page=page)
        return render_template(
            "articles/group.html",
            group=card,
            previous_url=f"{card.url}?page={page - 1}" if page > 1 else "",
            next_url=f"{card.url}?page={page + 1}" if page * PAGE_SIZE < card.total else "",
        )

    @blueprint.get("/articles/<slug>")
    @requires(READ)
    def article(slug: str) -> ResponseReturnValue:
        return _show(slug, "practice")

    @blueprint.get("/handbook/<slug>")
    @requires(READ)
    def handbook_page(slug: str) -> ResponseReturnValue:
        return _show(slug, "handbook")

    @blueprint.get("/handbook")
    @requires(READ)
    def handbook() -> ResponseReturnValue:
        pages, _total = articles.listing("handbook", content_lang(), current_viewer(), limit=200)
        return render_template("articles/handbook.html", pages=pages)

    def _show(slug: str, kind: str) -> ResponseReturnValue:
        lang, viewer = content_lang(), current_viewer()
        page = articles.page(slug, lang, viewer)
        if page.kind != kind:
            return redirect(article_url(page.kind, slug, _asked_lang()), 301)
        both = len(page.langs) > 1
        side = articles.pair(slug, page.lang, viewer) if both and request.args.get("side") else None
        side_url = "" if not both else page.url if side else f"{page.url}&side=1"
        page = credited(with_terms(replace(page, side=side, side_url=side_url), marker))
        return render_template("articles/article.html", article=page, panels=panels_for(page), other=other_lang(page.lang))

    _audience(blueprint, articles, accounts)
    return blueprint


def _audience(blueprint: Blueprint, articles: ArticleService, accounts: Accounts) -> None:
    @blueprint.route("/articles/<slug>/audience", methods=["GET", "POST"])
    @requires(RESTRICT)
    def audience(slug: str) -> ResponseReturnValue:
        page = articles.page(slug, content_lang(), current_viewer())
        problems: dict[str, str] = {}
        if request.method == "POST":
            try:
                set_audience(accounts.db, current_actor(), slug, typed("audience", 60))
            except InvalidInput as error:
                problems = problems_of(error)
            else:
                say(Text("已保存，搜索会马上跟上", "Saved. Search follows in a moment"))
                return redirect(f"/articles/{slug}/audience", 303)
        teams = accounts.teams.every()
        return render_template("articles/audience.html", article=page, teams=teams, problems=problems), 422 if problems else 200


def _asked_lang() -> str:
    asked = request.args.get("lang", "")
    return asked if asked in LANGS else ""


def _page_number() -> int:
    raw = request.args.get("page", "1")
    if not raw.isascii() or not raw.isdecimal() or not 1 <= int(raw[:9]) <= MAX_PAGE:
        raise NotFound(Text("没有这一页", "There is no such page"))
    return int(raw)
