"""A line as high as a word."""

from __future__ import annotations

import re

import pytest

from kbplatform.rendering.sparkline import sparkline


def points(svg):
    path = re.search(r'd="M([^"]+)"', svg)[1]
    return [tuple(float(n) for n in p.split()) for p in path.split("L")]


def test_it_goes_up_where_the_figures_do_and_marks_the_last():
    svg = sparkline([1, 3, 2])
    assert points(svg) == [(4, 24), (48, 4), (92, 14)]
    assert 'cx="92" cy="14"' in svg


def test_places_may_be_uneven_and_a_level_line_lies_in_the_middle():
    assert points(sparkline([5, 5, 5], [0, 10, 100])) == [(4, 14), (12.8, 14), (92, 14)]
    assert points(sparkline([5, 6], [3, 3])) == [(4, 24), (4, 4)]


@pytest.mark.parametrize("values", [[], [1]])
def test_fewer_than_two_are_no_line(values):
    assert sparkline(values) == ""


def test_only_the_last_sixty_are_drawn():
    assert len(points(sparkline(list(range(1_000))))) == 60
