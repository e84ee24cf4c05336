"""Does any input upset a calculator? Typed text, numbers, lists, JSON junk and extremes, over every calculator and way.

Each answer must hold no NaN and nothing infinite, each refusal must name a field, and both must come in words in both
languages. Anything else that is raised is a finding. Prints findings by calculator, and the slowest answers.

    python benchmarks/fuzz_calculators.py --count 100000 --seed 1
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from kbplatform.errors import InvalidInput
from kbplatform_calculators.definitions import ALL
from kbplatform_calculators.inputs import Choice, Count, Label, Matrix, Number, Series, Table
from kbplatform_calculators.running import run

if TYPE_CHECKING:
    from kbplatform_calculators.calculator import Calculator, Way
    from kbplatform_calculators.inputs import Input

TYPED = (
    "", " ", "0", "-0", "1", "20", "１，２００", "1,200", "1,2", "85%", "85 %", "120%", "5‰", "3分20秒", "3:20", "1:03:20", "99:99", "2h", "2h 5", "90 s",
    "1.2万", "3亿", "¥1,000", "二十", "½", "1e3", "1e308", "1e999", "1e-400", "1e-320", "-5", "--5", "+7", "5%%", "1.2.3", ".5", "5.", "0x10", "1_000",
    "NaN", "inf", "-Infinity", "∞", "９" * 30, "9" * 41, "abc", "<script>alert(1)</script>", "{{7*7}}", "{rate}", "{0.__class__}", "%s%n", "=1+1",
    "\x00", "\u202e20", "\ud800", "🙂", "1\n2\n3", "1;2;3", "1\t2\n3\t4", "1、2、3", "[1,2", '{"a":', "null", "true", "A" * 5_000, "1," * 30_000,
)  # fmt: skip
NUMBERS = (0, 1, -1, 2, 29, 30, 0.5, 1e-300, 5e-324, 1e12, 1e12 + 1, 1e300, -1e300, 1.0000000000000002, 999_999_999_999, 10**30, 10**5000, -(10**5000), 0.1 + 0.2)
JUNK = (None, True, False, [], {}, [[]], [[[]]], {"a": 1}, [None], ["x"], [True], float("nan"), float("inf"), [float("nan")], [1, "2", 3.0], [[1, 2], [3]])
CJK = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


@dataclass
class Findings:
    """What came of it: how many were answered and refused, what went wrong, and how much the slowest computed (s of processor time)."""

    answered: int = 0
    refused: int = 0
    wrong: dict[str, list[str]] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    slowest: dict[str, float] = field(default_factory=dict)

    def add(self, calculator: str, what: str, inputs: object) -> None:
        """One more that went wrong."""
        self.kinds[f"{calculator}: {what}"] += 1
        try:
            shown = repr(inputs)[:400]
        except ValueError:
            shown = "(a number too long to write)"
        self.wrong.setdefault(f"{calculator}: {what}", []).append(shown)


def fuzz(count: int, seed: int, calculators: tuple[Calculator, ...] = ALL) -> Findings:
    """``count`` inputs over all ways of ``calculators``, in turn. The same seed draws the same."""
    random, findings = Random(seed), Findings()
    ways = [(c, w) for c in calculators for w in c.ways]
    for n in range(count):
        calculator, way = ways[n % len(ways)]
        inputs = drawn(way, random)
        started = time.process_time()
        what = trouble(calculator, way, inputs, findings)
        took = time.process_time() - started
        findings.slowest[calculator.id] = max(took, findings.slowest.get(calculator.id, 0))
        if what:
            findings.add(calculator.id, what, inputs)
    return findings


def trouble(calculator: Calculator, way: Way, inputs: dict[str, Any], findings: Findings) -> str:
    """What is wrong with the answer to ``inputs``; nothing where all is well."""
    try:
        result = run(calculator, inputs, way)
    except InvalidInput as refused:
        findings.refused += 1
        if not refused.fields:
            return "a refusal names no field"
        return next((w for f in refused.fields if (w := unsaid(f.message.zh, f.message.en, free=False))), "")
    except Exception as raised:  # noqa: BLE001 - that is what this looks for
        return f"{type(raised).__name__}: {raised}"[:200]
    findings.answered += 1
    try:
        json.dumps(dict(result.outputs), allow_nan=False)
    except (ValueError, TypeError):
        return f"an output is not finite: {dict(result.outputs)}"[:200]
    free = not all(isinstance(i, Number | Series | Matrix | Choice) for i in way.inputs)
    said = [result.explanation, *result.warnings]
    return next((w for t in said if (w := unsaid(t.zh, t.en, free=free))), "")


def unsaid(zh: str, en: str, *, free: bool) -> str:
    """What is wrong with a sentence in both languages. ``free``: it may hold the user's own words."""
    if not zh.strip() or not en.strip():
        return "no words"
    if not CJK.search(zh):
        return f"no Chinese: {zh}"[:120]
    if not free and CJK.search(en):
        return f"Chinese in English: {en}"[:120]
    if not free and ("{" in zh + en or "nan" in en.split() or "inf" in en.split()):
        return f"left unfilled: {en}"[:120]
    return ""


