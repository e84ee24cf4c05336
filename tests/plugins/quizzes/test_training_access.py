"""Who may open which page and call which route of training; and the JSON of it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from kbplatform.app import platform_of
from kbplatform.viewer import CLI
from kbplatform_quizzes.models import BankQuestion, Flag

KEY = "practice-complaint-handling"
API = "/api/v1/p/quizzes"
ALLOWED = {
    "/p/quizzes/assignments": {"trainer", "lead", "owner"},
    "/p/quizzes/assignments/new": {"trainer", "lead", "owner"},
    "/p/quizzes/huddle": {"trainer", "lead", "owner"},
    "/p/quizzes/huddle?at=1&show=1": {"trainer", "lead", "owner"},
    "/p/quizzes/matrix": {"trainer", "lead", "owner"},
    "/p/quizzes/matrix.csv": {"trainer", "lead", "owner"},
    "/p/quizzes/matrix.xlsx": {"trainer", "lead", "owner"},
    f"{API}/assignments": {"trainer", "lead", "owner"},
    f"{API}/matrix": {"trainer", "lead", "owner"},
    f"{API}/tasks": {"agent", "editor", "trainer", "lead", "owner"},
}


@pytest.fixture
def people(kb_app, kb_login):
    platform_of(kb_app).accounts.teams.create(CLI, key="day", name="白班")
    return {role: kb_login(kb_app, role, teams=("day",), name=f"{role} 李") for role in ("agent", "editor", "trainer", "lead", "owner")}


@pytest.fixture
def csrf():
    """``csrf(client)``: what a signed-in browser sends along with JSON."""

    def headers(client):
        page = client.get("/forgot").get_data(as_text=True)
        return {"X-CSRFToken": re.search(r'name="csrf_token" value="([^"]+)"', page)[1]}

    return headers


def test_each_role_opens_what_it_may_and_nothing_else(kb_app, people):
    for path, allowed in ALLOWED.items():
        got = {role for role, client in people.items() if client.get(path).status_code == 200}
        assert got == allowed, path
        assert {client.get(path).status_code for role, client in people.items() if role not in allowed} <= {403}, path
    stranger = kb_app.test_client()
    assert all(stranger.get(path).status_code in {302, 303, 401} for path in ALLOWED if not path.endswith("tasks"))


def test_assigning_following_and_withdrawing_through_the_api(people, csrf):
    lead, agent = people["lead"], people["agent"]
    made = lead.post(f"{API}/assignments", json={"quiz": KEY, "people": [agent.person_id], "due_on": "2126-01-31"}, headers=csrf(lead))
    assert made.status_code == 201
    (number,) = made.get_json()["ids"]
    task = agent.get(f"{API}/tasks").get_json()["tasks"]
    assert [(t["id"], t["key"], t["standing"], t["due_on"]) for t in task] == [(number, KEY, "due", "2126-01-31")]
    listed = lead.get(f"{API}/assignments").get_json()
    assert [(a["id"], a["to"], [p["standing"] for p in a["people"]]) for a in listed["assignments"]] == [(number, "agent 李", ["due"])]
    matrix = lead.get(f"{API}/matrix").get_json()
    assert matrix["people"] == 5
    assert {f["state"] for row in matrix["rows"] for f in row["practices"]} == {"none"}
    assert agent.delete(f"{API}/assignments/{number}", headers=csrf(agent)).status_code == 403
    assert lead.delete(f"{API}/assignments/{number}", headers=csrf(lead)).status_code == 204
    assert agent.get(f"{API}/tasks").get_json()["tasks"] == []


def test_what_the_api_cannot_use_is_named(people, csrf):
    lead = people["lead"]
    for body, field in [({"quiz": KEY}, "whom"), ({"teams": ["day"]}, "what"), ({"quiz": KEY, "teams": ["no"]}, "whom"), ({"quiz": KEY, "x": 1}, "x")]:
        answer = lead.post(f"{API}/assignments", json=body, headers=csrf(lead))
        assert answer.status_code == 422
        assert field in [e["field"] for e in answer.get_json()["errors"]]


def test_a_taker_flags_through_the_api(kb_app, people, csrf):
    db = platform_of(kb_app).db
    with db.read() as session:
        question = session.scalars(select(BankQuestion.id)).first()
    agent = people["agent"]
    made = agent.post(f"{API}/flags", json={"question": question, "note": "题干不清"}, headers=csrf(agent))
    assert made.status_code == 201
    assert agent.post(f"{API}/flags", json={"question": 10**8}, headers=csrf(agent)).status_code == 404
    with db.read() as session:
        assert [(f.id, f.note, f.by) for f in session.scalars(select(Flag))] == [(made.get_json()["id"], "题干不清", agent.person_id)]
