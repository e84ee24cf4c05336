"""Making, changing and closing quizzes through the API: as on the pages, and for whom the pages are."""

from __future__ import annotations

import re

import pytest

from kbplatform.app import platform_of
from kbplatform.articles.audience import set_audience
from kbplatform.viewer import CLI

SLUG = "complaint-handling"
API = "/api/v1/p/quizzes/quizzes"
RULE = {"pools": [{"practices": [SLUG], "count": 3}], "minutes": 10, "attempts": 2, "exam": True, "pass_percent": 60}
QUIZ = {"key": "basics", "zh": "基础", "en": "Basics", "state": "open", "practice": SLUG, "rule": RULE}


@pytest.fixture
def somebody(kb_app, kb_login):
    def sign_in(*roles, lang="en"):
        client = kb_login(kb_app, *roles)
        page = client.get(f"/p/quizzes/check/{SLUG}").get_data(as_text=True)
        client.environ_base |= {"HTTP_X_CSRFTOKEN": re.search(r'name="csrf_token" value="([^"]+)"', page)[1], "HTTP_ACCEPT_LANGUAGE": lang}
        return client

    return sign_in


@pytest.fixture
def trainer(somebody):
    return somebody("trainer")


def test_a_quiz_is_made_taken_changed_and_closed(trainer, somebody):
    made = trainer.post(API, json=QUIZ)
    assert (made.status_code, made.get_json()["revision"], made.get_json()["own"]) == (201, 1, True)
    rule = made.get_json()["rule"]
    assert (rule["pools"][0]["count"], rule["minutes"], rule["shown"], rule["counts"]) == (3, 10, ["feedback", "marks", "solution"], "best")
    agent = somebody("agent")
    attempt = agent.post("/api/v1/p/quizzes/q/basics/attempts")
    assert (attempt.status_code, len(attempt.get_json()["questions"]), attempt.get_json()["exam"]) == (201, 3, True)

    changed = QUIZ | {"en": "Basics again", "revision": 1, "rule": rule | {"minutes": 0}}
    del changed["key"]
    assert trainer.put(f"{API}/basics", json=changed).get_json()["revision"] == 2
    late = trainer.put(f"{API}/basics", json=changed)
    assert (late.status_code, late.content_type, "Somebody else" in late.get_json()["detail"]) == (409, "application/problem+json", True)

    assert trainer.put(f"{API}/basics/state", json={"state": "closed", "revision": 2}).status_code == 200
    now = trainer.get(f"{API}/basics").get_json()
    assert (now["state"], now["revision"], now["en"], now["rule"]["minutes"], now["rule"]["attempts"]) == ("closed", 3, "Basics again", 0, 2)
    assert agent.get("/api/v1/p/quizzes/q/basics").get_json()["closed"] == "This quiz is closed"


def test_what_was_read_can_be_written_back(trainer):
    read = trainer.get(f"{API}/practice-{SLUG}").get_json()
    assert (read["own"], read["practice"]) == (False, SLUG)
    sent = {name: read[name] for name in ("zh", "en", "state", "practice", "rule", "revision")}
    written = trainer.put(f"{API}/practice-{SLUG}", json=sent).get_json()
    assert written == read | {"own": True, "revision": read["revision"] + 1}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"key": "Not A Key"}, "key"),
        ({"zh": " ", "en": ""}, "title"),
        ({"practice": "nothing-of-the-kind"}, "practice"),
        ({"rule": RULE | {"pools": []}}, "rule.pools"),
        ({"rule": RULE | {"minutes": 601}}, "rule.minutes"),
        ({"rule": RULE | {"pools": [{"difficulty": [4]}]}}, "rule.pools.0.difficulty"),
        ({"rule": RULE | {"opens_at": "2026-12-02T09:00:00Z", "closes_at": "2026-12-01T09:00:00Z"}}, "rule.closes_at"),
        ({"rule": RULE | {"colour": "red"}}, "rule.colour"),
        ({"state": "ajar"}, "state"),
    ],
)
def test_what_can_not_be_used_is_named_by_its_place_and_nothing_is_made(trainer, wrong, field):
    refused = trainer.post(API, json=QUIZ | wrong)
    assert refused.status_code == 422
    assert field in [e["field"] for e in refused.get_json()["errors"]]
    assert trainer.get(f"{API}/basics").status_code == 404


def test_a_key_that_is_taken_is_refused_and_one_that_is_none_is_not_found(trainer):
    assert trainer.post(API, json=QUIZ).status_code == 201
    again = trainer.post(API, json=QUIZ)
    assert (again.status_code, again.get_json()["errors"][0]["field"]) == (422, "key")
    changed = {name: value for name, value in QUIZ.items() if name != "key"} | {"revision": 1}
    assert trainer.put(f"{API}/none", json=changed).status_code == 404
    assert trainer.put(f"{API}/none/state", json={"state": "open", "revision": 1}).status_code == 404


def test_pages_find_drafts_too_but_only_for_those_who_make_quizzes(trainer, somebody):
    trainer.post(API, json=QUIZ | {"state": "draft"})
    found = trainer.get(f"{API}?find=basic").get_json()
    assert ([q["key"] for q in found["quizzes"]], found["total"], found["pages"]) == (["basics"], 1, 1)
    whole = trainer.get(API).get_json()
    assert (len(whole["quizzes"]), whole["total"], whole["pages"]) == (25, 31, 2)
    assert [q["key"] for q in trainer.get(f"{API}?page=2").get_json()["quizzes"]] != []
    agent = somebody("agent")
    for answer in (agent.get(API), agent.get(f"{API}/basics"), agent.post(API, json=QUIZ), agent.put(f"{API}/basics/state", json={"state": "open", "revision": 1})):
        assert answer.status_code == 403
    assert trainer.get(f"{API}/basics").get_json()["state"] == "draft"


def test_a_quiz_about_an_article_one_may_not_read_does_not_exist(trainer, kb_app):
    platform = platform_of(kb_app)
    trainer.post(API, json=QUIZ)
    platform.accounts.teams.create(CLI, key="night", name="Night")
    set_audience(platform.db, CLI, SLUG, "team:night")
    assert trainer.get(f"{API}?find=basic").get_json()["total"] == 0
    assert trainer.get(f"{API}/basics").status_code == 404
    assert trainer.put(f"{API}/basics/state", json={"state": "closed", "revision": 1}).status_code == 404
    assert trainer.post(API, json=QUIZ | {"key": "other"}).get_json()["errors"][0]["field"] == "practice"
