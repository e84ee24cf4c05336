"""Reopening, escalation, SLA, containment, scores, goals, quality checks and agreement: right figures, worded limits."""

from __future__ import annotations

import random

import numpy as np
import pytest
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint

ROWS = [
    ["response_time_s", 2, 60, 20, 0.2],
    ["resolution_rate", 0.9523809523809523, 0.7, 0.95, 0.2],
    ["csat", 0.9, 0.6, 0.95, 0.2],
    ["complaint_rate", 0.047619047619047616, 0.1, 0.01, 0.2],
    ["retention", 0.95, 0.7, 0.95, 0.2],
]
CHECKED = {"weights": [0.25, 0.35, 0.25, 0.15], "scores": [90, 80, 100, 60]}


@pytest.mark.parametrize(
    ("calculator", "inputs", "main", "printed"),
    [
        ("reopen_rate", {"reopened": 25, "resolved": 360}, "pct", 6.944444444),
        ("escalation_rate", {"escalated": 15, "handled": 500}, "pct", 3),
        ("sla_attainment", {"met": 180, "breached_closed": 15, "breached_open": 5}, "pct", 90),
        ("containment", {"sessions": 1000, "escalated": 270, "recontact_24h": 0}, "containment_pct", 73),
        ("goal_attainment", {"actual": 0.85, "target": 0.9, "direction": "higher"}, "attainment_pct", 94.444444444),
        ("qa_score", CHECKED | {"critical": 0}, "score", 84.5),
        ("balanced_scorecard", {"indicators": ROWS}, "score", 88.783068783),
        ("cohen_kappa", {"table": [[12, 2], [4, 2]]}, "kappa", 0.210526316),
        ("cohen_kappa", {"table": [[20, 5], [10, 15]]}, "kappa", 0.4),
    ],
)
def test_the_worked_examples_come_out(ask, calculator, inputs, main, printed):
    assert ask.outputs(calculator, **inputs)[main] == pytest.approx(printed, abs=5e-10)


@pytest.mark.parametrize(
    ("calculator", "inputs", "k", "n"),
    [
        ("reopen_rate", {"reopened": 25, "resolved": 360}, 25, 360),
        ("escalation_rate", {"escalated": 0, "handled": 500}, 0, 500),
        ("sla_attainment", {"met": 180, "breached_closed": 15, "breached_open": 5}, 180, 200),
        ("containment", {"sessions": 90, "escalated": 20, "recontact_24h": 10, "abandoned": 5}, 55, 90),
    ],
)
def test_the_rates_carry_wilson_intervals_in_per_cent(ask, calculator, inputs, k, n):
    got = ask.outputs(calculator, **inputs)
    low, high = proportion_confint(k, n, method="wilson")
    assert (got["ci_low_pct"], got["ci_high_pct"]) == pytest.approx((100 * low, 100 * high), abs=1e-9)


@pytest.mark.parametrize(
    ("calculator", "inputs"),
    [
        ("reopen_rate", {"reopened": 0, "resolved": 0}),
        ("escalation_rate", {"escalated": 0, "handled": 0}),
        ("sla_attainment", {"met": 0, "breached_closed": 0, "breached_open": 0}),
        ("containment", {"sessions": 0, "escalated": 0, "recontact_24h": 0}),
        ("qa_score", {"weights": [1, 2], "scores": ["-", None]}),
        ("qa_score", {"weights": [0, 2], "scores": [80, None]}),
        ("cohen_kappa", {"table": [[0, 0], [0, 0]]}),
        ("cohen_kappa", {"table": [[9, 0], [0, 0]]}),
    ],
)
def test_nothing_to_divide_by_is_said_in_words(ask, calculator, inputs):
    answer = ask.answer(calculator, **inputs)
    assert answer["explanation"].startswith("Not enough data: ")
    assert "none" not in answer["explanation"].lower()


