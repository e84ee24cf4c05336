"""Erlang B, C and A once more, from their definitions: sums of A^k/k! and of a birth–death chain in exact fractions, no recursion.

Slow and plain on purpose. Tests and ``erlang.py`` hold the product's formulae to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache
from itertools import product
from math import floor

PERIOD = 1800
CALLS = (1, 2, 3, 4, 5, 7, 9, 10, 12, 18, 25, 30, 40, 60, 75, 90, 120, 180, 240, 300, 450, 600, 900, 1200, 1500)
HANDLING = (60, 150, 180, 235, 360)
TARGETS = ("0.5", "0.7", "0.8", "0.85", "0.9", "0.95", "0.98", "0.99")
WITHIN = (0, 1, 5, 10, 12, 15, 20, 25, 30, 35, 40, 45, 60, 90, 120, 180, 300)


@dataclass(frozen=True, slots=True)
class Case:
    """How many agents for so many calls in half an hour?"""

    calls: int
    handling: int
    target: Fraction
    within: int

    @property
    def traffic(self) -> Fraction:
        """Erlangs."""
        return Fraction(self.calls * self.handling, PERIOD)


def grid() -> Iterator[Case]:
    """17,000 cases, from one call to 1,500, with targets that are met exactly among them."""
    for calls, handling, target, within in product(CALLS, HANDLING, TARGETS, WITHIN):
        yield Case(calls, handling, Fraction(target), within)


class Exact:
    """Sums for one traffic, each made once."""

    def __init__(self, traffic: Fraction) -> None:
        self.traffic = traffic
        self._term, self._below = [Fraction(1)], [Fraction(0)]

    def _sums(self, n: int) -> tuple[Fraction, Fraction]:
        """A^n/n! and the sum of A^k/k! for k < n."""
        while len(self._term) <= n:
            k = len(self._term)
            self._below.append(self._below[-1] + self._term[-1])
            self._term.append(self._term[-1] * self.traffic / k)
        return self._term[n], self._below[n]

    def blocking(self, lines: int) -> Fraction:
        """Erlang B."""
        term, below = self._sums(lines)
        return term / (below + term)

    def waiting(self, agents: int) -> Fraction:
        """Erlang C; more agents than traffic."""
        term, below = self._sums(agents)
        delayed = term * agents / (agents - self.traffic)
        return delayed / (below + delayed)


@cache
def exact(traffic: Fraction) -> Exact:
    """The sums for a traffic, kept."""
    return Exact(traffic)


@cache
def _waiting(traffic: Fraction, agents: int) -> Decimal:
    with localcontext(prec=50):
        share = exact(traffic).waiting(agents)
        return Decimal(share.numerator) / share.denominator


def meets(traffic: Fraction, agents: int, target: Fraction, patience: Fraction) -> bool:
    """Whether ``agents`` answer at least ``target`` within ``patience`` handling times: exactly where that is 0, else to 50 digits."""
    if agents <= traffic:
        return False
    if not patience:
        return 1 - exact(traffic).waiting(agents) >= target
    with localcontext(prec=50):
        exponent = (agents - traffic) * patience
        longer = _waiting(traffic, agents) * (-Decimal(exponent.numerator) / exponent.denominator).exp()
        return 1 - longer >= Decimal(target.numerator) / target.denominator


def fewest(traffic: Fraction, target: Fraction, patience: Fraction) -> int:
    """The first number of agents that meets the target, tried one after the other."""
    agents = floor(traffic) + 1
    while not meets(traffic, agents, target, patience):
        agents += 1
    return agents


def chain(rate: Fraction, handling: Fraction, patience: Fraction, agents: int, states: int) -> tuple[Fraction, Fraction, Fraction]:
    """Erlang A with at most ``states`` callers: the shares that wait and that leave, and the mean queue."""
    weights = [Fraction(1)]
    for k in range(1, states + 1):
        weights.append(weights[-1] * rate / (min(k, agents) / handling + max(k - agents, 0) / patience))
    everything = sum(weights)
    waiting = sum(w * (k - agents) for k, w in enumerate(weights) if k > agents) / everything
    return sum(weights[agents:]) / everything, waiting / (patience * rate), waiting
