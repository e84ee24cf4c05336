"""Practising without stakes: a few questions of an article, answered at once; and role-plays, choice by choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from kbplatform.sdk import FieldError, InvalidInput, Lang, NotFound, Text
from kbplatform_quizzes.faces import BadAnswer, Face, Showing, worded
from kbplatform_quizzes.kinds import UNMARKED
from kbplatform_quizzes.kinds.scenario import Ending, Scenario, Scene, Walk

if TYPE_CHECKING:
    from kbplatform_quizzes.question import Question
    from kbplatform_quizzes.store import Bank, Stored

DRAWN = 3
"""Questions of one round."""
EXAM = "exam"
"""Tag of questions that practice never shows: it would give them away."""
_NONE = Text("没有这道题", "There is no such question")


@dataclass(frozen=True, slots=True)
class Marked:
    """A question after its answer: how much of it was right, what happens next, what would have been right, where it stands."""

    face: Face
    fraction: float
    answered: bool
    feedback: tuple[str, ...]
    solution: tuple[str, ...]
    for_person: bool


def rounds(questions: list[Question]) -> list[Question]:
    """Those that can be answered in a form and marked at once: no role-plays, no essays, nothing only to be read or kept for exams."""
    return [q for q in questions if q.body.kind not in {"scenario", "essay", *UNMARKED} and EXAM not in q.tags]


def draw(bank: Bank, slug: str, seed: str, only: frozenset[str] = frozenset(), count: int = DRAWN) -> list[Question]:
    """``count`` questions of an article drawn by ``seed``; with ``only`` those of them that are still asked."""
    questions = rounds([stored.question for stored in bank.of(slug)])
    if only:
        return [q for q in questions if q.id in only]
    return Random(f"{seed}:{slug}").sample(questions, min(count, len(questions)))  # noqa: S311 - a choice of questions, not a secret


def mark(questions: list[Question], lang: Lang, seed: str, sent: Mapping[str, list[str]]) -> list[Marked]:
    """Each question marked. Raises InvalidInput that names the question whose answer is none."""
    marked, problems = [], []
    for question in questions:
        showing = Showing(question, lang, seed)
        try:
            answer = showing.answer(sent)
            found = question.body.grade(answer)
        except BadAnswer as error:
            problems.append(FieldError(question.id, error.message))
            continue
        feedback = [*found.feedback, *([question.feedback] if question.feedback else [])]
        words = tuple(worded(f, lang) for f in feedback)
        right = tuple(question.body.solution(lang)) if found.fraction < 1 else ()
        marked.append(Marked(showing.face(), found.fraction, answer is not None, words, right, found.for_person))
    if problems:
        raise InvalidInput(Text("有的答案用不了", "Some answers can't be used"), fields=tuple(problems))
    return marked


@dataclass(frozen=True, slots=True)
class RolePlay:
    """A role-play with its question."""

    question: Question
    scenario: Scenario


def role_plays(stored: list[Stored]) -> list[RolePlay]:
    """The role-plays among an article's questions, without those that are kept for exams."""
    return [RolePlay(s.question, s.question.body) for s in stored if isinstance(s.question.body, Scenario) and EXAM not in s.question.tags]


def play(bank: Bank, slug: str, name: str) -> RolePlay:
    """One role-play. Raises NotFound."""
    found = next((p for p in role_plays(bank.of(slug)) if p.question.id == name), None)
    if found is None:
        raise NotFound(_NONE)
    return found


def walk(role_play: RolePlay, path: str) -> tuple[Walk, list[int]]:
    """Where the choices in ``path`` (``0.2.1``) lead. Raises InvalidInput for a way that isn't there."""
    try:
        steps = [int(p) for p in path.split(".") if p] if len(path) <= 200 else [-1]
        return role_play.scenario.walk(steps), steps
    except (BadAnswer, ValueError) as error:
        message = error.message if isinstance(error, BadAnswer) else Text("没有这个选择", "There is no such choice")
        raise InvalidInput(message, remedy=Text("请从头再来一遍。", "Please start the call again.")) from error


def turning_step(steps: Walk) -> int | None:
    """The step that cost most: the one that crossed a red line left open, else the one that lost most trust; None where none did."""
    left_open = [i for i, (_, choice) in enumerate(steps.steps) if choice.crosses in steps.crossed and choice.crosses]
    if left_open:
        return left_open[0]
    costs = [choice.trust for _, choice in steps.steps]
    return costs.index(min(costs)) if costs and min(costs) < 0 else None


__all__ = ["DRAWN", "EXAM", "Ending", "Marked", "RolePlay", "Scene", "draw", "mark", "play", "role_plays", "rounds", "turning_step", "walk"]
