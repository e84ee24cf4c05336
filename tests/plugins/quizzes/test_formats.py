"""Strangers' files: what becomes of each item, told by its place. The corpus holds the traps that we know."""

from __future__ import annotations

from pathlib import Path

import pytest

from kbplatform_quizzes.faces import worded
from kbplatform_quizzes.formats import gift
from kbplatform_quizzes.formats.registry import FORMATS, detect, read_file

CORPUS = Path(__file__).parent / "corpus"

EXPECTED = {
    "moodle-manual.gift": (
        "gift", {"truefalse": 1, "single": 3, "shortanswer": 1, "matching": 1, "numerical": 3, "essay": 1, "multiple": 1, "description": 1}, {},
    ),
    "traps.gift": (
        "gift",
        {"single": 4, "shortanswer": 4, "truefalse": 3, "multiple": 1, "numerical": 2, "matching": 1, "ordering": 2, "description": 1},
        {47: "at least 2 answers", 49: "-> is missing", 51: "no number: about five", 53: "at least 2 answers", 55: "a brace stands alone",
         57: "a brace stands alone", 61: "no option is right", 64: "empty line after $CATEGORY"},
    ),
    "more-traps.gift": (
        "gift", {"single": 1, "shortanswer": 4, "truefalse": 3, "numerical": 4, "ordering": 1, "essay": 1, "description": 1}, {},
    ),
    "bom-crlf.gift": ("gift", {"truefalse": 1, "single": 1}, {}),
    "old-mac.gift": ("gift", {"truefalse": 2}, {}),
    "gb18030.gift": ("gift", {}, {1: "not UTF-8: byte 2,"}),
    "utf-16.gift": ("gift", {}, {1: "not UTF-8: byte 0,"}),
    "latin-1.xml": ("moodle-xml", {}, {2: "not UTF-8: byte 102,"}),
    "plain.aiken": (
        "aiken", {"single": 4},
        {1: "“D” on line 5", 24: "starts on line 28", 28: "at least 2 options", 32: "“b” on line 35", 37: "without a question", 44: "options go A, B", 49: "the file ends"},
    ),
    "moodle.xml": (
        "moodle-xml",
        {"single": 2, "multiple": 1, "truefalse": 1, "shortanswer": 1, "numerical": 1, "matching": 1, "ordering": 1, "cloze": 1, "essay": 1, "description": 1},
        {"question 10": "can't take several", "question 13": "“calculated”", "question 14": "“ddwtos”", "question 16": "at least 2 options"},
    ),
    "bomb.xml": ("moodle-xml", {}, {0: "document type or entities"}),
    "external-entity.xml": ("moodle-xml", {}, {0: "document type or entities"}),
    "external-dtd.xml": ("moodle-xml", {}, {0: "document type or entities"}),
    "broken.xml": ("moodle-xml", {}, {4: "not valid XML: line 4, column 3"}),
    "other-root.xml": ("moodle-xml", {}, {0: "this is <html>"}),
    "exam.csv": ("csv", {"single": 2, "multiple": 1, "truefalse": 1, "shortanswer": 1, "numerical": 1}, {7: "“E” names no options", 8: "no type “连线”"}),
    "semicolons.csv": ("csv", {"single": 1}, {}),
    "ours.yaml": ("yaml", {"truefalse": 1, "description": 1}, {8: "type is one of"}),
}  # fmt: skip


def read(name):
    return read_file((CORPUS / name).read_bytes(), "" if name != "other-root.xml" else name)


