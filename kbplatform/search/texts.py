"""The texts that one search needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from kbplatform.plugin.contributions import SearchDocument
from kbplatform.search.engine import Filters, SearchEngine

Value = TypeVar("Value")
Load = Callable[[Iterable[str], Filters], dict[str, SearchDocument]]


class Texts:
    """The texts of pages, those to be shown in ``lang`` where there is one; with ``every``, those of all their languages."""

    def __init__(self, engine: SearchEngine, filters: Filters, load: Load, pages: Sequence[str], lang: str, *, every: bool = False) -> None:
        self._ids = engine.languages(pages, filters=filters)
        self._lang = lang
        chosen = [in_language(ids, lang) for ids in self._ids.values() if ids]
        self._documents = load((id_ for ids in self._ids.values() for id_ in ids.values()) if every else chosen, filters)
        gone = [ids for ids in self._ids.values() if ids and in_language(ids, lang) not in self._documents]
        if gone and not every:  # since they were indexed: another language may be there still
            self._documents |= load((id_ for ids in gone for id_ in ids.values()), filters)

    def of(self, page: str) -> list[SearchDocument]:
        """What was loaded of a page."""
        return list(self._there(page).values())

    def shown(self, page: str) -> SearchDocument | None:
        """The page in the language it is shown in; None where it is gone."""
        found = self._there(page)
        return in_language(found, self._lang) if found else None

    def _there(self, page: str) -> dict[str, SearchDocument]:
        return {lang: self._documents[id_] for lang, id_ in self._ids.get(page, {}).items() if id_ in self._documents}


def in_language(found: Mapping[str, Value], lang: str) -> Value:
    """What is there in ``lang``, or in the language there is."""
    return found[lang] if lang in found else found[min(found)]
