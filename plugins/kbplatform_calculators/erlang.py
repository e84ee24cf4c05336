"""Queues as Erlang and Palm described them: lines (B), waiting (C), waiting with callers who give up (A).

Traffic is in erlangs: calls × handling time ÷ period, all in one unit of time. How many lines or agents are needed is
found by walking Erlang's recursion up to the first that is enough. Where that is closer to the target than floats can
tell, the walk is repeated with 60 digits, so that there is neither one agent too many nor one too few. No walk is longer
than MAX_AGENTS steps, no chain longer than MAX_STATES.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from math import ceil, exp, floor, inf, sqrt

MAX_AGENTS = 10_000
MAX_STATES = 100_000
"""Lengths of the queue that are added up on either side of the likeliest one."""
DIGITS = 60
NEAR = 1e-9
"""Closer to the target than this, floats are not trusted: their error stays below a hundredth of it."""
_TINY = 1e-250
"""Blocking below this is left to digits with a wider exponent than a float's."""
_EQUAL = Decimal(10) ** -45
"""What is closer than this to the target is the target itself: 60 digits lose at most ten on the way."""
_NEGLIGIBLE = 1e-17


def exact(value: float | Fraction) -> Fraction:
    """The number as it was typed: 0.3 is three tenths, not the nearest float."""
    return value if isinstance(value, Fraction) else Fraction(str(value))


def offered(calls: float, handling: float, period: float) -> Fraction:
    """Traffic in erlangs. ``handling`` and ``period`` in the same unit, ``period`` above 0."""
    return exact(calls) * exact(handling) / exact(period)


def gross(required: float, shrinkage: float | Fraction) -> Fraction:
    """People on the roster so that ``required`` remain when the share ``shrinkage`` (below 1) is away."""
    return exact(required) / (1 - exact(shrinkage))


def scheduled(required: float, shrinkage: float | Fraction) -> int:
    """:func:`gross` in whole people. ``scheduled(21, 0.3)`` is 30; floats would say 31."""
    return ceil(gross(required, shrinkage))


def blocking(traffic: float, lines: int) -> float:
    """Share of calls that find all lines busy and are lost, 0–1.

    Source: A. K. Erlang (1917); recursion ``B_k = A B_(k-1) / (k + A B_(k-1))``, ``B_0 = 1`` (D. L. Jagerman 1974, BSTJ 53, 525–551),
    whose relative error stays below ``lines`` × 4e-16.
    """
    b = 1.0
    for k in range(1, lines + 1):
        b = traffic * b / (k + traffic * b)
    return b


def lines_needed(traffic: Fraction, target: Fraction) -> int | None:
    """The fewest lines that block at most the share ``target``; at least one. None where MAX_AGENTS are too few.

    Source: as :func:`blocking`, which falls with every line.
    """
    if not traffic:
        return 1
    limit = float(target)
    if limit > _TINY:
        b, a = 1.0, float(traffic)
        for k in range(1, MAX_AGENTS + 1):
            b = a * b / (k + a * b)
            if abs(b - limit) <= NEAR * limit:
                break
            if b < limit:
                return k
        else:
            return None
    with localcontext(prec=DIGITS):
        bound = _decimal(target) * (1 + _EQUAL)
        return next((k for k, b in _blockings(_decimal(traffic)) if b <= bound), None) if bound else None


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / value.denominator


def _blockings(traffic: Decimal) -> Iterator[tuple[int, Decimal]]:
    """Lines and the share they block, one line more each time."""
    b = Decimal(1)
    for k in range(1, MAX_AGENTS + 1):
        b = traffic * b / (k + traffic * b)
        yield k, b


def with_retries(traffic: float, lines: int, recall: float) -> float | None:
    """Traffic that the lines are offered when the share ``recall`` of blocked calls is dialled again at once, in erlangs.

    Solves ``A (1 - recall B(A)) = traffic`` (extended Erlang B). The left side is concave in A, as carried traffic is, so
    Newton's steps from ``traffic`` never pass the solution. None where there is none: everybody dials until they get
    through, and ``traffic`` is more than the lines can carry.
    """
    if recall >= 1 and traffic >= lines:
        return None
    a = traffic
    for _ in range(200):
        b = blocking(a, lines)
        slope = 1 - recall * b * (1 + lines - a * (1 - b))
        step = (traffic - a * (1 - recall * b)) / slope if slope > 0 else 0.0
        if step <= 1e-15 * a:
            break
        a += step
    return a


