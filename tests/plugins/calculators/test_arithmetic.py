"""Sums, ratios and quantiles count what was typed, held against the standard library and the definition."""

from __future__ import annotations

import random
import statistics
from fractions import Fraction

import pytest

from kbplatform.bilingual import Text
from kbplatform_calculators.arithmetic import exact, nearest_rank, quantile, ratio, total
from kbplatform_calculators.inputs import Number
from kbplatform_calculators.typed import Unreadable


def test_tenths_add_up_to_what_people_expect():
    assert float(total((0.1, 0.2))) == 0.3
    assert ratio(0.3, 0.1) == 3.0
    assert exact(1 - exact(0.7)) == Fraction(3, 10)


def test_a_ratio_to_nothing_is_nothing():
    assert ratio(5, 0) is None


@pytest.mark.parametrize("n", [2, 3, 7, 10, 11, 40, 101])
def test_interpolated_quantiles_agree_with_the_standard_library(n):
    dice = random.Random(n)
    values = sorted(round(dice.uniform(0, 100), 2) for _ in range(n))
    oracle = statistics.quantiles(values, n=20, method="inclusive")
    assert [quantile(values, Fraction(i, 20)) for i in range(1, 20)] == pytest.approx(oracle, abs=1e-9)


@pytest.mark.parametrize("n", [1, 2, 9, 10, 11, 20, 30, 100])
def test_the_nearest_rank_is_the_smallest_that_nine_in_ten_do_not_exceed(n):
    dice = random.Random(n)
    values = sorted(dice.randint(0, 50) for _ in range(n))
    oracle = next(v for v in values if 10 * sum(w <= v for w in values) >= 9 * n)
    assert nearest_rank(values, Fraction(9, 10)) == oracle


@pytest.mark.parametrize("value", [20, 0.1, 500965.0489573391, 1e-7, 2 / 3, 123456789012.12346])
def test_a_number_written_into_a_field_is_read_as_the_same(value):
    field = Number(name="n", label=Text("", ""))
    assert field.read(field.typed(value)) == value


def test_what_is_too_small_to_be_told_from_nothing_is_not_above_nothing():
    with pytest.raises(Unreadable):
        Number(name="n", label=Text("", ""), above=0).read("1e-400")
