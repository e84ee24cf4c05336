"""The JSON of the calculators."""

from typing import Any

from flask import Response, jsonify
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, StrictStr

from kbplatform.sdk import ApiBlueprint, requires, ui_lang
from kbplatform_calculators import registry


class CalculatorPath(BaseModel):
    """Which calculator."""

    calculator_id: str = Field(max_length=80)


class RunIn(BaseModel):
    """Inputs by name."""

    model_config = ConfigDict(extra="forbid")

    inputs: dict[str, StrictInt | StrictFloat | StrictStr | None] = Field(max_length=50)


class RunOut(BaseModel):
    """Figures by name (null where there is not enough data), in words, with cautions."""

    outputs: dict[str, float | None]
    explanation: str
    warnings: list[str]


def make_api() -> ApiBlueprint:
    """Runs and schemas."""
    api = ApiBlueprint("calculators_api", __name__, abp_tags=[Tag(name="calculators", description="Figures of service work")])

    @api.post("/<calculator_id>/runs", responses={200: RunOut})
    @requires(registry.USE)
    def run(path: CalculatorPath, body: RunIn) -> Response:
        """Compute. A zero denominator answers with nulls; a part above its whole is a 422."""
        result = registry.get(path.calculator_id).run(body.inputs)
        lang = ui_lang()
        out = RunOut(outputs=dict(result.outputs), explanation=result.explanation.in_(lang), warnings=[w.in_(lang) for w in result.warnings])
        return jsonify(out.model_dump())

    @api.get("/<calculator_id>/schema", responses={200: {"description": "OK", "content": {"application/json": {"schema": {"type": "object"}}}}})
    @requires(registry.USE)
    def schema(path: CalculatorPath) -> Response:
        """JSON Schema of the inputs."""
        return jsonify(input_schema(path.calculator_id))

    return api


def input_schema(calculator_id: str) -> dict[str, Any]:
    """JSON Schema (2020-12) of a calculator's inputs."""
    calculator, lang = registry.get(calculator_id), ui_lang()
    properties = {
        i.name: {"type": "integer", "minimum": i.minimum, "maximum": i.maximum, "title": i.label.in_(lang), "description": i.hint.in_(lang)}
        for i in calculator.inputs
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": calculator.title.in_(lang),
        "description": calculator.formula.in_(lang),
        "type": "object",
        "properties": properties,
        "required": [i.name for i in calculator.inputs],
        "additionalProperties": False,
    }
