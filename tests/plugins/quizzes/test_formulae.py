"""Item and test statistics: worked by hand with fractions, and against numpy and scipy on many matrices."""

from __future__ import annotations

from fractions import Fraction
from math import isclose, sqrt

import numpy as np
import pytest
from scipy import stats

from kbplatform_quizzes.statistics import formulae as f

# Five people, three items of one point each:
#        a    b    c     T     r = T − a
#  p1    1    1    1     3     2
#  p2    1    1    0     2     1
#  p3    1    0    1     2     1
#  p4    0    1    0     1     1
#  p5    0    0    0     0     0
A, B, C = [1, 1, 1, 0, 0], [1, 1, 0, 1, 0], [1, 0, 1, 0, 0]
T = [a + b + c for a, b, c in zip(A, B, C, strict=True)]
REST = [t - a for t, a in zip(T, A, strict=True)]


def close(found, expected):
    return isclose(found, float(expected), rel_tol=1e-12, abs_tol=1e-12)


def test_the_worked_example():
    # mean a = 3/5; Var a = (3·(2/5)² + 2·(3/5)²)/4 = (12/25 + 18/25)/4 = 3/10
    assert close(f.facility_index(A, 1), Fraction(3, 5))
    assert close(f.variance(A), Fraction(3, 10))
    # mean r = 1; Var r = (1 + 0 + 0 + 0 + 1)/4 = 1/2
    assert close(f.variance(REST), Fraction(1, 2))
    # Cov(a, r) = (2/5·1 + 2/5·0 + 2/5·0 − 3/5·0 + (−3/5)(−1))/4 = 1/4
    assert close(f.covariance(A, REST), Fraction(1, 4))
    assert close(f.discrimination_index(A, REST), 100 * Fraction(1, 4) / sqrt(Fraction(3, 20)))
    # sorted a = 0 0 1 1 1, sorted r = 0 1 1 1 2: (−3/5)(−1) + 2/5·1 = 1, over 4: as large as it can be
    assert close(f.discriminative_efficiency(A, REST), 100)
    # the rest of b: T − b = 2 1 2 0 0, mean 1; mean b = 3/5; Cov = (2/5·1 + 0 − 3/5·1 − 2/5·1 + 3/5·1)/4 = 0
    assert close(f.discrimination_index(B, [2, 1, 2, 0, 0]), 0)
    # Cov with T (mean 8/5): a: (2/5·7/5 + 2/5·2/5 + 2/5·2/5 + 3/5·3/5 + 3/5·8/5)/4 = (14+4+4+9+24)/100 = 11/20
    #                        b: (14 + 4 − 3·2 − 2·3 + 3·8)/100 = 3/10;  c (mean 2/5): (3·7 − 2·2 + 3·2 + 2·3 + 2·8)/100 = 9/20
    found = [f.covariance(x, T) for x in (A, B, C)]
    assert all(close(x, y) for x, y in zip(found, (Fraction(11, 20), Fraction(3, 10), Fraction(9, 20)), strict=True))
    roots = [sqrt(Fraction(11, 20)), sqrt(Fraction(3, 10)), sqrt(Fraction(9, 20))]
    assert all(close(x, 100 * y / sum(roots)) for x, y in zip(f.effective_weights(found), roots, strict=True))
    # Var T = (49 + 4 + 4 + 9 + 64)/25/4 = 13/10; ΣVar = 3/10 + 3/10 + 3/10; CIC = 100 · 3/2 · (1 − 9/13) = 600/13
    assert close(f.variance(T), Fraction(13, 10))
    cic = f.internal_consistency([A, B, C], T)
    assert close(cic, Fraction(600, 13))
    # error ratio = 100 · √(1 − 6/13); standard error = that · √(13/10) / 100 = √(7/13 · 13/10) = √(7/10)
    assert close(f.error_ratio(cic), 100 * sqrt(Fraction(7, 13)))
    assert close(f.standard_error(cic, f.standard_deviation(T)), sqrt(Fraction(7, 10)))


def test_the_shape_of_scores_worked_by_hand():
    x = [0, 0, 0, 4]
    # mean 1, deviations −1 −1 −1 3: m₂ = 12/4 = 3, m₃ = 24/4 = 6, m₄ = 84/4 = 21
    # k₂ = 4·3/3 = 4, k₃ = 16·6/(3·2) = 16, k₄ = 16·(5·21 − 3·3·9)/(3·2·1) = 64
    assert (f.mean(x), f.median(x), f.median([3, 1, 2]), f.standard_deviation(x)) == (1, 0, 2, 2)
    assert close(f.skewness(x), Fraction(16, 8))
    assert close(f.kurtosis(x), Fraction(64, 16))


def test_an_item_that_strong_people_get_wrong_is_negative_and_has_no_weight():
    wrong_way, rest = [0, 0, 1, 1], [3, 2, 1, 0]
    # mean 1/2 and 3/2: Cov = (−1/2·3/2 − 1/2·1/2 − 1/2·1/2 − 1/2·3/2)/3 = −2/3; Var x = 1/3, Var r = 5/3
    assert close(f.discrimination_index(wrong_way, rest), -100 * Fraction(2, 3) / sqrt(Fraction(5, 9)))
    # sorted: 0 0 1 1 with 0 1 2 3 gives +2/3: all the efficiency there is, in the wrong direction
    assert close(f.discriminative_efficiency(wrong_way, rest), -100)
    assert f.effective_weights([Fraction(1, 4), Fraction(-1, 10), Fraction(1, 4), None]) == [50, None, 50, None]
    assert f.effective_weights([Fraction(-1, 10), 0]) == [None, None]


