"""Delivers events to handlers: at least once, in order, one transaction per handler and event."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog

from kbplatform.events.outbox import Outbox, advance

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy.orm import Session

    from kbplatform.db import Database
    from kbplatform.events.event import Event

    Handler = Callable[[Session, Event], None]

log = structlog.get_logger(__name__)
MAX_TRIES = 5
DAY_S = 24 * 3600


class EventRelay:
    """Runs each named handler over the events it has not seen.

    A handler that keeps failing on one event is tried ``MAX_TRIES`` times, then that event is
    left out for it, loudly: one bad event must not stop all that follow.
    """

    def __init__(self, db: Database, handlers: Mapping[str, Handler]) -> None:
        self._db = db
        self._outbox = Outbox(db)
        self._handlers = handlers
        self._failures: dict[tuple[str, int], int] = {}
        self._next_pruning = 0.0

    def run_once(self, limit: int = 200) -> int:
        """Deliver what is waiting; the number of deliveries that succeeded."""
        return sum(self._run_handler(name, handler, limit) for name, handler in self._handlers.items())

    def prune_daily(self) -> int:
        """Once a day, delete old events that every handler here has seen (see :meth:`Outbox.prune`); how many.

        A plugin that is not here holds nothing up: after a month without it, it has missed what was deleted.
        """
        if time.monotonic() < self._next_pruning:
            return 0
        self._next_pruning = time.monotonic() + DAY_S
        return self._outbox.prune(self._handlers)

    def _run_handler(self, name: str, handler: Handler, limit: int) -> int:
        delivered = 0
        for event in self._outbox.after(self._outbox.position(name), limit):
            try:
                with self._db.write() as session:
                    handler(session, event)
                    advance(session, name, event.seq)
            except Exception:  # noqa: BLE001 - a handler is a stranger's: whatever it raises stays with it
                if not self._give_up(name, event):
                    return delivered
            else:
                delivered += 1
        return delivered

    def _give_up(self, name: str, event: Event) -> bool:
        key = (name, event.seq)
        self._failures[key] = self._failures.get(key, 0) + 1
        tries = self._failures[key]
        log.warning("event.handler_failed", handler=name, seq=event.seq, topic=event.topic, tries=tries, exc_info=tries == 1)
        if tries < MAX_TRIES:
            return False
        del self._failures[key]
        with self._db.write() as session:
            advance(session, name, event.seq)
        log.error("event.left_out", handler=name, seq=event.seq, topic=event.topic)
        return True
