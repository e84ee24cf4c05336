"""How somebody stands with quizzes: what is under way, what was done, what is left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from kbplatform_quizzes.attempts.sittings import GRADED
from kbplatform_quizzes.models import Attempt

if TYPE_CHECKING:
    from kbplatform.sdk import Database, Viewer
    from kbplatform_quizzes.attempts.quizzes import QuizView

SHOWN = 20
"""Attempts that are listed, newest first."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One attempt, without its questions."""

    token: str
    number: int
    state: str
    started_at: datetime
    ended_at: datetime | None
    percent: float | None
    passed: bool | None
    waiting: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's attempts at one quiz, newest first. ``left`` is None where there is no limit."""

    attempts: tuple[Taken, ...] = ()
    counts: str = "best"
    left: int | None = None

    @property
    def going(self) -> Taken | None:
        """The one under way."""
        return next((a for a in self.attempts if a.state != "done"), None)

    @property
    def counted(self) -> Taken | None:
        """The one whose score counts: the best, the first or the last, as the quiz says. None while none has a score."""
        done = [a for a in self.attempts if a.percent is not None]
        if not done:
            return None
        if self.counts == "best":
            return max(done, key=lambda a: (a.percent or 0.0, a.number))
        return done[0] if self.counts == "last" else done[-1]

    @property
    def waiting(self) -> bool:
        """Whether a score waits for a person."""
        return any(a.waiting for a in self.attempts)


def standings(db: Database, viewer: Viewer, quizzes: Iterable[QuizView]) -> dict[int, Standing]:
    """How ``viewer`` stands with each of these quizzes, by quiz number."""
    by_id = {quiz.id: quiz for quiz in quizzes}
    rows: dict[int, list[Taken]] = {number: [] for number in by_id}
    if viewer.id is not None and by_id:
        mine = (Attempt.user_id == viewer.id, Attempt.kind == GRADED, Attempt.quiz_id.in_(by_id))
        wanted = select(Attempt).where(*mine).order_by(Attempt.number.desc())
        with db.read() as session:
            for a in session.scalars(wanted):
                rows[a.quiz_id].append(Taken(a.token, a.number, a.state, a.started_at, a.ended_at, a.percent, a.passed, a.waiting))
    return {number: _standing(by_id[number], tuple(taken)) for number, taken in rows.items()}


def _standing(quiz: QuizView, taken: tuple[Taken, ...]) -> Standing:
    most = quiz.rule.attempts
    return Standing(taken, quiz.rule.counts, max(0, most - len(taken)) if most else None)
