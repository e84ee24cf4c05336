"""Erlang's formulae against sums in exact fractions: right figures, no agent too many or too few, bounded work for any input."""

from __future__ import annotations

import sys
from fractions import Fraction
from math import isfinite

import erlang_oracle as oracle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kbplatform_calculators import erlang

TRAFFICS = [Fraction(t) for t in ("0.001", "0.2", "0.5", "1", "2.24", "7.999", "8.108", "10", "48", "99.5", "250")]


@pytest.mark.parametrize("traffic", TRAFFICS)
def test_blocking_and_waiting_agree_with_sums_of_fractions(traffic):
    sums = oracle.exact(traffic)
    for n in range(1, int(traffic) + 40):
        assert erlang.blocking(float(traffic), n) == pytest.approx(float(sums.blocking(n)), rel=1e-12)
        queue = erlang.queue(traffic, n, 180, 0)
        if n <= traffic:
            assert queue is None
        else:
            assert queue.p_wait == pytest.approx(float(sums.waiting(n)), rel=1e-12)
            assert queue.service_level == pytest.approx(float(1 - sums.waiting(n)), abs=1e-12)


def test_no_agent_too_many_or_too_few_in_17_000_cases():
    wrong, cases = [], 0
    for case in oracle.grid():
        cases += 1
        patience = Fraction(case.within, case.handling)
        agents = erlang.agents_needed(case.traffic, case.target, patience)
        fewer = agents > 1 and oracle.meets(case.traffic, agents - 1, case.target, patience)
        if fewer or not oracle.meets(case.traffic, agents, case.target, patience):
            wrong.append((case, agents))
    assert (cases, wrong) == (17_000, [])


@pytest.mark.parametrize(
    ("traffic", "target", "agents"),
    # with nobody waiting allowed, one agent meets 1 - A and two meet 1 - A²/(2 + A), to the last digit
    [("0.2", "0.8", 1), ("0.1", "0.9", 1), ("0.3", "0.7", 1), ("0.7", "0.3", 1), ("0.5", "0.9", 2), ("0.0001", "0.9999", 1)],
)
def test_a_target_that_is_met_exactly_is_met(traffic, target, agents):
    traffic, target = Fraction(traffic), Fraction(target)
    assert 1 - oracle.exact(traffic).waiting(agents) == target
    assert erlang.agents_needed(traffic, target, Fraction(0)) == agents
    a_hair_more = target + Fraction(1, 10**25)
    assert erlang.agents_needed(traffic, a_hair_more, Fraction(0)) == agents + 1


@pytest.mark.parametrize(("traffic", "occupancy", "agents"), [("8.5", "0.85", 10), ("10", "1", 11), ("0.85", "0.85", 1), ("17", "0.85", 20), ("1", "0.01", 100)])
def test_the_highest_occupancy_is_held_exactly(traffic, occupancy, agents):
    assert erlang.agents_needed(Fraction(traffic), Fraction(0), Fraction(0), Fraction(occupancy)) == agents


@pytest.mark.parametrize("traffic", [t for t in TRAFFICS if t < 100])
@pytest.mark.parametrize("target", [Fraction(t) for t in ("0.5", "0.1", "0.03", "0.01", "0.001", "1e-9")])
def test_no_line_too_many_or_too_few(traffic, target):
    lines = erlang.lines_needed(traffic, target)
    assert oracle.exact(traffic).blocking(lines) <= target
    assert lines == 1 or oracle.exact(traffic).blocking(lines - 1) > target


def test_lines_that_block_exactly_the_target_are_enough_even_where_floats_end():
    for traffic, lines in ((Fraction(1), 5), (Fraction(1, 3), 3), (Fraction(5), 12), (Fraction(1, 1000), 150)):
        target = oracle.exact(traffic).blocking(lines)
        assert erlang.lines_needed(traffic, target) == lines
        assert erlang.lines_needed(traffic, target * (1 - Fraction(1, 10**30))) == lines + 1


@pytest.mark.parametrize("recall", ["0.1", "0.5", "0.9", "1"])
def test_lines_with_redialling_are_those_that_the_redialled_traffic_needs(recall):
    for traffic in ("0.5", "5.5", "20"):
        for target in ("0.3", "0.03", "0.01"):
            lines = erlang.lines_needed_with_retries(Fraction(traffic), Fraction(target), Fraction(recall))
            reached = [_blocked_by_turns(float(traffic), n, float(recall)) for n in (lines, lines - 1)]
            assert reached[0] <= float(target) < reached[1]
            offered = erlang.with_retries(float(traffic), lines, float(recall))
            assert erlang.blocking(offered, lines) == pytest.approx(reached[0], rel=1e-9)


