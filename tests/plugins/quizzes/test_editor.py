"""The bank in the browser: what authors see, change, retire and bring back; who may; nothing lost when two write."""

from __future__ import annotations

import html
import io
import re

import pytest
from sqlalchemy import select

from kbplatform.accounts.models import AuditEntry
from kbplatform.app import platform_of
from kbplatform.sdk import Viewer
from kbplatform.viewer import CLI
from kbplatform_quizzes.bank import read_sheet, write_sheet
from kbplatform_quizzes.kinds import BUILT_IN
from kbplatform_quizzes.models import BankQuestion, Flag
from kbplatform_quizzes.registry import bank_of

SLUG = "complaint-handling"
KEY = "first-sentence-broken"
URL = f"/p/quizzes/bank/{SLUG}/{KEY}"
SMALL = {
    "practice": SLUG, "kind": "single", "id": "new-one", "stem.zh": "新题", "stem.en": "A new question", "section": "say", "difficulty": "2",
    "options.0.text.zh": "甲", "options.0.text.en": "A", "options.1.text.zh": "乙", "options.1.text.en": "B", "options.right": "0",
}  # fmt: skip


@pytest.fixture
def client(kb_app, kb_login):
    """A trainer's, in Chinese."""
    return kb_login(kb_app, "trainer", name="陈老师")


@pytest.fixture
def db(kb_app):
    return platform_of(kb_app).db


def page(client, url, status=200, lang="zh"):
    response = client.get(url, headers={"Accept-Language": lang})
    assert response.status_code == status, response.get_data(as_text=True)[-800:]
    assert len(response.data) <= 30_000
    return html.unescape(response.get_data(as_text=True))


def token(client, url="/p/quizzes/bank/import"):
    return re.search(r'name="csrf_token" value="([^"]+)"', client.get(url).get_data(as_text=True))[1]


def post(client, url, **fields):
    return client.post(url, data={"csrf_token": token(client)} | fields)


def stored(kb_app, slug=SLUG):
    return {s.question.id: s.question for s in bank_of(platform_of(kb_app).services).of(slug)}


def row(db, key=KEY, slug=SLUG):
    with db.read() as session:
        return session.scalar(select(BankQuestion).where(BankQuestion.slug == slug, BankQuestion.key == key))


def audit(db):
    with db.read() as session:
        return list(session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("quizzes.")).order_by(AuditEntry.id)))


def keys_on(text):
    return re.findall(r'class="qe-stem" href="/p/quizzes/bank/[\w-]+/([\w-]+)"', text)


@pytest.mark.parametrize("path", ["/bank", "/bank/new", "/bank/import", f"/bank/{SLUG}/{KEY}", f"/bank/{SLUG}/{KEY}/edit", f"/bank/{SLUG}/{KEY}/history", "/bank/export/yaml"])
def test_only_authors_see_keys(kb_app, kb_login, path):
    author = kb_login(kb_app, "editor")
    assert author.get(f"/p/quizzes{path}").status_code == 200
    for roles in ((), ("agent",), ("lead",), ("reader",)):
        response = kb_login(kb_app, *roles).get(f"/p/quizzes{path}")
        assert response.status_code == 403
        assert "他的事还没人接住" not in response.get_data(as_text=True)


def test_what_is_posted_needs_the_permission_and_the_token(kb_app, kb_login, client, db):
    before = row(db).version
    agent = kb_login(kb_app, "agent")
    for url in (URL, f"{URL}/edit", "/p/quizzes/bank/new", "/p/quizzes/bank/import"):
        assert client.post(url, data={"do": "retire", "seen": before}).status_code == 400
        assert agent.post(url, data={"do": "retire", "seen": before}).status_code in {400, 403}
    assert not row(db).retired


