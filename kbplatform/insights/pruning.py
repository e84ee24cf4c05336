"""Gaps that were settled long ago and that nobody asks for any more are forgotten, and with them who asked."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from kbplatform.accounts import audit
from kbplatform.db import AdvisoryLock, one_at_a_time, utcnow
from kbplatform.insights.gaps import ANSWERED, DECLINED
from kbplatform.insights.models import Gap
from kbplatform.viewer import SYSTEM

if TYPE_CHECKING:
    from datetime import datetime

    from kbplatform.db import Database
    from kbplatform.viewer import Actor

DAY_S = 24 * 3600
_AT_ONCE = 200


class Pruning:
    """Keeps answered and declined gaps for ``keep_days`` after the last question and the decision; with 0 for good."""

    def __init__(self, db: Database, keep_days: int) -> None:
        self._db = db
        self._keep_days = keep_days
        self._next = 0.0

    def run_daily(self) -> None:
        """Prune where a day has gone by since this process did so. Called again and again by the one that keeps the index."""
        if self._keep_days and time.monotonic() >= self._next:
            self._next = time.monotonic() + DAY_S
            self.prune()

    def prune(self, keep_days: int | None = None, *, actor: Actor = SYSTEM, now: datetime | None = None) -> int:
        """Forget what is due, gaps merged into it included; how many that were. ``keep_days`` instead of the setting's."""
        keep = self._keep_days if keep_days is None else keep_days
        if not keep:
            return 0
        limit, gone = (now or utcnow()) - timedelta(days=keep), 0
        while batch := self._prune_some(limit, actor):
            gone += batch
        return gone

    def _prune_some(self, limit: datetime, actor: Actor) -> int:
        due = select(Gap.id).where(Gap.state.in_([ANSWERED, DECLINED]), Gap.last_asked_at < limit, Gap.decided_at < limit)
        with self._db.write() as session:
            one_at_a_time(session, AdvisoryLock.GAPS)
            ids = list(session.scalars(due.order_by(Gap.id).limit(_AT_ONCE)))
            if not ids:
                return 0
            merged = list(session.scalars(select(Gap.id).where(Gap.merged_into.in_(ids))))
            session.execute(delete(Gap).where(Gap.merged_into.in_(ids)))
            session.execute(delete(Gap).where(Gap.id.in_(ids)))
            audit.record(session, actor, "gap.pruned", "gap", gaps=len(ids) + len(merged))
            return len(ids) + len(merged)