def _blocked_by_turns(traffic: float, lines: int, recall: float) -> float:
    """The share blocked, by adding what is dialled again until nothing changes; 1 where that never ends."""
    offered = traffic
    for _ in range(200_000):
        again = traffic + recall * offered * erlang.blocking(offered, lines) if lines else float("inf")
        if again == offered or again > 1e6:
            break
        offered = again
    return erlang.blocking(offered, lines)


def test_redialling_without_end_has_no_answer():
    assert erlang.with_retries(5, 5, 1) is None
    assert erlang.with_retries(5, 4, 1) is None
    assert erlang.with_retries(4.9, 5, 1) == pytest.approx(4.9 / (1 - erlang.blocking(erlang.with_retries(4.9, 5, 1), 5)))


@pytest.mark.parametrize(
    ("rate", "handling", "patience", "agents"),
    [("1", "1", "1", 1), ("3", "2", "1", 4), ("3", "2", "1", 9), ("12", "1", "0.5", 6), ("0.2", "3", "5", 2), ("2", "0.5", "10", 1)],
)
def test_abandonment_agrees_with_the_chain_in_fractions(rate, handling, patience, agents):
    waits, leaves, queue = map(float, oracle.chain(Fraction(rate), Fraction(handling), Fraction(patience), agents, 160))
    met = erlang.queue_with_patience(float(rate), float(handling), float(patience), agents)
    assert (met.p_wait, met.abandoned, met.waiting) == pytest.approx((waits, leaves, queue), rel=1e-12)
    assert met.wait == pytest.approx(queue / float(rate), rel=1e-12)
    assert met.occupancy == pytest.approx(float(rate) * float(handling) * (1 - leaves) / agents, rel=1e-12)


def test_with_hardly_any_patience_it_is_erlang_b_and_with_endless_patience_erlang_c():
    assert erlang.queue_with_patience(8.108, 1, 1e-300, 15).abandoned == pytest.approx(erlang.blocking(8.108, 15), rel=1e-12)
    endless, never = erlang.queue_with_patience(10, 1, 1e7, 14), erlang.queue(Fraction(10), 14, 1, 0)
    assert (endless.p_wait, endless.wait) == pytest.approx((never.p_wait, never.wait), rel=1e-4)


@pytest.mark.parametrize("target", [0.5, 0.1, 0.03, 0.01, 0.001])
@pytest.mark.parametrize("rate", [0.1, 5, 48, 300])
def test_no_agent_too_many_or_too_few_with_callers_who_leave(rate, target):
    agents = erlang.agents_needed_with_patience(rate, 1, 2, target)
    assert erlang.queue_with_patience(rate, 1, 2, agents).abandoned <= target
    assert agents == 1 or erlang.queue_with_patience(rate, 1, 2, agents - 1).abandoned > target


def halved(rate, handling, patience, target):
    """The fewest agents as the definition has them: by halving all there may be, each tried from nothing."""
    low, high = 0, erlang.MAX_AGENTS
    if erlang.queue_with_patience(rate, handling, patience, high).abandoned > target + 1e-12:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if erlang.queue_with_patience(rate, handling, patience, middle).abandoned <= target + 1e-12 else (middle, high)
    return high


@pytest.mark.parametrize("target", [0.0001, 0.001, 0.01, 0.05, 0.3, 0.9, 1])
@pytest.mark.parametrize("patience", [0.01, 1, 40])
@pytest.mark.parametrize("traffic", [0.01, 1, 47.3, 900, 9_700, 9_990, 10_000, 10_001, 10_500, 1e6])
def test_the_search_upwards_finds_what_halving_finds_up_to_the_largest_loads(traffic, patience, target):
    assert erlang.agents_needed_with_patience(traffic, 1.0, patience, target) == halved(traffic, 1.0, patience, target)


@pytest.mark.parametrize(("required", "shrinkage", "people"), [(21, 0.3, 30), (14, 0.3, 20), (100, 0.4, 167), (0, 0.3, 0), (19, 0.05, 20), (7, 0.0, 7), (9.5, 0, 10)])
def test_rosters_are_rounded_up_exactly(required, shrinkage, people):
    assert erlang.scheduled(required, shrinkage) == people


def test_every_roster_of_whole_people_and_percents_is_the_smallest_that_leaves_enough():
    for required in range(0, 400, 7):
        for percent in range(96):
            people = erlang.scheduled(required, percent / 100)
            assert people * (100 - percent) >= 100 * required > (people - 1) * (100 - percent)


# -- bounded work -----------------------------------------------------------------------------------------------------

