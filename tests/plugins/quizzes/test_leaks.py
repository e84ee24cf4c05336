"""Nothing a taker can reach before handing in tells a key, an explanation or an ending; and the same search finds them afterwards.

Every question of this bank holds canaries where only the key, the feedback and the debrief stand. Practice pages answer on purpose
(``check`` and ``play``): these questions carry the tag ``exam``, which keeps them out of practice, so those pages are searched too.
"""

from __future__ import annotations

import html
import re
from collections import deque
from urllib.parse import unquote

import pytest

from kbplatform.app import platform_of
from kbplatform.sdk import Text
from kbplatform.viewer import CLI
from kbplatform_quizzes.attempts.quizzes import Wanted
from kbplatform_quizzes.attempts.rules import Pool, Rule

SLUG = "complaint-handling"
CANARY = "KEYCANARY"
NUMBER = "73519"
"""Stands in the answer of the numerical question, with its tolerance."""
SHEET = f"""
questions:
- {{id: c-one, type: single, tags: [exam], stem: 先做什么甲, feedback: {CANARY}feedbackone,
   options: [{{text: 听完, right: true, why: {CANARY}whyright}}, {{text: 打断, why: {CANARY}whywrong}}]}}
- {{id: c-many, type: multiple, tags: [exam], stem: 哪些要做甲, feedback: {CANARY}feedbackmany,
   options: [{{text: 记录, right: true, why: {CANARY}whymany}}, {{text: 回访, right: true}}, {{text: 推脱}}]}}
- {{id: c-truth, type: truefalse, tags: [exam], stem: 可以先退甲, right: false, why_true: {CANARY}whytrue, why_false: {CANARY}whyfalse}}
- {{id: c-words, type: shortanswer, tags: [exam], stem: 怎么称呼甲, answers: [{{text: {CANARY}accepted, why: {CANARY}whywords}}]}}
- {{id: c-number, type: numerical, tags: [exam], stem: 多少甲, answers: [{{value: {NUMBER}, tolerance: 0.25, why: {CANARY}whynumber}}]}}
- {{id: c-gaps, type: cloze, tags: [exam], stem: 填空甲, text: "前{{{{a}}}}后", gaps: {{a: {{type: shortanswer, answers: [{{text: {CANARY}gap}}]}}}}}}
- id: c-call
  type: scenario
  tags: [exam]
  stem: 一通电话甲
  feedback: {CANARY}feedbackcall
  start: hello
  scenes:
    hello: {{says: 我要投诉甲, choices: [{{text: 请讲甲, to: next, trust: 1, why: {CANARY}whycall, better: {CANARY}better}}, {{text: 不行甲, to: bad}}]}}
    next: {{says: 坏了甲, choices: [{{text: 换甲, to: good}}, {{text: 等甲, to: {CANARY.lower()}later}}]}}
    {CANARY.lower()}later: {{says: {CANARY}sceneahead, choices: [{{text: 好甲, to: good}}, {{text: 行甲, to: bad}}]}}
  endings: {{good: {{outcome: recovered, text: {CANARY}endinggood}}, bad: {{outcome: lost, text: {CANARY}endingbad}}}}
- {{id: c-long, type: essay, tags: [exam], stem: 写一段甲, rubric: [{{text: {CANARY}rubric, points: 1}}]}}
"""
STARTS = ["/", "/articles", "/p/quizzes/", "/desk", "/glossary", f"/articles/{SLUG}", f"/p/quizzes/check/{SLUG}?all=1", f"/p/quizzes/play/{SLUG}/c-call",
          "/api/v1/openapi.json", "/api/v1/p/quizzes/q", "/api/v1/articles", f"/api/v1/articles/{SLUG}", "/sw.js", "/account"]  # fmt: skip
ASKED = [CANARY, f"{CANARY}accepte", "whywrong", "endinggoo", NUMBER[:4], "先做什么甲", "一通电话甲", "c-one", SLUG]
"""None is a whole canary: what a search says back is no leak, what it completes is one."""
LINK = re.compile(r'(?:href|src|action)="(/[^"#]*)')


def leaks(body: str) -> set[str]:
    """The canaries in a body."""
    return set(re.findall(rf"(?i){CANARY}[a-z]+", body)) | set(re.findall(NUMBER, body))


def crawl(client, starts, most=400):
    """Address → body of everything that is linked from ``starts``, without what signs out or changes the language."""
    seen, waiting = {}, deque(starts)
    while waiting and len(seen) < most:
        address = waiting.popleft()
        plain = re.sub(r"&?(v|lang)=[^&]*", "", address).rstrip("?&")
        if plain in seen or address.startswith(("/sign-out", "/language/", "/account/data")):
            continue
        response = client.get(address)
        body = html.unescape(response.get_data(as_text=True)) if response.mimetype.startswith(("text/", "application/")) else ""
        seen[plain] = body
        if response.status_code in {301, 302, 303}:
            waiting.append(response.headers["Location"])
        for found in LINK.findall(response.get_data(as_text=True)):
            target = html.unescape(found)
            if not target.startswith(("/articles/", "/p/calculators")) or SLUG in target:  # one article is as good as thirty
                waiting.append(target)
    return seen


