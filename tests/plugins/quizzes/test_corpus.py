"""Each trap that we know of in strangers' files, with the file of the corpus that has it; and what the second GIFT file comes to."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from kbplatform_quizzes.formats.registry import read_file

CORPUS = Path(__file__).parent / "corpus"
TRAPS = {
    "a byte order mark": ("bom-crlf.gift", b"\xef\xbb\xbf"),
    "lines that end with CRLF": ("bom-crlf.gift", b"\r\n\r\n"),
    "lines that end with CR": ("old-mac.gift", b"\r\r"),
    "not UTF-8: GB18030": ("gb18030.gift", "题".encode("gb18030")),
    "not UTF-8: UTF-16": ("utf-16.gift", b"\xff\xfe"),
    "a comment with an id and tags": ("traps.gift", "// [id:trap\\]1] [tag:退款]".encode()),
    "an indented comment": ("more-traps.gift", b"   // "),
    "a line of blanks ends a question": ("more-traps.gift", b"}\n  \t\n"),
    "a category": ("traps.gift", b"$CATEGORY: "),
    "a category without an empty line after it": ("traps.gift", b"$CATEGORY: top\n::"),
    "no name": ("more-traps.gift", b"[moodle]"),
    "escapes": ("traps.gift", rb"\{ \} \= \~ \# stay, \\ is one\, and \n"),
    "a second pair of braces": ("traps.gift", b"first {=a ~b} second {=c ~d}"),
    "no braces: a description": ("traps.gift", b"The text of a description"),
    "empty braces: an essay": ("more-traps.gift", b"{}"),
    "a missing word": ("more-traps.gift", "} 。".encode()),
    "general feedback": ("traps.gift", b"####"),
    "[html]": ("traps.gift", b"[html]"),
    "[markdown]": ("traps.gift", b"[markdown]"),
    "[plain]": ("traps.gift", b"[plain]"),
    "[moodle]": ("more-traps.gift", b"[moodle]"),
    "ordering": ("traps.gift", b"{>3 ALL VERTICAL"),
    "a tilde makes it a choice, an equals sign a single one": ("traps.gift", b"~%-33.333%no"),
    "an arrow makes it matching": ("traps.gift", b"{=a -> 1"),
    "T and F with feedback": ("traps.gift", b"{F#wrong#right####both}"),
    "true in small letters is a short answer": ("traps.gift", b"{true}"),
    "weights negative and decimal": ("more-traps.gift", b"~%-25.5%"),
    "a number with tolerance": ("more-traps.gift", b"{#-2:1}"),
    "a range": ("more-traps.gift", b"{#2.5..3.5}"),
    "several numbers with weights": ("more-traps.gift", b"{#=%100%3:0 =%50%4:1"),
    "XML: what a category applies to": ("moodle.xml", b'type="category"'),
    "XML: fractions in percent": ("moodle.xml", b'fraction="-50"'),
    "XML: ordering by position": ("moodle.xml", b'fraction="2.0000000"'),
    "XML: pictures": ("moodle.xml", b"@@PLUGINFILE@@/a%20cup.png"),
    "XML: gaps in the text": ("moodle.xml", b"{2:SHORTANSWER:=Germany"),
    "XML: a type we don't have": ("moodle.xml", b'type="calculated"'),
    "XML: entities": ("bomb.xml", b"<!ENTITY"),
    "XML: a file from elsewhere": ("external-entity.xml", b"SYSTEM"),
    "Aiken: letters with a dot": ("plain.aiken", b"A. Is it this one?"),
    "Aiken: letters with a bracket": ("plain.aiken", b"A) Moodle"),
    "Aiken: an answer that is no option": ("plain.aiken", b"ANSWER: D"),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_the_corpus_has_each_trap_and_the_reader_survives_its_file(trap):
    name, fragment = TRAPS[trap]
    data = (CORPUS / name).read_bytes()
    assert fragment in data
    _format, found = read_file(data, name)
    assert found.report
    assert all(item.question or item.reasons for item in found.report)


def test_what_the_second_gift_file_comes_to():
    _format, found = read_file((CORPUS / "more-traps.gift").read_bytes(), "more-traps.gift")
    assert found.refused == ()
    assert found.by_type == {
        "single": 1, "shortanswer": 4, "truefalse": 3, "numerical": 4, "ordering": 1, "essay": 1, "description": 1,
    }  # fmt: skip
    by = {item.name.partition("？")[0]: item for item in found.report}
    first = by["第一句先说什么"]
    assert (first.line, first.question.stem.zh, first.question.tags) == (2, "第一句先说什么？\n两行也算", ("先认事",))
    assert [(o.text.zh, o.right, o.worth) for o in first.question.body.options] == [
        ("对不住，让您久等了", True, None), ("请报订单号", False, None), ("您打错了:请拨总机", False, -25.5),
    ]  # fmt: skip
    assert by["填中间"].question.stem.zh == "客户满意度的英文缩写是 _____ 。"
    assert [(a.text.zh, a.worth) for a in by["填中间"].question.body.answers] == [("CSAT", 100), ("csat score", 80)]
    truth = by["只有一个字母"].question.body
    assert (truth.right, truth.why_true.zh, truth.why_false.zh) == (True, "对", "不对")
    spans = [(a.low, a.high, a.worth) for key in ("范围", "精确", "负数", "百分之百") for a in by[key].question.body.answers]
    d = Decimal
    assert spans == [(d("2.5"), d("3.5"), 100), (d("3.1416"), d("3.1416"), 100), (-3, -1, 100), (3, 3, 100), (3, 5, 50)]
    assert [t.zh for t in by["竖着排"].question.body.items] == ["先接住", "再问清", "后给方案"]
    assert by["反斜杠"].question.stem.zh.startswith("Windows 的路径 C:\\temp")
    assert [a.text.zh for a in by["波浪号转义"].question.body.answers] == ["~", "="]
