"""What differs between two texts, line by line and within a line word by word; Chinese by the character."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal

from kbplatform.bilingual import HAN_RANGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Kind = Literal["same", "del", "ins"]
MOST_PAIRS = 250_000
"""Units of one text times those of the other that are compared closely; beyond that all of it counts as replaced."""
_UNIT = re.compile(rf"[{HAN_RANGE}]|[^\W_{HAN_RANGE}]+|\s+|.", re.DOTALL)
_SHORTEST_SAME = 2
"""Letters or characters that must stay between two changes for these to be shown apart."""


@dataclass(frozen=True, slots=True)
class Run:
    """Words that stay, go or come."""

    kind: Kind
    text: str


def compare(before: str, after: str) -> list[list[Run]]:
    """The lines of both texts in order, each as runs. A line that stays is one run; an empty one has none."""
    one, other = before.split("\n"), after.split("\n")
    lines: list[list[Run]] = []
    for low, high, first, last in _changes(one, other):
        if one[low:high] == other[first:last]:
            lines += [[Run("same", line)] if line else [] for line in one[low:high]]
            continue
        gone, come = one[low:high], other[first:last]
        if len(gone) == len(come):
            for old, new in zip(gone, come, strict=True):
                lines.append(_within(old, new))
        else:
            lines += _lines(_within("\n".join(gone), "\n".join(come)))
    return lines


def sides(before: str, after: str) -> tuple[list[list[Run]], list[list[Run]]]:
    """Each text by itself, its own lines as runs: what the other doesn't have is told from what stays."""
    one, other = ([f"{line}\n" for line in text.split("\n")] for text in (before, after))
    runs: list[Run] = []
    for low, high, first, last in _changes(one, other):
        gone, come = "".join(one[low:high]), "".join(other[first:last])
        runs += [Run("same", gone)] if gone == come else _within(gone, come)
    left, right = (_lines([r for r in runs if r.kind in {"same", kind}])[:-1] for kind in ("del", "ins"))
    return left, right


def _within(before: str, after: str) -> list[Run]:
    one, other = _UNIT.findall(before), _UNIT.findall(after)
    runs: list[Run] = []
    for low, high, first, last in _changes(one, other):
        gone, come = "".join(one[low:high]), "".join(other[first:last])
        if gone == come:
            runs.append(Run("same", gone))
        else:
            runs += [Run("del", gone)] * bool(gone) + [Run("ins", come)] * bool(come)
    return _calm(runs)


def _calm(runs: list[Run]) -> list[Run]:
    """Changes with next to nothing between them are one change: single characters left standing can't be read."""
    calm: list[Run] = []
    gone = come = ""
    for i, run in enumerate(runs):
        between = 0 < i < len(runs) - 1 and (gone or come)
        if run.kind == "same" and not (between and "\n" not in run.text and len(run.text.strip()) < _SHORTEST_SAME):
            calm += [Run("del", gone)] * bool(gone) + [Run("ins", come)] * bool(come) + [run]
            gone = come = ""
            continue
        gone += run.text if run.kind != "ins" else ""
        come += run.text if run.kind != "del" else ""
    return calm + [Run("del", gone)] * bool(gone) + [Run("ins", come)] * bool(come)


def _lines(runs: list[Run]) -> list[list[Run]]:
    """Runs over several lines, cut at the line ends."""
    lines: list[list[Run]] = [[]]
    for run in runs:
        first, *rest = run.text.split("\n")
        lines[-1] += [Run(run.kind, first)] * bool(first)
        lines += [[Run(run.kind, text)] * bool(text) for text in rest]
    return lines


def _changes(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Stretches of both in order, equal and differing in turn: from, to in one; from, to in the other."""
    head = _common(one, other)
    tail = _common(one[head:][::-1], other[head:][::-1])
    low, high = len(one) - tail, len(other) - tail
    if head:
        yield 0, head, 0, head
    if (low - head) * (high - head) > MOST_PAIRS:
        yield head, low, head, high
    else:
        for _kind, a, b, c, d in SequenceMatcher(None, one[head:low], other[head:high], autojunk=False).get_opcodes():
            yield head + a, head + b, head + c, head + d
    if tail:
        yield low, len(one), high, len(other)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
