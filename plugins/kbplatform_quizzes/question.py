"""A question of the bank: what it asks, in both languages, the section that answers it, and how an answer is marked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from kbplatform.sdk import Lang, Text
from kbplatform_quizzes.faces import Field, Orders, Sent

NOTHING = Text("", "")
EASY, MEDIUM, HARD = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Mark:
    """How good an answer is: ``fraction`` from 0 to 1, what to say about it, and whether a person must look at it first."""

    fraction: float
    feedback: tuple[Text, ...] = ()
    for_person: bool = False
    crossed: tuple[str, ...] = ()
    """Red lines crossed and not mended, in a role-play."""


class Body(Protocol):
    """What a kind of question has beside its stem. Immutable; knows nothing of attempts, takers or pages."""

    @property
    def kind(self) -> str:
        """Name of the kind, as in ``quiz.yaml``."""

    def grade(self, answer: Any) -> Mark:  # noqa: ANN401 - each kind says what; JSON values
        """The mark of an answer. None is no answer: 0. Raises BadAnswer."""

    def fields(self, name: str, lang: Lang, orders: Orders) -> tuple[Field, ...]:
        """The controls of its form: names begin with ``name``. Neither key nor feedback is in them."""

    def received(self, name: str, sent: Sent, orders: Orders) -> Any:  # noqa: ANN401 - as grade takes it
        """What the form sent as an answer; None where nothing was answered. Raises BadAnswer."""

    def solution(self, lang: Lang) -> list[str]:
        """The right answer in words, for after an answer was given; nothing where there is none."""

    def written(self) -> dict[str, Any]:
        """The body as it stands in ``quiz.yaml``, to read back without a difference."""

    def texts(self) -> Iterator[Text]:
        """Every text in both languages."""

    def problems(self) -> Iterator[Text]:
        """What keeps this question from being asked."""


@dataclass(frozen=True, slots=True)
class Question:
    """``id`` is unique within its article and never changes; ``section`` is the id of the section that answers it.

    ``difficulty`` is 1 (easy) to 3 (hard). ``tags`` include ``situation`` for a judgement on a call and ``number`` for what is wrong with a figure.
    """

    id: str
    stem: Text
    body: Body
    section: str = ""
    feedback: Text = NOTHING
    difficulty: int = MEDIUM
    tags: tuple[str, ...] = ()
    line: int = field(default=0, compare=False)

    @property
    def version(self) -> str:
        """Changes whenever anything a taker or a marker may notice does."""
        text = json.dumps([self.written(), self.body.kind], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def written(self) -> dict[str, Any]:
        """The question as it stands in ``quiz.yaml``."""
        out: dict[str, Any] = {"id": self.id, "type": self.body.kind}
        if self.section:
            out["section"] = self.section
        if self.difficulty != MEDIUM:
            out["difficulty"] = self.difficulty
        if self.tags:
            out["tags"] = list(self.tags)
        out["stem"] = both(self.stem)
        out |= self.body.written()
        if self.feedback:
            out["feedback"] = both(self.feedback)
        return out

    def texts(self) -> Iterator[Text]:
        """Every text of it."""
        yield self.stem
        yield from self.body.texts()
        if self.feedback:
            yield self.feedback


def both(text: Text) -> dict[str, str] | str:
    """A text as YAML has it: one string where both languages read the same, else those that are there by language."""
    if text.zh == text.en:
        return text.zh
    return {lang: words for lang, words in (("zh", text.zh), ("en", text.en)) if words}
