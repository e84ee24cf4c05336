"""``quiz.yaml``: read with lines, written without a difference, linted."""

from __future__ import annotations

import pytest

from kbplatform.articles.content_root import bundled_content
from kbplatform_quizzes.bank import read_sheet, write_sheet
from kbplatform_quizzes.lints import check_sheet, duplicates

FILES = sorted(bundled_content().glob("practices/*/quiz.yaml"))


def faults(text: str) -> list[tuple[int, str]]:
    return [(f.line, f.message.en) for f in read_sheet(text.encode()).faults]


def sheet(*questions: str):
    return "questions:\n" + "".join("- " + q.strip().replace("\n", "\n  ") + "\n" for q in questions)


def single(name, *options, stem="{zh: 题, en: stem}", more=""):
    rows = "\n".join(f"- {o}" for o in options)
    return f"id: {name}\ntype: single\nstem: {stem}\n{more}options:\n{rows}"


A, B = "{text: {zh: 甲, en: A}, right: true}", "{text: {zh: 乙, en: B}, why: {zh: 会, en: then}}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.parent.name)
def test_the_bundled_files_read_and_write_without_a_difference(path):
    found = read_sheet(path.read_bytes())
    assert found.faults == ()
    again = read_sheet(write_sheet(found.questions))
    assert again.questions == found.questions
    assert [q.version for q in again.questions] == [q.version for q in found.questions]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 0, "empty"),
        ("questions: [", 1, "not valid YAML"),
        ("a: &x 1\nb: *x", 1, "no & or *"),
        ("questions: 3", 1, "list"),
        ("- 1", 1, "name: value"),
        ("quiz: []", 1, "no “quiz”"),
        (sheet("id: a\ntype: nonsense\nstem: s"), 3, "type is one of"),
        (sheet("id: A b\ntype: truefalse\nstem: s\nright: true"), 2, "lower case"),
        (sheet("id: a\ntype: truefalse\nstem: s"), 2, "right"),
        (sheet("id: a\ntype: truefalse\nstem: s\nright: maybe"), 5, "true or false"),
        (sheet("id: a\ntype: truefalse\nright: true"), 2, "stem is missing"),
        (sheet("id: a\ntype: truefalse\nstem: s\nright: true\nanswers: []"), 6, "no “answers”"),
        (sheet("id: a\ntype: truefalse\nstem: s\nright: true", "id: a\ntype: truefalse\nstem: t\nright: true"), 6, "used twice"),
        (sheet("id: a\ntype: truefalse\nstem: s\nright: true\ndifficulty: 9"), 6, "1, 2 or 3"),
        (sheet(single("a", A)), 2, "2 to 20 options"),
        (sheet(single("a", B, B)), 2, "exactly one"),
        (sheet("id: a\ntype: numerical\nstem: s\nanswers:\n- {value: many}"), 6, "number"),
        (sheet("id: a\ntype: cloze\nstem: s\ntext: 'no gap'\ngaps:\n  x: {type: shortanswer, answers: [{text: a}]}"), 2, "not those listed for it"),
        (sheet("id: a\ntype: ordering\nstem: s\nitems: [a, a]"), 2, "all different"),
        (sheet("id: a\ntype: essay\nstem: s\nrubric: []"), 2, "at least one line"),
    ],
)
def test_each_fault_is_told_with_its_line(text, line, words):
    found = faults(text)
    assert found
    assert found[0][0] == line
    assert words in found[0][1]


def scenario(scenes):
    return sheet(f"id: s\ntype: scenario\nstem: s\nstart: a\nscenes:\n{scenes}\nendings:\n  end: {{outcome: lost, text: 完}}")


@pytest.mark.parametrize(
    ("scenes", "words"),
    [
        ("  a: {says: x, choices: [{text: 1, to: b}, {text: 2, to: end}]}\n  b: {says: y, choices: [{text: 1, to: a}, {text: 2, to: end}]}", "a loop: a → b → a"),
        ("  a: {says: x, choices: [{text: 1, to: nowhere}, {text: 2, to: end}]}", "nowhere, which isn't there"),
        ("  a: {says: x, choices: [{text: 1, to: end}]}", "dead end"),
        ("  a: {says: x, choices: [{text: 1, to: end}, {text: 2, to: end}]}\n  b: {says: y, choices: [{text: 1, to: end}, {text: 2, to: end}]}", "no way leads to b"),
    ],
)
def test_a_graph_one_can_get_lost_in_is_refused(scenes, words):
    assert any(words in message for _, message in faults(scenario(scenes)))


def test_a_file_that_is_not_utf_8_is_refused_with_the_byte():
    assert [(f.line, f.message.en) for f in read_sheet("questions: 投诉".encode("gb18030")).faults] == [(0, "not UTF-8: byte 13")]


def test_a_file_that_is_too_large_or_too_deep_is_refused():
    assert "over 1000 kB" in read_sheet(b"a" * 1_000_001).faults[0].message.en
    assert "deeply" in read_sheet(b"[" * 500 + b"]" * 500).faults[0].message.en


def test_the_rest_of_a_file_with_a_broken_question_is_read():
    found = read_sheet(sheet(single("bad", B, B), single("good", A, B)).encode())
    assert [q.id for q in found.questions] == ["good"]


def lints(*questions, sections=None):
    found = read_sheet(sheet(*questions).encode())
    assert found.faults == ()
    return [f.message.en for f in check_sheet(found.questions, sections)]


def test_a_fair_set_has_nothing_to_say():
    assert lints(single("a", A, B, more="section: say\n"), sections={"zh": frozenset({"say"}), "en": frozenset({"say"})}) == []


@pytest.mark.parametrize(
    ("questions", "words"),
    [
        ([single(f"q{i}", A, B, stem=f"{{zh: 题{i}甲, en: stem {i}}}") for i in range(4)], "the key stands at place 1 in 4 of 4"),
        ([single("a", "{text: {zh: 这一项写得比别的都要长得多所以一看就是, en: This one is much longer than the others so it gives itself away}, right: true}", B)], "clearly the longest"),
        ([single("a", A, "{text: {zh: 乙, en: B}}")], "without a why"),
        ([single("a", A, "{text: {zh: 以上都对, en: All of the above}, why: {zh: 会, en: then}}")], "all of the above"),
        ([single("a", A, "{text: {zh: 甲, en: b}, why: {zh: 会, en: then}}")], "two options are the same"),
        ([single("a", A, B, stem="{zh: 题}")], "one language is missing"),
        ([single("a", A, B, stem="{zh: 收到 20 件, en: 25 came in}")], "differ in their figures"),
        ([single("a", A, B, stem="{zh: English, en: stem}")], "no Chinese in it"),
        ([single("a", A, B, stem="{zh: 题, en: 题目}")], "has Chinese in it"),
    ],
)
def test_what_gives_a_key_away_or_drifts_is_told(questions, words):
    assert any(words in message for message in lints(*questions))


def test_a_section_that_isn_t_there_is_told():
    assert any("has no section nowhere" in m for m in lints(single("a", A, B, more="section: nowhere\n"), sections={"zh": frozenset({"say"})}))


def test_the_same_question_in_two_files_is_told():
    one = read_sheet(sheet(single("a", A, B, stem="{zh: 先问什么？, en: What first}")).encode()).questions
    other = read_sheet(sheet(single("b", A, B, stem="{zh: 先问什么, en: Something else}")).encode()).questions
    assert [(path, f.message.en) for path, f in duplicates({"x": one, "y": other})] == [("y", "b: the same stem as a in x")]
