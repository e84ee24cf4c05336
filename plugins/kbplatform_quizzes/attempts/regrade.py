"""Marking again once a key was mended: attempts are replayed with the question's present text, and who changes is listed first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from kbplatform.sdk import Conflict, NotFound, Text, record_audit, utcnow
from kbplatform_quizzes.attempts.people import people_of
from kbplatform_quizzes.attempts.records import records
from kbplatform_quizzes.attempts.replay import Happened
from kbplatform_quizzes.attempts.sittings import TRIED
from kbplatform_quizzes.models import Attempt, AttemptEvent, AttemptItem, BankQuestion, Quiz

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from kbplatform.sdk import Actor, Database, Viewer
    from kbplatform_quizzes.attempts.sittings import Sittings
    from kbplatform_quizzes.store import Bank

MAX_REGRADED = 5_000
"""Attempts of one regrade."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a regrade changes for one person. A percentage or a pass of None: an answer waits for a person."""

    attempt: str
    who: str
    quiz: Text
    before: float | None
    after: float | None
    passed_before: bool | None
    passed_after: bool | None

    @property
    def matters(self) -> bool:
        """Whether anything changes."""
        return (self.before, self.passed_before) != (self.after, self.passed_after)


@dataclass(frozen=True, slots=True)
class Regrade:
    """A regrade: how many attempts were marked by another text than today's, and those whose score changes."""

    looked_at: int
    changes: tuple[Change, ...]


class Regrader:
    """Plans and does regrades, for the attempts of somebody's people."""

    def __init__(self, db: Database, bank: Bank, sittings: Sittings) -> None:
        self._db, self._bank, self._sittings = db, bank, sittings

    def plan(self, viewer: Viewer, question: int, quiz: str = "") -> Regrade:
        """What marking by a question's present text would change, in one quiz or in all. Writes nothing.

        Raises NotFound for a question that isn't there, Conflict for more than 5,000 attempts.
        """
        with self._db.read() as session:
            return self._regrade(session, viewer, question, quiz, write=False)

    def behind(self, viewer: Viewer, question: int) -> int:
        """How many attempts of the viewer's people are marked by another text of a question than today's, without replaying any."""
        with self._db.read() as session:
            row = session.get(BankQuestion, question)
            if row is None:
                return 0
            asked = _with_question(row, "", {m.id: m.name for m in people_of(session, viewer)}).limit(MAX_REGRADED).subquery()
            items = select(AttemptItem.attempt_id, AttemptItem.version).join(asked, asked.c.id == AttemptItem.attempt_id)
            by = dict(session.execute(items.where(AttemptItem.question_id == question)).tuples().all())
            again = (
                select(AttemptEvent.attempt_id, AttemptEvent.data)
                .join(asked, (asked.c.id == AttemptEvent.attempt_id) & (asked.c.position == AttemptEvent.position))
                .where(AttemptEvent.kind == "regraded")
                .order_by(AttemptEvent.id)
            )
            by |= {attempt: data["version"] for attempt, data in session.execute(again).tuples()}
            return sum(version != row.version for version in by.values())

    def regrade(self, viewer: Viewer, actor: Actor, question: int, quiz: str = "") -> Regrade:
        """Do what :meth:`plan` says of the attempts there are now; what changed."""
        with self._db.write() as session:
            done = self._regrade(session, viewer, question, quiz, write=True)
            record_audit(session, actor, "quizzes.regraded", "quiz_question", question, attempts=done.looked_at, changed=len(done.changes))
            return done

    def _regrade(self, session: Session, viewer: Viewer, question: int, quiz: str, *, write: bool) -> Regrade:
        row = session.get(BankQuestion, question)
        if row is None:
            raise NotFound(Text("没有这道题", "There is no such question"))
        names = {m.id: m.name for m in people_of(session, viewer)}
        wanted = _with_question(row, quiz, names)
        if (session.scalar(select(func.count()).select_from(wanted.subquery())) or 0) > MAX_REGRADED:
            raise Conflict(Text(f"一次最多重判 {MAX_REGRADED} 份，请按测验分开", f"At most {MAX_REGRADED} attempts at once: take them quiz by quiz"))
        found = session.execute(wanted.with_for_update(of=Attempt) if write else wanted).tuples().all()
        kept = records(session, self._bank, [attempt for attempt, _, _ in found], [(row.id, row.version)])
        changes, looked_at = [], 0
        for attempt, position, quiz_row in found:
            before = kept.outcome(attempt)
            if before.items[position].version == row.version:
                continue
            looked_at += 1
            event = Happened("regraded", position, {"version": row.version})
            after = kept.outcome(attempt, [event])
            enough = float(attempt.rule.get("pass_percent", 0))
            change = Change(
                attempt.token, names[attempt.user_id or 0], Text(quiz_row.zh, quiz_row.en),
                before.percent, after.percent, before.passed(enough), after.passed(enough),
            )  # fmt: skip
            changes += [change] if change.matters else []
            if write:
                session.add(AttemptEvent(attempt_id=attempt.id, kind="regraded", position=position, by=viewer.id, data=dict(event.data), at=utcnow()))
                self._sittings.write_down(session, attempt, kept.items[attempt.id], after)
        return Regrade(looked_at, tuple(changes))


def _with_question(row: BankQuestion, quiz: str, people: dict[int, str]) -> Select[tuple[Attempt, int, Quiz]]:
    """Done attempts in which the question was asked, the place it had, and their quiz."""
    here: list[Any] = [AttemptItem.question_id == row.id, Attempt.state == "done", Attempt.kind != TRIED, Attempt.user_id.in_(people)]
    return (
        select(Attempt, AttemptItem.position, Quiz)
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .where(*here, *([Quiz.key == quiz] if quiz else []))
        .order_by(Attempt.id)
    )
