"""The calculators there are: ours, and those that other plugins bring by ``register_calculators``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isclose
from typing import TYPE_CHECKING

import structlog

from kbplatform.sdk import HealthCheck, InvalidInput, NotFound, Services, Text
from kbplatform_calculators.calculator import Calculator, Example
from kbplatform_calculators.definitions import ALL
from kbplatform_calculators.figures import counted
from kbplatform_calculators.running import run

if TYPE_CHECKING:
    from kbplatform_calculators.figures import Figure

USE = "calculators.use"
HOOK = "register_calculators"
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Registry:
    """Every calculator by id, in reading order. ``refused`` are those of other plugins that are not as they say."""

    calculators: Mapping[str, Calculator]
    refused: tuple[str, ...] = ()

    def get(self, calculator_id: str) -> Calculator:
        """The calculator with this id. Raises NotFound."""
        if calculator_id not in self.calculators:
            raise NotFound(
                Text("没有这个计算器", "There is no such calculator"),
                remedy=Text("在 /p/calculators/ 看有哪些。", "See /p/calculators/ for those there are."),
            )
        return self.calculators[calculator_id]

    def url(self, calculator_id: str) -> str | None:
        """Where a ``calc:`` link leads; None where there is no such calculator."""
        return page_url(calculator_id) if calculator_id in self.calculators else None

    def serving(self, practice: int | None) -> list[Calculator]:
        """The calculators of a practice, sound ones first."""
        found = [c for c in self.calculators.values() if practice in c.practices]
        return sorted(found, key=lambda c: c.as_in_source is not None)


def page_url(calculator_id: str) -> str:
    """Address of a calculator's page."""
    return f"/p/calculators/{calculator_id}"


def registry_of(services: Services) -> Registry:
    """The registry of this platform, made once."""
    return services.once(_make)


def _make(services: Services) -> Registry:
    return collect(ALL, services.contributed(HOOK, Calculator))


def collect(ours: Iterable[Calculator], theirs: Iterable[Calculator]) -> Registry:
    """A registry of both. Theirs are run on their own examples first: one that doesn't give what it says, or whose id is taken, is left out."""
    known = {c.id: c for c in ours}
    refused = []
    for calculator in theirs:
        if calculator.id in known or not agrees(calculator):
            log.error("calculators.refused", calculator=calculator.id)
            refused.append(calculator.id)
        else:
            known[calculator.id] = calculator
    return Registry(known, tuple(refused))


def agrees(calculator: Calculator) -> bool:
    """Whether each of its examples comes out as expected, and what its ways name is there."""
    try:
        named = all(way.rating in {"", *(o.name for o in way.outputs if o.words)} for way in calculator.ways)
        return named and all(_comes_out(calculator, e) for way in calculator.ways for e in way.examples)
    except Exception:  # noqa: BLE001 - a stranger's function
        return False


def _comes_out(calculator: Calculator, example: Example) -> bool:
    try:
        outputs = run(calculator, example.inputs).outputs
    except InvalidInput:
        return False
    return all(same(outputs.get(name), value, example.places) for name, value in example.expected.items())


def same(got: Figure, expected: Figure, places: int) -> bool:
    """Whether two figures are equal when rounded to ``places`` decimals."""
    if isinstance(got, int | float) and isinstance(expected, int | float):
        return isclose(got, expected, rel_tol=0, abs_tol=0.5000001 * 10**-places)
    return got == expected


def check_examples(services: Services) -> list[HealthCheck]:
    """One check: each calculator reproduces its worked examples, and none of another plugin had to be left out."""
    registry = registry_of(services)
    wrong = [c.id for c in registry.calculators.values() if not agrees(c)] + list(registry.refused)
    if wrong:
        names = ", ".join(wrong)
        return [HealthCheck("calculators", "error", Text(f"算例不符：{names}", f"Worked examples differ: {names}"))]
    n = len(registry.calculators)
    return [HealthCheck("calculators", "ok", Text(f"{n} 个计算器的算例都对", f"Worked examples of {counted(n, 'calculator')} agree"))]
