"""Pages and API of whole files: choose, see what became of it, fetch the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from flask import Response, jsonify, render_template, request
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from kbplatform.sdk import InvalidInput, Text, current_viewer, problems_of, requires, ui_lang
from kbplatform_calculators import batch_files
from kbplatform_calculators.batch import FILE, MAX_BYTES, MAX_CHUNK, MAX_ROWS, SECONDS, decode, read_sheet, template, worded, work_sheet
from kbplatform_calculators.registry import USE, registry_of
from kbplatform_calculators.running import run

if TYPE_CHECKING:
    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from kbplatform.sdk import ApiBlueprint, Database, Lang, Services
    from kbplatform_calculators.calculator import Calculator

MAX_NAME = 60


def add_pages(web: Blueprint, services: Services) -> None:
    """``/<id>/batch``, ``/<id>/batch.csv`` (a file to fill in) and ``/<id>/batch/<key>.csv`` (the outcome)."""
    registry = registry_of(services)

    @web.get("/<calculator_id>/batch")
    @requires(USE)
    def batch(calculator_id: str) -> ResponseReturnValue:
        return _page(registry.get(calculator_id))

    @web.post("/<calculator_id>/batch")
    @requires(USE)
    def batch_sent(calculator_id: str) -> ResponseReturnValue:
        return _sent(services.db, registry.get(calculator_id))

    @web.get("/<calculator_id>/batch.csv")
    @requires(USE)
    def batch_template(calculator_id: str) -> ResponseReturnValue:
        calculator = registry.get(calculator_id)
        return _csv(template(calculator.named(request.args.get("way", "")), ui_lang()), f"{calculator.id}.csv")

    @web.get("/<calculator_id>/batch/<key>.csv")
    @requires(USE)
    def batch_outcome(calculator_id: str, key: str) -> ResponseReturnValue:
        name = _outcome(registry.get(calculator_id))
        return _csv(batch_files.fetch(services.db, current_viewer(), key, name), name)


def _page(calculator: Calculator, problems: dict[str, str] | None = None, **more: Any) -> ResponseReturnValue:  # noqa: ANN401 - a template's values
    ways = [(w.name, w.title.in_(ui_lang())) for w in calculator.ways]
    page = render_template(
        "calculators/batch.html", calculator=calculator, ways=ways, way=calculator.named(_way()), problems=problems or {},
        max_rows=MAX_ROWS, max_bytes=MAX_BYTES, chunk=MAX_CHUNK, **more,
    )  # fmt: skip
    return page, 422 if problems else 200


def _sent(db: Database, calculator: Calculator) -> ResponseReturnValue:
    sent = request.files.get(FILE)
    if sent is None or not sent.filename:
        return _page(calculator, {FILE: Text("请选一个文件", "Choose a file").in_(ui_lang())})
    try:
        sheet = read_sheet(decode(sent.stream.read(MAX_BYTES + 1)))
        outcome = work_sheet(calculator, sheet, ui_lang(), way=_way(), seconds=SECONDS)
    except InvalidInput as error:
        problems = problems_of(error)
        return _page(calculator, {FILE: problems.get(FILE) or problems[""]})
    key = batch_files.keep(db, current_viewer(), _outcome(calculator), outcome.csv)
    return _page(calculator, outcome=outcome, key=key, name=sent.filename[:MAX_NAME])


def _outcome(calculator: Calculator) -> str:
    return f"{calculator.id}-out.csv"


def _way() -> str:
    return (request.form if request.method == "POST" else request.args).get("way", "")[:60]


def _csv(content: str | bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, mimetype="text/csv", headers=headers)


class BatchPath(BaseModel):
    """Which calculator."""

    calculator_id: str = Field(max_length=80)


class BatchIn(BaseModel):
    """Either ``rows`` (inputs by name, at most 500) or ``csv``: a text with a heading and at most 500 rows."""

    model_config = ConfigDict(extra="forbid")

    rows: list[Annotated[dict[str, Any], Field(max_length=50)]] | None = Field(default=None, min_length=1, max_length=MAX_CHUNK)
    csv: str | None = Field(default=None, min_length=1, max_length=MAX_BYTES)
    way: str = Field(default="", max_length=60)


class BatchProblem(BaseModel):
    """A row that could not be worked out: its number (in a ``csv`` its line; the first is 1), and why."""

    row: int
    messages: list[str]


class BatchRow(BaseModel):
    """Figures by name (null where there is not enough data), in words, with cautions; or null where the row is wrong."""

    outputs: dict[str, float | int | str | None] | None
    explanation: str
    warnings: list[str]


class BatchOut(BaseModel):
    """What became of the rows: ``results`` in their order, or the ``csv`` with the figures beside its own columns."""

    done: int
    failed: int
    unknown: list[str]
    problems: list[BatchProblem]
    results: list[BatchRow] | None = None
    csv: str | None = None


def add_routes(api: ApiBlueprint, services: Services) -> None:
    """``POST /<id>/batches``."""
    registry = registry_of(services)
    tag = Tag(name="calculators", description="Figures of service work")

    @api.post("/<calculator_id>/batches", responses={200: BatchOut}, tags=[tag])
    @requires(USE)
    def batches(path: BatchPath, body: BatchIn) -> Response:
        """Work out up to 500 rows. A wrong row costs itself only and is named; a file without the columns it needs is a 422."""
        calculator, lang = registry.get(path.calculator_id), ui_lang()
        if (body.rows is None) == (body.csv is None):
            raise InvalidInput(Text("给 rows 或 csv 中的一个", "Give either rows or csv"))
        found = _of_text(calculator, body.csv, body.way, lang) if body.csv is not None else _of_rows(calculator, body.rows or [], body.way, lang)
        return jsonify(found.model_dump(exclude_none=False))


def _of_text(calculator: Calculator, text: str, way: str, lang: Lang) -> BatchOut:
    outcome = work_sheet(calculator, read_sheet(text, most=MAX_CHUNK), lang, way=way, seconds=SECONDS, shown=MAX_CHUNK)
    problems = [BatchProblem(row=line, messages=[m.in_(lang) for m in messages]) for line, messages in outcome.problems]
    return BatchOut(done=outcome.done, failed=outcome.failed, unknown=list(outcome.unknown), problems=problems, csv=outcome.csv)


def _of_rows(calculator: Calculator, rows: list[dict[str, Any]], way: str, lang: Lang) -> BatchOut:
    results, problems = [], []
    chosen = calculator.named(way) if way else None
    for number, row in enumerate(rows, 1):
        try:
            result = run(calculator, row, chosen)
        except InvalidInput as error:
            used = chosen or calculator.way(frozenset(row))
            problems.append(BatchProblem(row=number, messages=[worded(used, f).in_(lang) for f in error.fields]))
            results.append(BatchRow(outputs=None, explanation="", warnings=[]))
        else:
            words = [w.in_(lang) for w in result.warnings]
            results.append(BatchRow(outputs=dict(result.outputs), explanation=result.explanation.in_(lang), warnings=words))
    return BatchOut(done=len(rows) - len(problems), failed=len(problems), unknown=[], problems=problems, results=results)
