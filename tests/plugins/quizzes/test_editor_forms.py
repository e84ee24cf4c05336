"""The form of each kind: what it shows comes back as it was, rows come and go without a loss, and what is wrong is told at its field."""

from __future__ import annotations

import base64
import zlib

import pytest
from flask import render_template

from kbplatform.articles.content_root import bundled_content
from kbplatform.sdk import Text
from kbplatform_quizzes.bank import read_sheet
from kbplatform_quizzes.editing.drafts import blank, filled, follow_names, operate, packed, sent, unpacked
from kbplatform_quizzes.editing.form import Shown, parts_of
from kbplatform_quizzes.editing.form_views import Work
from kbplatform_quizzes.editing.outline import differences, outline
from kbplatform_quizzes.editing.reading import read_draft, read_json
from kbplatform_quizzes.editing.shapes import shape_of
from kbplatform_quizzes.kinds import BUILT_IN
from kbplatform_quizzes.reading import MAX_WORDS

FILES = sorted(bundled_content().glob("practices/*/quiz.yaml"))
KINDS = [t.name for t in BUILT_IN]


@pytest.fixture
def shown(kb_site):
    """``shown(kind, draft, opened="scenes.0", …)`` → the HTML of a form."""

    def render(kind, draft, opened="scenes.0", **fields):
        shape = shape_of(kind)
        parts = parts_of(shape, draft, Shown("zh", {}, (), opened))
        with kb_site.test_request_context("/p/quizzes/bank"):
            work = Work("complaint-handling", kind, draft, "key", "version", opened)
            return render_template("quizzes/editing/_form.html", work=work, parts=parts, problems={}, packed=packed(shape, draft, opened), **fields)

    return render


def again(kind, form):
    """The question that a form says."""
    draft = sent(shape_of(kind), form)
    follow_names(draft, form)
    return read_draft(kind, "key", draft, BUILT_IN)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.parent.name)
def test_every_question_s_form_sent_back_as_it_is_is_that_question(path, shown, controls):
    for question in read_sheet(path.read_bytes()).questions:
        kind = question.body.kind
        draft = filled(shape_of(kind), question.written())
        form = controls(shown(kind, draft))
        read = read_draft(kind, question.id, sent(shape_of(kind), form), BUILT_IN)
        assert (read.question, read.problems) == (question, ())
        assert read.question.version == question.version


@pytest.mark.parametrize("path", FILES[:6], ids=lambda p: p.parent.name)
def test_json_and_outline_say_all_of_a_question(path):
    for question in read_sheet(path.read_bytes()).questions:
        assert read_json(question.written(), BUILT_IN).question == question
        said = [e.value for e in outline(question) if e.value]
        assert all(text in said for text in question.texts())
        assert differences(question, question) == []


TWO = {"options.0.text.zh": "甲", "options.0.text.en": "A", "options.1.text.zh": "乙", "options.1.text.en": "B", "options.right": "0"}
STEM = {"stem.zh": "题", "stem.en": "stem"}


def test_the_smallest_form_is_a_question():
    read = again("single", STEM | TWO)
    assert read.problems == ()
    assert [(o.text, o.right) for o in read.question.body.options] == [(Text("甲", "A"), True), (Text("乙", "B"), False)]


def test_rows_left_empty_are_left_out_and_faults_keep_the_place_of_their_row():
    form = STEM | TWO | {"options.0.why.zh": "", "options.4.text.zh": "丙", "options.4.worth": "200", "options.7.text.zh": " "}
    assert [(p.field, p.message.en) for p in again("single", form).problems] == [("options.2.worth", "worth is from −100 to 100")]


