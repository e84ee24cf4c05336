"""A day in intervals: how many agents each of them needs, from a table of times and calls.

The table is a CSV text with the columns time, calls and, where it differs, handling time; its figures are read like those of
the Erlang C calculator, whose rules and answer they get. How long an interval is follows from the times.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kbplatform.sdk import FieldError, InvalidInput, Text
from kbplatform_calculators.batch import read_sheet
from kbplatform_calculators.definitions.staffing import ERLANG_C
from kbplatform_calculators.typed import Unreadable

if TYPE_CHECKING:
    from kbplatform_calculators.calculator import Outputs

MAX_ROWS = 96
TABLE = "csv"
COMMON = ("aht_s", "target_sl", "target_s", "max_occupancy", "shrinkage", "period_s")
"""Inputs of Erlang C that the whole day shares, in the order of a form."""
WAY = ERLANG_C.named("target")
INPUTS = {field.name: field for field in WAY.inputs}
_BY_ROWS = {96: 15, 48: 30, 24: 60}
_SHORTEST, _LONGEST = 5, 240
"""Minutes an interval may have."""
_DAY = 24 * 60
_CLOCK = re.compile(r"(上午|下午|am|pm)?\s*(\d{1,2})(?::|时|点)(\d{2}|半)?(?::\d{2})?\s*(am|pm)?")
_COLUMNS = {
    "time": ("time", "时间", "时段", "interval", "from", "开始时间", "时间段"),
    "calls": ("calls", "来电量", "来电", "来电数", "话量", "通数", "呼入量", "call volume", "offered", "contacts"),
    "aht_s": ("aht_s", "aht", "平均处理时长", "平均处理时长 aht", "处理时长", "average handling time", "handling time"),
}


@dataclass(frozen=True, slots=True)
class Interval:
    """One row. ``begins`` is minutes after midnight, past 1440 on the next day; ``problem`` says why there is no answer."""

    line: int
    time: str
    begins: int
    calls: float
    aht: str
    outputs: Outputs
    problem: Text | None = None

    @property
    def agents(self) -> int | None:
        """Needed on the phone."""
        return self._whole("agents")

    @property
    def scheduled(self) -> int | None:
        """Needed on the roster."""
        return self._whole("scheduled")

    def _whole(self, name: str) -> int | None:
        figure = self.outputs.get(name)
        return figure if isinstance(figure, int) else None


@dataclass(frozen=True, slots=True)
class Day:
    """The plan: intervals of ``minutes`` each; ``values`` is what all share, as read. Sums are over the rows without a problem."""

    minutes: int
    intervals: tuple[Interval, ...]
    values: Mapping[str, Any]

    @property
    def planned(self) -> list[Interval]:
        """The intervals that have an answer."""
        return [i for i in self.intervals if i.problem is None]

    @property
    def problems(self) -> list[Interval]:
        """The rows that couldn't be used."""
        return [i for i in self.intervals if i.problem is not None]

    @property
    def calls(self) -> float:
        """Calls of the day."""
        return sum(i.calls for i in self.planned)

    @property
    def busiest(self) -> Interval:
        """The first interval that needs most agents."""
        return max(self.planned, key=lambda i: i.agents or 0)

    def hours(self, name: str) -> float:
        """Agent-hours of ``agents`` or ``scheduled``."""
        return sum(getattr(i, name) or 0 for i in self.planned) * self.minutes / 60

    @property
    def service_level(self) -> float | None:
        """Share of the day's calls answered in time; None without a call."""
        levels = [(i.calls, i.outputs["service_level"]) for i in self.planned]
        met = sum(calls * level for calls, level in levels if isinstance(level, float))
        return met / self.calls if self.calls else None


