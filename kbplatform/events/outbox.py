"""Writing events and reading them back in order."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select

from kbplatform.db import AdvisoryLock, one_at_a_time, utcnow
from kbplatform.events.event import Event
from kbplatform.events.models import OutboxCursor, OutboxRow

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from kbplatform.db import Database


def emit(session: Session, topic: str, payload: dict[str, Any]) -> None:
    """Record that something happened, in the caller's transaction."""
    one_at_a_time(session, AdvisoryLock.OUTBOX)
    session.add(OutboxRow(topic=topic, payload=payload))


class Outbox:
    """Reads events; consumers remember by name how far they came."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def after(self, seq: int, limit: int) -> list[Event]:
        """At most ``limit`` events that follow ``seq``, oldest first."""
        with self._db.read() as session:
            rows = session.scalars(select(OutboxRow).where(OutboxRow.seq > seq).order_by(OutboxRow.seq).limit(limit))
            return [Event(row.seq, row.topic, row.payload, row.created_at) for row in rows]

    def head(self) -> int:
        """The highest sequence number; 0 when nothing has happened yet."""
        with self._db.read() as session:
            return session.scalar(select(func.max(OutboxRow.seq))) or 0

    def position(self, consumer: str) -> int:
        """How far ``consumer`` has come."""
        with self._db.read() as session:
            cursor = session.get(OutboxCursor, consumer)
            return cursor.seq if cursor else 0

    def oldest(self) -> int:
        """The lowest sequence number that is still there; 0 where there is none."""
        with self._db.read() as session:
            return session.scalar(select(func.min(OutboxRow.seq))) or 0

    def prune(self, consumers: Collection[str], keep_days: int = 30) -> int:
        """Delete events that all these consumers have seen and that are older than ``keep_days``. The newest stays.

        Who keeps a position elsewhere, like a search index, must compare it with :meth:`oldest`.
        """
        limit = utcnow() - timedelta(days=keep_days)
        with self._db.write() as session:
            seen = dict(session.execute(select(OutboxCursor.consumer, OutboxCursor.seq)).tuples().all())
            head = session.scalar(select(func.max(OutboxRow.seq))) or 0
            passed = min((seen.get(name, 0) for name in consumers), default=head)
            gone = session.execute(delete(OutboxRow).where(OutboxRow.seq <= passed, OutboxRow.seq < head, OutboxRow.created_at < limit))
            return int(getattr(gone, "rowcount", 0))


def advance(session: Session, consumer: str, seq: int) -> None:
    """Remember, in the caller's transaction, that ``consumer`` has handled everything up to ``seq``."""
    cursor = session.get(OutboxCursor, consumer)
    if cursor is None:
        session.add(OutboxCursor(consumer=consumer, seq=seq))
    else:
        cursor.seq = max(cursor.seq, seq)
