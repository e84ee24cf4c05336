"""Agents, lines, queues, shrinkage, occupancy and utilisation as a planner meets them: figures, words, and what is refused."""

from __future__ import annotations

import pytest

from kbplatform_calculators.definitions.staffing import STAFFING
from kbplatform_calculators.running import run

WAYS = [pytest.param(c, way, e, id=f"{c.id}-{way.name}-{i}") for c in STAFFING for way in c.ways for i, e in enumerate(way.examples)]
BY_ID = {c.id: c for c in STAFFING}


@pytest.fixture
def ask(kb_client):
    def post(calculator, lang="en", **inputs):
        response = kb_client.post(f"/api/v1/p/calculators/{calculator}/runs", json={"inputs": inputs}, headers={"Accept-Language": lang})
        body = response.get_json()
        return body if response.status_code == 200 else {e["field"]: e for e in body["errors"]} | {"status": response.status_code}

    return post


@pytest.mark.parametrize(("calculator", "way", "example"), WAYS)
def test_examples_choose_their_way_and_come_out(ask, calculator, way, example):
    assert calculator.way(example.inputs) is way
    outputs = ask(calculator.id, **example.inputs)["outputs"]
    assert {name: pytest.approx(value, abs=0.5000001 * 10**-example.places) for name, value in example.expected.items()} == {
        name: outputs[name] for name in example.expected
    }


def test_a_planner_needs_no_more_than_calls_period_and_handling_time(ask):
    body = ask("erlang_c", calls=100, period_s="30分钟", aht_s="3:00")
    assert (body["outputs"]["agents"], body["outputs"]["scheduled"]) == (14, 14)
    assert "target 80%" in body["explanation"]
    assert "within 20 s" in body["explanation"]
    assert any("not people on the roster" in w for w in body["warnings"])


def test_one_agent_fewer_misses_the_target_and_the_neighbours_say_so(ask):
    load = {"calls": 100, "period_s": 1800, "aht_s": 180, "target_s": 20}
    needed = ask("erlang_c", **load, target_sl=0.8)["outputs"]["agents"]
    levels = [ask("erlang_c", **load, agents=needed + step)["outputs"]["service_level"] for step in (-1, 0, 1)]
    assert levels[0] < 0.8 <= levels[1] < levels[2]
    for calculator in STAFFING:
        for neighbours in (w.neighbours for w in calculator.ways if w.neighbours):
            assert neighbours.input in calculator.named(neighbours.way).names


def test_as_many_agents_as_traffic_is_said_in_words_and_never_a_number(ask):
    for agents in (1, 9, 10):
        body = ask("erlang_c", calls=100, period_s=1800, aht_s=180, agents=agents)
        assert [body["outputs"][n] for n in ("p_wait", "service_level", "asa_s", "occupancy")] == [None] * 4
        assert "grows without limit" in body["explanation"]
        assert "at least 11 agents" in body["explanation"]
    assert "没有尽头" in run(BY_ID["erlang_c"], {"calls": 100, "period_s": 1800, "aht_s": 180, "agents": 10}).headline.zh
    assert ask("erlang_c", calls=100, period_s=1800, aht_s=180, agents=11)["outputs"]["asa_s"] == pytest.approx(122.78, abs=0.01)


def test_no_calls_still_need_somebody(ask):
    body = ask("erlang_c", lang="zh", calls=0, period_s=1800, aht_s=180, shrinkage="30%")
    assert (body["outputs"]["agents"], body["outputs"]["scheduled"], body["outputs"]["service_level"]) == (1, 2, None)
    assert "没有来电" in body["explanation"]
    assert "ot enough data" in ask("erlang_c", calls=0, period_s=1800, aht_s=180, agents=3)["explanation"]


def test_more_than_ten_thousand_agents_or_lines_is_refused_in_words(ask):
    assert "10,000 agents" in ask("erlang_c", calls=10**9, period_s=60, aht_s=3600)["calls"]["message"]
    assert "10,000 lines" in ask("erlang_b", erlangs=10**6)["erlangs"]["message"]
    assert ask("erlang_c", calls=1, period_s=60, aht_s=60, agents=10_001)["status"] == 422


def test_high_occupancy_is_warned_about(ask):
    warned = [ask("erlang_c", calls=360, period_s=1800, aht_s=240, agents=n)["warnings"] for n in (50, 60)]
    assert ["above 85%" in " ".join(w) for w in warned] == [True, False]


