"""Saved runs as rows of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbplatform.sdk import Text
from kbplatform_calculators.saved import typed_inputs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kbplatform.sdk import Cell, Lang
    from kbplatform_calculators.calculator import Calculator
    from kbplatform_calculators.saved import Saved

_BEFORE = (Text("开始", "From"), Text("结束", "To"), Text("团队", "Team"), Text("口径", "Way"), Text("定义版本", "Definition version"))
_AFTER = (Text("结果", "Answer"), Text("备注", "Note"), Text("保存人", "Saved by"), Text("保存时间（UTC）", "Saved at (UTC)"))


def heading(calculator: Calculator, runs: Sequence[Saved], lang: Lang) -> list[str]:
    """Names of the columns: inputs and outputs by their labels, with their names where two labels are the same."""
    labels = {i.name: i.label.in_(lang) for way in calculator.ways for i in way.inputs}
    labels |= {o.name: o.label.in_(lang) for way in calculator.ways for o in way.outputs}
    names = [*_names(runs, "inputs"), *_names(runs, "outputs")]
    worded = [labels.get(name, name) for name in names]
    middle = [word if worded.count(word) == 1 else f"{word} ({name})" for name, word in zip(names, worded, strict=True)]
    return [*(t.in_(lang) for t in _BEFORE), *middle, *(t.in_(lang) for t in _AFTER)]


def table(calculator: Calculator, runs: Sequence[Saved], lang: Lang, teams: Mapping[str, str], authors: Mapping[int, str]) -> Iterator[list[Cell]]:
    """The rows. Inputs stand as they would be typed, plain numbers as numbers; outputs with all their digits."""
    inputs, outputs = _names(runs, "inputs"), _names(runs, "outputs")
    ways = {way.name: way.title.in_(lang) for way in calculator.ways}
    for run in runs:
        typed = typed_inputs(run, calculator)
        yield [
            run.period.starts_on.isoformat(), run.period.ends_on.isoformat(), teams.get(run.team or "", run.team or ""),
            ways.get(run.way, run.way), run.version,
            *(_cell(run.inputs.get(name), typed.get(name)) for name in inputs),
            *(run.outputs.get(name) for name in outputs),
            run.explanation.in_(lang), run.note, authors.get(run.id, ""), run.created_at.strftime("%Y-%m-%d %H:%M"),
        ]  # fmt: skip


def _cell(value: object, typed: str | None) -> Cell:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else typed


def _names(runs: Sequence[Saved], part: str) -> list[str]:
    """Names in the order in which they first appear: runs of other versions and ways may have others."""
    return list(dict.fromkeys(name for run in runs for name in getattr(run, part)))
