"""Are our people well led, was the plan right, did the change do anything: through the API."""

from __future__ import annotations

import pytest

COMPARED = {"k1": 56, "n1": 70, "k2": 48, "n2": 80}


@pytest.fixture
def run(kb_client):
    """``run(id, **inputs)`` → status and body, in English."""

    def post(calculator_id, **inputs):
        response = kb_client.post(f"/api/v1/p/calculators/{calculator_id}/runs", json={"inputs": inputs}, headers={"Accept-Language": "en"})
        return response.status_code, response.get_json()

    return post


@pytest.mark.parametrize(
    ("calculator_id", "inputs", "expected"),
    [
        ("learning_gain", {"pre": 60, "post": 90}, {"gain": 0.75, "level": "high"}),
        ("attrition", {"leavers": 2, "start": 100, "end": 98}, {"opening_base_pct": 2.0, "average_base_pct": 2.02020202, "annual_pct": 21.722224382}),
        ("adherence", {"scheduled": 60, "in_adherence": 45, "worked": 60}, {"adherence_pct": 75.0, "conformance_pct": 100.0}),
        ("productivity", {"resolved": 375, "agent_hours": 160}, {"per_hour": 2.34375}),
        ("span_of_control", {"staff": 4, "managers": 2}, {"span": 2.0}),
        ("forecast_accuracy", {"actual": [10, 2000], "forecast": [5, 1950]}, {"mape_pct": 26.25, "wape_pct": 2.736318408, "bias_pct": -2.736318408}),
        ("two_proportion_compare", COMPARED, {"diff": 0.2, "low": 0.052431472, "high": 0.333872654, "verdict": "clearly higher"}),
    ],
)
def test_published_figures_come_out(run, calculator_id, inputs, expected):
    got = run(calculator_id, **inputs)[1]["outputs"]
    assert {k: round(v, 9) if isinstance(v, float) else v for k, v in got.items() if k in expected} == expected


@pytest.mark.parametrize(
    ("calculator_id", "inputs", "nulls"),
    [
        ("learning_gain", {"pre": 100, "post": 100}, ("gain", "level")),
        ("attrition", {"leavers": 0, "start": 0, "end": 0}, ("average_base_pct", "opening_base_pct", "annual_pct")),
        ("adherence", {"scheduled": 0, "in_adherence": 0, "worked": 30}, ("adherence_pct", "conformance_pct")),
        ("productivity", {"resolved": 5, "agent_hours": 0}, ("per_hour",)),
        ("forecast_accuracy", {"actual": [0, 0], "forecast": [1, 2]}, ("wape_pct", "mape_pct", "bias_pct")),
        ("two_proportion_compare", {"k1": 0, "n1": 0, "k2": 4, "n2": 5}, ("diff", "low", "high", "verdict")),
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
        ("span_of_control", {"staff": 4, "managers": 0}, ["managers"]),
        ("adherence", {"scheduled": 60, "in_adherence": 61, "worked": 60}, ["in_adherence"]),
        ("attrition", {"leavers": 2, "start": 10, "end": 8, "voluntary": 3}, ["voluntary"]),
        ("attrition", {"leavers": 2, "start": 10, "end": 8, "months": 0}, ["months"]),
        ("learning_gain", {"pre": 101, "post": 90}, ["pre"]),
        ("forecast_accuracy", {"actual": [1, 2], "forecast": [1]}, ["forecast"]),
        ("forecast_accuracy", {"actual": [-1], "forecast": [1]}, ["actual"]),
        ("two_proportion_compare", {"k1": 71, "n1": 70, "k2": 81, "n2": 80}, ["k1", "k2"]),
    ],
)
def test_what_does_not_fit_together_is_refused_at_its_field(run, calculator_id, inputs, fields):
    status, body = run(calculator_id, **inputs)
    assert status == 422
    assert [e["field"] for e in body["errors"]] == fields


