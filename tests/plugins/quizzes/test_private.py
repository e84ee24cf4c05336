"""What people say about questions is stored without personal data by the site's own rules; what they answer is never touched."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from kbplatform.app import create_app, platform_of
from kbplatform.sdk import Actor, utcnow
from kbplatform.viewer import CLI
from kbplatform_quizzes.authoring import settle_flag
from kbplatform_quizzes.models import Assignment, AttemptItem, BankQuestion, Flag

SITE_RULE = """
[[rule]]
id = "member"
zh = "会员号"
en = "member number"
pattern = "VIP#{6}"
"""
SECRETS = ("VIP123456", "13800138000")
SAID = "会员 VIP123456，电话 13800138000，题干不清"
KEPT = "会员 〔会员号〕，电话 〔手机号〕，题干不清"


@pytest.fixture
def kb_app(data_dir, kb_settings):
    (data_dir / "masking.toml").write_text(SITE_RULE, "utf-8")
    app = create_app(kb_settings(data_dir=data_dir))
    yield app
    platform_of(app).close()


@pytest.fixture
def trainer(kb_app, kb_login):
    platform_of(kb_app).accounts.teams.create(CLI, key="hotline", name="hotline")
    return kb_login(kb_app, "trainer", teams=("hotline",), name="王老师")


@pytest.fixture
def taker(kb_app, kb_login, trainer):
    return kb_login(kb_app, "agent", teams=("hotline",), name="李娜")


@pytest.fixture
def viewer_of(room):
    from kbplatform.accounts.models import User
    from kbplatform.sdk import Viewer

    def find(name):
        with room.db.read() as session:
            number = session.scalar(select(User.id).where(User.name == name))
        return Viewer(id=number, name=name, teams=frozenset({"hotline"}))

    return find


def test_a_flag_an_assignment_and_what_is_said_to_a_flag(room, trainer, taker, post):
    with room.db.read() as session:
        number, slug, key = session.execute(
            select(BankQuestion.id, BankQuestion.slug, BankQuestion.key).where(BankQuestion.slug == "complaint-handling")
        ).first()
    assert taker.post("/api/v1/p/quizzes/flags", json={"question": number, "note": SAID}).status_code in {201, 400}
    assert post(taker, "/p/quizzes/flag", {"question": number, "note": SAID}).status_code == 303
    assigned = {"what": "article:complaint-handling", "to_team": "hotline", "due": utcnow().date().isoformat(), "note": SAID}
    assert post(trainer, "/p/quizzes/assignments/new", assigned).status_code == 303
    with room.db.write() as session:
        flag = session.scalars(select(Flag)).one()
        assert flag.note == KEPT
        settle_flag(session, slug, key, flag.id, SAID, Actor(1, "192.0.2.1"), room.services.masking)
        assert flag.answer == KEPT
        assert session.scalars(select(Assignment.note)).one() == KEPT


def test_a_trainer_s_comment_is_masked_and_the_trainer_told_and_the_essay_stays_as_it_was_written(room, trainer, taker, viewer_of, post):
    li, essay = viewer_of("李娜"), f"我会打 13800138000 给他。\n{SAID}"
    token = room.take(room.quiz(keys="long"), li, long=essay)
    page = trainer.get(f"/p/quizzes/marking/{token}/0").get_data(as_text=True)
    assert "客户的号码和姓名会被遮住" in page
    done = post(trainer, f"/p/quizzes/marking/{token}/0", {"points.0": "1", "points.1": "2", "comment": f"第一行\n{SAID}"}, follow_redirects=True)
    assert "评语里的号码、姓名没有存" in done.get_data(as_text=True)
    (reviewed,) = room.look(token, li).reviewed
    assert [j.comment for j in reviewed.judgements] == [f"第一行\n{KEPT}"]
    with room.db.read() as session:
        item = session.scalars(select(AttemptItem)).one()
        assert (item.answer, item.sent) == (essay, {"q0": [essay]})


def test_nothing_masked_is_left_in_the_database(room, trainer, taker, post, kb_app):
    with room.db.read() as session:
        number = session.scalars(select(BankQuestion.id).where(BankQuestion.slug == "complaint-handling")).first()
    post(taker, "/p/quizzes/flag", {"question": number, "note": SAID})
    with room.db.read() as session:
        stored = session.connection().connection.driver_connection.iterdump()
        dump = "\n".join(stored)
    assert "会员号" in dump
    assert not [s for s in SECRETS if s in dump]


def test_an_essay_says_who_reads_it(room, taker, viewer_of):
    token = room.start(room.quiz(keys="long"), viewer_of("李娜"))
    page = taker.get(f"/p/quizzes/a/{token}").get_data(as_text=True)
    assert "培训师会照您写的看" in page