def lines_needed_with_retries(traffic: Fraction, target: Fraction, recall: Fraction) -> int | None:
    """As :func:`lines_needed` when the share ``recall`` of blocked calls is dialled again (extended Erlang B).

    Where the lines block exactly ``target``, they are offered ``traffic / (1 - recall × target)``; as blocking and
    ``A (1 - recall B(A))`` both rise with A, the lines are enough if and only if they are enough for that traffic.
    """
    return 1 if recall * target >= 1 else lines_needed(traffic / (1 - recall * target), target)


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue that nobody leaves: shares of 0–1; ``wait`` is the average of all calls, in the unit of the handling time."""

    p_wait: float
    service_level: float
    wait: float
    occupancy: float


def queue(traffic: Fraction, agents: int, handling: float, within: float) -> Queue | None:
    """Erlang C: what callers meet when all wait their turn. None where the agents are no more than the traffic: then the queue grows without limit.

    ``service_level`` is the share answered within ``within``, in the unit of ``handling``.
    Source: A. K. Erlang (1917); ``C = N B / (N - A (1 - B))``, ``SL = 1 - C exp(-(N - A) T / AHT)``, ``ASA = C AHT / (N - A)``
    (L. Kleinrock 1975, Queueing Systems I, 3.4).
    """
    if agents <= traffic:
        return None
    spare = float(agents - traffic)
    p_wait = _waiting(blocking(float(traffic), agents), agents, float(traffic), spare)
    longer = p_wait * exp(-spare * float(exact(within) / exact(handling)))
    return Queue(p_wait, 1 - longer, p_wait * handling / spare, float(traffic / agents))


def _waiting(b: float, agents: int, traffic: float, spare: float) -> float:
    """Erlang C from Erlang B; ``spare`` is ``agents - traffic``, taken before rounding."""
    return min(1.0, agents * b / (spare + traffic * b))


def agents_needed(traffic: Fraction, target: Fraction, patience: Fraction, max_occupancy: Fraction = Fraction(1)) -> int | None:
    """The fewest agents that answer at least the share ``target`` within ``patience`` handling times, and are busy at most ``max_occupancy``.

    At least one. None where MAX_AGENTS are too few. Source: as :func:`queue`, whose service level rises with every agent.
    """
    if not traffic:
        return 1
    least = max(floor(traffic) + 1, ceil(traffic / max_occupancy))
    if least > MAX_AGENTS:
        return None
    a, limit, times, first = float(traffic), float(target), float(patience), float(least - traffic)
    b = 1.0
    for n in range(1, MAX_AGENTS + 1):
        b = a * b / (n + a * b)
        if n < least:
            continue
        spare = first + (n - least)
        above = 1 - _waiting(b, n, a, spare) * exp(-spare * times) - limit
        if abs(above) <= NEAR:
            return _agents_needed_in_digits(traffic, target, patience, n)
        if above > 0:
            return n
    return None


def _agents_needed_in_digits(traffic: Fraction, target: Fraction, patience: Fraction, least: int) -> int | None:
    """As :func:`agents_needed` from ``least`` agents up, with DIGITS digits."""
    with localcontext(prec=DIGITS):
        a, limit, times = _decimal(traffic), _decimal(target), _decimal(patience)
        for n, b in _blockings(a):
            if n >= least:
                longer = n * b / (n - a + a * b) * (-(n - a) * times).exp()
                if 1 - longer >= limit - _EQUAL:
                    return n
    return None


@dataclass(frozen=True, slots=True)
class Patience:
    """A queue that callers leave: ``p_wait``, ``abandoned`` (of all calls) and ``occupancy`` are shares of 0–1.

    ``waiting`` is the mean number of callers in the queue; ``wait`` the mean wait of all calls, those who leave included.
    """

    p_wait: float
    abandoned: float
    occupancy: float
    waiting: float
    wait: float


def states(rate: float, handling: float, patience: float, agents: int) -> float:
    """How many lengths of the queue :func:`queue_with_patience` may have to add up on either side; it wants at most MAX_STATES.

    From the likeliest length on, terms fall at least as a normal curve of variance ``rate × patience`` does, and where
    there are more agents than traffic at least geometrically.
    """
    load = rate * handling / agents
    return min(9 * sqrt(rate * patience) + 100, 45 / (1 - load) if load < 1 else inf)


def queue_with_patience(rate: float, handling: float, patience: float, agents: int) -> Patience:
    """Erlang A (M/M/N+M): callers leave after an exponential patience of mean ``patience`` (above 0).

    All times in one unit, ``rate`` in calls per that unit, above 0. The birth–death chain goes up with ``rate`` and down
    with ``min(k, N)/handling + max(k - N, 0)/patience``; ``P(abandon) = E[queue] / (patience × rate)``. Waiting states are
    added up from the likeliest outwards until what is left, bounded by a geometric series, is below 1e-17 of the sum.
    Source: C. Palm (1957); O. Garnett, A. Mandelbaum, M. Reiman (2002), MSOM 4, 208–227.
    """
    return _left_by(rate, handling, patience, agents, blocking(rate * handling, agents))


@lru_cache(maxsize=64)  # one page asks for the same few agents: the search, its answer, and the neighbours
def _left_by(rate: float, handling: float, patience: float, agents: int, b: float) -> Patience:
    """As :func:`queue_with_patience`; ``b`` is what as many lines block."""
    traffic = rate * handling
    if not b:
        return Patience(0.0, 0.0, traffic / agents, 0.0, 0.0)
    x, a = rate * patience, agents * patience / handling
    if not x:
        return Patience(b, b, traffic * (1 - b) / agents, 0.0, 0.0)
    w = waiting_states(x, a)
    everything = b * w.total + w.none * (1 - b)
    p_wait, waiting = b * w.total / everything, b * w.weighted / everything
    # those who are served while some agents are free: the flow up to k equals the flow down from it
    unhurried = w.none * (traffic * (1 - b) / agents - b) / everything
    return Patience(min(1.0, p_wait), min(1.0, waiting / x), min(1.0, p_wait + unhurried), waiting, waiting / rate)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Weights of 0, 1, 2 … callers waiting, the largest being 1: that of ``none``, their sum, their sum times the callers, how many were added."""

    none: float
    total: float
    weighted: float
    added: int


