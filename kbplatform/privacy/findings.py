"""What was found in a text: a kind, a place, and the word that takes its place."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass

from kbplatform.bilingual import Text

KINDS: dict[str, Text] = {
    "mobile": Text("手机号", "mobile number"),
    "landline": Text("座机号", "landline number"),
    "phone": Text("电话号码", "phone number"),
    "id_card": Text("证件号", "ID number"),
    "bank_card": Text("银行卡号", "card number"),
    "email": Text("邮箱", "e-mail address"),
    "plate": Text("车牌号", "plate number"),
    "name": Text("姓名", "name"),
    "passport": Text("护照号", "passport number"),
    "permit": Text("通行证号", "travel permit number"),
    "wechat": Text("微信号", "WeChat ID"),
    "qq": Text("QQ号", "QQ number"),
    "address": Text("地址", "address"),
    "other": Text("已隐去", "removed"),
}
"""Kinds of finding and what each is called. ``phone``: a number of another country; ``other``: marked by the writer, ``[[…]]``."""
HIDDEN = "***"
"""What takes the place of any finding where the text has no language."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something personal in a text.

    ``start`` and ``end`` are places in the text as it was given. ``shown`` is the value with its middle left out
    (``138…5678``), for a list in which its writer recognises it. ``correctable``: a mistake is plausible, so the
    writer may say that it isn't personal. ``key`` names kind and value: the same value, written otherwise, has the same one.
    """

    kind: str
    start: int
    end: int
    shown: str
    correctable: bool
    key: str


def make_finding(kind: str, start: int, end: int, value: str, *, correctable: bool) -> Finding:
    """A finding of ``value``, the text's own words between ``start`` and ``end``."""
    return Finding(kind, start, end, shown(value), correctable, key_of(kind, value))


def key_of(kind: str, value: str) -> str:
    """``kind:digest`` of a value: SHA-256 over its letters and digits, whatever their width, case and the blanks between them.

    A short number can be guessed from its digest: keep the keys of values only that stay in the text anyway.
    """
    plain = "".join(c for c in unicodedata.normalize("NFKC", value).casefold() if c.isalnum())
    return f"{kind}:{hashlib.sha256(f'{kind} {plain}'.encode()).hexdigest()[:32]}"


def shown(value: str) -> str:
    """``value`` with its middle left out: three and four characters of a long one remain, one of a short one."""
    plain = " ".join(value.split())
    if len(plain) >= 11:
        return f"{plain[:3]}…{plain[-4:]}"
    return f"{plain[:1]}…{plain[-1:]}" if len(plain) > 3 else f"{plain[:1]}…"
