"""Writing an article on the site: one section by itself, or the whole text by the API; nothing else moves, nothing is overwritten."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from kbplatform.articles.content_root import bundled_content
from kbplatform.articles.models import Article
from kbplatform.articles.packs import export_pack, read_pack
from kbplatform.articles.pieces import cut
from kbplatform.articles.sync import sync_pack
from kbplatform.articles.writing import MOST_SECTION, draft_section, save, stored_text
from kbplatform.errors import InvalidInput, NotFound, StaleText
from kbplatform.events import Outbox
from kbplatform.rendering import render
from kbplatform.viewer import Viewer

SLUG = "complaint-handling"


@pytest.fixture
def pack(tmp_path) -> Path:
    root = tmp_path / "pack"
    shutil.copytree(bundled_content() / "practices" / "05-complaint-handling", root / "practices" / "05-complaint-handling")
    return root


@pytest.fixture
def db(kb_database, pack):
    sync_pack(kb_database, read_pack(pack))
    return kb_database


def current(db, lang: str = "zh"):
    with db.read() as session:
        return stored_text(session, SLUG, lang, Viewer())


def write(db, section: str, text: str, base=None) -> int:
    draft = draft_section(base or current(db), section, text)
    with db.write() as session:
        return save(session, draft, origin="browser")


@pytest.mark.parametrize("section", ["say", "do", "dont", "steps", "twins"])
def test_one_section_changes_and_every_other_byte_of_the_file_stays(db, section):
    before = current(db)
    old = before.piece(section).text
    assert write(db, section, "- 换成这一句。") == 2
    after = current(db)
    assert after.source == before.source.replace(old, "- 换成这一句。")
    assert [s.id for s in after.sections] == [s.id for s in before.sections]
    assert [s.id for s, t in zip(before.sections, after.sections, strict=True) if s.hash != t.hash] == [section]


def test_the_event_of_an_edit_is_that_of_a_sync(db):
    outbox = Outbox(db)
    synced = next(e for e in outbox.after(0, 10) if e.payload["lang"] == "zh")
    write(db, "steps", "1. 先听完。")
    edited = outbox.after(outbox.head() - 1, 1)[0]
    assert (edited.topic, set(edited.payload)) == (synced.topic, set(synced.payload))
    assert (edited.payload["ids"], edited.payload["revision"]) == (synced.payload["ids"], 2)


def test_a_later_pack_neither_overwrites_the_text_nor_what_the_languages_share(db, pack):
    write(db, "steps", "1. 先听完。")
    path = pack / "practices" / "05-complaint-handling" / "zh.md"
    path.write_text(path.read_text("utf-8").replace("moment: call", "moment: coach"), "utf-8")
    report = sync_pack(db, read_pack(pack))
    assert (report.changed, report.conflicts) == ([], ["practices/05-complaint-handling/zh.md"])
    with db.read() as session:
        assert session.scalars(select(Article.moment)).one() == "call"
    assert current(db).piece("steps").text == "1. 先听完。"


def test_what_was_edited_goes_out_and_comes_in_without_a_difference(db, tmp_path):
    write(db, "steps", "1. 先听完。")
    export_pack(db, tmp_path / "out", bundled_content())
    report = sync_pack(db, read_pack(tmp_path / "out"))
    assert (report.added, report.changed) == ([], [])
    assert current(db).revision == 2


def test_the_second_of_two_saves_is_refused_with_both_texts(db):
    base = current(db)
    write(db, "steps", "1. 第一位。", base)
    with pytest.raises(StaleText) as stale:
        write(db, "say", "- 第二位。", base)
    assert stale.value.revision == 2
    assert ("第一位" in stale.value.theirs, "第二位" in stale.value.theirs) == (True, False)
    assert ("第一位" in stale.value.yours, "第二位" in stale.value.yours) == (False, True)


@pytest.mark.parametrize(
    "text",
    ["## 新的一节\n\n字", "# 标题", "标题\n---\n字", "字\x07", " \n ", "\ud800", "字" * (MOST_SECTION + 1), "[" * 61, "> " * 30 + "字"],
)
def test_what_no_section_can_hold_is_refused_in_words(db, text):
    with pytest.raises(InvalidInput) as refused:
        draft_section(current(db), "steps", text)
    assert [f.field for f in refused.value.fields] == ["text"]


def test_a_section_that_would_change_another_is_refused(db):
    write(db, "steps", "1. 见[这里][x]。")
    with pytest.raises(InvalidInput) as refused:
        draft_section(current(db), "wrong", "[x]: https://example.com")
    assert "怎么做" in refused.value.message.zh


def test_a_fence_that_is_never_closed_leaves_the_next_change_possible(db):
    write(db, "steps", "1. 先听完。\n```\n没关上")
    assert write(db, "steps", "1. 先听完。") == 3


def test_a_section_that_is_not_there_is_not_found(db):
    with pytest.raises(NotFound):
        draft_section(current(db), "no-such", "x")


HARD = """before

