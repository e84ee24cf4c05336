"""Answers embedded in a text, as Moodle's cloze has them: ``{2:SHORTANSWER:=Berlin#yes~%50%Bonn}`` (``qtype_multianswer``)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from kbplatform.sdk import Text
from kbplatform_quizzes.formats.exported import Sender, around, percent
from kbplatform_quizzes.formats.gift import choice_of, number_in, short_of
from kbplatform_quizzes.formats.imported import Draft, Refused
from kbplatform_quizzes.kinds.arranging import GAP, Cloze, Gap
from kbplatform_quizzes.kinds.choice import Single
from kbplatform_quizzes.kinds.written import Numerical, ShortAnswer, Span
from kbplatform_quizzes.question import NOTHING

MAX_GAPS = 100
_START = re.compile(
    r"\{(\d*):(NUMERICAL|NM|MULTICHOICE_VS|MULTICHOICE_HS|MULTICHOICE_V|MULTICHOICE_H|MULTICHOICE_S|MULTICHOICE|MCVS|MCHS|MCV|MCH|MCS|MC|"
    r"SHORTANSWER_C|SHORTANSWER|SAC|SA|MWC|MW|MULTIRESPONSE_HS|MULTIRESPONSE_H|MULTIRESPONSE_S|MULTIRESPONSE|MRHS|MRH|MRS|MR):",
)
_WEIGHT = re.compile(r"=|%(-?\d+(?:[.,]\d*)?)%")
_ESCAPED = re.compile(r"\\([~#}\"\\/])")
_HOLD = "\ufdd8"
"""Stands for a gap while markup is taken off the text around it."""
_NUMBERS, _CHOICES, _SEVERAL, _CASED = ("NUMERICAL", "NM"), ("MULTICHOICE", "MC"), ("MULTIRESPONSE", "MR"), ("SHORTANSWER_C", "SAC", "MWC")


@dataclass(frozen=True, slots=True)
class _Alternative:
    worth: float
    text: str
    comment: str


def cloze_of(source: str, markup: str, draft: Draft) -> Cloze:
    """A text with embedded answers as a cloze. Raises Refused for what a gap can't be here."""
    gaps: list[Gap] = []
    pieces, at = [], 0
    for start, end in _answers(source):
        match = _START.match(source, start)
        assert match is not None  # noqa: S101 - _answers found it so
        if len(gaps) == MAX_GAPS:
            raise Refused(Text(f"一道题最多 {MAX_GAPS} 个空", f"at most {MAX_GAPS} gaps a question"))
        gap = _gap(f"g{len(gaps) + 1}", match, source[match.end() : end - 1], draft)
        pieces += [source[at:start], f"{_HOLD}{gap.name}{_HOLD}"]
        gaps.append(gap)
        at = end
    if not gaps:
        raise Refused(Text("填空题里一个空也没有", "a cloze without a single gap"))
    text = draft.plain("".join([*pieces, source[at:]]), markup)
    return Cloze(draft.words(re.sub(f"{_HOLD}(g\\d+){_HOLD}", r"{{\1}}", text)), tuple(gaps))


def _answers(source: str) -> Iterator[tuple[int, int]]:
    """Where embedded answers begin and end."""
    at = 0
    while match := _START.search(source, at):
        end = match.end()
        while end < len(source) and source[end] != "}":
            end += 2 if source[end] == "\\" else 1
        if end >= len(source):
            raise Refused(Text("有一个空的花括号没有合上", "the brace of a gap isn't closed"))
        yield match.start(), end + 1
        at = end + 1


def _gap(name: str, match: re.Match[str], inside: str, draft: Draft) -> Gap:
    weight, kind = float(match[1] or 1), match[2]
    found = list(_alternatives(inside))
    if not found:
        raise Refused(Text(f"{match[0]}：空里没有答案", f"{match[0]}: a gap without an answer"))
    if kind.startswith(_SEVERAL):
        raise Refused(Text(f"空里不能选几个（{kind}）", f"a gap can't take several answers ({kind})"))
    if kind.startswith(_NUMBERS):
        return Gap(name, _numerical(found, draft), weight)
    if kind.startswith(_CHOICES):
        options = [(_words(a.text, draft), a.worth, _words(a.comment, draft)) for a in found]
        body = choice_of(options, draft, single=True)
        assert isinstance(body, Single)  # noqa: S101 - asked for
        return Gap(name, body, weight)
    if kind in _CASED:
        draft.note("不再区分大小写", "upper and lower case no longer matter")
    return Gap(name, short_of([(html.unescape(_bare(a.text)), a.worth, _words(a.comment, draft)) for a in found], draft), weight)


