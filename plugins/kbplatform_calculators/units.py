"""The words people put behind a number, by the unit of the field they stand in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from kbplatform.sdk import Text
from kbplatform_calculators.figures import UNITS


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SHARES: Mapping[str, int] = {"%": 100, "percent": 100, "per cent": 100, "pct": 100, "‰": 1000}
"""What a number with this behind it is divided by."""
_TIMES: tuple[tuple[str, int], ...] = (
    ("千万", 10_000_000), ("百万", 1_000_000), ("million", 1_000_000), ("mn", 1_000_000), ("thousand", 1_000),
    ("百", 100), ("千", 1_000), ("k", 1_000), ("万", 10_000), ("w", 10_000), ("亿", 100_000_000),
)  # fmt: skip
"""``m`` is not here: it may be a million or a minute."""
_COUNTERS = _words(
    "个 件 通 次 条 份 人 位 名 单 例 张 家 起 项 笔 户 票 题 步 组 台 席 座 坐席 个人 个坐席 名坐席 位坐席 人次 通电话 个电话 "
    "call calls case cases ticket tickets contact contacts session sessions item items response responses reply replies customer customers "
    "complaint complaints agent agents people person persons staff pcs"
)
"""What is counted. Which of them fits is for the person to know: 20 通 and 20 个 are the same 20."""
_MONEY = _words("元 块 块钱 圆 人民币 rmb cny yuan usd eur gbp 美元 欧元 英镑 dollars dollar euros euro ¥ $ € £")
_AHEAD = re.compile(r"^(?:rmb|cny|usd|us\$|人民币|eur|gbp|[¥$€£])\s*")
_BEHIND: Mapping[str, frozenset[str]] = {
    "money": _MONEY,
    "points": _words("分 点 points point pts"),
    "months": _words("个月 月 month months mo"),
    "erlang": _words("爱尔兰 erlang erlangs erl"),
    "lines": _words("条线 线 路 line lines trunk trunks") | _COUNTERS,
    "times": _words("倍 x × times"),
    "percent": frozenset({"个百分点", "百分点", "pp", "points", "percentage points"}),
    "days": _words("天 日 个工作日 工作日 day days d"),
    "": _COUNTERS | _MONEY | _words("分 点 points point 倍"),
}
MAX_QUOTED = 12
_COUNTED = frozenset({"cases", "calls", "contacts", "sessions", "items", "people", "responses", "agents"})


def without_currency(text: str) -> str:
    """``text`` without the sign or name of a currency before it, also behind a minus."""
    sign = text[:1] if text[:1] in "+-" else ""
    return sign + _AHEAD.sub("", text.removeprefix(sign).lstrip())


def magnitude(unit: str) -> tuple[int, str]:
    """``万通`` → 10,000 and ``通``. What begins with no such word is times 1."""
    for word, times in _TIMES:
        rest = unit.removeprefix(word)
        if rest != unit and not (word.isascii() and rest[:1].isascii() and rest[:1].isalpha()):
            return times, rest.strip()
    return 1, unit


def fits(word: str, unit: str) -> bool:
    """Whether ``word`` may stand behind a number in a field of this unit; nothing always may."""
    return not word or word in (_COUNTERS if unit in _COUNTED else _BEHIND.get(unit, frozenset()))


def unfit(word: str, unit: str) -> Text:
    """What to write instead of a number with ``word`` behind it."""
    wanted = UNITS.get(unit, UNITS[""])[1]
    zh, en = (f"，以“{wanted.zh}”计", f" of {wanted.en}") if wanted and unit not in {"proportion", ""} else ("", "")
    quoted = f"“{word}”" if word.isalpha() and len(word) <= MAX_QUOTED else ""
    what = quoted if quoted and word.isascii() else "What stands behind the number"
    return Text(f"{quoted or '数字后面的字'}放在这里看不懂：请只写数字{zh}", f"{what} can't be understood here: write the number{en} alone")


def shared(value: Decimal, word: str) -> Decimal | None:
    """``value`` as a part of 1 where ``word`` says that it is one of a hundred or a thousand; else None."""
    return value / SHARES[word] if word in SHARES else None
