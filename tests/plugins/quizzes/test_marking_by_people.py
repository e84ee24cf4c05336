"""Essays are marked by people of one's own teams; a mended key marks everybody again, after a look at who changes."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from kbplatform.accounts.people import NewPerson
from kbplatform.app import platform_of
from kbplatform.sdk import Actor, Conflict, InvalidInput, NotFound, Viewer
from kbplatform.viewer import CLI
from kbplatform_quizzes.attempts.carrying import CantCarry, carry
from kbplatform_quizzes.attempts.marking import Markers
from kbplatform_quizzes.attempts.regrade import Regrader
from kbplatform_quizzes.bank import read_sheet
from kbplatform_quizzes.models import BankQuestion
from kbplatform_quizzes.store import put


@pytest.fixture
def staff(kb_app):
    """Makes people: ``staff("Li", "hotline", "trainer")`` → a viewer."""
    accounts = platform_of(kb_app).accounts
    for key in ("hotline", "chat"):
        accounts.teams.create(CLI, key=key, name=key)

    def make(name, team="hotline", *roles):
        number = accounts.people.create(None, CLI, NewPerson(name, "", frozenset(roles), frozenset({team})))
        return Viewer(id=number, name=name, roles=frozenset(roles), teams=frozenset({team}))

    return make


@pytest.fixture
def markers(room):
    return Markers(room.services, room.bank, room.sittings)


@pytest.fixture
def regrader(room):
    return Regrader(room.db, room.bank, room.sittings)


def by(viewer):
    return Actor(viewer.id, "192.0.2.1")


def test_an_essay_is_marked_by_its_rubric_and_then_there_is_a_score(room, staff, markers):
    taker, trainer = staff("Li"), staff("Wang", "hotline", "trainer")
    token = room.take(room.quiz(keys="truth long"), taker, truth=False, long="我会先道歉，再说清时限。")
    (waiting,), total = markers.queue(trainer)
    assert (total, waiting.who, waiting.position, waiting.attempt) == (1, "Li", 1, token)
    assert [c.points for c in markers.look(trainer, token, 1, "zh").criteria] == [1, 3]
    markers.mark(trainer, by(trainer), token, 1, [1, 2], "时限再具体些")
    after = room.look(token, taker)
    assert (after.percent, after.passed, after.waiting) == (87.5, True, 0)
    assert [(j.fraction, j.comment) for j in after.reviewed[1].judgements] == [(0.75, "时限再具体些")]
    assert markers.queue(trainer) == ([], 0)
    markers.mark(trainer, by(trainer), token, 1, [0, 0], "看错了")
    assert room.look(token, taker).percent == 50.0


def test_two_markers_do_not_see_each_other_and_the_mean_counts(room, staff, markers):
    taker, one, two = staff("Li"), staff("Wang", "hotline", "trainer"), staff("Chen", "hotline", "trainer")
    token = room.take(room.quiz(keys="long", markers=2), taker, long="道歉")
    markers.mark(one, by(one), token, 0, [1, 3], "时限说得好")
    waiting = room.look(token, taker)
    assert (waiting.percent, waiting.reviewed[0].judgements, waiting.reviewed[0].rubric) == (None, (), ())
    assert markers.queue(one)[1] == 0
    assert markers.look(two, token, 0, "zh").others == ()
    markers.mark(two, by(two), token, 0, [1, 0])
    assert [j.by for j in markers.look(two, token, 0, "zh").others] == [one.id]
    after = room.look(token, taker)
    assert after.percent == 62.5
    assert [j.comment for j in after.reviewed[0].judgements] == ["时限说得好", ""]
    assert after.reviewed[0].rubric == (("道歉", 1.0, 1), ("时限", 1.5, 3))


def test_an_essay_is_not_practised_again_alone(room, staff, markers):
    taker, trainer = staff("Li"), staff("Wang", "hotline", "trainer")
    token = room.take(room.quiz(keys="truth long"), taker, truth=True, long="道歉")
    markers.mark(trainer, by(trainer), token, 1, [0, 0])
    again = room.sittings.again(taker, token, "zh")
    assert [a.face.kind for a in room.look(again, taker).asked] == ["truefalse"]
    only = room.take(room.quiz("essay", keys="long"), taker, long="道歉")
    markers.mark(trainer, by(trainer), only, 0, [0, 0])
    with pytest.raises(Conflict):
        room.sittings.again(taker, only, "zh")


def test_a_near_miss_waits_for_a_person_who_may_give_part_of_it(room, staff, markers):
    taker, trainer = staff("Li"), staff("Wang", "hotline", "trainer")
    token = room.take(room.quiz(keys="words"), taker, words="不可以退款")
    assert room.look(token, taker).percent is None
    markers.mark(trainer, by(trainer), token, 0, [0.5])
    assert room.look(token, taker).percent == 50.0


def test_only_the_people_of_ones_own_teams_and_never_oneself(room, staff, markers):
    taker, stranger = staff("Li", "hotline", "trainer"), staff("Zhao", "chat", "trainer")
    token = room.take(room.quiz(keys="long"), taker, long="道歉")
    for viewer in (stranger, taker):
        assert markers.queue(viewer) == ([], 0)
        with pytest.raises(NotFound):
            markers.mark(viewer, by(viewer), token, 0, [1, 3])
    owner = Viewer(id=999, roles=frozenset({"owner"}))
    assert markers.queue(owner)[1] == 1


@pytest.mark.parametrize(("points", "field"), [([1], "points.1"), ([2, 3], "points.0"), ([1, 3, 1], "points"), ([-1, 0], "points.0")])
def test_points_that_can_t_be_given_are_told(room, staff, markers, points, field):
    taker, trainer = staff("Li"), staff("Wang", "hotline", "trainer")
    token = room.take(room.quiz(keys="long"), taker, long="道歉")
    with pytest.raises(InvalidInput) as caught:
        markers.mark(trainer, by(trainer), token, 0, points)
    assert [e.field for e in caught.value.fields] == [field]


# ---------------------------------------------------------------------- regrade


def rewrite(room, key, text):
    """Give a question a new text; its number."""
    (question,) = read_sheet(f"questions:\n- {text}".encode()).questions
    with room.db.write() as session:
        row = session.scalars(select(BankQuestion).where(BankQuestion.key == key, BankQuestion.slug == "shelf-life")).one()
        put(session, row, question)
        return row.id


def test_a_mended_key_is_planned_then_done_then_nothing_is_left(room, staff, regrader):
    trainer = staff("Wang", "hotline", "trainer")
    li, zhang, other = staff("Li"), staff("Zhang"), staff("Zhao", "chat")
    quiz = room.quiz(keys="truth one", pass_percent=100)
    tokens = {who.name: room.take(quiz, who, one=0, truth=truth) for who, truth in ((li, True), (zhang, False), (other, True))}
    number = rewrite(room, "truth", "{id: truth, type: truefalse, section: dont, stem: {zh: 可以先退款, en: Refund first}, right: true}")

    assert regrader.behind(trainer, number) == 2
    plan = regrader.plan(trainer, number)
    told = [(c.who, c.before, c.after, c.passed_before, c.passed_after) for c in plan.changes]
    assert told == [("Li", 50.0, 100.0, False, True), ("Zhang", 100.0, 50.0, True, False)]
    assert room.look(tokens["Li"], li).percent == 50.0  # planning writes nothing

    assert regrader.regrade(trainer, by(trainer), number) == plan
    assert [room.look(tokens[w.name], w).percent for w in (li, zhang, other)] == [100.0, 50.0, 50.0]
    assert (regrader.plan(trainer, number).looked_at, regrader.behind(trainer, number)) == (0, 0)
    with room.db.read() as session:
        before = session.scalars(select(BankQuestion.version).where(BankQuestion.id == number)).one()
    assert before


def test_options_in_another_order_mark_what_was_chosen_not_where_it_stood(room, staff, regrader):
    trainer, li = staff("Wang", "hotline", "trainer"), staff("Li")
    token = room.take(room.quiz(keys="one"), li, one=0)
    number = rewrite(room, "one", "{id: one, type: single, stem: 先做什么, options: [{text: {zh: 打断, en: Interrupt}}, {text: {zh: 听完, en: Listen}, right: true}]}")
    assert regrader.regrade(trainer, by(trainer), number).changes == ()
    assert room.look(token, li).percent == 100.0


def test_an_option_that_is_gone_waits_for_a_person(room, staff, regrader, markers):
    trainer, li = staff("Wang", "hotline", "trainer"), staff("Li")
    token = room.take(room.quiz(keys="one"), li, one=1)
    number = rewrite(room, "one", "{id: one, type: single, stem: 先做什么, options: [{text: {zh: 听完, en: Listen}, right: true}, {text: 录音}, {text: 转接}]}")
    (change,) = regrader.regrade(trainer, by(trainer), number).changes
    assert (change.before, change.after) == (0.0, None)
    assert markers.queue(trainer)[1] == 1
    markers.mark(trainer, by(trainer), token, 0, [0.0])
    assert room.look(token, li).percent == 0.0


def body(text):
    return read_sheet(f"questions:\n- {{id: a, stem: x, {text}}}".encode()).questions[0].body


@pytest.mark.parametrize(
    ("old", "new", "answer", "carried"),
    [
        ("type: multiple, options: [{text: a, right: true}, {text: b}, {text: c}]", "type: multiple, options: [{text: c}, {text: a, right: true}, {text: b}]", [0, 2], [1, 0]),
        ("type: single, options: [{text: a, right: true}, {text: b}]", "type: single, options: [{text: a, right: true}, {text: b!}]", 1, 1),
        ("type: matching, pairs: [{left: l, right: r}, {left: m, right: s}]", "type: matching, pairs: [{left: m, right: s}, {left: l, right: r}]", [1, None], [None, 0]),
        ("type: ordering, items: [a, b, c]", "type: ordering, items: [c, a, b]", [0, 1, 2], [1, 2, 0]),
        ("type: ordering, items: [a, b, c]", "type: ordering, items: [a, b]", [0, 1, 2], CantCarry),
        ("type: single, options: [{text: a, right: true}, {text: b}]", "type: truefalse, right: true", 1, CantCarry),
        ("type: numerical, answers: [{value: 1}]", "type: numerical, answers: [{value: 2}]", "1", "1"),
        ('type: cloze, text: "{{p}}", gaps: {p: {type: single, options: [{text: a, right: true}, {text: b}]}}',
         'type: cloze, text: "{{p}}", gaps: {p: {type: single, options: [{text: b}, {text: a, right: true}]}}', {"p": 0}, {"p": 1}),
    ],
)  # fmt: skip
def test_answers_are_found_again_by_their_words(old, new, answer, carried):
    if carried is CantCarry:
        with pytest.raises(CantCarry):
            carry(body(old), body(new), answer)
    else:
        assert carry(body(old), body(new), answer) == carried


def test_a_role_play_is_followed_by_what_was_said(room):
    old = next(s.question.body for s in room.bank.of("shelf-life") if s.question.id == "call")
    scenes = list(old.scenes)
    from dataclasses import replace

    turned = replace(old, scenes=(replace(scenes[0], choices=scenes[0].choices[::-1]), scenes[1]))
    assert carry(old, turned, [0, 1]) == [1, 1]
    assert carry(old, turned, [0]) == [1]
    gone = replace(old, scenes=(replace(scenes[0], choices=(*scenes[0].choices[1:], replace(scenes[0].choices[1], to="good"))), scenes[1]))
    with pytest.raises(CantCarry):
        carry(old, replace(gone, scenes=(replace(gone.scenes[0], choices=gone.scenes[0].choices[:1]), scenes[1])), [0, 1])
