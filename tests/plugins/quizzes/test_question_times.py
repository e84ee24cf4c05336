"""How long questions take, by when answers arrived; and more attempts than are looked at together."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sitting import QUIZ_RULE, SLUG, START, quiz, single, stored
from sqlalchemy import insert

from kbplatform.app import platform_of
from kbplatform.sdk import Text
from kbplatform.viewer import CLI
from kbplatform_quizzes.attempts.quizzes import Wanted
from kbplatform_quizzes.attempts.rules import Pool, Rule
from kbplatform_quizzes.models import Attempt, AttemptItem
from kbplatform_quizzes.statistics.analysis import analyse
from kbplatform_quizzes.statistics.sample import PART, Scope, load
from kbplatform_quizzes.statistics.timing import IDLE_S, Step, spent


def steps(*told):
    """Steps from (seconds after the start, kind[, position])."""
    return [Step(kind, position[0] if position else None, START + timedelta(seconds=after)) for after, kind, *position in told]


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ([], {}),
        ([(20, "answered", 0), (50, "answered", 1)], {0: 20, 1: 30}),
        ([(20, "answered", 0), (50, "answered", 1), (60, "answered", 0)], {0: 30, 1: 30}),
        ([(20, "drafted", 2), (25, "answered", 2)], {2: 25}),
        ([(20, "paused"), (500, "resumed"), (510, "answered", 0)], {0: 30}),
        ([(20, "paused"), (500, "resumed"), (505, "paused"), (900, "resumed"), (910, "answered", 0), (915, "answered", 1)], {0: 35, 1: 5}),
        ([(5_000, "answered", 0), (5_010, "late", 1)], {0: IDLE_S, 1: 10}),
        ([(200, "paused"), (300, "resumed"), (500, "answered", 0)], {0: IDLE_S}),
        ([(-30, "answered", 0), (10, "answered", 1)], {0: 0, 1: 40}),
    ],
    ids=["nothing sent", "one after the other", "back to the first", "typed, then answered", "a pause", "two pauses", "idle", "idle around a pause", "clock turned back"],
)
def test_a_question_has_the_time_since_what_was_sent_before(told, seconds):
    assert spent(START, steps(*told)) == seconds


def test_the_median_is_of_those_who_sent_something_and_needs_ten(room, person):
    shelf = room.quiz(keys="one truth number")

    def take(number, answered_after):
        viewer = person(number)
        token = room.start(shelf, viewer)
        room.clock.go(seconds=answered_after)
        room.answer(token, viewer, one=0)
        if number > 1:
            room.clock.go(seconds=7)
            room.answer(token, viewer, truth=False)
        room.clock.go(hours=1)
        room.sittings.submit(viewer, token)

    def seconds():
        with room.db.read() as session:
            items = analyse(load(session, room.bank, shelf.id, Scope())).items
        return {item.wording.question.id: item.figures and item.figures.seconds for item in items}

    for number in range(1, 11):
        take(number, 10 * number)
    assert seconds() == {"one": 55, "truth": None, "number": None}
    take(11, 4_000)
    assert seconds() == {"one": 60, "truth": 7, "number": None}


def test_pages_and_files_show_it(room, person, kb_app, kb_login):
    room.fill(slug=SLUG)  # of an article that is there, so that the file may name its questions
    rule = Rule(pools=(Pool(practices=(SLUG,), keys=(f"{SLUG}/one",)),))
    shelf = room.quizzes.create(Wanted("shelf", Text("保质期", "Shelf life"), "open", rule), CLI)
    for number in range(1, 11):
        viewer = person(number)
        token = room.start(shelf, viewer)
        room.clock.go(seconds=83)
        room.answer(token, viewer, one=0)
        room.sittings.submit(viewer, token)
    owner = kb_login(kb_app, "owner")
    owner.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh"
    page = owner.get("/p/quizzes/q/shelf/statistics").get_data(as_text=True)
    assert page.count("<dd>1 分 23 秒</dd>") == 2, "of the whole and of the question"
    heading, row = owner.get("/p/quizzes/q/shelf/statistics.csv").get_data(as_text=True).splitlines()
    assert row.split(",")[heading.split(",").index("用时中位数（秒）")] == "83.0"
    assert owner.get("/api/v1/p/quizzes/q/shelf/statistics").get_json()["items"][0]["seconds"] == 83.0


def test_more_attempts_than_are_looked_at_together_come_in_parts_and_none_is_left_out(kb_app, kb_login):
    db, question, more = platform_of(kb_app).db, single("bulk"), 11
    number, quiz_id = stored(db, question)["bulk"], quiz(db)
    with db.write() as session:
        attempts = [
            {"id": n, "token": f"t{n}", "quiz_id": quiz_id, "user_id": n, "kind": "graded", "number": 1, "rule": QUIZ_RULE.written(), "seed": "s", "lang": "zh",
             "started_at": START, "ended_at": START + timedelta(seconds=n), "state": "done", "percent": 0.0 if n <= more else 100.0, "passed": n > more}
            for n in range(1, PART + more + 1)
        ]  # fmt: skip
        session.execute(insert(Attempt), attempts)
        items = [
            {"attempt_id": a["id"], "position": 0, "question_id": number, "version": question.version, "answer": 0 if a["passed"] else 1, "fraction": a["percent"] / 100}
            for a in attempts
        ]
        session.execute(insert(AttemptItem), items)
    owner = kb_login(kb_app, "owner")
    owner.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    newest, older, none = (owner.get(f"/api/v1/p/quizzes/q/basics/statistics?part={part}").get_json() for part in (1, 2, 3))
    assert [(p["n"], p["total"]) for p in (newest, older, none)] == [(PART, PART + more), (more, PART + more), (0, PART + more)]
    assert (newest["whole"]["mean"], older["whole"]["mean"]) == (100.0, 0.0)
    page = owner.get("/p/quizzes/q/basics/statistics").get_data(as_text=True)
    assert ('href="?part=2">Older ones</a>' in page, "Newer ones" in page, f"Of {PART + more}, these are the ones from number 1," in page) == (True, False, True)
    page = owner.get("/p/quizzes/q/basics/statistics?part=2").get_data(as_text=True)
    assert ("Older ones" in page, "Newer ones" in page, f"from number {PART + 1}," in page, "statistics.csv?part=2" in page) == (False, True, True, True)
