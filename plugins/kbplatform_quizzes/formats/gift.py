"""GIFT, read as Moodle reads it (``question/format/gift/format.php``, ``qtype_ordering``'s ``import_from_gift``).

Where the manual and Moodle's reader differ, the reader decides: the answer is the first ``{`` to the first ``}``, an escape is undone
after the parts are found, ``true`` in small letters is a short answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from kbplatform.sdk import Lang, Text
from kbplatform_quizzes.formats.imported import MAX_QUESTIONS, Draft, Imported, Item, Refused, item, language_of, named, tidy_tags, unique, whole
from kbplatform_quizzes.kinds.arranging import Matching, Ordering, Pair
from kbplatform_quizzes.kinds.choice import Multiple, Option, Single, TrueFalse
from kbplatform_quizzes.kinds.told import Description
from kbplatform_quizzes.kinds.written import Accepted, Criterion, Essay, Numerical, ShortAnswer, Span
from kbplatform_quizzes.question import NOTHING, Body, Question

BLANK = "_____"
_SPACES = " \t\n\r\0\x0b"
"""What PHP's ``trim`` takes off: a line of a full-width space is no empty line to Moodle."""
_ESCAPED = ":#={}~n\\"
_HELD = "\ufdd0\ufdd1\ufdd2\ufdd3\ufdd4\ufdd5\ufdd6\ufdd7"
"""Stand for escaped characters while parts are found: noncharacters, which no text has."""
_ESCAPE = re.compile(r"\\([:#={}~n\\])")
_HOLD = dict(zip(_ESCAPED, _HELD, strict=True))
_RELEASE = str.maketrans(dict(zip(_HELD, ":#={}~\n\\", strict=True)))
_WEIGHT = re.compile(r"%(-*[0-9]{1,2}\.?[0-9]*)%")
_FORMAT = re.compile(r"\[(html|moodle|plain|markdown)\]")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_ID = re.compile(r"\[id:((?:\\]|[^]\x00-\x1f])+)]")
_TAG = re.compile(r"\[tag:((?:\\]|[^]<>`\x00-\x1f])+)]")
_TAGS = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_SETTING = re.compile(
    r"\d+|ALL|EXACT|RANDOM|REL|CONTIGUOUS|CONTIG|HORIZONTAL|HORI|VERTICAL|VERT|ALL_OR_NOTHING|ABSOLUTE_POSITION|ABSOLUTE|ABS|"
    r"RELATIVE\w*|LONGEST\w*|SHOW|HIDE|TRUE|FALSE|NONE|ABC|ABCD|IIII|123",
    re.IGNORECASE,
)
ROUNDED = 0.05
"""Percent by which a file's weight may miss the share it was rounded from."""
RUBRIC = Text("按题目的要求答全、答对", "Answers the question fully and correctly")


def trim(text: str) -> str:
    """``text`` without what PHP's ``trim`` takes off."""
    return text.strip(_SPACES)


def held(text: str) -> str:
    """``text`` with escaped characters held back, so that they are no marks."""
    return _ESCAPE.sub(lambda match: _HOLD[match[1]], text)


def released(text: str) -> str:
    """``text`` with the characters that were held back."""
    return trim(text.translate(_RELEASE))


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Lines between two empty ones."""

    line: int
    text: str
    comments: str


def read(source: str, lang: Lang | None = None) -> Imported:
    """The questions of a GIFT file; ``lang`` says what they are written in, where the characters shouldn't decide."""
    items: list[Item] = []
    category = ""
    chunks = list(_chunks(source))
    if len(chunks) > MAX_QUESTIONS:
        return whole(f"一个文件最多 {MAX_QUESTIONS} 题", f"at most {MAX_QUESTIONS} questions a file")
    for chunk in chunks:
        if chunk.text.startswith("$CATEGORY:"):
            category, _, swallowed = trim(chunk.text[10:]).partition("\n")
            if trim(swallowed):
                why = Text(
                    "$CATEGORY 行后面要空一行：Moodle 把后面的都当成类别名，这里不猜",
                    "put an empty line after $CATEGORY: Moodle takes what follows as part of its name, and this doesn't guess",
                )
                items.append(Item(chunk.line + 1, "", "refused", (why,), category=category))
            continue
        items.append(_item(chunk, lang, category))
    return Imported(unique(items))