@pytest.fixture
def taking(room, kb_app, kb_login):
    """A taker in the middle of an attempt at questions full of canaries: some answered, the call half way."""
    room.fill(SHEET, SLUG)
    pool = Pool(practices=(SLUG,), tags=("exam",))
    room.quizzes.create(Wanted("canary", Text("金丝雀", "Canary"), "open", Rule(pools=(pool,), shuffled=False)), CLI)
    platform = platform_of(kb_app)
    platform.deliver_events()
    client = kb_login(kb_app, "agent")
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/p/quizzes/q/canary").get_data(as_text=True))[1]
    client.environ_base["HTTP_X_CSRFTOKEN"] = csrf
    attempt = client.post("/api/v1/p/quizzes/q/canary/attempts").get_json()
    return client, attempt


def answer_all(client, attempt):
    said = []
    for question in attempt["questions"]:
        name = f"q{question['position']}"
        control = question["fields"][0]["control"] if question["fields"] else "call"
        value = {"radio": "1", "checkbox": "0", "text": "错的", "number": "5", "essay": "一段", "call": "0"}.get(control, "错的")
        names = [f["name"] for f in question["fields"] if f["name"]] or [name]
        values = [value] if control != "checkbox" else ["0", "1", "2"]
        body = {"sent": dict.fromkeys(names, values), "sure": True, "rev": 1}
        for path, times in ((value, 1), ("0.0", 1 if control == "call" else 0)):
            for _ in range(times):
                body = body | {"sent": {n: [path] for n in names}} if control == "call" else body
                said.append(client.put(f"/api/v1/p/quizzes/a/{attempt['token']}/answers/{question['position']}", json=body))
                body["rev"] += 1
    return said


def test_nothing_within_reach_tells_a_key_before_it_is_handed_in_and_the_result_does(taking, record_property):
    client, attempt = taking
    place = f"/p/quizzes/a/{attempt['token']}"
    assert len(attempt["questions"]) == 8
    seen = {f"PUT {n}": r.get_data(as_text=True) for n, r in enumerate(answer_all(client, attempt))}
    assert all(r.startswith('{"rev"') for r in seen.values())
    seen |= crawl(client, [*STARTS, place, f"{place}?page=2", f"{place}/submit", f"{place}/result", f"/api/v1{place}", f"/api/v1{place}/result"])
    for asked in ASKED:
        for path in (f"/search?q={asked}", f"/api/v1/search?q={asked}&kind=article", f"/api/v1/glossary?q={asked}", f"/p/quizzes/?find={asked}",
                     f"/api/v1/p/quizzes/q?find={asked}"):  # fmt: skip
            body = unquote(html.unescape(client.get(path).get_data(as_text=True)))
            seen[path] = re.sub(rf"(?i)(?<![a-z]){re.escape(asked)}(?![a-z0-9])", "", body)
    assert any("先做什么甲" in body for body in seen.values())  # it did look at the attempt
    assert any("坏了甲" in body for body in seen.values())
    assert {address: found for address, body in seen.items() if (found := leaks(body))} == {}
    record_property("figure", f"leak test: {len(seen)} answers read during an attempt, none with a key")

    client.post(f"/api/v1{place}/submit", json={})
    after = [client.get(f"{place}/result?page={n}").get_data(as_text=True) for n in (1, 2)] + [client.get(f"/api/v1{place}/result").get_data(as_text=True)]
    told = {name.lower() for body in after for name in leaks(html.unescape(body))}
    parts = ("feedbackone", "whyright whywrong", "feedbackmany", "whymany", "whytrue whyfalse", "accepted", "gap", "whycall", "better")
    assert [part for part in parts if not told & {f"{CANARY}{name}".lower() for name in part.split()}] == []
    assert {f"{CANARY}endinggood".lower(), NUMBER} <= told
    assert f"{CANARY}rubric".lower() not in told


def test_questions_kept_for_exams_are_nowhere_in_practice(taking, kb_app):
    client, _attempt = taking
    page = html.unescape(client.get(f"/p/quizzes/check/{SLUG}?all=1").get_data(as_text=True))
    assert ("先做什么甲" in page, "一通电话甲" in page) == (False, False)
    assert client.get(f"/p/quizzes/play/{SLUG}/c-call").status_code == 404
    csrf = client.environ_base["HTTP_X_CSRFTOKEN"]
    marked = client.post(f"/p/quizzes/check/{SLUG}", data={"csrf_token": csrf, "seed": "1", "asked": "c-one", "c-one": "0"})
    assert CANARY not in marked.get_data(as_text=True)
    panel = html.unescape(client.get(f"/articles/{SLUG}").get_data(as_text=True))
    assert "一通电话甲" not in panel


def test_an_attempt_shows_no_more_afterwards_than_its_quiz_allows(room, kb_app, kb_login):
    room.fill(SHEET, SLUG)
    rule = Rule(pools=(Pool(practices=(SLUG,), tags=("exam",)),), review="never")
    room.quizzes.create(Wanted("never", Text("不公布", "Never"), "open", rule), CLI)
    client = kb_login(kb_app, "agent")
    client.environ_base["HTTP_X_CSRFTOKEN"] = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/p/quizzes/q/never").get_data(as_text=True))[1]
    attempt = client.post("/api/v1/p/quizzes/q/never/attempts").get_json()
    answer_all(client, attempt)
    place = f"/p/quizzes/a/{attempt['token']}"
    client.post(f"/api/v1{place}/submit", json={})
    seen = crawl(client, [place, f"{place}/result", f"/api/v1{place}/result", f"/api/v1{place}", "/p/quizzes/q/never"], most=40)
    assert {address: found for address, body in seen.items() if (found := leaks(body))} == {}
