"""Pages and API of conflicts with a pack: found from the proposals, settled by editors alone."""

from __future__ import annotations

import re

import pytest

from kbplatform.app import platform_of
from kbplatform.articles.packs import read_pack
from kbplatform.articles.sync import sync_pack
from kbplatform.articles.writing import draft_section, save, stored_text
from kbplatform.viewer import Viewer

SLUG = "complaint-handling"
MOST_PAGE = 30_000


@pytest.fixture
def app(kb_make_app, tmp_path):
    """A site whose steps on complaints were edited, and to which a pack came that words them, and what to say, otherwise."""
    app = kb_make_app()
    platform = platform_of(app)
    with platform.db.read() as session:
        now = stored_text(session, SLUG, "en", Viewer(id=1))
    draft = draft_section(now, "steps", now.piece("steps").text + "\n\nBreathe <b>first</b>.")
    with platform.db.write() as session:
        save(session, draft, origin="browser")
    path = tmp_path / "pack" / "practices" / f"{now.document.front.number:02}-{SLUG}" / "en.md"
    path.parent.mkdir(parents=True)
    path.write_text(now.source.replace(now.piece("steps").text, "1. Listen.").replace(now.piece("say").text, "- I hear you, {name}."), "utf-8")
    assert len(sync_pack(platform.db, read_pack(tmp_path / "pack")).conflicts) == 1
    return app


def post(client, path: str, **fields):
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/forgot").get_data(as_text=True))[1]
    return client.post(path, data={"csrf_token": token, **fields}, headers={"Accept-Language": "en"})


def read(client, path: str) -> str:
    return client.get(path, headers={"Accept-Language": "en"}).get_data(as_text=True)


def where(client) -> str:
    assert "1 text edited here comes differently from the pack" in read(client, "/proposals")
    return re.search(r"/proposals/conflicts/\d+", read(client, "/proposals/conflicts"))[0]


def test_an_editor_finds_both_texts_from_the_proposals_and_chooses(app, kb_login):
    editor = kb_login(app, "editor")
    url = where(editor)
    page = read(editor, url)
    assert "<mark>Breathe &lt;b&gt;first&lt;/b&gt;</mark>" in page
    assert "<p>1. <mark>Listen</mark>.</p>" in page
    assert 'name="choice-say" value="theirs" checked' in page
    assert 'name="choice-steps" value="ours" checked' not in page
    assert len(page.encode()) <= MOST_PAGE
    half = {"revision": "2", "choice-say": "theirs"}
    refused = post(editor, url, **half)
    assert refused.status_code == 422
    assert "Choose one" in refused.get_data(as_text=True)
    assert 'name="choice-say" value="theirs" checked' in refused.get_data(as_text=True)
    assert post(editor, url, **half, **{"choice-steps": "ours"}).headers["Location"] == "/proposals/conflicts"
    article = read(editor, f"/articles/{SLUG}?lang=en")
    assert "I hear you" in article
    assert "Breathe" in article
    assert "Nothing to settle" in read(editor, "/proposals/conflicts")
    assert "differently from the pack" not in read(editor, "/proposals")
    assert post(editor, url, **half).status_code == 404


def test_long_parts_are_shown_where_they_differ(app, kb_login, tmp_path):
    path = next((tmp_path / "pack").rglob("en.md"))
    path.write_text(path.read_text("utf-8").replace("\nowner: ", "\nverify_days: 7\nowner: ", 1).replace("\nverify_days: 180", ""), "utf-8")
    sync_pack(platform_of(app).db, read_pack(tmp_path / "pack"))
    editor = kb_login(app, "editor")
    page = read(editor, where(editor))
    assert "<mark>verify_days: 7</mark>" in page
    assert page.count("⋯") >= 2
    assert page.count("<p>- ") < 20


def test_an_older_page_saves_nothing(app, kb_login):
    editor = kb_login(app, "editor")
    answer = post(editor, where(editor), revision="1", **{"choice-say": "theirs", "choice-steps": "theirs"})
    assert answer.status_code == 409
    assert "Breathe" in read(editor, f"/articles/{SLUG}?lang=en")


def test_agents_are_told_of_no_conflict(app, kb_login):
    agent = kb_login(app, "agent")
    assert "differently from the pack" not in read(agent, "/proposals")
    assert [agent.get(p).status_code for p in ("/proposals/conflicts", "/proposals/conflicts/1", "/api/v1/conflicts", "/api/v1/conflicts/1")] == [403] * 4
    assert post(agent, "/proposals/conflicts/1", revision="2").status_code == 403


def test_the_api_lists_and_settles(app, kb_login):
    editor = kb_login(app, "editor")
    listed = editor.get("/api/v1/conflicts").get_json()
    (found,) = listed["conflicts"]
    assert (listed["total"], found["article"], found["lang"], found["revision"]) == (1, SLUG, "en", 2)
    assert [(p["part"], p["suggested"]) for p in found["parts"]] == [("say", "theirs"), ("steps", None)]
    assert editor.get(f"/api/v1/conflicts/{found['id']}").get_json() == found
    token = re.search(r'name="csrf_token" value="([^"]+)"', editor.get("/forgot").get_data(as_text=True))[1]

    def settle(**body):
        return editor.post(f"/api/v1/conflicts/{found['id']}", json=body, headers={"X-CSRFToken": token})

    both = {"say": "theirs", "steps": "theirs"}
    stale = settle(revision=1, choices=both)
    assert (stale.status_code, stale.get_json()["current"]["revision"]) == (409, 2)
    missing = settle(revision=2, choices={"say": "theirs"})
    assert (missing.status_code, [e["field"] for e in missing.get_json()["errors"]]) == (422, ["choice-steps"])
    assert settle(revision=2, choices=both | {"steps": "both"}).status_code == 422
    assert settle(revision=2, choices=both).get_json() == {"article": SLUG, "lang": "en", "revision": 3}
    assert editor.get("/api/v1/conflicts").get_json()["total"] == 0
