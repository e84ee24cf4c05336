"""Finding and registering plugins. One that fails is left out and named; it never stops the site."""

from __future__ import annotations

import importlib.metadata
import re
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pluggy
import structlog

from kbplatform.bilingual import Text
from kbplatform.errors import SettingsError
from kbplatform.plugin import hookspecs

if TYPE_CHECKING:
    from collections.abc import Iterable

log = structlog.get_logger(__name__)

PROJECT = "kbplatform"
GROUP = "kbplatform.plugins"
_NAME = re.compile(r"^[a-z][a-z0-9]*$")

State = Literal["loaded", "disabled", "failed"]


@dataclass(slots=True)
class PluginRecord:
    """One plugin, loaded or not. ``error`` is its last line, ``details`` the traceback for the operator."""

    name: str
    target: str
    distribution: str = ""
    version: str = ""
    state: State = "loaded"
    error: str = ""
    details: str = ""
    module: Any = None
    hooks: list[str] = field(default_factory=list)

    def folder(self, name: str) -> Path | None:
        """A conventional folder of the plugin (``templates``, ``static`` …) if it has one."""
        file = getattr(self.module, "__file__", None)
        path = Path(file).parent / name if file else None
        return path if path and path.is_dir() else None

    def fail(self, error: BaseException) -> None:
        """Leave the plugin out, and remember why."""
        self.state = "failed"
        log.warning("plugin.left_out", plugin=self.name, error=f"{type(error).__name__}: {error}"[:300])
        self.error = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        self.details = "".join(traceback.format_exception(error))[-4000:]


@dataclass(slots=True)
class Plugins:
    """The plugin manager and what became of each plugin."""

    manager: pluggy.PluginManager
    records: list[PluginRecord]

    @property
    def loaded(self) -> list[PluginRecord]:
        """Plugins whose hooks are called."""
        return [r for r in self.records if r.state == "loaded"]

    def drop(self, record: PluginRecord, error: BaseException) -> None:
        """Take a plugin out after it failed while being set up."""
        record.fail(error)
        if self.manager.is_registered(record.module):
            self.manager.unregister(record.module)


def load_plugins(*, disabled: Iterable[str] = (), strict: bool = False, extra: dict[str, Any] | None = None) -> Plugins:
    """Load the plugins that are installed, and ``extra`` ones given as name → module (for tests).

    Raises SettingsError in strict mode when one cannot be loaded.
    """
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    plugins = Plugins(manager, [])
    off = set(disabled)
    seen: set[str] = set()
    entry_points = sorted(importlib.metadata.entry_points(group=GROUP), key=lambda e: e.name)
    for entry in entry_points:
        if entry.name in seen:  # the same distribution seen twice on the path
            continue
        seen.add(entry.name)
        dist = entry.dist
        record = PluginRecord(entry.name, entry.value, dist.name if dist else "", dist.version if dist else "")
        plugins.records.append(record)
        _load(plugins, record, entry.load, off)
    for name, module in (extra or {}).items():
        record = PluginRecord(name, getattr(module, "__name__", name))
        plugins.records.append(record)
        _load(plugins, record, lambda module=module: module, off)
    for record in plugins.loaded:  # once every plugin has brought its own hooks
        _register(plugins, record)
    failed = [r for r in plugins.records if r.state == "failed"]
    if strict and failed:
        names = ", ".join(f"{r.name} ({r.error})" for r in failed)
        raise SettingsError(Text(f"插件装不上：{names}", f"Plugins can't be loaded: {names}"))
    return plugins


def _load(plugins: Plugins, record: PluginRecord, load: Any, off: set[str]) -> None:  # noqa: ANN401 - entry point's load
    """Import the plugin and take in the hooks it brings."""
    if record.name in off:
        record.state = "disabled"
        return
    try:
        _require_name(record.name)
        record.module = load()
        brings = getattr(record.module, "register_hookspecs", None)
        for namespace in brings() if callable(brings) and hasattr(brings, f"{PROJECT}_impl") else ():
            plugins.manager.add_hookspecs(namespace)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's module may raise anything at import, or try to exit
        record.fail(error)


def _register(plugins: Plugins, record: PluginRecord) -> None:
    try:
        plugins.manager.register(record.module, name=record.name)
        plugins.manager.check_pending()
        record.hooks = sorted(h.name for h in plugins.manager.get_hookcallers(record.module) or [])
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's module may raise anything
        if record.module is not None and plugins.manager.is_registered(record.module):
            plugins.manager.unregister(record.module)
        record.fail(error)


def _require_name(name: str) -> None:
    """A plugin's name stands in table names, addresses and folders. Raises ValueError for any other than ``[a-z][a-z0-9]*``."""
    if not _NAME.match(name):
        msg = f"plugin name {name!r}: use a-z and 0-9, a letter first"
        raise ValueError(msg)
