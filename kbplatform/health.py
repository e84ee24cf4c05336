"""The state of the core's parts, in words, with what to do about each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbplatform.bilingual import Text
from kbplatform.errors import KbError
from kbplatform.plugin.contributions import HealthCheck
from kbplatform.search.engine import EngineError

if TYPE_CHECKING:
    from kbplatform.db import Database
    from kbplatform.plugin.loader import Plugins
    from kbplatform.privacy import Rules
    from kbplatform.search.service import SearchService


WHOOSH_COMFORTABLE = 20_000
"""Documents up to which the embedded engine is quick; …"""
WHOOSH_AT_MOST = 30_000
"""… and from which on PostgreSQL should have taken over."""
_REBUILD = Text("运行 kbplatform index rebuild。", "Run `kbplatform index rebuild`.")
_GROWING = Text(
    "Whoosh 到两万篇左右开始变慢。还会再长，就准备迁到 PostgreSQL。",
    "Whoosh slows down from about 20,000 documents on. If it keeps growing, plan the move to PostgreSQL.",
)
_TOO_LARGE = Text(
    "这么多篇请用 PostgreSQL：KBPLATFORM_DATABASE_URL 指过去，搜索引擎会跟着换。",
    "Use PostgreSQL for so many: point KBPLATFORM_DATABASE_URL to it, and the search engine follows.",
)


def core_checks(db: Database, search: SearchService, plugins: Plugins, masking: Rules) -> list[HealthCheck]:
    """Database, index, plugins and the site's masking rules."""
    return [_database(db), _index(search), _plugins(plugins), _masking(masking)]


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
    try:
        count = search.engine.size()
    except EngineError as error:
        return HealthCheck("index", "warning", Text(f"索引读不出来：{error}", f"the index can't be read: {error}"), _REBUILD)
    engine = search.engine.name
    words = Text(f"能用：{engine}，{count} 篇", f"answers: {engine}, {count} documents")
    if engine == "whoosh" and count > WHOOSH_COMFORTABLE:
        return HealthCheck("index", "warning", words, _TOO_LARGE if count > WHOOSH_AT_MOST else _GROWING)
    return HealthCheck("index", "ok", words)


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


def _masking(rules: Rules) -> HealthCheck:
    """A file that can't be used stops the start: here it is counted."""
    own, public = len(rules.site), len(rules.public)
    words = Text(f"本站规则 {own} 条，公开的号码和地址 {public} 个", f"{own} rules of the site, {public} public numbers and addresses")
    return HealthCheck("masking", "ok", words)
