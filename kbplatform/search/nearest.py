"""What is like a text, for pages that have no search service at hand: those of plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, current_app

from kbplatform.search.service import MAX_QUERY_CHARS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kbplatform.search.service import SearchHit, SearchService
    from kbplatform.viewer import Viewer

_KEY = "kb_search"


def install_nearest(app: Flask, search: SearchService) -> None:
    """Let :func:`nearest` be asked while a request is answered."""
    app.extensions[_KEY] = search


def nearest(text: str, *, kinds: Iterable[str], viewer: Viewer, lang: str, limit: int = 3) -> list[SearchHit]:
    """The pages of these kinds that ``viewer`` may find and that are nearest to ``text``, best first; none where nothing is sure.

    For use while a request is answered. The text is kept nowhere: mask what people type before asking all the same.
    """
    search: SearchService = current_app.extensions[_KEY]
    found = search.search(text[:MAX_QUERY_CHARS], lang=lang, kinds=kinds, audiences=search.audiences_of(viewer), limit=limit)
    return [] if found.low_confidence else list(found.hits)
