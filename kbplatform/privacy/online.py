"""E-mail addresses, WeChat and QQ ids."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kbplatform.privacy.candidates import CHECKED, SHAPED, Candidate
from kbplatform.privacy.wordlists import words

_AT = re.compile(r"@|%40| @ |\s?[(\[]at[)\]]\s?|\s?艾特\s?", re.IGNORECASE)
_LOCAL = re.compile(r"[A-Za-z0-9.%+_-]{1,64}$|[\u4e00-\u9fff]{1,4}$")
_DOMAIN = re.compile(
    r"(?:[A-Za-z0-9\u4e00-\u9fff](?:[A-Za-z0-9-]{0,62}|[\u4e00-\u9fff]{0,10})(?:\.|\s?[(\[]dot[)\]]\s?)){1,6}(?P<top>[A-Za-z]{2,24}|中国|公司|网络)",
    re.IGNORECASE,
)
_NOT_TOP = words("""
png jpg jpeg gif svg webp ico js mjs css ts py md json html htm txt pdf
""")
_NOBODY = re.compile(r"(?:git|no-?reply|do-?not-?reply)$", re.IGNORECASE)
_EDGE = "%+-."
_WECHAT = re.compile(
    r"(?:微信|薇信|威信|(?<![a-z])wechat|(?<![a-z])weixin|(?<![a-z])(?:vx|wx)(?![a-z])|(?<=加)v|v信)(?P<said>号|号码|id| id| number)?"
    r"(?P<gap>\s{0,2}(?:(?:[:=]|是|为|叫|is)\s{0,2})?)(?P<id>[a-z][a-z0-9_-]{5,19})(?![a-z0-9_@.-]|号)", re.IGNORECASE,
)
_QQ = re.compile(
    r"(?:(?<![a-z])qq|扣扣|企鹅)(?:号码|号| ?number)?\s{0,2}(?:[:=]|是|为|is)?\s{0,2}(?P<id>[1-9][0-9]{4,10})(?![0-9a-z@_]|[.-][0-9])", re.IGNORECASE
)


def online(text: str) -> Iterator[Candidate]:
    """Addresses and ids in a folded text."""
    yield from _emails(text)
    yield from _wechat(text)
    for found in _QQ.finditer(text):
        yield Candidate("qq", *found.span("id"), SHAPED)


def _emails(text: str) -> Iterator[Candidate]:
    for at in _AT.finditer(text):
        ahead = text[max(0, at.start() - 64) : at.start()]
        local, domain = _LOCAL.search(ahead), _DOMAIN.match(text, at.end())
        if not local or not domain or domain["top"].lower() in _NOT_TOP or _NOBODY.match(local[0]):
            continue
        if at[0] == " @ " and not (re.search("[A-Za-z]", local[0]) and re.search("[0-9._-]", local[0])):
            continue  # 3 @ 9.90, see you @ work.example
        start = at.start() - len(local[0].lstrip(_EDGE))
        if start < at.start():
            yield Candidate("email", start, domain.end(), CHECKED, correctable=False)


def _wechat(text: str) -> Iterator[Candidate]:
    for found in _WECHAT.finditer(text):
        if found["said"] or ":" in found["gap"] or any(c.isdigit() or c == "_" for c in found["id"]):
            yield Candidate("wechat", *found.span("id"), SHAPED)
