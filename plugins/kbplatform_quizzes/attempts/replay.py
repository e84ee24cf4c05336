"""What an attempt comes to: its events, played once more over the questions. The same events give the same marks, today and later.

========== ==================================================== =====================
kind       data                                                 by
========== ==================================================== =====================
started    ``questions``                                        the taker
answered   ``answer``, ``sure``, ``rev``                        the taker
drafted    ``sent``, ``rev``: typed, but no answer yet          the taker
late       ``answer``: came after the deadline, counts nothing  the taker
paused     –                                                    the taker
resumed    ``seconds`` the clock stood still                    the taker
left       ``seconds`` the window was out of sight              the taker
ended      ``by``: ``taker`` or ``time``                        the taker or the clock
marked     ``fraction``, ``points`` by criterion, ``comment``   a trainer
regraded   ``version`` of the text to mark by                   a trainer
========== ==================================================== =====================
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kbplatform.sdk import Text
from kbplatform_quizzes.attempts.carrying import CantCarry, carry
from kbplatform_quizzes.faces import BadAnswer
from kbplatform_quizzes.question import Mark, Question


@dataclass(frozen=True, slots=True)
class Drawn:
    """A question of an attempt: its number in the bank, the text that was shown, what it is worth."""

    question: int
    version: str
    points: float = 1.0


@dataclass(frozen=True, slots=True)
class Happened:
    """An event, without what doesn't matter for marks."""

    kind: str
    position: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    by: int | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person said of an answer: 0 to 1, the points by criterion, and why."""

    by: int | None
    fraction: float
    points: tuple[float, ...] = ()
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Played:
    """A question after the replay. ``fraction`` is None while ``waiting`` for a person. ``version`` is the text it was marked by."""

    version: str
    answer: Any
    sure: bool | None
    fraction: float | None
    waiting: bool
    feedback: tuple[Text, ...] = ()
    crossed: tuple[str, ...] = ()
    judgements: tuple[Judgement, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """All questions of an attempt. ``percent`` is None while an answer waits."""

    items: tuple[Played, ...]
    percent: float | None
    waiting: int

    def passed(self, pass_percent: float) -> bool | None:
        """Whether that is enough; None while an answer waits."""
        return None if self.percent is None else self.percent >= pass_percent - 1e-9


def replay(drawn: Sequence[Drawn], events: Iterable[Happened], text: Callable[[int, str], Question], *, markers: int = 1) -> Outcome:
    """The marks that follow from the events. ``text`` gives a question's text by number and version.

    Of several answers the one with the highest ``rev`` counts, of equal ones the last. An answer that the text it is marked by
    doesn't know any more waits for a person.
    """
    per: list[list[Happened]] = [[] for _ in drawn]
    for event in events:
        if event.position is not None and event.position < len(per):
            per[event.position].append(event)
    items = tuple(_played(d, own, text, markers) for d, own in zip(drawn, per, strict=True))
    waiting = sum(item.waiting for item in items)
    points = sum(d.points for d in drawn)
    percent = None
    if not waiting:
        percent = 100 * sum(d.points * (i.fraction or 0.0) for d, i in zip(drawn, items, strict=True)) / points if points else 0.0
    return Outcome(items, percent, waiting)


def _played(drawn: Drawn, events: Sequence[Happened], text: Callable[[int, str], Question], markers: int) -> Played:
    answer, sure, rev, version = None, None, -1, drawn.version
    judged: dict[int | None, Judgement] = {}
    for event in events:
        data = event.data
        if event.kind in {"answered", "drafted"} and data["rev"] >= rev:
            rev = data["rev"]
            answer, sure = (data["answer"], data.get("sure")) if event.kind == "answered" else (None, sure)
        elif event.kind == "regraded":
            version = data["version"]
        elif event.kind == "marked":
            judged[event.by] = Judgement(event.by, data["fraction"], tuple(data.get("points", ())), data.get("comment", ""))
    body = text(drawn.question, version).body
    try:
        mark = body.grade(answer if version == drawn.version else carry(text(drawn.question, drawn.version).body, body, answer))
    except (BadAnswer, CantCarry):
        mark = Mark(0.0, for_person=True)
    judgements = tuple(judged.values())
    needed = markers if mark.for_person and body.kind == "essay" else 1
    if len(judgements) >= needed:
        fraction: float | None = sum(j.fraction for j in judgements) / len(judgements)
    else:
        fraction = None if mark.for_person else mark.fraction
    return Played(version, answer, sure, fraction, fraction is None, mark.feedback, mark.crossed, judgements)
