"""What people type about content gaps: which article answers, and who is asking."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from flask import current_app, request, session

from kbplatform.bilingual import Text
from kbplatform.errors import NotFound, wrong
from kbplatform.insights.gaps import Asker
from kbplatform.web.access import current_viewer

if TYPE_CHECKING:
    from kbplatform.articles.pages import ArticleCard
    from kbplatform.articles.service import ArticleService
    from kbplatform.bilingual import Lang
    from kbplatform.viewer import Viewer

_VISITOR = "visitor"
_PATHS = ("/articles/", "/handbook/")


@dataclass(frozen=True, slots=True)
class Target:
    """A section of an article, or the whole article where ``section`` is empty."""

    slug: str
    section: str


def target_of(text: str, articles: ArticleService, lang: Lang, viewer: Viewer | None = None) -> Target:
    """The section that ``text`` names: ``slug``, ``slug#section`` or the address of its page.

    Raises InvalidInput where ``viewer`` can read no such article, or it has no such section.
    """
    try:
        address = urlsplit(text.strip())
        path = unquote(address.path)
        prefix = next((p for p in _PATHS if path.startswith(p)), "")
        slug, section = path.removeprefix(prefix).strip("/"), unquote(address.fragment)
        page = articles.page(slug, lang, viewer or current_viewer())
    except (NotFound, ValueError):  # ValueError: no address, such as http://[
        message = Text("没有这篇文章。请填文章的地址或短名。", "There is no such article. Give its address or short name.")
        raise wrong("article", message) from None
    known = {s.id for s in (*page.sections, page.face.say, page.face.do, page.face.dont) if s}
    if section and section not in known:
        raise wrong("article", Text(f"这篇文章里没有 #{section} 这一节", f"That article has no section #{section}"))
    return Target(slug, section)


def answer_url(card: ArticleCard, section: str) -> str:
    """Where the section is read."""
    return f"{card.url}#{section}" if section else card.url


def current_asker() -> Asker:
    """Who is asking: the person, else the browser by a random name in its cookie, else (a program) its address, keyed beyond recognition."""
    viewer, address = current_viewer(), request.remote_addr or ""
    if viewer.id is not None:
        return Asker(viewer.id, None, address)
    if not session:
        key = str(current_app.secret_key).encode()
        return Asker(None, "at-" + hmac.new(key, f"{_VISITOR}:{address}".encode(), hashlib.sha256).hexdigest()[:16], address)
    if _VISITOR not in session:
        session[_VISITOR] = secrets.token_hex(8)
    return Asker(None, str(session[_VISITOR])[:40], address)
