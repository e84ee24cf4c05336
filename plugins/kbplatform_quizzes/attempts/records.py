"""What the database has of attempts, read for many at once, and the marks that follow from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from kbplatform_quizzes.attempts.replay import Drawn, Happened, Outcome, replay
from kbplatform_quizzes.models import Attempt, AttemptEvent, AttemptItem

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform_quizzes.store import Bank, Stored

_AT_ONCE = 500
_MATTER = ("answered", "drafted", "marked", "regraded")


@dataclass(frozen=True, slots=True)
class Records:
    """Questions and events of some attempts, by their number, with every text they need."""

    items: Mapping[int, list[AttemptItem]]
    events: Mapping[int, list[Happened]]
    texts: Mapping[tuple[int, str], Stored]

    def stored(self, item: AttemptItem) -> Stored:
        """The question as it was shown."""
        return self.texts[item.question_id, item.version]

    def outcome(self, attempt: Attempt, more: Iterable[Happened] = ()) -> Outcome:
        """The replay of an attempt; ``more`` are events on top of those that happened."""
        drawn = [Drawn(i.question_id, i.version, i.points) for i in self.items[attempt.id]]
        events = [*self.events.get(attempt.id, []), *more]
        return replay(drawn, events, lambda number, version: self.texts[number, version].question, markers=int(attempt.rule.get("markers", 1)))


def records(session: Session, bank: Bank, attempts: Sequence[Attempt], also: Iterable[tuple[int, str]] = ()) -> Records:
    """Read some attempts; ``also`` names texts (number and version) beside those their events name. Raises Unavailable as Bank.texts."""
    items: dict[int, list[AttemptItem]] = {a.id: [] for a in attempts}
    events: dict[int, list[Happened]] = {}
    wanted = set(also)
    ids = list(items)
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        for item in session.scalars(select(AttemptItem).where(AttemptItem.attempt_id.in_(some)).order_by(AttemptItem.position)):
            items[item.attempt_id].append(item)
            wanted.add((item.question_id, item.version))
        rows = session.scalars(
            select(AttemptEvent).where(AttemptEvent.attempt_id.in_(some), AttemptEvent.kind.in_(_MATTER)).order_by(AttemptEvent.id)
        )
        for row in rows:
            events.setdefault(row.attempt_id, []).append(Happened(row.kind, row.position, row.data, row.by))
            if row.kind == "regraded" and row.position is not None:
                wanted.add((items[row.attempt_id][row.position].question_id, row.data["version"]))
    return Records(items, events, bank.texts(session, wanted))
