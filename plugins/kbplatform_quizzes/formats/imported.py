"""What came of a stranger's file: each item with its place, and why it isn't quite as it was, or isn't there at all."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Literal

from kbplatform.sdk import Lang, Text
from kbplatform_quizzes.bank import read_sheet, write_sheet
from kbplatform_quizzes.formats.markup import MAX_HTML, Pictures, from_html, from_markdown
from kbplatform_quizzes.kinds import BUILT_IN
from kbplatform_quizzes.question import NOTHING, Question

Outcome = Literal["imported", "changed", "refused"]
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufdd0-\ufddf]")
_NAMES = {t.name: t.label for t in BUILT_IN}
MAX_ID, LEAST_LETTERS, MAX_TAG = 60, 3, 60
MAX_QUESTIONS = 5_000
"""Questions of one file."""
MAX_TEXTS = 1_500
"""Texts of one question: the largest role-play has fewer."""


class Refused(Exception):
    """An item that can't be a question here. ``message`` says why."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a file. ``line`` is 1-based, 0 for the whole file; ``element`` names the place where a format has elements.

    ``changed`` is imported too, but differs from what the file says: ``reasons`` tell how. An item without a ``question`` is refused.
    """

    line: int
    name: str
    outcome: Outcome
    reasons: tuple[Text, ...] = ()
    question: Question | None = None
    element: str = ""
    category: str = ""

    @property
    def kind(self) -> str:
        """The type it became; empty where it became nothing."""
        return self.question.body.kind if self.question else ""


@dataclass(frozen=True, slots=True)
class Imported:
    """The items of a file in their order, with the pictures its questions show, by address."""

    report: tuple[Item, ...]
    pictures: Pictures = field(default_factory=Pictures)

    @property
    def questions(self) -> tuple[Question, ...]:
        """What can be asked."""
        return tuple(item.question for item in self.report if item.question)

    @property
    def by_type(self) -> dict[str, int]:
        """How many of each type."""
        return dict(Counter(q.body.kind for q in self.questions))

    @property
    def refused(self) -> tuple[Item, ...]:
        """What didn't come in."""
        return tuple(item for item in self.report if item.question is None)


@dataclass(slots=True)
class Draft:
    """A question in the making: the language it is written in, and what had to change on the way."""

    lang: Lang
    pictures: Pictures = field(default_factory=Pictures)
    reasons: list[Text] = field(default_factory=list)

    def note(self, zh: str, en: str) -> None:
        """Tell once that something is not as in the file."""
        if (reason := Text(zh, en)) not in self.reasons:
            self.reasons.append(reason)

    def words(self, text: str) -> Text:
        """A text in the question's language; the other one stays empty and falls back to it."""
        text = text.replace("\r\n", "\n").strip()
        if not text:
            return NOTHING
        return Text(text, "") if self.lang == "zh" else Text("", text)

    def marked(self, text: str, markup: str) -> Text:
        """A text written in ``html``, ``moodle`` (HTML whose line breaks count), ``markdown`` or ``plain``, as the plain text our questions have."""
        return self.words(self.plain(text, markup))

    def plain(self, text: str, markup: str) -> str:
        """As :meth:`marked`, without a language. Raises Refused for what is too long to look at."""
        if markup == "plain":
            return text.strip()
        md = markup == "markdown"
        read = from_markdown(text, self.pictures) if md else from_html(text, self.pictures, breaks=markup == "moodle")
        if read.too_long:
            raise Refused(Text(f"有一段超过 {MAX_HTML} 字", f"a text has over {MAX_HTML} characters"))
        if read.lost:
            names = ", ".join(sorted(read.lost))
            self.note(f"去掉了格式：{names}", f"formatting was taken away: {names}")
        for reason in read.reasons:
            self.note(reason.zh, reason.en)
        return read.text


