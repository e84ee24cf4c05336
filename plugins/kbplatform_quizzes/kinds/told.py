"""Telling: something to read between questions. It asks nothing and gives no marks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from kbplatform.sdk import Lang, Text
from kbplatform_quizzes.faces import BadAnswer, Field, Orders, Sent
from kbplatform_quizzes.question import Mark
from kbplatform_quizzes.reading import Node


@dataclass(frozen=True, slots=True)
class Description:
    """A text without an answer, such as the situation that the next questions are about. Leave it out where marks are added up."""

    kind: ClassVar[str] = "description"

    def grade(self, answer: Any) -> Mark:  # noqa: ANN401 - JSON
        """There is nothing to answer. Raises BadAnswer for anything that is sent."""
        if answer is None:
            return Mark(0.0)
        raise BadAnswer(Text("这里没有要答的", "There is nothing to answer here"))

    def fields(self, name: str, lang: Lang, orders: Orders) -> tuple[Field, ...]:  # noqa: ARG002 - nothing to fill in
        return ()

    def received(self, name: str, sent: Sent, orders: Orders) -> None:  # noqa: ARG002 - as above
        return None

    def solution(self, lang: Lang) -> list[str]:  # noqa: ARG002 - as above
        return []

    def written(self) -> dict[str, Any]:
        return {}

    def texts(self) -> Iterator[Text]:
        yield from ()

    def problems(self) -> Iterator[Text]:
        yield from ()

    @classmethod
    def read(cls, node: Node, fields: dict[str, Node]) -> Description:  # noqa: ARG003 - it has no fields of its own
        """Read from ``quiz.yaml``."""
        return cls()