def drawn(way: Way, random: Random) -> dict[str, Any]:
    """Inputs for ``way``: fitting ones mostly, so that much is computed; junk here and there; one missing or too many at times."""
    wild = random.random() < 0.3
    inputs = {i.name: junk(random) if wild and random.random() < 0.4 else fitting(i, random, way) for i in way.inputs}
    if random.random() < 0.1:
        inputs.pop(random.choice(list(inputs)))
    if random.random() < 0.05:
        inputs[random.choice(("nobody", "", "{x}", "__class__", "x" * 300))] = junk(random)
    for i in way.inputs:
        if i.optional and random.random() < 0.3:
            inputs.pop(i.name, None)
    return inputs


def junk(random: Random) -> Any:
    """Something that hardly any field wants."""
    kind = random.randrange(5)
    if kind == 0:
        return random.choice(TYPED)
    if kind == 1:
        return random.choice(NUMBERS)
    if kind == 2:
        return random.choice(JUNK)
    if kind == 3:
        return "".join(chr(random.choice((random.randrange(32, 127), random.randrange(0x4E00, 0x9FFF), random.randrange(0x3000)))) for _ in range(random.randrange(1, 30)))
    return nested(random.choice((3, 30, 900)))


def nested(depth: int) -> list[Any]:
    """Lists within lists."""
    inner: list[Any] = []
    for _ in range(depth):
        inner = [inner]
    return inner


def fitting(field: Input, random: Random, way: Way) -> Any:
    """A value that this field mostly takes: from an example, at its bounds, or anywhere between, small and large alike."""
    examples = [e.inputs[field.name] for e in way.examples if field.name in e.inputs]
    if examples and random.random() < 0.25:
        return random.choice(examples)
    if isinstance(field, Number):
        return number(field, random)
    if isinstance(field, Series):
        return [number(field.item, random) for _ in range(length(random, field.least, field.most))]
    if isinstance(field, Matrix):
        side = min(field.most, length(random, field.least, 6))
        return [[number(field.item, random) for _ in range(side)] for _ in range(side)]
    if isinstance(field, Table):
        rows = length(random, field.least, field.most)
        return [[fitting(c, random, way) for c in field.columns] for _ in range(rows)]
    if isinstance(field, Choice):
        return random.choice(field.options)[0]
    return random.choice(("接通率", "x", "{x}", "a;b")) if isinstance(field, Label) else random.choice((*JUNK, *TYPED[:10]))


def length(random: Random, least: int, most: int) -> int:
    """Mostly short lists, now and then the longest."""
    return most if random.random() < 0.02 else min(most, least + int(8 * random.random() ** 2))


def number(field: Number, random: Random) -> Any:
    """A number within bounds, and now and then on them, as JSON or as typed."""
    kind = random.random()
    if kind < 0.1:
        value = random.choice((field.minimum, field.maximum, 0, 1))
    elif kind < 0.5:
        value = random.uniform(field.minimum, min(field.maximum, field.minimum + 300))
    else:
        value = field.minimum + 10 ** random.uniform(-9, 12)
    value = min(field.maximum, max(field.minimum, value))
    if isinstance(field, Count):
        value = int(value)
    return field.typed(value) if random.random() < 0.2 else value


def main() -> None:
    """Run it and print what it found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    started = time.perf_counter()
    findings = fuzz(given.count, given.seed)
    print(f"{given.count:,} inputs over {len(ALL)} calculators, seed {given.seed}, {time.perf_counter() - started:.0f} s")
    print(f"{findings.answered:,} answered, {findings.refused:,} refused in words, {sum(findings.kinds.values()):,} findings")
    for what, times in findings.kinds.most_common(60):
        print(f"  {times:6,} × {what}\n           {findings.wrong[what][0]}")
    print("slowest: " + ", ".join(f"{c} {1000 * s:.0f} ms" for c, s in sorted(findings.slowest.items(), key=lambda i: -i[1])[:6]))


if __name__ == "__main__":
    main()
