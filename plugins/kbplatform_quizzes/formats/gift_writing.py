"""Questions as GIFT, in one language. What GIFT can't say is told."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kbplatform.sdk import Lang, Text
from kbplatform_quizzes.formats.exported import Exported, FindPicture, Sender, around, percent, uncarried, weights
from kbplatform_quizzes.formats.imported import label
from kbplatform_quizzes.kinds.arranging import Matching, Ordering
from kbplatform_quizzes.kinds.choice import Multiple, Option, Single, TrueFalse
from kbplatform_quizzes.kinds.told import Description
from kbplatform_quizzes.kinds.written import Essay, Numerical, ShortAnswer
from kbplatform_quizzes.question import Question

_SPECIAL = re.compile(r"[\\:#={}~]")


def write(questions: Iterable[Question], lang: Lang, find_picture: FindPicture) -> Exported:
    """A GIFT file, in UTF-8, that Moodle and :mod:`gift` read."""
    sender = Sender(lang, find_picture)
    written, losses = sender.all(questions, lambda question: _question(question, sender))
    return Exported("\n".join(written).encode(), len(written), tuple(losses))


def _question(question: Question, sender: Sender) -> str:
    answer = _answer(question, sender)
    sender.lose_what_only_we_have(question)
    tags = "".join(f" [tag:{_tag(t, sender)}]" for t in question.tags)
    text = _text(question.stem, sender)
    if answer is None:
        if question.feedback:
            sender.lose("总评", "the general feedback")
        return f"// [id:{question.id}]{tags}\n::{question.id}::[plain]{text}\n"
    feedback = f"####{_text(question.feedback, sender)}" if question.feedback else ""
    return f"// [id:{question.id}]{tags}\n::{question.id}::[plain]{text}{{{answer}{feedback}}}\n"


def _tag(tag: str, sender: Sender) -> str:
    fits = re.sub(r"[<>`]", "", tag)
    if fits != tag:
        sender.lose(f"标签 {tag} 里的符号", f"marks in the tag {tag}")
    return fits.replace("]", "\\]")


def _escaped(text: str) -> str:
    """Special characters escaped, on one line; a ``[`` or ``//`` at the start is no format and no comment."""
    out = _SPECIAL.sub(lambda match: f"\\{match[0]}", text).replace("\n", "\\n")
    return f"[plain]{out}" if out.startswith(("[", "//")) else out


def _text(text: Text, sender: Sender) -> str:
    return _escaped(sender.lose_pictures(sender.words(text)))


def _unarrowed(text: str, sender: Sender) -> str:
    """GIFT has no escape for ``->``, which would make a matching question of it."""
    if "->" in text:
        sender.lose("“->” 写成了“→”", "“->” is written “→”")
    return text.replace("->", "→")


def _why(why: Text, sender: Sender) -> str:
    return f"#{_text(why, sender)}" if why else ""


def _answer(question: Question, sender: Sender) -> str | None:  # noqa: PLR0911 - one case a kind
    """What stands in braces; None where there are none."""
    match question.body:
        case Description():
            return None
        case Essay():
            sender.lose("评分标准", "the rubric")
            return ""
        case TrueFalse(right, why_true, why_false):
            wrong, true = (why_false, why_true) if right else (why_true, why_false)
            comments = f"#{_text(wrong, sender)}#{_text(true, sender)}" if true else _why(wrong, sender)
            return ("TRUE" if right else "FALSE") + comments
        case Single(options):
            return _lines(_single(option, sender) for option in options)
        case Multiple() as several:
            return _lines(f"~%{percent(worth)}%{_option(option, sender)}" for option, worth in weights(several, sender))
        case ShortAnswer() as short:
            return _short(short, sender)
        case Numerical() as number:
            return _number(number, sender)
        case Matching(pairs, spare):
            found = [(p.left, p.right) for p in pairs] + [(Text("", ""), s) for s in spare]
            return _lines(f"={_unarrowed(_text(a, sender), sender)} -> {_unarrowed(_text(b, sender), sender)}" for a, b in found)
        case Ordering(items, rule):
            grading = "ALL_OR_NOTHING" if rule == "all" else "ABSOLUTE_POSITION"
            return f">{len(items)} ALL VERTICAL {grading} SHOW none" + _lines(_text(i, sender) for i in items)
    raise uncarried(label(question.body.kind), Text("GIFT ", "GIFT"))


def _lines(parts: Iterable[str]) -> str:
    return "".join(f"\n{part}" for part in parts) + "\n"


def _option(option: Option, sender: Sender) -> str:
    return _text(option.text, sender) + _why(option.why, sender)


def _single(option: Option, sender: Sender) -> str:
    text = _option(option, sender)
    if option.right and option.worth in {None, 100}:
        return f"={text}"
    worth = option.worth if option.worth is not None else 100.0 * option.right
    if option.right:
        sender.lose(f"正确项只值 {percent(worth)}%，写成了满分", f"the right option's worth of {percent(worth)}%, written as full marks")
        return f"={text}"
    return f"~%{percent(worth)}%{text}" if worth or text.startswith("%") else f"~{text}"


def _short(body: ShortAnswer, sender: Sender) -> str:
    found = []
    for accepted in body.answers:
        forms = dict.fromkeys(form for form in (accepted.text.in_(sender.lang), accepted.text.zh, accepted.text.en) if form)
        for form in forms:
            text = _unarrowed(_escaped(form.replace("*", "\\*")), sender)
            found.append(f"=%{percent(accepted.worth)}%{text}{_why(accepted.why, sender)}")
    if body.otherwise:
        found.append(f"=%0%*{_why(body.otherwise, sender)}")
    return _lines(found)


def _number(body: Numerical, sender: Sender) -> str:
    if body.units:
        sender.lose("单位", "the units")
    found = []
    for span in body.answers:
        value, tolerance = around(span)
        found.append(f"=%{percent(span.worth)}%{value}:{tolerance}{_why(span.why, sender)}")
    if body.otherwise:
        found.append(f"~{_why(body.otherwise, sender)}")
    return "#" + _lines(found)