def test_the_bank_is_narrowed_searched_and_paged(client):
    every = page(client, "/p/quizzes/bank?state=all")
    assert len(keys_on(every)) == 25
    assert "1 / 11" in every
    assert keys_on(page(client, f"/p/quizzes/bank?practice={SLUG}"))[:2] == [KEY, "beyond-authority"]
    kinds = page(client, f"/p/quizzes/bank?practice={SLUG}&kind=scenario")
    assert keys_on(kinds) == ["angry-caller"]
    assert keys_on(page(client, "/p/quizzes/bank?q=ＦＩＲＳＴ－sentence－broken")) == [KEY]
    assert "没有合适的题" in page(client, "/p/quizzes/bank?q=no-such-words")
    assert "没有合适的题" in page(client, "/p/quizzes/bank?practice=nowhere")
    assert keys_on(page(client, "/p/quizzes/bank?page=99")) == []
    for odd in ("page=x", "page=-1", "difficulty=9", "state=none", "sort=no", "kind=%00", "q=" + "x" * 999):
        page(client, f"/p/quizzes/bank?{odd}")


def test_a_question_shows_its_face_in_both_languages_its_key_and_its_history(client):
    text = page(client, URL)
    question_stem = "第一句"
    assert question_stem in text
    assert 'name="preview-zh"' in text
    assert 'name="preview-en"' in text
    assert "选项 3 · 正确答案 ✓" in text or "正确答案 ✓" in text
    assert "考核：" in text  # the practice's own quiz draws it
    assert "文件里来的" in page(client, f"{URL}/history")


@pytest.mark.parametrize("kind", [t.name for t in BUILT_IN])
def test_each_kind_is_edited_through_its_page_without_a_difference(kb_app, client, room, controls, db, kind):
    key = next(s.question.id for s in room.bank.of("shelf-life") if s.question.body.kind == kind) if kind != "description" else None
    if key is None:
        question = read_sheet("questions: [{id: told, type: description, stem: {zh: 读一读, en: Read}}]".encode()).questions[0]
        room.fill(write_sheet([question]).decode(), "shelf-life")
        key = "told"
    url = f"/p/quizzes/bank/shelf-life/{key}"
    before = row(db, key, "shelf-life").version
    form = controls(client.get(f"{url}/edit").get_data(as_text=True))
    assert client.post(f"{url}/edit", data=form | {"do": "save"}).status_code == 303
    assert row(db, key, "shelf-life").version == before
    changed = client.post(f"{url}/edit", data=form | {"do": "save", "stem.zh": "换了题干"})
    assert changed.status_code == 303
    assert stored(kb_app, "shelf-life")[key].stem.zh == "换了题干"
    assert "题干" in page(client, f"{url}/history")


def test_a_new_question_is_saved_under_its_id_or_one_made_of_its_stem(kb_app, client, db):
    assert post(client, "/p/quizzes/bank/new", do="save", **SMALL).location == f"/p/quizzes/bank/{SLUG}/new-one"
    assert post(client, "/p/quizzes/bank/new", do="save", **SMALL | {"id": ""}).location.endswith("/a-new-question")
    assert post(client, "/p/quizzes/bank/new", do="save", **SMALL | {"id": ""}).location.endswith("/a-new-question-2")
    taken = post(client, "/p/quizzes/bank/new", do="save", **SMALL)
    assert taken.status_code == 422
    assert "这个编号已经有了" in taken.get_data(as_text=True)
    assert stored(kb_app)["new-one"].body.options[0].right
    assert audit(db) == ["quizzes.questions_added"] * 3
    assert page(client, "/p/quizzes/bank?state=own").count("qe-stem") == 3


@pytest.mark.parametrize("bad", [{"id": "Not An Id"}, {"id": "x" * 61}, {"stem.zh": "", "stem.en": ""}, {"options.right": ""}, {"difficulty": "7"}])
def test_what_was_typed_stays_when_it_is_refused(client, db, bad):
    response = post(client, "/p/quizzes/bank/new", do="save", **SMALL | {"feedback.zh": "说明还在"} | bad)
    assert response.status_code == 422
    text = response.get_data(as_text=True)
    assert "说明还在" in text
    assert "写的都还在" in text
    assert audit(db) == []


