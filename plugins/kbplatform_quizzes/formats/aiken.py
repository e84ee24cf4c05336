"""Aiken: a stem, options behind ``A.`` or ``A)``, and ``ANSWER: X``. Read as Moodle reads it, but a stem may take several lines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from kbplatform.sdk import Lang, Text
from kbplatform_quizzes.formats.exported import Exported, FindPicture, Sender, uncarried
from kbplatform_quizzes.formats.imported import MAX_QUESTIONS, Draft, Imported, Item, Refused, item, label, language_of, named, unique, whole
from kbplatform_quizzes.kinds.choice import Option, Single
from kbplatform_quizzes.question import Question

_OPTION = re.compile(r"([A-Z])[).](.*)")
_ANSWER = re.compile(r"ANSWER:\s*(.*)")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(slots=True)
class _Started:
    """A question whose answer hasn't come yet."""

    line: int
    stem: list[str]
    options: list[tuple[str, str]] = field(default_factory=list)
    closed: bool = False
    """An empty line came after the stem."""


def read(source: str, lang: Lang | None = None) -> Imported:
    """The questions of an Aiken file."""
    items: list[Item] = []
    now: _Started | None = None
    for number, raw in enumerate(re.split(r"\r\n|\n|\r", source), 1):
        line = raw.strip()
        if len(line) < 2:
            if now and not line:
                now.closed = True
            elif line:
                items.append(_refused(number, line, f"只有一个字符，不知道是什么：{line}", f"a single character, which means nothing: {line}"))
        elif len(items) > MAX_QUESTIONS:
            return whole(f"一个文件最多 {MAX_QUESTIONS} 题", f"at most {MAX_QUESTIONS} questions a file")
        elif answer := _ANSWER.fullmatch(line):
            items.append(_finished(now, number, answer[1], lang))
            now = None
        elif option := _OPTION.fullmatch(line):
            if now is None:
                items.append(_refused(number, line, "选项前面没有题干", "an option without a stem before it"))
            else:
                now.options.append((option[1], option[2].strip()))
        elif now and not now.options and not now.closed:
            now.stem.append(line)
        else:
            items += _unfinished(now, number)
            now = _Started(number, [line])
    return Imported(unique([*items, *_unfinished(now, 0)]))


def _refused(line: int, name: str, zh: str, en: str) -> Item:
    return Item(line, name[:60], "refused", (Text(zh, en),))


def _unfinished(now: _Started | None, next_line: int) -> list[Item]:
    if now is None:
        return []
    where = Text(f"第 {next_line} 行又开始了一题", f"the next one starts on line {next_line}") if next_line else Text("文件就完了", "the file ends")
    return [_refused(now.line, now.stem[0], f"没有 ANSWER 行，{where.zh}", f"no ANSWER line: {where.en}")]


def _finished(now: _Started | None, line: int, answer: str, lang: Lang | None) -> Item:
    if now is None:
        return _refused(line, f"ANSWER: {answer}", "ANSWER 前面没有题", "an ANSWER without a question before it")
    words = "\n".join([*now.stem, *(text for _, text in now.options)])
    draft = Draft(language_of(words, lang))
    return item(draft, lambda: _question(now, answer, line, draft), now.line, now.stem[0][:60])


def _question(now: _Started, answer: str, line: int, draft: Draft) -> Question:
    letters = [letter for letter, _ in now.options]
    if len(letters) < 2:
        raise Refused(Text("至少要有 2 个选项", "needs at least 2 options"))
    if letters != list(LETTERS[: len(letters)]):
        raise Refused(Text(f"选项要按 A、B、C 排，这里是 {'、'.join(letters)}", f"options go A, B, C …; these are {', '.join(letters)}"))
    if answer[:1] not in letters:
        said = answer[:20]
        raise Refused(Text(f"第 {line} 行的答案“{said}”不是任何一个选项", f"the answer “{said}” on line {line} is none of the options"))
    if len(answer) > 1:
        rest = answer[1:40].strip()
        draft.note(f"ANSWER 只看第一个字母，后面的没收：{rest}", f"of ANSWER only the first letter counts, this was left: {rest}")
    if len(now.stem) > 1:
        draft.note("题干有几行，合成了一段（Moodle 只收最后一行）", "the stem's lines were taken together (Moodle keeps the last only)")
    options = tuple(Option(draft.words(text), letter == answer[0]) for letter, text in now.options)
    return named(draft, Question("q", draft.words("\n".join(now.stem)), Single(options)), "")


def write(questions: Iterable[Question], lang: Lang, find_picture: FindPicture) -> Exported:
    """An Aiken file: single choices only, without comments."""
    sender = Sender(lang, find_picture)
    written, losses = sender.all(questions, lambda question: _written(question, sender))
    return Exported("\n".join(written).encode(), len(written), tuple(losses))


def _written(question: Question, sender: Sender) -> str:
    body = question.body
    if not isinstance(body, Single):
        raise uncarried(label(body.kind), Text("Aiken ", "Aiken"))
    sender.lose_what_only_we_have(question)
    if question.tags:
        sender.lose("标签", "the tags")
    if question.feedback or any(option.why for option in body.options):
        sender.lose("反馈", "the feedback")
    if any(option.worth is not None for option in body.options):
        sender.lose("每项的分值", "the worth of each option")
    sender.lose("编号", "the id")
    lines = [_line(question.stem, sender)]
    lines += [f"{LETTERS[i]}. {_line(option.text, sender)}" for i, option in enumerate(body.options)]
    key = next(i for i, option in enumerate(body.options) if option.right)
    return "\n".join([*lines, f"ANSWER: {LETTERS[key]}", ""])


def _line(text: Text, sender: Sender) -> str:
    """On one line, and no line that means something else."""
    words = sender.lose_pictures(sender.words(text))
    if "\n" in words:
        sender.lose("换行", "line breaks")
    flat = " ".join(words.split())
    return f"· {flat}" if _OPTION.fullmatch(flat) or _ANSWER.fullmatch(flat) or len(flat) < 2 else flat
