"""Rules and cautions that many calculators share."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from kbplatform.sdk import FieldError, Text
from kbplatform_calculators.calculator import Caution, Outputs, Rule, Values

SMALL_SAMPLE = 30
"""Below this many, the interval says more than the rate."""


def within(part: str, whole: str, message: Text) -> Rule:
    """``part`` may not be more than ``whole``; the message stands at the part."""

    def rule(values: Values) -> FieldError | None:
        return FieldError(part, message) if (values[part] or 0) > (values[whole] or 0) else None

    return rule


def together_within(parts: tuple[str, ...], whole: str, message: Text) -> Rule:
    """``parts`` added up may not be more than ``whole``; the message stands at the first part."""

    def rule(values: Values) -> FieldError | None:
        return FieldError(parts[0], message) if sum(values[p] or 0 for p in parts) > (values[whole] or 0) else None

    return rule


def small_sample(count: str) -> Caution:
    """Says to read the interval first where ``count``, an input or an output, is small."""

    def few(values: Values, outputs: Outputs) -> bool:
        n = values[count] if count in values else outputs.get(count)
        return isinstance(n, int | float) and 0 < n < SMALL_SAMPLE

    return Caution(
        Text(f"不到 {SMALL_SAMPLE} 个：先看区间，再看比率。", f"Fewer than {SMALL_SAMPLE}: read the interval first, the rate second."),
        few,
    )


def over(name: str, limit: float, most: float = inf) -> Callable[[Values, Outputs], bool]:
    """Whether the figure ``name`` is above ``limit`` and at most ``most``; not where there is none."""

    def holds(_values: Values, outputs: Outputs) -> bool:
        figure = outputs.get(name)
        return isinstance(figure, int | float) and limit < figure <= most

    return holds
