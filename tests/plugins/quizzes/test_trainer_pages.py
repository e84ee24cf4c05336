"""Pages of those who make quizzes and mark: a form loses nothing, a rule does what it says, and only one's own people are marked."""

from __future__ import annotations

import html
import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from kbplatform.app import platform_of
from kbplatform.sdk import Viewer
from kbplatform.viewer import CLI
from kbplatform_quizzes.models import Allowance
from kbplatform_quizzes.registry import quizzes_of


@pytest.fixture
def trainer(kb_app, kb_login):
    for key in ("hotline", "chat"):
        platform_of(kb_app).accounts.teams.create(CLI, key=key, name=key)
    return kb_login(kb_app, "trainer", teams=("hotline",))


def text(response):
    return html.unescape(response.get_data(as_text=True))


FORM = {
    "key": "refunds", "zh": "退款", "en": "Refunds", "state": "open", "practice": "complaint-handling", "pool.0.count": "4", "pool.0.practices": ["complaint-handling"],
    "pool.0.kinds": ["single", "multiple"], "pool.0.difficulty": ["2"], "pool.0.tags": "situation", "pool.0.keys": "", "shuffled": "1", "exam": "1",
    "minutes": "20", "grace": "15", "attempts": "2", "pass_percent": "75", "counts": "first", "markers": "2", "review": "closed", "shown": ["marks"],
    "opens_at": "2026-11-01T08:00", "closes_at": "2027-01-01T08:00",
}  # fmt: skip


