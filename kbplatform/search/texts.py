"""The texts that one search needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from kbplatform.plugin.contributions import SearchDocument
from kbplatform.search.engine import Filters, SearchEngine


class Texts:
    """The texts one search needs, each loaded once, all languages of a page together."""

    def __init__(self, engine: SearchEngine, filters: Filters, load: Callable[[Iterable[str], Filters], dict[str, SearchDocument]]) -> None:
        self._engine = engine
        self._filters = filters
        self._load = load
        self._pages: dict[str, dict[str, SearchDocument]] = {}

    def want(self, pages: Sequence[str]) -> None:
        """Load the pages that are not here yet."""
        missing = [p for p in pages if p not in self._pages]
        if not missing:
            return
        known = self._engine.languages(missing, filters=self._filters)
        documents = self._load((id_ for ids in known.values() for id_ in ids.values()), self._filters)
        for page in missing:
            self._pages[page] = {lang: documents[id_] for lang, id_ in known.get(page, {}).items() if id_ in documents}

    def of(self, page: str) -> list[SearchDocument]:
        """Every language of a page that may be read."""
        return list(self._pages.get(page, {}).values())

    def shown(self, page: str, lang: str) -> SearchDocument | None:
        """The page in ``lang``, or in the language there is; None where it is gone."""
        found = self._pages.get(page, {})
        return found.get(lang) or (found[min(found)] if found else None)
