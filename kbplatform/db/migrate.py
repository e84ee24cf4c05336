"""Bringing every component's tables up to date, safely when many processes start at once.

One Alembic environment, one version table per component: a plugin can be removed without
breaking later upgrades of the others.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

from kbplatform.bilingual import Text
from kbplatform.db.locks import AdvisoryLock
from kbplatform.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alembic.config import Config
    from sqlalchemy import Connection

    from kbplatform.db.engine import Database

_SCRIPTS = Path(__file__).parent.parent / "migrations"
_LOCK_WAIT_S = 120


@dataclass(frozen=True, slots=True)
class Component:
    """Something with tables of its own: the core (``prefix`` ``kb``) or a plugin (its name)."""

    name: str
    prefix: str
    versions: Path

    @property
    def version_table(self) -> str:
        """Where the component's schema version is kept."""
        return "alembic_version" if self.prefix == "kb" else f"alembic_version_{self.prefix}"


CORE = Component("core", "kb", _SCRIPTS / "versions")


def upgrade(db: Database, components: Sequence[Component]) -> dict[str, Exception]:
    """Upgrade each component under one lock; what went wrong by component name, core excepted.

    Raises StorageError where the core's schema is newer than this code, or cannot be upgraded.
    """
    failed: dict[str, Exception] = {}
    with _lock(db):
        for component in components:
            try:
                _upgrade(db, component)
            except StorageError as error:
                if component is CORE:
                    raise
                failed[component.name] = error
            except Exception as error:
                if component is CORE:
                    raise StorageError(
                        Text(f"数据库升级失败：{error}", f"The database could not be upgraded: {error}"),
                        remedy=Text("数据没有改动。请先备份，再看日志。", "Nothing was changed. Make a backup, then see the log."),
                    ) from error
                failed[component.name] = error
    return failed


def _upgrade(db: Database, component: Component) -> None:
    from alembic import command  # noqa: PLC0415 - slow import, needed at start only
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - as above

    config = alembic_config(component)
    script = ScriptDirectory.from_config(config)
    with db.engine.connect() as connection:
        current = _current(connection, component)
        head = script.get_current_head()
        if current == head:
            return
        if current is not None and current not in {r.revision for r in script.walk_revisions()}:
            raise StorageError(
                Text(
                    f"数据库（{component.name}，版本 {current}）比这个程序新",
                    f"The database ({component.name}, schema {current}) is newer than this program",
                ),
                remedy=Text("请装回较新的 kbplatform，或用旧备份恢复。", "Install the newer kbplatform again, or restore an older backup."),
            )
        connection.rollback()
        config.attributes["connection"] = connection
        config.attributes["component"] = component
        command.upgrade(config, "head")


def _current(connection: Connection, component: Component) -> str | None:
    if not connection.dialect.has_table(connection, component.version_table):
        return None
    return connection.execute(text(f"SELECT version_num FROM {component.version_table}")).scalar()  # noqa: S608 - a name from our own set


def alembic_config(component: Component) -> Config:
    """Alembic's configuration for one component; no ini file is involved."""
    from alembic.config import Config  # noqa: PLC0415 - slow import, needed at start only

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.set_main_option("version_locations", str(component.versions))
    config.set_main_option("path_separator", "newline")
    return config


@contextmanager
def _lock(db: Database) -> Iterator[None]:
    """Hold the right to change the schema: a side SQLite file, or an advisory lock on PostgreSQL."""
    if not db.is_sqlite:
        with db.engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": AdvisoryLock.MIGRATION})
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": AdvisoryLock.MIGRATION})
        return
    if not db.url.database or db.url.database == ":memory:":
        yield
        return
    side = sqlite3.connect(f"{db.url.database}.migrating", timeout=_LOCK_WAIT_S, isolation_level=None)
    try:
        side.execute("BEGIN EXCLUSIVE")
        yield
        side.execute("COMMIT")
    finally:
        side.close()