def test_the_corpus_and_what_is_expected_of_it_are_the_same_files():
    assert sorted(path.name for path in CORPUS.iterdir()) == sorted(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_each_file_gives_what_it_holds_and_tells_of_the_rest_by_its_place(name):
    kind, by_type, refused = EXPECTED[name]
    found, imported = read(name)
    assert found.name == kind
    assert imported.by_type == by_type
    told = {item.element or item.line: "; ".join(reason.en for reason in item.reasons) for item in imported.refused}
    assert told.keys() == refused.keys()
    assert [place for place, words in refused.items() if words not in told[place]] == []


@pytest.mark.parametrize("name", EXPECTED)
def test_every_refusal_and_change_says_why_in_both_languages(name):
    _, imported = read(name)
    reasons = [reason for item in imported.report for reason in item.reasons]
    assert all(item.reasons for item in imported.report if item.outcome != "imported")
    assert [r for r in reasons if not r.zh or not r.en or not any("\u4e00" <= c <= "\u9fff" for c in r.zh)] == []


def by_name(name):
    return {item.name: item for item in read(name)[1].report}


def one(text, lang=None):
    (item,) = gift.read(text, lang).report
    assert item.question is not None, item.reasons
    return item


def written(text):
    return one(text).question.written()


def test_gift_escapes_id_tags_weights_and_general_feedback():
    item = by_name("traps.gift")["Name with : colon"]
    question = item.question
    assert (question.id, question.tags) == ("trap-1", ("退款", "two words"))
    assert question.stem.en == "Escapes { } = ~ # stay, \\ is one\\, and\nbreaks"
    assert [(o.text.en, o.right, o.worth, o.why.en) for o in question.body.options] == [
        ("right = yes", True, None, "because #1"), ("no ~ way", False, -33.333, ""), ("almost", False, None, ""),
    ]  # fmt: skip
    assert question.feedback.en == "General # feedback"


def test_gift_belongs_to_the_category_above_it():
    categories = {item.name: item.category for item in read("traps.gift")[1].report}
    assert [categories[name] for name in ("Name with : colon", "small", "wildcard")] == ["", "$course$/售后/refund rules", "top"]


def test_gift_true_false_feedback_goes_to_who_was_wrong_and_who_was_right():
    body = by_name("traps.gift")["false"].question.body
    assert (body.right, body.why_true.en, body.why_false.en) == (False, "wrong", "right")
    assert by_name("traps.gift")["false"].question.feedback.en == "both"
    assert by_name("traps.gift")["small"].kind == "shortanswer"


def test_three_weights_of_a_third_are_all_of_it():
    body = by_name("traps.gift")["spread"].question.body
    assert (body.rule, body.grade([0, 1, 2]).fraction, body.grade([0, 1, 2, 3]).fraction) == ("weighted", 1.0, 0.5)


def test_very_large_and_small_numbers_and_answers_that_are_a_mark_are_kept():
    avogadro, planck = one("N {#6.022e23:1e21}").question.body, one("h {#6.626e-34:1e-36}").question.body
    assert [avogadro.grade(a).fraction for a in ("6.02e23", "602e21", "6e23")] == [1, 1, 0]
    assert [planck.grade(a).fraction for a in ("6.63e-34", "7e-34")] == [1, 0]
    mark = one("Which ends a sentence? {=.}").question.body
    assert [mark.grade(a).fraction for a in ("。", ".", "!", "a", " ")] == [1, 1, 0, 0, 0]


def test_a_single_choice_keeps_its_part_marks():
    body = one("q {=a ~%50%b ~c}").question.body
    assert [body.grade(i).fraction for i in range(3)] == [1, 0.5, 0]


def test_two_full_options_of_a_single_choice_both_give_all():
    body = one("q {=a =b ~c}").question.body
    assert [body.grade(i).fraction for i in range(3)] == [1, 1, 0]
    assert body.solution("en") == ["a", "b"]


def test_gift_numbers_by_tolerance_range_and_weight():
    body = by_name("traps.gift")["numbers"].question.body
    assert [body.grade(a).fraction for a in ("3.1415", "3.15", "3.2", "9")] == [1, 0.5, 0.5, 0]
    assert [f.en for f in body.grade("9").feedback] == ["not even near"]
    negative = by_name("traps.gift")["negative"].question.body
    assert [negative.grade(a).fraction for a in ("-5", "-4", "-3", "-2.9")] == [1, 1, 1, 0]


def test_gift_matching_with_a_right_to_spare_and_ordering_with_and_without_settings():
    match = by_name("traps.gift")["match with spare"].question.body
    assert ([(p.left.en, p.right.en) for p in match.pairs], [s.en for s in match.spare]) == ([("a", "1"), ("b", "2")], ["3"])
    first, second = (by_name("traps.gift")[name].question.body for name in ("order", "order without settings"))
    assert ([i.en for i in first.items], first.rule) == (["first", "second", "third"], "all")
    assert ([i.en for i in second.items], second.rule) == (["alpha", "beta"], "place")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("q", "description"), ("q {}", "essay"), ("q {####only general feedback}", "essay"), ("q {#1}", "numerical"), ("q {#=1 =%50%2}", "numerical"),
        ("q {~%50%a ~%50%b ~c}", "multiple"), ("q {=a ~b}", "single"), ("q {=a -> 1 =b -> 2}", "matching"), ("q {=a =b}", "shortanswer"), ("q {a}", "shortanswer"),
        ("q {T}", "truefalse"), ("q {TRUE#no#yes}", "truefalse"), ("q {F}", "truefalse"), ("q {true}", "shortanswer"), ("q {True}", "shortanswer"),
        ("q {>\na\nb}", "ordering"), ("q {#1 ~#wrong}", "numerical"), ("q {\n=a ~b\n}", "single"), ("q {=a#T ~b}", "single"),
    ],
)  # fmt: skip
def test_gift_types_are_tried_in_moodle_s_order(text, kind):
    assert one(text).kind == kind


