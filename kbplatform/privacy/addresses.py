"""Postal addresses that lead to a door."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kbplatform.privacy.candidates import LIKELY, Candidate

_NUMBER = r"\s?[0-9A-Za-z一二三四五六七八九十-]{1,6}\s?"
_STREET = r"(?:路|街|大道|(?<!知)道|巷|弄|胡同|村|小区|花园|苑|里|[东南西北一二三四五六七八九十][区段])"
_ROOM = (
    rf"(?:\s?[一-鿿]{{0,8}}{_NUMBER}(?:号楼|栋|幢|座|单元|楼|层|室|户|房|号|弄)){{1,5}}(?:{_NUMBER}(?:室|户|房)?)?"
    r"|\s?[0-9]{1,3}(?:-[0-9]{1,4}){2}"
)
_DOOR = re.compile(rf"[一-鿿]{{2,24}}{_STREET}{_NUMBER}(?:号|弄|巷|楼|栋)(?:{_ROOM})")
"""Street and number, then building, unit or room: without a room it may be a shop's."""
_LEAD = re.compile(
    r"^.{0,20}?(?:(?:地址|住在|家住|住址|寄到|寄往|送到|送至|发到|位于|邮寄到|收货地址|搬到|上门到?|应为|改[成为到寄送]|放[到在]?)[是为:]?)+"
)


def addresses(text: str) -> Iterator[Candidate]:
    """Addresses down to a room in a folded text; words that lead to one (寄到, 家住) stay."""
    for found in _DOOR.finditer(text):
        lead = _LEAD.match(found[0])
        yield Candidate("address", found.start() + (lead.end() if lead else 0), found.end(), LIKELY)
