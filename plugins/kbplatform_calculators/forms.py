"""What the form of a calculator shows: each field as it was typed, what was understood, what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from kbplatform.sdk import InvalidInput, Lang
from kbplatform_calculators.calculator import Calculator, Result, Way
from kbplatform_calculators.figures import UNITS, counted, number, written
from kbplatform_calculators.inputs import Choice, Count, Duration, Input, Matrix, Number, Series, Share, Table
from kbplatform_calculators.registry import page_url
from kbplatform_calculators.running import run
from kbplatform_calculators.typed import Unreadable

BEFORE = "b."
"""Stands before the names of the second set of inputs, that of before."""
MAX_TYPED = 20_000
Typed = Mapping[str, str]
"""What was typed, by input; nothing empty."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field in the reader's language."""

    id: str
    name: str
    label: str
    hint: str
    optional: bool
    kind: Literal["line", "text", "choice"]
    typed: str
    placeholder: str
    unit: str
    inputmode: str
    paste: bool
    options: tuple[tuple[str, str], ...]
    understood: str
    problem: str


@dataclass(frozen=True, slots=True)
class Filled:
    """One set of inputs as typed, and its answer or what stands in its way."""

    way: Way
    typed: Typed
    result: Result | None
    problems: Mapping[str, str]


def fill(calculator: Calculator, way: Way, arguments: Mapping[str, str], lang: Lang, prefix: str = "") -> Filled:
    """Run what the address holds. A form in which at most something was chosen from a list is empty: no answer, no problems.

    A field that is missing from the address has not been sent off yet, so it is no mistake either; an empty one is.
    """
    given = {i.name: arguments[prefix + i.name][:MAX_TYPED] for i in way.inputs if prefix + i.name in arguments}
    typed = {name: text for name, text in given.items() if text.strip()}
    if not typed_for(way, typed):
        return Filled(way, typed, None, {})
    try:
        return Filled(way, typed, run(calculator, typed, way), {})
    except InvalidInput as error:
        return Filled(way, typed, None, {f.field: f.message.in_(lang) for f in error.fields if f.field in given or f.field not in way.names})


def typed_for(way: Way, typed: Mapping[str, str]) -> bool:
    """Whether something was typed, not just chosen from a list."""
    asked = {i.name for i in way.inputs if not isinstance(i, Choice)} or way.names
    return bool(asked & typed.keys())


def fields_of(calculator: Calculator, filled: Filled, lang: Lang, prefix: str = "") -> list[Field]:
    """The fields of a set of inputs, in order."""
    example = example_of(filled.way)
    return [
        Field(
            id=f"{prefix.replace('.', '-')}{calculator.id}-{i.name}",
            name=prefix + i.name,
            label=i.label.in_(lang),
            hint=i.hint.in_(lang),
            optional=i.optional,
            kind="choice" if isinstance(i, Choice) else "text" if i.long else "line",
            typed=filled.typed.get(i.name, _preset(i)),
            placeholder=_placeholder(i, example, lang),
            unit=unit_beside(i, lang),
            inputmode=_inputmode(i),
            paste=isinstance(i, Series | Table | Matrix),
            options=_options(i, lang),
            understood=understood(i, filled.typed.get(i.name, ""), lang),
            problem=filled.problems.get(i.name, ""),
        )
        for i in filled.way.inputs
    ]


def example_of(way: Way) -> Typed:
    """The first worked example as one would type it."""
    by_name = {i.name: i for i in way.inputs}
    given = way.examples[0].inputs if way.examples else {}
    return {name: by_name[name].typed(by_name[name].read(raw)) for name, raw in given.items() if name in by_name and raw is not None}


def understood(field: Input, text: str, lang: Lang) -> str:
    """What ``text`` was read as, where that is not plain to see: ``= 200 s``, ``= 12,000``, ``= 7 numbers``. Empty where it can't be read."""
    try:
        value = field.read(text) if text else None
    except Unreadable:
        return ""
    if value is None or isinstance(field, Choice):
        return ""
    if isinstance(field, Series):
        return f"= {len(value):,} 个数" if lang == "zh" else f"= {counted(len(value), 'number')}"
    if isinstance(field, Matrix):
        return f"= {len(value)} × {len(value)}"
    if isinstance(field, Table):
        return f"= {len(value)} 行" if lang == "zh" else f"= {counted(len(value), 'row')}"
    return _number_understood(field, value, text, lang) if isinstance(field, Number) else ""


def _number_understood(field: Number, value: float, text: str, lang: Lang) -> str:
    """A time typed as a number is shown as a clock, one typed as a clock as a number."""
    unit = "%" if isinstance(field, Share) else UNITS.get(field.unit, UNITS[""])[0].in_(lang)
    shown = f"{number(100 * value if isinstance(field, Share) else value)}{unit}"
    as_typed = {field.typed(value), shown} if isinstance(field, Share) else {number(value), number(value).replace(",", ""), field.typed(value), shown}
    plain = text.strip() in as_typed
    if plain and isinstance(field, Duration):
        shown = written(value, field.unit, lang)
        plain = not shown.endswith(("秒", "s", "min")) or shown == f"{number(value)}{UNITS[field.unit][0].in_(lang)}"
    return "" if plain else f"= {shown}"


def _preset(field: Input) -> str:
    return str(field.default) if isinstance(field, Choice) and field.default is not None else ""


def _placeholder(field: Input, example: Typed, lang: Lang) -> str:
    text = example.get(field.name, "" if field.default is None else field.typed(field.default))
    if not text or field.long:
        return text
    return f"例 {text}" if lang == "zh" else f"e.g. {text}"


def unit_beside(field: Input, lang: Lang) -> str:
    """What stands beside the field. Nothing for a share: ``%`` there would have people leave it out."""
    if not isinstance(field, Number) or isinstance(field, Share) or field.unit == "proportion":
        return ""
    return UNITS[field.unit][1].in_(lang) if field.unit in UNITS else field.unit


def _inputmode(field: Input) -> str:
    """The keyboard of a phone: digits only where nothing else is ever needed."""
    if not isinstance(field, Number) or isinstance(field, Share | Duration) or field.minimum < 0:
        return ""
    return "numeric" if isinstance(field, Count) else "decimal"


def _options(field: Input, lang: Lang) -> tuple[tuple[str, str], ...]:
    if not isinstance(field, Choice):
        return ()
    blank = () if field.default is not None else (("", "—"),)
    return (*blank, *((word, label.in_(lang)) for word, label in field.options))


def address(calculator: Calculator, way: Way, typed: Typed, before: Typed | None = None, **more: str) -> str:
    """The address of a page that shows these inputs: what is shared. ``more`` are further settings."""
    pairs = [("way", way.name)] if len(calculator.ways) > 1 else []
    pairs += typed.items()
    pairs += [(BEFORE + name, text) for name, text in (before or {}).items()]
    pairs += more.items()
    return f"{page_url(calculator.id)}?{urlencode(pairs)}" if pairs else page_url(calculator.id)