numbers = st.one_of(st.floats(0, 1e12), st.floats(0, 1e4), st.integers(0, 10**12), st.just(0), st.floats(1e-320, 1e-9))
times = st.one_of(st.floats(1, 1e12), st.floats(1, 3600), st.integers(1, 10**12))
shares = st.one_of(st.floats(0, 1), st.just(0), st.just(1), st.floats(1e-320, 1e-9), st.floats(1 - 1e-9, 1))
people = st.integers(1, erlang.MAX_AGENTS)
WORK = 20 * erlang.MAX_AGENTS
"""Lines of Python for a walk of at most MAX_AGENTS steps, twice, with what surrounds it."""


def _lines_run(work) -> tuple[object, int]:
    """What ``work`` gives, and how many lines of our own were run for it: a measure of time that no machine changes."""
    count = 0

    def line(_frame, event, _arg):
        nonlocal count
        count += event == "line"
        return line

    before = sys.gettrace()
    sys.settrace(lambda frame, _event, _arg: line if frame.f_code.co_filename == erlang.__file__ else None)
    try:
        return work(), count
    finally:
        sys.settrace(before)


@settings(max_examples=150, deadline=None)
@given(calls=numbers, handling=times, period=times, target=st.floats(0, 0.9999), within=numbers, occupancy=st.floats(0.01, 1), agents=people)
def test_erlang_c_takes_bounded_work_for_any_input(calls, handling, period, target, within, occupancy, agents):
    traffic = erlang.offered(calls, handling, period)
    patience = erlang.exact(within) / erlang.exact(handling)
    needed, lines = _lines_run(lambda: erlang.agents_needed(traffic, erlang.exact(target), patience, erlang.exact(occupancy)))
    assert lines < WORK
    assert needed is None or 1 <= needed <= erlang.MAX_AGENTS
    met, lines = _lines_run(lambda: erlang.queue(traffic, agents, handling, within))
    assert lines < WORK
    assert met is None or all(isfinite(f) for f in (met.p_wait, met.service_level, met.wait, met.occupancy))
    assert met is None or (0 <= met.p_wait <= 1 and 0 <= met.service_level <= 1 and 0 <= met.occupancy < 1.0000001)


@settings(max_examples=150, deadline=None)
@given(traffic=numbers, target=shares, recall=shares, lines=people)
def test_erlang_b_takes_bounded_work_for_any_input(traffic, target, recall, lines):
    exact = [erlang.exact(x) for x in (traffic, target, recall)]
    needed, run = _lines_run(lambda: erlang.lines_needed_with_retries(*exact))
    assert run < WORK
    assert needed is None or 1 <= needed <= erlang.MAX_AGENTS
    offered, run = _lines_run(lambda: erlang.with_retries(float(traffic), lines, float(recall)))
    assert run < 100 * WORK
    assert offered is None or 0 <= erlang.blocking(offered, lines) <= 1


@pytest.mark.parametrize(
    ("rate", "patience", "target"), [(9_900.0, 10_000.0, 0.05), (9_900.0, 10_000.0, 0.0001), (9_000.0, 11_000.0, 0.99), (9_600.0, 1.0, 0.0001), (500.0, 0.01, 0.0001)]
)
def test_the_search_for_agents_with_patience_walks_to_them_once_and_tries_few(rate, patience, target):
    """Erlang B once for all agents that are tried, and hardly more states than one queue may need; by halving it was sixteen of each."""
    erlang._left_by.cache_clear()
    agents, lines = _lines_run(lambda: erlang.agents_needed_with_patience(rate, 1.0, patience, target))
    one_queue = 2 * erlang.states(rate, 1.0, patience, agents)
    assert lines < 6 * erlang.MAX_AGENTS + 20 * one_queue
    assert agents < erlang.MAX_AGENTS


@settings(max_examples=100, deadline=None)
@given(rate=numbers.filter(bool), handling=numbers, patience=numbers.filter(bool), agents=people)
def test_erlang_a_adds_up_no_more_states_than_it_says_for_any_input(rate, handling, patience, agents):
    rate, handling, patience = float(rate), float(handling), float(patience)
    allowed = erlang.states(rate, handling, patience, agents)
    if allowed > erlang.MAX_STATES:
        return
    met = erlang.queue_with_patience(rate, handling, patience, agents)
    assert all(isfinite(f) and f >= 0 for f in (met.p_wait, met.abandoned, met.occupancy, met.waiting, met.wait))
    assert max(met.p_wait, met.abandoned, met.occupancy) <= 1 + 1e-9
    if handling and rate * patience:
        assert erlang.waiting_states(rate * patience, agents * patience / handling).added <= 2 * allowed
