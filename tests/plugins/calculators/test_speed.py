"""Are we fast enough: published figures through the API, worded limits, and what is refused."""

from __future__ import annotations

import pytest

CALLS = {"answered": 1000, "answered_in_T": 860, "abandoned": 60, "abandoned_in_T": 20, "abandoned_short": 10, "threshold_s": 20}
RESPONSES = [45, 70, 62, 80, 58, 113, 65]
PILE = {"opening": 120, "new": 340, "reopened": 25, "resolved": 360, "cancelled": 20, "days": 30}


@pytest.fixture
def run(kb_client):
    """``run(id, **inputs)`` → status and body, in English."""

    def post(calculator_id, **inputs):
        response = kb_client.post(f"/api/v1/p/calculators/{calculator_id}/runs", json={"inputs": inputs}, headers={"Accept-Language": "en"})
        return response.status_code, response.get_json()

    return post


@pytest.fixture
def outputs(run):
    return lambda calculator_id, **inputs: run(calculator_id, **inputs)[1]["outputs"]


@pytest.fixture
def refused(run):
    """Fields that are named as wrong."""

    def fields(calculator_id, **inputs):
        status, body = run(calculator_id, **inputs)
        assert status == 422
        return [e["field"] for e in body["errors"]]

    return fields


@pytest.mark.parametrize(
    ("calculator_id", "inputs", "expected"),
    [
        ("service_level", CALLS, {"F1": 83.018867925, "F2": 86.0, "F3": 81.132075472, "F4": 82.692307692, "F5": 82.075471698}),
        ("first_response_time", {"minutes": RESPONSES}, {"mean": 70.428571429, "median": 65, "p90_linear": 93.2, "p90_nearest_rank": 113}),
        (
            "process_time",
            {"before": [5, 3, 2, 4], "after": [3, 2, 1, 2]},
            {"before_total": 14, "after_total": 8, "saved": 6, "saved_pct": 42.857142857, "bottleneck_step": 1},
        ),
        ("abandonment_rate", {"offered": 100, "handled": 95, "short_abandons": 0}, {"rate_pct": 5.0}),
        ("asa", {"total_wait_s": 7200, "answered": 200}, {"asa_s": 36.0}),
        ("aht", {"talk": 668205, "hold": 99153, "wrap": 198306, "handled": 4311}, {"aht_s": 224.0}),
        ("backlog", PILE, {"ending": 105, "net_per_day": 0.5, "days_to_clear": 210.0, "outlook": "clears"}),
        ("web_vitals", {"lcp_s": 3}, {"lcp_rating": "needs improvement", "inp_rating": None, "rating": "needs improvement"}),
    ],
)
def test_published_figures_come_out(outputs, calculator_id, inputs, expected):
    got = outputs(calculator_id, **inputs)
    assert {k: round(v, 9) if isinstance(v, float) else v for k, v in got.items() if k in expected} == expected


@pytest.mark.parametrize(
    ("definition", "level", "k", "n"),
    [
        ("F1", 83.018867925, 880, 1060),
        ("F2", 86.0, 860, 1000),
        ("F3", 81.132075472, 860, 1060),
        ("F4", 82.692307692, 860, 1040),
        ("F5", 82.075471698, 870, 1060),
    ],
)
def test_the_chosen_definition_leads_and_has_its_own_interval(run, definition, level, k, n):
    from kbplatform_calculators.statistics import wilson

    _, body = run("service_level", **CALLS, definition=definition)
    got = body["outputs"]
    assert round(got["service_level_pct"], 9) == level
    assert (got["ci_low_pct"], got["ci_high_pct"]) == pytest.approx([100 * end for end in wilson(k, n)], abs=1e-9)
    assert f"definition {definition}" in body["explanation"]


def test_without_a_choice_the_fourth_definition_leads(outputs):
    got = outputs("service_level", **CALLS)
    assert got["service_level_pct"] == got["F4"]


def test_a_definition_whose_abandons_are_unknown_is_never_given_as_if_there_were_none(run):
    known = {"answered": 100, "answered_in_T": 80, "abandoned": 10}
    status, body = run("service_level", **known)
    assert (status, body["outputs"]["service_level_pct"], body["outputs"]["F1"], body["outputs"]["F5"]) == (200, None, None, None)
    assert "Not enough data" in body["explanation"]
    assert run("service_level", **known, definition="F3")[1]["outputs"]["service_level_pct"] == pytest.approx(100 * 80 / 110)


def test_a_level_that_ignores_those_who_hung_up_says_so(run):
    assert any("60 gave up" in w for w in run("service_level", **CALLS, definition="F2")[1]["warnings"])
    assert not any("gave up" in w for w in run("service_level", **CALLS)[1]["warnings"])


@pytest.mark.parametrize(
    ("calculator_id", "inputs", "nulls"),
    [
        (
            "service_level",
            dict.fromkeys(("answered", "answered_in_T", "abandoned", "abandoned_in_T", "abandoned_short"), 0),
            ("service_level_pct", "F2", "F4"),
        ),
        ("abandonment_rate", {"offered": 5, "handled": 0, "short_abandons": 5}, ("rate_pct", "ci_low_pct", "ci_high_pct")),
        ("asa", {"total_wait_s": 0, "answered": 0}, ("asa_s",)),
        ("aht", {"talk": 0, "hold": 0, "wrap": 0, "handled": 0}, ("aht_s",)),
    ],
)
def test_nothing_to_divide_by_is_said_in_words(run, calculator_id, inputs, nulls):
    status, body = run(calculator_id, **inputs)
    assert status == 200
    assert [body["outputs"][name] for name in nulls] == [None] * len(nulls)
    assert "Not enough data" in body["explanation"]