def test_lines_are_never_free_of_blocking(ask):
    assert ask("erlang_b", erlangs=3, blocking=0)["blocking"]["message"]
    assert ask("erlang_b", erlangs=0, lines=5)["outputs"]["blocking"] == 0
    assert ask("erlang_b", erlangs=0, blocking=0)["outputs"]["lines"] == 1
    assert ask("erlang_b", erlangs=8.108)["outputs"]["lines"] == 15
    endless = ask("erlang_b", erlangs=5, lines=4, recall="100%")
    assert endless["outputs"]["blocking"] is None
    assert "grows without limit" in endless["explanation"]


def test_callers_without_patience_are_refused_and_a_shortage_is_not_hidden(ask):
    assert ask("erlang_a", calls_per_min=5, aht_min=3, patience_min=0, agents=10)["patience_min"]["message"]
    short = ask("erlang_a", calls_per_min=10, aht_min=3, patience_min=2, agents=20)
    assert "30.00 erlangs is more than the agents" in " ".join(short["warnings"])
    assert ask("erlang_a", calls_per_min=10, aht_min=3, patience_min=2, agents=40)["warnings"] == []
    assert ask("erlang_a", calls_per_min=10**12, aht_min=3, patience_min=10**12, agents=2)["patience_min"]["message"]
    assert ask("erlang_a", calls_per_min=0, aht_min=3, patience_min=2, agents=2)["outputs"]["abandon_pct"] is None


def test_agents_for_few_leaving_are_neither_one_too_many_nor_one_too_few(ask):
    load = {"calls_per_min": 10, "aht_min": 3, "patience_min": 2}
    agents = ask("erlang_a", **load, max_abandon="3%")["outputs"]["agents"]
    left = [ask("erlang_a", **load, agents=agents + step)["outputs"]["abandon_pct"] for step in (-1, 0)]
    assert left[0] > 3 >= left[1]


def test_shrinkage_divides_compounds_and_stops_before_everybody_is_away(ask):
    assert ask("shrinkage", required=21, shrinkage="30%")["outputs"]["scheduled"] == 30
    assert ask("shrinkage", required=21, shrinkage=1)["shrinkage"]["message"]
    together = ask("shrinkage", parts="10%、8%、5%", required=21)["outputs"]
    assert together == pytest.approx({"shrinkage": 0.2134, "added_up": 0.23, "scheduled": 27, "gross": 21 / 0.7866})
    assert ask("shrinkage", parts="10%")["outputs"]["scheduled"] is None
    away = ask("shrinkage", parts="90%; 90%", required=5)
    assert (away["outputs"]["scheduled"], len(away["warnings"])) == (None, 1)
    assert ask("shrinkage", unavailable_h=12, paid_h=40, required=7)["outputs"]["scheduled"] == 10
    assert ask("shrinkage", unavailable_h=41, paid_h=40)["unavailable_h"]["message"]
    assert "ot enough data" in ask("shrinkage", unavailable_h=0, paid_h=0)["explanation"]


def test_occupancy_and_utilisation_without_time_are_no_figure(ask):
    assert ask("occupancy", handling=0, available=0)["outputs"]["pct"] is None
    assert ask("occupancy", handling="45分", available="15分")["outputs"]["pct"] == 75
    assert "several chats" in " ".join(ask("occupancy", handling=70, logged=60)["warnings"])
    assert ask("utilisation", contacts=10, handle_min=5, days=0, hours=8)["days"]["message"]
    assert ask("utilisation", contacts=10, handle_min=5, days=5, hours=0)["hours"]["message"]
    assert "Above 75%" in " ".join(ask("utilisation", contacts=1000, handle_min=8, days=20, hours=8)["warnings"])


def test_the_page_shows_one_agent_fewer_and_more_whichever_way_it_starts(kb_client):
    for query in ("calls=100&period_s=1800&aht_s=180&target_sl=80%25", "calls=100&period_s=1800&aht_s=180&agents=14"):
        page = kb_client.get(f"/p/calculators/erlang_c?{query}", headers={"Accept-Language": "en"}).get_data(as_text=True)
        for level in ("79.6%", "88.8%", "94.1%"):
            assert f'<td class="n">{level}</td>' in page
