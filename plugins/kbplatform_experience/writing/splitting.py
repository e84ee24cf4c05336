"""A pasted text is split into the fields of an entry, by its labels or, without any, by its paragraphs."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

FIELDS = ("lesson", "situation", "action", "result")
MAX_LESSON = 200
MAX_TEXT = 20_000
"""Of a pasted text, in characters; what is behind that is not read."""
LABELS: dict[str, tuple[str, ...]] = {
    "lesson": (
        "经验", "经验教训", "教训", "一句话", "一句话经验", "总结", "小结", "心得", "体会", "结论", "启示", "要点", "建议", "收获",
        "lesson", "lessons", "lesson learned", "lesson learnt", "lessons learned", "takeaway", "take away", "key takeaway", "summary", "tip",
        "tl;dr", "tldr", "learning", "conclusion", "in one line", "in short", "advice",
    ),
    "situation": (
        "情况", "情境", "情景", "场景", "背景", "事情", "问题", "客户情况", "经过", "起因", "案例", "现象", "当时情况", "任务",
        "situation", "background", "context", "problem", "issue", "case", "scenario", "what happened", "the situation", "task", "challenge",
    ),
    "action": (
        "做法", "怎么做", "怎么做的", "我的做法", "处理", "处理方法", "处理方式", "处理过程",
        "措施", "行动", "方法", "步骤", "应对", "解决", "解决办法", "解决方法", "操作",
        "action", "actions", "actions taken", "action taken", "what i did", "what we did", "approach", "solution", "steps", "response", "handling",
    ),
    "result": (
        "结果", "效果", "成效", "后果", "反馈", "客户反馈", "成果", "最后", "数据",
        "result", "results", "outcome", "effect", "impact", "what came of it", "how it ended", "feedback", "numbers",
    ),
}  # fmt: skip
"""What people call the four parts, compared in lower case and NFKC."""
_FIELD_OF = {label: field for field, labels in LABELS.items() for label in labels}
_ANY = "|".join(sorted((re.escape(label) for label in _FIELD_OF), key=len, reverse=True))
_DECOR = r"[ \t]*+(?:#{1,6}+[ \t]*+|>[ \t]*+|[-*+•·●◆▪][ \t]++|(?:\d{1,2}|[一二三四五六七八九])[.、):][ \t]*+)*+"
_COLON = r"[ \t]*+(?::|[-–—]{1,2}[ \t]|=)[ \t]*+(?:\*\*|__)?"
_LINE = re.compile(rf"^{_DECOR}(?:\*\*|__|[【\[「『(<])?[ \t]*+(?P<label>{_ANY})[ \t]*+(?:\*\*|__|[】\]」』)>])?(?:{_COLON}|[ \t]*+$)", re.IGNORECASE)
_BRACKETED = re.compile(rf"^{_DECOR}(?:\*\*|__|[【\[「『])[ \t]*+(?P<label>{_ANY})[ \t]*+:?[ \t]*+(?:\*\*|__|[】\]」』])[ \t]*+:?", re.IGNORECASE)
_INSIDE = re.compile(rf"(?:(?<=[。;!?,、】])|(?<![ \t])[ \t]++)(?=(?:\*\*|__|[【「『])?(?:{_ANY})[ \t]?(?:\*\*|__|[】」』])?[ \t]?:)", re.IGNORECASE)
"""Before a label in the midst of a line."""
_SENTENCE = re.compile(r".+?(?:[。！？!?；;]+[”’」』\"']?|\.(?=\s|$)|$)", re.DOTALL)
_LEADING = re.compile(rf"^{_DECOR}")


@dataclass(frozen=True, slots=True)
class Parts:
    """The four texts of an entry; what was not found is empty."""

    lesson: str = ""
    situation: str = ""
    action: str = ""
    result: str = ""


def split(text: str) -> Parts:
    """The fields that a pasted text holds.

    Labels may stand before a colon, as headings, as bullets or in brackets, at the start of a line or in its midst. Without
    a label the first sentence is the lesson and the rest the situation; so it is with what stands before the first one, where no lesson is labelled.
    Nothing of the text is lost: a lesson that is too long for one line keeps its first sentence, and the rest goes to the situation.
    """
    found: dict[str, list[str]] = {field: [] for field in FIELDS}
    loose: list[str] = []
    into = loose
    for line in _lines(text):
        label = _BRACKETED.match(_plain(line)) or _LINE.match(_plain(line))
        if label:
            into = found[_FIELD_OF[label["label"].lower()]]
            line = line[label.end() :].strip()  # noqa: PLW2901 - the line without its label
        into.append(line)
    parts = {field: _joined(lines) for field, lines in found.items()}
    rest = _joined(loose)
    if not parts["lesson"]:
        rest = rest or parts.pop("situation", "")
        parts["lesson"], rest = _first(rest)
    elif len(_one_line(parts["lesson"])) > MAX_LESSON:
        parts["lesson"], more = _first(parts["lesson"])
        rest = _joined([rest, more])
    parts["lesson"] = _one_line(parts["lesson"])
    parts["situation"] = _joined([rest, parts.get("situation", "")])
    return Parts(**parts)


def beside(parts: Parts, written: Parts) -> Parts:
    """A pasted text in a form that was begun: nothing that was written goes; a second lesson stands above the situation."""
    lesson, situation = parts.lesson, parts.situation
    if written.lesson.strip() not in {"", lesson}:
        lesson, situation = written.lesson, _joined([lesson, situation])

    def both(mine: str, pasted: str) -> str:
        return pasted if mine.strip() == pasted else _joined([mine, pasted])

    return Parts(lesson, both(written.situation, situation), both(written.action, parts.action), both(written.result, parts.result))


def _plain(line: str) -> str:
    """Full-width signs as plain ones, each in its place; what becomes several stays."""
    return "".join(n if len(n := unicodedata.normalize("NFKC", c)) == 1 else c for c in line)


def _lines(text: str) -> list[str]:
    """Lines, and labelled pieces of one line apart."""
    lines: list[str] = []
    for line in text[:MAX_TEXT].replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        plain, at = _plain(line), 0
        for cut in _INSIDE.finditer(plain):
            if _LEADING.fullmatch(plain[at : cut.end()]):
                continue  # nothing but a bullet stands before it
            lines.append(line[at : cut.end()].strip())
            at = cut.end()
        lines.append(line[at:].strip())
    return lines


def _joined(pieces: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(pieces)).strip()


def _one_line(text: str) -> str:
    return " ".join(_LEADING.sub("", line) for line in text.split("\n")).strip()


def _first(text: str) -> tuple[str, str]:
    """The first sentence, at most one line long, and the rest."""
    first, _, after = text.strip().partition("\n")
    sentence = _SENTENCE.match(first)
    lesson = sentence[0] if sentence else first
    if len(lesson.strip()) > MAX_LESSON:
        lesson = lesson[: MAX_LESSON - 1] + "…"
        return lesson, text.strip()
    return lesson, f"{first[len(lesson) :].strip()}\n{after.strip()}".strip()
