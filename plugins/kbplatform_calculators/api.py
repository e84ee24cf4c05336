"""The JSON of the calculators."""

from typing import Any

from flask import Response, jsonify
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from kbplatform.sdk import ApiBlueprint, Services, requires, ui_lang
from kbplatform_calculators.registry import USE, registry_of
from kbplatform_calculators.running import run
from kbplatform_calculators.schema import input_schema


class CalculatorPath(BaseModel):
    """Which calculator."""

    calculator_id: str = Field(max_length=80)


class RunIn(BaseModel):
    """Inputs by name: numbers, text as people type it, lists."""

    model_config = ConfigDict(extra="forbid")

    inputs: dict[str, Any] = Field(max_length=50)


class RunOut(BaseModel):
    """Figures by name (null where there is not enough data), in words, with cautions."""

    outputs: dict[str, float | int | str | None]
    explanation: str
    warnings: list[str]


def make_api(services: Services) -> ApiBlueprint:
    """Runs and schemas."""
    api = ApiBlueprint("calculators_api", __name__, abp_tags=[Tag(name="calculators", description="Figures of service work")])
    registry = registry_of(services)

    @api.post("/<calculator_id>/runs", responses={200: RunOut})
    @requires(USE)
    def compute(path: CalculatorPath, body: RunIn) -> Response:
        """Compute. A zero denominator answers with nulls; a part above its whole is a 422."""
        result = run(registry.get(path.calculator_id), body.inputs)
        lang = ui_lang()
        out = RunOut(outputs=dict(result.outputs), explanation=result.explanation.in_(lang), warnings=[w.in_(lang) for w in result.warnings])
        return jsonify(out.model_dump())

    @api.get("/<calculator_id>/schema", responses={200: {"description": "OK", "content": {"application/json": {"schema": {"type": "object"}}}}})
    @requires(USE)
    def schema(path: CalculatorPath) -> Response:
        """JSON Schema of the inputs."""
        return jsonify(input_schema(registry.get(path.calculator_id), ui_lang()))

    return api