def test_text_behind_the_answer_leaves_a_blank_and_text_that_ends_with_it_doesn_t():
    assert written("Grant is {=buried ~alive} in it.")["stem"] == {"en": "Grant is _____ in it."}
    assert written("Who is buried? {=Grant ~I}")["stem"] == {"en": "Who is buried?"}


def test_markup_goes_and_what_goes_is_told():
    (item,) = [i for i in read("traps.gift")[1].report if i.question and i.question.stem.en.startswith("Is H₂O")]
    assert item.question.stem.en == "Is H₂O wet?\nSay <yes>."
    assert [r.en for r in item.reasons] == ["formatting was taken away: <strong>"]
    assert by_name("traps.gift")["html in no format"].question.stem.zh == "a < b and <姓名> stay, goes"


def test_a_question_is_in_the_language_it_is_written_in_and_is_shown_in_both():
    chinese, english = one("客户退款 {=七天 ~CRM}").question, one("refund {=a ~b}").question
    assert (chinese.stem.zh, chinese.stem.en, chinese.body.options[1].text.zh) == ("客户退款", "", "CRM")
    assert (english.stem.zh, english.stem.en) == ("", "refund")
    assert worded(english.stem, "zh") == "refund"
    assert one("12:30? {T}", "zh").question.stem.zh == "12:30?"


def test_moodle_xml_keeps_pictures_ids_tags_and_feedback():
    _, imported = read("moodle.xml")
    question = imported.questions[0]
    (picture,) = imported.pictures.kept.values()
    assert (question.id, question.tags, question.feedback.zh) == ("first-sentence", ("投诉",), "先认事。")
    assert question.stem.zh == f"杯子碎了，![碎杯子]({picture.address})先说什么？"
    assert (picture.mime, picture.data[:4]) == ("image/png", b"\x89PNG")
    assert [(o.right, o.worth, o.why.zh) for o in question.body.options] == [(True, None, "对"), (False, -50, ""), (False, None, "")]
    assert imported.report[0].category == "$course$/top/Refunds"


def test_moodle_xml_puts_in_order_by_number_converts_units_and_reads_gaps():
    bodies = {item.name: item.question.body for item in read("moodle.xml")[1].report if item.question}
    assert [i.en for i in bodies["Order"].items] == ["first", "second", "last"]
    number = bodies["Num"]
    assert [number.grade(a).fraction for a in ("30 min", "1800 s", "1800", "30")] == [1, 1, 0, 0]
    cloze = bodies["Cloze"]
    assert cloze.text.en == "Berlin is the capital of {{g1}}, with {{g2}} million people. It is {{g3}}."
    assert [(g.body.kind, g.weight) for g in cloze.gaps] == [("shortanswer", 2), ("numerical", 1), ("single", 1)]
    assert [o.text.en for o in cloze.gaps[2].body.options] == ["big", "small}", "M&M"]
    assert cloze.grade({"g1": "germany", "g2": "3.6", "g3": 0}).fraction == 1
    assert bodies["Essay"].rubric[0].text.en == "Owns it first"
    assert bodies["Essay"].rubric[0].points == 5


