"""How people do: each quiz and each person, as far as the reader may see them. Two queries for all of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from kbplatform.sdk import Text
from kbplatform_quizzes.models import Attempt, AttemptItem, Quiz
from kbplatform_quizzes.statistics import formulae as f

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform_quizzes.attempts.people import Circle
    from kbplatform_quizzes.statistics.sample import Scope


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands in a quiz. ``user_id`` None: that person was erased.

    ``percent`` is what counts by the quiz's rule (best, first or last), ``passed`` None where nothing is finished and marked;
    ``sure_and_wrong`` counts answers of their last finished attempt.
    """

    quiz: str
    user_id: int | None
    finished: int
    percent: float | None
    passed: bool | None
    waiting: int
    sure_and_wrong: int
    last: datetime | None


@dataclass(frozen=True, slots=True)
class QuizLine:
    """A quiz: how many people took and passed it, the median of what counts, answers that wait for a person, and were sure and wrong."""

    key: str
    title: Text
    taken: int
    passed: int
    median: float | None
    waiting: int
    sure_and_wrong: int


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person over all quizzes; ``last`` is when they last finished one."""

    id: int
    name: str
    teams: frozenset[str]
    taken: int
    passed: int
    waiting: int
    sure_and_wrong: int
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Results:
    """What is known of the people one sees. ``nameless`` counts those who were erased or have left: they count, without a name."""

    titles: dict[str, Text]
    practices: dict[str, str | None]
    standings: tuple[Standing, ...]
    seen: Circle

    @property
    def nameless(self) -> int:
        """Standings that belong to nobody who is still here."""
        known = {m.id for m in self.seen.members}
        return sum(s.user_id not in known for s in self.standings)

    def quizzes(self) -> list[QuizLine]:
        """Each quiz that somebody finished, by title."""
        by_quiz: defaultdict[str, list[Standing]] = defaultdict(list)
        for standing in self.standings:
            by_quiz[standing.quiz].append(standing)
        lines = [_quiz_line(key, self.titles[key], group) for key, group in by_quiz.items()]
        return sorted(lines, key=lambda line: (line.title.zh, line.key))

    def people(self) -> list[PersonLine]:
        """Each person one sees, those who took nothing too, by name."""
        theirs: defaultdict[int | None, list[Standing]] = defaultdict(list)
        for standing in self.standings:
            theirs[standing.user_id].append(standing)
        return [
            PersonLine(
                m.id, m.name, m.teams, len(theirs[m.id]), sum(s.passed is True for s in theirs[m.id]), sum(s.waiting for s in theirs[m.id]),
                sum(s.sure_and_wrong for s in theirs[m.id]), max((s.last for s in theirs[m.id] if s.last), default=None),
            )
            for m in self.seen.members
        ]  # fmt: skip


def results(session: Session, seen: Circle, scope: Scope, quiz: str = "") -> Results:
    """The standings of the people in ``scope``, in one quiz or in all."""
    here = [Attempt.kind == "graded", Attempt.state == "done", *scope.conditions(), *([Quiz.key == quiz] if quiz else [])]
    columns = (Attempt.id, Quiz.key, Attempt.user_id, Attempt.number, Attempt.percent, Attempt.passed, Attempt.waiting, Attempt.ended_at)
    quizzes = (Quiz.zh, Quiz.en, Quiz.rule, Quiz.practice)
    done = select(*columns, *quizzes).join(Quiz, Quiz.id == Attempt.quiz_id).where(*here)
    rows = session.execute(done.order_by(Attempt.number, Attempt.id)).all()
    counted = (
        select(AttemptItem.attempt_id, func.count())
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .where(*here, AttemptItem.sure.is_(True), AttemptItem.fraction < 1, AttemptItem.points > 0)
        .group_by(AttemptItem.attempt_id)
    )
    wrong = dict(session.execute(counted).tuples().all())
    titles = {row.key: Text(row.zh, row.en) for row in rows}
    rules = {row.key: str(row.rule.get("counts", "best")) for row in rows}
    groups: defaultdict[tuple[str, int, int], list[_Done]] = defaultdict(list)
    for row in rows:
        one = _Done(row.user_id, row.percent, row.passed, row.waiting, row.ended_at, wrong.get(row.id, 0))
        # nothing says any more which attempts of erased people belong together: their first ones stand for them
        if row.user_id is not None:
            groups[row.key, 0, row.user_id].append(one)
        elif row.number == 1:
            groups[row.key, 1, row.id].append(one)
    practices = {row.key: row.practice for row in rows}
    return Results(titles, practices, tuple(_standing(key, rules[key], attempts) for (key, _, _), attempts in groups.items()), seen)


@dataclass(frozen=True, slots=True)
class _Done:
    user_id: int | None
    percent: float | None
    passed: bool | None
    waiting: int
    ended_at: datetime | None
    sure_and_wrong: int


def counting(marked: Sequence[tuple[float, bool]], counts: str) -> tuple[float | None, bool | None]:
    """Percent and passed that count, of attempts in their order: the best, the first or the last; None for none."""
    if not marked:
        return None, None
    if counts == "best":
        return max(percent for percent, _ in marked), any(passed for _, passed in marked)
    return marked[0 if counts == "first" else -1]


def _standing(quiz: str, counts: str, attempts: Sequence[_Done]) -> Standing:
    marked = [(a.percent, bool(a.passed)) for a in attempts if a.percent is not None and not a.waiting]
    percent, passed = counting(marked, counts)
    last = attempts[-1]
    return Standing(quiz, last.user_id, len(attempts), percent, passed, sum(a.waiting for a in attempts), last.sure_and_wrong, last.ended_at)


def _quiz_line(key: str, title: Text, group: Iterable[Standing]) -> QuizLine:
    members = list(group)
    median = f.median([s.percent for s in members if s.percent is not None])
    waiting, wrong = sum(s.waiting for s in members), sum(s.sure_and_wrong for s in members)
    return QuizLine(key, title, len(members), sum(s.passed is True for s in members), median, waiting, wrong)