def plan_day(table: str, typed: Mapping[str, str]) -> Day:
    """The plan for a table and what was typed into the common fields.

    Raises InvalidInput where a common field or the table as a whole can't be used; a row that can't costs only itself.
    """
    values = _common(typed)
    rows = read_rows(table)
    if values["aht_s"] is None and not all(row.cells["aht_s"] for row in rows):
        raise _wrong("aht_s", Text("表里没有写每行的处理时长，请在这里填一个", "The table doesn't give it for every row: fill it in here"))
    times = [_clock(row.cells["time"]) for row in rows]
    minutes = values["period_s"] / 60 if values["period_s"] else _length(times)
    if not minutes:
        words = Text(
            "从时间列看不出每个时段多长，请在这里填，例如 30分钟",
            "The times don't say how long an interval is: fill it in here, for example 30 min",
        )
        raise _wrong("period_s", words)
    values["period_s"] = minutes * 60
    intervals = [_interval(row, begins, values) for row, begins in zip(rows, _in_order(times, minutes), strict=True)]
    return Day(minutes, tuple(_without_repeats(rows, times, intervals)), values)


@dataclass(frozen=True, slots=True)
class Row:
    """A row as typed: its line in the table, and what stands in the columns we know (empty where there is none)."""

    line: int
    cells: Mapping[str, str]


def read_rows(table: str) -> list[Row]:
    """The rows of a table, with a heading or without one: then the columns are time, calls, handling time. Raises InvalidInput."""
    if table.strip() and "\n" not in table.strip():  # one row alone, which a reader of sheets takes for a heading
        table = next((mark for mark in "\t;" if mark in table), ",").join(_COLUMNS) + "\n" + table.strip()
    try:
        sheet = read_sheet(table, most=MAX_ROWS)
    except InvalidInput as error:
        raise _wrong(TABLE, error.fields[0].message) from error
    rows, columns = list(sheet.rows), _columns(sheet.heading)
    if not columns and _clock(sheet.heading[0]) is not None:
        rows, columns = [(1, sheet.heading), *rows], dict(zip(_COLUMNS, range(3), strict=True))
    if not {"time", "calls"} <= columns.keys():
        words = Text(
            "第一行要写列名：时间、来电量，处理时长可有可无（time、calls、aht_s 也行）",
            "The first line names the columns: time, calls and, if it differs by interval, aht_s",
        )
        raise _wrong(TABLE, words)
    if len(rows) > MAX_ROWS:
        raise _wrong(TABLE, Text(f"一天最多 {MAX_ROWS} 行", f"A day has at most {MAX_ROWS} rows"))
    return [Row(line, {name: _cell(cells, columns.get(name)) for name in _COLUMNS}) for line, cells in rows]


def _cell(cells: Sequence[str], at: int | None) -> str:
    return cells[at].strip() if at is not None and at < len(cells) else ""


def written(rows: Sequence[Row]) -> str:
    """The table again with the columns that count, to be sent once more; each row on the line it had, within reason."""
    wanted = [name for name in _COLUMNS if name != "aht_s" or any(row.cells[name] for row in rows)]
    lines = ["\t".join(wanted)] if rows[0].line > 1 else []
    for row in rows:
        lines += [""] * min(row.line - len(lines) - 1, MAX_ROWS)
        lines.append("\t".join(re.sub(r"\s+", " ", row.cells[name]) for name in wanted))
    return "\n".join(lines)


def _columns(heading: Sequence[str]) -> dict[str, int]:
    """Column of each name; a unit in brackets behind a name doesn't count."""
    known = {word: name for name, words in _COLUMNS.items() for word in words}
    found: dict[str, int] = {}
    for at, cell in enumerate(heading):
        word = re.sub(r"\s*[(\[].*", "", unicodedata.normalize("NFKC", cell)).strip().lower()
        if word in known:
            found.setdefault(known[word], at)
    return found


def _common(typed: Mapping[str, str]) -> dict[str, Any]:
    """The common fields as read. Raises InvalidInput naming each that can't be."""
    values: dict[str, Any] = {}
    problems = []
    for name in COMMON:
        field = INPUTS[name]
        raw = typed.get(name, "").strip()
        try:
            values[name] = field.read(raw) if raw else field.default
        except Unreadable as error:
            problems.append(FieldError(name, error.message))
    length = values.get("period_s")
    if length and not _SHORTEST * 60 <= length <= _LONGEST * 60:
        problems.append(FieldError("period_s", Text(f"要在 {_SHORTEST} 到 {_LONGEST} 分钟之间", f"Must be from {_SHORTEST} to {_LONGEST} minutes")))
    if problems:
        raise InvalidInput(Text("有字段填得不对", "Some fields can't be used as they are"), fields=tuple(problems))
    return values