def _chunks(source: str) -> Iterator[_Chunk]:
    lines: list[str] = []
    comments: list[str] = []
    start = 0
    for number, raw in enumerate([*re.split(r"\r\n|\n|\r", source), ""], 1):
        line = trim(raw)
        if line.startswith("//"):
            comments.append(line)
            lines.append(" ")
        elif line:
            start = start or number
            lines.append(line)
        else:
            if start:
                yield _Chunk(start, trim("\n".join(lines)), "\n".join(comments))
            lines, comments, start = [], [], 0


@dataclass(frozen=True, slots=True)
class _Parts:
    """What stands in a chunk. ``answer`` is None for a description. Escapes are still held back."""

    name: str
    text: str
    answer: str | None
    feedback: str


def _item(chunk: _Chunk, lang: Lang | None, category: str) -> Item:
    draft = Draft(language_of(chunk.text, lang))
    shown = chunk.text.partition("\n")[0][:60]
    try:
        parts = _parts(held(chunk.text), draft)
    except Refused as refused:
        return Item(chunk.line, shown, "refused", (refused.message,), category=category)
    name = parts.name or _TAGS.sub("", released(_split_format(parts.text, "")[1])).partition("\n")[0][:60]
    return item(draft, lambda: _question(parts, chunk, draft, name), chunk.line, name, category=category)


def _parts(text: str, draft: Draft) -> _Parts:
    name = ""
    if text.startswith("::"):
        text = text[2:]
        if (end := text.find("::")) >= 0:
            name, text = released(text[:end]), trim(text[end + 2 :])
    start, end = text.find("{"), text.find("}")
    if start < 0 and end < 0:
        return _Parts(name, text, None, "")
    if start < 0 or end < start:
        raise Refused(Text("花括号不成对", "a brace stands alone"))
    answer = trim(text[start + 1 : end])
    stem = text[:start] + text[end + 1 :] if text.endswith("}") else text[:start] + BLANK + text[end + 1 :]
    if "{" in stem or "}" in stem:
        draft.note(
            "只有第一对花括号是答案，后面的留在题干里；是不是少了空行？",
            "only the first braces hold the answer, the rest stays in the stem; is an empty line missing?",
        )
    answer, mark, feedback = (*answer.rpartition("####"),) if "####" in answer else (answer, "", "")
    return _Parts(name, stem, trim(answer) if mark else answer, feedback)


def _question(parts: _Parts, chunk: _Chunk, draft: Draft, name: str) -> Question:
    markup, stem = _split_format(parts.text, "moodle")
    words = draft.marked(released(stem), markup)
    if not words and name:
        words = draft.words(name)
        draft.note("没有题干，用了名称", "there is no stem: the name stands for it")
    body = _body(parts.answer, markup, draft)
    idnumber = _ID.search(chunk.comments)
    question = Question(
        id="q",
        stem=words,
        body=body,
        feedback=_marked(parts.feedback, markup, draft),
        tags=tidy_tags(draft, (match[1].replace("\\]", "]") for match in _TAG.finditer(chunk.comments))),
    )
    return named(draft, question, parts.name, trim(idnumber[1]).replace("\\]", "]") if idnumber else "")


def _split_format(text: str, default: str) -> tuple[str, str]:
    """The markup that a ``[html]`` at the start names, else ``default``; and the rest."""
    match = _FORMAT.match(text)
    return (match[1], text[match.end() :]) if match else (default, text)


def _marked(text: str, default: str, draft: Draft) -> Text:
    markup, rest = _split_format(trim(text), default)
    return draft.marked(released(rest), markup)


def _plain(text: str) -> str:
    """What a taker types: no markup in it."""
    return released(_split_format(trim(text), "plain")[1])


def _body(answer: str | None, markup: str, draft: Draft) -> Body:
    """The tests for the types, in Moodle's order."""
    if answer is None:
        return Description()
    for fits, read_as in _KINDS:
        if fits(answer):
            return read_as(answer, markup, draft)
    return _short(answer, markup, draft)


def _pieces(answer: str, mark: str, least: int) -> list[str]:
    pieces = [trim(piece) for piece in answer.split(mark)]
    if not pieces[0]:
        del pieces[0]
    if len(pieces) < least:
        raise Refused(Text(f"至少要有 {least} 个答案", f"needs at least {least} answers"))
    return pieces


