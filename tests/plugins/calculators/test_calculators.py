"""The resolution rate: right figures, worded limits, the same everywhere it is asked for."""

from __future__ import annotations

import json

import pytest

from kbplatform.bilingual import Text
from kbplatform_calculators.inputs import Count
from kbplatform_calculators.statistics import wilson
from kbplatform_calculators.typed import Unreadable

RUNS = "/api/v1/p/calculators/resolution_rate/runs"


def test_the_worked_example_comes_out_to_nine_digits(kb_client):
    outputs = kb_client.post(RUNS, json={"inputs": {"received": 20, "resolved": 15}}).get_json()["outputs"]
    assert {k: round(v, 9) for k, v in outputs.items()} == {"rate": 0.75, "ci_low": 0.531299122, "ci_high": 0.888138299}


@pytest.mark.parametrize(("x", "n", "low", "high"), [(8, 10, 0.490162, 0.943318), (4, 5, 0.375535, 0.963776), (0, 10, 0.0, 0.277533), (10, 10, 0.722467, 1.0)])
def test_wilson_interval_agrees_with_published_values(x, n, low, high):
    assert wilson(x, n) == pytest.approx((low, high), abs=1e-6)


def test_nothing_received_is_said_in_words_and_never_a_number(kb_client):
    body = kb_client.post(RUNS, json={"inputs": {"received": 0, "resolved": 0}}, headers={"Accept-Language": "en"}).get_json()
    assert body["outputs"] == {"rate": None, "ci_low": None, "ci_high": None}
    assert "ot enough data" in body["explanation"]


@pytest.mark.parametrize(
    ("inputs", "fields"),
    [
        ({"received": 20, "resolved": 25}, ["resolved"]),
        ({"received": -1, "resolved": 0}, ["received"]),
        ({"received": "abc", "resolved": 1}, ["received"]),
        ({"received": 2.5, "resolved": 1}, ["received"]),
        ({"received": 20}, ["resolved"]),
        ({}, ["received", "resolved"]),
        ({"received": 20, "resolved": 15, "extra": 1}, ["extra"]),
        ({"received": "9" * 30, "resolved": 1}, ["received"]),
        ({"received": None, "resolved": ""}, ["received", "resolved"]),
    ],
)
def test_bad_input_names_each_wrong_field(kb_client, inputs, fields):
    response = kb_client.post(RUNS, json={"inputs": inputs})
    assert response.status_code == 422
    assert sorted(e["field"] for e in response.get_json()["errors"]) == sorted(fields)


@pytest.mark.parametrize(("typed", "value"), [("20", 20), (" 1,200 ", 1200), ("２０", 20), ("1，200", 1200), (20.0, 20), ("0", 0)])
def test_numbers_are_read_as_people_type_them(typed, value):
    assert Count(name="n", label=Text("", "")).read(typed) == value


@pytest.mark.parametrize("typed", ["", "0x10", "--1", "1,2", "二十", "nan", "inf", float("nan"), True, None])
def test_what_is_not_a_whole_number_is_refused(typed):
    with pytest.raises(Unreadable):
        Count(name="n", label=Text("", "")).read(typed)


def test_the_page_answers_first_and_keeps_what_was_typed(kb_client):
    page = kb_client.get("/p/calculators/resolution_rate?received=20&resolved=15").get_data(as_text=True)
    assert page.index("75.0%") < page.index('name="received"')
    assert 'value="20"' in page
    wrong = kb_client.get("/p/calculators/resolution_rate?received=20&resolved=%22%3E%3Cscript%3E").get_data(as_text=True)
    assert "<script>" not in wrong
    assert 'aria-invalid="true"' in wrong


def test_an_article_that_names_it_has_the_panel_and_the_calculator_names_the_article(kb_client):
    assert "算一算" in kb_client.get("/articles/complaint-handling").get_data(as_text=True)
    assert "算一算" not in kb_client.get("/articles/deploying").get_data(as_text=True)
    assert "/articles/complaint-handling" in kb_client.get("/p/calculators/resolution_rate").get_data(as_text=True)


def test_it_is_found_by_name_only_where_its_kind_is_asked_for(kb_client):
    assert kb_client.get("/api/v1/search?q=解决率&kind=calculator").get_json()["hits"][0]["slug"] == "resolution_rate"
    assert "calculator" not in {h["kind"] for h in kb_client.get("/api/v1/search?q=解决率").get_json()["hits"]}


def test_the_schema_says_what_the_form_asks(kb_client):
    schema = kb_client.get("/api/v1/p/calculators/resolution_rate/schema").get_json()
    assert (schema["required"], schema["additionalProperties"]) == (["received", "resolved"], False)


def test_the_health_check_repeats_every_worked_example(kb_client):
    assert kb_client.get("/readyz").get_json()["checks"]["calculators"] == "ok"


def test_the_command_answers_like_the_api():
    from click.testing import CliRunner

    from kbplatform.cli import root

    result = CliRunner().invoke(root, ["calc", "resolution_rate", "--received", "20", "--resolved=15", "--json"])
    assert json.loads(result.output)["outputs"]["rate"] == 0.75
