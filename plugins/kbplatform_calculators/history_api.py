"""Saved figures for programs: keep one, list a team's. The same permission, the same teams and the same care as on the pages."""

from datetime import date
from typing import Any

from flask import Response, jsonify
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from kbplatform.sdk import ApiBlueprint, FieldError, InvalidInput, Lang, QueryModel, Services, current_viewer, requires, ui_lang
from kbplatform_calculators.api import CalculatorPath
from kbplatform_calculators.history import PAGE_SIZE, SAVE, History
from kbplatform_calculators.history_forms import MAX_PAGE, NOT_A_TEAM, read_save, scope_name
from kbplatform_calculators.registry import page_url, registry_of
from kbplatform_calculators.saved import Saved, Wanted


class PeriodIn(BaseModel):
    """The days a figure is about, both included, such as 2026-03-01."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    starts_on: str = Field(alias="from", max_length=40)
    ends_on: str = Field(alias="to", max_length=40)


class SaveIn(BaseModel):
    """What to keep: inputs as for a run, for which team (empty: for oneself), of which period, with a note.

    Where note or inputs hold what looks like a customer's number it is a 422 that says so. ``masked`` stores them without.
    """

    model_config = ConfigDict(extra="forbid")

    inputs: dict[str, Any] = Field(max_length=50)
    way: str = Field(default="", max_length=60)
    team: str = Field(default="", max_length=80)
    period: PeriodIn
    note: str = Field(default="", max_length=2_000)
    masked: bool = False


class SavedQuery(QueryModel):
    """Whose figures (a team's key; empty: one's own), of which way, whose periods touch these days; 25 on a page."""

    team: str = Field("", max_length=80)
    way: str | None = Field(None, max_length=60)
    since: date | None = None
    until: date | None = None
    page: int = Field(1, ge=1, le=MAX_PAGE)


class PeriodOut(BaseModel):
    """First and last day."""

    starts_on: str = Field(serialization_alias="from")
    ends_on: str = Field(serialization_alias="to")


class SavedOut(BaseModel):
    """A figure as it was worked out then. ``outdated``: the definition has another ``version`` by now. ``mine``: you saved it."""

    id: int
    team: str
    period: PeriodOut
    way: str
    version: int
    outdated: bool
    inputs: dict[str, Any]
    outputs: dict[str, float | int | str | None]
    value: float | None
    interval: list[float] | None = Field(description="Lower and upper end.")
    explanation: str
    note: str
    mine: bool
    saved_at: str
    url: str


class SavedListOut(BaseModel):
    """Newest period first; ``total`` over all pages."""

    runs: list[SavedOut]
    total: int
    page: int


def add_routes(api: ApiBlueprint, services: Services) -> None:
    """``POST`` and ``GET /<id>/saved``."""
    registry = registry_of(services)
    history = History(services.db, registry)
    tag = Tag(name="calculators", description="Figures of service work")

    @api.post("/<calculator_id>/saved", responses={201: SavedOut}, tags=[tag])
    @requires(SAVE)
    def save_run(path: CalculatorPath, body: SaveIn) -> tuple[Response, int]:
        """Work out and keep. The same sent twice within a minute is kept once."""
        viewer, calculator = current_viewer(), registry.get(path.calculator_id)
        way = calculator.named(body.way) if body.way else calculator.way(frozenset(n for n, v in body.inputs.items() if v is not None))
        form = {"team": scope_name(body.team), "from": body.period.starts_on, "to": body.period.ends_on, "note": body.note.replace("\0", "�")}
        ready = read_save(viewer, calculator, way, body.inputs, form, services.masking, masked=body.masked)
        number = history.save(viewer, ready.result, team=ready.team, period=ready.period, note=ready.note)
        return jsonify(_shown(history.get(viewer, calculator.id, number), viewer.id, ui_lang())), 201

    @api.get("/<calculator_id>/saved", responses={200: SavedListOut}, tags=[tag])
    @requires(SAVE)
    def saved_runs(path: CalculatorPath, query: SavedQuery) -> Response:
        """Figures kept for one of your teams, or by you for yourself."""
        viewer, calculator = current_viewer(), registry.get(path.calculator_id)
        if query.team and query.team not in viewer.teams:
            raise InvalidInput(NOT_A_TEAM, fields=(FieldError("team", NOT_A_TEAM),))
        wanted = Wanted(query.team, query.way, query.since, query.until)
        found = history.page(viewer, calculator.id, wanted, page=query.page, size=PAGE_SIZE)
        runs = [_shown(run, viewer.id, ui_lang()) for run in found.runs]
        return jsonify({"runs": runs, "total": found.total, "page": query.page})


def _shown(run: Saved, viewer_id: int | None, lang: Lang) -> dict[str, Any]:
    out = SavedOut(
        id=run.id, team=run.team or "", way=run.way, version=run.version, outdated=run.outdated, inputs=dict(run.inputs), outputs=dict(run.outputs),
        period=PeriodOut(starts_on=run.period.starts_on.isoformat(), ends_on=run.period.ends_on.isoformat()),
        value=run.value, interval=[run.low, run.high] if run.low is not None and run.high is not None else None,
        explanation=run.explanation.in_(lang), note=run.note, mine=run.author_id is not None and run.author_id == viewer_id,
        saved_at=run.created_at.isoformat(), url=f"{page_url(run.calculator)}/history/{run.id}",
    )  # fmt: skip
    return out.model_dump(by_alias=True)
