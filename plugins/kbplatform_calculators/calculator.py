"""What a calculator is: one frozen declaration from which page, API, CLI, batch, embed, search entry and tests come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kbplatform.sdk import FieldError, Text
from kbplatform_calculators.figures import Figure, Output
from kbplatform_calculators.inputs import NOTHING, Input

Values = Mapping[str, Any]
"""Inputs by name, as their :class:`Input` read them; an optional one left empty holds its default."""
Outputs = Mapping[str, Figure]
"""Figures by name; None where there is not enough data."""
Rule = Callable[[Values], FieldError | None]
"""A rule over several inputs: what is wrong with which of them, or None."""
Direction = Literal["higher", "lower", "target", "context", "n/a"]
"""Which way the main figure gets better; ``target`` and ``context`` where more may be too much."""
Group = Literal["quality", "listening", "speed", "staffing", "people", "money", "change", "source"]
"""The question a calculator answers; ``source`` are the formulae as the source has them."""


@dataclass(frozen=True, slots=True)
class Caution:
    """Something to bear in mind, shown with a result when ``when`` holds. Its words may name inputs and outputs: ``{rate}``."""

    text: Text
    when: Callable[[Values, Outputs], bool] = lambda _values, _outputs: True


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example: what goes in, what comes out to ``places`` decimals (as printed by ``source``)."""

    inputs: Mapping[str, Any]
    expected: Mapping[str, Figure]
    source: str
    places: int = 9


@dataclass(frozen=True, slots=True)
class Neighbours:
    """For staffing: run ``way`` with ``input`` one below, at and one above ``at``, a figure or an input, and show the outputs side by side."""

    way: str
    input: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One set of inputs a calculator can start from. Most have one; the names that are given choose among several.

    ``compute`` gets values that fit their bounds and all rules, and returns every output; None where there is not enough
    data, which ``empty`` then says in words. It never raises for such values.
    ``sentence`` and ``working`` are templates that name inputs and outputs, each written with its unit: ``{rate}``. In English
    ``{received:case}`` puts the noun behind the number, in the singular where it is 1; ``{n:reply|replies}`` gives both.
    What depends on the case is a function that returns such a template.
    ``sample`` gives successes and trials of the main figure, where it is a rate: comparison then uses Newcombe's interval.
    ``main`` is the output that leads where it is another than the calculator's.
    ``instead`` says in a headline and a sentence what happens where the main figure is None though there was enough data:
    a queue that grows without limit has no average wait. It gives None where ``empty`` is what there is to say.
    ``margin`` names an output that is the half width of the main figure's 95 % interval; ``interval`` its two ends.
    ``rating`` names an output that is a word, its words standing from worst to best: comparison goes by it where the main
    figure is, or may be, a word.
    """

    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    compute: Callable[[Values], Outputs]
    sentence: Text | Callable[[Values, Outputs], Text]
    working: Text | Callable[[Values, Outputs], Text]
    examples: tuple[Example, ...]
    name: str = ""
    title: Text = NOTHING
    main: str = ""
    empty: Text = NOTHING
    instead: Callable[[Values, Outputs], tuple[Text, Text] | None] = lambda _values, _outputs: None
    rules: tuple[Rule, ...] = ()
    cautions: tuple[Caution, ...] = ()
    sample: Callable[[Values], tuple[int, int]] | None = None
    interval: tuple[str, str] | None = None
    margin: str = ""
    rating: str = ""
    neighbours: Neighbours | None = None

    @property
    def names(self) -> frozenset[str]:
        """Names of the inputs."""
        return frozenset(i.name for i in self.inputs)

    @property
    def required(self) -> frozenset[str]:
        """Names of the inputs that must be given."""
        return frozenset(i.name for i in self.inputs if not i.optional)


@dataclass(frozen=True, slots=True)
class AsInSource:
    """What is wrong with a formula of the source, and the ids of the sound calculators to use instead.

    ``warning`` is the first of the warnings of every answer, wherever it is shown.
    """

    warning: Text
    faults: tuple[Text, ...]
    sound: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calculator:
    """A calculator. ``main`` is the output that leads; ``version`` is raised when the same inputs give another answer.

    ``practices`` are the numbers of the practices it serves; ``aliases`` are other names by language, for search.
    ``assumptions`` always stand on its page; cautions stand with the ways and come with a result.
    """

    id: str
    title: Text
    purpose: Text
    formula: Text
    group: Group
    main: str
    better: Direction
    ways: tuple[Way, ...]
    source: Text
    aliases: Mapping[str, tuple[str, ...]]
    version: int = 1
    practices: tuple[int, ...] = ()
    assumptions: tuple[Text, ...] = ()
    as_in_source: AsInSource | None = None

    def way(self, given: Mapping[str, object] | frozenset[str]) -> Way:
        """The way that these names choose: the first they fit, else the one that shares most names with them."""
        names = frozenset(given)
        fitting = [w for w in self.ways if names <= w.names and w.required <= names]
        return fitting[0] if fitting else max(self.ways, key=lambda w: len(w.names & names) - len(names - w.names) / 100)

    def named(self, name: str) -> Way:
        """The way of this name, else the first."""
        return next((w for w in self.ways if w.name == name), self.ways[0])

    def leading(self, way: Way) -> str:
        """Name of the output that leads when starting from ``way``."""
        return way.main or self.main


@dataclass(frozen=True, slots=True)
class Result:
    """An answer: figures, the one that leads, a sentence with the user's numbers, the formula with them put in, cautions.

    ``interval`` is the 95 % interval of the main figure where it has one; ``enough`` is whether there was enough data.
    """

    calculator: Calculator
    way: Way
    values: Values
    outputs: Outputs
    headline: Text
    explanation: Text
    working: Text
    warnings: tuple[Text, ...]
    interval: tuple[float, float] | None
    enough: bool

    @property
    def main(self) -> Figure:
        """The figure that leads."""
        return self.outputs.get(self.calculator.leading(self.way))
