"""What makes a question unfair, or a set of them give itself away."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from kbplatform.sdk import Text
from kbplatform_quizzes.kinds.choice import Multiple, Option, Single
from kbplatform_quizzes.question import Question
from kbplatform_quizzes.reading import Fault

LEAST_FOR_BIAS = 4
MOST_AT_ONE_PLACE = 0.6
LONGER = 1.35
"""From this many times the mean length of the others on, the right option gives itself away."""
_ALL_OF_ABOVE = re.compile(r"以上(都|皆|全)|以上均|all of (the )?above|none of (the )?above|both a and b", re.IGNORECASE)
_FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?")
_HAN = re.compile(r"[\u3400-\u9fff]")


def check_sheet(questions: Iterable[Question], sections: Mapping[str, frozenset[str]] | None, *, languages: bool = True) -> Iterator[Fault]:
    """What to look at in one file. ``sections`` are the ids of the article's sections by language; None where there is no article.

    Without ``languages`` the texts may be in one language only.
    """
    questions = list(questions)
    for question in questions:
        yield from _sections(question, sections)
        yield from _languages(question) if languages else ()
        yield from _options(question)
    yield from _key_bias(questions)
    yield from _longest_is_key(questions)


def duplicates(sheets: Mapping[str, Iterable[Question]]) -> Iterator[tuple[str, Fault]]:
    """Questions that ask the same, over all files (by path): same words after NFKC, whatever their marks and spaces."""
    seen: dict[str, tuple[str, Question]] = {}
    for path, questions in sheets.items():
        for question in questions:
            for stem in {bare(question.stem.zh), bare(question.stem.en)} - {""}:
                if stem in seen and seen[stem][1] is not question:
                    other_path, other = seen[stem]
                    yield path, _warn(question, f"和 {other_path} 的 {other.id} 题干一样", f"the same stem as {other.id} in {other_path}")
                seen.setdefault(stem, (path, question))


def bare(text: str) -> str:
    """Letters, digits and characters only, in one form."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def _warn(question: Question, zh: str, en: str) -> Fault:
    return Fault(question.line, Text(f"{question.id}：{zh}", f"{question.id}: {en}"), "warning")


def _sections(question: Question, sections: Mapping[str, frozenset[str]] | None) -> Iterator[Fault]:
    if sections is None:
        return
    if not question.section:
        yield _warn(question, "没写是哪一节回答它（section）", "says no section that answers it")
    for lang, ids in sections.items():
        if question.section and question.section not in ids:
            message = Text(
                f"{question.id}：{lang} 文章里没有小节 {question.section}", f"{question.id}: the {lang} article has no section {question.section}"
            )
            yield Fault(question.line, message, "error")


def _languages(question: Question) -> Iterator[Fault]:
    for text in question.texts():
        if not text.zh or not text.en:
            yield _warn(question, f"缺一种语言：{text.zh or text.en}", f"one language is missing: {text.zh or text.en}")
        elif text.zh != text.en and not _HAN.search(text.zh):
            yield _warn(question, f"中文里没有汉字：{text.zh}", f"the Chinese has no Chinese in it: {text.zh}")
        elif _HAN.search(text.en):
            yield _warn(question, f"英文里有汉字：{text.en}", f"the English has Chinese in it: {text.en}")
    for text in _asked(question):
        if text.zh and text.en and _figures(text.zh) != _figures(text.en):
            yield _warn(question, f"两种语言的数字不一样：{text.zh[:40]}", f"the languages differ in their figures: {text.en[:40]}")


def _asked(question: Question) -> Iterator[Text]:
    """The stem and what is chosen from: where a figure must be the same in both languages."""
    yield question.stem
    if isinstance(question.body, Single | Multiple):
        yield from (option.text for option in question.body.options)


def _figures(text: str) -> set[str]:
    """The figures from 10 up, and those with decimals: smaller ones a language may write as a word."""
    found = {f.replace(",", "").rstrip(".") for f in _FIGURE.findall(text)}
    return {f for f in found if "." in f or int(f) >= 10}


def _options(question: Question) -> Iterator[Fault]:
    if not isinstance(question.body, Single | Multiple):
        return
    options = question.body.options
    for lang in ("zh", "en"):
        words = [bare(o.text.in_(lang)) for o in options if o.text.in_(lang)]
        if len(set(words)) < len(words):
            yield _warn(question, "有两个选项一样", "two options are the same")
    for option in options:
        if not option.right and not option.why:
            yield _warn(question, f"错项没写会怎样（why）：{option.text.zh}", f"a wrong option without a why: {option.text.en}")
        if any(_ALL_OF_ABOVE.search(option.text.in_(lang)) for lang in ("zh", "en")):
            yield _warn(question, "不用“以上都对”这类选项", "no “all of the above”")


def _singles(questions: list[Question]) -> list[tuple[Question, Single]]:
    return [(q, q.body) for q in questions if isinstance(q.body, Single)]


def _key_bias(questions: list[Question]) -> Iterator[Fault]:
    singles = _singles(questions)
    places = Counter(next((i for i, o in enumerate(body.options) if o.right), -1) for _, body in singles)
    if len(singles) < LEAST_FOR_BIAS:
        return
    place, count = places.most_common(1)[0]
    if count / len(singles) > MOST_AT_ONE_PLACE:
        zh = f"{len(singles)} 道单选里有 {count} 道答案都在第 {place + 1} 个"
        yield _warn(singles[0][0], zh, f"the key stands at place {place + 1} in {count} of {len(singles)} single choices")


def _longest_is_key(questions: list[Question]) -> Iterator[Fault]:
    singles = _singles(questions)
    telling = [q for q, body in singles if _gives_itself_away(body.options)]
    if telling and len(telling) * 2 >= len(singles):
        for question in telling:
            yield _warn(question, "正确项明显比别的长", "the right option is clearly the longest")


def _gives_itself_away(options: tuple[Option, ...]) -> bool:
    right = next((o for o in options if o.right), None)
    others = [o for o in options if not o.right]
    if right is None or not others:
        return False
    return any(
        len(right.text.in_(lang)) > LONGER * sum(len(o.text.in_(lang)) for o in others) / len(others) and len(right.text.in_(lang)) > 12
        for lang in ("zh", "en")
    )
