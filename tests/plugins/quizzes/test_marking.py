"""How answers are marked, kind by kind."""

from __future__ import annotations

import pytest

from kbplatform_quizzes.bank import read_sheet
from kbplatform_quizzes.faces import BadAnswer
from kbplatform_quizzes.wording import nearly, plain


def question(yaml: str):
    lines = "\n".join(f"  {line}" for line in yaml.strip().splitlines())
    sheet = read_sheet(f"questions:\n- id: q\n  stem: {{zh: 题, en: stem}}\n{lines}\n".encode())
    assert sheet.faults == (), [str(f.message) for f in sheet.faults]
    return sheet.questions[0]


def mark(yaml: str, answer):
    return round(question(yaml).body.grade(answer).fraction, 9)


SINGLE = """
type: single
options:
- {text: a, why: 接下来会这样}
- {text: b, right: true}
- {text: c, worth: 50, why: half}
"""


@pytest.mark.parametrize(("answer", "fraction"), [(0, 0), (1, 1), (2, 0.5), (None, 0)])
def test_one_of_several(answer, fraction):
    assert mark(SINGLE, answer) == fraction


def test_what_was_chosen_is_answered_with_what_happens_next():
    assert [f.zh for f in question(SINGLE).body.grade(0).feedback] == ["接下来会这样"]


@pytest.mark.parametrize("answer", [3, -1, "1", True, [1], 1.0, {"a": 1}])
def test_an_option_that_isn_t_there_is_refused(answer):
    with pytest.raises(BadAnswer):
        question(SINGLE).body.grade(answer)


def multiple(rule):
    return f"""
type: multiple
rule: {rule}
options:
- {{text: a, right: true}}
- {{text: b, right: true}}
- {{text: c, right: true}}
- {{text: d, why: no}}
"""


@pytest.mark.parametrize(
    ("rule", "answer", "fraction"),
    [
        ("all", [0, 1, 2], 1), ("all", [2, 1, 0, 0], 1), ("all", [0, 1], 0), ("all", [0, 1, 2, 3], 0), ("all", [], 0),
        ("part", [0, 1, 2], 1), ("part", [0, 1], 0.666666667), ("part", [0], 0.333333333), ("part", [0, 1, 2, 3], 0), ("part", [3], 0),
        ("minus", [0, 1, 2, 3], 0.666666667), ("minus", [0, 3], 0), ("minus", [3], 0), ("minus", [0, 1], 0.666666667),
        ("weighted", [0, 1, 2], 1), ("weighted", [0, 3], 0.333333333),
    ],
)  # fmt: skip
def test_several_of_several_by_each_rule(rule, answer, fraction):
    assert mark(multiple(rule), answer) == fraction


def test_weights_may_be_negative_and_never_take_more_than_there_is():
    text = "type: multiple\nrule: weighted\noptions:\n- {text: a, right: true, worth: 60}\n- {text: b, right: true, worth: 60}\n- {text: c, worth: -80, why: no}"
    assert [mark(text, a) for a in ([0, 1], [0, 2], [0, 1, 2])] == [1, 0, 0.4]


@pytest.mark.parametrize(("answer", "fraction"), [(True, 0), (False, 1), (None, 0)])
def test_true_or_false(answer, fraction):
    assert mark("type: truefalse\nright: false", answer) == fraction


SHORT = """
type: shortanswer
answers:
- {text: {zh: 可以退款, en: Refund}}
- {text: 85%, worth: 50}
"""


@pytest.mark.parametrize(
    ("answer", "fraction", "for_person"),
    [
        ("可以退款", 1, False), (" 可以 退款。", 1, False), ("ＲＥＦＵＮＤ", 1, False), ("refund!", 1, False), ("８５％", 0.5, False), ("85 %", 0.5, False),
        ("不可以退款", 0, True), ("可以退", 0, True), ("不知道", 0, False), ("", 0, False),
    ],
)  # fmt: skip
def test_a_short_answer_is_the_same_words_or_goes_to_a_person(answer, fraction, for_person):
    found = question(SHORT).body.grade(answer)
    assert (found.fraction, found.for_person) == (fraction, for_person)


def test_marks_and_width_make_no_difference_and_likeness_no_mark():
    assert plain("“先认事，再问号”。") == plain('"先认事,再问号"')
    assert nearly("不可以退款", "可以退款")
    assert not nearly("可以退款", "可以退款")
    assert not nearly("", "可以退款")


NUMERICAL = """
type: numerical
answers:
- {value: 33.3, tolerance: 0.1}
- {from: 30, to: 36, worth: 50, why: {zh: 差不多, en: roughly}}
units:
- {name: {zh: 分钟, en: min}}
- {name: {zh: 小时, en: h}, times: 60}
"""


