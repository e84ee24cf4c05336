"""One's own results: each quiz over time, and what one was sure of and had wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kbplatform.sdk import Text, utcnow
from kbplatform_quizzes.attempts.quizzes import may_review, view_of
from kbplatform_quizzes.attempts.rules import Rule
from kbplatform_quizzes.models import Attempt, AttemptItem, Quiz
from kbplatform_quizzes.statistics.results import counting

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform_quizzes.store import Bank, Stored

MAX_WRONG = 20
"""Of what one was sure of and had wrong, the newest."""


@dataclass(frozen=True, slots=True)
class Done:
    """A finished attempt of one's own. ``percent`` and ``passed`` are None while an answer waits for a person."""

    token: str
    number: int
    started_at: datetime
    ended_at: datetime
    percent: float | None
    passed: bool | None
    waiting: int


@dataclass(frozen=True, slots=True)
class QuizOverTime:
    """A quiz with one's finished attempts in their order, and what counts of them by its rule."""

    key: str
    title: Text
    practice: str | None
    attempts: tuple[Done, ...]
    percent: float | None
    passed: bool | None

    @property
    def last(self) -> Done:
        """The newest one."""
        return self.attempts[-1]


@dataclass(frozen=True, slots=True)
class SureAndWrong:
    """A question whose last answer was given for sure and was not fully right. ``token`` is the attempt it was in."""

    stored: Stored
    token: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Mine:
    """Quizzes, the one last taken first; and what one was sure of and had wrong, newest first."""

    quizzes: tuple[QuizOverTime, ...]
    wrong: tuple[SureAndWrong, ...]


def mine(session: Session, bank: Bank, user: int, now: datetime | None = None) -> Mine:
    """The results of ``user``, with nothing of questions whose marks their quiz doesn't show (yet)."""
    rows = session.execute(
        select(Attempt, Quiz)
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .where(Attempt.user_id == user, Attempt.state == "done", Attempt.kind != "tried")
        .order_by(Attempt.ended_at, Attempt.id)
    ).tuples()
    by_quiz: defaultdict[int, list[tuple[Attempt, Quiz]]] = defaultdict(list)
    open_to_see: dict[int, Attempt] = {}
    for attempt, quiz in rows:
        if attempt.kind == "graded":
            by_quiz[quiz.id].append((attempt, quiz))
        rule = Rule.read(attempt.rule)
        if "marks" in rule.shown and may_review(rule, view_of(quiz), now or utcnow()):
            open_to_see[attempt.id] = attempt
    quizzes = sorted((_over_time(members) for members in by_quiz.values()), key=lambda q: q.last.ended_at, reverse=True)
    return Mine(tuple(quizzes), _wrong(session, bank, user, open_to_see))


def _over_time(members: Sequence[tuple[Attempt, Quiz]]) -> QuizOverTime:
    quiz = members[0][1]
    attempts = tuple(
        Done(a.token, a.number, a.started_at, a.ended_at or a.started_at, None if a.waiting else a.percent, a.passed, a.waiting)
        for a, _ in members
    )
    percent, passed = counting([(a.percent, bool(a.passed)) for a in attempts if a.percent is not None], str(quiz.rule.get("counts", "best")))
    return QuizOverTime(quiz.key, Text(quiz.zh, quiz.en), quiz.practice, attempts, percent, passed)


def _wrong(session: Session, bank: Bank, user: int, visible: Mapping[int, Attempt]) -> tuple[SureAndWrong, ...]:
    """By question, the last answer that one may see the mark of: also from going over the wrong ones, where it was put right."""
    if not visible:
        return ()
    columns = (AttemptItem.attempt_id, AttemptItem.question_id, AttemptItem.version, AttemptItem.sure, AttemptItem.fraction)
    answers = session.execute(
        select(*columns)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .where(Attempt.user_id == user, Attempt.state == "done", AttemptItem.fraction.is_not(None), AttemptItem.points > 0)
        .order_by(Attempt.ended_at.desc(), Attempt.id.desc(), AttemptItem.position)
    )
    last: dict[int, Any] = {}
    for row in answers:
        if row.attempt_id in visible:
            last.setdefault(row.question_id, row)
    found = [row for row in last.values() if row.sure and row.fraction < 1][:MAX_WRONG]
    texts = bank.texts(session, {(row.question_id, row.version) for row in found})
    return tuple(
        SureAndWrong(texts[row.question_id, row.version], visible[row.attempt_id].token, visible[row.attempt_id].ended_at or utcnow())
        for row in found
    )