def test_a_quiz_is_made_and_its_form_posted_back_changes_nothing(kb_app, trainer, post):
    assert post(trainer, "/p/quizzes/manage/new", FORM).headers["Location"] == "/p/quizzes/q/refunds"
    quizzes = quizzes_of(platform_of(kb_app).services)
    made = quizzes.get("refunds")
    (pool,) = made.rule.pools
    assert (pool.count, pool.practices, pool.kinds, pool.difficulty, pool.tags) == (4, ("complaint-handling",), ("single", "multiple"), (2,), ("situation",))
    rule = made.rule
    assert (rule.minutes, rule.attempts, rule.pass_percent, rule.exam, rule.certainty, rule.markers) == (20, 2, 75.0, True, False, 2)
    assert (rule.review, rule.shown, rule.counts, rule.opens_at) == ("closed", frozenset({"marks"}), "first", datetime(2026, 11, 1, 8).astimezone())
    page = text(trainer.get("/p/quizzes/manage/refunds"))
    assert 'value="situation"' in page
    assert post(trainer, "/p/quizzes/manage/refunds", FORM | {"revision": "1"}).status_code == 303
    assert quizzes.get("refunds").rule == made.rule
    late = post(trainer, "/p/quizzes/manage/refunds", FORM | {"revision": "1", "zh": "别的"})
    assert (late.status_code, 'value="别的"' in text(late), 'name="revision" value="2"' in text(late)) == (409, True, True)
    assert quizzes.get("refunds").title.zh == "退款"
    assert post(trainer, "/p/quizzes/manage/refunds", FORM | {"revision": "2", "zh": "别的"}).status_code == 303
    assert quizzes.get("refunds").title.zh == "别的"


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of a process can't be set here")
def test_times_of_a_quiz_are_those_of_the_place_where_it_is_held(kb_app, trainer, post, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    try:
        page = text(trainer.get("/p/quizzes/manage/new"))
        assert "开放时间（UTC+08:00）" in page
        assert post(trainer, "/p/quizzes/manage/new", FORM).status_code == 303
        made = quizzes_of(platform_of(kb_app).services).get("refunds")
        assert made.rule.opens_at.astimezone(UTC).isoformat() == "2026-11-01T00:00:00+00:00"
        assert 'value="2026-11-01T08:00"' in text(trainer.get("/p/quizzes/manage/refunds"))
        wrong = post(trainer, "/p/quizzes/manage/new", FORM | {"key": "other", "opens_at": "bald"})
        assert (wrong.status_code, "2026-11-27T09:00+08:00" in text(wrong)) == (422, True)
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("field", "typed"),
    [("zh", ""), ("key", "Nicht gut"), ("minutes", "zehn"), ("pass_percent", "101"), ("pool.0.count", "-3"), ("closes_at", "2026-10-01T08:00"), ("attempts", "1.5")],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(trainer, field, typed, post):
    form = FORM | {field: typed} | ({"en": ""} if field == "zh" else {})
    response = post(trainer, "/p/quizzes/manage/new", form)
    page = text(response)
    assert response.status_code == 422
    assert page.count('class="field-error"') == 1
    assert f'value="{typed}"' in page
    assert 'value="situation"' in page


def test_one_more_group_of_questions_keeps_the_rest(trainer, post):
    page = text(post(trainer, "/p/quizzes/manage/new", FORM | {"more": "1"}))
    assert 'name="pool.1.count"' in page
    assert 'value="75"' in page


def test_agents_make_no_quizzes_and_mark_nothing(kb_app, kb_login, trainer):
    agent = kb_login(kb_app, "agent", teams=("hotline",))
    assert [agent.get(f"/p/quizzes/{page}").status_code for page in ("manage", "manage/new", "marking", "regrade/1", "time")] == [403] * 5
    assert "practice-complaint-handling" in text(trainer.get("/p/quizzes/manage?search=如何处理客户投诉"))


@pytest.fixture
def essay(kb_app, kb_login, trainer, room_on):
    """An essay that waits: its attempt, and who wrote it."""
    room = room_on(platform_of(kb_app))
    writer = kb_login(kb_app, "agent", teams=("hotline",), name="李娜")
    viewer = Viewer(id=writer.person_id, teams=frozenset({"hotline"}))
    token = room.take(room.quiz(keys="long truth"), viewer, long="我会先道歉。<script>alert(1)</script>", truth=False)
    return room, viewer, token


def test_an_essay_is_marked_on_its_page(trainer, essay, post):
    room, viewer, token = essay
    assert "李娜" in text(trainer.get("/p/quizzes/marking"))
    page = trainer.get(f"/p/quizzes/marking/{token}/0").get_data(as_text=True)
    assert "我会先道歉。&lt;script&gt;" in page
    wrong = post(trainer, f"/p/quizzes/marking/{token}/0", {"points.0": "2", "points.1": "三", "comment": "说得好"})
    assert (wrong.status_code, text(wrong).count('class="field-error"'), "说得好" in text(wrong)) == (422, 2, True)
    assert post(trainer, f"/p/quizzes/marking/{token}/0", {"points.0": "1", "points.1": "3", "comment": "说得好"}).headers["Location"] == "/p/quizzes/marking"
    assert room.look(token, viewer).percent == 100.0
    assert "没有等着批的答案" in text(trainer.get("/p/quizzes/marking"))


def test_another_team_s_trainer_finds_nothing(kb_app, kb_login, essay, post):
    stranger = kb_login(kb_app, "trainer", teams=("chat",))
    assert "李娜" not in text(stranger.get("/p/quizzes/marking"))
    assert stranger.get(f"/p/quizzes/marking/{essay[2]}/0").status_code == 404
    assert post(stranger, f"/p/quizzes/marking/{essay[2]}/0", {"points.0": "1", "points.1": "3"}).status_code == 404


def test_a_regrade_is_shown_before_it_is_done(trainer, essay, post):
    from kbplatform_quizzes.bank import read_sheet
    from kbplatform_quizzes.models import BankQuestion
    from kbplatform_quizzes.store import put

    room, viewer, token = essay
    post(trainer, f"/p/quizzes/marking/{token}/0", {"points.0": "1", "points.1": "3"})
    (question,) = read_sheet("questions:\n- {id: truth, type: truefalse, stem: 可以先退款, right: true}".encode()).questions
    with room.db.write() as session:
        row = session.scalars(select(BankQuestion).where(BankQuestion.key == "truth", BankQuestion.slug == "shelf-life")).one()
        put(session, row, question)
        number = row.id
    page = text(trainer.get(f"/p/quizzes/regrade/{number}"))
    assert all(words in page for words in ("李娜", "100.0 %", "50.0 %", "没通过"))
    assert room.look(token, viewer).percent == 100.0
    assert post(trainer, f"/p/quizzes/regrade/{number}", follow_redirects=True).status_code == 200
    assert room.look(token, viewer).percent == 50.0
    assert "都已经按这道题今天的样子判过了" in text(trainer.get(f"/p/quizzes/regrade/{number}"))
    assert trainer.get("/p/quizzes/regrade/99999").status_code == 404


def test_more_time_is_given_to_ones_own_people(kb_app, trainer, essay, post):
    room, viewer, _ = essay
    assert post(trainer, "/p/quizzes/time", {"person": viewer.id, "percent": "50"}).status_code == 303
    assert "+50 %" in text(trainer.get("/p/quizzes/time"))
    assert post(trainer, "/p/quizzes/time", {"person": "99999", "percent": "50"}).status_code == 422
    assert post(trainer, "/p/quizzes/time", {"person": viewer.id, "percent": "900"}).status_code == 422
    post(trainer, "/p/quizzes/time", {"person": viewer.id, "percent": "0"})
    with room.db.read() as session:
        assert session.scalars(select(Allowance)).all() == []
