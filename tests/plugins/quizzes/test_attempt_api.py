"""The same attempts through the API: problems in words, both texts where two devices differ, the same limits."""

from __future__ import annotations

import re

import pytest

from kbplatform.app import platform_of
from kbplatform.sdk import Text
from kbplatform.viewer import CLI
from kbplatform_quizzes.attempts.quizzes import Wanted
from kbplatform_quizzes.attempts.rules import Pool, Rule
from kbplatform_quizzes.models import AttemptEvent

SLUG = "complaint-handling"
API = "/api/v1/p/quizzes"


@pytest.fixture
def client(room, kb_app, kb_login):
    room.fill(slug=SLUG)
    pools = (Pool(practices=(SLUG,), keys=tuple(f"{SLUG}/{key}" for key in ("words", "number", "call", "long"))),)
    for key, more in (("plain", {}), ("exam", {"exam": True, "minutes": 10, "attempts": 1})):
        room.quizzes.create(Wanted(key, Text("测验", "Quiz"), "open", Rule(pools=pools, shuffled=False, **more)), CLI)
    client = kb_login(kb_app, "agent")
    page = client.get("/p/quizzes/q/plain").get_data(as_text=True)
    client.environ_base |= {"HTTP_X_CSRFTOKEN": re.search(r'name="csrf_token" value="([^"]+)"', page)[1], "HTTP_ACCEPT_LANGUAGE": "en"}
    return client


@pytest.fixture
def begin(client):
    def start(key="plain"):
        response = client.post(f"{API}/q/{key}/attempts")
        assert response.status_code == 201
        return response.get_json()

    return start


def save(client, attempt, position, values, **more):
    return client.put(f"{API}/a/{attempt['token']}/answers/{position}", json={"sent": {f"q{position}": values}, **more})


def test_a_quiz_is_taken_from_list_to_result(client, begin):
    assert "plain" in [q["key"] for q in client.get(f"{API}/q").get_json()["quizzes"]]
    attempt = begin()
    assert [q["kind"] for q in attempt["questions"]] == ["shortanswer", "numerical", "scenario", "essay"]
    assert attempt["questions"][2]["call"] == {"path": "", "said": [["caller", "A complaint"]], "choices": ["Go on", "No"]}
    assert save(client, attempt, 0, ["refund"], sure=True, rev=1).get_json() == {"rev": 1, "answered": True, "problem": None, "seconds_left": None}
    assert save(client, attempt, 1, ["twenty"], rev=1).get_json()["problem"] == "Write a number, for example 33.3"
    save(client, attempt, 2, ["0.0"], rev=1)
    again = begin()
    assert (again["token"], again["questions"][2]["call"]["choices"]) == (attempt["token"], [])
    assert client.get(f"{API}/q/plain").get_json()["going"] == attempt["token"]
    done = client.post(f"{API}/a/{attempt['token']}/submit", json={}).get_json()
    assert (done["percent"], done["passed"], [q["fraction"] for q in done["questions"]]) == (50.0, False, [1.0, 0.0, 1.0, 0.0])
    assert (done["questions"][1]["solution"], done["questions"][1]["practice"]) == (["20"], SLUG)
    wrong = client.post(f"{API}/a/{attempt['token']}/again").get_json()
    assert (wrong["kind"], [q["kind"] for q in wrong["questions"]]) == ("again", ["numerical"])


def test_two_devices_are_told_both_texts(client, begin):
    attempt = begin()
    save(client, attempt, 0, ["first"], rev=1)
    late = save(client, attempt, 0, ["second"], rev=1)
    assert (late.status_code, late.content_type, late.get_json()["code"]) == (409, "application/problem+json", "stale")
    assert late.get_json()["now"]["sent"] == {"q0": ["first"]}
    assert save(client, attempt, 0, ["second"], rev=2).status_code == 200


@pytest.mark.parametrize(
    ("position", "values", "status", "said"),
    [(3, ["x" * 1_000_000], 422, "20,000"), (99, ["x"], 404, "no such question"), (2, ["7"], 422, "no such option"), (0, ["a\0b"], 200, None)],
)
def test_what_can_t_be_used_is_told_in_words(client, begin, position, values, status, said):
    answer = save(client, begin(), position, values)
    body = answer.get_json()
    told = body.get("detail") or body.get("problem")
    assert answer.status_code == status
    assert told is None if said is None else said in told


def test_an_attempt_of_another_is_not_there(client, begin, kb_app, kb_login):
    token = begin()["token"]
    other = kb_login(kb_app, "owner")
    for path in ("", "/result"):
        assert other.get(f"{API}/a/{token}{path}").status_code == 404


def test_paused_over_and_used_up_are_conflicts_in_words(client, begin):
    attempt = begin()
    assert client.post(f"{API}/a/{attempt['token']}/pause", json={}).get_json()["state"] == "paused"
    assert "paused" in save(client, attempt, 0, ["x"]).get_json()["detail"]
    assert client.post(f"{API}/a/{attempt['token']}/resume", json={}).get_json()["state"] == "going"
    exam = begin("exam")
    assert client.post(f"{API}/a/{exam['token']}/pause", json={}).get_json()["detail"] == "An exam can't be paused"
    client.post(f"{API}/a/{exam['token']}/submit", json={})
    assert "handed in already" in save(client, exam, 0, ["x"]).get_json()["detail"]
    assert "taken once" in client.post(f"{API}/q/exam/attempts").get_json()["detail"]


def test_leaving_the_window_is_recorded_in_an_exam_alone(client, begin, kb_app):
    for key in ("plain", "exam"):
        assert client.post(f"{API}/a/{begin(key)['token']}/left", json={"seconds": 12.4}).status_code == 204
    with platform_of(kb_app).db.read() as session:
        assert [e.data for e in session.query(AttemptEvent).filter_by(kind="left")] == [{"seconds": 12}]


def test_what_to_come_back_to_is_on_every_device_of_its_taker(client, begin):
    attempt = begin()
    place = f"{API}/a/{attempt['token']}"
    assert client.put(f"{place}/marks/1", json={"marked": True}).status_code == 204
    assert [q["marked"] for q in client.get(place).get_json()["questions"]] == [False, True, False, False]
    assert client.put(f"{place}/marks/1", json={"marked": False}).status_code == 204
    assert not any(q["marked"] for q in client.get(place).get_json()["questions"])
    assert client.put(f"{place}/marks/9", json={"marked": True}).status_code == 404
    client.post(f"{place}/submit", json={})
    assert client.put(f"{place}/marks/0", json={"marked": True}).status_code == 409
