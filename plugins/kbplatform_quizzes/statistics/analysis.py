"""What a sample of attempts says about a quiz and each of its questions. Pure: no database, no language, no page.

How Moodle does it, and what is done here:

- A figure of a question is worked out over the attempts that were asked it, whatever else those were asked, as Moodle does for its
  random questions.
- The rest of the test is ``T − x`` for every question. Moodle takes ``T`` itself for random questions, so that a question is compared
  with a total it is part of, and looks better than it is the shorter the quiz; here it never is.
- Where attempts had unlike numbers of points, the rest is its share of what there was to get. Where they had like ones, as in Moodle,
  that changes neither discrimination nor efficiency.
- The coefficient of internal consistency and effective weights need the same places in every attempt. As with Moodle's slots, a question
  that all were asked is a place of its own, and what was drawn fills the places that are left, in the order asked; a drawn question has no weight.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kbplatform_quizzes.statistics import formulae as f
from kbplatform_quizzes.statistics.options import OptionRow, option_rows, thirds
from kbplatform_quizzes.statistics.sample import Answered, Sample, Sitting, Wording
from kbplatform_quizzes.statistics.versions import heads

MINIMUM = 10
"""Attempts below which nothing is said: a figure of a handful of people is chance, and points at them."""
BINS = 10
Key = tuple[int, str]
"""A question and the version that stands for those counted with it."""


@dataclass(frozen=True, slots=True)
class Whole:
    """Figures of the quiz. Scores are in percent of what there was to get; ``cic`` and ``error_ratio`` in percent; ``seconds`` the median.

    ``bins`` counts scores by tens from 0; 100 is in the last.
    """

    mean: float | None
    median: float | None
    deviation: float | None
    skewness: float | None
    kurtosis: float | None
    cic: float | None
    error_ratio: float | None
    standard_error: float | None
    passed: float
    seconds: float | None
    bins: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of a question. ``facility`` from 0 to 1, the rest in percent; ``options`` is empty where there are none to choose from.

    ``sure_and_wrong`` is the share (0 to 1) of those who said how sure they were that were sure of what was not fully right;
    None where fewer than ten did. ``seconds`` is the median of how long it took (see :func:`.timing.spent`); None where fewer than ten
    sent something.
    """

    facility: float | None
    deviation: float | None
    discrimination: float | None
    efficiency: float | None
    weight: float | None
    unanswered: float
    sure_and_wrong: float | None
    seconds: float | None = None
    options: tuple[OptionRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A question: how many attempts were asked it, in how many wordings; ``figures`` is None below ten."""

    wording: Wording
    version: str
    wordings: int
    n: int
    figures: Figures | None

    @property
    def missing(self) -> int:
        """Attempts that are still needed."""
        return max(0, MINIMUM - self.n)


@dataclass(frozen=True, slots=True)
class Statistics:
    """Everything; ``whole`` is None and no item has figures below ten attempts. Items come as in the bank, older wordings first.

    ``n`` attempts are looked at, of ``total`` there are.
    """

    n: int
    waiting: int
    total: int
    whole: Whole | None
    items: tuple[Item, ...]

    @property
    def missing(self) -> int:
        """Attempts that are still needed."""
        return max(0, MINIMUM - self.n)


def analyse(sample: Sample, *, apart: bool = False) -> Statistics:
    """The statistics of a sample; ``apart`` shows every wording of a question by itself (see :func:`.versions.heads`)."""
    n = len(sample.sittings)
    wordings = sample.wordings or {}
    head = heads(sample, apart=apart)
    by_item: dict[Key, list[tuple[Sitting, Answered]]] = defaultdict(list)
    for sitting in sample.sittings:
        for item in sitting.items:
            by_item[item.question, head[item.question, item.version]].append((sitting, item))
    enough = n >= MINIMUM
    places = _places(sample.sittings, lambda item: (item.question, head[item.question, item.version])) if enough else None
    weights = _weights(places)
    counted = Counter((number, first) for (number, _), first in head.items())
    items = tuple(
        Item(wordings[key], key[1], counted[key], len(asked), _figures(asked, wordings, weights.get(key)) if len(asked) >= MINIMUM else None)
        for key, asked in sorted(by_item.items(), key=lambda pair: (wordings[pair[0]].slug, pair[0][0], wordings[pair[0]].created_at))
    )
    return Statistics(n, sample.waiting, max(sample.total, n), _whole(sample.sittings, places) if enough else None, items)


@dataclass(frozen=True, slots=True)
class _Places:
    """The marks at each place of the quiz, attempts in one order; ``fixed`` names the questions that have a place of their own, first."""

    fixed: tuple[Key, ...]
    marks: tuple[list[float], ...]
    totals: list[float]


def _places(sittings: Sequence[Sitting], key: Callable[[Answered], Key]) -> _Places | None:
    """None where attempts had unlike numbers of questions or points: their totals can't be compared."""
    if len({(len(s.items), round(s.most, 6)) for s in sittings}) != 1:
        return None
    rows = [{key(item): item.mark for item in sitting.items} for sitting in sittings]
    common = set(rows[0]).intersection(*rows[1:])
    fixed = tuple(k for k in rows[0] if k in common)
    lines = [[row[k] for k in fixed] + [mark for k, mark in row.items() if k not in common] for row in rows]
    return _Places(fixed, tuple(map(list, zip(*lines, strict=True))), [sum(line) for line in lines])


def _weights(places: _Places | None) -> dict[Key, float | None]:
    if places is None:
        return {}
    found = f.effective_weights([f.covariance(marks, places.totals) for marks in places.marks])
    return dict(zip(places.fixed, found, strict=False))  # the places after those are drawn


def _whole(sittings: Sequence[Sitting], places: _Places | None) -> Whole:
    scores = [s.percent for s in sittings]
    cic = f.internal_consistency(places.marks, places.totals) if places else None
    deviation = f.standard_deviation(scores)
    bins = [0] * BINS
    for score in scores:
        bins[min(max(int(score * BINS / 100 + 1e-9), 0), BINS - 1)] += 1
    return Whole(
        f.mean(scores), f.median(scores), deviation, f.skewness(scores), f.kurtosis(scores),
        cic, f.error_ratio(cic), f.standard_error(cic, deviation),
        sum(s.passed for s in sittings) / len(sittings), f.median([s.seconds for s in sittings if s.seconds is not None]), tuple(bins),
    )  # fmt: skip


def _figures(asked: Sequence[tuple[Sitting, Answered]], wordings: Mapping[Key, Wording], weight: float | None) -> Figures:
    x = [item.fraction for _, item in asked]
    rest = [_rest(sitting, item) for sitting, item in asked]
    deviation = f.standard_deviation(x)
    said = [item for _, item in asked if item.sure is not None]
    sure = sum(bool(item.sure) and item.fraction < 1 for item in said) / len(said) if len(said) >= MINIMUM else None
    times = [item.seconds for _, item in asked if item.seconds is not None]
    groups = thirds([sitting.percent for sitting, _ in asked])
    return Figures(
        f.facility_index(x, 1.0), None if deviation is None else 100 * deviation,
        f.discrimination_index(x, rest), f.discriminative_efficiency(x, rest), weight,
        sum(item.answer is None for _, item in asked) / len(asked), sure,
        f.median(times) if len(times) >= MINIMUM else None,
        option_rows([item for _, item in asked], wordings, groups),
    )  # fmt: skip


def _rest(sitting: Sitting, item: Answered) -> float:
    """What the attempt got for everything else, as a share of what there was to get; 0 where there was nothing else."""
    most = sitting.most - item.points
    return (sitting.total - item.mark) / most if most > 0 else 0.0
