"""What a page says of an answer beyond its sentence: the interval in words and as a picture, the other figures, the neighbours."""

from __future__ import annotations

from dataclasses import dataclass

from kbplatform.sdk import LANGS, InvalidInput, Lang, Text, curves
from kbplatform_calculators.calculator import Result
from kbplatform_calculators.figures import Output, written
from kbplatform_calculators.running import run, shown

INTERVAL = Text("95% 区间", "95% interval")


def leading(result: Result) -> Output:
    """The output that leads."""
    name = result.calculator.leading(result.way)
    return next(o for o in result.way.outputs if o.name == name)


def interval_text(result: Result, lang: Lang) -> str:
    """Both ends of the main figure's interval; a dash where it has none."""
    if result.interval is None:
        return "–"
    output = leading(result)
    low, high = (written(end, output.unit, lang, output.decimals) for end in result.interval)
    return f"{low} – {high}"


def interval_words(result: Result) -> Text:
    """What the interval means, with its ends unless the sentence has said them; nothing where there is none."""
    if result.interval is None:
        return Text("", "")
    output = leading(result)
    said = all(written(result.interval[0], output.unit, lang, output.decimals) in result.explanation.in_(lang) for lang in LANGS)
    zh, en = ("", "") if said else (f"95% 区间 {interval_text(result, 'zh')}。", f"95% interval: {interval_text(result, 'en')}. ")
    return Text(f"{zh}只凭这些数，真实水平可能在区间里的任何一处。", f"{en}From this many alone, the true level may be anywhere in the interval.")


@dataclass(frozen=True, slots=True)
class Bar:
    """Intervals on one scale, in percent of its width; ``rows`` are (start, width, figure)."""

    rows: tuple[tuple[str, str, str], ...]
    low: str
    high: str


def bar(lang: Lang, *results: Result) -> Bar | None:
    """The main figures with their intervals on one scale that has 0 on it; None where one has no interval."""
    intervals = [r.interval for r in results if r.interval]
    mains = [r.main for r in results if isinstance(r.main, int | float)]
    if len(intervals) < len(results) or len(mains) < len(results):
        return None
    output = leading(results[0])
    marks = curves([[0.0, *mains, *(end for i in intervals for end in i)]]).marks
    high, low = marks[0], marks[-1]
    if output.unit in {"proportion", "percent"}:
        high = min(high, max(1.0 if output.unit == "proportion" else 100.0, *mains))

    def at(value: float) -> float:
        return 100 * (value - low) / (high - low)

    rows = tuple((f"{at(a):.2f}", f"{max(0.5, at(b) - at(a)):.2f}", f"{at(m):.2f}") for (a, b), m in zip(intervals, mains, strict=True))
    return Bar(rows, written(low, output.unit, lang), written(high, output.unit, lang))


def other_figures(result: Result, lang: Lang) -> list[tuple[str, str]]:
    """Label and figure of each output but the main one and the ends of its interval."""
    apart = {leading(result).name, *(result.way.interval or ())} if result.way.outputs else set()
    return [(o.label.in_(lang), shown(result, o.name, lang)) for o in result.way.outputs if o.name not in apart and o.name in result.outputs]


@dataclass(frozen=True, slots=True)
class NeighbourTable:
    """One fewer, as many and one more side by side. ``heads`` are the three figures, ``rows`` label and three cells that differ."""

    label: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def neighbour_table(result: Result, lang: Lang) -> NeighbourTable | None:
    """What one agent fewer or more would mean; None where the calculator has nothing to say of it."""
    way = result.way.neighbours
    at = result.outputs.get(way.at, result.values.get(way.at)) if way else None
    if way is None or not isinstance(at, int | float) or not result.enough:
        return None
    other = result.calculator.named(way.way)
    given = {i.name: result.values[i.name] for i in other.inputs if result.values.get(i.name) is not None}
    columns: list[tuple[str, Result]] = []
    for n in (int(at) - 1, int(at), int(at) + 1):
        try:
            columns.append((f"{n:,}", run(result.calculator, given | {way.input: n}, other)))
        except InvalidInput:  # below what the calculator allows, such as nobody at all
            continue
    label = next(i.label.in_(lang) for i in other.inputs if i.name == way.input)
    every = ((o.label.in_(lang), tuple(shown(r, o.name, lang) for _n, r in columns)) for o in other.outputs)
    rows = tuple((name, cells) for name, cells in every if len(set(cells)) > 1)
    return NeighbourTable(label, tuple(head for head, _r in columns), rows) if len(columns) > 1 else None
