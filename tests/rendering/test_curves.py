"""Lines over a common scale: round figures beside them, gaps where a figure is missing, a band that closes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbplatform.sdk import curves

FINITE = st.floats(-1e12, 1e12)


@pytest.mark.parametrize(
    ("low", "high", "marks"),
    [(0, 10, (10, 7.5, 5, 2.5, 0)), (0.2, 0.75, (0.8, 0.6, 0.4, 0.2, 0)), (90, 100, (100, 97.5, 95, 92.5, 90)), (-20, 35, (40, 20, 0, -20)), (5, 5, (6, 4, 2, 0)), (0, 0, (1, 0.75, 0.5, 0.25, 0))],
)
def test_the_scale_has_round_figures_and_starts_at_nothing_unless_that_would_flatten_it(low, high, marks):
    assert curves([[low, high]]).marks == marks


def test_a_missing_figure_is_a_gap_and_a_lone_one_a_dot():
    path = re.search(r'class="line-1" d="([^"]*)"', curves([[1, 2, None, 3]]).svg)[1]
    assert (path.count("M"), path.count("L"), path.count("h.1")) == (2, 1, 2)


def test_points_may_lie_unevenly():
    path = re.search(r'class="line-1" d="([^"]*)"', curves([[0, 1, 0]], at=[0, 9, 10]).svg)[1]
    first, middle, last = (float(n) for n in re.findall(r"[ML]([\d.]+) ", path))
    assert (middle - first) == pytest.approx(9 * (last - middle), abs=1)


def test_the_band_closes_once_for_each_run():
    band = re.search(r'class="band" d="([^"]*)"', curves([[1, 2, None, 3]], band=([0, 1, None, 2], [2, 3, None, 4])).svg)[1]
    assert (band.count("M"), band.count("Z")) == (2, 2)


@given(st.lists(st.one_of(st.none(), FINITE), min_size=1, max_size=40))
def test_whatever_is_drawn_stays_inside_the_picture_and_carries_no_style(points):
    drawing = curves([points])
    assert "style" not in drawing.svg
    for name, d in re.findall(r'class="([\w-]+)" d="([^"]*)"', drawing.svg):
        for y in re.findall(r"[ML][\d.-]+ ([\d.-]+)", d):
            assert -0.1 <= float(y) <= 200.1, name


@pytest.mark.parametrize("lines", [[], [[]], [[1, 2], [1]], [[float("nan")]], [[1]] * 6])
def test_what_can_t_be_drawn_is_refused(lines):
    with pytest.raises(ValueError, match="lines"):
        curves(lines)
