"""How a figure is written for people: by its unit, in either language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10

from kbplatform.sdk import Lang, Text

Figure = float | int | str | None
"""What an output may be: a number, a word (a rating), or None where there is not enough data."""

UNITS: Mapping[str, tuple[Text, Text]] = {
    # unit → (what stands after a figure, what a field or column of such figures is headed with); what is counted is
    # named by the sentence around it, in the language's own way
    "": (Text("", ""), Text("", "")),
    "proportion": (Text("%", "%"), Text("%", "%")),
    "percent": (Text("%", "%"), Text("%", "%")),
    "points": (Text("分", " points"), Text("分", "points")),
    "percentage points": (Text(" 个百分点", " percentage points"), Text("百分点", "percentage points")),
    "ms": (Text(" 毫秒", " ms"), Text("毫秒", "ms")),
    "s": (Text(" 秒", " s"), Text("秒", "s")),
    "min": (Text(" 分钟", " min"), Text("分钟", "min")),
    "h": (Text(" 小时", " h"), Text("小时", "h")),
    "days": (Text(" 天", " days"), Text("天", "days")),
    "months": (Text(" 个月", " months"), Text("月", "months")),
    "money": (Text("", ""), Text("金额", "money")),
    "erlang": (Text(" 爱尔兰", " erlangs"), Text("爱尔兰", "erlangs")),
    "per 1,000": (Text("（每千）", " per 1,000"), Text("每千", "per 1,000")),
    "cases": (Text("", ""), Text("件", "cases")),
    "calls": (Text("", ""), Text("通", "calls")),
    "contacts": (Text("", ""), Text("次", "contacts")),
    "sessions": (Text("", ""), Text("次", "sessions")),
    "items": (Text("", ""), Text("条", "items")),
    "people": (Text("", ""), Text("人", "people")),
    "responses": (Text("", ""), Text("份", "responses")),
    "agents": (Text(" 人", " agents"), Text("人", "agents")),
    "lines": (Text(" 条线", " lines"), Text("条线", "lines")),
    "times": (Text(" 倍", "×"), Text("倍", "×")),
}
_COUNTED = frozenset({"points", "percentage points", "days", "months", "erlang", "agents", "lines"})
"""Units whose English loses its s after 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One figure of the answer. ``decimals`` is how many are shown; the API gives all.

    ``words`` are what an output that is a word (a rating) may be, in both languages.
    """

    name: str
    label: Text
    unit: str = ""
    decimals: int = 1
    words: tuple[tuple[str, Text], ...] = ()


def written(value: object, unit: str, lang: Lang, decimals: int | None = None) -> str:
    """``value`` as people read it, with its unit: ``75.0%``, ``3 分 44 秒``, ``1,200``. None is a dash.

    Without ``decimals`` it has those it was given with, at most four: so are inputs written.
    """
    if value is None:
        return "–"
    if isinstance(value, list | tuple | dict):
        return _several(value, unit, lang, decimals)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return str(value)
    if unit in {"proportion", "percent"}:
        return f"{_short_of_all(100 * value if unit == 'proportion' else value, decimals)}%"
    if unit in {"s", "min"} and abs(value) * (1 if unit == "s" else 60) >= 60:
        return _clock(value * (1 if unit == "s" else 60), lang)
    after = UNITS.get(unit, (Text(f" {unit}", f" {unit}"),))[0].in_(lang)
    digits = number(value, decimals)
    return counted(digits, after.removesuffix("s"), after) if lang == "en" and unit in _COUNTED else f"{digits}{after}"


def counted(value: float | str, one: str, many: str = "") -> str:
    """A number, or one that is written already, with its English noun: ``1 case``, ``2 cases``. ``many`` where it is not ``one`` with an s."""
    digits = value if isinstance(value, str) else number(value)
    noun = one if digits == "1" else many or f"{one}s"
    return f"{digits}{noun}" if noun.startswith(" ") else f"{digits} {noun}"


def _several(value: Sequence[object] | Mapping[str, object], unit: str, lang: Lang, decimals: int | None) -> str:
    members = [m[0] if isinstance(m, list | tuple) and m else m for m in value]
    shown = ", ".join(written(m, "", lang, decimals) for m in members[:8])
    after = UNITS.get(unit, UNITS[""])[0].in_(lang)
    return f"{shown}{' …' if len(members) > 8 else ''}{after}"


def _short_of_all(percent: float, decimals: int | None) -> str:
    """A share in percent; one just short of all has decimals enough not to look like all, six at most."""
    shown = number(percent, decimals)
    if decimals is None or not 99 < percent < 100 or not shown.startswith("100"):
        return shown
    return next((more for d in range(decimals + 1, 7) if not (more := number(percent, d)).startswith("100")), ">99.999999")


def number(value: float, decimals: int | None = None) -> str:
    """Digits in groups of three; whole numbers without decimals, small ones with enough to be told from nothing."""
    if isinstance(value, int):
        return f"{value:,}".replace("-", "−")
    if decimals is None:
        return (f"{value:,.4f}".rstrip("0").rstrip(".") if abs(value) >= 0.001 or not value else f"{value:.3g}").replace("-", "−")
    if value and abs(value) < 0.5 * 10**-decimals:
        decimals = min(12, decimals - floor(log10(abs(value))))
    return f"{value:,.{decimals}f}".replace("-", "−")


def _clock(seconds: float, lang: Lang) -> str:
    """Seconds as ``1 小时 3 分 20 秒``; rounded to the second from a minute up, to the minute from ten hours up."""
    sign = "−" if seconds < 0 else ""
    whole = round(abs(seconds))
    whole = whole if whole < 36_000 else 60 * floor(whole / 60 + 0.5)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    words = [(hours, Text("小时", "h")), (minutes, Text("分", "min")), (left, Text("秒", "s"))]
    return sign + " ".join(f"{n:,} {word.in_(lang)}" for n, word in words if n)
