"""What is shown of saved runs: frozen values for templates, JSON and files; and how a period is read."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from kbplatform.sdk import Curves, FieldError, InvalidInput, Lang, Text, curves
from kbplatform_calculators.figures import Figure, Output, written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kbplatform_calculators.calculator import Calculator
    from kbplatform_calculators.models import SavedRun

FIRST_YEAR, LAST_YEAR, MAX_DAYS = 2000, 2100, 3_660
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_WRONG = Text("有字段填得不对", "Some fields can't be used as they are")


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last, both included."""

    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved run. ``outdated``: the definition is another one by now; what is shown is what was worked out then."""

    id: int
    calculator: str
    version: int
    way: str
    team: str | None
    author_id: int | None
    period: Period
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Figure]
    headline: Text
    explanation: Text
    label: Text
    unit: str
    decimals: int
    value: float | None
    low: float | None
    high: float | None
    note: str
    revision: int
    created_at: datetime
    outdated: bool

    def interval(self, lang: Lang) -> str:
        """The interval as people read it; nothing where there is none."""
        if self.low is None or self.high is None:
            return ""
        low, high = (written(end, self.unit, lang, self.decimals) for end in (self.low, self.high))
        return f"{low}–{high}"


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page of saved runs, newest period first; ``total`` over all pages, ``ways`` those there are."""

    runs: tuple[Saved, ...]
    total: int
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which runs of a calculator: a team's (``""``: one's own), of one way (None: all), that end from ``since`` to ``until``."""

    team: str
    way: str | None = None
    since: date | None = None
    until: date | None = None


def as_saved(row: SavedRun, calculator: Calculator | None) -> Saved:
    """A row as it is shown. ``calculator`` is its definition by now, if there still is one."""
    words = row.words
    texts = {name: Text(words[name]["zh"], words[name]["en"]) for name in ("headline", "explanation", "label")}
    return Saved(
        id=row.id, calculator=row.calculator, version=row.version, way=row.way, team=row.team, author_id=row.author_id,
        period=Period(row.starts_on, row.ends_on), inputs=row.inputs, outputs=row.outputs, unit=words["unit"], decimals=words["decimals"],
        value=row.value, low=row.low, high=row.high, note=row.note, revision=row.revision, created_at=row.created_at,
        outdated=calculator is None or calculator.version != row.version, **texts,
    )  # fmt: skip


def figure(output: Output, value: Figure, lang: Lang) -> str:
    """A stored figure as its output is written."""
    words = dict(output.words)
    return words[value].in_(lang) if isinstance(value, str) and value in words else written(value, output.unit, lang, output.decimals)


def typed_inputs(run: Saved, calculator: Calculator) -> dict[str, str]:
    """The inputs of a run as they would be typed today. What the definition no longer asks for is written as JSON."""
    fields = {field.name: field for field in calculator.named(run.way).inputs}
    found = {}
    for name, value in run.inputs.items():
        if value is None:
            continue
        try:
            found[name] = fields[name].typed(value)
        except (KeyError, TypeError, ValueError):  # of another definition
            found[name] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return found


def picture(runs: Sequence[Saved]) -> Curves | None:
    """Runs in the order of their periods as a line over the days with the band of its intervals; None where two are lacking.

    The line is broken where the definition changed: what stands before and after is not the same figure.
    """
    points: list[tuple[float, float | None, float | None, float | None]] = []
    version = None
    for run in runs:
        day = float(run.period.ends_on.toordinal())
        if version not in {None, run.version}:
            points.append((day, None, None, None))
        version = run.version
        points.append((day, run.value, run.low, run.high))
    if sum(value is not None for _day, value, _low, _high in points) < 2:
        return None
    days, values, low, high = zip(*points, strict=True)
    return curves([values], at=days, band=(low, high) if any(end is not None for end in low) else None)


def read_day(raw: str) -> date | None:
    """``2026-03-09``, ``2026/3/9``, ``2026年3月9日`` → the day; None for nothing. Raises ValueError."""
    text = raw.strip()
    if not text:
        return None
    found = _DATE.fullmatch(text)
    if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        msg = "no day"
        raise ValueError(msg)
    return date(int(found[1]), int(found[2]), int(found[3]))


def read_period(first: str, last: str) -> Period:
    """The period typed in two fields, ``from`` and ``to``. Raises InvalidInput with a message for each that can't be used."""
    problems, days = [], []
    for name, raw in (("from", first), ("to", last)):
        try:
            days.append(read_day(raw))
        except ValueError:
            problems.append(FieldError(name, Text("请写成日期，例如 2026-03-09", "Write a date, for example 2026-03-09")))
            continue
        if days[-1] is None:
            problems.append(FieldError(name, Text("必填", "Required")))
    if problems:
        raise InvalidInput(_WRONG, fields=tuple(problems))
    starts_on, ends_on = days
    assert starts_on is not None  # noqa: S101 - else it is a problem above
    assert ends_on is not None  # noqa: S101 - as above
    if not 0 <= (ends_on - starts_on).days < MAX_DAYS:
        message = Text("要在开始那天或以后，最多十年", "Must be the first day or later, at most ten years on")
        raise InvalidInput(_WRONG, fields=(FieldError("to", message),))
    return Period(starts_on, ends_on)


def next_period(last: Period | None, today: date) -> Period:
    """What is probably saved next: as long as the last one and right after it, else the week so far."""
    if last is None:
        return Period(today - timedelta(days=today.weekday()), today)
    length = last.ends_on - last.starts_on
    starts_on = last.ends_on + timedelta(days=1)
    if _whole_month(last):
        after = (starts_on.replace(day=28) + timedelta(days=4)).replace(day=1)
        return Period(starts_on, after - timedelta(days=1))
    return Period(starts_on, starts_on + length)


def _whole_month(period: Period) -> bool:
    same = (period.starts_on.year, period.starts_on.month) == (period.ends_on.year, period.ends_on.month)
    return same and period.starts_on.day == 1 and (period.ends_on + timedelta(days=1)).day == 1
