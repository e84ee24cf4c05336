"""English says “1 case”, not “1 cases”: in every sentence, working, caution, comparison, message and figure of the registry."""

from __future__ import annotations

import re
from itertools import product

import pytest
from own_calculators import EVERY

from kbplatform.errors import InvalidInput
from kbplatform_calculators.answers import interval_words, other_figures
from kbplatform_calculators.calculator import Result
from kbplatform_calculators.compare import compare
from kbplatform_calculators.definitions import ALL
from kbplatform_calculators.figures import counted, written
from kbplatform_calculators.inputs import Count, Matrix, Number, Series, Table
from kbplatform_calculators.running import run

ONE = re.compile(r"(?<![\w.,−/×÷(^])1 (?:[a-z]+ )?([a-z]+s)\b")
"""One, and behind it something that may be a plural."""
SINGULAR = frozenset({"is", "was", "has", "this", "less", "process", "across", "plus", "minus", "always", "its", "loses", "ms"})
CASES = [pytest.param(c, w, id=f"{c.id}{':' + w.name if w.name else ''}") for c in [*ALL, *EVERY] for w in c.ways]


def plurals(text):
    return [found[0] for found in ONE.finditer(text) if found[1] not in SINGULAR]


def ones(field, value):
    """The input as one of its kind, and as a list or table of one."""
    if isinstance(field, Number):
        return [value, min(field.maximum, max(field.minimum, 1))]
    if isinstance(field, Series):
        return [value, [1] * max(1, field.least), [1] * len(value or (1, 1))]
    if isinstance(field, Matrix):
        return [value, [[1, 0], [0, 0]], [[1, 1], [1, 1]]]
    if isinstance(field, Table):
        return [value, [list(row) for row in value[:1]]]
    return [value]


def asked(way):
    """Every example with each of its inputs at one, alone and together with every other (of the first five)."""
    for example in way.examples:
        fields = [i for i in way.inputs if isinstance(i, Count | Number | Series | Matrix | Table)]
        choices = [ones(f, example.inputs.get(f.name)) for f in fields]
        for combination in product(*choices[:5]):
            yield dict(example.inputs) | {f.name: v for f, v in zip(fields, combination, strict=False)}
        yield dict(example.inputs) | {f.name: c[-1] for f, c in zip(fields, choices, strict=True)}


def said(calculator, way, inputs):
    try:
        return run(calculator, inputs, way)
    except InvalidInput as error:
        return " / ".join(f.message.en for f in error.fields)


@pytest.mark.parametrize(("calculator", "way"), CASES)
def test_no_english_sentence_says_one_of_a_plural(calculator, way):
    answers = [said(calculator, way, inputs) for inputs in asked(way)]
    results = [a for a in answers if isinstance(a, Result)]
    texts = [a for a in answers if isinstance(a, str)]
    for result in results:
        texts += [result.headline.en, result.explanation.en, result.working.en, interval_words(result).en, *(w.en for w in result.warnings)]
        texts += [cell for _label, cell in other_figures(result, "en")]
    texts += [compare(results[0], r).explanation.en for r in results[:40]]
    assert results
    assert sorted({p for t in texts for p in plurals(t)}) == []


@pytest.mark.parametrize("unit", ["points", "percentage points", "days", "months", "agents", "lines", "erlang"])
def test_a_figure_of_one_has_its_unit_in_the_singular(unit):
    assert plurals(written(1, unit, "en")) == []
    assert written(2, unit, "en").endswith("s")


def test_the_number_and_its_noun():
    assert [counted(n, "case") for n in (0, 1, 2, 1200)] == ["0 cases", "1 case", "2 cases", "1,200 cases"]
    assert [counted(n, "reply", "replies") for n in ("1", "1.0", "−1")] == ["1 reply", "1.0 replies", "−1 replies"]
