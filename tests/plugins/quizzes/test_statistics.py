"""Statistics of a quiz: who and what counts, from which number on, and what nobody is told."""

from __future__ import annotations

from datetime import date

import pytest
from sitting import migrated, quiz, single, sit, statement, stored

from kbplatform.sdk import Text
from kbplatform_quizzes.kinds import BUILT_IN
from kbplatform_quizzes.statistics.analysis import analyse
from kbplatform_quizzes.statistics.options import thirds
from kbplatform_quizzes.statistics.remarks import about_the_quiz, level, remarks
from kbplatform_quizzes.statistics.sample import Scope, load
from kbplatform_quizzes.store import Bank

A, B, C = single("a"), single("b", right=1), statement("c")


@pytest.fixture
def db(kb_database):
    return migrated(kb_database)


@pytest.fixture
def found(db):
    bank = Bank(db, BUILT_IN)

    def look(quiz_id, *, apart=False, **scope):
        with db.read() as session:
            return analyse(load(session, bank, quiz_id, Scope(**scope)), apart=apart)

    return look


def answers(ids, *given):
    """Answers to a, b and c: with ``True`` or ``False`` last, all of them sure or not."""
    return [(ids[q.id], q, answer, True) for q, answer in zip((A, B, C), given, strict=False)]


def fill(db, quiz_id, ids):
    """Twelve people: marks 3 2 1 0, three times over, with the order of a worked example."""
    for n in range(12):
        given = [(0, 1, True), (0, 1, False), (0, 2, False), (2, 0, False)][n % 4]
        sit(db, quiz_id, n + 1, answers(ids, *given))


def test_figures_of_a_small_class(db, found):
    ids = stored(db, A, B, C)
    number = quiz(db)
    fill(db, number, ids)
    stats = found(number)
    # totals 3 2 1 0, each three times: mean 50 %, Var = 3·(2.25 + .25 + .25 + 2.25)/11 = 15/11 points²
    assert (stats.n, stats.missing) == (12, 0)
    assert stats.whole.mean == pytest.approx(50)
    assert stats.whole.median == pytest.approx(50)
    assert stats.whole.deviation == pytest.approx(100 / 3 * (15 / 11) ** 0.5)
    assert stats.whole.bins == (3, 0, 0, 3, 0, 0, 3, 0, 0, 3)
    assert stats.whole.passed == 0.25
    # Var a = 9·(1/4)²+3·(3/4)² = 9/4 over 11; b: 12/4 = 3 over 11; c: 9/4 over 11; CIC = 150·(1 − 7.5/15) = 75
    assert stats.whole.cic == pytest.approx(75)
    assert stats.whole.standard_error == pytest.approx(stats.whole.deviation / 2)
    a, b, c = (item.figures for item in stats.items)
    assert (a.facility, b.facility, c.facility) == (0.75, 0.5, 0.25)
    # a with b + c (2 1 0 0): Cov·11/3 = .25·1.25 + .25·.25 − .25·.75 + .75·.75 = 3/4; Var a·11/3 = 3/4, Var r·11/3 = 11/4
    assert a.discrimination == pytest.approx(100 * 0.75 / (0.75 * 2.75) ** 0.5)
    assert a.efficiency == pytest.approx(100)
    # Cov with T, times 11/3: a .25·1.5 + .25·.5 − .25·.5 + .75·1.5 = 1.5; b .5·(1.5 + .5 + .5 + 1.5) = 2; c as a
    roots = [1.5**0.5, 2**0.5, 1.5**0.5]
    assert [f.weight for f in (a, b, c)] == pytest.approx([100 * r / sum(roots) for r in roots])
    assert (a.sure_and_wrong, a.unanswered) == (0.25, 0)


def test_options_with_who_chose_them(db, found):
    ids = stored(db, A, B, C)
    number = quiz(db)
    fill(db, number, ids)
    rows = found(number).items[1].figures.options
    assert [(r.text.zh, r.right, r.chosen, r.share) for r in rows] == [
        ("甲", False, 3, 0.25), ("乙", True, 6, 0.5), ("丙", False, 3, 0.25), ("丁", False, 0, 0.0),
    ]  # fmt: skip
    # thirds of twelve are four; the fourth best has 2 points as two others have: six in the upper third, six in the lower
    assert [(r.upper, r.lower) for r in rows] == [(0, 0.5), (1, 0), (0, 0.5), (0, 0)]
    assert thirds([50, 50, 50]) is None
    assert thirds([1, 2]) is None


