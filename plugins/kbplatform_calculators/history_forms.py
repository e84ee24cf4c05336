"""What the pages of saved runs read from addresses and forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import request

from kbplatform.sdk import FieldError, InvalidInput, Text
from kbplatform_calculators.notes import MAX_NOTE, safe_inputs, safe_note
from kbplatform_calculators.running import compute, read
from kbplatform_calculators.saved import Wanted, read_day, read_period

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kbplatform.sdk import Rules, Viewer
    from kbplatform_calculators.calculator import Calculator, Result, Way
    from kbplatform_calculators.saved import Period

ALONE = "me"
"""Stands in addresses for runs that are one's own; a team's key has ``team:`` before it."""
_TEAM = "team:"
_PREFIX = "i."
MAX_PAGE = 100_000
LOOK = Text(
    "这里像是有客户的电话、证件号或邮箱。请改掉，或者按遮住的样子保存。",
    "This seems to hold a customer's phone number, ID or e-mail address. Correct it, or save it with that masked.",
)
NOT_A_TEAM = Text("请选一个自己所在的团队", "Choose one of your teams")
_LOOK_INPUTS = Text(
    "上面填的名称里像是有客户的电话、证件号或邮箱。请回去改掉，或者按遮住的样子保存。",
    "A name among the inputs seems to be a customer's phone number, ID or e-mail address. Go back and correct it, or save with that masked.",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which runs somebody asked for in the address, and what could not be read of it."""

    wanted: Wanted
    page: int
    problems: dict[str, Text]

    def query(self, **changes: object) -> str:
        """The same as an address, with changes."""
        w = self.wanted
        fields = {"team": scope_name(w.team), "way": w.way, "from": w.since, "to": w.until} | changes
        return urlencode({name: str(value) for name, value in fields.items() if value not in {None, ""}})


def scope_name(team: str) -> str:
    """A team's key, or ``""`` for oneself, as it stands in addresses."""
    return f"{_TEAM}{team}" if team else ALONE


def scope_of(name: str, viewer: Viewer) -> str | None:
    """The other way round; None for what is neither."""
    if name == ALONE:
        return ""
    key = name.removeprefix(_TEAM)
    return key if name.startswith(_TEAM) and key in viewer.teams else None


def asked_for(viewer: Viewer, teams_with_runs: set[str]) -> Asked:
    """The filters of the address: without a team, the first of one's teams that has saved anything, else one's own runs."""
    team = scope_of(request.args.get("team", "")[:100], viewer)
    if team is None:
        team = _usual_team(viewer, teams_with_runs)
    problems, days = {}, {}
    for name in ("from", "to"):
        try:
            days[name] = read_day(request.args.get(name, "")[:40])
        except ValueError:
            problems[name] = Text("请写成日期，例如 2026-03-09", "Write a date, for example 2026-03-09")
    way = request.args.get("way", "")[:60].replace("\0", "") if "way" in request.args else None
    raw = request.args.get("page", "1")
    page = min(max(int(raw[:9]), 1), MAX_PAGE) if raw.isascii() and raw.isdecimal() else 1
    return Asked(Wanted(team, way, days.get("from"), days.get("to")), page, problems)


def _usual_team(viewer: Viewer, teams_with_runs: set[str]) -> str:
    with_runs = sorted(viewer.teams & teams_with_runs)
    if with_runs:
        return with_runs[0]
    return "" if "" in teams_with_runs else next(iter(sorted(viewer.teams)), "")


def typed_values(calculator: Calculator) -> tuple[Way, dict[str, str]]:
    """The way and the inputs that came along: in the address when the form is opened, in its hidden fields when it is sent."""
    sent = request.method == "POST"
    hidden = {name.removeprefix(_PREFIX): value for name, value in request.form.items() if name.startswith(_PREFIX)}
    found = hidden if sent else request.args.to_dict()
    name = (request.form if sent else request.args).get("way")
    way = calculator.named(name) if name else calculator.way(frozenset(n for n, v in found.items() if v.strip()))
    return way, {n: v.replace("\0", "�") for n, v in found.items() if n in way.names}


@dataclass(frozen=True, slots=True)
class ToSave:
    """A result that may be stored, with what goes with it."""

    result: Result
    team: str
    period: Period
    note: str


def read_save(
    viewer: Viewer, calculator: Calculator, way: Way, fields: Mapping[str, object], form: Mapping[str, str], rules: Rules, *, masked: bool
) -> ToSave:  # fmt: skip
    """Everything a run is saved with, in the form in which it may be stored. Raises InvalidInput.

    Where something looks like a customer's number this is an error of the field ``note`` or ``inputs``, until ``masked`` says to
    store it without.
    """
    given = {name: v for name, v in fields.items() if v is not None and not (isinstance(v, str) and not v.strip())}
    values, hidden = safe_inputs(way, read(way, given), rules)
    result = compute(calculator, way, values)
    note = safe_note(form.get("note", ""), rules)
    problems: list[FieldError] = []
    if hidden and not masked:
        problems.append(FieldError("inputs", _LOOK_INPUTS))
    if note.hidden and not masked:
        problems.append(FieldError("note", LOOK))
    if len(form.get("note", "").strip()) > MAX_NOTE:
        problems.append(FieldError("note", Text(f"最多 {MAX_NOTE} 个字", f"At most {MAX_NOTE} characters")))
    team = scope_of(form.get("team", ""), viewer)
    if team is None:
        problems.append(FieldError("team", NOT_A_TEAM))
    try:
        period = read_period(form.get("from", "")[:40], form.get("to", "")[:40])
    except InvalidInput as error:
        problems += error.fields
    if problems:
        raise InvalidInput(problems[0].message, fields=tuple(problems))
    return ToSave(result, team or "", period, note.text)


def scopes(viewer: Viewer, names: Mapping[str, str]) -> Sequence[tuple[str, str | None]]:
    """What one may save for: each of one's teams, then oneself (None, for the template to word). Team names by key in ``names``."""
    return [*((scope_name(key), names.get(key, key)) for key in sorted(viewer.teams)), (ALONE, None)]