@pytest.mark.parametrize(
    ("calculator", "inputs", "field"),
    [
        ("reopen_rate", {"reopened": 361, "resolved": 360}, "reopened"),
        ("escalation_rate", {"escalated": 501, "handled": 500}, "escalated"),
        ("escalation_rate", {"escalated": 15, "handled": 500, "required": 16}, "required"),
        ("containment", {"sessions": 100, "escalated": 60, "recontact_24h": 30, "abandoned": 11}, "escalated"),
        ("goal_attainment", {"actual": 1, "target": 0}, "target"),
        ("goal_attainment", {"actual": 1, "target": "1e-999"}, "target"),
        ("goal_attainment", {"actual": 1, "target": 2, "direction": "sideways"}, "direction"),
        ("qa_score", {"weights": [1, 1], "scores": [90]}, "scores"),
        ("qa_score", {"weights": [0, 0], "scores": [90, 80]}, "weights"),
        ("qa_score", {"weights": [1, 1], "scores": [90, 101]}, "scores"),
        ("qa_score", CHECKED | {"critical": 3, "reviewed": 2}, "critical"),
        ("balanced_scorecard", {"indicators": [["a", 1, 5, 5, 1]]}, "indicators"),
        ("balanced_scorecard", {"indicators": [["a", 1, 0, 5, 0]]}, "indicators"),
        ("balanced_scorecard", {"indicators": []}, "indicators"),
        ("balanced_scorecard", {"indicators": [["a", 1, 0, 5, 1 / 13]] * 13}, "indicators"),
        ("cohen_kappa", {"table": [[1, 2, 3], [4, 5, 6]]}, "table"),
        ("cohen_kappa", {"table": [[1.5, 2], [4, 5]]}, "table"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(ask, calculator, inputs, field):
    assert list(ask.refused(calculator, **inputs)) == [field]


def test_late_cases_still_open_count_against_the_promise(ask):
    answer = ask.answer("sla_attainment", met=180, breached_closed=15, breached_open=5)
    assert answer["outputs"]["closed_only_pct"] == pytest.approx(92.307692308)
    assert any("92.3%" in w for w in answer["warnings"])
    assert not ask.answer("sla_attainment", met=180, breached_closed=20, breached_open=0)["warnings"]


def test_escalations_that_policy_requires_are_told_from_those_that_could_be_avoided(ask):
    answer = ask.answer("escalation_rate", escalated=15, handled=500, required=10)
    assert (answer["outputs"]["pct"], answer["outputs"]["avoidable_pct"]) == (3, 1)
    assert "1.0%" in answer["explanation"]


def test_coming_back_within_a_day_is_no_containment(ask):
    assert ask.outputs("containment", sessions=1000, escalated=270, recontact_24h=130)["containment_pct"] == 60
    assert any("looked up" in w for w in ask.answer("containment", sessions=1000, escalated=270, recontact_24h=0)["warnings"])


def test_a_scorecard_works_in_both_directions_and_stays_on_its_scale(ask):
    def score(value, worst, target):
        return ask.outputs("balanced_scorecard", indicators=[["x", value, worst, target, 1]])["score"]

    assert [score(v, 60, 20) for v in (70, 60, 50, 20, 2)] == [0, 0, 25, 100, 100]
    assert [score(v, -50, 50) for v in (-60, 0, 60)] == [0, 50, 100]


def test_weights_must_add_up_unless_they_are_scaled(ask):
    rows = [["a", 1, 0, 1, 30], ["b", 0, 0, 1, 50]]
    assert "8,000%" in ask.refused("balanced_scorecard", indicators=rows)["indicators"]
    assert ask.outputs("balanced_scorecard", indicators=rows, normalise="yes")["score"] == 37.5
    thirds = [[name, 1, 0, 1, 1 / 3] for name in "abc"]
    assert ask.outputs("balanced_scorecard", indicators=thirds)["score"] == 100


def test_the_weakest_indicator_stands_beside_the_total(ask):
    answer = ask.answer("balanced_scorecard", indicators=[["calls", 90, 0, 100, 0.5], ["mail", 0, 0, 100, 0.5]])
    assert (answer["outputs"]["lowest"], answer["outputs"]["lowest_score"]) == ("mail", 0)
    assert "45.0" in answer["explanation"]
    assert any("mail" in w for w in answer["warnings"])


@pytest.mark.parametrize("name", ["{score}", "{", "}", "{0}", "{score.__class__}", "a{b}c", "{{", "<b>"])
def test_names_of_indicators_are_never_read_as_templates(name):
    from kbplatform_calculators.definitions.scores import BALANCED_SCORECARD
    from kbplatform_calculators.running import run

    result = run(BALANCED_SCORECARD, {"indicators": [[name, 1, 0, 2, 1]]})
    assert result.working.zh.startswith(f"{name} 50.0 分")
    assert f"“{name}”" in result.explanation.en


def test_a_scorecard_is_read_as_pasted_from_a_spreadsheet(ask):
    pasted = "响应\t2\t60\t20\t20%\n解决\t95%\t70%\t95%\t20%\n满意\t0.9\t0.6\t0.95\t60%"
    assert ask.outputs("balanced_scorecard", indicators=pasted)["score"] == pytest.approx(20 + 20 + 60 * 6 / 7)


def test_a_goal_where_lower_is_better(ask):
    assert ask.outputs("goal_attainment", actual=20, target=15, direction="lower") == {"attainment_pct": 75, "status": "missed", "gap": 5}
    assert ask.outputs("goal_attainment", actual=12, target=15, direction="lower")["attainment_pct"] == 125
    assert ask.outputs("goal_attainment", actual=15, target=15)["status"] == "met"


def test_none_where_lower_is_better_is_met_and_no_number(ask):
    answer = ask.answer("goal_attainment", actual=0, target=15, direction="lower")
    assert (answer["outputs"]["attainment_pct"], answer["outputs"]["status"]) == ("met", "met")
    assert "met" in answer["explanation"]


def test_a_share_against_a_percentage_without_its_sign_is_pointed_out(ask):
    assert ask.answer("goal_attainment", actual=0.85, target=90)["warnings"]
    assert not ask.answer("goal_attainment", actual="85%", target="90%")["warnings"]


def test_an_item_that_did_not_apply_leaves_its_weight_to_the_others(ask):
    got = ask.outputs("qa_score", weights="25%, 35%, 25%, 15%", scores="90; -; 100; 60")
    assert (got["score"], got["items"]) == (pytest.approx(56.5 / 0.65), 3)


def test_a_critical_error_fails_whatever_the_score(ask):
    answer = ask.answer("qa_score", weights=[1, 1], scores=[100, 98], critical=1)
    assert (answer["outputs"]["score"], answer["outputs"]["critical_result"]) == (99, "fails")
    assert "fails" in answer["explanation"]
    assert ask.outputs("qa_score", weights=[1], scores=[10])["critical_result"] == "passes"


def test_the_share_with_critical_errors_has_its_interval(ask):
    answer = ask.answer("qa_score", **CHECKED, critical=1, reviewed=8)
    low, high = proportion_confint(1, 8, method="wilson")
    got = answer["outputs"]
    assert (got["critical_pct"], got["ci_low_pct"], got["ci_high_pct"]) == pytest.approx((12.5, 100 * low, 100 * high))
    assert any("rank" in w for w in answer["warnings"])


def test_kappa_and_its_interval_agree_with_statsmodels(ask):
    drawn = random.Random(5)
    for _ in range(60):
        size = drawn.randint(2, 6)
        table = [[drawn.randint(0, 9) + (20 if i == j else 1) for j in range(size)] for i in range(size)]
        got, expected = ask.outputs("cohen_kappa", table=table), cohens_kappa(np.array(table))
        half = 1.959963984540054 * np.sqrt(expected.var_kappa)
        assert got["kappa"] == pytest.approx(expected.kappa, abs=1e-9)
        assert (got["ci_low"], got["ci_high"]) == pytest.approx((max(-1, expected.kappa - half), min(1, expected.kappa + half)), abs=1e-9)


def test_low_prevalence_is_pointed_out_and_agreement_stands_beside_kappa(ask):
    answer = ask.answer("cohen_kappa", table=[[90, 4], [5, 1]])
    assert answer["outputs"]["agreement"] == 0.91
    assert any("depresses" in w for w in answer["warnings"])


def test_kappa_stays_exact_with_the_largest_counts(ask):
    got = ask.outputs("cohen_kappa", table=[[10**12, 1], [1, 10**12]])
    assert got["strength"] == "almost perfect"
    assert 1 - got["kappa"] == pytest.approx(2e-12, rel=1e-3)
    assert got["ci_low"] <= got["kappa"] <= got["ci_high"]