def _interval(row: Row, begins: int, values: Mapping[str, Any]) -> Interval:
    """Work one row out."""
    given = {**values}
    problem: Text | None = None
    outputs: Outputs = {}
    for name in ("calls", "aht_s"):
        raw, field = row.cells[name], INPUTS[name]
        if not raw and name == "aht_s":
            continue
        try:
            given[name] = field.read(raw) if raw else None
        except Unreadable as error:
            problem = Text(f"{field.label.zh}：{error.message.zh}", f"{field.label.en}: {error.message.en}")
    if problem is None and given["calls"] is None:
        problem = Text(
            "没写来电量；没有来电写 0，不开线就删掉这一行",
            "No calls given: write 0 for none, or take the row out if the lines are closed",
        )
    if problem is None:
        broken = next((p for rule in WAY.rules if (p := rule(given))), None)
        problem = broken.message if broken else None
    if problem is None:
        outputs = WAY.compute(given)
    calls = given["calls"] if problem is None else 0
    return Interval(row.line, _shown(row.cells["time"]), begins, calls, INPUTS["aht_s"].typed(given["aht_s"]), outputs, problem)


def _without_repeats(rows: Sequence[Row], times: Sequence[int | None], intervals: Sequence[Interval]) -> list[Interval]:
    """The intervals, with a problem where a time stands twice, or can't be read though others can."""
    seen: dict[int, int] = {}
    out = []
    for row, time, interval in zip(rows, times, intervals, strict=True):
        problem = interval.problem
        if problem is not None:
            pass  # what can't be used stands in nobody's way
        elif time is None and any(t is not None for t in times):
            problem = Text("时间要写成 08:30 这样", "Write the time as 08:30")
        elif time in seen:
            problem = Text(f"和第 {seen[time]} 行是同一个时间", f"The same time as line {seen[time]}")
        elif time is not None:
            seen[time] = row.line
        out.append(interval if problem is None else Interval(row.line, interval.time, interval.begins, 0, "", {}, problem))
    return out


def _clock(cell: str) -> int | None:
    """Minutes after midnight of the first time of day in a cell; None where there is none."""
    found = _CLOCK.search(unicodedata.normalize("NFKC", cell).lower())
    if found is None:
        return None
    hour, minute, half = int(found[2]), 30 if found[3] == "半" else int(found[3] or 0), found[1] or found[4]
    if half in {"下午", "pm"} and hour < 12:
        hour += 12
    elif half in {"上午", "am"} and hour == 12:
        hour = 0
    return (hour * 60 + minute) % _DAY if hour <= 24 and minute < 60 else None


def _shown(cell: str) -> str:
    time = _clock(cell)
    return f"{time // 60:02d}:{time % 60:02d}" if time is not None else cell[:20]


def _length(times: Sequence[int | None]) -> int | None:
    """Minutes of an interval: the commonest step from one time to the next, else by the number of rows; None if neither says."""
    known = [t for t in times if t is not None]
    steps = Counter((b - a) % _DAY for a, b in pairwise(known))
    fitting = [(count, -step) for step, count in steps.items() if _SHORTEST <= step <= _LONGEST]
    return -max(fitting)[1] if fitting else _BY_ROWS.get(len(times)) if not known else None


def _in_order(times: Sequence[int | None], minutes: float) -> list[int]:
    """Where each interval begins, in minutes that only rise: what comes after midnight is past 1440."""
    out: list[int] = []
    for time in times:
        expected = out[-1] + round(minutes) if out else 0
        out.append(expected if time is None else time + _DAY * (max(0, out[-1] - time + _DAY - 1) // _DAY) if out else time)
    return out


def _wrong(field: str, message: Text) -> InvalidInput:
    return InvalidInput(message, fields=(FieldError(field, message),))