@pytest.mark.parametrize(
    ("answer", "fraction"),
    [("33.3", 1), ("33.4", 1), ("33.41", 0.5), ("３３．２ 分钟", 1), ("33.3min", 1), ("0.555h", 1), ("30", 0.5), ("29.9", 0), (33.3, 1), ("33.3 kg", 0)],
)
def test_a_number_within_its_tolerance_in_any_of_its_units(answer, fraction):
    assert mark(NUMERICAL, answer) == fraction


@pytest.mark.parametrize("answer", ["abc", "", "1,2", "--3", [1], {"a": 1}, True, "9" * 500])
def test_what_is_no_number_is_refused(answer):
    with pytest.raises(BadAnswer):
        question(NUMERICAL).body.grade(answer)


def test_thousands_are_read_and_a_needed_unit_is_needed():
    text = "type: numerical\nanswers:\n- {value: 1200}\nunits:\n- {name: 元}\nunit_needed: true"
    assert [mark(text, a) for a in ("1,200元", "1200")] == [1, 0]


MATCHING = """
type: matching
pairs:
- {left: 投诉, right: 五}
- {left: 隐私, right: 十九}
- {left: 差评, right: 五}
spare: [七]
"""


@pytest.mark.parametrize(("answer", "fraction"), [([0, 1, 0], 1), ([0, 1, 2], 0.666666667), ([None, None, 0], 0.333333333), ([2, 2, 2], 0)])
def test_each_pair_counts_alike(answer, fraction):
    assert [r.zh for r in question(MATCHING).body.rights] == ["五", "十九", "七"]
    assert mark(MATCHING, answer) == fraction


@pytest.mark.parametrize(("rule", "answer", "fraction"), [("place", [0, 1, 2, 3], 1), ("place", [1, 0, 2, 3], 0.5), ("all", [1, 0, 2, 3], 0), ("all", [0, 1, 2, 3], 1)])
def test_things_in_their_order(rule, answer, fraction):
    assert mark(f"type: ordering\nrule: {rule}\nitems: [a, b, c, d]", answer) == fraction


@pytest.mark.parametrize("answer", [[0, 1, 2], [0, 0, 1, 2], [0, 1, 2, 4], "0123", 3])
def test_an_order_that_is_none_is_refused(answer):
    with pytest.raises(BadAnswer):
        question("type: ordering\nitems: [a, b, c, d]").body.grade(answer)


CLOZE = """
type: cloze
text: {zh: "先{{one}}，再问{{two}}", en: "First {{one}}, then ask {{two}}"}
gaps:
  one: {type: shortanswer, weight: 3, answers: [{text: {zh: 认事, en: listen}}]}
  two: {type: single, options: [{text: 号, right: true}, {text: 钱, why: no}]}
"""


@pytest.mark.parametrize(
    ("answer", "fraction"), [({"one": "认事", "two": 0}, 1), ({"one": "认事"}, 0.75), ({"two": 0}, 0.25), ({}, 0), ({"one": "Listen", "two": 1}, 0.75)]
)
def test_each_gap_counts_by_its_weight(answer, fraction):
    assert mark(CLOZE, answer) == fraction


def test_an_essay_waits_for_a_person():
    body = question("type: essay\nrubric: [{text: 认事, points: 2}]").body
    assert [(m.fraction, m.for_person) for m in (body.grade("我会先……"), body.grade("  "), body.grade(None))] == [(0, True), (0, False), (0, False)]
    with pytest.raises(BadAnswer):
        body.grade("长" * 20_001)


SCENARIO = """
type: scenario
start: a
scenes:
  a:
    says: {zh: 喂, en: Hello}
    choices:
    - {text: 好, to: b, trust: 1}
    - {text: 今天一定, to: b, crosses: invented-time}
  b:
    says: {zh: 几点, en: When}
    choices:
    - {text: 说早了, to: good, mends: invented-time}
    - {text: 三点, to: bad}
    - {text: 等等, to: so}
endings:
  good: {outcome: recovered, text: 好}
  so: {outcome: contained, text: 行}
  bad: {outcome: lost, text: 糟}
"""


@pytest.mark.parametrize(
    ("path", "fraction", "crossed"),
    [
        ([0, 0], 1, ()), ([0, 2], 0.5, ()), ([0, 1], 0, ()), ([1, 0], 1, ()), ([1, 2], 0, ("invented-time",)), ([0], 0, ()), ([], 0, ()),
    ],
)  # fmt: skip
def test_a_role_play_is_judged_at_its_end_and_by_the_red_lines_left_open(path, fraction, crossed):
    found = question(SCENARIO).body.grade(path)
    assert (found.fraction, found.crossed) == (fraction, crossed)


@pytest.mark.parametrize("path", [[5], [0, 0, 0], "00", 0, [None]])
def test_a_way_that_isn_t_there_is_refused(path):
    with pytest.raises(BadAnswer):
        question(SCENARIO).body.grade(path)
