"""Better input never scores worse: each input that says which way is better is moved that way, thousands of times."""

from __future__ import annotations

from random import Random

import pytest

from kbplatform.errors import InvalidInput
from kbplatform_calculators.definitions import ALL
from kbplatform_calculators.inputs import Count, Number, Series
from kbplatform_calculators.running import run

BREAKS = {
    "source.service_score": {"response_time"},
    "source.satisfaction_product": {"customer_satisfaction_score"},
}
"""The formulae of the source that get it backwards, and the input with which they do: a slower response raises the
service score; past an hour of response, more satisfied customers lower the satisfaction score."""
DRAWS = 300
CASES = [
    pytest.param(c, w, id=f"{c.id}{':' + w.name if w.name else ''}")
    for c in ALL
    for w in c.ways
    if c.better in {"higher", "lower"} and isinstance(run(c, w.examples[0].inputs, w).main, int | float)
]
"""Those whose main figure is a number with a better side; a rating in words has no less and more."""


@pytest.mark.parametrize(("calculator", "way"), CASES)
def test_a_better_input_never_makes_the_answer_worse(calculator, way):
    random = Random(f"{calculator.id}:{way.name}")
    sign = 1 if calculator.better == "higher" else -1
    told = [i for i in way.inputs if i.better and isinstance(i, Number | Series)]
    worse, compared = set(), 0
    for _ in range(DRAWS):
        inputs = near(way, random)
        before = main(calculator, way, inputs)
        for field in told if before is not None else ():
            if field.name not in inputs:
                continue
            after = main(calculator, way, inputs | {field.name: moved(field, inputs[field.name], random)})
            if after is not None:
                compared += 1
                if sign * (after - before) < -1e-9 * max(1, abs(before)):
                    worse.add(field.name)
    assert worse == BREAKS.get(calculator.id, set())
    assert compared > DRAWS // 10 or not told


def main(calculator, way, inputs):
    """The figure that leads; None where there is none or the inputs don't go together."""
    try:
        figure = run(calculator, inputs, way).main
    except InvalidInput:
        return None
    return figure if isinstance(figure, int | float) else None


def near(way, random):
    """One of the examples, each number scaled by something between nothing and twelvefold, mostly near one."""
    example = random.choice(way.examples)
    drawn = {i.name: scaled(i, example.inputs[i.name], random) for i in way.inputs if i.name in example.inputs}
    for field in way.inputs:
        if isinstance(field, Number) and field.name not in drawn and random.random() < 0.5:
            drawn[field.name] = scaled(field, field.default or 1, random)
    return drawn


def scaled(field, value, random):
    if isinstance(field, Series):
        return [scaled(field.item, v, random) for v in value]
    if not isinstance(field, Number) or value is None:
        return value
    factor = random.choice((random.uniform(0.5, 1.5), random.uniform(0, 2), 12 * random.random() ** 2))
    return within(field, value * factor)


def moved(field, value, random):
    """The value, better by anything from a little to a lot."""
    if isinstance(field, Series):
        which = random.randrange(len(value))
        return [moved_number(field.item, field.better, v, random) if n == which else v for n, v in enumerate(value)]
    return moved_number(field, field.better, value, random)


def moved_number(field, better, value, random):
    if value is None:  # a member left out
        return value
    share = random.random() ** 2
    if better == "lower":
        return within(field, value - (value - field.minimum) * share)
    top = field.maximum if field.maximum <= 1 else max(2 * value, value + 1)
    return within(field, value + (top - value) * share)


def within(field, value):
    value = min(field.maximum, max(field.minimum, value))
    return round(value) if isinstance(field, Count) else value
