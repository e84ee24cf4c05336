"""What every page has around it: navigation, language switch, search box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Flask, request, url_for
from flask_babel import gettext

from kbplatform.bilingual import other_lang
from kbplatform.web.i18n import content_lang, ui_lang

if TYPE_CHECKING:
    from kbplatform.plugin.calls import Calls
    from kbplatform.plugin.contributions import NavLink


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry of the navigation as this page shows it."""

    label: str
    url: str
    active: bool


def install_frame(app: Flask, calls: Calls, site_name: str, version: str) -> None:
    """Give every template the frame's values."""
    links: list[NavLink] = []

    @app.context_processor
    def _frame() -> dict[str, Any]:
        lang = ui_lang()
        if not links:
            links.extend(sorted(calls.all("nav_links"), key=lambda link: link.order))
        return {
            "ui_lang": lang,
            "content_lang": content_lang(),
            "site_name": site_name or gettext("Service Desk Knowledge"),
            "app_version": version,
            "nav": [_articles(), *(_item(link, lang) for link in links if link.endpoint in app.view_functions), _handbook()],
            "other_ui_url": f"/language/{other_lang(lang)}?next={quote(request.full_path.rstrip('?'), safe='')}",
            "search_query": request.args.get("q", "")[:200] if request.path == "/search" else "",
        }


def _articles() -> NavItem:
    return NavItem(gettext("Practices"), "/articles", request.path.startswith(("/articles", "/groups")))


def _handbook() -> NavItem:
    return NavItem(gettext("Handbook"), "/handbook", request.path.startswith("/handbook"))


def _item(link: NavLink, lang: str) -> NavItem:
    url = url_for(link.endpoint)
    return NavItem(link.label.in_(lang), url, request.path.startswith(url))
