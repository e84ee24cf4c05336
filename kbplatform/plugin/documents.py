"""The findable pages of plugins, as one document source."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kbplatform.plugin.calls import Calls
    from kbplatform.plugin.contributions import SearchDocument
    from kbplatform.plugin.services import Services


class PluginDocuments:
    """Asks the plugins once and remembers: their pages change with the program, not with the data."""

    def __init__(self, calls: Calls, services: Services) -> None:
        self._calls = calls
        self._services = services
        self._documents: dict[str, SearchDocument] | None = None

    with_program = True

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds that plugins contribute."""
        return frozenset(d.kind for d in self._all().values())

    def documents(self) -> list[SearchDocument]:
        """Every document of every plugin."""
        return list(self._all().values())

    def load(self, ids: list[str]) -> dict[str, SearchDocument]:
        """Documents by id."""
        known = self._all()
        return {i: known[i] for i in ids if i in known}

    def _all(self) -> dict[str, SearchDocument]:
        if self._documents is None:
            self._documents = {d.id: d for d in self._calls.all("search_documents", services=self._services)}
        return self._documents
