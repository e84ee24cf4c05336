"""Numbers and durations as people type them: ``１，２００``, ``85%``, ``1.2万``, ``20通``, ``¥1,200``, ``3分20秒``, ``3:20``, ``2h``, ``半小时``.

Reading is exact: what is typed becomes a :class:`~decimal.Decimal`, never by way of a float. Nothing is evaluated.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from itertools import pairwise
from math import isfinite

from kbplatform.sdk import Text, read_quantity, tidy_quantity
from kbplatform_calculators.units import SHARES, fits, magnitude, unfit, without_currency

MAX_TYPED = 40
"""Characters that one number may take."""
SECONDS = {"ms": Decimal("0.001"), "s": Decimal(1), "min": Decimal(60), "h": Decimal(3600), "days": Decimal(86400)}
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,6}):(\d{1,2}(?:\.\d{1,6})?)")
_WORDS = {
    "days": "天 日 days day d", "h": "个小时 小时 个钟头 钟头 时 hours hour hrs hr h", "min": "分钟 分 minutes minute mins min m",
    "s": "秒钟 秒 seconds second secs sec s", "ms": "毫秒 ms",
}  # fmt: skip
_UNIT_OF = {word: unit for unit, words in _WORDS.items() for word in words.split()}
_PART = re.compile(rf"([\d,]*\.?\d+)\s*({'|'.join(sorted(_UNIT_OF, key=len, reverse=True))})(?![a-z])\s*(半钟?)?")
_A_HALF = Decimal("0.5")
_LOWER = {"h": "min", "min": "s"}
"""The unit of a number left at the end: ``1h20`` is an hour and twenty minutes."""
_LEFT_AT_END = re.compile(r"(.*[^\d\s.,])\s*(\d{1,2})")
_HALF = re.compile(r"半个?(小时|钟头|分钟)")
_FEW = dict(zip("一二两三四五六七八九十", (1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10), strict=True))
_SPOKEN = re.compile(r"(?<![〇一二两三四五六七八九十百千万\d.])([一二两三四五六七八九十])(?=\s*(?:个?半?小时|个?半?钟头|分钟?|秒钟?|天))")
_AND_A_HALF = re.compile(r"(\d+)个半(小时|钟头)")
_NUMERALS = re.compile(r"[+-]?[〇零一二两三四五六七八九十百千万亿点半]+\D*")
_TOO_LONG = Text("太长了，请填一个数", "That is too long for a number")
_COMMAS = Text("逗号只用来分千位，例如 1,200；小数点写“.”", "Commas only group thousands (1,200); write the decimal point as “.”")
_ARABIC = Text("请写成阿拉伯数字，例如 120", "Write it in digits, for example 120")
_NO_NUMBER = Text("要写成数字，例如 20、1,200 或 85%", "Write a number, for example 20, 1,200 or 85%")
_NO_TIME = Text("时长这样写：3分20秒、3:20、2h 或只写数字", "Write a duration as 3m 20s, 3:20, 2h or as a plain number")

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
    text = tidy_quantity(str(raw)) if not isinstance(raw, str) or len(raw) <= 4 * MAX_TYPED else raw
    if len(text) > MAX_TYPED:
        raise Unreadable(_TOO_LONG)
    if not text:
        raise Unreadable(Text("请填一个数", "Enter a number"))
    return text


def read_number(raw: object, unit: str = "") -> Decimal:
    """``1,200``, ``¥1.2万``, ``20通``, ``85%`` (0.85), ``1e3`` → Decimal. Raises Unreadable.

    A comma stands before each group of three digits; ``1,2`` is refused rather than guessed, and so is a word behind the
    number that is no such unit as ``unit``.
    """
    typed = without_currency(tidy(raw))
    found = read_quantity(typed)
    if found is None:
        raise Unreadable(_COMMAS if re.fullmatch(r"[+-]?[\d,]+(\.\d*)?\D*", typed) else _ARABIC if _NUMERALS.fullmatch(typed) else _NO_NUMBER)
    times, word = magnitude(found.unit)
    value = found.value * times
    if word in SHARES:
        return value / SHARES[word]
    if not fits(word, unit):
        raise Unreadable(unfit(word, unit) if any(c.isalnum() for c in word) else _NO_NUMBER)
    return value


def is_share(raw: object) -> bool:
    """Whether a percent or per mille sign, or its word, stands behind what was typed."""
    return isinstance(raw, str) and len(raw) <= 4 * MAX_TYPED and tidy_quantity(raw).endswith(tuple(SHARES))


def read_duration(raw: object, unit: str) -> Decimal:
    """``3分20秒``, ``3:20`` (minutes:seconds), ``1:03:20``, ``2h``, ``1h20``, ``半小时``, ``90`` (in ``unit``) → Decimal in ``unit``.

    Units go from large to small, each once. Raises Unreadable.

    With ``unit`` ``h`` a clock of two parts is hours:minutes, as people write working hours.
    """
    text = _in_words(tidy(raw))
    if clock := _CLOCK.fullmatch(text):
        return _clock(clock, unit) / SECONDS[unit]
    if "半天" in text:
        raise Unreadable(Text("“半天”可能是 12 小时，也可能是半个班：请写小时数", "Half a day may be 12 hours or half a shift: write the hours"))
    last = _LEFT_AT_END.fullmatch(text)
    parts = list(_PART.finditer(last[1] if last else text))
    if not parts:
        return read_number(text, unit)
    rest = _PART.sub("", last[1] if last else text)
    order = [list(SECONDS).index(_UNIT_OF[p[2]]) for p in parts]
    if re.sub(r"[\s零又,]", "", rest) or any(a <= b for a, b in pairwise(order)):
        raise Unreadable(_NO_TIME)
    seconds = sum(((read_number(p[1]) + (_A_HALF if p[3] else 0)) * SECONDS[_UNIT_OF[p[2]]] for p in parts), Decimal())
    return (seconds + _at_end(last, _UNIT_OF[parts[-1][2]])) / SECONDS[unit]


def _in_words(text: str) -> str:
    """Halves, the numbers up to ten before a unit of time, and the marks of minutes and seconds, in the way the rest is written."""
    text = re.sub("′′|''|″|\"|”|“", "秒", text)
    text = re.sub("[′'’]", "分", text)
    text = _SPOKEN.sub(lambda found: str(_FEW[found[1]]), text)
    return _HALF.sub(r"0.5\1", _AND_A_HALF.sub(r"\1.5\2", text))


def _at_end(last: re.Match[str] | None, unit: str) -> Decimal:
    """Seconds of the number left at the end, which counts the next smaller unit."""
    if last is None:
        return Decimal()
    if unit not in _LOWER or int(last[2]) >= 60:
        raise Unreadable(_NO_TIME)
    return int(last[2]) * SECONDS[_LOWER[unit]]


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
