"""The kinds of question. Each is a frozen body that reads and writes itself, says its texts and problems, and marks an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kbplatform.sdk import Text
from kbplatform_quizzes.kinds.arranging import Cloze, Matching, Ordering
from kbplatform_quizzes.kinds.choice import Multiple, Single, TrueFalse
from kbplatform_quizzes.kinds.scenario import Scenario
from kbplatform_quizzes.kinds.told import Description
from kbplatform_quizzes.kinds.written import Essay, Numerical, ShortAnswer
from kbplatform_quizzes.question import Body
from kbplatform_quizzes.reading import Node

UNMARKED = frozenset({"description"})
"""Kinds that ask nothing: they count neither as questions nor in marks."""
UNPRACTISED = frozenset({"essay", *UNMARKED})
"""Kinds that nobody can practise alone: a trainer would have to read them for nothing."""


@dataclass(frozen=True, slots=True)
class QuestionType:
    """A kind of question: its name in ``quiz.yaml``, what people call it, the fields of its own, and how it is read."""

    name: str
    label: Text
    fields: frozenset[str]
    read: Callable[[Node, dict[str, Node]], Body]


def _type(name: str, zh: str, en: str, fields: str, read: Callable[[Node, dict[str, Node]], Body]) -> QuestionType:
    return QuestionType(name, Text(zh, en), frozenset(fields.split()), read)


BUILT_IN: tuple[QuestionType, ...] = (
    _type("single", "单选", "One of several", "options", Single.read),
    _type("multiple", "多选", "Several of several", "rule options", Multiple.read),
    _type("truefalse", "判断", "True or false", "right why_true why_false", TrueFalse.read),
    _type("shortanswer", "简答", "Short answer", "answers otherwise", ShortAnswer.read),
    _type("numerical", "数值", "Number", "answers units unit_needed otherwise", Numerical.read),
    _type("matching", "配对", "Matching", "pairs spare", Matching.read),
    _type("ordering", "排序", "Ordering", "rule items", Ordering.read),
    _type("cloze", "填空", "Gaps", "text gaps", Cloze.read),
    _type("scenario", "情景", "Role-play", "start scenes endings", Scenario.read),
    _type("essay", "问答", "Essay", "rubric", Essay.read),
    _type("description", "说明", "Text to read", "", Description.read),
)