def test_an_element_of_another_language_is_no_question_and_is_told():
    source = b'\n\n<?xml version="1.0"?><quiz>\n<question xmlns="urn:x" type="essay"/>\n<extra/>\n<question type="description"><questiontext><text>x</text></questiontext></question></quiz>'
    _, imported = read_file(source)
    assert [(i.line, i.element, i.outcome) for i in imported.report] == [
        (6, "question 1", "imported"), (0, "{urn:x}question", "refused"), (0, "extra", "refused"),
    ]  # fmt: skip


def test_a_picture_that_is_none_is_not_kept():
    item = by_name("moodle.xml")["SVG"]
    assert [r.en for r in item.reasons] == ["pictures are PNG, JPEG, GIF or WebP, of at most 1 MB"]
    assert item.question.stem.en == "![x](x.svg)What?"


def test_a_chinese_exam_table_is_understood():
    found = by_name("exam.csv")
    assert found["先做什么？"].question.difficulty == 1
    assert [o.right for o in found["写什么？"].question.body.options] == [True, True, False]
    assert found["可以说“马上”。"].question.body.right is False
    assert found["一次解决率缩写？"].question.body.grade("ｆｃｒ").fraction == 1
    assert found["几天？"].question.body.grade("7.5").fraction == 1
    assert [r.zh for r in found["先做什么？"].reasons] == ["不认识的列没收：备注"]


def test_a_formula_is_its_own_text():
    (question,) = read("semicolons.csv")[1].questions
    assert question.stem.en == "=cmd|'/c calc'!A0"


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"<quiz/>", "moodle-xml"), (b"\xef\xbb\xbf<?xml version='1.0'?><quiz/>", "moodle-xml"), (b"# c\nquestions: []", "yaml"), (b"q {T}", "gift"),
        (b"s\nA. a\nB. b\nANSWER: A", "aiken"), ("题干,答案\n".encode(), "csv"), (b"PK\x03\x04", "xlsx"), (b"just words", ""), (b"", ""),
    ],
)  # fmt: skip
def test_a_format_is_told_by_what_stands_in_the_file(start, kind):
    assert detect(start) == kind
    assert detect(b"just words", "x.gift") == "gift"


def test_a_file_that_is_too_large_is_refused_in_words():
    found = FORMATS["gift"]
    _, imported = read_file(b"q {T}\n\n" + b"a" * found.most)
    assert [r.en for i in imported.refused for r in i.reasons] == ["the file is over 5 MB"]


def test_what_has_far_too_much_in_it_is_refused_at_once(monkeypatch):
    from kbplatform_quizzes.formats import imported

    monkeypatch.setattr(imported, "write_sheet", lambda _questions: pytest.fail("it was written out to be looked at"))
    many = "q {=a " + "~b " * 40 + "}"
    options = "q {=a " + " ".join(f"~b{n}" for n in range(20_000)) + "}"
    answers = "q {" + " ".join(f"=b{n}" for n in range(20_000)) + "}"
    for text, told in ((options, "over 1,500 texts"), (answers, "over 1,500 texts"), (many, "needs 2 to 20 options")):
        _format, found = read_file(text.encode(), "x.gift")
        assert [told in item.reasons[0].en for item in found.refused] == [True]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("x.gift", "q {#5..1}", "the range is the wrong way round: 5..1"),
        ("x.xml", "<?xml version='1.0'?><quiz><question><name><text>n</text></name></question></quiz>", "it says no question type"),
        ("x.csv", "题型,题干,A,B,答案\n单选题,问,甲,乙,\n", "an answer is missing"),
        ("x.yaml", "questions:\n\t- id: a\n", "indent with spaces only"),
    ],
)
def test_a_reason_says_what_to_mend(name, text, told):
    _format, found = read_file(text.encode(), name)
    (item,) = found.refused
    assert told in item.reasons[0].en
    assert item.reasons[0].zh != item.reasons[0].en