@pytest.mark.parametrize(("x", "rest"), [([1, 1, 1], [0, 1, 2]), ([0, 1, 1], [2, 2, 2]), ([1], [1]), ([], [])])
def test_what_cannot_be_told_is_none_and_never_nought(x, rest):
    assert f.discrimination_index(x, rest) is None
    assert f.discriminative_efficiency(x, rest) is None


def test_thirds_that_add_up_to_the_same_do_not_count_as_varying():
    assert 1 - (1 / 3 + 1 / 3 + 1 / 3) == 0
    rest = [0.1 + 0.2, 0.3, 0.3]
    assert rest[0] != rest[1]
    assert f.discrimination_index([0, 1, 1], rest) is None


def test_too_little_for_each_figure():
    assert (f.mean([]), f.median([]), f.variance([1]), f.standard_deviation([])) == (None, None, None, None)
    assert (f.skewness([1, 2]), f.kurtosis([1, 2, 3]), f.skewness([2, 2, 2]), f.kurtosis([2, 2, 2, 2])) == (None, None, None, None)
    assert (f.facility_index([], 1), f.facility_index([0], 0)) == (None, None)
    assert (f.internal_consistency([A], A), f.internal_consistency([A, B], [1, 1, 1, 1, 1])) == (None, None)
    assert (f.error_ratio(None), f.standard_error(None, 1.0), f.standard_error(50, None)) == (None, None, None)
    assert f.error_ratio(100.00000000000001) == 0
    with pytest.raises(ValueError):
        f.covariance([1, 2], [1, 2, 3])


def matrices():
    """Marks of attempts × items: with ties, constant items, one item, all wrong, partial credit."""
    source = np.random.default_rng(20261127)
    for number in range(200):
        people, items = int(source.integers(2, 60)), 1 if number % 20 == 0 else int(source.integers(2, 15))
        ability, hard = source.normal(size=(people, 1)), source.normal(size=(1, items))
        right = (source.random((people, items)) < 1 / (1 + np.exp(hard - ability))).astype(float)
        if number % 3 == 1:
            right = np.round(source.random((people, items)) * 4) / 4
        if number % 3 == 2:
            right = right * source.integers(1, 4, size=(1, items)) / 3
        if number % 5 == 0:
            right[:, 0] = right[0, 0]
        if number % 50 == 7:
            right[:] = 0
        yield right


def agree(found, expected):
    if expected is None or not np.isfinite(expected):
        return found is None
    return found is not None and abs(found - expected) <= 1e-9 * max(1.0, abs(expected))


def of_numpy(x, rest):
    """Discrimination and efficiency from correlation and covariance matrices; None where numpy has nothing to divide by."""
    if len(x) < 2 or np.ptp(x) < 1e-12 or np.ptp(rest) < 1e-12:
        return None, None
    return 100 * np.corrcoef(x, rest)[0, 1], 100 * np.cov(x, rest)[0, 1] / np.cov(np.sort(x), np.sort(rest))[0, 1]


def test_the_same_as_numpy_and_scipy_on_200_matrices():
    compared = 0
    for marks in matrices():
        people, items = marks.shape
        total = marks.sum(axis=1)
        columns = [list(map(float, column)) for column in marks.T]
        for j, x in enumerate(columns):
            rest = marks.sum(axis=1, where=np.arange(items) != j)
            discrimination, efficiency = of_numpy(marks[:, j], rest)
            assert agree(f.discrimination_index(x, list(map(float, rest))), discrimination)
            assert agree(f.discriminative_efficiency(x, list(map(float, rest))), efficiency)
            assert agree(f.facility_index(x, 3.0), np.mean(marks[:, j]) / 3)
        matrix = np.atleast_2d(np.cov(np.column_stack([marks, total]), rowvar=False))
        with_total = np.where(np.abs(matrix[-1, :-1]) < 1e-12, 0, matrix[-1, :-1])
        roots = np.sqrt(np.where(with_total < 0, np.nan, with_total))
        whole = np.nansum(roots)
        found = f.effective_weights([f.covariance(x, list(map(float, total))) for x in columns])
        assert all(agree(a, 100 * b / whole if whole else None) for a, b in zip(found, roots, strict=True))
        of_total = matrix[-1, -1]
        alpha = 100 * items / (items - 1) * (1 - np.trace(matrix[:-1, :-1]) / of_total) if items > 1 and of_total > 1e-12 else None
        cic = f.internal_consistency(columns, list(map(float, total)))
        assert agree(cic, alpha)
        scores = list(map(float, total))
        spread = np.ptp(total) > 1e-12
        assert agree(f.mean(scores), np.mean(total))
        assert agree(f.median(scores), np.median(total))
        assert agree(f.standard_deviation(scores), np.std(total, ddof=1))
        assert agree(f.skewness(scores), stats.skew(total, bias=False) if spread and people > 2 else None)
        assert agree(f.kurtosis(scores), stats.kurtosis(total, bias=False) if spread and people > 3 else None)
        if alpha is not None:
            assert agree(f.standard_error(cic, f.standard_deviation(scores)), np.std(total, ddof=1) * np.sqrt(1 - alpha / 100))
        compared += items
    assert compared > 1_000


def test_chance_shrinks_with_the_number_of_attempts():
    # tanh(1.96/√(S−3)) is where the 95 % interval around a correlation of nought ends
    for attempts in (10, 30, 200):
        low = stats.pearsonr(*_correlated(attempts, f.chance_discrimination(attempts) / 100)).confidence_interval(0.95).low
        assert abs(low) < 1e-9
    assert f.chance_discrimination(3) is None


def _correlated(people, r):
    source = np.random.default_rng(people)
    x = source.normal(size=people)
    x = (x - x.mean()) / x.std()
    y = source.normal(size=people)
    y = y - y.mean() - (y @ x) / people * x
    return x, r * x + np.sqrt(1 - r * r) * y / y.std()
