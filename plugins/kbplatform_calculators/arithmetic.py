"""Sums, ratios and quantiles without the dust of binary fractions: 0.1 + 0.2 is 0.3.

Inputs count as what was typed, not as the nearest binary number: they are added and divided as fractions and become a float
once, at the end. So a better input can't come out worse by a rounding.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import ceil, floor

from kbplatform.sdk import Text
from kbplatform_calculators.figures import written

Real = int | float | Fraction


def exact(value: Real) -> Fraction:
    """The number as it was typed."""
    return value if isinstance(value, Fraction) else Fraction(str(value))


def total(values: Iterable[Real]) -> Fraction:
    """The sum; 0 of nothing."""
    return sum((exact(v) for v in values), Fraction())


def ratio(part: Real, whole: Real, scale: int = 1) -> float | None:
    """``scale * part / whole``, correctly rounded; None where ``whole`` is 0. Raises OverflowError beyond what a float holds."""
    return None if not whole else float(scale * exact(part) / exact(whole))


def quantile(ordered: Sequence[Real], share: Fraction) -> float:
    """Quantile of sorted values by linear interpolation between neighbours (type 7 of Hyndman & Fan 1996; Excel PERCENTILE.INC)."""
    position = share * (len(ordered) - 1)
    below = floor(position)
    low, high = exact(ordered[below]), exact(ordered[min(below + 1, len(ordered) - 1)])
    return float(low + (high - low) * (position - below))


def nearest_rank(ordered: Sequence[Real], share: Fraction) -> float:
    """Quantile of sorted values as the smallest member that at least ``share`` of them don't exceed (type 1 of Hyndman & Fan 1996)."""
    return float(ordered[max(1, ceil(share * len(ordered))) - 1])


def said(value: Real, unit: str, decimals: int | None = 1) -> Text:
    """A figure in words for a template that needs one which is no output, such as the size of a loss."""
    return Text(written(float(value), unit, "zh", decimals), written(float(value), unit, "en", decimals))
