"""Moodle XML, read as Moodle reads it (``question/format/xml/format.php`` and the question types' own readers).

A stranger's XML: no document type, no entities of its own, nothing fetched from anywhere (defusedxml).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from xml.etree.ElementTree import Element
from xml.parsers.expat import ParserCreate

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from kbplatform.sdk import Lang, Text
from kbplatform_quizzes.formats.embedded import cloze_of
from kbplatform_quizzes.formats.exported import STEM
from kbplatform_quizzes.formats.gift import choice_of, essay_of, number_in, short_of
from kbplatform_quizzes.formats.imported import MAX_QUESTIONS, Draft, Imported, Item, Refused, item, language_of, named, tidy_tags, unique, whole
from kbplatform_quizzes.formats.markup import Pictures, decoded
from kbplatform_quizzes.kinds.arranging import Matching, Ordering, Pair
from kbplatform_quizzes.kinds.choice import TrueFalse
from kbplatform_quizzes.kinds.told import Description
from kbplatform_quizzes.kinds.written import Numerical, Span, Unit
from kbplatform_quizzes.question import NOTHING, Body, Question

_MARKUP = {"html": "html", "moodle_auto_format": "moodle", "plain_text": "plain", "markdown": "markdown"}
_USUAL_PENALTIES = (0.0, 1.0, 0.1, 0.33333)
_USUAL_WORDS = frozenset(
    [
        "Your answer is correct.", "Your answer is partially correct.", "Your answer is incorrect.", "您的答案是正确的。",
        "您的回答是正确的。", "您的答案部分正确。", "您的答案是不正确的。",
        "答案正确。", "答案部分正确。", "答案不正确。", "回答正确", "部分正确", "回答不正确",
    ],
)


def read(source: str, lang: Lang | None = None) -> Imported:
    """The questions of a Moodle XML file. Its items are named by the number of their ``<question>``."""
    text = source.lstrip()  # an empty line above the declaration is no reason to refuse a file
    above = source[: len(source) - len(text)].count("\n")
    try:
        root = fromstring(text, forbid_dtd=True)
    except DefusedXmlException:
        return whole("XML 里有文档类型或实体声明（DTD），不收", "the XML declares a document type or entities, which isn't taken")
    except ParseError as error:
        line, column = error.position[0] + above, error.position[1] + 1
        return whole(f"不是有效的 XML：第 {line} 行，第 {column} 列", f"not valid XML: line {line}, column {column}", line)
    except (ValueError, RecursionError, LookupError) as error:
        return whole(f"不是有效的 XML：{error}", f"not valid XML: {error}")
    if root.tag != "quiz":
        return whole(f"最外层要是 <quiz>，这里是 <{root.tag}>", f"the outermost element is <quiz>, this is <{root.tag}>")
    found = root.findall("question")
    if len(found) > MAX_QUESTIONS:
        return whole(f"一个文件最多 {MAX_QUESTIONS} 题", f"at most {MAX_QUESTIONS} questions a file")
    pictures = Pictures()
    items, category = [], ""
    for number, (element, line) in enumerate(zip(found, _lines(text), strict=True), 1):
        if element.get("type") == "category":
            category = _text(element.find("category"))
        else:
            items.append(_item(element, (line + above, f"question {number}"), lang, pictures, category))
    items += _strangers(root)
    done = Imported(unique(items))
    return Imported(done.report, pictures.keep_only(t.zh + t.en for q in done.questions for t in q.texts()))


def _lines(source: str) -> list[int]:
    """The line on which each question of the quiz begins. Only for what the careful parser has let through."""
    parser, lines, outer = ParserCreate(namespace_separator=" "), list[int](), list[str]()

    def start(name: str, _attributes: dict[str, str]) -> None:
        if name == "question" and len(outer) == 1:
            lines.append(parser.CurrentLineNumber)
        outer.append(name)

    def end(_name: str) -> None:
        outer.pop()

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.Parse(source, True)
    return lines


def _strangers(root: Element) -> list[Item]:
    why = Text("<quiz> 里只收 <question>", "only <question> is read inside <quiz>")
    return [Item(0, "", "refused", (why,), element=str(child.tag)) for child in root if child.tag != "question"]


def _text(holder: Element | None) -> str:
    """The ``<text>`` of an element, or its own text in old files."""
    if holder is None:
        return ""
    inner = holder.find("text")
    return "".join((inner if inner is not None else holder).itertext()).strip()


def _item(element: Element, place: tuple[int, str], lang: Lang | None, pictures: Pictures, category: str) -> Item:
    draft = Draft(language_of("".join(t for t in element.itertext() if len(t) < 100_000), lang), pictures)
    name = _text(element.find("name"))
    kind = element.get("type", "")

    def build() -> Question:
        return _Reading(element, draft).question(kind, name)

    return item(draft, build, place[0], name[:80], place[1], category)


@dataclass(frozen=True, slots=True)
class _Answer:
    """An ``<answer>``: its element, worth in percent, and comment."""

    element: Element
    worth: float
    why: Text

    @property
    def text(self) -> str:
        """As it stands, without markup taken off: what a taker types."""
        return _text(self.element)


class _Reading:
    """One ``<question>`` being read."""

    def __init__(self, element: Element, draft: Draft) -> None:
        self._element, self._draft = element, draft

    def question(self, kind: str, name: str) -> Question:
        """Raises Refused."""
        if not kind:
            raise Refused(Text("没写题型（type）", "it says no question type"))
        if kind not in _KINDS:
            raise Refused(Text(f"没有“{kind}”这种题", f"there is no question type “{kind}” here"))
        stem = STEM if kind == "cloze" else self._rich(self._element.find("questiontext"))
        body = _KINDS[kind](self)
        if not stem:
            self._draft.note("没有题干，用了名称", "there is no stem: the name stands for it")
            stem = self._draft.words(name)
        self._tell_the_rest(kind)
        tags = tidy_tags(self._draft, (_text(tag) for tag in self._element.findall("tags/tag")))
        feedback = self._rich(self._element.find("generalfeedback"))
        idnumber = (self._element.findtext("idnumber") or "").strip()
        return named(self._draft, Question("q", stem, body, feedback=feedback, tags=tags), name, idnumber)

    def _rich(self, holder: Element | None) -> Text:
        """The text of an element in our plain form, with the pictures that stand in it."""
        self._files(holder)
        return self._draft.marked(_text(holder), self._markup(holder))

    def _markup(self, holder: Element | None) -> str:
        return _MARKUP.get(holder.get("format", "html") if holder is not None else "html", "html")

    def _files(self, holder: Element | None) -> None:
        files = holder.findall("file") if holder is not None else []
        self._draft.pictures.files = {
            (file.get("path", "/") + file.get("name", "")).lstrip("/"): decoded(file.text or "") for file in files if file.get("encoding") == "base64"
        }
        words = _text(holder)
        for file in files:
            name = file.get("name", "")
            if name not in words and name.replace(" ", "%20") not in words and "@@PLUGINFILE@@" not in words:
                self._draft.note(f"题里没用到的附件没收：{name}", f"a file that no text shows is left out: {name}")

    def _answers(self) -> list[_Answer]:
        return [_Answer(a, _percent(a.get("fraction", "0")), self._rich(a.find("feedback"))) for a in self._element.findall("answer")]

    def _field(self, name: str) -> str:
        return _text(self._element.find(name))

    def _tell_the_rest(self, kind: str) -> None:
        """What our questions have no place for."""
        note = self._draft.note
        grade = self._field("defaultgrade")
        if grade and kind not in {"description", "essay", "cloze"} and _percent(grade) != 1:
            note(f"分数 {grade:.12} 没收：每道题一样重", f"the mark of {grade:.12} is left out: every question weighs the same")
        penalty = self._field("penalty")
        if penalty and all(abs(_percent(penalty) - usual) > 0.001 for usual in _USUAL_PENALTIES):
            note(f"每错一次扣 {penalty:.12} 没收", f"the penalty of {penalty:.12} for each try is left out")
        if hints := sum(bool(_text(hint)) for hint in self._element.findall("hint")):
            note(f"{hints} 条提示没收", f"hints left out: {hints}")
        for name in ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback"):
            words = self._draft.plain(self._field(name), self._markup(self._element.find(name)))
            if words and words not in _USUAL_WORDS:
                note(f"按对错统一说的话没收：{words[:80]}", f"what is said to all that are right or wrong is left out: {words[:80]}")
        if self._field("hidden") in {"1", "true"}:
            note("原来是隐藏的题，这里会出", "it was hidden, here it is asked")
        if self._field("shuffleanswers") in {"0", "false"} and kind in {"multichoice", "matching"}:
            note("选项次序固定这一条没收：这里每次都打乱", "a fixed order of options is left out: here they are shuffled")

    def choice(self) -> Body:
        options = []
        for answer in self._answers():
            words = self._rich(answer.element)
            if words:
                options.append((words, answer.worth, answer.why))
            else:
                self._draft.note("去掉了空的选项", "an empty option was taken out")
        if len(options) < 2:
            raise Refused(Text("至少要有 2 个选项", "needs at least 2 options"))
        return choice_of(options, self._draft, single=self._field("single").lower() in {"", "1", "true"})

    def true_false(self) -> Body:
        right, comments = None, {True: NOTHING, False: NOTHING}
        for position, answer in enumerate(self._answers()):
            word = answer.text.lower()
            says = word == "true" if word in {"true", "false"} else position == 0
            comments[says] = answer.why
            if answer.worth == 100:
                right = says
        if right is None:
            raise Refused(Text("没写对还是错", "neither true nor false is right"))
        return TrueFalse(right, comments[True], comments[False])

    def short(self) -> Body:
        if self._field("usecase") in {"1", "true"}:
            self._draft.note("不再区分大小写", "upper and lower case no longer matter")
        return short_of([(a.text, a.worth, a.why) for a in self._answers()], self._draft)

    def number(self) -> Body:
        spans, otherwise = [], NOTHING
        for answer in self._answers():
            text = answer.text
            if text == "*" and answer.worth <= 0:
                otherwise = answer.why
                continue
            if text == "*":
                raise Refused(Text("“*”（写什么都对）这里没有", "“*”, which accepts anything, is not to be had here"))
            tolerance = _text(answer.element.find("tolerance"))
            value, width = number_in(text), abs(number_in(tolerance)) if tolerance else Decimal()
            spans.append(Span(value - width, value + width, answer.worth, answer.why))
        units = tuple(self._unit(u) for u in self._element.findall("units/unit"))
        if self._field("unitgradingtype") in {"1", "2"}:
            self._draft.note("单位写错按错算，不按比例扣", "a wrong unit is a wrong answer, not a part of the mark")
        return Numerical(tuple(spans), units, bool(units) and self._field("unitgradingtype") in {"1", "2"}, otherwise)

    def _unit(self, element: Element) -> Unit:
        """Moodle multiplies the right answer by a unit's multiplier; we multiply what was typed, so it is turned over."""
        multiplier = number_in(_text(element.find("multiplier")) or "1")
        if not multiplier:
            raise Refused(Text("单位的倍数是 0", "a unit's multiplier is 0"))
        return Unit(self._draft.words(_text(element.find("unit_name"))), Decimal(1) / multiplier)

    def match(self) -> Body:
        pairs, spare = [], []
        for sub in self._element.findall("subquestion"):
            left, right = self._rich(sub), self._draft.marked(_text(sub.find("answer")), "plain")
            if left and right:
                pairs.append(Pair(left, right))
            elif right:
                spare.append(right)
            elif left:
                raise Refused(Text("配对的右边是空的", "the right side of a pair is empty"))
        return Matching(tuple(pairs), tuple(spare))

    def order(self) -> Body:
        answers = sorted(self._answers(), key=lambda a: a.worth)
        grading = self._field("gradingtype")
        if grading not in {"", "ALL_OR_NOTHING", "ABSOLUTE_POSITION", "-1", "0"}:
            self._draft.note("排序按每个位置计分，原来的计分方式没有", "each place counts; the file's own way of marking is not to be had here")
        if self._field("selecttype") not in {"", "ALL", "0"}:
            self._draft.note("每次都排全部，不抽一部分", "all of it is to be put in order, not a part that is drawn")
        return Ordering(tuple(self._rich(a.element) for a in answers), "all" if grading in {"ALL_OR_NOTHING", "-1"} else "place")

    def essay(self) -> Body:
        if self._field("responsetemplate"):
            self._draft.note("答题模板没收", "the template for the answer is left out")
        if self._field("attachments") not in {"", "0"}:
            self._draft.note("不能交附件", "no files can be handed in")
        points = _percent(self._field("defaultgrade") or "1")
        return essay_of(self._draft, self._rich(self._element.find("graderinfo")), points if points > 0 else 1.0)

    def cloze(self) -> Body:
        holder = self._element.find("questiontext")
        self._files(holder)
        return cloze_of(_text(holder), self._markup(holder), self._draft)


def _percent(text: str) -> float:
    """A fraction as the file has it. Raises Refused."""
    number = text.strip().replace(",", ".")
    if not re.fullmatch(r"[+-]?(\d{1,9}\.?\d*|\.\d+)(e[+-]?\d{1,2})?", number, re.IGNORECASE):
        raise Refused(Text(f"分值写得不对：{text[:20]}", f"the worth can't be read: {text[:20]}"))
    return float(number)


_KINDS: dict[str, Callable[[_Reading], Body]] = {
    "multichoice": _Reading.choice,
    "truefalse": _Reading.true_false,
    "shortanswer": _Reading.short,
    "numerical": _Reading.number,
    "matching": _Reading.match,
    "ordering": _Reading.order,
    "essay": _Reading.essay,
    "cloze": _Reading.cloze,
    "description": lambda _reading: Description(),
}
