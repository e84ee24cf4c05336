"""One input through a range: bounded, with round figures of its own accord, rows that can't be computed say why."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from own_calculators import STAFF, TIME

from kbplatform_calculators.definitions.quality import RESOLUTION_RATE
from kbplatform_calculators.running import run
from kbplatform_calculators.sweep import MAX_STEPS, sweep, table_of

RATE = run(RESOLUTION_RATE, {"received": 200, "resolved": 170})


def swept(name="resolved", result=RATE, **asked):
    return sweep(result.calculator, result, name, asked, "en")


def values(found):
    return [p.value for p in found.points]


def test_from_to_and_steps_are_what_was_asked_for():
    found = swept(**{"from": "100", "to": "200", "steps": "5"})
    assert values(found) == [100, 125, 150, 175, 200]
    assert [round(p.main, 3) for p in found.points] == [0.5, 0.625, 0.75, 0.875, 1.0]


def test_left_alone_it_goes_round_the_present_value_in_round_figures_and_only_as_far_as_there_are_answers():
    found = swept()
    assert values(found) == [80, 100, 120, 140, 160, 170, 180, 200]
    assert (found.start, found.end) == ("80", "200")


def test_shares_go_from_nothing_to_all():
    found = swept("most", run(STAFF, {"load": 8}))
    assert (found.start, found.end) == ("10%", "100%")  # with nothing there is no answer


def test_a_row_without_an_answer_says_why():
    found = swept(**{"from": "190", "to": "210", "steps": "3"})
    assert [p.why_not[:18] for p in found.points] == ["", "", "Can't be more than"]
    assert table_of(found, RATE, "en").rows[-1][2:] == ((), found.points[-1].why_not)


def test_times_may_be_typed_as_such():
    found = swept("talk", run(TIME, {"talk": 600, "calls": 3}), **{"from": "5分", "to": "10:00", "steps": "2"})
    assert values(found) == [300, 600]


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({"from": "x"}, {"from"}), ({"from": "9", "to": "9"}, {"to"}), ({"from": "20", "to": "10"}, {"to"}), ({"steps": "1"}, {"steps"}), ({"steps": "26"}, {"steps"}),
        ({"steps": "2.5"}, {"steps"}), ({"to": "-1"}, {"to"}), ({"from": "1e400", "to": "y", "steps": "z"}, {"from", "to", "steps"}),
    ],
)  # fmt: skip
def test_what_can_t_be_a_range_is_said_at_its_field(asked, wrong):
    found = swept(**asked)
    assert (set(found.problems), found.points) == (wrong, ())


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_no_range_has_more_points_than_allowed_and_each_value_once(resolved, received):
    if resolved <= received:
        found = swept(result=run(RESOLUTION_RATE, {"received": received, "resolved": resolved}))
        assert 1 <= len(found.points) <= MAX_STEPS
        assert values(found) == sorted(set(values(found)))


@pytest.mark.parametrize("name", ["nothing", "", "way"])
def test_what_is_no_number_of_this_calculator_is_not_swept(name):
    assert swept(name) is None


def test_the_page_shows_the_line_with_its_band_and_the_same_figures_in_a_table(kb_client):
    page = kb_client.get("/p/calculators/resolution_rate?received=200&resolved=170&sweep=resolved&sweep.from=100&sweep.to=200&sweep.steps=3").get_data(as_text=True)
    assert 'class="line-1"' in page
    assert 'class="band"' in page
    assert re.findall(r'<th scope="row">(\d+)', page) == ["100", "150", "200"]
    assert '<input type="hidden" name="sweep.from" value="100">' in page  # the form above keeps the range


def test_a_range_that_can_t_be_read_leaves_the_page_standing(kb_client):
    response = kb_client.get("/p/calculators/resolution_rate?received=200&resolved=170&sweep=resolved&sweep.from=%3Cscript%3E")
    page = response.get_data(as_text=True)
    assert response.status_code == 200
    assert 'id="sweep-from-error"' in page
    assert "<script>" not in page