@pytest.mark.parametrize(("practice", "kind"), [("nowhere", "single"), (SLUG, "nonsense"), ("", ""), ("../x", "single")])
def test_a_question_about_nothing_or_of_no_kind_isn_t_there(client, practice, kind):
    assert post(client, "/p/quizzes/bank/new", do="save", **SMALL | {"practice": practice, "kind": kind}).status_code == 404


def test_buttons_of_rows_lose_nothing_without_scripts(client, controls):
    response = post(client, "/p/quizzes/bank/new", do="add:options", **SMALL)
    form = controls(response.get_data(as_text=True))
    assert form["options.1.text.zh"] == "乙"
    assert form["options.2.text.zh"] == ""
    assert form["options.right"] == "0"
    moved = controls(post(client, "/p/quizzes/bank/new", **form | {"do": "down:options.0"}).get_data(as_text=True))
    assert (moved["options.0.text.zh"], moved["options.1.text.zh"], moved["options.right"]) == ("乙", "甲", "1")


def test_a_copy_begins_with_the_same_words_and_an_id_of_its_own(client, controls):
    form = controls(client.get(f"/p/quizzes/bank/new?from={SLUG}/{KEY}").get_data(as_text=True))
    assert form["id"] == ""
    assert "第一句" in form["stem.zh"]
    assert client.get("/p/quizzes/bank/new?from=nowhere/none").status_code == 404


def test_who_saves_second_sees_both_texts_and_decides(kb_app, client, kb_login, controls):
    form = controls(client.get(f"{URL}/edit").get_data(as_text=True))
    other = kb_login(kb_app, "editor", name="李编辑")
    theirs = controls(other.get(f"{URL}/edit").get_data(as_text=True))
    assert other.post(f"{URL}/edit", data=theirs | {"stem.zh": "他先改的", "do": "save"}).status_code == 303
    late = client.post(f"{URL}/edit", data=form | {"stem.zh": "我后改的", "do": "save"}, headers={"Accept-Language": "zh"})
    assert late.status_code == 409
    text = late.get_data(as_text=True)
    assert "他先改的" in text
    assert "我后改的" in text
    assert stored(kb_app)[KEY].stem.zh == "他先改的"
    assert client.post(f"{URL}/edit", data=controls(text) | {"do": "save"}).status_code == 303
    assert stored(kb_app)[KEY].stem.zh == "我后改的"
    history = page(client, f"{URL}/history")
    assert "陈老师" in history
    assert "李编辑" in history


def test_checking_while_typing_says_what_is_wrong_by_field_and_shows_the_rest(client):
    fine = post(client, "/p/quizzes/bank/new", do="check", live="1", **SMALL).get_json()
    assert fine["problems"] == {}
    assert "preview-zh" in fine["beside"]
    wrong = post(client, "/p/quizzes/bank/new", do="check", live="1", **SMALL | {"options.1.worth": "x"}).get_json()
    assert list(wrong["problems"]) == ["options.1.worth"]
    same = post(client, "/p/quizzes/bank/new", do="check", live="1", **SMALL | {"stem.en": "收到 20 件"}).get_json()
    assert "英文里有汉字" in html.unescape(same["beside"])


def test_retired_and_asked_again_and_a_former_version_used_again(kb_app, client, db, controls):
    first = row(db).version
    assert post(client, URL, do="retire", seen=first).status_code == 303
    assert KEY not in stored(kb_app)
    assert keys_on(page(client, "/p/quizzes/bank?state=retired")) == [KEY]
    assert post(client, URL, do="ask", seen=first).status_code == 303
    form = controls(client.get(f"{URL}/edit").get_data(as_text=True))
    client.post(f"{URL}/edit", data=form | {"stem.zh": "改一改", "do": "save"})
    assert keys_on(page(client, "/p/quizzes/bank?state=edited")) == [KEY]
    assert post(client, URL, do="reuse", version=first, seen=first).status_code == 409
    assert post(client, URL, do="reuse", version="none", seen=row(db).version).status_code == 404
    assert post(client, URL, do="reuse", version=first, seen=row(db).version).status_code == 303
    assert (row(db).version, row(db).file_version) == (first, first)
    assert audit(db) == ["quizzes.question_retired", "quizzes.question_asked_again", "quizzes.question_changed", "quizzes.question_changed"]


