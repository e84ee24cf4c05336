"""The findable pages of plugins, as document sources: those that come with the program, and those that change with the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from kbplatform.plugin.calls import well_made
from kbplatform.plugin.contributions import SearchDocument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kbplatform.plugin.calls import Calls
    from kbplatform.plugin.contributions import ChangingDocuments
    from kbplatform.plugin.services import Services

log = structlog.get_logger(__name__)


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


class ChangingSource:
    """One plugin's changing documents, asked anew each time. What it raises or makes badly costs only its own pages."""

    with_program = False

    def __init__(self, plugin: str, offer: ChangingDocuments) -> None:
        self._plugin = plugin
        self._offer = offer
        self.kinds = frozenset({offer.kind})
        self.permission = offer.permission

    def documents(self) -> list[SearchDocument]:
        """Every document of the kind."""
        return self._sound(self._offer.documents)

    def load(self, ids: list[str]) -> dict[str, SearchDocument]:
        """Present documents by id; those of other kinds are not asked for."""
        ours = [i for i in ids if i.startswith(f"{self._offer.kind}:")]
        found = {d.id: d for d in self._sound(lambda: self._offer.load(ours).values())} if ours else {}
        return {i: found[i] for i in ours if i in found}

    def _sound(self, ask: Callable[[], Iterable[SearchDocument]]) -> list[SearchDocument]:
        try:
            given = list(ask())
        except (Exception, SystemExit):
            log.exception("plugin.documents_failed", plugin=self._plugin, kind=self._offer.kind)
            return []
        kept = [d for d in given if isinstance(d, SearchDocument) and well_made(d) and d.id.startswith(f"{self._offer.kind}:")]
        kept = [d for d in kept if d.kind == self._offer.kind]
        if len(kept) < len(given):
            log.error("plugin.wrong_documents", plugin=self._plugin, kind=self._offer.kind)
        return kept


def changing_sources(calls: Calls, services: Services) -> list[ChangingSource]:
    """A source for each kind that some plugin has changing documents of."""
    return [ChangingSource(plugin, offer) for plugin, offer in calls.owned("changing_documents", services=services)]
