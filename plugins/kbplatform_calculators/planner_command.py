"""``kbplatform calc day FILE``: the day planner in a terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from kbplatform.sdk import InvalidInput, as_csv, terminal_lang
from kbplatform_calculators import planner
from kbplatform_calculators.batch import MAX_BYTES, decode
from kbplatform_calculators.figures import counted, number, written
from kbplatform_calculators.planner_views import COLUMNS, day_table

if TYPE_CHECKING:
    from typing import BinaryIO

    from kbplatform.sdk import Lang
    from kbplatform_calculators.planner import Day, Interval


@click.command(name="day")
@click.argument("file", type=click.File("rb"))
@click.option("--aht-s", help="Handling time of rows without one of their own: 200, 3:20, 3m 20s.")
@click.option("--target-sl", help="Service level to reach, 80% if left out.")
@click.option("--target-s", help="Answered within, 20 s if left out.")
@click.option("--max-occupancy", help="Highest occupancy, no limit if left out.")
@click.option("--shrinkage", help="Paid but not available, 0 if left out.")
@click.option("--period-s", help="Length of an interval; read from the times if left out.")
@click.option("--out", type=click.File("w", encoding="utf-8", lazy=True), help="Write the plan to this CSV file.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
def day(file: BinaryIO, out: Any, as_json: bool, **typed: str | None) -> None:  # noqa: ANN401 - click's lazy file
    """Plan a day from a CSV file with the columns time, calls and, if it differs, aht_s; - reads standard input.

    Rows that can't be used are named on standard error and left out; the command then ends with 1.
    """
    lang = terminal_lang()
    plan = _planned(file.read(MAX_BYTES + 1), {name: value or "" for name, value in typed.items()})
    if out:
        heading, rows = day_table(plan, lang)
        out.writelines(as_csv(heading, rows))
    if as_json:
        click.echo(json.dumps(_as_json(plan, lang), ensure_ascii=False))
    elif plan.planned:
        _show(plan, lang)
    for interval in plan.problems:
        where = f"第 {interval.line} 行" if lang == "zh" else f"line {interval.line}"
        click.echo(f"{where}: {interval.problem.in_(lang) if interval.problem else ''}", err=True)
    if plan.problems:
        raise SystemExit(1)


def _planned(data: bytes, typed: dict[str, str]) -> Day:
    """The plan. Raises InvalidInput, which names options; what is wrong with the file as a whole is no option's fault."""
    try:
        return planner.plan_day(decode(data), typed)
    except InvalidInput as error:
        whole = next((f.message for f in error.fields if f.field not in planner.INPUTS), None)
        if whole is None:
            raise
        raise InvalidInput(whole) from error


def _as_json(plan: Day, lang: Lang) -> dict[str, object]:
    rows = [
        {"time": i.time, "calls": i.calls, **{n: i.outputs[n] for n in COLUMNS}}
        if i.problem is None
        else {"time": i.time, "line": i.line, "problem": i.problem.in_(lang)}
        for i in plan.intervals
    ]
    sums = {"calls": plan.calls, "agent_hours": plan.hours("agents"), "scheduled_hours": plan.hours("scheduled")}
    return {"minutes": plan.minutes, "intervals": rows, **sums, "service_level": plan.service_level}


def _show(plan: Day, lang: Lang) -> None:
    labels = {o.name: o.label.in_(lang) for o in planner.WAY.outputs}
    click.echo("\t".join(["", *(labels[name] for name in COLUMNS)]))
    for interval in plan.planned:
        click.echo("\t".join([interval.time, *_figures(interval, lang)]))
    phone, roster = number(plan.hours("agents"), 1), number(plan.hours("scheduled"), 1)
    level = written(plan.service_level, "proportion", lang, 1)
    if lang == "zh":
        click.echo(f"来电 {number(plan.calls)} 通，服务水平 {level}；在线 {phone} 人时，排班 {roster} 人时")
    else:
        click.echo(f"{counted(plan.calls, 'call')}, service level {level}; {phone} agent-hours on the phone, {roster} on the roster")


def _figures(interval: Interval, lang: Lang) -> list[str]:
    outputs = {o.name: o for o in planner.WAY.outputs}
    return [written(interval.outputs[name], outputs[name].unit, lang, outputs[name].decimals) for name in COLUMNS]
