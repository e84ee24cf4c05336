"""The first attempts that statistics are made of, as plain figures. Three or four queries, however many attempts there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import fsum
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from kbplatform_quizzes.models import Attempt, AttemptEvent, AttemptItem, BankQuestion, QuestionVersion

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from kbplatform_quizzes.question import Question
    from kbplatform_quizzes.store import Bank

MAX_SITTINGS = 2_000
"""The newest first attempts that are looked at: from so many a share is known to within 2.2 points (95 %), and more change nothing."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose attempts, ended on which days (UTC). ``people`` None is everybody, those who were erased too."""

    people: frozenset[int] | None = None
    since: date | None = None
    until: date | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """What a query of attempts must ask for."""
        found: list[ColumnElement[bool]] = []
        if self.people is not None:
            found.append(Attempt.user_id.in_(self.people))
        if self.since is not None:
            found.append(Attempt.ended_at >= datetime.combine(self.since, time(), UTC))
        if self.until is not None:
            found.append(Attempt.ended_at < datetime.combine(self.until + timedelta(days=1), time(), UTC))
        return found


@dataclass(frozen=True, slots=True)
class Answered:
    """A question in an attempt: what was answered, what it was worth (``fraction`` 0 to 1 of ``points``), how sure they were."""

    question: int
    version: str
    points: float
    fraction: float
    answer: Any
    sure: bool | None

    @property
    def mark(self) -> float:
        """Points it got."""
        return self.points * self.fraction


@dataclass(frozen=True, slots=True)
class Sitting:
    """A finished first attempt. ``seconds`` leaves pauses out; None where a clock was turned back meanwhile.

    ``total`` is what it got of ``most`` points.
    """

    percent: float
    passed: bool
    seconds: float | None
    items: tuple[Answered, ...]
    total: float
    most: float


@dataclass(frozen=True, slots=True)
class Wording:
    """A question as it read. ``present`` says whether it still reads so."""

    number: int
    slug: str
    question: Question
    present: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Sample:
    """Attempts that count, how many more wait for a person to mark them, whether older ones were left out, and every wording that was shown."""

    sittings: tuple[Sitting, ...]
    waiting: int = 0
    cut: bool = False
    wordings: Mapping[tuple[int, str], Wording] | None = None


def load(session: Session, bank: Bank, quiz: int, scope: Scope) -> Sample:
    """The first graded attempts at a quiz that are done. Raises Unavailable where the plugin of a kind of question is off."""
    first = [Attempt.quiz_id == quiz, Attempt.kind == "graded", Attempt.number == 1, Attempt.state == "done", *scope.conditions()]
    waiting = session.scalar(select(func.count()).select_from(Attempt).where(*first, Attempt.waiting > 0)) or 0
    newest = (
        select(Attempt.id, Attempt.percent, Attempt.passed, Attempt.started_at, Attempt.ended_at)
        .where(*first, Attempt.waiting == 0, Attempt.percent.is_not(None))
        .order_by(Attempt.ended_at.desc(), Attempt.id.desc())
        .limit(MAX_SITTINGS + 1)
    )
    attempts = session.execute(newest).all()
    cut = len(attempts) > MAX_SITTINGS
    attempts = attempts[:MAX_SITTINGS]
    chosen = newest.with_only_columns(Attempt.id).limit(MAX_SITTINGS)
    items = _items(session, chosen)
    stood = _pauses(session, chosen)
    sittings = tuple(
        _sitting(row.percent, row.passed, _seconds(row.started_at, row.ended_at, stood.get(row.id, 0.0)), items[row.id]) for row in attempts
    )
    return Sample(sittings, waiting, cut, _wordings(session, bank, sittings))


def _sitting(percent: float, passed: bool | None, seconds: float | None, items: list[Answered]) -> Sitting:
    return Sitting(percent, bool(passed), seconds, tuple(items), fsum(i.mark for i in items), fsum(i.points for i in items))


def _items(session: Session, chosen: Select[tuple[int]]) -> defaultdict[int, list[Answered]]:
    """The answers of each attempt in the order they were asked, without what is worth nothing, such as a text between questions."""
    columns = (
        AttemptItem.attempt_id, AttemptItem.question_id, AttemptItem.version, AttemptItem.points, AttemptItem.fraction, AttemptItem.answer,
        AttemptItem.sure,
    )  # fmt: skip
    found: defaultdict[int, list[Answered]] = defaultdict(list)
    ids = chosen.subquery()
    asked = select(*columns).join(ids, ids.c.id == AttemptItem.attempt_id).where(AttemptItem.points > 0)
    for attempt, question, version, points, fraction, answer, sure in session.execute(asked.order_by(AttemptItem.attempt_id, AttemptItem.position)):
        found[attempt].append(Answered(question, version, points, fraction or 0.0, answer, sure))
    return found


def _pauses(session: Session, chosen: Select[tuple[int]]) -> dict[int, float]:
    """Seconds that the clock of each attempt stood still."""
    stood: defaultdict[int, float] = defaultdict(float)
    ids = chosen.subquery()
    pauses = select(AttemptEvent.attempt_id, AttemptEvent.data).join(ids, ids.c.id == AttemptEvent.attempt_id).where(AttemptEvent.kind == "resumed")
    for attempt, data in session.execute(pauses):
        stood[attempt] += float(data.get("seconds", 0))
    return stood


def _seconds(started: datetime, ended: datetime | None, stood: float) -> float | None:
    seconds = (ended - started).total_seconds() - stood if ended else -1.0
    return seconds if seconds >= 0 else None


def _wordings(session: Session, bank: Bank, sittings: tuple[Sitting, ...]) -> dict[tuple[int, str], Wording]:
    shown = {(item.question, item.version) for sitting in sittings for item in sitting.items}
    if not shown:
        return {}
    texts = bank.texts(session, shown)
    written = (
        select(QuestionVersion.question_id, QuestionVersion.version, QuestionVersion.created_at, BankQuestion.version == QuestionVersion.version)
        .join(BankQuestion, BankQuestion.id == QuestionVersion.question_id)
        .where(QuestionVersion.question_id.in_({number for number, _ in shown}))
    )
    return {
        (number, version): Wording(number, texts[number, version].slug, texts[number, version].question, bool(present), created_at)
        for number, version, created_at, present in session.execute(written)
        if (number, version) in shown
    }
