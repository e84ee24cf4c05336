"""An attempt loses nothing, ends once, has one score, and shows no more than the quiz allows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kbplatform.events import Outbox
from kbplatform.sdk import Conflict, InvalidInput, NotFound, Text
from kbplatform_quizzes.attempts.rules import Pool, Rule
from kbplatform_quizzes.attempts.sittings import FINISHED
from kbplatform_quizzes.models import Allowance, Attempt, AttemptEvent


def events(room, kind=None):
    with room.db.read() as session:
        rows = session.scalars(select(AttemptEvent).order_by(AttemptEvent.id)).all()
    return [(e.kind, e.position, e.data) for e in rows if kind in {None, e.kind}]


def finished(room):
    return [e.payload for e in Outbox(room.db).after(0, 1000) if e.topic == FINISHED]


# ---------------------------------------------------------------------- taking


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_kind_answered_right_is_all_right(room, taker, lang, right):
    quiz = room.quiz(keys=" ".join(right), pass_percent=100)
    token = room.start(quiz, taker)
    assert all(saved.answered and saved.problem is None for saved in room.answer(token, taker, **right).values())
    room.sittings.submit(taker, token)
    after = room.look(token, taker, lang)
    assert (after.state, after.percent, after.passed, after.waiting) == ("done", 100.0, True, 0)
    assert [r.fraction for r in after.reviewed] == [1.0] * len(right)
    assert finished(room) == [{
        "attempt": token, "quiz": "shelf", "practice": None, "user": taker.id, "kind": "graded", "number": 1, "percent": 100.0, "passed": True,
    }]  # fmt: skip


def test_answers_are_there_again_in_another_browser_and_language(room, taker):
    token = room.start(room.quiz(), taker)
    room.answer(token, taker, many=[1], words="也许", call=[0])
    assert room.start(room.quizzes.get("shelf"), taker) == token
    asked = {a.face.kind: a for a in room.look(token, taker, "en").asked}
    assert asked["shortanswer"].sent == {"q3": ["也许"]}
    shown = asked["multiple"].face.fields[0].options[int(asked["multiple"].sent["q1"][0])]
    assert shown == "Call back"
    assert asked["scenario"].path == "0"
    assert asked["scenario"].walk.at.says.en == "Broken"
    assert {a.face.kind for a in room.look(token, taker).asked if a.answered} == {"multiple", "shortanswer", "scenario"}


def test_half_an_answer_is_kept_as_typed_but_counts_as_none(room, taker):
    token = room.start(room.quiz(keys="number order"), taker)
    room.answer(token, taker, number="20")
    saved = room.sittings.save(taker, token, 0, {"q0": ["二十"]})
    assert (saved.answered, saved.problem.en) == (False, "Write a number, for example 33.3")
    assert room.sittings.save(taker, token, 1, {"q1.0": ["1"]}).problem is not None
    asked = room.look(token, taker).asked
    assert [a.sent for a in asked] == [{"q0": ["二十"]}, {"q1.0": ["1"]}]
    room.sittings.submit(taker, token)
    assert [(r.answered, r.fraction) for r in room.look(token, taker).reviewed] == [(False, 0.0), (False, 0.0)]


def test_an_older_answer_that_arrives_late_changes_nothing(room, taker):
    token = room.start(room.quiz(keys="words"), taker)
    assert room.sittings.save(taker, token, 0, {"q0": ["新的"]}, rev=5).rev == 5
    old = room.sittings.save(taker, token, 0, {"q0": ["旧的"]}, rev=4)
    assert (old.stale, old.rev) == (True, 5)
    assert room.look(token, taker).asked[0].sent == {"q0": ["新的"]}


def test_the_same_answer_sent_again_is_one_event(room, taker):
    token = room.start(room.quiz(keys="words"), taker)
    for rev in (1, 1, 2):
        room.sittings.save(taker, token, 0, {"q0": ["好的"]}, sure=True, rev=rev)
    assert len(events(room, "answered")) == 1


def test_what_was_said_on_a_call_can_t_be_unsaid(room, taker):
    token = room.start(room.quiz(keys="call"), taker)
    room.sittings.save(taker, token, 0, {"q0": ["0"]})
    with pytest.raises(Conflict):
        room.sittings.save(taker, token, 0, {"q0": ["1"]})
    assert room.sittings.save(taker, token, 0, {"q0": ["0.1"]}).answered
    with pytest.raises(Conflict):
        room.sittings.save(taker, token, 0, {"q0": [""]})


@pytest.mark.parametrize(("position", "sent"), [(0, {"q0": ["9"]}), (1, {"q1": ["x"]}), (4, {"q4": ["很多"]})])
def test_what_is_no_answer_is_told_in_words(room, taker, position, sent):
    saved = room.sittings.save(taker, room.start(room.quiz(), taker), position, sent)
    assert (saved.answered, bool(saved.problem.zh), bool(saved.problem.en)) == (False, True, True)


def test_an_essay_too_long_to_keep_is_refused_with_its_limit(room, taker):
    with pytest.raises(InvalidInput, match="20,000"):
        room.sittings.save(taker, room.start(room.quiz(), taker), 9, {"q9": ["字" * 20_001]})


def test_an_attempt_of_somebody_else_is_not_there(room, taker, person):
    token = room.start(room.quiz(), taker)
    for act in (room.sittings.submit, room.sittings.pause, room.sittings.resume):
        with pytest.raises(NotFound):
            act(person(8), token)
    with pytest.raises(NotFound):
        room.sittings.save(person(8), token, 0, {"q0": ["0"]})
    with pytest.raises(NotFound):
        room.look(token, person(8))
    with pytest.raises(NotFound):
        room.sittings.save(taker, token, 99, {})


# ---------------------------------------------------------------------- time


def test_after_the_deadline_and_its_grace_an_answer_is_kept_but_not_counted(room, taker):
    token = room.start(room.quiz(keys="truth words", minutes=10, grace=30), taker)
    room.answer(token, taker, truth=False)
    room.clock.go(minutes=10, seconds=29)
    assert room.answer(token, taker, words="可以退款")["words"].seconds_left == 0
    room.clock.go(seconds=2)
    for _ in range(2):
        with pytest.raises(Conflict, match="too late"):
            room.answer(token, taker, words="不可以")
    after = room.look(token, taker)
    assert (after.state, after.ended_by, after.percent) == ("done", "time", 100.0)
    assert [data for _, _, data in events(room, "late")] == [{"answer": "不可以"}] * 2


def test_an_attempt_nobody_came_back_to_ends_at_its_deadline(room, taker):
    token = room.start(room.quiz(keys="truth", minutes=10), taker)
    room.answer(token, taker, truth=False)
    room.clock.go(hours=5)
    after = room.look(token, taker)
    assert (after.state, after.ended_at - after.started_at, after.percent) == ("done", timedelta(minutes=10), 100.0)


def test_overdue_attempts_are_ended_together(room, person):
    quiz = room.quiz(keys="truth", minutes=10)
    tokens = [room.start(quiz, person(n)) for n in range(5)]
    room.clock.go(minutes=11)
    with room.db.write() as session:
        assert room.sittings.settle_overdue(session) == 5
        assert room.sittings.settle_overdue(session) == 0
    assert all(room.look(token, person(n)).state == "done" for n, token in enumerate(tokens))


def test_more_time_for_who_needs_it(room, taker, person):
    with room.db.write() as session:
        session.add(Allowance(user_id=taker.id, percent=50, by=None))
    quiz = room.quiz(minutes=10)
    assert room.look(room.start(quiz, taker), taker).seconds_left == 900
    assert room.look(room.start(quiz, person(8)), person(8)).seconds_left == 600


def test_a_call_comes_in_and_the_clock_stands_still(room, taker):
    token = room.start(room.quiz(keys="truth", minutes=10), taker)
    room.clock.go(minutes=4)
    room.sittings.pause(taker, token)
    room.clock.go(hours=1)
    paused = room.look(token, taker)
    assert (paused.state, paused.seconds_left, paused.asked) == ("paused", 360, ())
    with pytest.raises(Conflict, match="paused"):
        room.answer(token, taker, truth=False)
    room.sittings.resume(taker, token)
    assert room.look(token, taker).seconds_left == 360
    assert events(room, "resumed") == [("resumed", None, {"seconds": 3600})]


def test_an_exam_knows_no_pause_and_records_leaving_and_training_does_the_opposite(room, taker):
    exam = room.start(room.quiz("exam", exam=True), taker)
    with pytest.raises(Conflict):
        room.sittings.pause(taker, exam)
    room.sittings.left(taker, exam, 12.4)
    assert events(room, "left") == [("left", None, {"seconds": 12})]
    assert room.look(exam, taker).left == 1
    training = room.start(room.quiz("training"), taker)
    room.sittings.left(taker, training, 12.4)
    assert len(events(room, "left")) == 1


@pytest.mark.parametrize(
    ("state", "opens", "closes", "said"),
    [("draft", 0, 0, "isn't open"), ("closed", 0, 0, "is closed"), ("open", 1, 2, "opens on"), ("open", -2, -1, "is closed")],
)
def test_a_quiz_that_is_not_open_says_so(room, taker, state, opens, closes, said):
    quiz = room.quiz()
    rule = replace(quiz.rule, opens_at=room.clock() + timedelta(hours=opens) if opens else None, closes_at=room.clock() + timedelta(hours=closes) if closes else None)
    with pytest.raises(Conflict, match=said):
        room.start(replace(quiz, state=state, rule=rule), taker)


# ---------------------------------------------------------------------- exactly once


def test_attempts_are_limited(room, taker):
    quiz = room.quiz(keys="truth", attempts=2)
    room.take(quiz, taker)
    room.take(quiz, taker)
    with pytest.raises(Conflict, match="2 times"):
        room.start(quiz, taker)


def test_fifty_submits_at_once_are_one_score(crowd, taker):
    token = crowd.start(crowd.quiz(keys="truth words"), taker)
    crowd.answer(token, taker, truth=False)
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda _: crowd.sittings.submit(taker, token), range(50)))
    assert len(finished(crowd)) == 1
    assert len(events(crowd, "ended")) == 1
    assert crowd.look(token, taker).percent == 50.0


def test_fifty_starts_at_once_are_one_attempt_and_the_limit_holds(crowd, taker):
    quiz = crowd.quiz(keys="truth", attempts=1)
    with ThreadPoolExecutor(10) as pool:
        tokens = set(pool.map(lambda _: crowd.start(quiz, taker), range(50)))
    assert len(tokens) == 1
    crowd.sittings.submit(taker, *tokens)

    def refused(_):
        with pytest.raises(Conflict):
            crowd.start(quiz, taker)

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(refused, range(20)))
    with crowd.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == 1


def test_answers_and_the_end_at_once_lose_nothing_that_was_confirmed(crowd, taker):
    token = crowd.start(crowd.quiz(keys="words truth"), taker)

    def act(number):
        if number == 15:
            return crowd.sittings.submit(taker, token)
        try:
            return crowd.sittings.save(taker, token, 0, {"q0": [f"第 {number} 版"]}, rev=number)
        except Conflict:
            return None

    with ThreadPoolExecutor(8) as pool:
        saved = [s for s in pool.map(act, range(1, 30)) if s is not None and not s.stale]
    assert crowd.look(token, taker).reviewed[0].sent == {"q0": [f"第 {max(s.rev for s in saved)} 版"]}


# ---------------------------------------------------------------------- afterwards


def test_an_essay_waits_for_a_person_and_so_does_the_score(room, taker):
    token = room.take(room.quiz(keys="truth long"), taker, truth=False, long="我会先道歉。")
    after = room.look(token, taker)
    assert (after.percent, after.passed, after.waiting) == (None, None, 1)
    assert finished(room) == []


def test_nothing_but_the_score_where_the_quiz_shows_nothing(room, taker, right):
    never = room.look(room.take(room.quiz("never", review="never"), taker, **right), taker)
    assert (never.reviewed, never.asked) == ((), ())
    marks = room.look(room.take(room.quiz("marks", keys="one", shown=frozenset({"marks"})), taker, one=1), taker).reviewed
    assert [(r.fraction, r.feedback, r.solution) for r in marks] == [(0.0, (), ())]


def test_a_quiz_that_shows_answers_once_closed(room, taker):
    quiz = room.quiz(keys="one", review="closed", closes_at=room.clock() + timedelta(hours=1))
    token = room.take(quiz, taker, one=1)
    assert room.look(token, taker).reviewed == ()
    room.clock.go(hours=2)
    (shown,) = room.look(token, taker).reviewed
    assert (shown.feedback, shown.solution, shown.section, shown.slug) == (("来电人会更急", "先听完"), ("听完",), "steps", "shelf-life")


def test_certainty_shows_what_one_was_wrongly_sure_of(room, taker):
    token = room.start(room.quiz(keys="truth words"), taker)
    room.sittings.save(taker, token, 0, {"q0": ["0"]}, sure=True)
    room.sittings.save(taker, token, 1, {"q1": ["不对"]}, sure=False)
    room.sittings.submit(taker, token)
    after = room.look(token, taker)
    assert [r.position for r in after.confidently_wrong] == [0]
    assert [r.position for r in after.wrong] == [0, 1]


def test_the_wrong_ones_again_count_for_nothing(room, taker):
    quiz = room.quiz(keys="one truth words", attempts=1)
    token = room.take(quiz, taker, one=0, truth=True)
    again = room.sittings.again(taker, token, "zh")
    assert room.sittings.again(taker, token, "zh") == again
    assert {a.face.kind for a in room.look(again, taker).asked} == {"truefalse", "shortanswer"}
    room.answer(again, taker, truth=False, words="refund")
    room.sittings.submit(taker, again)
    assert room.look(again, taker).percent == 100.0
    with pytest.raises(Conflict):
        room.sittings.again(taker, again, "zh")
    with pytest.raises(Conflict, match="taken once"):
        room.start(quiz, taker)


def test_a_retired_or_rewritten_question_stays_as_it_was_in_the_attempt(room, taker):
    token = room.start(room.quiz(keys="truth"), taker)
    room.fill("questions:\n- {id: truth-new, type: truefalse, stem: 换了, right: true}\n")
    room.answer(token, taker, truth=False)
    room.sittings.submit(taker, token)
    assert room.look(token, taker).reviewed[0].face.stem == "可以先退款"


# ---------------------------------------------------------------------- rules


def test_a_rule_is_read_back_as_it_was_written(room):
    rule = Rule(pools=(Pool(("a",), ("single",), ("t",), (1, 3), ("a/b",), 4),), minutes=5, exam=True, review="closed", opens_at=room.clock())
    assert Rule.read(rule.written()) == rule


@pytest.mark.parametrize(
    ("field", "value"),
    [("pools", []), ("pools", "all"), ("minutes", -1), ("minutes", "ten"), ("minutes", 1.5), ("pass_percent", 101), ("review", "always"),
     ("exam", 1), ("opens_at", "tomorrow"), ("shown", [1]), ("colour", "red"), ("markers", 3)],
)  # fmt: skip
def test_a_bad_rule_is_told_by_field(field, value):
    with pytest.raises(InvalidInput) as caught:
        Rule.read({"pools": [{}]} | {field: value})
    assert [e.field for e in caught.value.fields] == [field]
    with pytest.raises(InvalidInput) as caught:
        Rule.read({"pools": [{"count": -1, "difficulty": [9]}]})
    assert [e.field for e in caught.value.fields] == ["pools.0.difficulty", "pools.0.count"]


def test_a_draw_depends_on_its_seed_alone_and_takes_nothing_twice(room):
    rule = Rule(pools=(Pool(kinds=("single", "truefalse"), count=1), Pool(count=5)))
    known = room.bank.of("shelf-life")
    drawn = rule.draw(known, "s")
    assert [s.id for s in drawn] == [s.id for s in rule.draw(reversed(known), "s")]
    assert len({s.id for s in drawn}) == 6
    assert len({tuple(s.id for s in rule.draw(known, str(n))) for n in range(20)}) > 10


def test_what_one_may_not_read_one_is_not_asked(room, taker):
    with pytest.raises(Conflict, match="no questions"):
        room.sittings.start(taker, room.quiz(), "zh", lambda slugs: set())


def test_each_practice_has_a_quiz_by_itself_whose_title_follows_until_somebody_changes_it(room):
    assert room.quizzes.ensure({"shelf-life": Text("保质", "Shelf")}) == 1
    assert room.quizzes.ensure({"shelf-life": Text("保质", "Shelf")}) == 0
    assert room.quizzes.ensure({"shelf-life": Text("保质期", "Shelf")}) == 1
    assert room.quizzes.get("practice-shelf-life").title == Text("考核：保质期", "Test: Shelf")