def test_where_file_and_edit_differ_one_is_chosen(kb_app, client, db, controls):
    bank = bank_of(platform_of(kb_app).services)
    form = controls(client.get(f"{URL}/edit").get_data(as_text=True))
    client.post(f"{URL}/edit", data=form | {"stem.zh": "本站的", "do": "save"})
    assert keys_on(page(client, "/p/quizzes/bank?state=conflict")) == []
    for words in ("文件的", "文件又改了"):
        questions = read_sheet(write_sheet(stored(kb_app).values()).replace("本站的".encode(), words.encode())).questions
        bank.take_in(SLUG, write_sheet(questions), questions)
        assert keys_on(page(client, "/p/quizzes/bank?state=conflict")) == [KEY]
        text = page(client, URL)
        assert words in text
        assert "本站的" in text
        if words == "文件的":
            assert post(client, URL, do="keep", seen=row(db).version).status_code == 303
            assert keys_on(page(client, "/p/quizzes/bank?state=conflict")) == []
    assert post(client, URL, do="reuse", version=row(db).file_version, seen=row(db).version).status_code == 303
    assert stored(kb_app)[KEY].stem.zh == "文件又改了"
    assert "quizzes.question_kept" in audit(db)


def test_a_flag_is_settled_with_a_note_once(client, db):
    with db.write() as session:
        flag = Flag(question_id=row(db).id, reason="taker", note="两个选项都对", by=None)
        session.add(flag)
        session.flush()
        number = flag.id
    assert keys_on(page(client, "/p/quizzes/bank?state=flagged")) == [KEY]
    assert "两个选项都对" in page(client, URL)
    assert post(client, URL, do="settle", flag=str(number), answer="<b>改了选项</b>").status_code == 303
    assert post(client, URL, do="settle", flag=str(number), answer="再改").status_code == 303
    text = client.get(URL).get_data(as_text=True)
    assert "&lt;b&gt;改了选项" in text
    assert "再改" not in text
    assert audit(db) == ["quizzes.flag_settled"]
    assert post(client, URL, do="settle", flag="999", answer="").status_code == 404
    assert post(client, f"/p/quizzes/bank/{SLUG}/beyond-authority", do="settle", flag=str(number), answer="").status_code == 404


def test_questions_of_an_article_one_may_not_read_aren_t_there(kb_app, kb_login, client):
    owner = kb_login(kb_app, "owner")
    assert owner.post("/admin/teams", data={}).status_code in {400, 404, 422, 303}
    from kbplatform.articles.models import Article

    with platform_of(kb_app).db.write() as session:
        session.scalar(select(Article).where(Article.slug == SLUG)).audience = "team:night"
    for url in (URL, f"{URL}/edit", f"{URL}/history", f"/p/quizzes/bank/new?from={SLUG}/{KEY}"):
        assert client.get(url).status_code == 404
    assert keys_on(page(client, f"/p/quizzes/bank?practice={SLUG}")) == []
    assert KEY not in client.get(f"/p/quizzes/bank/export/yaml?practice={SLUG}").get_data(as_text=True)
    assert client.get(f"/api/v1/p/quizzes/questions/{SLUG}/{KEY}").status_code == 404


def test_a_script_in_a_question_comes_out_escaped_everywhere(client):
    evil = "<script>alert(1)</script>"
    post(client, "/p/quizzes/bank/new", do="save", **SMALL | {"stem.zh": evil, "options.0.why.zh": evil, "tags": evil, "feedback.en": evil})
    made = f"/p/quizzes/bank/{SLUG}/new-one"
    for url in ("/p/quizzes/bank?state=own", made, f"{made}/edit", f"{made}/history"):
        response = client.get(url)
        assert response.status_code == 200
        assert evil not in response.get_data(as_text=True)


GIFT = "::one:: 先问什么？ {=单号 ~姓名}\n\n::two:: broken {\n\n::three:: 说一说 {}\n"


