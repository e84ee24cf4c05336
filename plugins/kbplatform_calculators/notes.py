"""What people write freely is looked at before it is saved: a customer's number or address does not belong in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kbplatform.sdk import Masked, mask
from kbplatform_calculators.inputs import Label, Record, Table

if TYPE_CHECKING:
    from kbplatform.sdk import Rules
    from kbplatform_calculators.calculator import Values, Way

MAX_NOTE = 300


def safe_note(text: str, rules: Rules) -> Masked:
    """The note as it may be stored, on one line; ``hidden`` where something had to be taken out of it. ``rules`` are the site's."""
    return mask(text, MAX_NOTE, rules=rules)


def safe_inputs(way: Way, values: Values, rules: Rules) -> tuple[dict[str, Any], bool]:
    """The inputs as they may be stored, and whether something had to be taken out of the names and texts among them."""
    safe = {field.name: _safe(field, values[field.name], rules) for field in way.inputs}
    return safe, any(safe[name] != values[name] for name in safe)


def _safe(field: object, value: Any, rules: Rules) -> Any:  # noqa: ANN401 - what the field reads
    if isinstance(field, Table) and value is not None:
        return tuple(tuple(_safe(column, cell, rules) for column, cell in zip(field.columns, row, strict=True)) for row in value)
    if isinstance(field, Label) and isinstance(value, str):
        return _without_numbers(value, rules)
    return _safe_json(value, rules) if isinstance(field, Record) else value


def _safe_json(value: Any, rules: Rules) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return _without_numbers(value, rules)
    if isinstance(value, Mapping):
        return {_without_numbers(str(name), rules): _safe_json(v, rules) for name, v in value.items()}
    return [_safe_json(v, rules) for v in value] if isinstance(value, list | tuple) else value


def _without_numbers(text: str, rules: Rules) -> str:
    found = mask(text, 4 * len(text) + 1, rules=rules)
    return found.text if found.hidden else text
