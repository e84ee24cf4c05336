"""Saved figures by the API: the same people, teams and care as on the pages."""

from __future__ import annotations

import re

import pytest

from kbplatform.app import platform_of
from kbplatform.viewer import CLI

URL = "/api/v1/p/calculators/resolution_rate/saved"
MARCH = {"from": "2026-03-01", "to": "2026-03-31"}
KEEP = {"inputs": {"received": "20件", "resolved": 15}, "period": MARCH, "note": "after the new script"}


@pytest.fixture
def site(kb_make_app):
    app = kb_make_app()
    for key, name in (("billing", "Billing"), ("night", "Night")):
        platform_of(app).accounts.teams.create(CLI, key=key, name=name)
    return app


class Api:
    """A person's API, by the session of their browser."""

    def __init__(self, client):
        self.client = client
        self.token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/account").get_data(as_text=True))[1]

    def save(self, url=URL, **changes):
        return self.client.post(url, json=KEEP | changes, headers={"X-CSRFToken": self.token, "Accept-Language": "en"})

    def listed(self, query=""):
        return self.client.get(URL + query, headers={"Accept-Language": "en"})


@pytest.fixture
def person(site, kb_login):
    return lambda *roles, teams=(): Api(kb_login(site, *roles, teams=teams))


def wrong(response):
    assert response.status_code == 422, response.get_data(as_text=True)
    return {e["field"]: e["message"] for e in response.get_json()["errors"]}


def test_a_figure_is_kept_for_a_team_and_listed_by_it(person):
    agent, lead = person("agent", teams=("billing",)), person("lead", teams=("billing",))
    kept = agent.save(team="billing")
    assert kept.status_code == 201
    run = kept.get_json()
    assert (run["team"], run["period"], run["inputs"], run["value"], run["note"]) == ("billing", MARCH, {"received": 20, "resolved": 15}, 0.75, "after the new script")
    assert run["explanation"] == "15 of 20 cases resolved: 75.0%, with a 95% interval of 53.1% to 88.8%."
    assert [round(end, 4) for end in run["interval"]] == [0.5313, 0.8881]
    seen = lead.listed("?team=billing").get_json()
    assert (seen["total"], seen["runs"]) == (1, [run | {"mine": False}])
    assert lead.client.get(run["url"]).status_code == 200


def test_without_a_team_it_is_one_s_own(person):
    agent, fellow = person("agent", teams=("billing",)), person("agent", teams=("billing",))
    assert agent.save().get_json()["mine"]
    assert agent.listed().get_json()["total"] == 1
    assert fellow.listed().get_json() == {"runs": [], "total": 0, "page": 1}
    assert agent.listed("?team=billing").get_json()["total"] == 0


@pytest.mark.parametrize("team", ["night", "nobody", "team:billing", "me"])
def test_a_team_one_is_not_in_is_refused_alike_whether_or_not_there_is_one(person, team):
    night, agent = person("lead", teams=("night",)), person("agent", teams=("billing",))
    assert night.save(team="night").status_code == 201
    assert wrong(agent.save(team=team)) == {"team": "Choose one of your teams"}
    assert wrong(agent.listed(f"?team={team}")) == {"team": "Choose one of your teams"}


def test_who_may_not_save_can_neither_save_nor_list(site, person):
    reader = person()
    assert (reader.save().status_code, reader.listed().status_code) == (403, 403)
    stranger = site.test_client()
    assert (stranger.post(URL, json=KEEP).status_code, stranger.get(URL).status_code) == (401, 401)


def test_what_looks_like_a_customer_s_number_is_held_up_until_it_may_be_masked(person):
    agent = person("agent", teams=("billing",))
    note = "王先生 13812345678 投诉"
    assert "customer's phone number" in wrong(agent.save(team="billing", note=note))["note"]
    assert agent.listed("?team=billing").get_json()["total"] == 0
    kept = agent.save(team="billing", note=note, masked=True).get_json()
    assert "13812345678" not in kept["note"]
    assert "投诉" in kept["note"]
    steps = {"inputs": {"before": [5, 3], "after": [4, 3], "steps": "接单 13812345678、回访"}}
    assert "inputs" in wrong(agent.save("/api/v1/p/calculators/process_time/saved", **steps))


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"inputs": {"received": 10, "resolved": 11}}, "resolved"), ({"period": {"from": "soon", "to": "2026-03-31"}}, "from"), ({"period": {"from": "2026-03-31", "to": "2026-03-01"}}, "to"),
     ({"note": "x" * 301}, "note"), ({"inputs": {"received": 10}}, "resolved"), ({"more": 1}, "more")],
)  # fmt: skip
def test_what_can_not_be_kept_is_named(person, changes, field):
    assert list(wrong(person("agent").save(**changes))) == [field]


def test_the_list_has_filters_and_pages(person):
    agent = person("agent")
    for month in range(1, 13):
        for day in (1, 8, 15):
            agent.save(period={"from": f"2025-{month:02}-{day:02}", "to": f"2025-{month:02}-{day + 6:02}"})
    first, second = agent.listed().get_json(), agent.listed("?page=2").get_json()
    assert (first["total"], len(first["runs"]), len(second["runs"])) == (36, 25, 11)
    assert first["runs"][0]["period"]["to"] == "2025-12-21"
    assert agent.listed("?since=2025-12-01&until=2025-12-10").get_json()["total"] == 2
    assert agent.listed("?since=yesterday").status_code == 422


def test_the_same_sent_twice_is_kept_once_and_an_unknown_calculator_is_not_found(person):
    agent = person("agent")
    assert agent.save().get_json()["id"] == agent.save().get_json()["id"]
    assert agent.save(URL.replace("resolution_rate", "nothing")).status_code == 404