def _numerical(found: list[_Alternative], draft: Draft) -> Numerical:
    spans, otherwise = [], NOTHING
    for alternative in found:
        if alternative.text == "*":
            if alternative.worth > 0:
                raise Refused(Text("“*”（写什么都对）这里没有", "“*”, which accepts anything, is not to be had here"))
            otherwise = _words(alternative.comment, draft)
            continue
        value, colon, tolerance = alternative.text.replace(",", ".").partition(":")
        middle, width = number_in(value), abs(number_in(tolerance)) if colon and tolerance.strip() else 0
        spans.append(Span(middle - width, middle + width, alternative.worth, _words(alternative.comment, draft)))
    return Numerical(tuple(spans), otherwise=otherwise)


def _alternatives(inside: str) -> Iterator[_Alternative]:
    for part in _split(inside, "~"):
        rest = part.strip()
        match = _WEIGHT.match(rest)
        worth = 0.0
        if match is not None:
            worth, rest = float(match[1].replace(",", ".")) if match[1] else 100.0, rest[match.end() :]
        text, *comment = _split(rest, "#", once=True)
        if text.strip():
            yield _Alternative(worth, text.strip(), "".join(comment).strip())


def _split(text: str, mark: str, *, once: bool = False) -> list[str]:
    """``text`` at each ``mark`` that is neither escaped nor part of an entity (``&#39;``)."""
    pieces, start, at = [], 0, 0
    while at < len(text):
        if text[at] == "\\":
            at += 2
            continue
        if text[at] == mark and not text.endswith(("&", "&amp;"), 0, at):
            pieces.append(text[start:at])
            start = at + 1
            if once:
                break
        at += 1
    return [*pieces, text[start:]]


def _bare(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _words(text: str, draft: Draft) -> Text:
    return draft.marked(_bare(text), "html")


def embedded(cloze: Cloze, sender: Sender) -> str:
    """A cloze as HTML with embedded answers, for Moodle."""
    gaps = {gap.name: gap for gap in cloze.gaps}
    pieces = GAP.split(sender.words(cloze.text))
    return "".join(html.escape(p, quote=False).replace("\n", "<br>") if i % 2 == 0 else _written(gaps[p], sender) for i, p in enumerate(pieces))


def _written(gap: Gap, sender: Sender) -> str:
    weight = max(1, round(gap.weight))
    if weight != gap.weight:
        sender.lose(f"空的权重 {gap.weight:g} 写成 {weight}", f"the weight {gap.weight:g} of a gap, written {weight}")
    body = gap.body
    if isinstance(body, Single):
        options = [(o.worth if o.worth is not None else 100.0 * o.right, sender.words(o.text), sender.words(o.why)) for o in body.options]
        return f"{{{weight}:MULTICHOICE:{_joined(options)}}}"
    if isinstance(body, Numerical):
        if body.units:
            sender.lose("空里的单位", "the units of a gap")
        spans = [(s.worth, ":".join(around(s)), sender.words(s.why)) for s in body.answers]
        return f"{{{weight}:NUMERICAL:{_joined(spans)}{_otherwise(body, sender)}}}"
    forms = [
        (a.worth, form, sender.words(a.why))
        for a in body.answers
        for form in dict.fromkeys(f for f in (a.text.in_(sender.lang), a.text.zh, a.text.en) if f)
    ]
    return f"{{{weight}:SHORTANSWER:{_joined([(w, f.replace('*', chr(92) + '*'), y) for w, f, y in forms])}{_otherwise(body, sender)}}}"


def _otherwise(body: Numerical | ShortAnswer, sender: Sender) -> str:
    return f"~%0%*#{_escaped(sender.words(body.otherwise))}" if body.otherwise else ""


def _joined(alternatives: list[tuple[float, str, str]]) -> str:
    return "~".join(f"{'=' if w == 100 else f'%{percent(w)}%'}{_escaped(text)}{'#' + _escaped(why) if why else ''}" for w, text, why in alternatives)


def _escaped(text: str) -> str:
    """Marks escaped, entities for what HTML takes for itself."""
    return re.sub(r"([\\~#}\"])", r"\\\1", html.escape(text, quote=False).replace("\n", " "))
