"""What a figure becomes while one input goes through a range: a table and a line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, log10
from time import monotonic

from kbplatform.sdk import Curves, InvalidInput, Lang, Text, curves
from kbplatform_calculators.answers import INTERVAL, interval_text, leading
from kbplatform_calculators.calculator import Calculator, Result, Way
from kbplatform_calculators.figures import Output, written
from kbplatform_calculators.inputs import Count, Number, Share
from kbplatform_calculators.running import compute, read, shown
from kbplatform_calculators.typed import Unreadable

MAX_STEPS, STEPS = 25, 11
BUDGET_S = 1.5
"""A request works this long on a sweep; values not reached say so."""
BESIDE = 3
"""Further outputs that stand beside the main figure."""
_FROM_TO = Text("要比“从”大", "Must be more than “from”")
_STEPS = Text(f"要写 2 到 {MAX_STEPS} 的整数", f"Write a whole number from 2 to {MAX_STEPS}")


_TOO_SLOW = Text("这么大的数算得慢，没算到这里；请少取几个", "Such large numbers take long: not reached. Ask for fewer values")


@dataclass(frozen=True, slots=True)
class Point:
    """One line of the table: what went in, and the answer or why there is none."""

    value: float
    result: Result | None
    why_not: str

    @property
    def main(self) -> float | None:
        """The main figure where it is a number."""
        main = self.result.main if self.result else None
        return main if isinstance(main, int | float) else None


@dataclass(frozen=True, slots=True)
class Sweep:
    """A range of one input, as asked and as computed. ``problems`` are by ``from``, ``to`` and ``steps``; then there are no points."""

    field: Number
    start: str
    end: str
    steps: str
    points: tuple[Point, ...]
    problems: Mapping[str, str]


def sweepable(way: Way) -> list[Number]:
    """The inputs that can go through a range."""
    return [i for i in way.inputs if isinstance(i, Number)]


def sweep(calculator: Calculator, result: Result, name: str, asked: Mapping[str, str], lang: Lang) -> Sweep | None:
    """Let ``name`` go from ``asked["from"]`` to ``asked["to"]`` in ``asked["steps"]`` steps, all else as in ``result``.

    What isn't asked for is a range around the present value. None where there is no such input.
    """
    field = next((i for i in sweepable(result.way) if i.name == name), None)
    if field is None:
        return None
    value = result.values.get(name)
    low, high, count = _around(field, value if isinstance(value, int | float) else 0)
    goal = result.values.get(field.toward)
    if isinstance(goal, int | float) and not low <= goal <= high:
        low, high, count = _reaching(field, low, high, goal)
    problems: dict[str, str] = {}
    first = _read(field, asked.get("from", ""), low, "from", problems, lang)
    last = _read(field, asked.get("to", ""), high, "to", problems, lang)
    steps = _steps(asked.get("steps", ""), count, problems, lang)
    if not problems and first >= last:
        problems["to"] = _FROM_TO.in_(lang)
    texts = (asked.get("from") or field.typed(first), asked.get("to") or field.typed(last), asked.get("steps") or str(steps))
    if problems:
        return Sweep(field, *texts, (), problems)
    values = _spread(field, first, last, steps)
    chosen = bool(asked.get("from") or asked.get("to"))
    if not chosen and isinstance(value, int | float) and first < value < last and len(values) < MAX_STEPS:
        values = sorted({*values, value})
    until = monotonic() + BUDGET_S
    points = tuple(_point(calculator, result, field, v, lang) if monotonic() < until else Point(v, None, _TOO_SLOW.in_(lang)) for v in values)
    if not chosen:
        points = _with_answers(points)
        texts = (field.typed(points[0].value), field.typed(points[-1].value), texts[2])
    return Sweep(field, *texts, points, {})


def _read(field: Number, text: str, otherwise: float, name: str, problems: dict[str, str], lang: Lang) -> float:
    if not text.strip():
        return otherwise
    try:
        return field.read(text)
    except Unreadable as error:
        problems[name] = error.message.in_(lang)
        return otherwise


def _steps(text: str, otherwise: int, problems: dict[str, str], lang: Lang) -> int:
    if not text.strip():
        return otherwise
    try:
        return int(Count(name="steps", label=_STEPS, minimum=2, maximum=MAX_STEPS).read(text))
    except Unreadable:
        problems["steps"] = _STEPS.in_(lang)
        return otherwise


def _around(field: Number, value: float) -> tuple[float, float, int]:
    """A range of round figures from about half to one and a half of ``value``, within the field's bounds."""
    if isinstance(field, Share) and field.maximum <= 1:
        return field.minimum, field.maximum, STEPS
    step = _round_step(abs(value) / 10) if value else 1.0
    step = max(1.0, floor(step)) if isinstance(field, Count) else step
    low, high = (floor(value * 0.5 / step) * step, ceil(value * 1.5 / step) * step) if value > 0 else (value - 5 * step, value + 5 * step)
    low, high = max(low, field.minimum), min(high, field.maximum)
    if field.above is not None and low <= field.above:
        low = min(field.above + step, high)
    if low >= high:
        low, high = field.minimum, min(field.maximum, field.minimum + 10 * step)
    return _tidy(low), _tidy(high), max(2, min(MAX_STEPS, round((high - low) / step) + 1))