@pytest.mark.parametrize(
    ("pre", "post", "gain", "level"),
    [(0, 29.9, 0.299, "low"), (0, 30, 0.3, "medium"), (60, 72, 0.3, "medium"), (70.1, 91.03, 0.7, "high"), (80, 60, -1.0, "low")],
)
def test_a_gain_is_low_medium_or_high_exactly_at_its_limits(run, pre, post, gain, level):
    got = run("learning_gain", pre=pre, post=post)[1]["outputs"]
    assert (got["gain"], got["level"]) == (pytest.approx(gain, abs=1e-12), level)


def test_a_gain_below_nothing_is_said_to_be_a_loss(run):
    assert "worse afterwards" in run("learning_gain", pre=80, post=60)[1]["explanation"]


def test_overtime_may_take_conformance_above_the_schedule(run):
    assert run("adherence", scheduled="1h", in_adherence="45m", worked="90m")[1]["outputs"]["conformance_pct"] == 150


@pytest.mark.parametrize(
    ("inputs", "annual"),
    [
        ({"leavers": 10, "start": 100, "end": 100, "months": 12}, 10.0),
        ({"leavers": 10, "start": 100, "end": 100, "months": 3}, 100 * (1 - 0.9**4)),
        ({"leavers": 0, "start": 100, "end": 100}, 0.0),
        ({"leavers": 100, "start": 100, "end": 100}, 100.0),
        ({"leavers": 101, "start": 100, "end": 100}, None),
    ],
)
def test_a_year_of_attrition_is_the_power_of_what_stays_and_never_more_than_all(run, inputs, annual):
    _, body = run("attrition", **inputs)
    assert body["outputs"]["annual_pct"] == (None if annual is None else pytest.approx(annual, abs=1e-9))
    assert any("no sense" in w for w in body["warnings"]) == (annual is None)


def test_a_headcount_that_fell_by_more_than_left_is_asked_about(run):
    assert any("from 100 to 90" in w for w in run("attrition", leavers=2, start=100, end=90)[1]["warnings"])


def test_those_who_chose_to_leave_have_a_rate_of_their_own(run):
    assert run("attrition", leavers=4, start=100, end=100, voluntary=3)[1]["outputs"]["voluntary_pct"] == 3


def test_an_interval_without_contacts_leaves_only_wape(run):
    _, body = run("forecast_accuracy", actual=[0, 100], forecast=[10, 90])
    assert (body["outputs"]["mape_pct"], body["outputs"]["wape_pct"], body["outputs"]["bias_pct"]) == (None, 20, 0)
    assert any("use WAPE" in w for w in body["warnings"])
    assert any("the hours are not" in w for w in body["warnings"])


def test_a_forecast_is_pasted_as_a_column(run):
    assert run("forecast_accuracy", actual="1,200\n800", forecast="1,100\n900")[1]["outputs"]["wape_pct"] == 10


def test_rates_compared_the_other_way_round_give_the_mirrored_interval(run):
    there = run("two_proportion_compare", **COMPARED)[1]["outputs"]
    back = run("two_proportion_compare", k1=48, n1=80, k2=56, n2=70)[1]
    got = back["outputs"]
    assert (got["diff"], got["low"], got["high"]) == pytest.approx((-there["diff"], -there["high"], -there["low"]), abs=1e-12)
    assert got["verdict"] == "clearly lower"
    assert "20.0 percentage points down" in back["explanation"]


@pytest.mark.parametrize(("k1", "words"), [(5, "50.0% both times; the 95% interval"), (4, "holds 0")])
def test_a_difference_that_may_be_chance_is_no_clear_change(run, k1, words):
    _, body = run("two_proportion_compare", k1=k1, n1=10, k2=5, n2=10)
    assert body["outputs"]["verdict"] == "no clear change"
    assert words in body["explanation"]
    assert any("fewer than 30" in w for w in body["warnings"])
