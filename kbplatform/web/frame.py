"""What every page has around it: navigation, language switch, search box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import structlog
from flask import Flask, render_template, request
from flask_babel import gettext
from werkzeug.routing import BuildError

from kbplatform.bilingual import Text, other_lang
from kbplatform.web.access import public
from kbplatform.web.i18n import content_lang, ui_lang

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbplatform.plugin.calls import Calls
    from kbplatform.plugin.contributions import NavLink


log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry of the navigation as this page shows it."""

    label: str
    url: str
    active: bool


def install_frame(app: Flask, calls: Calls, site_name: str, version: str, first: Sequence[tuple[Text, str]] = ()) -> None:
    """Give every template the frame's values. ``first`` are (label, endpoint) that stand before all others in the navigation."""
    links: list[tuple[Text, str]] = []

    @app.route("/offline")  # a page, so not in the description of the API
    @public
    def offline() -> str:
        """What the service worker shows when the site can't be reached."""
        return render_template("offline.html")

    @app.context_processor
    def _frame() -> dict[str, Any]:
        lang = ui_lang()
        if not links:  # once, when every blueprint is mounted; an error page needs them where routing itself failed
            links.extend(_links(app, calls, first))
        return {
            "ui_lang": lang,
            "content_lang": content_lang(),
            "site_name": site_name or gettext("Service Desk Knowledge"),
            "app_version": version,
            "nav": _navigation([_item(link, lang) for link in links], len(first)),
            "other_ui_url": f"/language/{other_lang(lang)}?next={quote(request.full_path.rstrip('?'), safe='')}",
            "search_query": request.args.get("q", "")[:200] if request.path == "/search" else "",
        }


def _navigation(items: list[NavItem], first: int) -> list[NavItem]:
    return [*items[:first], _articles(), *items[first:], _handbook()]


def _articles() -> NavItem:
    return NavItem(gettext("Practices"), "/articles", request.path.startswith(("/articles", "/groups")))


def _handbook() -> NavItem:
    return NavItem(gettext("Handbook"), "/handbook", request.path.startswith("/handbook"))


def _item(link: tuple[Text, str], lang: str) -> NavItem:
    label, url = link
    return NavItem(label.in_(lang), url, request.path.startswith(url))


def _links(app: Flask, calls: Calls, first: Sequence[tuple[Text, str]]) -> list[tuple[Text, str]]:
    urls = app.url_map.bind("localhost")
    found: list[NavLink] = sorted(calls.all("nav_links"), key=lambda link: link.order)
    built = [(label, urls.build(endpoint)) for label, endpoint in first]
    for link in found:
        try:
            built.append((link.label, urls.build(link.endpoint)))
        except BuildError:  # no such endpoint, or one that wants arguments: a plugin's mistake costs its entry
            log.warning("nav_link.left_out", endpoint=link.endpoint)
    return built
