"""Boxes that plugins put beside an article or on the home page: rendered one by one, each within its time and size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog
from flask import copy_current_request_context, render_template
from markupsafe import Markup

from kbplatform.web.i18n import local_path, ui_lang

if TYPE_CHECKING:
    from kbplatform.plugin.calls import Breaker, Calls
    from kbplatform.plugin.contributions import ArticleContext, ArticlePanel, DashboardCard, DeskAction
    from kbplatform.plugin.services import Services
    from kbplatform.viewer import Viewer

MAX_PANEL_CHARS = 6_000
MAX_CARD_CHARS, MAX_CARDS_CHARS = 4_000, 10_000
"""Of one card, and of all cards of a page together: the home page stays within its 30 kB."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Panel:
    """A rendered box. ``section`` is the section of the article it stands under; empty beside the page."""

    title: str
    html: Markup
    plugin: str
    section: str = ""


def article_panels(calls: Calls, breaker: Breaker, services: Services, article: ArticleContext) -> list[Panel]:
    """The panels of every plugin that has one for this article, in their order."""
    boxes = _boxes(calls, breaker, "article_panels", MAX_PANEL_CHARS, article=article, services=services)
    return [b if b.section in article.section_ids else replace(b, section="") for b in boxes]


def dashboard_cards(calls: Calls, breaker: Breaker, services: Services, viewer: Viewer) -> list[Panel]:
    """The cards of every plugin that has one for this viewer, in their order, as many as there is room for."""
    kept, room = [], MAX_CARDS_CHARS
    for card in _boxes(calls, breaker, "dashboard_cards", MAX_CARD_CHARS, viewer=viewer, services=services):
        room -= len(card.html)
        if room < 0:
            log.warning("plugin.card_left_out", plugin=card.plugin)
            break
        kept.append(card)
    return kept


@dataclass(frozen=True, slots=True)
class DeskForm:
    """A plugin's dialog at the call desk, rendered. ``href`` is its page, with a place for what the desk adds."""

    key: str
    label: str
    href: str
    html: Markup
    plugin: str


def desk_actions(calls: Calls, breaker: Breaker, services: Services, taken: frozenset[str], viewer: Viewer) -> list[DeskForm]:
    """What every plugin lets ``viewer`` do at the desk, in their order. A key that is ``taken``, or given twice, or none, costs the action."""
    lang = ui_lang()
    found: list[tuple[int, DeskForm]] = []
    for plugin in calls.implementers("desk_actions"):

        @copy_current_request_context
        def work(plugin: str = plugin) -> list[tuple[int, DeskForm]]:
            actions = calls.one(plugin, "desk_actions", viewer=viewer, services=services) or []
            return [(a.order, DeskForm(a.key, a.label.in_(lang), _open_href(a.href), _rendered(a, MAX_PANEL_CHARS), plugin)) for a in actions]

        found += breaker.run(plugin, work) or []
    free: dict[str, DeskForm] = {}
    for _order, form in sorted(found, key=lambda item: item[0]):
        if len(form.key) != 1 or form.key != form.key.lower() or form.key in taken or form.key in free:
            log.warning("plugin.desk_key_taken", plugin=form.plugin, key=form.key[:10])
            continue
        free[form.key] = form
    return list(free.values())


def _open_href(href: str) -> str:
    return local_path(href) + ("&" if "?" in href else "?")


def _boxes(calls: Calls, breaker: Breaker, hook: str, most: int, **arguments: object) -> list[Panel]:
    lang = ui_lang()
    found: list[tuple[int, Panel]] = []
    for plugin in calls.implementers(hook):

        @copy_current_request_context
        def work(plugin: str = plugin) -> list[tuple[int, Panel]]:
            boxes = calls.one(plugin, hook, **arguments) or []
            return [(b.order, Panel(b.title.in_(lang), _rendered(b, most), plugin, _section(b))) for b in boxes]

        found += breaker.run(plugin, work) or []
    return [panel for _order, panel in sorted(found, key=lambda item: item[0])]


def _section(box: ArticlePanel | DashboardCard) -> str:
    return getattr(box, "section", "")


def _rendered(box: ArticlePanel | DashboardCard | DeskAction, most: int) -> Markup:
    html = render_template(box.template, **box.context)
    if len(html) > most:
        msg = f"box of {len(html)} characters; at most {most}"
        raise ValueError(msg)
    return Markup(html)  # noqa: S704 - a template of an installed plugin, autoescaped
