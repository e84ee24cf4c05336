"""What the pages read from addresses, and how figures are written on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from flask import request

from kbplatform.sdk import Lang, Text
from kbplatform_quizzes.statistics.service import Wanted

MAX_PAGE = 100_000
FIRST, LAST = date(2000, 1, 1), date(2199, 12, 31)
_DAY = Text("请写成日期，例如 2026-03-09", "Write a date, for example 2026-03-09")


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of an address, and what could not be read of it."""

    wanted: Wanted
    page: int
    problems: dict[str, Text]

    def query(self, **changes: object) -> str:
        """The same as an address, with changes."""
        w = self.wanted
        days = {"from": w.since or "", "to": w.until or ""}
        fields = {"team": w.team, **days, "apart": "1" if w.apart else "", "part": w.part if w.part > 1 else ""} | changes
        return urlencode({name: str(value) for name, value in fields.items() if value not in {"", None}})


def asked_for() -> Asked:
    """The filters of the address: team, first and last day, wordings apart, part, page."""
    problems, days = {}, {}
    for name in ("from", "to"):
        raw = request.args.get(name, "")[:40].strip()
        try:
            days[name] = read_day(raw)
        except ValueError:
            problems[name] = _DAY
    page, part = _count("page"), _count("part")
    team = request.args.get("team", "")[:100].replace("\0", "")
    return Asked(Wanted(team, days.get("from"), days.get("to"), request.args.get("apart") == "1", part), page, problems)


def _count(name: str) -> int:
    """A number from 1 of the address; 1 where there is none."""
    written = request.args.get(name, "1")
    return min(max(int(written[:9]), 1), MAX_PAGE) if written.isascii() and written.isdecimal() else 1


def read_day(raw: str) -> date | None:
    """``2026-03-09`` → the day; None for nothing. Raises ValueError."""
    if not raw:
        return None
    day = date.fromisoformat(raw)
    if not FIRST <= day <= LAST:
        msg = "no day that anything was done on"
        raise ValueError(msg)
    return day


def number(value: float | None, digits: int = 0) -> str:
    """A figure as it is read; a dash where there is none."""
    if value is None:
        return "–"
    text = f"{value:.{digits}f}"
    return (text.removeprefix("-") if float(text) == 0 else text).replace("-", "−")


def percent(value: float | None, digits: int = 0) -> str:
    """A figure in percent."""
    return "–" if value is None else f"{number(value, digits)}%"


def share(value: float | None, digits: int = 0) -> str:
    """A share from 0 to 1 in percent."""
    return percent(None if value is None else 100 * value, digits)


def lasting(seconds: float | None, lang: Lang) -> str:
    """Seconds as ``3 分 20 秒``; from an hour on without seconds."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    hours, left = divmod(minutes, 60)
    parts = [(hours, Text("小时", "h")), (left, Text("分", "min")), (0 if hours else rest, Text("秒", "s"))]
    return " ".join(f"{n} {unit.in_(lang)}" for n, unit in parts if n) or f"0 {parts[2][1].in_(lang)}"