@pytest.mark.parametrize(
    ("kind", "form", "field", "words"),
    [
        ("single", TWO, "stem", "fill this in"),
        ("single", STEM | TWO | {"options.right": "9"}, "", "exactly one"),
        ("single", STEM | {"options.0.text.zh": "甲"}, "", "2 to 20 options"),
        ("single", STEM | TWO | {"options.1.worth": "many"}, "options.1.worth", "number"),
        ("single", STEM | TWO | {"options.1.why.zh": "x" * (MAX_WORDS + 1)}, "options.1.why.zh", "at most"),
        ("single", STEM | TWO | {"options.1.why.zh": "x", "options.1.text.zh": "", "options.1.text.en": ""}, "options.1.text", "fill this in"),
        ("single", STEM | TWO | {"difficulty": "9"}, "difficulty", "1, 2 or 3"),
        ("single", STEM | TWO | {"stem.zh": "\x07"}, "stem.zh", "control"),
        ("multiple", STEM | TWO | {"rule": "best"}, "rule", "one of"),
        ("multiple", STEM | TWO | {"rule": "all"}, "", "at least one"),
        ("truefalse", STEM | {"right": "maybe"}, "right", "true or false"),
        ("shortanswer", STEM | {"answers.0.text.zh": "答", "answers.0.worth": "50"}, "", "fully right"),
        ("numerical", STEM | {"answers.0.value": "many"}, "answers.0.value", "number"),
        ("numerical", STEM | {"answers.0.value": "1", "units.0.name.zh": "元", "units.0.times": "x"}, "units.0.times", "number"),
        ("matching", STEM | {"pairs.0.left.zh": "甲"}, "pairs.0.right", "fill this in"),
        ("ordering", STEM | {"rule": "all", "items.0.zh": "甲", "items.1.zh": "甲"}, "", "all different"),
        ("cloze", STEM | {"text.zh": "{{a}}", "gaps.0.id": "b", "gaps.0.type": "shortanswer", "gaps.0.answers.0.text.zh": "x"}, "", "not those listed for it"),
        ("cloze", STEM | {"text.zh": "{{a}}", "gaps.0.id": "a", "gaps.0.type": "numerical", "gaps.0.answers.0.value": "x"}, "gaps.0.answers.0.value", "number"),
        ("essay", STEM | {"rubric.0.text.zh": "看", "rubric.0.points": "0"}, "", "above 0"),
        ("scenario", STEM | {"start": "a", "scenes.0.id": "", "scenes.0.says.zh": "喂"}, "scenes.0.id", "fill this in"),
        ("scenario", STEM | {"start": "a", "scenes.0.id": "a", "scenes.0.says.zh": "喂", "scenes.0.choices.0.text.zh": "好", "scenes.0.choices.0.to": "a",
                             "scenes.0.choices.0.trust": "7"}, "scenes.0.choices.0.trust", "from −3 to 3"),
        ("scenario", STEM | {"start": "a", "scenes.0.id": "a", "scenes.0.says.zh": "喂", "scenes.1.id": "a", "scenes.1.says.zh": "喂"}, "scenes.1", "twice"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_field(kind, form, field, words):
    problems = again(kind, form).problems
    assert any(p.field == field and words in p.message.en for p in problems), problems


CALL = {
    "start": "a",
    "scenes": {"a": {"says": "喂", "choices": [{"text": "好", "to": "b"}, {"text": "不", "to": "end"}]},
               "b": {"says": "嗯", "choices": [{"text": "行", "to": "a"}, {"text": "算", "to": "end"}]}},
    "endings": {"end": {"outcome": "lost", "text": "完"}},
}  # fmt: skip


def test_a_loop_and_a_dead_end_are_named():
    draft = filled(shape_of("scenario"), {"stem": "s"} | CALL)
    assert any("a loop: a → b → a" in p.message.en for p in read_draft("scenario", "key", draft, BUILT_IN).problems)
    draft["scenes"][1]["choices"] = []
    assert any("dead end" in p.message.en for p in read_draft("scenario", "key", draft, BUILT_IN).problems)


def test_what_is_folded_away_comes_back_with_what_the_open_scene_says_now(shown, controls):
    draft = filled(shape_of("scenario"), {"stem": "s"} | CALL)
    form = controls(shown("scenario", draft, "scenes.1"))
    assert "scenes.0.says.zh" not in form
    form["scenes.1.says.zh"] = "换了"
    assert [s["says"].zh for s in sent(shape_of("scenario"), form)["scenes"]] == ["喂", "换了"]
    form["folded"] = "nonsense"
    assert [s["says"].zh for s in sent(shape_of("scenario"), form)["scenes"]] == ["换了"]


@pytest.mark.parametrize("value", ["", "x", "eJw=", "gA==" * 99, "0" * 10_000])
def test_folded_rows_that_are_none_of_ours_are_nothing(value):
    assert unpacked(value) == {}


def test_numbers_that_are_none_in_folded_rows_are_read_as_text():
    rows = '{"scenes":[{"id":NaN,"says":{"zh":Infinity},"choices":7}]}'
    form = {"folded": base64.b64encode(zlib.compress(rows.encode())).decode(), "open": "scenes.9"}
    assert sent(shape_of("scenario"), form)["scenes"] == [{"id": "nan", "says": Text("inf", ""), "choices": []}]


def test_a_scene_renamed_takes_along_what_led_to_it(shown, controls):
    draft = filled(shape_of("scenario"), {"stem": "s"} | CALL)
    form = controls(shown("scenario", draft, "scenes.0")) | {"scenes.0.id": "hello"}
    found = sent(shape_of("scenario"), form)
    follow_names(found, form)
    assert found["start"] == "hello"
    assert found["scenes"][1]["choices"][0]["to"] == "hello"


def test_a_gap_renamed_is_renamed_in_both_texts():
    form = STEM | {"text.zh": "有 {{a}}", "text.en": "is {{a}}", "gaps.0.id": "rate", "gaps.0.was": "a", "gaps.0.type": "numerical", "gaps.0.answers.0.value": "1"}
    assert again("cloze", form).question.body.text == Text("有 {{rate}}", "is {{rate}}")


@pytest.mark.parametrize(
    ("command", "order", "focus"),
    [
        ("add:options", ["甲", "乙", ""], "options.2"),
        ("remove:options.0", ["乙"], "options.0"),
        ("down:options.0", ["乙", "甲"], "options.1"),
        ("up:options.1", ["乙", "甲"], "options.0"),
        ("up:options.0", ["甲", "乙"], "options.0"),
        ("remove:options.9", ["甲", "乙"], ""),
        ("remove:options.-1", ["甲", "乙"], ""),
        ("explode:options.0", ["甲", "乙"], ""),
        ("add:nothing", ["甲", "乙"], ""),
        ("add:options.0.text", ["甲", "乙"], ""),
        ("up:", ["甲", "乙"], ""),
    ],
)
def test_rows_are_added_moved_and_taken_out(command, order, focus):
    draft = sent(shape_of("single"), TWO)
    assert operate(shape_of("single"), draft, command) == focus
    assert [row["text"].zh for row in draft["options"]] == order


def test_rows_within_rows_are_found():
    draft = blank(shape_of("cloze"))
    assert operate(shape_of("cloze"), draft, "add:gaps.0.answers") == "gaps.0.answers.1"
    assert len(draft["gaps"][0]["answers"]) == 2
    operate(shape_of("cloze"), draft, "add:gaps")
    assert [g["id"] for g in draft["gaps"]] == ["gap1", "gap2"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_script_in_every_field_comes_out_escaped(kind, shown):
    evil = '"><script>alert(1)</script>{{a}}'
    draft = _everywhere(blank(shape_of(kind)), evil)
    page = shown(kind, draft, wrong=evil)
    assert "<script>" not in page
    assert evil[:9] not in page


def _everywhere(draft, words):
    for name, value in draft.items():
        if isinstance(value, list):
            draft[name] = [_everywhere(row, words) for row in value]
        else:
            draft[name] = Text(words, words) if isinstance(value, Text) else words
    return draft


def test_what_changed_is_told_place_by_place():
    before, after = (again("single", STEM | TWO | more).question for more in ({}, {"options.1.text.en": "Bee", "options.2.text.zh": "丙", "difficulty": "3"}))
    said = [(d.label.en, d.lang, d.before, d.after) for d in differences(before, after)]
    assert said == [("Difficulty", "", "2", "3"), ("Option 2 · Text", "en", "B", "Bee"), ("Option 3", "", "", "丙")]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"id": "a", "type": "single", "stem": "s", "options": [{"text": "a", "right": True}, {"text": "b", "worth": "x"}]}, "options.1.worth"),
        ({"id": "a", "type": "truefalse", "stem": {"zh": ["x"]}, "right": True}, "stem.zh"),
        ({"id": "a", "type": "truefalse", "stem": "s", "right": True, "key\u2028": "x"}, "key\u2028"),
        ({"id": None, "type": "truefalse", "stem": "s", "right": True}, "id"),
        ({"a": [[[[[[[[[[[[[[[["deep"]]]]]]]]]]]]]]]]}, ""),
    ],
)
def test_json_that_is_no_question_is_told_by_field(data, field):
    read = read_json(data, BUILT_IN)
    assert read.question is None
    assert field in {p.field for p in read.problems}
