"""What is known of a person is theirs to see, and goes with them; the figures of a quiz stay true."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from kbplatform.db import Base
from kbplatform_quizzes.models import Allowance, Assignment, Attempt, AttemptEvent, AttemptItem, Flag, Reading
from kbplatform_quizzes.personal import personal_data

SECRET = "我家住在中山路三号"


@pytest.fixture
def left(room, taker, person, right):
    """The room after somebody took quizzes in it, with an essay marked, one waiting, and one attempt under way."""
    quiz = room.quiz(keys="truth words long", pass_percent=50)
    marked = room.take(quiz, taker, truth=False, words="退款", long=SECRET)
    room.take(quiz, taker, truth=False, words="可以退款", long=SECRET)
    room.answer(room.start(quiz, taker), taker, long=SECRET)
    room.take(quiz, person(8), truth=False, long="别人写的")
    with room.db.write() as session:
        attempt = session.scalars(select(Attempt).where(Attempt.token == marked)).one()
        at = datetime(2026, 11, 27, tzinfo=UTC)
        for position in (1, 2):
            data = {"fraction": 0.5, "points": [1, 1], "comment": f"写得像{SECRET}"}
            session.add(AttemptEvent(attempt_id=attempt.id, kind="marked", position=position, by=3, data=data, at=at))
        session.flush()
        room.sittings.score(session, attempt)
        question = session.scalars(select(AttemptItem.question_id)).first()
        session.add_all([
            Reading(user_id=taker.id, slug="greeting"), Allowance(user_id=taker.id, percent=25, by=3),
            Flag(question_id=question, reason="taker", note=SECRET, by=taker.id), Assignment(slug="greeting", user_id=taker.id, note=SECRET, by=3),
            Assignment(slug="greeting", team="billing", note="全组", by=taker.id),
        ])  # fmt: skip
    return room


def ask(room, number, *, erase=False):
    with room.db.write() as session:
        return personal_data(number, session, erase=erase)


def test_everything_known_of_a_person_is_told(left, taker):
    known = json.loads(json.dumps(ask(left, taker.id).data, ensure_ascii=False))
    assert [(a["quiz"], a["number"], a["state"]) for a in known["attempts"]] == [("shelf", 1, "done"), ("shelf", 2, "done"), ("shelf", 3, "going")]
    assert known["attempts"][0]["answers"][2]["answer"] == SECRET
    assert {e["kind"] for e in known["attempts"][0]["events"]} == {"started", "answered", "ended", "marked"}
    assert [r["article"] for r in known["readings"]] == ["greeting"]
    assert known["flags"][0]["note"] == known["assignments"][0]["note"] == SECRET
    assert (known["given"][0]["team"], known["more_time_percent"]) == ("billing", 25)
    assert "别人写的" not in json.dumps(known, ensure_ascii=False)


def test_whoever_is_erased_leaves_marks_and_no_words(left, taker):
    with left.db.read() as session:
        before = session.scalars(select(Attempt.percent).where(Attempt.user_id == taker.id, Attempt.percent.is_not(None))).all()
    assert before == [pytest.approx(200 / 3)]
    assert ask(left, taker.id, erase=True) is None
    assert [a for a in ask(left, taker.id).data.values() if a] == []
    with left.db.read() as session:
        rows = [row for table in Base.metadata.sorted_tables if table.name.startswith("quizzes_") for row in session.execute(select(table)).all()]
        assert SECRET not in repr(rows)
        assert "别人写的" in repr(rows)
        theirs = session.scalars(select(Attempt).where(Attempt.user_id.is_(None)).order_by(Attempt.number)).all()
        assert [(a.percent, a.waiting) for a in theirs] == [(before[0], 0), (None, 0)]
        assert session.scalar(select(func.count()).select_from(Attempt).where(Attempt.state != "done")) == 0
        for attempt in theirs[:1]:  # marked again by its events it is what it was
            assert left.sittings.shown(session, attempt, "zh", everything=True).percent == before[0]


def test_marks_stay_what_they_are_when_an_erased_attempt_is_marked_again(left, taker):
    ask(left, taker.id, erase=True)
    with left.db.write() as session:
        attempt = session.scalars(select(Attempt).where(Attempt.user_id.is_(None)).order_by(Attempt.number)).first()
        was = attempt.percent
        left.sittings.score(session, attempt)
        assert attempt.percent == was