@pytest.mark.parametrize("people", [1, 9])
def test_below_ten_nothing_is_said_of_anything(db, found, people):
    ids = stored(db, A, B)
    number = quiz(db)
    for n in range(people):
        sit(db, number, n + 1, answers(ids, n % 2, 1))
    stats = found(number)
    assert (stats.n, stats.missing, stats.whole) == (people, 10 - people, None)
    assert [(i.n, i.missing, i.figures) for i in stats.items] == [(people, 10 - people, None)] * 2
    assert [remarks(i, keys=True) for i in stats.items] == [[], []]
    assert about_the_quiz(stats) == []


def test_an_item_few_were_asked_says_nothing_while_others_do(db, found):
    ids = stored(db, A, B, C)
    number = quiz(db)
    for n in range(12):
        both = [(ids["a"], A, n % 2), (ids["b"], B, n % 3) if n < 9 else (ids["c"], C, n % 2 == 0)]
        sit(db, number, n + 1, both)
    stats = found(number)
    assert [(i.wording.question.id, i.n, i.figures is None) for i in stats.items] == [("a", 12, False), ("b", 9, True), ("c", 3, True)]
    assert stats.items[0].figures.weight is not None  # asked of everybody: it has a place of its own
    assert stats.whole.cic is not None


def test_a_drawn_question_is_measured_over_those_who_were_asked_it(db, found):
    ids = stored(db, A, B, C)
    number = quiz(db)
    for n in range(24):
        other = (ids["b"], B, 1 if n % 4 == 1 else 0) if n % 2 else (ids["c"], C, n % 3 == 0)
        sit(db, number, n + 1, [(ids["a"], A, 0 if n < 12 else 1), other][:: 1 if n % 5 else -1])
    by = {i.wording.question.id: i for i in found(number).items}
    assert (by["b"].n, by["c"].n) == (12, 12)
    assert by["b"].figures.facility == pytest.approx(0.5)
    assert by["b"].figures.weight is None
    # b and a among the twelve who were asked both: half and half of either
    assert by["b"].figures.discrimination == pytest.approx(0, abs=1e-9)


def test_what_does_not_count(db, found):
    ids = stored(db, A)
    number, other = quiz(db), quiz(db, "other")
    for n in range(10):
        sit(db, number, n + 1, answers(ids, 0))
        sit(db, number, n + 1, answers(ids, 1), number=2)
        sit(db, number, n + 1, answers(ids, 1), kind="again")
        sit(db, other, n + 1, answers(ids, 1))
    sit(db, number, 98, answers(ids, 1), state="going")
    sit(db, number, 99, answers(ids, 1), waiting=1)
    stats = found(number)
    assert (stats.n, stats.waiting, stats.items[0].figures.facility, stats.whole.mean) == (10, 1, 1.0, 100)


def test_erased_people_count_for_whoever_sees_everybody_and_others_see_their_own(db, found):
    ids = stored(db, A)
    number = quiz(db)
    for n in range(10):
        sit(db, number, None, answers(ids, 0))
        sit(db, number, n + 1, answers(ids, 1))
    assert found(number).n == 20
    assert found(number, people=frozenset(range(1, 11))).items[0].figures.facility == 0
    assert found(number, people=frozenset({1, 2, 3})).whole is None
    assert found(number, people=frozenset()).n == 0


def test_a_period_ends_with_its_last_day_and_pauses_take_no_time(db, found):
    ids = stored(db, A)
    number = quiz(db)
    for n in range(12):
        sit(db, number, n + 1, answers(ids, n % 2), day=n, minutes=30, paused=20 * 60)
    assert found(number, since=date(2026, 11, 4), until=date(2026, 11, 5)).n == 2
    assert found(number).whole.seconds == 600


