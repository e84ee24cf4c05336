"""Boxes that plugins put beside an article: rendered one by one, each within its time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import copy_current_request_context, render_template
from markupsafe import Markup

from kbplatform.web.i18n import ui_lang

if TYPE_CHECKING:
    from kbplatform.plugin.calls import Breaker, Calls
    from kbplatform.plugin.contributions import ArticleContext
    from kbplatform.plugin.services import Services

MAX_PANEL_CHARS = 6_000


@dataclass(frozen=True, slots=True)
class Panel:
    """A rendered box."""

    title: str
    html: Markup
    plugin: str


def article_panels(calls: Calls, breaker: Breaker, services: Services, article: ArticleContext) -> list[Panel]:
    """The panels of every plugin that has one for this article, in their order."""
    lang = ui_lang()
    found: list[tuple[int, Panel]] = []
    for plugin in calls.implementers("article_panels"):

        @copy_current_request_context
        def work(plugin: str = plugin) -> list[tuple[int, Panel]]:
            panels = calls.one(plugin, "article_panels", article=article, services=services) or []
            return [(p.order, Panel(p.title.in_(lang), _bounded(render_template(p.template, **p.context)), plugin)) for p in panels]

        found += breaker.run(plugin, work) or []
    return [panel for _order, panel in sorted(found, key=lambda item: item[0])]


def _bounded(html: str) -> Markup:
    if len(html) > MAX_PANEL_CHARS:
        msg = f"panel of {len(html)} characters; at most {MAX_PANEL_CHARS}"
        raise ValueError(msg)
    return Markup(html)  # noqa: S704 - a template of an installed plugin, autoescaped
