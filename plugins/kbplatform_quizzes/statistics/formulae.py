"""Classical item and test statistics, as Moodle's quiz statistics define them.

Sources: Moodle, ``question/classes/statistics/questions/calculator.php`` and ``mod/quiz/report/statistics/classes/calculator.php``,
described in “Quiz statistics calculations” (docs.moodle.org/dev); for alpha L. J. Cronbach, Psychometrika 16 (1951) 297–334.

In all of them ``x`` is the mark each attempt got for an item, ``T`` what it got in total, ``r = T − x`` the rest, ``S`` the number of
attempts; ``Var`` and ``Cov`` divide by ``S − 1``. A figure that can't be had, because there are too few attempts or something doesn't
vary, is None and never 0. Sequences that belong together are equally long, else ValueError.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, sqrt, tanh

Marks = Sequence[float]
_SAME = 1e-9
"""Marks closer than that, for their size, are the same mark: thirds don't add up to one in floating point."""


def mean(x: Marks) -> float | None:
    """Σx / S; None for no marks."""
    return fsum(x) / len(x) if x else None


def median(x: Marks) -> float | None:
    """The middle mark, or half-way between the two in the middle; None for no marks."""
    ordered, half = sorted(x), len(x) // 2
    if not ordered:
        return None
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def varies(x: Marks) -> bool:
    """Whether not all marks are the same."""
    return bool(x) and max(x) - min(x) > _SAME * max(1.0, abs(max(x)), abs(min(x)))


def covariance(x: Marks, y: Marks) -> float | None:
    """Cov(x, y) = Σ(x − x̄)(y − ȳ) / (S − 1), exactly 0 where one of them doesn't vary; None for fewer than two."""
    if len(x) != len(y):
        msg = "as many marks of the one as of the other"
        raise ValueError(msg)
    if len(x) < 2:
        return None
    if not varies(x) or not varies(y):
        return 0.0
    across, down = fsum(x) / len(x), fsum(y) / len(y)
    return fsum((a - across) * (b - down) for a, b in zip(x, y, strict=True)) / (len(x) - 1)


def variance(x: Marks) -> float | None:
    """Var(x) = Σ(x − x̄)² / (S − 1); None for fewer than two."""
    return covariance(x, x)


def standard_deviation(x: Marks) -> float | None:
    """√Var(x), in the unit of the marks; None for fewer than two."""
    found = variance(x)
    return None if found is None else sqrt(found)


def _moment(x: Marks, power: int) -> float:
    middle = fsum(x) / len(x)
    return fsum((value - middle) ** power for value in x) / len(x)


def skewness(x: Marks) -> float | None:
    """k₃ / k₂^1.5, where k₂ = S·m₂/(S−1), k₃ = S²·m₃/((S−1)(S−2)) and mₙ is the n-th central moment.

    Below 0: a tail of low scores. None for fewer than three or where nothing varies.
    """
    s = len(x)
    if s < 3 or not varies(x):
        return None
    k2 = s * _moment(x, 2) / (s - 1)
    k3 = s * s * _moment(x, 3) / ((s - 1) * (s - 2))
    return k3 / (k2 * sqrt(k2))


def kurtosis(x: Marks) -> float | None:
    """k₄ / k₂², where k₄ = S²((S+1)m₄ − 3(S−1)m₂²) / ((S−1)(S−2)(S−3)); 0 for a normal distribution.

    None for fewer than four or where nothing varies.
    """
    s = len(x)
    if s < 4 or not varies(x):
        return None
    m2, m4 = _moment(x, 2), _moment(x, 4)
    k2 = s * m2 / (s - 1)
    k4 = s * s * ((s + 1) * m4 - 3 * (s - 1) * m2 * m2) / ((s - 1) * (s - 2) * (s - 3))
    return k4 / (k2 * k2)


def facility_index(x: Marks, most: float) -> float | None:
    """x̄ / the most one can get, from 0 to 1: how easy the item is. None for no marks or where there is nothing to get."""
    middle = mean(x)
    return None if middle is None or not most else middle / most


def discrimination_index(x: Marks, rest: Marks) -> float | None:
    """100 · Cov(x, r) / √(Var x · Var r), from −100 to 100: whether those who do well in the rest do well here."""
    together, own, others = covariance(x, rest), variance(x), variance(rest)
    return 100 * together / sqrt(own * others) if together is not None and own and others else None


def discriminative_efficiency(x: Marks, rest: Marks) -> float | None:
    """100 · Cov(x, r) / Cov(x sorted, r sorted), at most 100: the discrimination there is, of all there could be with these marks."""
    together, most = covariance(x, rest), covariance(sorted(x), sorted(rest))
    return 100 * together / most if together is not None and most else None


def effective_weights(with_total: Sequence[float | None]) -> list[float | None]:
    """100 · √Cov(x, T) / Σ√Cov(x, T) of each item, from its covariance with the total: how much it really decides.

    Negative covariances have no weight (None) and are left out of the sum.
    """
    roots = [None if c is None or c < 0 else sqrt(c) for c in with_total]
    whole = fsum(root for root in roots if root is not None)
    return [None if root is None or not whole else 100 * root / whole for root in roots]


def internal_consistency(items: Sequence[Marks], totals: Marks) -> float | None:
    """Cronbach's alpha in percent, CIC = 100 · p/(p − 1) · (1 − ΣVar(x) / Var(T)) of ``p`` items; at most 100, may be negative.

    None for fewer than two items or where the total doesn't vary.
    """
    p, whole = len(items), variance(totals)
    if p < 2 or not whole:
        return None
    return 100 * p / (p - 1) * (1 - fsum(variance(x) or 0.0 for x in items) / whole)


def error_ratio(cic: float | None) -> float | None:
    """100 · √(1 − CIC/100): how much of the standard deviation is chance."""
    return None if cic is None else 100 * sqrt(max(0.0, 1 - cic / 100))


def standard_error(cic: float | None, deviation: float | None) -> float | None:
    """Error ratio · SD / 100, in the unit of ``deviation``: how far a score lies from what a person can, in two cases of three within it."""
    ratio = error_ratio(cic)
    return None if ratio is None or deviation is None else ratio * deviation / 100


def chance_discrimination(attempts: int) -> float | None:
    """The largest discrimination index that mere chance reaches in one of twenty items that don't discriminate: 100 · tanh(1.96/√(S−3)).

    From the 95 % interval of a correlation (R. A. Fisher, Metron 1 (1921) 3–32). None for fewer than four attempts.
    """
    return 100 * tanh(1.959963984540054 / sqrt(attempts - 3)) if attempts > 3 else None

