"""Which options were chosen, and by whom: what wrong answers tell about a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kbplatform.sdk import Text
from kbplatform_quizzes.attempts.carrying import places
from kbplatform_quizzes.kinds.choice import TRUE_FALSE, Multiple, Single, TrueFalse

if TYPE_CHECKING:
    from kbplatform_quizzes.question import Question
    from kbplatform_quizzes.statistics.sample import Answered, Wording


@dataclass(frozen=True, slots=True)
class OptionRow:
    """An option: how many chose it, and which share (0 to 1) of all, of the upper and of the lower third of the scores.

    The thirds are None where all scores are about the same.
    """

    text: Text
    right: bool
    chosen: int
    share: float
    upper: float | None
    lower: float | None


@dataclass(frozen=True, slots=True)
class Thirds:
    """Which attempts are in the upper and in the lower third."""

    upper: tuple[bool, ...]
    lower: tuple[bool, ...]


def thirds(scores: Sequence[float]) -> Thirds | None:
    """The upper and lower third; whoever is level with the last in it is in it too. None where that would put somebody into both."""
    size = len(scores) // 3
    if not size:
        return None
    ordered = sorted(scores)
    low, high = ordered[size - 1], ordered[-size]
    return Thirds(tuple(s >= high for s in scores), tuple(s <= low for s in scores)) if high > low else None


def options_of(question: Question) -> list[tuple[Text, bool]]:
    """The options of a question with whether they are right, in the order they are written; none for kinds without."""
    body = question.body
    if isinstance(body, Single | Multiple):
        return [(option.text, option.right) for option in body.options]
    if isinstance(body, TrueFalse):
        return [(TRUE_FALSE[0], body.right), (TRUE_FALSE[1], not body.right)]
    return []


def chosen_in(question: Question, answer: object) -> set[int]:
    """Which options an answer to this question chose."""
    body = question.body
    if isinstance(body, TrueFalse):
        return {0 if answer else 1} if isinstance(answer, bool) else set()
    several = answer if isinstance(answer, list) else [answer]
    count = len(options_of(question))
    return {a for a in several if isinstance(a, int) and not isinstance(a, bool) and 0 <= a < count}


def option_rows(asked: Sequence[Answered], wordings: Mapping[tuple[int, str], Wording], groups: Thirds | None) -> tuple[OptionRow, ...]:
    """The options of all wordings that count as one, as the newest words them, then those that only older ones had."""
    rows: list[tuple[Text, bool]] = []
    where: dict[tuple[int, str], list[int]] = {}
    for key in sorted({(i.question, i.version) for i in asked}, key=lambda k: (wordings[k].present, wordings[k].created_at), reverse=True):
        own = options_of(wordings[key].question)
        found = places([text for text, _ in own], [text for text, _ in rows])
        where[key] = [at if at is not None else len(rows) + sum(f is None for f in found[:i]) for i, at in enumerate(found)]
        rows += [option for option, at in zip(own, found, strict=True) if at is None]
    picked = []
    for item in asked:
        key = (item.question, item.version)
        picked.append({where[key][at] for at in chosen_in(wordings[key].question, item.answer)})
    return tuple(
        OptionRow(
            text, right, sum(row in p for p in picked), sum(row in p for p in picked) / len(asked),
            _share(row, picked, groups.upper if groups else ()), _share(row, picked, groups.lower if groups else ()),
        )
        for row, (text, right) in enumerate(rows)
    )  # fmt: skip


def _share(row: int, picked: Sequence[set[int]], group: Sequence[bool]) -> float | None:
    size = sum(group)
    return sum(row in p for p, among in zip(picked, group, strict=True) if among) / size if size else None
