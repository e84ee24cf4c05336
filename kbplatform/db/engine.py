"""The one place that knows how each database is opened and how a transaction begins.

SQLite recipe (measured; other recipes lose updates or lock up with eight writers):
``isolation_level=None``, WAL, foreign keys on, busy time-out 15 s, ``synchronous=FULL`` so that a
save somebody waits for is on disk, and an explicit ``BEGIN DEFERRED`` or ``BEGIN IMMEDIATE``.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from kbplatform.bilingual import Text
from kbplatform.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator

BUSY_TIMEOUT_S = 15


class Database:
    """One engine with a reading and a writing kind of session.

    Compute, render, hash and send before or after a transaction, never inside one.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(self.url.render_as_string(hide_password=False)) if self.is_sqlite else create_engine(
            self.url, pool_pre_ping=True, pool_size=10, max_overflow=10, hide_parameters=True
        )
        reader: Engine
        writer: Engine
        if self.is_sqlite:
            reader = self.engine.execution_options(kb_begin="DEFERRED")
            writer = self.engine.execution_options(kb_begin="IMMEDIATE")
        else:
            reader = self.engine.execution_options(postgresql_readonly=True)
            writer = self.engine
        self._read = sessionmaker(reader, expire_on_commit=False, autoflush=False)
        self._write = sessionmaker(writer, expire_on_commit=False)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session on one consistent snapshot; nothing it changes is kept."""
        with self._read() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that holds the write lock from its start and commits at its end."""
        with self._write() as session:
            if self.is_sqlite:
                session.connection()  # takes the lock now: reading first and upgrading later loses updates
            yield session
            session.commit()

    def check(self) -> None:
        """Raise StorageError with a remedy where the database cannot be used."""
        try:
            with self.engine.connect() as connection:
                if self.is_sqlite:
                    connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar()
                else:
                    connection.execute(text("SELECT 1")).scalar()
        except OperationalError as error:
            raise StorageError(
                Text(f"打不开数据库 {self.label}", f"The database {self.label} can't be opened"),
                remedy=Text(
                    f"请检查地址、磁盘空间和读写权限。（{error.orig}）",
                    f"Check the address, free disk space and permissions. ({error.orig})",
                ),
            ) from error
        except DatabaseError as error:
            raise StorageError(
                Text(f"数据库文件 {self.label} 已损坏", f"The database file {self.label} is damaged"),
                remedy=Text(
                    "请先把这个文件移到别处保存，再用备份替换；没有备份就换一个空的数据目录，内容会重新导入。",
                    "Move the file aside and keep it, then put a backup in its place; without one, start with an "
                    "empty data directory and the bundled content is loaded again.",
                ),
            ) from error

    @property
    def label(self) -> str:
        """The database as it may be shown: a path, or a URL without its password."""
        return str(self.url.database) if self.is_sqlite else self.url.render_as_string(hide_password=True)

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def one_at_a_time(session: Session, key: int) -> None:
    """Until the transaction ends, nobody else passes here with ``key``. SQLite lets one write at a time anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def _sqlite_engine(url: str) -> Engine:
    database = make_url(url).database
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        connect_args={"isolation_level": None, "timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
        pool_size=16,
        max_overflow=16,
        hide_parameters=True,  # errors are logged; what people typed is not
    )

    @event.listens_for(engine, "connect")
    def _configure(dbapi_connection: Any, _record: object) -> None:  # noqa: ANN401 - sqlite3 through SQLAlchemy's event
        cursor = dbapi_connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("kb_begin", "IMMEDIATE")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine
