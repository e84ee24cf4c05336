"""The calculators there are."""

from __future__ import annotations

from math import isclose

from kbplatform.sdk import HealthCheck, NotFound, Text
from kbplatform_calculators.definitions import Calculator
from kbplatform_calculators.resolution_rate import RESOLUTION_RATE

USE = "calculators.use"
CALCULATORS: dict[str, Calculator] = {c.id: c for c in (RESOLUTION_RATE,)}


def get(calculator_id: str) -> Calculator:
    """The calculator with this id. Raises NotFound."""
    if calculator_id not in CALCULATORS:
        raise NotFound(
            Text("没有这个计算器", "There is no such calculator"),
            remedy=Text(f"现有：{'、'.join(CALCULATORS)}", f"There are: {', '.join(CALCULATORS)}"),
        )
    return CALCULATORS[calculator_id]


def page_url(calculator_id: str) -> str | None:
    """Where a ``calc:`` link leads; None where there is no such calculator yet."""
    return f"/p/calculators/{calculator_id}" if calculator_id in CALCULATORS else None


def check_examples() -> list[HealthCheck]:
    """One check: each calculator reproduces its worked example to nine digits."""
    wrong = []
    for c in CALCULATORS.values():
        outputs = c.run(dict(c.example)).outputs
        if not all(isclose(outputs[name] or 0.0, value, abs_tol=1e-9) for name, value in c.expected.items()):
            wrong.append(c.id)
    if wrong:
        names = ", ".join(wrong)
        return [HealthCheck("calculators", "error", Text(f"算例不符：{names}", f"Worked examples differ: {names}"))]
    n = len(CALCULATORS)
    return [HealthCheck("calculators", "ok", Text(f"{n} 个计算器的算例都对", f"Worked examples of {n} calculator(s) agree"))]
