"""The formulae of the source come out digit for digit, and say what they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kbplatform_calculators.definitions.source import SOURCE

EXAMPLES = json.loads((Path(__file__).parent / "expected" / "source.json").read_text("utf-8"))
BY_ID = {c.id: c for c in SOURCE}


def run(site, calculator, inputs, lang="zh"):
    return site.test_client().post(f"/api/v1/p/calculators/{calculator}/runs", json={"inputs": inputs}, headers={"Accept-Language": lang})


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"practice-{e['section']}")
def test_every_example_of_the_source_comes_out_to_the_last_digit(kb_site, example):
    outputs = run(kb_site, example["calculator"], example["inputs"]).get_json()["outputs"]
    assert {name: repr(value) for name, value in outputs.items()} == {name: repr(value) for name, value in example["outputs"].items()}


def test_there_are_thirty_examples_of_sixteen_families_and_twenty_five_give_figures():
    assert sorted(e["section"] for e in EXAMPLES) == list(range(1, 31))
    assert {e["calculator"] for e in EXAMPLES} == set(BY_ID)
    assert sum(all(isinstance(v, int | float) for v in e["outputs"].values()) and bool(e["outputs"]) for e in EXAMPLES) == 25


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"practice-{e['section']}")
def test_a_family_serves_the_practices_it_comes_from(example):
    assert example["section"] in BY_ID[example["calculator"]].practices


@pytest.mark.parametrize("calculator", SOURCE, ids=lambda c: c.id)
def test_every_answer_carries_its_warning_first(kb_site, calculator):
    example = calculator.ways[0].examples[0]
    for lang in ("zh", "en"):
        assert run(kb_site, calculator.id, dict(example.inputs), lang).get_json()["warnings"][0] == calculator.as_in_source.warning.in_(lang)
    assert calculator.as_in_source.faults
    assert calculator.group == "source"


@pytest.mark.parametrize(
    ("calculator", "inputs", "none"),
    [
        ("source.resolution_rate", {"complaints_received": 0, "complaints_resolved": 0}, "Complaint Resolution Rate"),
        ("source.resolution_rate", {"privacy_incidents_reported": 0, "privacy_incidents_resolved": 2}, "Privacy Issue Resolution Rate"),
        ("source.goal_completion", {"customer_satisfaction_score": "85%", "sales_performance": 5, "total_budget": 0}, "Sales Performance Completion"),
        (
            "source.efficiency",
            {
                "average_response_time": 0,
                "average_issue_resolution_time": 30,
                "average_response_time_improved": 3,
                "average_issue_resolution_time_improved": 20,
            },
            "Efficiency Score",
        ),
        (
            "source.feedback_ratio",
            {"survey_responses": 0, "social_media_reviews": 0, "customer_support_feedback": 0, "user_interviews": 0, "positive": 0, "negative": 0},
            "Positive Feedback Ratio",
        ),
        (
            "source.innovation",
            {"innovation_cases": 0, "innovation_success_cases": 0, "innovation_cases_improved": 10, "innovation_success_cases_improved": 6},
            "Innovation Success Rate",
        ),
    ],
)
def test_where_its_program_divides_by_zero_the_answer_is_words(kb_site, calculator, inputs, none):
    body = run(kb_site, calculator, inputs, "en").get_json()
    assert body["outputs"][none] is None
    assert "program stops with an error" in body["explanation"]


def test_a_second_state_without_an_answer_is_said_in_a_warning(kb_site):
    inputs = {"innovation_cases": 5, "innovation_success_cases": 3, "innovation_cases_improved": 0, "innovation_success_cases_improved": 0}
    body = run(kb_site, "source.innovation", inputs, "en").get_json()
    assert body["outputs"] == {"Innovation Success Rate": 0.6, "Improved Innovation Success Rate": None}
    assert any("divided by zero" in w for w in body["warnings"])


def test_more_resolved_than_received_is_computed_with_a_warning(kb_site):
    body = run(kb_site, "source.resolution_rate", {"negative_reviews_received": 4, "negative_reviews_resolved": 6}, "en").get_json()
    assert body["outputs"] == {"Negative Review Resolution Rate": 1.5}
    assert any("more than the whole" in w for w in body["warnings"])


@pytest.mark.parametrize("family", ["feedback_breakdown", "personalisation", "collaboration"])
def test_an_example_that_computes_nothing_says_so(kb_site, family):
    body = run(kb_site, f"source.{family}", {}, "en").get_json()
    assert body["outputs"] == {}
    assert body["explanation"].startswith("The source computes nothing")


@pytest.mark.parametrize(
    ("structure", "exception"),
    [
        ({"front_line": [], "backend": {"Knowledge Manager": {"tasks": []}}}, ""),
        ({"management": []}, "KeyError: 'front_line'"),
        ({"front_line": [], "backend": {}}, "KeyError: 'Knowledge Manager'"),
        (["front_line"], "TypeError: list indices must be integers or slices, not str"),
    ],
)
def test_the_program_that_crashes_crashes_as_it_would_on_what_it_is_given(kb_site, structure, exception):
    assert run(kb_site, "source.organisation", {"department_structure": structure}).get_json()["outputs"] == {"exception": exception}


def test_what_is_given_to_the_program_that_crashes_stays_as_it_was():
    from kbplatform_calculators.running import run

    structure = {"front_line": ["Agent"], "backend": ["Analyst"]}
    run(BY_ID["source.organisation"], {"department_structure": structure})
    assert structure == {"front_line": ["Agent"], "backend": ["Analyst"]}


def test_the_working_shows_the_digits_that_the_source_prints():
    from kbplatform_calculators.running import run

    calculator = BY_ID["source.service_score"]
    assert run(calculator, calculator.ways[0].examples[0].inputs).working.zh == "(2 + 100 + 0.9 + (1 − 5) + 0.95) ÷ 5 = 19.970000000000002"
