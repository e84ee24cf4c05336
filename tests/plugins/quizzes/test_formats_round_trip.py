"""There and back: through our YAML without a difference, through every other format with each loss told."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kbplatform.articles.content_root import bundled_content
from kbplatform.sdk import Text
from kbplatform_quizzes.bank import read_sheet
from kbplatform_quizzes.formats.examples import EXAMPLES
from kbplatform_quizzes.formats.exported import STEM
from kbplatform_quizzes.formats.markup import picture_of
from kbplatform_quizzes.formats.registry import FORMATS, detect, read_file
from kbplatform_quizzes.kinds import BUILT_IN
from kbplatform_quizzes.kinds.arranging import Cloze, Gap, Matching, Ordering, Pair
from kbplatform_quizzes.kinds.choice import Multiple, Option, Single, TrueFalse
from kbplatform_quizzes.kinds.told import Description
from kbplatform_quizzes.kinds.written import Accepted, Criterion, Essay, Numerical, ShortAnswer, Span, Unit
from kbplatform_quizzes.question import Question

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
BUNDLED = [q for path in sorted(bundled_content().glob("practices/*/quiz.yaml")) for q in read_sheet(path.read_bytes()).questions]


def zh(text):
    return Text(text, "")


FULL = (
    Question("one", zh("选一个：{a} = b ~ c # d \\ e"), Single((Option(zh("对: ~"), right=True, why=zh("因为 #1")), Option(zh("半对"), worth=50), Option(zh("= 错")))), feedback=zh("总之 #### 如此"), tags=("甲", "乙]丙")),
    Question("several", zh("选几个"), Multiple((Option(zh("一"), right=True, worth=60), Option(zh("二"), right=True, worth=40), Option(zh("三"), worth=-80, why=zh("不"))), "weighted")),
    Question("statement", zh("对不对？\n第二行"), TrueFalse(right=False, why_true=zh("不对"), why_false=zh("是的"))),
    Question("words", zh("写几个字"), ShortAnswer((Accepted(zh("先认事*"), why=zh("好")), Accepted(zh("50%"), 50)), zh("再想想"))),
    Question("number", zh("几分钟？"), Numerical((Span(Decimal("29.5"), Decimal("30.5")), Span(Decimal(20), Decimal(40), 50, zh("差一点"))), otherwise=zh("再算"))),
    Question("pairs", zh("连线"), Matching((Pair(zh("退款"), zh("售后")), Pair(zh("发票"), zh("财务"))), (zh("前台"),))),
    Question("order", zh("排一排"), Ordering((zh("听"), zh("// 认"), zh("[办]")), "all")),
    Question("told", zh("先看这段"), Description()),
)  # fmt: skip
LOSSY = (
    Question("units", zh("多久"), Numerical((Span(Decimal(30), Decimal(30)),), (Unit(zh("分")), Unit(zh("秒"), Decimal(1) / 60)), unit_needed=True), section="do", difficulty=1),
    Question("all-rule", zh("选几个"), Multiple((Option(zh("一"), right=True), Option(zh("二"), right=True), Option(zh("三"))), "all")),
    Question("gaps", STEM, Cloze(zh("首都是{{a}}，人口{{b}}万，{{c}}。"), (Gap("a", ShortAnswer((Accepted(zh("北京")),)), 2), Gap("b", Numerical((Span(Decimal(2100), Decimal(2200)),))), Gap("c", Single((Option(zh("大}"), right=True), Option(zh("小~#")))))))),
    Question("text", zh("写一段"), Essay((Criterion(zh("认事"), 2), Criterion(zh("给时间"), 3)))),
)  # fmt: skip


def export(name, questions, lang="zh", find=lambda _sha256: None):
    return FORMATS[name].write(questions, lang, find)


def back(name, questions, lang="zh", find=lambda _sha256: None):
    done = export(name, questions, lang, find)
    assert detect(done.data) == name
    _, imported = read_file(done.data)
    assert imported.refused == ()
    return done, imported


def losses(name, questions, lang="zh"):
    return {loss.id: [r.en for r in loss.reasons] for loss in export(name, questions, lang).losses}


def test_every_kind_is_here():
    assert {q.body.kind for q in (*FULL, *LOSSY)} | {"scenario"} == {t.name for t in BUILT_IN}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_our_yaml_carries_everything_without_a_difference(lang):
    done, imported = back("yaml", [*FULL, *LOSSY], lang)
    assert done.losses == ()
    assert [q.written() for q in imported.questions] == [q.written() for q in (*FULL, *LOSSY)]
    whole = read_file(export("yaml", EXAMPLES).data)[1]
    assert [q.version for q in whole.questions] == [q.version for q in EXAMPLES]


@pytest.mark.parametrize("name", ["gift", "moodle-xml", "csv", "xlsx"])
def test_a_question_of_one_language_comes_back_as_it_was_where_the_format_knows_its_kind(name):
    done, imported = back(name, FULL)
    assert done.losses == ()
    assert [q.written() for q in imported.questions] == [q.written() for q in FULL]


@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_a_table_carries_both_languages_units_rules_and_rubrics(name):
    kept = [q for q in (*LOSSY, *EXAMPLES) if not isinstance(q.body, Cloze)]
    done, imported = back(name, kept)
    assert done.losses == ()
    assert [q.written() for q in imported.questions] == [q.written() for q in kept]


def test_what_gift_can_t_carry_is_told():
    assert losses("gift", LOSSY) == {
        "units": ["the units", "the section do", "the difficulty 1"],
        "all-rule": ["the rule “all”, written as weights instead"],
        "gaps": ["GIFT has no questions of the type “Gaps”"],
        "text": ["the rubric"],
    }
    assert export("gift", LOSSY).written == 3


def test_what_moodle_xml_can_t_carry_is_told_and_gaps_and_units_come_back():
    done, imported = back("moodle-xml", LOSSY)
    assert {loss.id: [r.en for r in loss.reasons] for loss in done.losses} == {
        "units": ["the section do", "the difficulty 1"],
        "all-rule": ["the rule “all”, written as weights instead"],
        "text": ["the lines of the rubric, which became one text"],
    }
    found = {q.id: q for q in imported.questions}
    assert found["gaps"].body.grade({"g1": "北京", "g2": "2150", "g3": 0}).fraction == 1
    assert [o.text.zh for o in found["gaps"].body.gaps[2].body.options] == ["大}", "小~#"]
    assert [found["units"].body.grade(a).fraction for a in ("30分", "1800秒", "30")] == [1, 1, 0]
    assert found["text"].body.rubric[0].points == 5


def test_the_other_language_is_told_once_for_the_whole_file():
    done = export("gift", BUNDLED, "en")
    assert [r.en for r in done.losses[0].reasons] == [f"the Chinese of {done.written} questions: the file is in English"]
    assert done.losses[0].id == ""


@pytest.mark.parametrize("name", ["gift", "moodle-xml", "aiken", "csv", "yaml"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_bundled_questions_go_out_come_in_and_go_out_the_same(name, lang):
    done, imported = back(name, [q for q in BUNDLED if not isinstance(q.body, Cloze)], lang)
    assert len(imported.questions) == done.written
    again = export(name, imported.questions, lang)
    assert again.data == done.data


def test_a_question_left_out_is_named():
    done = export("aiken", [*FULL, *LOSSY])
    assert [loss.id for loss in done.losses if loss.left_out] == [q.id for q in (*FULL, *LOSSY) if q.body.kind != "single"]


def test_pictures_travel_in_moodle_xml_and_are_told_elsewhere():
    picture = picture_of(PNG)
    question = replace(FULL[2], stem=zh(f"看图 ![杯 & 子]({picture.address}) 对不对？"))
    done, imported = back("moodle-xml", [question], find={picture.sha256: picture}.get)
    assert done.losses == ()
    assert imported.questions[0].written() == question.written()
    assert imported.pictures.kept == {picture.sha256: picture}
    assert losses("gift", [question]) == {"statement": ["of pictures only the address"]}
    assert losses("yaml", [question])["statement"]
    assert losses("moodle-xml", [question]) == {"statement": ["a picture that is no longer there: only its address"]}


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1+cmd", "@SUM(A1)", "\t=1", "＝1", "|calc", "%0A"])
def test_no_cell_of_an_export_is_run_as_a_formula_and_it_comes_back_as_it_was(start):
    question = replace(FULL[2], stem=zh(f"{start} 题".strip()))
    done, imported = back("csv", [question])
    cells = [cell for row in csv.reader(io.StringIO(done.data.decode("utf-8-sig"))) for cell in row]
    assert [cell for cell in cells if cell[:1] in set("=+-@\t＝|%")] == []
    assert imported.questions[0].stem == question.stem
    assert back("xlsx", [question])[1].questions[0].stem == question.stem


TRICKY = st.text(st.sampled_from("退款a1 {}=~#:\\%*[]<>&;|/-.'\"\n_！→"), min_size=1, max_size=30).map(lambda s: f"问{s}答".replace("->", "-"))


@st.composite
def drawn(draw):
    """A question of one language with every mark that means something somewhere."""
    text = TRICKY.map(lambda s: zh("\n".join(" ".join(line.split()) for line in s.split("\n") if line.strip())))
    flat = TRICKY.map(lambda s: zh(" ".join(s.split())))
    kind = draw(st.sampled_from(["single", "multiple", "truefalse", "short", "matching", "ordering", "description"]))
    texts = draw(st.lists(flat, min_size=2, max_size=5, unique=True))
    why = draw(st.just(zh("")) | text)
    body = {
        "single": lambda: Single((Option(texts[0], right=True, why=why), *(Option(t) for t in texts[1:]))),
        "multiple": lambda: Multiple((Option(texts[0], right=True, worth=70), Option(texts[1], right=True, worth=30, why=why), *(Option(t, worth=-50) for t in texts[2:])), "weighted"),
        "truefalse": lambda: TrueFalse(draw(st.booleans()), why, draw(text)),
        "short": lambda: ShortAnswer((Accepted(texts[0]), *(Accepted(t, 50, why) for t in texts[1:]))),
        "matching": lambda: Matching(tuple(Pair(t, zh(f"右{i}")) for i, t in enumerate(texts))),
        "ordering": lambda: Ordering(tuple(texts)),
        "description": Description,
    }[kind]()
    return Question("drawn", draw(text), body, feedback=zh("") if kind == "description" else draw(st.just(zh("")) | text))


@settings(max_examples=150, deadline=None)
@given(drawn(), st.sampled_from(["gift", "moodle-xml", "yaml", "csv"]))
def test_whatever_marks_a_text_has_they_are_its_own(question, name):
    done, imported = back(name, [question])
    if not any(r.en.startswith("“->”") for loss in done.losses for r in loss.reasons):
        assert imported.questions[0].written() == question.written()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300) | st.text(st.sampled_from("退a {}=~#:\\%*[]<>&;|/-.\"\n\r\t$CATEGORYANSWER,题干型"), max_size=200).map(str.encode), st.sampled_from(sorted(FORMATS)))
def test_no_file_whatever_raises_and_nothing_is_refused_without_a_reason(data, name):
    _, imported = read_file(data, format=name)
    assert all(item.question or item.reasons for item in imported.report)
