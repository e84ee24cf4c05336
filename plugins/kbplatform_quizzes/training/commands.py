"""``kbplatform quiz matrix``: who knows what, on the terminal, as a table file or as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast
from unicodedata import east_asian_width

import click

from kbplatform.sdk import Actor, Text, Viewer, as_csv, record_audit, team_names, terminal_lang
from kbplatform_quizzes.attempts.people import OWNER
from kbplatform_quizzes.training.matrix import SORTS, WORDS, Asked, Training, heading, table
from kbplatform_quizzes.training.progress import STATES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbplatform.sdk import Lang, Services
    from kbplatform_quizzes.training.matrix import Matrix, Sort
    from kbplatform_quizzes.training.progress import State

SIGNS: dict[State, str] = {"none": "-", "going": "~", "stale": "!", "passed": "+"}
"""One column wide in every terminal, so that a practice takes three columns and thirty fit beside a name."""
CELL = 3
MAX_NAME = 24
"""Columns of a name; a Chinese character takes two."""


def _help(zh: str, en: str) -> str:
    return Text(zh, en).in_(terminal_lang())


_SORT = _help("最需要的在前，或按名字。", "Greatest need first, or by name.")
_LANG = _help("标题的语言。", "The language of titles.")
_MATRIX = _help("谁会什么：一人一行，一条实践一列，所有人的。", "Who knows what: a person a row, a practice a column; of everybody.")


@click.command(help=_MATRIX)
@click.option("--team", metavar="KEY", default="", help=_help("只看一个团队。", "Of one team only."))
@click.option("--group", metavar="KEY", default="", help=_help("只看一组实践。", "One group of practices only."))
@click.option("--state", type=click.Choice(STATES), help=_help("只看有这种状态的人。", "Only people who stand so somewhere."))
@click.option("--sort", type=click.Choice(SORTS), default="need", show_default=True, help=_SORT)
@click.option("--lang", type=click.Choice(["zh", "en"]), default=terminal_lang(), show_default=True, help=_LANG)
@click.option("--csv", "form", flag_value="csv", help=_help("CSV，能直接用表格软件打开。", "CSV, which spreadsheets open as it is."))
@click.option("--json", "form", flag_value="json", help=_help("输出给程序读的 JSON。", "Machine-readable output."))
@click.pass_context
def matrix(ctx: click.Context, *, team: str, group: str, state: str | None, sort: str, lang: str, form: str | None) -> None:
    services: Services = ctx.obj.platform().services
    with services.db.read() as session:
        teams = team_names(session, None)
    if team and team not in teams:
        raise click.UsageError(_help(f"没有这个团队：{team}", f"There is no team {team}"))
    language = cast("Lang", lang)
    found = Training(services.db).whole(_operator(teams), language, Asked(team, group, state or "", cast("Sort", sort)))
    if group and group not in found.groups:
        known = "、".join(found.groups) if terminal_lang() == "zh" else ", ".join(found.groups)
        raise click.UsageError(_help(f"没有这一组：{group}。有：{known}", f"There is no group {group}; there are: {known}"))
    if form is None:
        _tell(found, language)
        return
    with services.db.write() as session:
        record_audit(session, Actor(None, "cli"), "quizzes.matrix_exported", "quizzes_matrix", team or "*", people=found.people)
    if form == "csv":
        for line in as_csv(heading(found, language), table(found, language)):
            click.echo(line, nl=False)
    else:
        from kbplatform_quizzes.training.api import matrix_as_json  # noqa: PLC0415 - slow import, only for this output

        click.echo(json.dumps(matrix_as_json(found), ensure_ascii=False, indent=1))


def _operator(teams: dict[str, str]) -> Viewer:
    """Whoever runs the machine sees everybody, and every team's articles."""
    return Viewer(id=0, roles=frozenset({OWNER}), reads_all_teams=frozenset(teams))


def _tell(found: Matrix, lang: Lang) -> None:
    if not found.rows or not found.practices:
        nobody, nothing = Text("没有符合条件的人。", "Nobody matches."), Text("还没有开放的测验。", "No quiz is open yet.")
        click.echo((nothing if not found.practices else nobody).in_(lang))
        return
    for line in _lines(found, lang):
        click.echo(line.rstrip())


def _lines(found: Matrix, lang: Lang) -> Iterator[str]:
    """What each sign means, the table, its sums, and which practice each column is."""
    yield "  ".join(f"{SIGNS[state]} {WORDS[state].in_(lang)}" for state in reversed(STATES))
    yield ""
    names = [_short(row.member.name) for row in found.rows]
    sums = {state: _short(f"{SIGNS[state]} {WORDS[state].in_(lang)}") for state in reversed(STATES)}
    width = max(map(_width, [*names, *sums.values()]))
    labels = [str(p.card.number or f"#{i + 1}") for i, p in enumerate(found.practices)]
    cell = max(CELL, *(len(label) + 1 for label in labels), len(str(found.people)) + 1)
    yield " " * width + "".join(label.rjust(cell) for label in labels)
    for name, row in zip(names, found.rows, strict=True):
        yield _padded(name, width) + "".join(SIGNS[field.state].rjust(cell) for field in row.fields)
    yield ""
    for state, words in sums.items():
        yield _padded(words, width) + "".join(str(p.counts.get(state, 0)).rjust(cell) for p in found.practices)
    yield ""
    for label, practice in zip(labels, found.practices, strict=True):
        yield f"{label.rjust(cell)}  {practice.card.title}"


def _width(text: str) -> int:
    """Columns of a terminal: Chinese characters take two."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def _short(name: str) -> str:
    if _width(name) <= MAX_NAME:
        return name
    kept = ""
    for c in name:
        if _width(kept + c) > MAX_NAME - 1:
            break
        kept += c
    return kept + "…"


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
