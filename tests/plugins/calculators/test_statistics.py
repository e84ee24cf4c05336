"""Intervals and quantiles against scipy and statsmodels, which only these tests use."""

from __future__ import annotations

import random
from itertools import product
from math import sqrt

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from kbplatform_calculators.statistics import SERIES_UP_TO, garwood, newcombe, t_interval, t_quantile, trinomial_margin, wilson

HUGE = (SERIES_UP_TO - 1, SERIES_UP_TO, SERIES_UP_TO + 1, 10**4, 10**5, 10**6, 10**8, 10**10, 10**12)
LEVELS = (0.5, 0.8, 0.9, 0.95, 0.99, 0.999)


def _counted(cases: int, largest: int) -> list[tuple[int, int]]:
    """Successes and trials of every size up to ``largest``, none and all among them."""
    drawn = random.Random(20260727)
    trials = [max(1, int(largest ** drawn.random())) for _ in range(cases)]
    return [(drawn.choice((0, n, drawn.randint(0, n), drawn.randint(0, n))), n) for n in trials]


def test_wilson_agrees_over_every_small_count_and_up_to_the_largest():
    pairs = [(k, n) for n in range(1, 41) for k in range(n + 1)] + _counted(600, 10**12)
    for k, n in pairs:
        assert wilson(k, n) == pytest.approx(proportion_confint(k, n, alpha=0.05, method="wilson"), abs=1e-9), (k, n)


@pytest.mark.parametrize(("k", "n"), [(-1, 10), (11, 10), (0, 0)])
def test_wilson_refuses_what_is_no_proportion(k, n):
    with pytest.raises(ValueError, match="successes"):
        wilson(k, n)


def test_newcombe_agrees_over_hundreds_of_pairs():
    firsts, seconds = _counted(400, 10**9), list(reversed(_counted(400, 10**6)))
    for (k1, n1), (k2, n2) in zip(firsts, seconds, strict=True):
        expected = confint_proportions_2indep(k1, n1, k2, n2, compare="diff", method="newcomb")
        assert newcombe(k1, n1, k2, n2) == pytest.approx(expected, abs=1e-9), (k1, n1, k2, n2)


def test_trinomial_margin_is_that_of_the_coded_answers():
    for plus, other, minus in product(range(0, 40, 3), repeat=3):
        answers = np.repeat([1, 0, -1], [plus, other, minus])
        if len(answers):
            expected = stats.norm.ppf(0.975) * answers.std() / sqrt(len(answers))
            assert trinomial_margin(plus, minus, len(answers)) == pytest.approx(expected, abs=1e-9)


def test_trinomial_margin_does_not_drown_in_rounding():
    n = 10**12
    assert trinomial_margin(n - 1, 0, n) == pytest.approx(1.959963984540054 * 1e-12, rel=1e-9)
    with pytest.raises(ValueError, match="n > 0"):
        trinomial_margin(0, 0, 0)


def test_garwood_agrees_for_every_count_up_to_two_thousand_and_to_the_largest():
    for events in (*range(2_000), *HUGE):
        low = stats.chi2.ppf(0.025, 2 * events) / 2 if events else 0.0
        high = stats.chi2.ppf(0.975, 2 * events + 2) / 2
        assert garwood(events) == pytest.approx((low, high), rel=1e-10), events


@pytest.mark.parametrize("level", LEVELS)
def test_garwood_agrees_at_other_levels(level):
    tail = (1 - level) / 2
    for events in (*range(1, 300), *HUGE):
        expected = stats.chi2.ppf(tail, 2 * events) / 2, stats.chi2.ppf(1 - tail, 2 * events + 2) / 2
        assert garwood(events, level) == pytest.approx(expected, rel=1e-10), events


def test_garwood_covers_at_least_as_often_as_it_says():
    """The definition itself: at either end, a count this far out has a chance of 2.5 %."""
    for events in (1, 2, 7, 40, 158, 900):
        low, high = garwood(events)
        assert stats.poisson.sf(events - 1, low) == pytest.approx(0.025, rel=1e-9)
        assert stats.poisson.cdf(events, high) == pytest.approx(0.025, rel=1e-9)


def test_garwood_has_no_answer_below_nothing():
    with pytest.raises(ValueError, match="events"):
        garwood(-1)


@pytest.mark.parametrize("level", LEVELS)
def test_t_quantile_agrees_from_one_degree_of_freedom_to_the_largest(level):
    for df in (*range(1, 500), *range(500, 2_000, 25), *HUGE):
        assert t_quantile(df, level) == pytest.approx(stats.t.ppf(0.5 + level / 2, df), rel=1e-10), df


def test_t_quantile_needs_a_degree_of_freedom():
    with pytest.raises(ValueError, match="df"):
        t_quantile(0)


def test_t_interval_of_a_mean_agrees():
    drawn = np.random.default_rng(7)
    for n in range(2, 300):
        scores = drawn.integers(1, 8, n)
        mean, error = scores.mean(), stats.sem(scores)
        expected = stats.t.interval(0.95, n - 1, loc=mean, scale=error) if error else (mean, mean)
        assert t_interval(float(mean), float(scores.std(ddof=1)), n) == pytest.approx(expected, abs=1e-9), n
