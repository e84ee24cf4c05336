"""Pages of saved runs: saving a result, the trend with its table, one run, and files of them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Response, redirect, render_template, request

from kbplatform.sdk import (
    SEE_TEAM,
    Conflict,
    FieldError,
    InvalidInput,
    Text,
    as_csv,
    as_xlsx,
    current_actor,
    current_viewer,
    may,
    names_of,
    problems_of,
    requires,
    say,
    team_names,
    ui_lang,
    utcnow,
)
from kbplatform_calculators.figures import written
from kbplatform_calculators.history import MANAGE, PAGE_SIZE, SAVE, History
from kbplatform_calculators.history_files import heading, table
from kbplatform_calculators.history_forms import LOOK, asked_for, read_save, scope_name, scopes, typed_values
from kbplatform_calculators.notes import MAX_NOTE, safe_note
from kbplatform_calculators.registry import page_url, registry_of
from kbplatform_calculators.running import run
from kbplatform_calculators.saved import Period, Wanted, figure, next_period, picture, read_period, typed_inputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Blueprint
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from kbplatform.sdk import Database, Rules, Services, Viewer
    from kbplatform_calculators.calculator import Calculator
    from kbplatform_calculators.history_forms import Asked
    from kbplatform_calculators.saved import Saved

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_TYPED = 2_000


def add_pages(web: Blueprint, services: Services) -> None:
    """``/<id>/save``, ``/<id>/history`` with its files, and ``/<id>/history/<run>``."""
    registry = registry_of(services)
    history = History(services.db, registry)

    @web.route("/<calculator_id>/save", methods=["GET", "POST"])
    @requires(SAVE)
    def save(calculator_id: str) -> ResponseReturnValue:
        return _save(services, history, registry.get(calculator_id))

    @web.get("/<calculator_id>/history")
    @requires(SAVE)
    def saved(calculator_id: str) -> ResponseReturnValue:
        return _listing(services.db, history, registry.get(calculator_id))

    @web.get("/<calculator_id>/history.<any(csv, xlsx):kind>")
    @requires(SAVE)
    def saved_file(calculator_id: str, kind: str) -> ResponseReturnValue:
        return _file(services.db, history, registry.get(calculator_id), kind)

    @web.route("/<calculator_id>/history/<int:run_id>", methods=["GET", "POST"])
    @requires(SAVE)
    def saved_run(calculator_id: str, run_id: int) -> ResponseReturnValue:
        calculator = registry.get(calculator_id)
        found = history.get(current_viewer(), calculator.id, run_id)
        return _change(services, history, calculator, found) if request.method == "POST" else _one(services, history, calculator, found)


def _save(services: Services, history: History, calculator: Calculator) -> ResponseReturnValue:
    viewer, (way, fields) = current_viewer(), typed_values(calculator)
    form = {name: request.form.get(name, "")[:MAX_TYPED].replace("\0", "�") for name in ("team", "from", "to", "note")}
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            ready = read_save(viewer, calculator, way, fields, form, services.masking, masked="masked" in request.form)
            history.save(viewer, ready.result, team=ready.team, period=ready.period, note=ready.note)
        except InvalidInput as error:
            problems = problems_of(error)
        else:
            say(Text("已保存。", "Saved."))
            return redirect(f"{page_url(calculator.id)}/history?{urlencode({'team': scope_name(ready.team), 'way': way.name})}", 303)
    try:
        result = run(calculator, fields, way)
    except InvalidInput:  # what can't be worked out can't be saved: the calculator's own page says why
        return redirect(f"{page_url(calculator.id)}?{urlencode(fields)}", 303)
    with services.db.read() as session:
        options = scopes(viewer, team_names(session, viewer.teams))
    if request.method == "GET":
        team = asked_for(viewer, history.teams_with_runs(viewer, calculator.id)).wanted.team
        form = form | {"team": scope_name(team)} | _suggested(history, viewer, calculator, team)
    masked = safe_note(form["note"], services.masking).text if {"note", "inputs"} & problems.keys() else ""
    return render_template(
        "calculators/save.html", calculator=calculator, way=way, fields=fields, result=result, form=form, problems=problems,
        options=options, masked=masked, looks="inputs" in problems or masked not in {"", form["note"].strip()}, max_note=MAX_NOTE,
    ), 422 if problems else 200  # fmt: skip


def _suggested(history: History, viewer: Viewer, calculator: Calculator, team: str) -> dict[str, str]:
    newest = history.page(viewer, calculator.id, Wanted(team), size=1).runs
    period = next_period(newest[0].period if newest else None, utcnow().date())
    return {"from": period.starts_on.isoformat(), "to": period.ends_on.isoformat()}


def _asked(history: History, viewer: Viewer, calculator: Calculator) -> Asked:
    return asked_for(viewer, history.teams_with_runs(viewer, calculator.id))


def _listing(db: Database, history: History, calculator: Calculator) -> ResponseReturnValue:
    viewer, lang = current_viewer(), ui_lang()
    asked = _asked(history, viewer, calculator)
    found = history.page(viewer, calculator.id, asked.wanted, page=asked.page)
    trend = history.trend(viewer, calculator.id, asked.wanted)
    if len({r.way for r in trend}) > 1:  # a line joins figures of one way only
        trend = [r for r in trend if r.way == trend[-1].way]
    drawn = picture(trend)
    with db.read() as session:
        options = scopes(viewer, team_names(session, viewer.teams))
        authors = _authors(session, viewer, found.runs)
    pages = -(-found.total // PAGE_SIZE)
    return render_template(
        "calculators/history.html", calculator=calculator, asked=asked, runs=found.runs, ways=found.ways, pages=pages,
        trend=trend, drawn=drawn,
        marks=[written(m, trend[-1].unit, lang) for m in drawn.marks] if drawn else [],
        options=options, scope=scope_name(asked.wanted.team), authors=authors,
        problems={name: text.in_(lang) for name, text in asked.problems.items()},
        previous=asked.query(page=asked.page - 1), following=asked.query(page=asked.page + 1),
        broken=len({r.version for r in trend}) > 1, banded=any(r.low is not None for r in trend),
    ), 422 if asked.problems else 200  # fmt: skip


def _authors(session: Session, viewer: Viewer, runs: Sequence[Saved]) -> dict[int, str]:
    """Run → who saved it, as far as the viewer may know: themselves, and others where they see the people of their teams."""
    names = names_of(session, {r.author_id for r in runs if r.author_id is not None}) if may(SEE_TEAM) else {}
    you = Text("您", "you").in_(ui_lang())
    return {r.id: you if r.author_id == viewer.id else names.get(r.author_id or 0, "") for r in runs}


def _file(db: Database, history: History, calculator: Calculator, kind: str) -> ResponseReturnValue:
    viewer, lang = current_viewer(), ui_lang()
    asked = _asked(history, viewer, calculator)
    runs = list(history.everything(viewer, current_actor(), calculator.id, asked.wanted))
    with db.read() as session:
        teams, authors = team_names(session, viewer.teams), _authors(session, viewer, runs)
    columns = heading(calculator, runs, lang)
    rows = table(calculator, runs, lang, teams, authors)
    name = {"Content-Disposition": f'attachment; filename="{calculator.id}.{kind}"'}
    if kind == "csv":
        return Response(as_csv(columns, rows), mimetype="text/csv", headers=name)
    return Response(as_xlsx(calculator.title.in_(lang), columns, rows), mimetype=XLSX, headers=name)


def _one(
    services: Services, history: History, calculator: Calculator, saved: Saved, form: dict[str, str] | None = None,
    problems: dict[str, str] | None = None,
) -> tuple[str, int]:
    viewer, lang = current_viewer(), ui_lang()
    problems = problems or {}
    form = form or {
        "from": saved.period.starts_on.isoformat(), "to": saved.period.ends_on.isoformat(), "note": saved.note, "revision": str(saved.revision),
    }  # fmt: skip
    with services.db.read() as session:
        author = _authors(session, viewer, [saved])[saved.id]
        team = team_names(session, [saved.team]).get(saved.team, saved.team) if saved.team else ""
    way = calculator.named(saved.way)
    known = {o.name: o for o in way.outputs}
    figures = [(known[name].label.in_(lang), figure(known[name], v, lang)) if name in known else (name, str(v)) for name, v in saved.outputs.items()]
    inputs = typed_inputs(saved, calculator)
    names = {i.name: i.label.in_(lang) for i in way.inputs}
    masked = safe_note(form["note"], services.masking) if "note" in problems else None
    return render_template(
        "calculators/saved.html", calculator=calculator, run=saved, author=author, team=team, figures=figures,
        inputs=[(names.get(name, name), v) for name, v in inputs.items()], again=urlencode(inputs), form=form, problems=problems,
        masked=masked.text if masked and masked.hidden else "", max_note=MAX_NOTE,
        changeable=history.may_change(viewer, saved, may_manage=may(MANAGE)),
    ), 422 if problems else 200  # fmt: skip


def _change(services: Services, history: History, calculator: Calculator, saved: Saved) -> ResponseReturnValue:
    viewer, actor, back = current_viewer(), current_actor(), f"{page_url(calculator.id)}/history?team={scope_name(saved.team or '')}"
    if request.form.get("do") == "delete":
        history.delete(viewer, actor, saved, may_manage=may(MANAGE))
        say(Text("已删除。", "Deleted."))
        return redirect(back, 303)
    form = {name: request.form.get(name, "")[:MAX_TYPED].replace("\0", "�") for name in ("from", "to", "note", "revision")}
    try:
        period, note = _corrected(form, services.masking)
        seen = int(form["revision"]) if form["revision"].isdecimal() and len(form["revision"]) < 9 else 0
        history.change(viewer, actor, saved, period=period, note=note, revision=seen, may_manage=may(MANAGE))
    except InvalidInput as error:
        return _one(services, history, calculator, saved, form, problems_of(error))
    except Conflict as error:
        fresh = history.get(viewer, calculator.id, saved.id)
        said = {"": f"{error.message.in_(ui_lang())} {fresh.period.starts_on} – {fresh.period.ends_on} · {fresh.note or '–'}"}
        return _one(services, history, calculator, fresh, form | {"revision": str(fresh.revision)}, said)[0], 409
    say(Text("已保存。", "Saved."))
    return redirect(back, 303)


def _corrected(form: dict[str, str], rules: Rules) -> tuple[Period, str]:
    note = safe_note(form["note"], rules)
    if note.hidden and "masked" not in request.form:
        raise InvalidInput(LOOK, fields=(FieldError("note", LOOK),))
    return read_period(form["from"], form["to"]), note.text
