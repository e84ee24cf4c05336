"""The first attempts that statistics are made of, as plain figures. Six queries at most, however many attempts there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from math import fsum
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, select

from kbplatform_quizzes.models import Attempt, AttemptEvent, AttemptItem, BankQuestion, QuestionVersion
from kbplatform_quizzes.statistics.timing import TOLD, Step, spent

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from kbplatform_quizzes.question import Question
    from kbplatform_quizzes.store import Bank

PART = 2_000
"""First attempts that are looked at together, so that memory and time are bounded: from so many a share is known to within 2.2 points (95 %).
Older ones are the next part."""
_MARKED = (Attempt.waiting == 0, Attempt.percent.is_not(None))


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
    seconds: float | None = None
    """How long it took (see :func:`.timing.spent`); None where nothing was sent."""

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
    """Attempts that count, how many more wait for a person to mark them, how many there are in all parts, and every wording that was shown."""

    sittings: tuple[Sitting, ...]
    waiting: int = 0
    total: int = 0
    wordings: Mapping[tuple[int, str], Wording] | None = None


def load(session: Session, bank: Bank, quiz: int, scope: Scope, part: int = 1) -> Sample:
    """A part of the first graded attempts at a quiz that are done, the newest first: 1 are the newest 2,000, 2 those before them, and so on.

    Raises Unavailable where the plugin of a kind of question is off.
    """
    first = [Attempt.quiz_id == quiz, Attempt.kind == "graded", Attempt.number == 1, Attempt.state == "done", *scope.conditions()]
    counts = select(func.count().filter(Attempt.waiting > 0), func.count().filter(*_MARKED)).where(*first)
    waiting, total = session.execute(counts).one()
    newest = (
        select(Attempt.id, Attempt.percent, Attempt.passed, Attempt.started_at, Attempt.ended_at)
        .where(*first, *_MARKED)
        .order_by(Attempt.ended_at.desc(), Attempt.id.desc())
        .limit(PART)
        .offset((part - 1) * PART)
    )
    attempts = session.execute(newest).all()
    chosen = newest.with_only_columns(Attempt.id)
    times, stood = _times(session, chosen, {row.id: row.started_at for row in attempts})
    items = _items(session, chosen, times)
    sittings = tuple(
        _sitting(row.percent, row.passed, _seconds(row.started_at, row.ended_at, stood.get(row.id, 0.0)), items[row.id]) for row in attempts
    )
    return Sample(sittings, waiting, total, _wordings(session, bank, sittings))


def _sitting(percent: float, passed: bool | None, seconds: float | None, items: list[Answered]) -> Sitting:
    return Sitting(percent, bool(passed), seconds, tuple(items), fsum(i.mark for i in items), fsum(i.points for i in items))


def _items(session: Session, chosen: Select[tuple[int]], times: dict[int, dict[int, float]]) -> defaultdict[int, list[Answered]]:
    """The answers of each attempt in the order they were asked, without what is worth nothing, such as a text between questions."""
    columns = (
        AttemptItem.attempt_id, AttemptItem.position, AttemptItem.question_id, AttemptItem.version, AttemptItem.points, AttemptItem.fraction,
        AttemptItem.answer, AttemptItem.sure,
    )  # fmt: skip
    found: defaultdict[int, list[Answered]] = defaultdict(list)
    ids = chosen.subquery()
    asked = select(*columns).join(ids, ids.c.id == AttemptItem.attempt_id).where(AttemptItem.points > 0)
    rows = session.execute(asked.order_by(AttemptItem.attempt_id, AttemptItem.position))
    for attempt, position, question, version, points, fraction, answer, sure in rows:
        seconds = times.get(attempt, {}).get(position)
        found[attempt].append(Answered(question, version, points, fraction or 0.0, answer, sure, seconds))
    return found


def _times(session: Session, chosen: Select[tuple[int]], started: dict[int, datetime]) -> tuple[dict[int, dict[int, float]], dict[int, float]]:
    """By attempt how long each question took, and the seconds that its clock stood still. Of events no more than one attempt's are in memory."""
    ids = chosen.subquery()
    stopped = case((AttemptEvent.kind == "resumed", AttemptEvent.data))
    told = (
        select(AttemptEvent.attempt_id, AttemptEvent.kind, AttemptEvent.position, AttemptEvent.at, stopped)
        .join(ids, ids.c.id == AttemptEvent.attempt_id)
        .where(AttemptEvent.kind.in_(TOLD))
        .order_by(AttemptEvent.attempt_id, AttemptEvent.id)
    )
    times, stood = {}, {}
    for attempt, rows in groupby(session.execute(told.execution_options(yield_per=1_000)), lambda row: int(row[0])):
        own = list(rows)
        times[attempt] = spent(started[attempt], (Step(kind, position, at) for _, kind, position, at, _ in own))
        stood[attempt] = fsum(float(data.get("seconds", 0)) for *_, data in own if data)
    return times, stood


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
