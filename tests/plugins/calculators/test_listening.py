"""Satisfaction, recommendation, effort, feedback, samples, complaints, retention: right figures, worded limits."""

from __future__ import annotations

from itertools import product
from math import ceil

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

CSAT = {"r5": 42, "r4": 32, "r3": 10, "r2": 9, "r1": 14}
CES = {"r1": 80, "r2": 210, "r3": 140, "r4": 110, "r5": 160, "r6": 180, "r7": 120}


@pytest.mark.parametrize(
    ("calculator", "inputs", "printed"),
    [
        ("csat", CSAT, {"csat_pct": 69.158878505, "ci_low_pct": 59.871509132, "ci_high_pct": 77.118260252}),
        ("csat", {"r5": 10, "r4": 20, "r3": 10, "r2": 5, "r1": 5}, {"csat_pct": 60, "mean": 3.5}),
        ("nps", {"promoters": 162, "passives": 108, "detractors": 54}, {"nps": 33.333333333, "margin_95": 8.11594945}),
        ("ces", CES, {"mean": 4.08, "easy_pct": 46, "index": -13}),
        (
            "feedback_mix",
            {"collected": 200, "positive": 70, "neutral": 0, "negative": 30},
            {"positive_share": 0.7, "ci_low": 0.604151454, "ci_high": 0.781051147, "coverage": 0.5, "net": 0.4},
        ),
        ("survey_sample_size", {"margin": 0.05, "population": 1000, "p": 0.5}, {"n": 278}),
        ("survey_sample_size", {"margin": "5%"}, {"n": 385}),
        ("complaint_rate", {"complaints": 158, "base": 40235}, {"per_1000": 3.92692929}),
        ("complaint_timeliness", {"within_3d_pct": 35.35, "within_8w_pct": 64.34}, {"late_pct": 0.31, "in_time_pct": 99.69}),
        ("complaint_timeliness", {"within_3d_pct": "35.35%", "within_8w_pct": "64.34 %"}, {"late_pct": 0.31}),
        ("complaint_timeliness", {"closed": 400, "within_3d": 100, "within_8w": 296}, {"late_pct": 1, "late": 4, "in_time_pct": 99}),
        ("retention_churn", {"start": 200, "end": 220, "new": 40}, {"retention_pct": 90, "churn_pct": 10}),
        ("contact_rate", {"contacts": 800, "base": 10000}, {"pct": 8}),
        ("contact_rate", {"contacts": 1000, "base": 250}, {"pct": 400, "per_base": 4}),
    ],
)
def test_the_worked_examples_come_out(ask, calculator, inputs, printed):
    got = ask.outputs(calculator, **inputs)
    assert {name: got[name] for name in printed} == pytest.approx(printed, abs=5e-10)


@pytest.mark.parametrize(
    ("calculator", "inputs", "main"),
    [
        ("csat", dict.fromkeys(CSAT, 0), "csat_pct"),
        ("nps", {"promoters": 0, "passives": 0, "detractors": 0}, "nps"),
        ("ces", dict.fromkeys(CES, 0), "mean"),
        ("feedback_mix", {"collected": 0, "positive": 0, "neutral": 0, "negative": 0}, "positive_share"),
        ("feedback_mix", {"collected": 50, "positive": 0, "neutral": 0, "negative": 0}, "positive_share"),
        ("survey_sample_size", {"margin": 0.05, "population": 0}, "n"),
        ("survey_sample_size", {"margin": 0.05, "p": 1}, "n"),
        ("complaint_rate", {"complaints": 5, "base": 0}, "per_1000"),
        ("complaint_timeliness", {"closed": 0, "within_3d": 0, "within_8w": 0}, "in_time_pct"),
        ("retention_churn", {"start": 0, "end": 5, "new": 5, "months": 1}, "retention_pct"),
        ("contact_rate", {"contacts": 5, "base": 0}, "pct"),
    ],
)
def test_nothing_to_divide_by_is_said_in_words(ask, calculator, inputs, main):
    answer = ask.answer(calculator, **inputs)
    assert answer["outputs"][main] is None
    assert answer["explanation"].startswith("Not enough data: ")


