"""A calculator described as JSON Schema (2020-12)."""

from __future__ import annotations

from typing import Any

from kbplatform.sdk import Lang
from kbplatform_calculators.calculator import Calculator, Way


def input_schema(calculator: Calculator, lang: Lang) -> dict[str, Any]:
    """Schema of a calculator's inputs; one with several ways is any of theirs."""
    ways = [_of_way(way, lang) for way in calculator.ways]
    described = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": calculator.title.in_(lang),
        "description": calculator.formula.in_(lang),
    }
    return described | (ways[0] if len(ways) == 1 else {"type": "object", "anyOf": ways})


def _of_way(way: Way, lang: Lang) -> dict[str, Any]:
    titled = {"title": way.title.in_(lang)} if way.title else {}
    return titled | {
        "type": "object",
        "properties": {i.name: i.schema(lang) for i in way.inputs},
        "required": [i.name for i in way.inputs if not i.optional],
        "additionalProperties": False,
    }
