"""The JSON of the calculators."""

from typing import Any

from flask import Response, jsonify
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from kbplatform.sdk import ApiBlueprint, Lang, Services, requires, ui_lang
from kbplatform_calculators.calculator import Calculator, Way
from kbplatform_calculators.registry import USE, page_url, registry_of
from kbplatform_calculators.running import run
from kbplatform_calculators.schema import input_schema


class CalculatorPath(BaseModel):
    """Which calculator."""

    calculator_id: str = Field(max_length=80)


class InputOut(BaseModel):
    """One input, as the form asks for it."""

    name: str
    label: str
    unit: str | None
    required: bool


class WayOut(BaseModel):
    """One set of inputs that a calculator can start from; ``name`` is empty where there is only one."""

    name: str
    title: str
    inputs: list[InputOut]
    outputs: list[str]


class CalculatorOut(BaseModel):
    """A calculator in a list. ``group`` is the question it answers; ``source`` are formulae as the source has them."""

    id: str
    title: str
    purpose: str
    group: str
    version: int
    url: str
    practices: list[int]
    sound: list[str] | None = Field(description="For a formula of the source: the calculators to use instead.")
    ways: list[WayOut]


class ListOut(BaseModel):
    """Every calculator, in reading order."""

    calculators: list[CalculatorOut]


class RunIn(BaseModel):
    """Inputs by name: numbers, text as people type it, lists."""

    model_config = ConfigDict(extra="forbid")

    inputs: dict[str, Any] = Field(max_length=50)


class RunOut(BaseModel):
    """Figures by name (null where there is not enough data), in words, with cautions.

    ``interval`` is the 95 % interval of the leading figure, ``working`` the formula with the numbers put in, ``version``
    that of the definition: it is raised when the same inputs give another answer.
    """

    outputs: dict[str, float | int | str | None]
    explanation: str
    warnings: list[str]
    interval: list[float] | None = Field(description="Lower and upper end.")
    working: str
    version: int


def make_api(services: Services) -> ApiBlueprint:
    """List, runs and schemas."""
    api = ApiBlueprint("calculators_api", __name__, abp_tags=[Tag(name="calculators", description="Figures of service work")])
    registry = registry_of(services)

    @api.get("", responses={200: ListOut})
    @requires(USE)
    def every() -> Response:
        """Every calculator with the names of its inputs and outputs."""
        lang = ui_lang()
        return jsonify(ListOut(calculators=[_listed(c, lang) for c in registry.calculators.values()]).model_dump())

    @api.post("/<calculator_id>/runs", responses={200: RunOut})
    @requires(USE)
    def compute(path: CalculatorPath, body: RunIn) -> Response:
        """Compute. A zero denominator answers with nulls; a part above its whole is a 422."""
        result = run(registry.get(path.calculator_id), body.inputs)
        lang = ui_lang()
        out = RunOut(
            outputs=dict(result.outputs),
            explanation=result.explanation.in_(lang),
            warnings=[w.in_(lang) for w in result.warnings],
            interval=list(result.interval) if result.interval else None,
            working=result.working.in_(lang),
            version=result.calculator.version,
        )
        return jsonify(out.model_dump())

    @api.get("/<calculator_id>/schema", responses={200: {"description": "OK", "content": {"application/json": {"schema": {"type": "object"}}}}})
    @requires(USE)
    def schema(path: CalculatorPath) -> Response:
        """JSON Schema of the inputs."""
        return jsonify(input_schema(registry.get(path.calculator_id), ui_lang()))

    return api


def _listed(calculator: Calculator, lang: Lang) -> CalculatorOut:
    return CalculatorOut(
        id=calculator.id,
        title=calculator.title.in_(lang),
        purpose=calculator.purpose.in_(lang),
        group=calculator.group,
        version=calculator.version,
        url=page_url(calculator.id),
        practices=list(calculator.practices),
        sound=list(calculator.as_in_source.sound) if calculator.as_in_source else None,
        ways=[_way(w, lang) for w in calculator.ways],
    )


def _way(way: Way, lang: Lang) -> WayOut:
    inputs = [InputOut(name=i.name, label=i.label.in_(lang), unit=getattr(i, "unit", "") or None, required=not i.optional) for i in way.inputs]
    return WayOut(name=way.name, title=way.title.in_(lang), inputs=inputs, outputs=[o.name for o in way.outputs])
