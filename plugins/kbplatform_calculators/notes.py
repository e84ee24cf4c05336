"""What people write freely is looked at before it is saved: a customer's number or address does not belong in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kbplatform.sdk import Masked, mask
from kbplatform_calculators.inputs import Label, Record, Table

if TYPE_CHECKING:
    from kbplatform_calculators.calculator import Values, Way

MAX_NOTE = 300
_DATE = re.compile(r"(?<!\d)20\d\d\s?[-/.年]\s?(?:1[0-2]|0?[1-9])\s?[-/.月]\s?(?:3[01]|[12]\d|0?[1-9])(?!\d)")
_PLACE = re.compile("⦃([a-z]?)⦄?")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def safe_note(text: str) -> Masked:
    """The note as it may be stored, on one line; ``hidden`` where something had to be taken out of it.

    Dates such as 2026-03-09 stay, though they have as many digits as a telephone number.
    """
    dates: list[str] = []

    def keep(found: re.Match[str]) -> str:
        if len(dates) == len(_LETTERS):
            return found[0]
        dates.append(found[0])
        return f"⦃{_LETTERS[len(dates) - 1]}⦄"

    masked = mask(_DATE.sub(keep, text.replace("⦃", "{")), MAX_NOTE)
    whole = _PLACE.sub(lambda place: dates[_LETTERS.index(place[1])] if place[1] else "", masked.text)
    return Masked(whole[:MAX_NOTE].strip(), masked.hidden)


def safe_inputs(way: Way, values: Values) -> tuple[dict[str, Any], bool]:
    """The inputs as they may be stored, and whether something had to be taken out of the names and texts among them."""
    safe = {field.name: _safe(field, values[field.name]) for field in way.inputs}
    return safe, any(safe[name] != values[name] for name in safe)


def _safe(field: object, value: Any) -> Any:  # noqa: ANN401 - what the field reads
    if isinstance(field, Table) and value is not None:
        return tuple(tuple(_safe(column, cell) for column, cell in zip(field.columns, row, strict=True)) for row in value)
    if isinstance(field, Label) and isinstance(value, str):
        return _without_numbers(value)
    return _safe_json(value) if isinstance(field, Record) else value


def _safe_json(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return _without_numbers(value)
    if isinstance(value, Mapping):
        return {_without_numbers(str(name)): _safe_json(v) for name, v in value.items()}
    return [_safe_json(v) for v in value] if isinstance(value, list | tuple) else value


def _without_numbers(text: str) -> str:
    found = mask(text, max(len(text), 1))
    return found.text if found.hidden else text