def language_of(text: str, lang: Lang | None) -> Lang:
    """``lang`` where it is said; otherwise Chinese for what has Chinese characters, else English."""
    return lang or ("zh" if _HAN.search(text) else "en")


def item(draft: Draft, build: Callable[[], Question], line: int = 0, name: str = "", element: str = "", category: str = "") -> Item:
    """The item that ``build`` makes: refused where it says so, or where the bank could not read the question back."""
    try:
        question = build()
        _check(question)
    except Refused as refused:
        return Item(line, name, "refused", (refused.message, *draft.reasons), None, element, category)
    return Item(line, name, "changed" if draft.reasons else "imported", tuple(draft.reasons), question, element, category)


def _check(question: Question) -> None:
    """Raises Refused for what the bank would not give back just as it is."""
    if any(_CONTROL.search(t.zh + t.en) for t in question.texts()):
        raise Refused(Text("有控制字符", "there are control characters in it"))
    if sum(1 for _ in islice(question.texts(), MAX_TEXTS + 1)) > MAX_TEXTS:
        raise Refused(Text(f"一道题里有超过 {MAX_TEXTS:,} 处文字", f"one question has over {MAX_TEXTS:,} texts"))
    if problems := list(question.body.problems()):  # before it is written out and read, which takes long for what has too much in it
        raise Refused(Text("；".join(p.zh for p in problems), "; ".join(p.en for p in problems)))
    sheet = read_sheet(write_sheet([question]))
    if sheet.faults:
        raise Refused(Text("；".join(f.message.zh for f in sheet.faults), "; ".join(f.message.en for f in sheet.faults)))
    if sheet.questions[0].version != question.version:
        raise Refused(Text("这道题存下去再读出来会变样", "stored and read again, this question would not be the same"))


def named(draft: Draft, question: Question, name: str, idnumber: str = "") -> Question:
    """The question under an id made of its id number, else its name, else (where that has no Latin letters to speak of) of its content."""
    if idnumber:
        key = _slug(idnumber)
        if key != idnumber:
            draft.note(f"编号 {idnumber} 写成了 {key or '别的'}", f"the id number {idnumber} is written {key or 'otherwise'} here")
        if key:
            return replace(question, id=key)
    key = _slug(name) if name.isascii() else ""
    if sum(c.isalpha() for c in key) < LEAST_LETTERS:
        body = repr((question.stem, question.body.written()))
        key = f"q-{hashlib.sha256(body.encode()).hexdigest()[:10]}"
    return replace(question, id=key)


def _slug(text: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    key = "-".join(re.findall(r"[a-z0-9]+", ascii_only))[:MAX_ID].strip("-")
    return key if _ID.fullmatch(key) else ""


def tidy_tags(draft: Draft, tags: Iterable[str]) -> tuple[str, ...]:
    """Tags, each once and not too long."""
    kept = []
    for tag in dict.fromkeys(t.strip() for t in tags):
        if len(tag) > MAX_TAG:
            draft.note(f"标签太长，截短了：{tag}", f"a tag was too long and is cut: {tag}")
        if tag:
            kept.append(tag[:MAX_TAG].strip())
    return tuple(dict.fromkeys(kept))


def unique(items: Iterable[Item]) -> tuple[Item, ...]:
    """The same items, no two questions under one id."""
    used: set[str] = set()
    done = []
    for one in items:
        if one.question is None:
            done.append(one)
            continue
        key, number = one.question.id, 2
        while key in used:
            ending = f"-{number}"
            key, number = one.question.id[: MAX_ID - len(ending)].rstrip("-") + ending, number + 1
        used.add(key)
        done.append(one if key == one.question.id else replace(one, question=replace(one.question, id=key)))
    return tuple(done)


def whole(zh: str, en: str, line: int = 0) -> Imported:
    """A file refused as it is."""
    return Imported((Item(line, "", "refused", (Text(zh, en),)),))


def label(kind: str) -> Text:
    """What people call a type."""
    return _NAMES.get(kind, Text(kind, kind))
