"""How far people are with what they are to know: from the best of their graded attempts, and from what changed since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from sqlalchemy import case, func, select

from kbplatform.sdk import utcnow
from kbplatform_quizzes.models import Attempt, Quiz, Reading

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

State = Literal["none", "going", "stale", "passed"]
STATES: tuple[State, ...] = ("none", "going", "stale", "passed")
"""From the greatest need to none."""
GRADED = "graded"


@dataclass(frozen=True, slots=True)
class Best:
    """The best of somebody's graded attempts: ``percent`` from 0 to 100; ``passed_at`` when they passed last."""

    percent: float | None
    passed_at: datetime | None

    def state(self, changed_at: datetime | None) -> State:
        """Passed, stale where the practice changed in meaning after that, else under way: an attempt not ended, not passed or not marked yet."""
        if self.passed_at is None:
            return "going"
        return "stale" if changed_at is not None and changed_at > self.passed_at else "passed"


class Key(NamedTuple):
    """A person and what they are to know: a quiz by number, a practice or an article by slug."""

    user: int
    what: int | str


def best_by_practice(session: Session, users: Iterable[int]) -> dict[Key, Best]:
    """For each person and practice the best attempt at any quiz that proves it."""
    return _best(session, users, Quiz.practice, Quiz.practice.is_not(None))


def best_by_quiz(session: Session, users: Iterable[int], quizzes: Iterable[int]) -> dict[Key, Best]:
    """For each person and quiz the best attempt."""
    return _best(session, users, Attempt.quiz_id, Attempt.quiz_id.in_(set(quizzes)))


def _best(session: Session, users: Iterable[int], what: Any, condition: Any) -> dict[Key, Best]:  # noqa: ANN401 - SQLAlchemy's columns
    passed_at = func.max(case((Attempt.passed.is_(True), Attempt.ended_at)))
    rows = session.execute(
        select(Attempt.user_id, what, func.max(Attempt.percent), passed_at)
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .where(Attempt.user_id.in_(set(users)), Attempt.kind == GRADED, condition)
        .group_by(Attempt.user_id, what)
    )
    return {Key(user, about): Best(percent, at) for user, about, percent, at in rows}


def readings(session: Session, users: Iterable[int], slugs: Iterable[str]) -> dict[Key, Best]:
    """When people said last that they read these articles, as a pass without a score."""
    rows = session.scalars(select(Reading).where(Reading.user_id.in_(set(users)), Reading.slug.in_(set(slugs))))
    return {Key(row.user_id, row.slug): Best(None, row.at) for row in rows}


def today() -> date:
    """The day it is where the server stands: due days are meant so."""
    return utcnow().astimezone().date()
