"""The state of the core's parts, in words, with what to do about each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbplatform.bilingual import Text
from kbplatform.errors import KbError
from kbplatform.plugin.contributions import HealthCheck

if TYPE_CHECKING:
    from kbplatform.db import Database
    from kbplatform.plugin.loader import Plugins
    from kbplatform.search.service import SearchService


def core_checks(db: Database, search: SearchService, plugins: Plugins) -> list[HealthCheck]:
    """Database, index and plugins."""
    return [_database(db), _index(search), _plugins(plugins)]


def _database(db: Database) -> HealthCheck:
    try:
        db.check()
    except KbError as error:
        return HealthCheck("database", "error", error.message, error.remedy)
    return HealthCheck("database", "ok", Text("能用", "answers"))


def _index(search: SearchService) -> HealthCheck:
    if search.degraded:
        return HealthCheck(
            "index",
            "warning",
            Text("索引还没好，搜索直接查数据库", "no usable index: search answers from the database"),
            Text(
                "等索引进程重建；一直不好就运行 kbplatform index rebuild。",
                "The indexer rebuilds it; if it stays so, run `kbplatform index rebuild`.",
            ),
        )
    return HealthCheck("index", "ok", Text("能用", "answers"))


def _plugins(plugins: Plugins) -> HealthCheck:
    failed = [r for r in plugins.records if r.state == "failed"]
    if failed:
        names = "; ".join(f"{r.name}: {r.error}" for r in failed)
        return HealthCheck(
            "plugins",
            "warning",
            Text(f"有插件没装上：{names}", f"left out: {names}"),
            Text(
                "看 kbplatform plugin list；修好或写进 KBPLATFORM_DISABLED_PLUGINS。",
                "See `kbplatform plugin list`; repair it or name it in KBPLATFORM_DISABLED_PLUGINS.",
            ),
        )
    return HealthCheck("plugins", "ok", Text(f"装上 {len(plugins.loaded)} 个", f"{len(plugins.loaded)} loaded"))
