"""Numbers and durations as people type them: ``１，２００``, ``85%``, ``1.2万``, ``3分20秒``, ``3:20``, ``2h``.

Reading is exact: what is typed becomes a :class:`~decimal.Decimal`, never by way of a float. Nothing is evaluated.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from math import isfinite

from kbplatform.sdk import Text

MAX_TYPED = 40
"""Characters that one number may take."""
SECONDS = {"s": 1, "min": 60, "h": 3600, "days": 86400}
_PLAIN = re.compile(r"([+-]?)(\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:e([+-]?\d{1,3}))?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_TIMES = {"千": 1_000, "k": 1_000, "万": 10_000, "w": 10_000, "亿": 100_000_000}
_CURRENCY = "¥￥$€£元"
_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,6}):(\d{1,2}(?:\.\d{1,6})?)")
_PART = re.compile(
    r"([\d,]*\.?\d+)\s*("
    r"小时|个小时|时|hours?|hrs?|h|分钟|分|minutes?|mins?|m|秒钟|秒|seconds?|secs?|s|天|日|days?|d|毫秒|ms)(?![a-z])"
)
_SCALE = {
    "小时": 3600, "个小时": 3600, "时": 3600, "h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600,
    "分钟": 60, "分": 60, "m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60,
    "秒": 1, "秒钟": 1, "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1,
    "天": 86400, "日": 86400, "d": 86400, "day": 86400, "days": 86400,
}  # fmt: skip
_TOO_LONG = Text("太长了，请填一个数", "That is too long for a number")

_LEFT_OUT = {"", "-", "–", "—", "n/a", "na", "不适用", "无"}


class Unreadable(ValueError):
    """What was typed is not what the field holds; ``message`` says what to write instead."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


def tidy(raw: object) -> str:
    """What was typed in half-width characters without the spaces around it. Raises Unreadable for what is no text or number."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        raise Unreadable(Text("请填一个数", "Enter a number"))
    if isinstance(raw, int) and raw.bit_length() > 4 * MAX_TYPED:  # Python refuses to write the longest ones out
        raise Unreadable(_TOO_LONG)
    if isinstance(raw, float):
        if not isfinite(raw):
            raise Unreadable(Text("请填一个有限的数", "Enter a finite number"))
        raw = repr(raw)
    text = unicodedata.normalize("NFKC", str(raw)).strip().lower() if not isinstance(raw, str) or len(raw) <= 4 * MAX_TYPED else raw
    if len(text) > MAX_TYPED:
        raise Unreadable(_TOO_LONG)
    if not text:
        raise Unreadable(Text("请填一个数", "Enter a number"))
    return text.replace("−", "-").replace("，", ",")


def read_number(raw: object) -> Decimal:
    """``1,200``, ``¥1.2万``, ``85%`` (0.85), ``1e3`` → Decimal. Raises Unreadable.

    A comma stands before each group of three digits; ``1,2`` is refused rather than guessed.
    """
    text = tidy(raw).strip(_CURRENCY + " ").replace("块", "")
    share = text.endswith(("%", "‰"))
    per = 1000 if text.endswith("‰") else 100
    text = text[:-1].strip() if share else text
    times = _TIMES.get(text[-1:], 1)
    text = text[:-1].strip() if times > 1 else text
    if "," in text:
        if not _GROUPED.fullmatch(text):
            raise Unreadable(Text("逗号只用来分千位，例如 1,200；小数点写“.”", "Commas only group thousands (1,200); write the decimal point as “.”"))
        text = text.replace(",", "")
    if not text.isascii() or not _PLAIN.fullmatch(text):
        raise Unreadable(Text("要写成数字，例如 20、1,200 或 85%", "Write a number, for example 20, 1,200 or 85%"))
    value = Decimal(text) * times
    return value / per if share else value


def read_duration(raw: object, unit: str) -> Decimal:
    """``3分20秒``, ``3:20`` (minutes:seconds), ``1:03:20``, ``2h``, ``90`` (in ``unit``) → Decimal in ``unit``. Raises Unreadable.

    With ``unit`` ``h`` a clock of two parts is hours:minutes, as people write working hours.
    """
    text = tidy(raw)
    if clock := _CLOCK.fullmatch(text):
        return _clock(clock, unit) / SECONDS[unit]
    parts = list(_PART.finditer(text))
    if not parts:
        return read_number(text)
    if re.sub(r"[\s零又,]", "", _PART.sub("", text)):
        raise Unreadable(Text("时长这样写：3分20秒、3:20、2h 或只写数字", "Write a duration as 3m 20s, 3:20, 2h or as a plain number"))
    seconds = sum((read_number(p[1]) * _scale(p[2]) for p in parts), Decimal())
    return seconds / SECONDS[unit]


def _scale(word: str) -> Decimal:
    return Decimal("0.001") if word in {"毫秒", "ms"} else Decimal(_SCALE[word])


def _clock(clock: re.Match[str], unit: str) -> Decimal:
    hours, middle, last = clock.groups()
    if Decimal(last) >= 60 or (hours is not None and int(middle) >= 60):
        raise Unreadable(Text("冒号后面要小于 60，例如 3:20", "After a colon write less than 60, for example 3:20"))
    if hours is None and unit in {"h", "days"}:
        return Decimal(middle) * 3600 + Decimal(last) * 60
    return Decimal(hours or 0) * 3600 + Decimal(middle) * 60 + Decimal(last)


def cut(text: str, *, gaps: bool = False) -> list[str]:
    """The members of a list as typed or pasted from a spreadsheet.

    Lines, tabs, semicolons and ``、`` part members. Only where there is none of these do commas and spaces part them, so
    that ``1,200`` in a pasted column stays one number; alone it may be one or two, and is refused. With ``gaps`` an empty member keeps its place.
    """
    text = unicodedata.normalize("NFKC", text.replace("、", "\n")).replace("\r\n", "\n")
    if _GROUPED.fullmatch(text.strip()):
        raise Unreadable(
            Text(
                f"“{text.strip()}” 是一个数还是几个？一个数就去掉逗号，几个就用分号或空格隔开",
                f"Is “{text.strip()}” one number or several? Leave the commas out for one, write semicolons or spaces between several",
            )
        )
    if gaps:
        return [part.strip() for part in re.split(_mark(text), text.removesuffix("\n").strip(" "))]
    parts = re.split(r"[\n\t;]+", text) if re.search(r"[\n\t;]", text.strip()) else re.split(r"[,\s]+", text)
    return [part.strip() for part in parts if part.strip()]


def _mark(text: str) -> str:
    """What parts the members of ``text`` where some may be empty."""
    for mark in (r"[\n\t;]", ","):
        if re.search(mark, text.removesuffix("\n")):
            return mark
    return r"\s+"


def left_out(raw: object) -> bool:
    """Whether a member of a list was left out on purpose."""
    return raw is None or (isinstance(raw, str) and unicodedata.normalize("NFKC", raw).strip().lower() in _LEFT_OUT)
