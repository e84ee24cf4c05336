"""Two choices that are not the same: the language of the interface and that of the content."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, current_app, g, redirect, request
from flask_babel import Babel

from kbplatform.bilingual import LANGS, Lang
from kbplatform.web.access import public

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response as BaseResponse

COOKIE = "kb_lang"
_YEAR_S = 365 * 24 * 3600


def ui_lang() -> Lang:
    """Interface language: the reader's choice, else the browser's, else the site's."""
    if "ui_lang" not in g:
        g.ui_lang = _choose(g.get("default_lang", "zh"))
    lang: Lang = g.ui_lang
    return lang


def _choose(default: Lang) -> Lang:
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGS:
        return "en" if chosen == "en" else "zh"
    if not request.accept_languages:
        return default
    for tag, _quality in request.accept_languages:
        primary = tag.lower().split("-")[0]
        if primary in LANGS:
            return "en" if primary == "en" else "zh"
    return default


def content_lang() -> Lang:
    """Content language: ``?lang=``, else that of the interface."""
    asked = request.args.get("lang", "")
    if asked in LANGS:
        return "en" if asked == "en" else "zh"
    return ui_lang()


def local_path(target: str) -> str:
    """``target`` if it is a path on this site, else ``/``: nobody is sent elsewhere."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return "/"
    bad = parts.scheme or parts.netloc or not target.startswith("/") or target.startswith(("//", "/\\")) or not target.isprintable() or "\\" in target
    return "/" if bad else target


def install_i18n(app: Flask, default_lang: Lang, plugin_translations: Sequence[Path]) -> None:
    """Set up gettext for core and plugins, and the address that switches the interface.

    All catalogues share one space of words, and of two translations the one loaded later counts: the core's
    come last, so that no plugin changes what the core's own pages say.
    """
    folders = [*plugin_translations, Path(__file__).parent / "translations"]
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(str(f) for f in folders)
    app.config["BABEL_DEFAULT_LOCALE"] = "zh"
    Babel(app, locale_selector=ui_lang)
    blueprint = Blueprint("i18n", __name__)

    @app.before_request
    def _default() -> None:
        g.default_lang = default_lang

    @app.after_request
    def _vary(response: Response) -> Response:
        response.vary.update(("Cookie", "Accept-Language"))
        return response

    @blueprint.get("/language/<any(zh, en):lang>")
    @public
    def switch(lang: str) -> BaseResponse:
        response = redirect(local_path(request.args.get("next", "/")), 303)
        response.set_cookie(COOKIE, lang, max_age=_YEAR_S, samesite="Lax", httponly=True, secure=current_app.config["SESSION_COOKIE_SECURE"])
        return response

    app.register_blueprint(blueprint)
