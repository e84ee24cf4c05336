"""The written convention of a practice: its sections in order, and what its call face may say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from kbplatform.articles.documents import Document
from kbplatform.bilingual import Text
from kbplatform.plugin.contributions import Problem

ORDER = ("say", "do", "dont", "steps", "wrong", "measure", "source-sum", "twins")
"""Section ids every practice has, in this order."""
MOST_LINES = {"say": 3, "do": 3, "dont": 3, "steps": 7}
BREATH = {"zh": 35, "en": 22}
"""Most characters or words of a say line in one breath; a line has two breaths at most."""

_SECTION = re.compile(r"^##\s+.*\{#([\w-]+)\}\s*$")
_ITEM = re.compile(r"^(?:[-*+]|\d+[.)])\s+(.*)$")
_SENTENCE = re.compile(r"[。！？!?]|\.(?=\s|$)")
_PROMISE = {
    "zh": re.compile(r"\d|[一二两三四五六七八九十百]+(?:元|块|天|小时|分钟)|退款|赔|补发|换新|免费|优惠券|退您|返还|补偿"),
    "en": re.compile(r"\d|[$£€¥]|\b(?:refund|replacement|compensat\w+|credit|voucher|free of charge|discount)\b", re.IGNORECASE),
}
_BANNED = {
    "zh": re.compile(r"给您带来不便|尽快|耐心等待|亲[，,~～]"),
    "en": re.compile(r"\bkindly\b|\bfurnish\b|rest assured|any inconvenience", re.IGNORECASE),
}
_SLOT = re.compile(r"\{\{site:[^}]*\}\}")
_MARKS = re.compile(r"\{\{site:[^}]*\}\}|\{[a-z]+\}")


@dataclass(slots=True)
class _Part:
    key: str
    line: int
    items: list[tuple[int, str]] = field(default_factory=list)


def check_face(d: Document) -> Iterator[Problem]:
    """Sections present and in order, numbers of lines, breath, promises, banned phrases."""
    parts = _parts(d)
    keys = [p.key for p in parts]
    missing = [k for k in ORDER if k not in keys]
    if missing:
        yield Problem(d.path, 0, Text(f"缺小节：{missing}", f"sections missing: {', '.join(missing)}"))
    ordered = [k for k in keys if k in ORDER]
    if ordered != [k for k in ORDER if k in keys]:
        yield Problem(d.path, parts[0].line if parts else 0, Text(f"小节顺序要是 {ORDER}", f"sections must stand in the order {', '.join(ORDER)}"))
    for part in parts:
        most = MOST_LINES.get(part.key)
        if most and not 1 <= len(part.items) <= most:
            yield Problem(d.path, part.line, Text(f"{part.key} 要有 1–{most} 条", f"{part.key} takes 1–{most} lines"))
        if part.key == "say":
            for line, text in part.items:
                yield from _say(d, line, text)
    for line, text in enumerate(d.body.split("\n"), d.body_line):
        found = _BANNED[d.lang].search(text)
        if found:
            yield Problem(d.path, line, Text(f"不用“{found[0]}”", f"not “{found[0]}”"), "warning")


def _say(d: Document, line: int, text: str) -> Iterator[Problem]:
    promise = _PROMISE[d.lang].search(_MARKS.sub("", text))
    if promise and not _SLOT.search(text):
        message = Text(
            f"话术里有“{promise[0]}”却没有站点事实：不能由说话的人许诺",
            f"“{promise[0]}” in a say line without a site fact: the speaker can't promise that",
        )
        yield Problem(d.path, line, message)
    limit = BREATH[d.lang]
    plain = _MARKS.sub("某某" if d.lang == "zh" else "it", text)
    for breath in _SENTENCE.split(plain):
        size = len(re.sub(r"\W", "", breath)) if d.lang == "zh" else len(breath.split())
        if size > limit:
            yield Problem(d.path, line, Text(f"一口气 {size} 字，最多 {limit}", f"{size} words in one breath; at most {limit}"), "warning")


def _parts(d: Document) -> list[_Part]:
    parts: list[_Part] = []
    for number, line in enumerate(d.body.split("\n"), d.body_line):
        section = _SECTION.match(line)
        item = _ITEM.match(line)
        if section:
            parts.append(_Part(section[1], number))
        elif item and parts:
            parts[-1].items.append((number, item[1]))
    return parts
