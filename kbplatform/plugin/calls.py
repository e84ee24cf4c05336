"""The named ways to call hooks. Nobody calls ``manager.hook.x()`` directly."""

from __future__ import annotations

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, fields
from threading import Lock
from types import UnionType
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from kbplatform.bilingual import Text
from kbplatform.plugin.contributions import (
    AuthProvider,
    ChangingDocuments,
    Command,
    Embed,
    HealthCheck,
    Job,
    LinkScheme,
    NavLink,
    PackPart,
    Permission,
    SearchDocument,
    SearchEngineOffer,
    SearchSection,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbplatform.plugin.loader import Plugins

log = structlog.get_logger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one plugin's implementation returned."""

    plugin: str
    value: Any


class Calls:
    """Calls hooks so that a plugin that raises or hangs costs only its own part."""

    def __init__(self, plugins: Plugins) -> None:
        self._plugins = plugins

    def each(self, hook: str, **arguments: object) -> Iterator[Answer]:
        """Run each implementation by itself; one that raises is logged and left out."""
        for plugin, function, names in self._implementations(hook):
            try:
                value = function(*[arguments[name] for name in names])
            except (Exception, SystemExit):
                log.exception("plugin.hook_failed", plugin=plugin, hook=hook)
                continue
            if value is not None:
                yield Answer(plugin, value)

    def all(self, hook: str, **arguments: object) -> list[Any]:
        """The items of every plugin's list, flat; what is not of the kind the hook asks for is left out and logged."""
        return [item for _plugin, item in self.owned(hook, **arguments)]

    def owned(self, hook: str, **arguments: object) -> list[tuple[str, Any]]:
        """As ``all``, each item with the name of its plugin."""
        return [(answer.plugin, item) for answer in self.each(hook, **arguments) for item in _items(hook, answer, _KINDS[hook])]

    def of_kind(self, hook: str, kind: type[T], **arguments: object) -> list[T]:
        """As ``all``, for a hook that a plugin brought: whose items are of ``kind``."""
        return [item for answer in self.each(hook, **arguments) for item in _items(hook, answer, kind)]

    def one(self, plugin: str, hook: str, **arguments: object) -> Any:  # noqa: ANN401 - hooks return what their spec says
        """Run one plugin's implementation; None where it has none. What it raises, it raises."""
        for name, function, names in self._implementations(hook):
            if name == plugin:
                return function(*[arguments[n] for n in names])
        return None

    def first(self, hook: str, **arguments: object) -> Any:  # noqa: ANN401 - hooks return what their spec says
        """The first answer that is not None. Strict: what an implementation raises, this raises."""
        for _plugin, function, names in self._implementations(hook):
            value = function(*[arguments[name] for name in names])
            if value is not None:
                return value
        return None

    def implementers(self, hook: str) -> list[str]:
        """Names of the plugins that implement ``hook``, in calling order."""
        return [plugin for plugin, _, _ in self._implementations(hook)]

    def _implementations(self, hook: str) -> list[tuple[str, Any, tuple[str, ...]]]:
        caller = getattr(self._plugins.manager.hook, hook)
        return [(impl.plugin_name, impl.function, impl.argnames) for impl in reversed(caller.get_hookimpls())]


_KINDS: dict[str, type] = {
    "register_commands": Command,
    "register_permissions": Permission,
    "register_auth_providers": AuthProvider,
    "register_link_schemes": LinkScheme,
    "register_pack_parts": PackPart,
    "register_embeds": Embed,
    "nav_links": NavLink,
    "search_documents": SearchDocument,
    "changing_documents": ChangingDocuments,
    "register_search_engines": SearchEngineOffer,
    "health_checks": HealthCheck,
    "register_jobs": Job,
}
"""What the lists of each hook hold."""


def _items(hook: str, answer: Answer, kind: type) -> list[Any]:
    try:
        items = list(answer.value) if isinstance(answer.value, Iterable) and not isinstance(answer.value, str) else [answer.value]
    except (Exception, SystemExit):
        log.exception("plugin.hook_failed", plugin=answer.plugin, hook=hook)
        return []
    kept = [item for item in items if isinstance(item, kind) and well_made(item)]
    if len(kept) < len(items):
        log.error("plugin.wrong_answer", plugin=answer.plugin, hook=hook, wanted=kind.__name__)
    return kept


_FIELDS: dict[str, type | UnionType] = {"str": str, "Text": Text, "int": int, "float": float | int}
_PARTS: dict[str, type] = {"tuple[str, ...]": str, "tuple[SearchSection, ...]": SearchSection, "frozenset[str]": str}
_LONG = 500
_MOST = 1e15


def well_made(item: Any) -> bool:  # noqa: ANN401 - one of the kinds above
    """Whether each field holds what it is declared to hold; names and labels are short (search reads each letter's start), numbers finite."""
    for f in fields(item):
        value, part = getattr(item, f.name), _PARTS.get(str(f.type))
        if part and not isinstance(value, tuple | frozenset):
            return False
        kind = part or _FIELDS.get(str(f.type), object)
        if not all(isinstance(v, kind) and (not isinstance(v, str) or len(v) <= _LONG) for v in (value if part else (value,))):
            return False
        if isinstance(value, float | int) and not -_MOST < value < _MOST:  # a NaN has no place in any order
            return False
    return True


class Breaker:
    """Runs a plugin's work for a page within a time limit.

    Threads cannot be killed: after ``max_timeouts`` a plugin stays off until the restart. Its first work has
    ``first_timeout_s``: that is when its modules are read.
    """

    def __init__(self, *, timeout_s: float = 0.5, first_timeout_s: float = 1.25, max_timeouts: int = 3, workers: int = 8) -> None:
        self._timeout, self._first_timeout = timeout_s, first_timeout_s
        self._met: set[str] = set()
        self._max = max_timeouts
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="panel")
        self._timeouts: dict[str, int] = {}
        self._lock = Lock()

    def run(self, plugin: str, work: Any) -> Any:  # noqa: ANN401 - whatever the work returns
        """The result of ``work()``, or None where it raised, took too long, or the plugin is off."""
        if self._timeouts.get(plugin, 0) >= self._max:
            return None
        limit = self._timeout if plugin in self._met else self._first_timeout
        self._met.add(plugin)
        started = time.perf_counter()
        try:
            return self._pool.submit(work).result(limit)
        except FutureTimeout:
            with self._lock:
                self._timeouts[plugin] = self._timeouts.get(plugin, 0) + 1
            log.warning("plugin.timeout", plugin=plugin, seconds=round(time.perf_counter() - started, 2), off=self.is_off(plugin))
        except (Exception, SystemExit):
            log.exception("plugin.panel_failed", plugin=plugin)
        return None

    def is_off(self, plugin: str) -> bool:
        """Whether the plugin has timed out too often."""
        return self._timeouts.get(plugin, 0) >= self._max