@pytest.mark.parametrize(
    ("calculator", "inputs", "field"),
    [
        ("csat", CSAT | {"invitations": 106}, "invitations"),
        ("feedback_mix", {"collected": 99, "positive": 70, "neutral": 0, "negative": 30}, "positive"),
        ("survey_sample_size", {"margin": 0}, "margin"),
        ("survey_sample_size", {"margin": 5}, "margin"),
        ("survey_sample_size", {"margin": 0.05, "response_rate": 0}, "response_rate"),
        ("complaint_rate", {"complaints": -1, "base": 10}, "complaints"),
        ("complaint_timeliness", {"closed": 10, "within_3d": 6, "within_8w": 5}, "within_3d"),
        ("complaint_timeliness", {"within_3d_pct": 35.36, "within_8w_pct": 64.65}, "within_8w_pct"),
        ("complaint_timeliness", {"within_3d_pct": 35, "within_8w_pct": 64, "first_days": 60}, "last_days"),
        ("retention_churn", {"start": 200, "end": 241, "new": 40}, "end"),
        ("retention_churn", {"start": 200, "end": 39, "new": 40}, "new"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(ask, calculator, inputs, field):
    assert list(ask.refused(calculator, **inputs)) == [field]


def test_parts_that_make_exactly_a_hundred_are_allowed():
    from kbplatform_calculators.definitions.complaints import COMPLAINT_TIMELINESS
    from kbplatform_calculators.running import run

    for tenths in range(1001):
        got = run(COMPLAINT_TIMELINESS, {"within_3d_pct": tenths / 10, "within_8w_pct": (1000 - tenths) / 10}).outputs
        assert got == {"in_time_pct": 100, "late_pct": 0}


def test_few_answers_are_warned_about_and_the_mean_is_not_called_csat(ask):
    few = ask.answer("csat", **CSAT, invitations=1000)
    assert few["outputs"]["response_rate_pct"] == pytest.approx(10.7)
    assert any("10.7%" in w for w in few["warnings"])
    assert not ask.answer("csat", **CSAT, invitations=200)["warnings"]
    assert "mean score" in few["explanation"]


def test_nps_of_all_promoters_has_an_interval_and_says_how(ask):
    for n in (3, 40):
        answer = ask.answer("nps", promoters=n, passives=0, detractors=0)
        got = answer["outputs"]
        coded = np.repeat([1.0, 0.0, -1.0], [2 * n + 1, 1, 1])
        half = 100 * 1.959963984540054 * coded.std() / np.sqrt(n + 1.5)
        assert (got["nps"], got["ci_high"]) == (100, 100)
        assert got["margin_95"] == pytest.approx(half)
        assert got["ci_low"] == pytest.approx(100 * coded.mean() - half)
        assert any("half a response" in w for w in answer["warnings"])


def test_nps_with_enough_of_several_kinds_is_its_margin_either_way(ask):
    answer = ask.answer("nps", promoters=50, passives=30, detractors=20)
    got = answer["outputs"]
    assert round(got["margin_95"], 1) == 15.3
    assert (got["ci_low"], got["ci_high"]) == pytest.approx((30 - got["margin_95"], 30 + got["margin_95"]))
    assert not answer["warnings"]


def test_nps_lies_within_its_interval_for_every_small_survey():
    from kbplatform_calculators.definitions.surveys import NPS
    from kbplatform_calculators.running import run

    for promoters, passives, detractors in product(range(12), repeat=3):
        outputs = run(NPS, {"promoters": promoters, "passives": passives, "detractors": detractors}).outputs
        if outputs["nps"] is not None:
            assert -100 <= outputs["ci_low"] <= outputs["nps"] <= outputs["ci_high"] <= 100
            assert outputs["margin_95"] > 0


def test_the_mean_effort_has_a_t_interval_and_the_share_one_of_wilson(ask):
    got = ask.outputs("ces", **CES)
    scores = np.repeat(np.arange(1, 8), list(CES.values()))
    assert (got["ci_low"], got["ci_high"]) == pytest.approx(stats.t.interval(0.95, 999, scores.mean(), stats.sem(scores)), abs=1e-9)
    low, high = proportion_confint(460, 1000, method="wilson")
    assert (got["easy_low_pct"], got["easy_high_pct"]) == pytest.approx((100 * low, 100 * high), abs=1e-9)


@pytest.mark.parametrize("counts", [{"r7": 1}, {"r4": 500}])
def test_equal_scores_have_no_interval_and_it_is_said(ask, counts):
    answer = ask.answer("ces", **(dict.fromkeys(CES, 0) | counts))
    assert (answer["outputs"]["ci_low"], answer["outputs"]["ci_high"]) == (None, None)
    assert any("no interval" in w for w in answer["warnings"])
    assert "–" not in answer["explanation"]


def test_the_interval_of_a_mean_stays_on_the_scale(ask):
    got = ask.outputs("ces", **(dict.fromkeys(CES, 0) | {"r6": 1, "r7": 1}))
    assert (got["mean"], got["ci_low"], got["ci_high"]) == (6.5, 1, 7)


def test_unread_feedback_is_neither_positive_nor_negative(ask):
    answer = ask.answer("feedback_mix", collected=200, positive=70, neutral=0, negative=30)
    assert "50.0%" in answer["explanation"]
    assert any("drawn at random" in w for w in answer["warnings"])
    assert not ask.answer("feedback_mix", collected=100, positive=70, neutral=0, negative=30)["warnings"]


def test_the_sample_is_the_smallest_that_keeps_the_margin(ask):
    """The definition itself, with the correction for a finite population: one answer fewer misses the margin."""
    for margin, population, p in product((0.01, 0.03, 0.05, 0.1, 0.5), (1, 2, 50, 1000, 10**6), (0.1, 0.5, 0.77)):
        n = ask.outputs("survey_sample_size", margin=margin, population=population, p=p)["n"]

        def half(m, share=p, whole=population):
            left = (whole - m) / (whole - 1) if whole > 1 else 0
            return 1.959963984540054 * np.sqrt(share * (1 - share) / m * left)

        assert 1 <= n <= population
        assert half(n) <= margin + 1e-12
        assert n == 1 or half(n - 1) > margin


def test_invitations_are_rounded_up_exactly(ask):
    got = ask.outputs("survey_sample_size", margin=0.05, population=1000, response_rate=0.278)
    assert (got["n"], got["invitations"]) == (278, 1000)
    short = ask.answer("survey_sample_size", margin=0.05, population=1000, response_rate="20%")
    assert short["outputs"]["invitations"] == ceil(278 / 0.2)
    assert any("everyone" in w for w in short["warnings"])


@pytest.mark.parametrize(("complaints", "base"), [(0, 5000), (1, 5000), (158, 40235), (138, 911505), (10**12, 10**12), (7, 3)])
def test_complaints_carry_the_exact_interval(ask, complaints, base):
    got = ask.outputs("complaint_rate", complaints=complaints, base=base)
    low = stats.chi2.ppf(0.025, 2 * complaints) / 2 if complaints else 0
    high = stats.chi2.ppf(0.975, 2 * complaints + 2) / 2
    assert (got["ci_low"], got["ci_high"]) == pytest.approx((1000 * low / base, 1000 * high / base), rel=1e-9)


def test_the_limits_of_a_place_are_named_in_the_answer(ask):
    assert "3 days" in ask.answer("complaint_timeliness", closed=10, within_3d=4, within_8w=6)["explanation"]
    there = ask.answer("complaint_timeliness", closed=10, within_3d=4, within_8w=6, first_days=15, last_days="30天")
    assert "15 days" in there["explanation"]
    assert "30 days" in there["explanation"]


def test_churn_of_a_year_goes_by_powers(ask):
    got = ask.outputs("retention_churn", start=100, end=95, new=0, months=1)
    assert got["annual_churn_pct"] == pytest.approx(100 * (1 - 0.95**12))
    assert ask.outputs("retention_churn", start=100, end=95, new=0, months=12)["annual_churn_pct"] == pytest.approx(5)
    assert ask.outputs("retention_churn", start=100, end=0, new=0, months=0.1)["annual_churn_pct"] == 100
    assert ask.outputs("retention_churn", start=100, end=95, new=0)["annual_churn_pct"] is None