def test_a_file_is_told_item_by_item_and_taken_in_once_somebody_says_so(kb_app, client, db):
    sent = client.post(
        "/p/quizzes/bank/import", data={"csrf_token": token(client), "practice": SLUG, "file": (io.BytesIO(GIFT.encode()), "my.gift")},
        content_type="multipart/form-data", headers={"Accept-Language": "zh"},
    )  # fmt: skip
    text = html.unescape(sent.get_data(as_text=True))
    assert sent.status_code == 200
    assert "没收" in text
    assert audit(db) == []
    key = re.search(r'name="key" value="([^"]+)"', text)[1]
    other = post(client, "/p/quizzes/bank/import", key="x" * 44, practice=SLUG)
    assert other.status_code == 404
    done = post(client, "/p/quizzes/bank/import", key=key, practice=SLUG)
    assert done.location == f"/p/quizzes/bank?practice={SLUG}&sort=newest"
    assert "one" in stored(kb_app)
    assert post(client, "/p/quizzes/bank/import", key=key, practice=SLUG).status_code == 404


def test_no_file_an_empty_one_and_one_that_is_nothing_are_told(client):
    assert post(client, "/p/quizzes/bank/import").status_code == 422
    for data in (b"", b"\xff\xfe\x00", b"PK\x03\x04nonsense", b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><quiz>&a;</quiz>"):
        fields = {"csrf_token": token(client), "file": (io.BytesIO(data), "x")}
        response = client.post("/p/quizzes/bank/import", data=fields, content_type="multipart/form-data")
        assert response.status_code == 200
        assert 'name="key"' not in response.get_data(as_text=True)


def test_a_file_waits_for_its_own_sender_only(kb_app, kb_login, client):
    fields = {"csrf_token": token(client), "file": (io.BytesIO(GIFT.encode()), "my.gift")}
    text = client.post("/p/quizzes/bank/import", data=fields, content_type="multipart/form-data").get_data(as_text=True)
    key = re.search(r'name="key" value="([^"]+)"', text)[1]
    assert post(kb_login(kb_app, "trainer"), "/p/quizzes/bank/import", key=key).status_code == 404


@pytest.mark.parametrize("name", ["yaml", "gift", "moodle-xml", "aiken", "csv", "xlsx"])
def test_what_is_shown_goes_out_in_each_format_and_what_is_lost_is_told_first(client, name):
    address = f"/p/quizzes/bank/export/{name}?practice={SLUG}&kind=single"
    first = client.get(address)
    assert first.status_code == 200
    if name in {"gift", "aiken"}:
        assert first.content_type.startswith("text/html")
    file = client.get(f"{address}&now=1")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert len(file.data) > 500
    assert client.get("/p/quizzes/bank/export/nonsense").status_code == 404


API = "/api/v1/p/quizzes/questions"


def test_the_api_lists_makes_changes_and_retires(kb_app, client, kb_login):
    listed = client.get(f"{API}?practice={SLUG}&kind=single").get_json()
    assert listed["questions"][0]["id"] == KEY
    one = client.get(f"{API}/{SLUG}/{KEY}").get_json()
    headers = {"X-CSRFToken": token(client)}
    question = one["question"] | {"stem": {"zh": "接口改的", "en": "Changed by the API"}}
    changed = client.put(f"{API}/{SLUG}/{KEY}", json={"question": question, "version": one["version"]}, headers=headers)
    assert (changed.status_code, changed.get_json()["states"]) == (200, ["asked", "edited"])
    late = client.put(f"{API}/{SLUG}/{KEY}", json={"question": one["question"], "version": one["version"]}, headers=headers)
    assert (late.status_code, late.content_type) == (409, "application/problem+json")
    assert late.get_json()["current"]["question"]["stem"]["zh"] == "接口改的"
    renamed = client.put(f"{API}/{SLUG}/{KEY}", json={"question": question | {"id": "other"}, "version": changed.get_json()["version"]}, headers=headers)
    assert renamed.status_code == 422
    made = client.post(API, json={"practice": SLUG, "question": question | {"id": "by-api"}}, headers=headers)
    assert made.status_code == 201
    wrong = client.post(API, json={"practice": SLUG, "question": {"id": "x", "type": "single", "stem": "s", "options": [{"worth": "x"}]}}, headers=headers)
    assert "question.options.0.worth" in {e["field"] for e in wrong.get_json()["errors"]}
    gone = client.put(f"{API}/{SLUG}/by-api/retirement", json={"retired": True, "version": made.get_json()["version"]}, headers=headers)
    assert gone.get_json()["states"] == ["retired"]
    history = client.get(f"{API}/{SLUG}/{KEY}/history").get_json()["versions"]
    assert [v["changed"] is None for v in history] == [False, True]
    assert {c["lang"] for c in history[0]["changed"]} == {"zh", "en"}
    for url in (API, f"{API}/{SLUG}/{KEY}", f"{API}/{SLUG}/{KEY}/history"):
        assert kb_login(kb_app, "agent").get(url).status_code == 403
        assert kb_app.test_client().get(url).status_code in {401, 403}


def test_two_at_once_one_is_saved_and_one_is_told(crowd):
    from concurrent.futures import ThreadPoolExecutor

    from kbplatform.sdk import Conflict, Text
    from kbplatform.viewer import CLI
    from kbplatform_quizzes.authoring import save_question

    question = next(s.question for s in crowd.bank.of("shelf-life"))

    def save(number):
        from dataclasses import replace

        try:
            with crowd.db.write() as session:
                save_question(session, "shelf-life", replace(question, stem=Text(f"第 {number} 个", "")), question.version, CLI)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(save, range(8))) == 1