def _reaching(field: Number, low: float, high: float, goal: float) -> tuple[float, float, int]:
    """A range of round figures that holds ``goal`` too."""
    low, high = min(low, goal), max(high, goal)
    step = _round_step((high - low) / 10)
    step = max(1.0, floor(step)) if isinstance(field, Count) else step
    low, high = max(field.minimum, floor(low / step) * step), min(field.maximum, ceil(high / step) * step)
    return _tidy(low), _tidy(high), max(2, min(MAX_STEPS, round((high - low) / step) + 1))


def _round_step(about: float) -> float:
    power = 10.0 ** floor(log10(about))
    return next(s * power for s in (1, 2, 5, 10) if s * power >= about * 0.999999)


def _tidy(value: float) -> float:
    rounded = float(f"{value:.12g}")
    return int(rounded) if rounded.is_integer() else rounded


def _spread(field: Number, first: float, last: float, steps: int) -> list[float]:
    """The values, both ends included; whole numbers where the field wants them, each once. Worked out in decimals: 0.3 is 0.3."""
    low, span = Decimal(str(first)), Decimal(str(last)) - Decimal(str(first))
    values = [_tidy(float(low + span * i / (steps - 1))) for i in range(steps)]
    return list(dict.fromkeys(round(v) for v in values)) if isinstance(field, Count) else values


def _point(calculator: Calculator, result: Result, field: Number, value: float, lang: Lang) -> Point:
    way = result.way
    try:
        given = {name: v for name, v in result.values.items() if v is not None} | {field.name: value}
        answer = compute(calculator, way, read(way, given))
    except InvalidInput as error:
        return Point(value, None, error.fields[0].message.in_(lang) if error.fields else str(error))
    return Point(value, answer, "")


def _with_answers(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Without those at the ends that have no answer: nobody asked for them. All where none has one."""
    there = [i for i, p in enumerate(points) if p.result and p.result.enough]
    return points[there[0] : there[-1] + 1] if there else points


@dataclass(frozen=True, slots=True)
class SweepTable:
    """A sweep as a page shows it: ``rows`` of (input, whether it is the present value, cells), ``why_not`` in place of cells."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, bool, tuple[str, ...], str], ...]
    picture: Curves | None
    marks: tuple[str, ...]
    across: tuple[str, ...]
    banded: bool


def table_of(found: Sweep, result: Result, lang: Lang) -> SweepTable:
    """The figures in words, and the main one as a line with its interval as a band."""
    way, main = result.way, leading(result)
    ends = way.interval or ()
    extra = [o for o in way.outputs if o.name not in {main.name, *ends}][:BESIDE]
    banded = any(p.result and p.result.interval for p in found.points)
    heads = [main.label.in_(lang), *([INTERVAL.in_(lang)] if banded else []), *(o.label.in_(lang) for o in extra)]
    present = result.values.get(found.field.name)
    cells = (_cells(p, main, extra, lang, banded=banded) for p in found.points)
    rows = tuple((_input(found.field, p.value, lang), p.value == present, row, p.why_not) for p, row in zip(found.points, cells, strict=True))
    drawn = [p for p in found.points if p.main is not None]
    if len(drawn) < 2:
        return SweepTable(tuple(heads), rows, None, (), (), banded)
    intervals = [p.result.interval if p.result else None for p in found.points]
    band = ([i[0] if i else None for i in intervals], [i[1] if i else None for i in intervals]) if banded else None
    picture = curves([[p.main for p in found.points]], at=[p.value for p in found.points], band=band)
    marks = tuple(written(m, main.unit, lang) for m in picture.marks)
    across = tuple(_input(found.field, p.value, lang) for p in (found.points[0], found.points[-1]))
    return SweepTable(tuple(heads), rows, picture, marks, across, banded)


def _cells(point: Point, main: Output, extra: list[Output], lang: Lang, *, banded: bool) -> tuple[str, ...]:
    result = point.result
    if result is None:
        return ()
    interval = [interval_text(result, lang)] if banded else []
    return (shown(result, main.name, lang), *interval, *(shown(result, o.name, lang) for o in extra))


def _input(field: Number, value: float, lang: Lang) -> str:
    return written(value, field.unit, lang)