def _weighed(piece: str, default: float) -> tuple[float, str]:
    """The weight in percent that a piece begins with, and what follows it."""
    match = _WEIGHT.match(piece)
    if match is None:
        return default, piece
    digits = match[1].lstrip("-")
    return float(digits) * (-1 if match[1].startswith("-") else 1), piece[match.end() :]


def _commented(piece: str, markup: str, draft: Draft) -> tuple[str, Text]:
    text, _, comment = piece.partition("#")
    return trim(text), _marked(comment, markup, draft)


def _choice(answer: str, markup: str, draft: Draft) -> Body:
    single = "=" in answer
    options = []
    for piece in _pieces(answer.replace("=", "~="), "~", 2):
        worth, rest = _weighed(piece.removeprefix("="), 0.0)
        if piece.startswith("="):
            if rest != piece[1:]:
                draft.note("“=” 就是满分，后面的百分数不算", "“=” is full marks: the percentage behind it doesn't count")
            worth = 100.0
        text, why = _commented(rest, markup, draft)
        words = _marked(text, markup, draft)
        if not words:
            draft.note("去掉了空的选项", "an empty option was taken out")
            continue
        options.append((words, worth, why))
    return choice_of(options, draft, single=single)


def choice_of(options: list[tuple[Text, float, Text]], draft: Draft, *, single: bool) -> Body:
    """Options with their worth in percent and comment as a choice: of one, or of several with weights."""
    for _, worth, _ in options:
        if not -100 <= worth <= 100:
            raise Refused(Text(f"分值 {worth:g}% 不在 −100 到 100 之间", f"the weight {worth:g}% is not from −100 to 100"))
    if not any(worth > 0 for _, worth, _ in options):
        raise Refused(Text("没有一个选项是对的", "no option is right"))
    if single:
        best = max(worth for _, worth, _ in options)
        key = next(i for i, (_, worth, _) in enumerate(options) if worth == best)
        if best < 100:
            draft.note(f"没有满分的选项，最高 {best:g}%", f"no option gives full marks, the best gives {best:g}%")
        return Single(tuple(_option(words, worth, why, right=i == key, plain=0.0, full=100.0) for i, (words, worth, why) in enumerate(options)))
    total = sum(worth for _, worth, _ in options if worth > 0)
    if abs(total - 100) > 0.5:
        draft.note(f"得分项加起来是 {total:g}%，不是 100%", f"the weights above 0 add up to {total:g}%, not 100%")
    rights = sum(worth > 0 for _, worth, _ in options)
    return Multiple(tuple(_option(w, worth, why, right=worth > 0, plain=0.0, full=100 / rights) for w, worth, why in options), "weighted")


def _option(words: Text, worth: float, why: Text, *, right: bool, plain: float, full: float) -> Option:
    """``worth`` is left out where the rule gives the same: three times 33.333 % is all, not 99.999 %."""
    usual = full if right else plain
    return Option(words, right, why, None if abs(worth - usual) < ROUNDED else worth)


def _match(answer: str, markup: str, draft: Draft) -> Body:
    pairs, spare = [], []
    for piece in _pieces(answer, "=", 2):
        left, arrow, right = piece.partition("->")
        if not arrow:
            raise Refused(Text(f"配对里少了 ->：{released(piece)[:40]}", f"-> is missing in a pair: {released(piece)[:40]}"))
        words, match = _marked(left, markup, draft), draft.marked(released(right), markup)
        if not match:
            raise Refused(Text("配对的右边是空的", "the right side of a pair is empty"))
        if words:
            pairs.append(Pair(words, match))
        else:
            spare.append(match)
    return Matching(tuple(pairs), tuple(spare))


def _true_false(answer: str, markup: str, draft: Draft) -> Body:
    word, *comments = answer.split("#", 2)
    wrong, right = (_marked(comment, markup, draft) for comment in (*comments, "", "")[:2])
    return TrueFalse(True, right, wrong) if trim(word) in {"T", "TRUE"} else TrueFalse(False, wrong, right)


