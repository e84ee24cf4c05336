"""Questions as Moodle XML, in one language, with their pictures. What Moodle can't hold is told."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from kbplatform.sdk import Lang, Text
from kbplatform_quizzes.formats.embedded import embedded
from kbplatform_quizzes.formats.exported import PICTURE, STEM, Exported, FindPicture, Sender, around, figure, percent, uncarried, weights
from kbplatform_quizzes.formats.imported import label
from kbplatform_quizzes.kinds.arranging import Cloze, Matching, Ordering
from kbplatform_quizzes.kinds.choice import Multiple, Option, Single, TrueFalse
from kbplatform_quizzes.kinds.told import Description
from kbplatform_quizzes.kinds.written import CONVERTED, Accepted, Essay, Numerical, ShortAnswer
from kbplatform_quizzes.question import Body, Question

_TYPES = {"single": "multichoice", "multiple": "multichoice"}
_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}


def write(questions: Iterable[Question], lang: Lang, find_picture: FindPicture) -> Exported:
    """A Moodle XML file, in UTF-8."""
    sender = Sender(lang, find_picture)
    written, losses = sender.all(questions, lambda question: _question(question, sender))
    text = "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>", *written, "</quiz>", ""])
    return Exported(text.encode(), len(written), tuple(losses))


def _question(question: Question, sender: Sender) -> str:
    body = question.body
    inner = _body(body, sender)
    sender.lose_what_only_we_have(question)
    kind = _TYPES.get(body.kind, body.kind)
    grade = sum(c.points for c in body.rubric) if isinstance(body, Essay) else sum(g.weight for g in body.gaps) if isinstance(body, Cloze) else 1
    tags = "".join(f"<tag><text>{escape(tag)}</text></tag>" for tag in question.tags)
    parts = [
        f'<question type="{kind}">',
        f"<name><text>{escape(question.id)}</text></name>",
        _stem(question, sender),
        _rich("generalfeedback", question.feedback, sender),
        f"<defaultgrade>{0 if isinstance(body, Description) else percent(grade)}</defaultgrade>",
        f"<idnumber>{escape(question.id)}</idnumber>",
        inner,
        f"<tags>{tags}</tags>" if tags else "",
        "</question>",
    ]
    return "\n".join(part for part in parts if part)


def _stem(question: Question, sender: Sender) -> str:
    if not isinstance(question.body, Cloze):
        return _rich("questiontext", question.stem, sender)
    before = ""
    if question.stem != STEM:
        sender.lose("填空的题干并进了正文", "the stem of a cloze, which became part of its text")
        before = f"<p>{html.escape(sender.words(question.stem), quote=False)}</p>"
    text = sender.lose_pictures(embedded(question.body, sender))
    return f'<questiontext format="html"><text>{escape(before + text)}</text></questiontext>'


def _rich(tag: str, text: Text, sender: Sender, attributes: str = "", inside: str = "") -> str:
    """An element with a text as HTML and the files of its pictures."""
    words = sender.words(text)
    pieces, files, at = [], [], 0
    for match in PICTURE.finditer(words):
        picture = sender.find_picture(match[2])
        pieces.append(_html(words[at : match.start()]))
        at = match.end()
        if picture is None:
            sender.lose("图片不在了，只剩地址", "a picture that is no longer there: only its address")
            pieces.append(_html(match[0]))
            continue
        name = f"{picture.sha256[:16]}.{_ENDINGS[picture.mime]}"
        pieces.append(f'<img src="@@PLUGINFILE@@/{name}" alt={quoteattr(match[1])}>')
        files.append(f'<file name="{name}" path="/" encoding="base64">{base64.b64encode(picture.data).decode()}</file>')
    pieces.append(_html(words[at:]))
    return f'<{tag}{attributes} format="html"><text>{escape("".join(pieces))}</text>{"".join(dict.fromkeys(files))}{inside}</{tag}>'


def _html(text: str) -> str:
    return html.escape(text, quote=False).replace("\n", "<br>")


def _plain(tag: str, text: str) -> str:
    return f"<{tag}><text>{escape(text)}</text></{tag}>"


def _body(body: Body, sender: Sender) -> str:  # noqa: C901, PLR0911 - one case a kind
    match body:
        case Description() | Cloze():
            return ""
        case Essay(rubric):
            if len(rubric) > 1:
                sender.lose("评分标准合成了一段", "the lines of the rubric, which became one text")
            lines = "\n".join(sender.words(c.text) for c in rubric)
            return _rich("graderinfo", Text(lines, lines), sender)
        case TrueFalse(right, why_true, why_false):
            both = (("true", right, why_true), ("false", not right, why_false))
            return "\n".join(
                f'<answer fraction="{100 * is_right}" format="moodle_auto_format"><text>{word}</text>{_rich("feedback", why, sender)}</answer>'
                for word, is_right, why in both
            )
        case Single(options):
            return "<single>true</single>\n" + _options([(o, o.worth if o.worth is not None else 100.0 * o.right) for o in options], sender)
        case Multiple() as several:
            return "<single>false</single>\n" + _options(weights(several, sender), sender)
        case ShortAnswer() as short:
            return "<usecase>0</usecase>\n" + _short(short, sender)
        case Numerical() as number:
            return _number(number, sender)
        case Matching(pairs, spare):
            found = [(p.left, p.right) for p in pairs] + [(Text("", ""), s) for s in spare]
            return "\n".join(_rich("subquestion", left, sender, inside=_plain("answer", sender.words(right))) for left, right in found)
        case Ordering(items, rule):
            grading = "ALL_OR_NOTHING" if rule == "all" else "ABSOLUTE_POSITION"
            settings = f"<layouttype>VERTICAL</layouttype><selecttype>ALL</selecttype><gradingtype>{grading}</gradingtype>"
            return settings + "\n" + "\n".join(_rich("answer", t, sender, f' fraction="{i}"') for i, t in enumerate(items, 1))
    raise uncarried(label(body.kind), Text("Moodle XML ", "Moodle XML"))


def _options(options: list[tuple[Option, float]], sender: Sender) -> str:
    return "<shuffleanswers>true</shuffleanswers>\n" + "\n".join(
        _rich("answer", o.text, sender, f' fraction="{percent(worth)}"', _rich("feedback", o.why, sender)) for o, worth in options
    )


def _short(body: ShortAnswer, sender: Sender) -> str:
    answers = [
        (form.replace("*", "\\*"), a.worth, a.why) for a in body.answers for form in _forms(a, sender)
    ] + ([("*", 0.0, body.otherwise)] if body.otherwise else [])
    return "\n".join(
        f'<answer fraction="{percent(worth)}" format="plain_text"><text>{escape(text)}</text>{_rich("feedback", why, sender)}</answer>'
        for text, worth, why in answers
    )


def _forms(accepted: Accepted, sender: Sender) -> Iterable[str]:
    """The accepted forms in both languages: a taker may use either."""
    return dict.fromkeys(form for form in (accepted.text.in_(sender.lang), accepted.text.zh, accepted.text.en) if form)


def _number(body: Numerical, sender: Sender) -> str:
    answers = [(*around(span), span.worth, span.why) for span in body.answers] + ([("*", "0", 0.0, body.otherwise)] if body.otherwise else [])
    lines = [
        f'<answer fraction="{percent(worth)}"><text>{value}</text><tolerance>{tolerance}</tolerance>{_rich("feedback", why, sender)}</answer>'
        for value, tolerance, worth, why in answers
    ]
    if body.units:
        units = "".join(
            f"<unit><multiplier>{figure(CONVERTED.divide(Decimal(1), u.times))}</multiplier>"
            f"<unit_name>{escape(sender.words(u.name))}</unit_name></unit>"
            for u in body.units
        )
        lines.append(f"<units>{units}</units><unitgradingtype>{int(body.unit_needed)}</unitgradingtype>")
    return "\n".join(lines)