def test_the_pages_of_the_largest_questions_stay_small(kb_app, client):
    bank = bank_of(platform_of(kb_app).services)
    for stored_one in (s for s in bank.of() if s.question.body.kind == "scenario"):
        for end in ("", "/edit"):
            page(client, f"/p/quizzes/bank/{stored_one.slug}/{stored_one.question.id}{end}")


def test_what_somebody_wrote_is_told_to_them_and_stays_without_their_name(client, db, controls):
    from kbplatform_quizzes.editing.people import personal_data

    form = controls(client.get(f"{URL}/edit").get_data(as_text=True))
    client.post(f"{URL}/edit", data=form | {"stem.zh": "陈老师改的", "do": "save"})
    with db.write() as session:
        session.add(Flag(question_id=row(db).id, reason="taker", note="看不懂", by=client.person_id))
    with db.write() as session:
        known = personal_data(client.person_id, session, erase=False).data
        assert [w["question"] for w in known["written"]] == [f"{SLUG}/{KEY}"]
        assert [f["note"] for f in known["flags"]] == ["看不懂"]
        assert personal_data(client.person_id, session, erase=True) is None
        assert personal_data(client.person_id, session, erase=False).data == {"written": [], "flags": []}
    assert "陈老师改的" in page(client, f"{URL}/history")


def test_a_changed_key_leads_to_the_regrade_and_the_quizzes_it_is_in_are_links(kb_app, kb_login, room, controls):
    platform_of(kb_app).accounts.teams.create(CLI, key="day", name="白班")
    trainer = kb_login(kb_app, "trainer", teams=("day",))
    taker = Viewer(id=kb_login(kb_app, "agent", teams=("day",)).person_id, teams=frozenset({"day"}))
    room.take(room.quiz(keys="one"), taker, one=1)
    url = "/p/quizzes/bank/shelf-life/one"
    assert '<a href="/p/quizzes/q/shelf">' in page(trainer, url)
    assert "以前的文字" not in page(trainer, url)
    form = controls(trainer.get(f"{url}/edit").get_data(as_text=True))
    saved = trainer.post(f"{url}/edit", data=form | {"options.right": "1", "do": "save"})
    told = page(trainer, saved.headers["Location"])
    assert "您组里的人有 1 次作答，还是按这道题以前的文字判的" in told
    regrade = re.search(r'href="(/p/quizzes/regrade/\d+)"', told)[1]
    assert post(trainer, regrade).status_code == 303
    assert "以前的文字" not in page(trainer, url)
    assert "以前的文字" not in page(kb_login(kb_app, "editor"), url)