def _short(answer: str, markup: str, draft: Draft) -> Body:
    found = []
    for piece in _pieces(answer, "=", 1):
        worth, rest = _weighed(piece, 100.0)
        text, why = _commented(rest, markup, draft)
        found.append((_plain(text), worth, why))
    return short_of(found, draft)


def short_of(found: list[tuple[str, float, Text]], draft: Draft) -> ShortAnswer:
    """Answers with worth and comment as a short answer; ``*`` alone stands for any other."""
    answers, otherwise = [], NOTHING
    for text, worth, why in found:
        if text == "*" and worth <= 0:
            otherwise = why
            continue
        if text == "*":
            raise Refused(Text("“*”（写什么都对）这里没有", "“*”, which accepts anything, is not to be had here"))
        if re.search(r"(?<!\\)\*", text):
            draft.note(f"“*”不当通配符，按字面收：{text[:40]}", f"“*” is no wildcard here, it is taken as written: {text[:40]}")
        answers.append(Accepted(draft.words(text.replace("\\*", "*")), worth, why))
    return ShortAnswer(tuple(answers), otherwise)


def _number(answer: str, markup: str, draft: Draft) -> Body:
    accepted, tilde, wrong = trim(answer[1:]).partition("~")
    spans = []
    for piece in _pieces(accepted, "=", 1):
        worth, rest = _weighed(piece, 100.0)
        text, why = _commented(rest, markup, draft)
        low, high = _range(released(text))
        spans.append(Span(low, high, worth, why))
    return Numerical(tuple(spans), otherwise=_commented(wrong, markup, draft)[1] if tilde else NOTHING)


def _range(text: str) -> tuple[Decimal, Decimal]:
    if text.find("..") > 0:
        first, _, last = text.partition("..")
        low, high = number_in(first), number_in(last)
        if low > high:
            raise Refused(Text(f"范围写反了：{trim(text)[:40]}", f"the range is the wrong way round: {trim(text)[:40]}"))
        return low, high
    value, colon, tolerance = text.partition(":")
    around = abs(number_in(tolerance)) if colon else Decimal()
    return number_in(value) - around, number_in(value) + around


def number_in(text: str) -> Decimal:
    """A number as a file writes it. Raises Refused."""
    if not _NUMBER.fullmatch(trim(text)):
        raise Refused(Text(f"这里要写一个数：{trim(text)[:40] or '（空）'}", f"this is no number: {trim(text)[:40] or '(nothing)'}"))
    return Decimal(trim(text))


def _order(answer: str, markup: str, draft: Draft) -> Body:
    first, *rest = answer[1:].split("\n")
    words = trim(first).split()
    settings = words if rest and all(_SETTING.fullmatch(word) for word in words) else []
    lines = rest if settings else [first, *rest]
    names = {word.upper() for word in settings}
    if names & {"RANDOM", "REL", "CONTIGUOUS", "CONTIG"} or any(w.startswith(("RELATIVE", "LONGEST")) for w in names):
        draft.note("排序按每个位置计分，原来的计分或抽取方式没有", "each place counts; the file's own way of drawing or marking is left out")
    items = tuple(text for line in lines if (text := _marked(line, markup, draft)))
    return Ordering(items, "all" if "ALL_OR_NOTHING" in names else "place")


def _essay(_answer: str, _markup: str, draft: Draft) -> Body:
    return essay_of(draft)


def essay_of(draft: Draft, rubric: Text = NOTHING, points: float = 1.0) -> Essay:
    """An essay: with the rubric the file has, else with one line that a trainer may sharpen."""
    if not rubric:
        draft.note("没有评分标准，先写了一条通用的", "there was no rubric: it got a general line")
    return Essay((Criterion(rubric or RUBRIC, points),))


def _is_true_false(answer: str) -> bool:
    at = answer.find("#")
    return trim(answer[:at] if at > 0 else answer) in {"T", "TRUE", "F", "FALSE"}


_KINDS: tuple[tuple[Callable[[str], bool], Callable[[str, str, Draft], Body]], ...] = (
    (lambda a: a.startswith(">"), _order),
    (lambda a: not a, _essay),
    (lambda a: a.startswith("#"), _number),
    (lambda a: "~" in a, _choice),
    (lambda a: "=" in a and "->" in a, _match),
    (_is_true_false, _true_false),
)
