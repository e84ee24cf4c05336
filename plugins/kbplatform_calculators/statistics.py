"""Intervals: how far a figure may be off because only so many were counted. All are two-sided, 95 %."""

from __future__ import annotations

from math import sqrt

Z95 = 1.959963984540054
"""Two-sided 95 % quantile of the standard normal distribution."""


def wilson(successes: int, n: int, z: float = Z95) -> tuple[float, float]:
    """Wilson score interval of a proportion, both ends within 0–1.

    Source: E. B. Wilson (1927), JASA 22, 209–212. Raises ValueError unless 0 ≤ successes ≤ n and n > 0.
    """
    if n <= 0 or not 0 <= successes <= n:
        msg = "needs 0 <= successes <= n and n > 0"
        raise ValueError(msg)
    p = successes / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return low, high


def newcombe(k1: int, n1: int, k2: int, n2: int, z: float = Z95) -> tuple[float, float]:
    """Interval of the difference ``k1/n1 - k2/n2`` of two independent proportions, within −1 to 1.

    Source: R. G. Newcombe (1998), Statistics in Medicine 17, 873–890, method 10 (hybrid score). Raises ValueError as :func:`wilson`.
    """
    p1, p2 = k1 / n1 if n1 else 0.0, k2 / n2 if n2 else 0.0
    (low1, high1), (low2, high2) = wilson(k1, n1, z), wilson(k2, n2, z)
    difference = p1 - p2
    low = difference - sqrt((p1 - low1) ** 2 + (high2 - p2) ** 2)
    high = difference + sqrt((high1 - p1) ** 2 + (p2 - low2) ** 2)
    return max(-1.0, low), min(1.0, high)


def trinomial_margin(plus: int, minus: int, n: int, z: float = Z95) -> float:
    """Half width of the interval of ``(plus - minus) / n``, a share's difference within one sample such as NPS / 100.

    Normal approximation with variance ``p + d - (p - d)²``. Raises ValueError unless n > 0.
    """
    if n <= 0:
        msg = "needs n > 0"
        raise ValueError(msg)
    p, d = plus / n, minus / n
    return z * sqrt(max(0.0, p + d - (p - d) ** 2) / n)