def test_a_better_wording_counts_together_and_another_key_does_not(db, found):
    worded = single("a", stem="说得更清楚", options=("甲", "乙，说清楚了", "丙", "丁"))
    moved, other = single("a", right=3, options=("乙，说清楚了", "丁", "丙", "甲")), single("a", right=1)
    ids = stored(db, A)
    number = quiz(db)
    for n in range(6):
        sit(db, number, n + 1, [(ids["a"], A, n % 2)])
    stored(db, worded)
    for n in range(6, 12):
        sit(db, number, n + 1, [(ids["a"], worded, n % 2)])
    (item,) = found(number).items
    assert (item.n, item.wordings, item.version) == (12, 2, worded.version)
    assert [(r.text.zh, r.chosen) for r in item.figures.options] == [("甲", 6), ("乙，说清楚了", 6), ("丙", 0), ("丁", 0)]
    assert [i.n for i in found(number, apart=True).items] == [6, 6]
    stored(db, moved)
    for n in range(12, 18):
        sit(db, number, n + 1, [(ids["a"], moved, 3)])
    (item,) = found(number).items
    assert {r.text.zh: r.chosen for r in item.figures.options} == {"甲": 12, "乙，说清楚了": 3, "乙": 3, "丙": 0, "丁": 0}
    stored(db, other)
    for n in range(18, 28):
        sit(db, number, n + 1, [(ids["a"], other, 1)])
    assert [(i.n, i.version) for i in found(number).items] == [(18, moved.version), (10, other.version)]


def test_a_key_put_right_counts_together_once_the_old_attempts_are_regraded(db, found):
    from sqlalchemy import update

    from kbplatform_quizzes.models import AttemptItem

    mended = single("a", right=1)
    ids = stored(db, A)
    number = quiz(db)
    for n in range(10):
        sit(db, number, n + 1, [(ids["a"], A, 1)])
    stored(db, mended)
    for n in range(10, 20):
        sit(db, number, n + 1, [(ids["a"], mended, 1)])
    assert [i.n for i in found(number).items] == [10, 10]
    with db.write() as session:
        session.execute(update(AttemptItem).values(fraction=1.0))
    assert [(i.n, i.figures.facility) for i in found(number).items] == [(20, 1.0)]


def test_words_about_a_question(db, found):
    """The upper half gets a wrong and b right; everybody gets c right; nobody chooses the last option."""
    ids = stored(db, A, B, C, single("d"), statement("e"))
    d, e = single("d"), statement("e")
    number = quiz(db)
    for n in range(20):
        strong = n < 10
        given = [(ids["a"], A, 1 if strong else 0, True), (ids["b"], B, 1 if strong else 0), (ids["c"], C, True), (ids["d"], d, 0 if strong else 2), (ids["e"], e, strong)]
        sit(db, number, n + 1, given)
    stats = found(number)
    by = {i.wording.question.id: i for i in stats.items}
    words = {key: [r.text.en for r in remarks(item, keys=True)] for key, item in by.items()}
    assert words["a"][0].startswith("Negative: those who did well overall get it wrong more often.")
    assert "Option B counts as wrong, yet those who did well choose it more often" in words["a"][1]
    assert any(w.startswith("50% were sure and wrong") for w in words["a"])
    assert "Option C is chosen by nobody: find a mistake people do make." in words["a"]
    assert words["b"][0] == "Option C is chosen by nobody: find a mistake people do make."
    assert words["c"][0].startswith("Nearly everybody gets it right")
    assert (level(by["a"]), level(by["b"]), level(by["c"])) == ("bad", "fine", "weak")
    hidden = [r.text.en for r in remarks(by["a"], keys=False)]
    assert not any("Option" in text for text in hidden)
    assert "±44" in about_the_quiz(stats)[-1].en
    assert all(isinstance(t, Text) and t.zh and t.en for t in about_the_quiz(stats))


def test_one_who_slipped_does_not_make_an_easy_question_suspect(db, found):
    ids = stored(db, A, B)
    number = quiz(db)
    for n in range(40):
        sit(db, number, n + 1, [(ids["a"], A, 1 if not n else 0), (ids["b"], B, 1 if n % 2 == 0 else 0)])
    item = found(number).items[0]
    assert item.figures.discrimination < 0
    assert [r.text.en[:30] for r in remarks(item, keys=False)] == ["Nearly everybody gets it right"]


def test_however_many_attempts_it_is_a_handful_of_queries(db, found):
    from sqlalchemy import event

    ids = stored(db, A, B, C)
    number = quiz(db)
    fill(db, number, ids)
    asked = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _cursor, statement, *_rest: asked.append(statement))
    found(number)
    few = len([s for s in asked if s.startswith("SELECT")])
    for n in range(100, 160):
        sit(db, number, n, answers(ids, 0, 1, True))
    asked.clear()
    found(number)
    assert len([s for s in asked if s.startswith("SELECT")]) == few <= 6
