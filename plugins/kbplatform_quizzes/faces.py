"""What a taker sees of a question, and how what they send becomes an answer. A face never holds a key or a feedback.

Options are shown in an order drawn from a seed; what comes back are places in that order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, Literal

from kbplatform.sdk import Lang, Text

if TYPE_CHECKING:
    from kbplatform_quizzes.question import Question

Control = Literal["radio", "checkbox", "text", "number", "select", "essay", "words"]
Sent = Mapping[str, list[str]]
"""What a form sent: values by the name of the control."""
_PLACE = re.compile(r"\d{1,3}")


class BadAnswer(ValueError):
    """An answer that is none to this question: of another kind, or naming what isn't there. ``message`` says which."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


def worded(text: Text, lang: Lang) -> str:
    """The text in ``lang``, or in the other language where it has none in this one."""
    return text.in_(lang) or text.zh or text.en


@dataclass(frozen=True, slots=True)
class Field:
    """One control of a form: its name, what stands before it, what may be chosen. ``words`` has no control."""

    control: Control
    name: str = ""
    label: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Face:
    """A question as it is shown."""

    name: str
    kind: str
    stem: str
    fields: tuple[Field, ...]
    section: str


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders in which a seed shows things: the same seed, the same order."""

    seed: str

    def of(self, name: str, count: int) -> list[int]:
        """Shown place → position, for the control of this name."""
        order = list(range(count))
        Random(f"{self.seed}:{name}").shuffle(order)  # noqa: S311 - an order to show, not a secret
        return order


def place(values: list[str], count: int) -> int | None:
    """The place that was chosen among ``count``; None where none was. Raises BadAnswer."""
    if not values or not values[0]:
        return None
    if _PLACE.fullmatch(values[0]) and int(values[0]) < count:
        return int(values[0])
    raise BadAnswer(Text("没有这个选项", "There is no such option"))


class Showing:
    """A question shown in one language, in the order that a seed draws. ``name`` begins the names of its controls."""

    def __init__(self, question: Question, lang: Lang, seed: str, name: str = "") -> None:
        self.question = question
        self.name = name or question.id
        self._lang: Lang = lang
        self._orders = Orders(f"{seed}:{question.id}")

    def face(self) -> Face:
        """What the taker sees."""
        question = self.question
        fields = question.body.fields(self.name, self._lang, self._orders)
        return Face(self.name, question.body.kind, worded(question.stem, self._lang), fields, question.section)

    def answer(self, sent: Sent) -> Any:  # noqa: ANN401 - as the kind has it
        """What the form sent, as the question's kind marks it; None where nothing was answered. Raises BadAnswer."""
        return self.question.body.received(self.name, sent, self._orders)