@pytest.mark.parametrize(
    ("calculator_id", "inputs", "fields"),
    [
        ("service_level", CALLS | {"answered_in_T": 1001}, ["answered_in_T"]),
        ("service_level", CALLS | {"abandoned_in_T": 61}, ["abandoned_in_T"]),
        ("service_level", CALLS | {"abandoned_short": 61}, ["abandoned_short"]),
        ("service_level", CALLS | {"threshold_s": 0.5}, ["threshold_s"]),
        ("service_level", CALLS | {"definition": "F6"}, ["definition"]),
        ("abandonment_rate", {"offered": 100, "handled": 98, "short_abandons": 3}, ["handled"]),
        ("first_response_time", {"minutes": [5, -1]}, ["minutes"]),
        ("first_response_time", {"minutes": []}, ["minutes"]),
        ("process_time", {"before": [1, 2], "after": [1]}, ["after"]),
        ("process_time", {"before": [1, 2], "after": [1, 1], "steps": "接单"}, ["steps"]),
        ("backlog", PILE | {"resolved": 900}, ["resolved"]),
        ("web_vitals", {}, ["lcp_s"]),
    ],
)
def test_what_does_not_fit_together_is_refused_at_its_field(refused, calculator_id, inputs, fields):
    assert refused(calculator_id, **inputs) == fields


def test_the_share_within_a_target_counts_what_is_overdue_as_missed(run):
    _, body = run("first_response_time", minutes=RESPONSES, target="65m", unanswered=3)
    assert body["outputs"]["within_target"] == pytest.approx(4 / 10)
    assert any("3 still unanswered" in w for w in body["warnings"])
    assert run("first_response_time", minutes=RESPONSES)[1]["outputs"]["within_target"] is None


@pytest.mark.parametrize(("n", "warned"), [(9, "p90"), (10, "p95"), (19, "p95"), (20, None)])
def test_few_responses_are_said_to_be_too_few_for_their_tail(run, n, warned):
    warnings = run("first_response_time", minutes=list(range(n)))[1]["warnings"]
    assert [w.split("Only ")[1].split()[1] for w in warnings] == ([warned] if warned else [])


def test_response_times_are_read_as_they_are_pasted(outputs):
    assert outputs("first_response_time", minutes="1h20m\n45\n3分")["median"] == 45


def test_which_clock_was_used_is_part_of_the_answer(run):
    assert "business hours" in run("first_response_time", minutes=[5], clock="business")[1]["explanation"]


def test_a_process_that_became_longer_is_shown_as_longer(run):
    _, body = run("process_time", before=[1, 2], after=[2, 4], volume_per_month=60)
    assert (body["outputs"]["saved"], body["outputs"]["saved_pct"], body["outputs"]["saved_h_per_year"]) == (-3, -100, -36)
    assert "3 min longer" in body["explanation"]
    assert "The slowest step is now step 2" in body["explanation"]


def test_a_step_is_named_as_it_was_typed(run):
    _, body = run("process_time", before=[1, 2], after=[1, 2], steps="{before} check, handle {x}")
    assert "nothing saved" in body["explanation"]
    assert "“handle {x}”" in body["explanation"]


def test_a_process_without_time_before_has_no_percentage(outputs):
    got = outputs("process_time", before=[0, 0], after=[1, 0])
    assert (got["saved_pct"], got["after_total"]) == (None, 1)


def test_tenths_of_minutes_are_added_as_typed(outputs):
    assert outputs("process_time", before=[0.1, 0.2], after=[0.1, 0.1])["before_total"] == 0.3


@pytest.mark.parametrize(
    ("change", "ending", "days", "outlook", "words"),
    [
        ({}, 105, 210.0, "clears", "clear in 210.0 days"),
        ({"new": 355}, 120, None, "never clears at this rate", "never clears at this rate"),
        ({"new": 400}, 165, None, "never clears at this rate", "never clears at this rate"),
        ({"resolved": 465}, 0, 0, "clear", "Nothing is open"),
        ({"days": 0}, 105, None, None, "no telling"),
    ],
)
def test_a_backlog_says_when_it_clears_or_that_it_never_does(run, change, ending, days, outlook, words):
    _, body = run("backlog", **(PILE | change))
    got = body["outputs"]
    assert (got["ending"], got["days_to_clear"], got["outlook"]) == (ending, days, outlook)
    assert words in body["explanation"]


@pytest.mark.parametrize(
    ("inputs", "rating"),
    [
        ({"lcp_s": 2.5}, "good"),
        ({"lcp_s": 2.51}, "needs improvement"),
        ({"lcp_s": 4}, "needs improvement"),
        ({"lcp_s": 4.001}, "poor"),
        ({"inp_ms": 200}, "good"),
        ({"inp_ms": 500}, "needs improvement"),
        ({"inp_ms": 501}, "poor"),
        ({"cls": 0.1}, "good"),
        ({"cls": 0.25}, "needs improvement"),
        ({"lcp_s": 1, "inp_ms": 1, "cls": 0.26}, "poor"),
    ],
)
def test_a_page_is_as_good_as_its_worst_figure(outputs, inputs, rating):
    assert outputs("web_vitals", **inputs)["rating"] == rating


def test_ratings_are_words_in_both_languages(kb_client):
    body = kb_client.post("/api/v1/p/calculators/web_vitals/runs", json={"inputs": {"lcp_s": 10}}, headers={"Accept-Language": "zh"}).get_json()
    assert (body["outputs"]["lcp_rating"], body["explanation"]) == ("poor", "LCP 10 秒：差。")
