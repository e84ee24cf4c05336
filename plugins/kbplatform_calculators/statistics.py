"""Intervals: how far a figure may be off because only so many were counted. All are two-sided, 95 % unless asked otherwise."""

from __future__ import annotations

from math import atan, cos, exp, lgamma, log, pi, sin, sqrt, tan
from statistics import NormalDist

Z95 = 1.959963984540054
"""Two-sided 95 % quantile of the standard normal distribution."""
SERIES_UP_TO = 5_000
"""Up to so many degrees of freedom, or events, quantiles come from exact finite or convergent sums.

Above, they come from the Cornish–Fisher expansion, whose error is there below 1e-12 of the figure.
"""


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


def trinomial_margin(plus: float, minus: float, n: float, z: float = Z95) -> float:
    """Half width of the interval of ``(plus - minus) / n``, a share's difference within one sample such as NPS / 100.

    Normal approximation with variance ``p + d - (p - d)²``, written as ``(p + d)(1 - p - d) + 4pd`` so that nothing cancels.
    The counts need not be whole: half a case may have been added to each. Raises ValueError unless n > 0.
    """
    if n <= 0:
        msg = "needs n > 0"
        raise ValueError(msg)
    either = plus + minus
    return z * sqrt(max(0.0, either * (n - either) + 4 * plus * minus) / n) / n


def garwood(events: int, level: float = 0.95) -> tuple[float, float]:
    """Exact interval of the expected number of events, from ``events`` that were counted (Poisson).

    Source: F. Garwood (1936), Biometrika 28, 437–442. Raises ValueError for a negative count.
    """
    if events < 0:
        msg = "needs events >= 0"
        raise ValueError(msg)
    tail = (1 - level) / 2
    z = _normal(level)
    low = _gamma_quantile(events, -z, tail) if events else 0.0
    return low, _gamma_quantile(events + 1, z, tail)


def t_interval(mean: float, deviation: float, n: int, level: float = 0.95) -> tuple[float, float]:
    """Interval of a mean by Student's t; ``deviation`` is the sample's standard deviation (divisor n − 1).

    Raises ValueError for n < 2.
    """
    half = t_quantile(n - 1, level) * deviation / sqrt(n)
    return mean - half, mean + half


def t_quantile(df: int, level: float = 0.95) -> float:
    """Two-sided quantile of Student's t: within ± it lies ``level`` of the distribution.

    Up to :data:`SERIES_UP_TO` from the finite sum for whole degrees of freedom (Abramowitz & Stegun 26.7.3 and 26.7.4),
    above from the expansion in 1/df (26.7.5). Raises ValueError for df < 1.
    """
    if df < 1:
        msg = "needs df >= 1"
        raise ValueError(msg)
    start = _t_expansion(df, _normal(level))
    if df > SERIES_UP_TO:
        return start
    scale = 2 * exp(lgamma((df + 1) / 2) - lgamma(df / 2)) / sqrt(pi)
    angle = atan(start / sqrt(df))
    for _ in range(60):  # the sum is concave in the angle, so Newton's steps settle from below
        step = (_t_within(angle, df) - level) / (scale * cos(angle) ** (df - 1))
        angle -= step
        if abs(step) < 1e-10:  # the next step would be its square
            break
    return sqrt(df) * tan(angle)


def _t_within(angle: float, df: int) -> float:
    """Probability of ``|t| <= √df · tan(angle)``."""
    odd = df % 2
    square = cos(angle) ** 2
    term = cos(angle) if odd else 1.0
    total = term if df > 1 else 0.0
    for i in range(2 + odd, df - 1, 2):
        term *= square * (i - 1) / i
        total += term
    return 2 / pi * (angle + sin(angle) * total) if odd else sin(angle) * total


def _t_expansion(df: int, z: float) -> float:
    z2 = z * z
    g1 = z * (z2 + 1) / 4
    g2 = z * ((5 * z2 + 16) * z2 + 3) / 96
    g3 = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384
    g4 = z * ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92160
    return z + (g1 + (g2 + (g3 + g4 / df) / df) / df) / df


def _gamma_quantile(shape: int, z: float, tail: float) -> float:
    """Quantile of the gamma distribution with a whole ``shape``: the lower one for z < 0, the upper for z > 0.

    The distribution's tail is one of Poisson, summed from its largest member outwards; Newton's steps in the logarithm.
    Above :data:`SERIES_UP_TO` the Cornish–Fisher expansion (Goldberg & Levine 1946, Annals of Mathematical Statistics 17, 216–225).
    """
    if shape > SERIES_UP_TO:
        return _gamma_expansion(shape, z)
    mean = shape * max(0.05, 1 - 1 / (9 * shape) + z / (3 * sqrt(shape))) ** 3
    for _ in range(60):
        if z < 0:
            total = _sum_up(shape, mean)
            slope = shape / total
            logged = shape * log(mean) - mean - lgamma(shape + 1) + log(total)
        else:
            k = shape - 1
            total = _sum_down(k, mean)
            slope = -mean / total
            logged = k * log(mean) - mean - lgamma(shape) + log(total)
        step = (logged - log(tail)) / slope
        mean *= exp(-step)
        if abs(step) < 1e-10:
            break
    return mean


def _sum_up(k: int, mean: float) -> float:
    """P(X ≥ k) ÷ P(X = k) of Poisson, for a mean below k."""
    term = total = 1.0
    while term > 1e-17 * total:
        k += 1
        term *= mean / k
        total += term
    return total


def _sum_down(k: int, mean: float) -> float:
    """P(X ≤ k) ÷ P(X = k) of Poisson, for a mean above k."""
    term = total = 1.0
    while k > 0 and term > 1e-17 * total:
        term *= k / mean
        total += term
        k -= 1
    return total


def _gamma_expansion(shape: int, z: float) -> float:
    root, z2 = sqrt(shape), z * z
    near = (z2 - 1) / 3 + z * (z2 - 7) / (36 * root) - ((3 * z2 + 7) * z2 - 16) / (810 * shape)
    return shape + z * root + near + z * ((9 * z2 + 256) * z2 - 433) / (38880 * shape * root)


def _normal(level: float) -> float:
    return Z95 if level == 0.95 else NormalDist().inv_cdf(0.5 + level / 2)
