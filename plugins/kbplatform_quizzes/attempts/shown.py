"""What a taker sees of an attempt: while it goes on, and afterwards as far as the quiz allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kbplatform.sdk import Lang, Text
from kbplatform_quizzes.attempts.replay import Judgement, Played
from kbplatform_quizzes.attempts.rules import Rule
from kbplatform_quizzes.faces import BadAnswer, Face, Showing, worded
from kbplatform_quizzes.kinds.scenario import Scenario, Walk
from kbplatform_quizzes.kinds.written import Essay
from kbplatform_quizzes.models import AttemptItem
from kbplatform_quizzes.question import Body
from kbplatform_quizzes.store import Stored


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of an attempt under way: nothing in it says what would be right.

    ``sent`` is what the form held last, ``rev`` counts it. ``walk`` is how far a role-play has come.
    """

    position: int
    face: Face
    sent: Mapping[str, list[str]]
    sure: bool | None
    rev: int
    answered: bool
    question_id: int
    later: bool
    """Its taker wants to come back to it."""
    walk: Walk | None = None
    path: str = ""
    """The choices taken in a role-play, ``0.2.1``."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A question of an attempt that is done. Fields the quiz doesn't show are empty; ``fraction`` is None where it is not shown or waits.

    ``slug`` and ``section`` say where the answer stands.
    """

    position: int
    face: Face
    sent: Mapping[str, list[str]]
    sure: bool | None
    answered: bool
    slug: str
    section: str
    question_id: int
    fraction: float | None = None
    waiting: bool = False
    feedback: tuple[str, ...] = ()
    solution: tuple[str, ...] = ()
    crossed: tuple[str, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    rubric: tuple[tuple[str, float, float], ...] = ()
    """Of an essay what was looked for, the points that were given, and those there are."""
    walk: Walk | None = None


@dataclass(frozen=True, slots=True)
class Sitting:
    """An attempt. ``seconds_left`` is None without a limit; ``left`` counts how often the window was left in an exam."""

    token: str
    quiz: str
    title: Text
    practice: str | None
    rule: Rule
    kind: str
    number: int
    state: str
    started_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    seconds_left: int | None
    percent: float | None
    passed: bool | None
    waiting: int
    user_id: int | None
    asked: tuple[Asked, ...] = ()
    reviewed: tuple[Reviewed, ...] = ()
    left: int = 0

    @property
    def confidently_wrong(self) -> tuple[Reviewed, ...]:
        """What one was sure of and had wrong: the first to look at."""
        return tuple(r for r in self.reviewed if r.sure and r.fraction is not None and r.fraction < 1)

    @property
    def wrong(self) -> tuple[Reviewed, ...]:
        """What was not fully right."""
        return tuple(r for r in self.reviewed if r.fraction is not None and r.fraction < 1)


def name_of(position: int) -> str:
    """What the names of a question's controls begin with."""
    return f"q{position}"


def asked(item: AttemptItem, stored: Stored, seed: str, lang: Lang) -> Asked:
    """A question as it is asked now."""
    showing = Showing(stored.question, lang, seed, name_of(item.position))
    walk = _walk(stored, item.answer or [])
    path = ".".join(map(str, item.answer or [])) if walk else ""
    return Asked(item.position, showing.face(), item.sent, item.sure, item.rev, item.answer is not None, stored.id, item.later, walk, path)


def reviewed(
    item: AttemptItem, stored: Stored, played: Played, seed: str, lang: Lang, shown: frozenset[Any], *, to_marker: bool = False
) -> Reviewed:
    """A question afterwards, as it was asked, with as much of its marking as ``shown`` allows.

    What one of two markers said stays between markers until both have.
    """
    question = stored.question
    showing = Showing(question, lang, seed, name_of(item.position))
    marks, feedback, solution = (part in shown for part in ("marks", "feedback", "solution"))
    texts = [*played.feedback, *([question.feedback] if question.feedback else [])] if feedback else []
    right = played.fraction is not None and played.fraction >= 1
    return Reviewed(
        position=item.position,
        face=showing.face(),
        sent=item.sent,
        sure=item.sure,
        answered=item.answer is not None,
        slug=stored.slug,
        section=question.section,
        question_id=stored.id,
        fraction=played.fraction if marks else None,
        waiting=played.waiting,
        feedback=tuple(worded(t, lang) for t in texts),
        solution=tuple(question.body.solution(lang)) if solution and not right else (),
        crossed=played.crossed if marks else (),
        judgements=played.judgements if feedback and (to_marker or not played.waiting) else (),
        rubric=_rubric(question.body, played, lang) if feedback and not played.waiting else (),
        walk=_walk(stored, item.answer or []) if feedback else None,
    )


def _rubric(body: Body, played: Played, lang: Lang) -> tuple[tuple[str, float, float], ...]:
    """The mean of what the markers gave by criterion; nothing where somebody marked by another rubric."""
    given = [j.points for j in played.judgements]
    if not isinstance(body, Essay) or not given or any(len(points) != len(body.rubric) for points in given):
        return ()
    return tuple((worded(c.text, lang), sum(points[i] for points in given) / len(given), c.points) for i, c in enumerate(body.rubric))


def _walk(stored: Stored, path: Any) -> Walk | None:  # noqa: ANN401 - JSON
    body = stored.question.body
    if not isinstance(body, Scenario):
        return None
    try:
        return body.walk(path)
    except BadAnswer:
        return body.walk([])
