"""A calculator's page, worked out before any template sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kbplatform.sdk import Lang
from kbplatform_calculators import reference
from kbplatform_calculators.answers import Bar, NeighbourTable, bar, interval_words, neighbour_table, other_figures
from kbplatform_calculators.calculator import Calculator, Result, Way
from kbplatform_calculators.compare import Comparison, compare
from kbplatform_calculators.forms import BEFORE, Field, Filled, address, example_of, fields_of, fill, typed_for
from kbplatform_calculators.inputs import Number
from kbplatform_calculators.registry import Registry
from kbplatform_calculators.sweep import Sweep, SweepTable, sweep, sweepable, table_of

SWEEP = ("from", "to", "steps")


@dataclass(frozen=True, slots=True)
class Link:
    """A way to somewhere; ``current`` where one is there already."""

    text: str
    url: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Set:
    """One column of the form. ``heading`` is empty where there is only one."""

    heading: str
    fields: list[Field]


@dataclass(frozen=True, slots=True)
class CalculatorPage:
    """All that the page shows, in the reader's language."""

    calculator: Calculator
    way: Way
    ways: list[Link]
    now: Filled
    before: Filled | None
    sets: list[Set]
    comparison: Comparison | None
    bar: Bar | None
    interval: str
    figures: list[tuple[str, tuple[str, ...]]]
    neighbours: NeighbourTable | None
    sweeps: list[Number]
    sweep: Sweep | None
    sweep_table: SweepTable | None
    hidden: list[tuple[str, str]]
    kept: list[tuple[str, str]]
    example_url: str
    alone_url: str
    as_before_url: str
    sound: list[Link]
    source: list[Link]
    reference: str | None

    @property
    def wrong(self) -> bool:
        """Whether some field can't be used as it is."""
        return bool(self.now.problems) or bool(self.before and self.before.problems)

    @property
    def inputs(self) -> list[tuple[str, str]]:
        """All that was typed, by the names it has in an address."""
        earlier = self.before.typed.items() if self.before else ()
        return [*self.hidden, *self.now.typed.items(), *((BEFORE + name, text) for name, text in earlier)]

    @property
    def wrong_fields(self) -> list[Field]:
        """The fields to mend, once more for the list above the form."""
        return [f for s in self.sets for f in s.fields if f.problem]


def way_of(calculator: Calculator, arguments: Mapping[str, str]) -> Way:
    """The way the address names, else the one its inputs choose."""
    if "way" in arguments:
        return calculator.named(arguments["way"])
    given = {n.removeprefix(BEFORE) for n, text in arguments.items() if text.strip()} & frozenset().union(*(w.names for w in calculator.ways))
    return calculator.way(frozenset(given)) if given else calculator.ways[0]


def make_page(registry: Registry, calculator: Calculator, arguments: Mapping[str, str], lang: Lang) -> CalculatorPage:
    """The page for what the address holds."""
    way = way_of(calculator, arguments)
    now, earlier = fill(calculator, way, arguments, lang), fill(calculator, way, arguments, lang, BEFORE)
    comparing = bool(arguments.get("compare")) or typed_for(way, earlier.typed)
    before = earlier if comparing else None
    settings = {"compare": "1"} if comparing else {}
    result, then = now.result, before.result if before else None
    answers = [r for r in (then, result) if r] if result else []
    there = bool(result and result.enough and way.outputs)
    swept = _swept(calculator, result, arguments, lang) if result and there else None
    return CalculatorPage(
        calculator=calculator,
        way=way,
        ways=_ways(calculator, way, now, lang),
        now=now,
        before=before,
        sets=_sets(calculator, now, before, lang),
        comparison=compare(then, result) if then and result else None,
        bar=bar(lang, *answers) if there else None,
        interval=interval_words(result).in_(lang) if result and there else "",
        figures=_figures(lang, answers),
        neighbours=neighbour_table(result, lang) if result else None,
        sweeps=sweepable(way) if there else [],
        sweep=swept,
        sweep_table=table_of(swept, result, lang) if swept and swept.points and result else None,
        hidden=[*([("way", way.name)] if len(calculator.ways) > 1 else []), *settings.items()],
        kept=list(_ranged(swept, arguments).items()),
        example_url=address(calculator, way, example_of(way)),
        alone_url=address(calculator, way, now.typed),
        as_before_url=address(calculator, way, {}, now.typed, compare="1"),
        sound=_sound(registry, calculator, now, lang),
        source=[Link(c.title.in_(lang), address(c, c.ways[0], {})) for c in _source_of(registry, calculator)],
        reference=reference.address(calculator),
    )


def _swept(calculator: Calculator, result: Result, arguments: Mapping[str, str], lang: Lang) -> Sweep | None:
    asked = {name: arguments.get(f"sweep.{name}", "")[:80] for name in SWEEP}
    return sweep(calculator, result, arguments.get("sweep", "")[:80], asked, lang)


def _ranged(swept: Sweep | None, arguments: Mapping[str, str]) -> dict[str, str]:
    """What of the address asks for the sweep that is shown."""
    if swept is None:
        return {}
    asked = {f"sweep.{name}": arguments.get(f"sweep.{name}", "")[:80] for name in SWEEP}
    return {"sweep": swept.field.name} | {name: text for name, text in asked.items() if text}


def _figures(lang: Lang, results: Sequence[Result]) -> list[tuple[str, tuple[str, ...]]]:
    """Label and a figure from each answer."""
    columns = [other_figures(r, lang) for r in results]
    return [(label, tuple(column[i][1] for column in columns)) for i, (label, _shown) in enumerate(columns[0])] if columns else []


def _sets(calculator: Calculator, now: Filled, before: Filled | None, lang: Lang) -> list[Set]:
    if before is None:
        return [Set("", fields_of(calculator, now, lang))]
    headings = ("现在", "之前") if lang == "zh" else ("Now", "Before")
    return [Set(headings[0], fields_of(calculator, now, lang)), Set(headings[1], fields_of(calculator, before, lang, BEFORE))]


def _ways(calculator: Calculator, way: Way, now: Filled, lang: Lang) -> list[Link]:
    """The ways to choose from; what two of them share is carried over."""
    if len(calculator.ways) < 2:
        return []
    return [
        Link(w.title.in_(lang) or w.name, address(calculator, w, {n: t for n, t in now.typed.items() if n in w.names}), w is way)
        for w in calculator.ways
    ]


def _sound(registry: Registry, calculator: Calculator, now: Filled, lang: Lang) -> list[Link]:
    """The counterparts of a formula of the source that may be trusted, with whatever of the inputs fits."""
    if calculator.as_in_source is None:
        return []
    return [_carried(registry.calculators[i], now, lang) for i in calculator.as_in_source.sound if i in registry.calculators]


def _carried(sound: Calculator, now: Filled, lang: Lang) -> Link:
    way = sound.way(frozenset(now.typed)) if now.typed else sound.ways[0]
    return Link(sound.title.in_(lang), address(sound, way, {n: t for n, t in now.typed.items() if n in way.names}))


def _source_of(registry: Registry, calculator: Calculator) -> list[Calculator]:
    """The source's own formulae to which this one is the sound counterpart."""
    return [c for c in registry.calculators.values() if c.as_in_source and calculator.id in c.as_in_source.sound]
