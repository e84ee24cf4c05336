"""Writing through JSON and from the terminal, and similar entries."""

from __future__ import annotations

import json

import pytest

from kbplatform.accounts.tokens import make_token
from kbplatform_experience.models import Entry

MOBILE = "13812345678"
SLUG = "complaint-handling"
API = "/api/v1/p/experience"


def token_of(site, client, *scopes):
    with site.db.write() as session:
        return make_token(session, client.viewer, client.actor, name="t", scopes=scopes, days=1)


@pytest.fixture
def agent(site):
    """Somebody who may make API tokens."""
    return site.person("trainer")


@pytest.fixture
def call(site, agent):
    """``call(method, path, json)`` with an API token of the agent."""
    secret = token_of(site, agent, "experience.read", "experience.write")
    client = site.app.test_client()
    return lambda method, path, body=None: client.open(f"{API}/{path}", method=method, json=body, headers={"Authorization": f"Bearer {secret}"})


def test_an_entry_is_written_corrected_and_withdrawn(site, call, agent):
    made = call("POST", "entries", {"lesson": f"打 {MOBILE} 回访", "tags": ["回访"], "article": SLUG, "section": "steps", "kind": "failed"})
    assert made.status_code == 201
    out = made.get_json()
    assert (out["lesson"], out["masked"], out["state"], out["tags"], out["article"]) == ("打 〔手机号〕 回访", True, "shown", ["回访"], SLUG)
    entry = site.get(out["id"])
    assert (entry.source, entry.user_id) == ("api", agent.person_id)
    changed = call("PATCH", f"entries/{out['id']}", {"version": 1, "result": "客户等了"})
    assert (changed.get_json()["version"], changed.get_json()["result"], changed.get_json()["tags"]) == (2, "客户等了", ["回访"])
    late = call("PATCH", f"entries/{out['id']}", {"version": 1, "result": "晚了"})
    assert late.status_code == 409
    assert late.get_json()["now"]["result"] == "客户等了"
    assert late.content_type == "application/problem+json"
    assert call("DELETE", f"entries/{out['id']}").status_code == 204
    assert site.get(out["id"]).state == "withdrawn"


def test_what_is_wrong_is_said_by_field(call):
    answer = call("POST", "entries", {"lesson": "", "article": "no-such"})
    assert answer.status_code == 422
    assert {e["field"] for e in answer.get_json()["errors"]} == {"lesson", "article"}
    assert call("POST", "entries", {"lesson": "x", "unknown": 1}).status_code == 422
    assert call("POST", "entries", {"lesson": "好" * 20_001}).status_code == 422


def test_too_many_at_once_are_refused_with_when_to_come_back(site, call, agent):
    for i in range(10):
        site.write(agent, f"第 {i} 条")
    answer = call("POST", "entries", {"lesson": "第十一条"})
    assert answer.status_code == 429
    assert "Retry-After" in answer.headers


def test_what_would_be_masked_is_told_and_nothing_stored(site, call):
    out = call("POST", "masked", {"lesson": f"张先生 {MOBILE}", "situation": "平安"}).get_json()
    assert out["hidden"] is True
    (field,) = out["fields"]
    assert field["text"].endswith("〔手机号〕")
    assert [f["correctable"] for f in field["found"]] == [True, False]
    assert MOBILE not in json.dumps(out)
    with site.db.read() as session:
        assert session.query(Entry).count() == 0


def test_a_text_is_split(call):
    out = call("POST", "split", {"text": "情况：客户催单\n经验：给一个时间"}).get_json()
    assert out == {"lesson": "给一个时间", "situation": "客户催单", "action": "", "result": ""}


def test_reading_alone_may_not_write(site, agent):
    secret = token_of(site, agent, "experience.read")
    answer = site.app.test_client().post(f"{API}/entries", json={"lesson": "x"}, headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 403


# ---------------------------------------------------------------------- similar ones


def similar(client, lesson):
    import re

    page = client.get("/p/experience/new").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    return client.post("/p/experience/similar", data={"lesson": lesson}, headers={"X-CSRFToken": token}).get_data(as_text=True)


def test_the_nearest_entries_of_others_are_hinted_while_typing(site, agent):
    number = site.write(agent, "客户催单时先复述订单再给一个具体时间")
    site.write(agent, "退款到账以银行为准，先查退款单号")
    site.settle()
    other = site.person("agent")
    page = similar(other, "催单先复述，再给时间")
    assert f'data-used="{number}"' in page
    assert page.index(f'data-used="{number}"') == page.index("data-used"), "the nearest is first"
    assert "data-used" not in similar(agent, "催单先复述，再给时间"), "one's own are no news"
    assert "data-used" not in similar(other, "zzzz qqqq")
    site.writing.withdraw(agent.viewer, agent.actor, number)
    assert f'data-used="{number}"' not in similar(other, "催单先复述，再给时间")


def test_used_it_too_is_one_press(site, agent):
    import re

    number, other = site.write(agent), site.person("agent")
    token = re.search(r'name="csrf_token" value="([^"]+)"', other.get("/p/experience/new").get_data(as_text=True))[1]
    other.post(f"/p/experience/{number}/reactions", data={"kind": "used"}, headers={"X-CSRFToken": token})
    assert site.get(number).uses == 1


# ---------------------------------------------------------------------- the terminal


@pytest.fixture
def run(kb_app, monkeypatch):
    """``run(*args)`` as somebody at the terminal of the machine does."""
    from click.testing import CliRunner

    from kbplatform.app import platform_of
    from kbplatform.cli import root

    settings = platform_of(kb_app).settings
    monkeypatch.setenv("KBPLATFORM_SEARCH_ENGINE", "memory")
    monkeypatch.setenv("LANG", "C")
    return lambda *args, **more: CliRunner().invoke(root, ["--data-dir", str(settings.data_dir), "experience", *args], **more)


def test_the_terminal_writes_in_somebodys_name(site, run):
    agent = site.person("agent", name="Lin")
    done = run("add", "--as", "Lin", f"打 {MOBILE}", "--article", SLUG, "--tag", "回访", "--json")
    assert done.exit_code == 0, done.output
    out = json.loads(done.output)
    assert (out["lesson"], out["masked"]) == ("打 〔手机号〕", True)
    entry = site.get(out["id"])
    assert (entry.user_id, entry.source, entry.slug) == (agent.person_id, "cli", SLUG)
    assert MOBILE not in done.output


def test_the_terminal_says_what_is_wrong(site, run):
    site.person("agent", name="Lin")
    assert run("add", "--as", "Nobody", "x").exit_code != 0
    wrong = run("add", "--as", "Lin", "x", "--article", "no-such")
    assert wrong.exit_code == 1
    assert "article" in wrong.output


def test_the_terminal_splits_a_file(run, tmp_path):
    file = tmp_path / "note.txt"
    file.write_text("情况：客户催单\n经验：给一个时间", "utf-8")
    assert json.loads(run("split", str(file), "--json").output)["lesson"] == "给一个时间"
    file.write_bytes(b"\xff\xfe")
    assert "UTF-8" in run("split", str(file)).output