# One
text
~~~
## in a fence
~~~
    ## in an indented block

Two
===
- item
- item

> ## in a quote

### deeper
## Three
"""


def test_sections_are_cut_where_the_renderer_sees_them():
    keys = [s.id for s in render(HARD, "en").sections]
    assert keys == ["", "one", "two", "three"]
    pieces = cut(HARD, keys)
    assert pieces[""].text == "before"
    assert pieces["two"].text == "- item\n- item\n\n> ## in a quote\n\n### deeper"
    assert pieces["one"].text == "text\n~~~\n## in a fence\n~~~\n    ## in an indented block"
    assert pieces["three"].text == ""


def test_every_bundled_article_can_be_edited_section_by_section():
    pack = read_pack(bundled_content())
    for _kind, d in pack.documents:
        keys = [s.id for s in render(d.body, d.lang).sections]
        assert set(keys) <= set(cut(d.body, keys)), d.path


@pytest.fixture
def app(kb_make_app):
    """A site of its own: it is written to."""
    return kb_make_app()


def put(client, markdown: str, headers=None, lang: str = "zh"):
    return client.put(f"/api/v1/articles/{SLUG}?lang={lang}", json={"markdown": markdown}, headers=headers or {})


def test_put_needs_if_match_refuses_a_stale_one_with_both_texts_and_saves(app, kb_login):
    editor = api(kb_login(app, "editor"))
    got = editor.get(f"/api/v1/articles/{SLUG}?lang=zh")
    text = got.get_json()["markdown"].replace("接住", "接好", 1)
    assert put(editor, text).status_code == 428
    assert put(editor, text, {"If-Match": "*"}).status_code == 428
    saved = put(editor, text, {"If-Match": got.headers["ETag"]})
    assert (saved.status_code, saved.headers["ETag"], saved.get_json()["markdown"]) == (200, '"2"', text)
    late = put(editor, text.replace("接好", "接稳", 1), {"If-Match": got.headers["ETag"]})
    body = late.get_json()
    assert (late.status_code, late.content_type, body["current"]) == (409, "application/problem+json", {"revision": 2, "markdown": text})
    assert "接稳" in body["yours"]["markdown"]
    assert put(editor, text, {"If-Match": '"2"'}).headers["ETag"] == '"2"'


@pytest.mark.parametrize(
    ("old", "new"), [("slug: complaint-handling", "slug: other"), ("number: 5", "number: 77"), ("---", "", ), ("moment: call", "audience: team:x")]
)
def test_put_refuses_a_text_that_is_no_article_or_changes_what_languages_share(app, kb_login, old, new):
    editor = api(kb_login(app, "editor"))
    got = editor.get(f"/api/v1/articles/{SLUG}?lang=zh")
    refused = put(editor, got.get_json()["markdown"].replace(old, new, 1), {"If-Match": got.headers["ETag"]})
    assert (refused.status_code, [e["field"] for e in refused.get_json()["errors"]]) == (422, ["markdown"])


def test_put_is_for_editors(app, kb_login):
    for client, status in ((app.test_client(), 401), (kb_login(app, "agent"), 403)):
        assert put(api(client), "x", {"If-Match": '"1"'}).status_code == status


def api(client):
    """The client, sending the CSRF token a page of it would hold."""
    import re

    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/forgot").get_data(as_text=True))[1]
    client.environ_base["HTTP_X_CSRFTOKEN"] = token
    return client
