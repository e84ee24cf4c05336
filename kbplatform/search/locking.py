"""Who may write the index: one process, decided by a lock that is let go at its death."""

from __future__ import annotations

import os
import sys
from typing import IO, TYPE_CHECKING, Protocol

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from kbplatform.db import AdvisoryLock

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from kbplatform.db import Database

if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try_lock(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


class Lock(Protocol):
    """Held by one process at a time."""

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""

    def acquire(self) -> bool:
        """Take the lock if nobody has it; True when it is ours."""

    def release(self) -> None:
        """Let go."""


class FileLock:
    """An advisory lock on a file, for the processes of one machine. A file left behind by a dead process locks nobody out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    @property
    def held(self) -> bool:
        return self._file is not None

    def acquire(self) -> bool:
        if self._file is not None:
            return True
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("ab")
        try:
            _try_lock(file)
        except OSError:
            file.close()
            return False
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        file.flush()
        self._file = file
        return True

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class DatabaseLock:
    """PostgreSQL's advisory lock, for the nodes of one site: as long as its connection lives it is ours."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._connection: Connection | None = None

    @property
    def held(self) -> bool:
        return self._connection is not None

    def acquire(self) -> bool:
        try:
            if self._connection is not None:
                self._connection.execute(text("SELECT 1"))  # the server may have restarted: then another node may hold it
                return True
            connection = self._db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            if connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": AdvisoryLock.INDEXER}).scalar():
                self._connection = connection
            else:
                connection.close()
        except SQLAlchemyError:
            self.release()
        return self.held

    def release(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()  # closed, not pooled: the lock goes with it
            self._connection.close()
            self._connection = None
