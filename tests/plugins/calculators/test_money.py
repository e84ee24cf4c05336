"""Is it worth the money: published figures through the API, losses said as losses, nothing credited in silence."""

from __future__ import annotations

import pytest

SAVED = {"before_min": 30, "after_min": 20, "volume": 1000, "loaded_cost": 60, "realisation": 0.5}
REPEATS = {"calls": 1_000_000, "points": 0.1, "extra_calls": 1.5, "cost": 8}
CUSTOMER = {"margin": 100, "retention": 0.8, "discount": 0.1, "acquisition": 0}


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
        ("time_savings_value", SAVED, {"hours": 166.666666667, "gross_value": 10000.0, "value": 5000.0, "pct": 33.333333333}),
        ("cost_per_contact", {"cost": 320000, "contacts": 114000}, {"cpc": 2.807017544}),
        ("training_roi", {"benefits": 350000, "costs": 125000, "isolation": 1}, {"roi_pct": 180.0, "bcr": 2.8, "payback_months": 4.285714286}),
        ("fcr_savings", REPEATS, {"extra_calls_year": 150000.0, "saving": 1200000.0}),
        ("clv", CUSTOMER, {"multiple": 2.666666667, "clv": 266.666666667}),
    ],
)
def test_published_figures_come_out(run, calculator_id, inputs, expected):
    got = run(calculator_id, **inputs)[1]["outputs"]
    assert {k: round(v, 9) for k, v in got.items() if k in expected} == expected


def test_a_cost_without_contacts_is_said_in_words(run):
    status, body = run("cost_per_contact", cost=5, contacts=0)
    assert (status, body["outputs"]["cpc"]) == (200, None)
    assert "Not enough data" in body["explanation"]


@pytest.mark.parametrize(
    ("calculator_id", "inputs", "fields"),
    [
        ("training_roi", {"benefits": 1, "costs": 0}, ["costs"]),
        ("training_roi", {"benefits": 1, "costs": 1, "isolation": "120%"}, ["isolation"]),
        ("fcr_savings", REPEATS | {"points": 0.31, "fcr": 0.7}, ["points"]),
        ("clv", CUSTOMER | {"retention": 1}, ["retention"]),
        ("time_savings_value", SAVED | {"after_min": -1}, ["after_min"]),
        ("time_savings_value", SAVED | {"realisation": 50}, ["realisation"]),
    ],
)
def test_what_does_not_fit_together_is_refused_at_its_field(run, calculator_id, inputs, fields):
    status, body = run(calculator_id, **inputs)
    assert status == 422
    assert [e["field"] for e in body["errors"]] == fields


def test_first_contact_resolution_may_rise_exactly_to_all(run):
    status, body = run("fcr_savings", **(REPEATS | {"points": "30%", "fcr": "70%"}))
    assert (status, body["outputs"]["extra_calls_year"]) == (200, 450000)
    assert "30 percentage points" in body["explanation"]


def test_time_that_was_not_saved_is_shown_as_a_cost(run):
    _, body = run("time_savings_value", **(SAVED | {"before_min": 20, "after_min": 30}))
    assert (round(body["outputs"]["hours"], 6), body["outputs"]["value"]) == (-166.666667, -5000)
    assert "166.7 h more a month, at a cost of 5,000" in body["explanation"]


@pytest.mark.parametrize(
    ("realisation", "value", "warned"),
    [(None, None, "not money saved"), (1, 10000, "not headcount saved"), (0.5, 5000, None)],
)
def test_saved_time_becomes_money_only_by_a_share_that_was_given(run, realisation, value, warned):
    _, body = run("time_savings_value", **(SAVED | {"realisation": realisation}))
    assert (body["outputs"]["gross_value"], body["outputs"]["value"]) == (10000, value)
    assert [warned in w for w in body["warnings"]] == ([True] if warned else [])


def test_hours_alone_need_no_money(run):
    _, body = run("time_savings_value", before_min="10m", after_min="4m 30s", volume=60)
    assert (body["outputs"]["hours"], body["outputs"]["value"], body["warnings"]) == (5.5, None, [])


def test_time_that_was_nothing_before_has_no_percentage(run):
    assert run("time_savings_value", before_min=0, after_min=0, volume=10)[1]["outputs"]["pct"] is None


def test_time_saved_says_that_waiting_and_labour_are_never_added():
    from kbplatform_calculators.definitions import SOUND

    said = {c.id: " ".join(a.en for a in c.assumptions) for c in SOUND}
    assert all("never added" in said[c] for c in ("time_savings_value", "process_time"))


@pytest.mark.parametrize(("isolation", "roi", "warned"), [(None, 180.0, True), (1, 180.0, True), ("50%", 40.0, False)])
def test_a_training_that_is_credited_with_everything_is_asked_about(run, isolation, roi, warned):
    _, body = run("training_roi", benefits=350000, costs=125000, isolation=isolation)
    assert body["outputs"]["roi_pct"] == roi
    assert any("nothing else" in w for w in body["warnings"]) == warned


def test_a_training_without_benefit_never_pays_back_and_says_what_is_missing(run):
    _, body = run("training_roi", benefits=0, costs=125000)
    assert (body["outputs"]["roi_pct"], body["outputs"]["payback_months"]) == (-100, None)
    assert "falls 125,000 short" in body["explanation"]


def test_a_customer_who_costs_more_than_they_bring_is_said_to_be_a_loss(run):
    _, body = run("clv", **(CUSTOMER | {"acquisition": 300}))
    assert round(body["outputs"]["clv"], 6) == -33.333333
    assert "33.33 lost on each" in body["explanation"]


def test_figures_too_far_apart_are_refused_in_words(run):
    status, body = run("training_roi", benefits=1_000_000_000_000, costs="1e-310")
    assert status == 422
    assert "beyond what can be computed" in body["errors"][0]["message"]
