"""An input in words, and an example as a command: for the terminal and for the handbook."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

from kbplatform.sdk import Text
from kbplatform_calculators.figures import UNITS
from kbplatform_calculators.inputs import LARGEST, Choice, Count, Duration, Matrix, Number, Record, Series, Share, Table

if TYPE_CHECKING:
    from kbplatform.sdk import Lang
    from kbplatform_calculators.calculator import Calculator, Example, Way
    from kbplatform_calculators.inputs import Input


def kind_of(field: Input, lang: Lang) -> str:
    """What is to be written for an input, with its unit and bounds."""
    if isinstance(field, Choice):
        return " | ".join(word if label.in_(lang) == word else f"{word} ({label.in_(lang)})" for word, label in field.options)
    if isinstance(field, Series):
        several = Text(f"{field.least}–{field.most} 个，", f"{field.least} to {field.most} of: ").in_(lang)
        return several + kind_of(field.item, lang)
    if isinstance(field, Table):
        columns = "; ".join(c.label.in_(lang) for c in field.columns)
        en = f"{field.least} to {field.most} rows of [{columns}], JSON or @file"
        return Text(f"{field.least}–{field.most} 行，每行 [{columns}]，JSON 或 @文件", en).in_(lang)
    if isinstance(field, Matrix):
        return Text("行列相等的一张表，JSON 或 @文件", "a square table, JSON or @file").in_(lang)
    if isinstance(field, Record):
        return Text("JSON 或 @文件", "JSON or @file").in_(lang)
    return _number(field, lang) if isinstance(field, Number) else Text("文字", "text").in_(lang)


def _number(field: Number, lang: Lang) -> str:
    whole = Text("整数", "whole number") if isinstance(field, Count) else Text("比例", "share") if isinstance(field, Share) else Text("数", "number")
    if isinstance(field, Duration):
        whole = Text("时长", "duration")
    low = Text(f"大于 {_bound(field, field.above)}", f"over {_bound(field, field.above)}") if field.above is not None else None
    low = low or Text(f"从 {_bound(field, field.minimum)}", f"from {_bound(field, field.minimum)}")
    high = Text("", "") if field.maximum >= LARGEST else Text(f" 到 {_bound(field, field.maximum)}", f" to {_bound(field, field.maximum)}")
    unit = "" if isinstance(field, Share) else UNITS.get(field.unit, (None, Text(field.unit, field.unit)))[1].in_(lang)
    comma = "，" if lang == "zh" else ", "
    return f"{whole.in_(lang)}{f' [{unit}]' if unit else ''}{comma}{low.in_(lang)}{high.in_(lang)}"


def _bound(field: Number, bound: float | None) -> str:
    return f"{100 * (bound or 0):.6g}%" if isinstance(field, Share) else f"{bound:,}"


def as_command(calculator: Calculator, way: Way, example: Example) -> str:
    """An example as it would be typed in a shell."""
    words = ["kbplatform", "calc", calculator.id]
    if way.name and calculator.way(frozenset(example.inputs)) is not way:
        words += ["--way", way.name]
    fields = {field.name: field for field in way.inputs}
    for name, value in example.inputs.items():
        if value is not None:
            words += [f"--{name}", _argument(fields[name], value)]
    return shlex.join(words)


def _argument(field: Input, value: object) -> str:
    if isinstance(field, Series) and isinstance(value, list | tuple):
        return ",".join(field.item.typed(member) for member in value)
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False) if isinstance(field, Table | Matrix | Record) else field.typed(value)
