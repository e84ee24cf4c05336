"""The day planner's page: a form that is sent, because a day's rows don't fit an address. Nothing is kept on the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, render_template, request

from kbplatform.sdk import InvalidInput, Text, as_csv, curves, requires, ui_lang
from kbplatform_calculators import planner
from kbplatform_calculators.batch import MAX_BYTES, decode
from kbplatform_calculators.figures import number, written
from kbplatform_calculators.registry import USE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from kbplatform.sdk import Cell, Curves, Lang
    from kbplatform_calculators.planner import Day, Interval

MOST_SHOWN = 10_000
"""Characters of a table that goes back into the form as it came."""
MOST_PROBLEMS = 10
MOST_TICKS = 8
_GONE = Text("这张表太长，放不回这里，请再贴一次", "The table is too long to be put back here: please paste it again")
COLUMNS = ("erlangs", "agents", "scheduled", "service_level", "asa_s", "occupancy")
"""Outputs of Erlang C in the file, in order."""


def add_day_planner(blueprint: Blueprint) -> None:
    """``/p/calculators/erlang_c/day``."""

    @blueprint.get("/erlang_c/day")
    @requires(USE)
    def day() -> ResponseReturnValue:
        typed = {name: request.args.get(name, "")[:80] for name in planner.COMMON}
        return _page(typed, "", None, {})

    @blueprint.post("/erlang_c/day")
    @requires(USE)
    def plan() -> ResponseReturnValue:
        typed = {name: request.form.get(name, "")[:80] for name in planner.COMMON}
        table = request.form.get(planner.TABLE, "")
        try:
            table = _uploaded() or table
            found = planner.plan_day(table, typed)
        except InvalidInput as error:
            problems = {f.field if f.field in planner.INPUTS else planner.TABLE: f.message.in_(ui_lang()) for f in error.fields}
            if len(table) > MOST_SHOWN:
                table, _ = "", problems.setdefault(planner.TABLE, _GONE.in_(ui_lang()))
            return _page(typed, table, None, problems), 422
        if "download" in request.form:
            heading, rows = day_table(found, ui_lang())
            named = {"Content-Disposition": 'attachment; filename="day-plan.csv"'}
            return Response("".join(as_csv(heading, rows)), mimetype="text/csv", headers=named)
        return _page(typed, planner.written(planner.read_rows(table)), found, {}), 200 if found.planned else 422


def _uploaded() -> str:
    """The text of the file that was sent; nothing without one. Raises InvalidInput."""
    sent = request.files.get("file")
    return decode(sent.read(MAX_BYTES + 1)) if sent and sent.filename else ""


def _page(typed: dict[str, str], table: str, day: Day | None, problems: dict[str, str]) -> str:
    context: dict[str, object] = {"fields": [planner.INPUTS[name] for name in planner.COMMON], "most": planner.MAX_ROWS, "day": day}
    if day and day.planned:
        context |= {"sums": _sums(day, ui_lang()), "rows": _rows(day, ui_lang()), "drawn": staffing_curve(day), "ticks": _ticks(day)}
    return render_template("calculators/day.html", typed=typed, table=table, problems=problems, most_problems=MOST_PROBLEMS, **context)


def _sums(day: Day, lang: Lang) -> dict[str, str]:
    """The day as a whole, written."""
    return {
        "peak": written(day.busiest.agents, "agents", lang),
        "peak_scheduled": written(day.busiest.scheduled, "agents", lang),
        "at": day.busiest.time,
        "calls": number(day.calls),
        "minutes": number(day.minutes),
        "agent_hours": number(day.hours("agents"), 1),
        "roster_hours": number(day.hours("scheduled"), 1),
        "level": written(day.service_level, "proportion", lang, 1),
        "within": written(day.values["target_s"], "s", lang),
    }


def _rows(day: Day, lang: Lang) -> list[tuple[str, list[str]]]:
    """Time and figures of each row, written; no figures where the row can't be used."""
    return [(i.time, _figures(i, lang)) for i in day.intervals]


def _figures(interval: Interval, lang: Lang) -> list[str]:
    if interval.problem is not None:
        return []
    o = interval.outputs
    shares = [written(o[name], "proportion", lang, 1) for name in ("service_level", "occupancy")]
    return [number(interval.calls), written(o["erlangs"], "", lang, 2), number(interval.agents or 0), number(interval.scheduled or 0), *shares]


def staffing_curve(day: Day) -> Curves:
    """Agents to schedule and agents on the phone over the day, as stairs; a gap where nothing is planned."""
    at: list[float] = []
    lines: tuple[list[float | None], list[float | None]] = ([], [])
    for interval in day.planned:
        if at and at[-1] != interval.begins:
            at.append(interval.begins)
            for line in lines:
                line.append(None)
        at += [interval.begins, interval.begins + day.minutes]
        for line, figure in zip(lines, (interval.scheduled, interval.agents), strict=True):
            line += [figure, figure]
    return curves(lines, at=at)


def _ticks(day: Day) -> list[str]:
    """Times to write under the curve, evenly from its begin to its end, at full hours where that can be."""
    first, span = day.planned[0].begins, day.planned[-1].begins - day.planned[0].begins + round(day.minutes)
    parts = next((k for step in (60, 30, 15) for k in range(MOST_TICKS, 1, -1) if span % k == 0 and span // k % step == 0), 1)
    marks = [first + span * k // parts for k in range(parts + 1)]
    return ["24:00" if m == 24 * 60 else f"{m // 60 % 24:02d}:{m % 60:02d}" for m in marks]


def day_table(day: Day, lang: Lang) -> tuple[list[str], Iterator[Sequence[Cell]]]:
    """Heading and rows of the plan as a file, all digits given; the last column says what is wrong with a row."""
    labels = {o.name: o.label.in_(lang) for o in planner.WAY.outputs}
    names = ["时间", "来电量", "处理时长"] if lang == "zh" else ["Time", "Calls", "Handling time (s)"]
    heading = [*names, *(labels[name] for name in COLUMNS), "问题" if lang == "zh" else "Problem"]
    return heading, (_cells(i, lang) for i in day.intervals)


def _cells(interval: Interval, lang: Lang) -> list[Cell]:
    if interval.problem is not None:
        return [interval.time, *[None] * (2 + len(COLUMNS)), interval.problem.in_(lang)]
    return [interval.time, interval.calls, interval.aht, *(interval.outputs[name] for name in COLUMNS), None]