def waiting_states(x: float, a: float) -> Waiting:
    """Add up weights of which that of ``j`` waiting is ``x / (a + j)`` times the one before.

    From the largest outwards, so that nothing overflows. What is left out is below 1e-17 of the sums; so is ``none`` where it is 0.
    """
    peak = floor(max(0.0, x - a))
    total, weighted, w, j = 1.0, float(peak), 1.0, peak
    while True:
        ratio = x / (a + j + 1)
        left = w * ratio / (1 - ratio) if ratio < 1 else inf
        if left * (j + 1 / max(1 - ratio, _NEGLIGIBLE)) <= _NEGLIGIBLE * weighted:
            break
        j, w = j + 1, w * ratio
        total, weighted = total + w, weighted + w * j
    up, w, j = j - peak, 1.0, peak
    while j > 0:
        ratio = (a + j) / x
        if ratio < 1 and w * ratio / (1 - ratio) <= _NEGLIGIBLE * total:
            return Waiting(0.0, total, weighted, up + peak - j)
        j, w = j - 1, w * ratio
        total, weighted = total + w, weighted + w * j
    return Waiting(w, total, weighted, up + peak)


def agents_needed_with_patience(rate: float, handling: float, patience: float, target: float) -> int | None:
    """The fewest agents with whom at most the share ``target`` leaves (Erlang A); None where MAX_AGENTS are too few.

    Fewer leave with every agent, and however patient callers are, N agents serve at most N of the traffic: the share that
    leaves is at least ``1 - N / traffic``. From there the search goes up. What lines block is walked to once for all the
    agents that are tried. A share is the target itself where it differs by less than 1e-12.
    """
    traffic, blocked = rate * handling, [1.0]

    def enough(agents: int) -> bool:
        for k in range(len(blocked), agents + 1):
            blocked.append(traffic * blocked[-1] / (k + traffic * blocked[-1]))
        return _left_by(rate, handling, patience, agents, blocked[agents]).abandoned <= target + 1e-12

    too_few = ceil(min(traffic * (1 - target - NEAR), MAX_AGENTS + 1)) - 1
    return smallest(enough, MAX_AGENTS, above=max(0, too_few))


def smallest(holds: Callable[[int], bool], most: int, above: int) -> int | None:
    """The smallest up to ``most`` for which ``holds``, which from there on holds for all; None where it holds for none.

    For ``above`` and less it is known not to hold. Steps are doubled from there, then halved: few where the answer is near.
    """
    low, step = above, 1
    while (high := min(low + step, most)) > low and not holds(high):
        low, step = high, 2 * step
    if high <= low:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
