"""What all rates have in common: figures, interval, sample."""

from __future__ import annotations

from collections.abc import Callable

from kbplatform.sdk import Text
from kbplatform_calculators.calculator import Outputs, Values
from kbplatform_calculators.figures import Output
from kbplatform_calculators.statistics import wilson

LOW, HIGH = Text("95% 区间下端", "95% interval, low end"), Text("95% 区间上端", "95% interval, high end")
WILSON = Text("区间：E. B. Wilson（1927），JASA 22, 209–212", "Interval: E. B. Wilson (1927), JASA 22, 209–212")


def rate_outputs(name: str, label: Text, *, percent: bool = False) -> tuple[Output, ...]:
    """The rate and the ends of its interval: ``ci_low``, ``ci_high``, or with ``percent`` ``ci_low_pct``, ``ci_high_pct`` in 0–100."""
    unit = "percent" if percent else "proportion"
    low, high = ends(percent=percent)
    return Output(name=name, label=label, unit=unit), Output(name=low, label=LOW, unit=unit), Output(name=high, label=HIGH, unit=unit)


def ends(*, percent: bool = False) -> tuple[str, str]:
    """Names of the interval's ends."""
    return ("ci_low_pct", "ci_high_pct") if percent else ("ci_low", "ci_high")


def rate(name: str, k: int, n: int, *, percent: bool = False) -> dict[str, float | None]:
    """``k`` of ``n`` with its Wilson interval; all None where ``n`` is 0. ``k`` must lie within 0 and ``n``."""
    low, high = ends(percent=percent)
    if not n:
        return {name: None, low: None, high: None}
    scale = 100 if percent else 1
    ci_low, ci_high = wilson(k, n)
    return {name: scale * k / n, low: scale * ci_low, high: scale * ci_high}


def rate_of(name: str, k: str, n: str, *, percent: bool = False) -> Callable[[Values], Outputs]:
    """The computation of a rate whose successes and trials are inputs."""
    return lambda values: rate(name, values[k], values[n], percent=percent)


def sample_of(k: str, n: str) -> Callable[[Values], tuple[int, int]]:
    """Successes and trials, by the names of their inputs."""
    return lambda values: (values[k], values[n])
