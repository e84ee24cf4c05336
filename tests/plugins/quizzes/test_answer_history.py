"""What is kept of one answer while it is given: nonsense never, and of many steps only so much."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from kbplatform.sdk import Conflict, InvalidInput
from kbplatform_quizzes.attempts.records import records
from kbplatform_quizzes.attempts.thinning import MOST_CHARS, MOST_EVENTS
from kbplatform_quizzes.models import Attempt, AttemptEvent


@pytest.mark.parametrize("nonsense", ["7", "x", "0.0.0.0", "-1", "0..1", "9.9"])
def test_a_choice_that_isn_t_there_is_refused_and_the_call_goes_on(room, taker, nonsense):
    token = room.start(room.quiz(keys="call"), taker)
    for path in ("0", "0.0"):
        with pytest.raises(InvalidInput):
            room.sittings.save(taker, token, 0, {"q0": [nonsense]})
        (asked,) = room.look(token, taker).asked
        assert asked.path == path[:-1].rstrip(".")
        assert room.sittings.save(taker, token, 0, {"q0": [path]}).answered
    assert room.look(token, taker).asked[0].path == "0.0"


def test_a_number_far_ahead_leaves_room_for_those_that_follow(room, taker):
    token = room.start(room.quiz(keys="words"), taker)
    with pytest.raises(InvalidInput):
        room.sittings.save(taker, token, 0, {"q0": ["好"]}, rev=1_000_000)
    assert room.sittings.save(taker, token, 0, {"q0": ["好"]}, rev=1).answered


def kept_of(room, *kinds):
    """How many events of these kinds there are, and the characters of their JSON."""
    with room.db.read() as session:
        rows = session.scalars(select(AttemptEvent).where(AttemptEvent.kind.in_(kinds)).order_by(AttemptEvent.id)).all()
    return len(rows), sum(len(json.dumps(row.data)) for row in rows), rows


def test_an_essay_saved_as_it_is_typed_keeps_few_steps_and_the_newest(crowd, taker):
    room = crowd
    token = room.start(room.quiz(keys="long words"), taker)
    for n in range(1, 301):
        room.sittings.save(taker, token, 0, {"q0": ["字" * n]}, rev=n)
    room.sittings.save(taker, token, 1, {"q1": ["可以退款"]})
    rows, _, kept = kept_of(room, "answered")
    assert rows <= MOST_EVENTS + 4
    lengths = [len(e.data["answer"]) for e in kept if e.position == 0]
    assert (lengths[0], lengths[-1]) == (1, 300)
    for n in range(301, 340):
        room.sittings.save(taker, token, 0, {"q0": ["字" * 19_000 + str(n)]}, rev=n)
        assert kept_of(room, "answered")[1] < MOST_CHARS + 3 * 7 * 20_000
    room.sittings.submit(taker, token)
    assert room.look(token, taker).reviewed[0].sent == {"q0": ["字" * 19_000 + "339"]}
    with room.db.read() as session:
        attempt = session.scalars(select(Attempt)).one()
        played = records(session, room.bank, [attempt]).outcome(attempt).items
    assert [played[0].answer[-3:], played[1].answer] == ["339", "可以退款"]


def test_what_was_typed_after_an_answer_and_what_came_too_late_are_bounded_too(room, taker):
    token = room.start(room.quiz(keys="number", minutes=10), taker)
    room.sittings.save(taker, token, 0, {"q0": ["20"]}, sure=True)
    for n in range(200):
        room.sittings.save(taker, token, 0, {"q0": ["很多" + "多" * n]})
    rows, _, kept = kept_of(room, "answered", "drafted")
    assert rows <= MOST_EVENTS + 3
    assert [e.data["answer"] for e in kept if e.kind == "answered"] == ["20"]
    room.clock.go(hours=1)
    for n in range(200):
        with pytest.raises(Conflict):
            room.sittings.save(taker, token, 0, {"q0": [str(n)]})
    rows, _, kept = kept_of(room, "late")
    assert rows <= MOST_EVENTS + 3
    assert (kept[0].data["answer"], kept[-1].data["answer"]) == ("0", "199")
