"""Before and after: whether a figure changed, and whether that is more than chance.

How firmly that can be said depends on what is known of the figure. Two rates are compared by Newcombe's interval of their
difference; two figures with margins by the root of the sum of their squares; two that only have intervals by whether these
overlap. A figure without any of these is exact arithmetic: it differs or it doesn't, and chance is not spoken of. Where the
figure is a word, the calculator's ratings say which of two is better; words without an order are the same or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import copysign, hypot, isclose
from typing import Literal

from kbplatform.sdk import LANGS, Text
from kbplatform_calculators.answers import leading
from kbplatform_calculators.calculator import Result
from kbplatform_calculators.figures import Output, written
from kbplatform_calculators.inputs import Choice
from kbplatform_calculators.statistics import newcombe

Verdict = Literal["better", "worse", "higher", "lower", "unclear", "different", "same", "unknown"]
Basis = Literal["newcombe", "margins", "intervals", "exact", "rating", "word", "none"]

HEADLINES: dict[Verdict, Text] = {
    "better": Text("变好了", "Better"),
    "worse": Text("变差了", "Worse"),
    "higher": Text("升高了", "Higher"),
    "lower": Text("降低了", "Lower"),
    "unclear": Text("看不出变化", "No clear change"),
    "different": Text("有差别，但没有区间", "Different, but no interval"),
    "same": Text("一样", "The same"),
    "unknown": Text("还比不了", "Can't be compared yet"),
}
METHODS: dict[Basis, Text] = {
    "newcombe": Text(
        "两个比率之差的区间按 Newcombe（1998）算；区间里没有 0，才说真的变了。",
        "The difference of two rates has Newcombe's interval (1998). Only where 0 lies outside it do we call it a change.",
    ),
    "margins": Text(
        "两次的误差合成 √(m₁² + m₂²)；差得比它多，才说真的变了。",
        "The two margins together are √(m₁² + m₂²). Only a difference larger than that is called a change.",
    ),
    "intervals": Text(
        "这个数只知道前后各自的区间：两段不重叠，才说真的变了。这样判偏严，所以没看出变化，不等于没变。",
        "All that is known are the two intervals. Only where they don't overlap do we call it a change. That is a strict test: "
        "no clear change doesn't mean no change.",
    ),
    "exact": Text(
        "这个数是照输入精确算出来的，没有区间：差就是差，至于是不是碰巧，它说不出来。",
        "This figure is exact arithmetic and has no interval: the difference is what it is, and whether it is chance can't be said from it.",
    ),
    "rating": Text(
        "比的是评级，从差到好：{ratings}。数值在同一档里变了，评级看不出来。",
        "Judged by rating, from worst to best: {ratings}. A change within one rating doesn't show in it.",
    ),
    "word": Text(
        "这个结果是一句话，不是数，也没有好坏次序：只能说一样还是不一样。",
        "This answer is words, neither a number nor a rating: all that can be said is whether they are the same.",
    ),
    "none": Text("", ""),
}
_PER = {"proportion": 1.0, "percent": 100.0, "per 1,000": 1000.0}
"""What a share is multiplied by to be in this unit."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A verdict in words. ``difference`` is now less before, in the figure's own unit; ``interval`` its two ends where it has one."""

    before: Result
    now: Result
    verdict: Verdict
    basis: Basis
    difference: float | None
    interval: tuple[float, float] | None
    explanation: Text

    @property
    def headline(self) -> Text:
        """The verdict in a word or three."""
        return HEADLINES[self.verdict]

    @property
    def method(self) -> Text:
        """How it was judged, and why so."""
        words = METHODS[self.basis]
        if self.basis != "rating":
            return words
        labels = [label for _word, label in _rating(self.now).words]
        zh, en = "、".join(t.zh for t in labels), ", ".join(t.en for t in labels)
        return Text(words.zh.format(ratings=zh), words.en.format(ratings=en))


def compare(before: Result, now: Result) -> Comparison:
    """Hold two answers of one way against each other."""
    if not (before.enough and now.enough) or not now.way.outputs:
        zh, en, without = ("之前", "Before", before) if not before.enough else ("现在", "Now", now)
        words = Text(f"{zh}那组：{without.explanation.zh}", f"{en}: {without.explanation.en}")
        return Comparison(before, now, "unknown", "none", None, None, words)
    if other := _defined_otherwise(before, now):
        return Comparison(before, now, "unknown", "none", None, None, other)
    a, b = before.main, now.main
    if not isinstance(a, int | float) or not isinstance(b, int | float):
        return _of_words(before, now)
    basis, interval = _judged(before, now, float(a), float(b))
    verdict = _verdict(now, b - a, interval)
    turned = _turned(before, now)
    words = _words(before, now, b - a, interval, pointing=not turned)
    return Comparison(before, now, verdict, basis, b - a, interval, Text(words.zh + turned.zh, words.en + turned.en))


def _defined_otherwise(before: Result, now: Result) -> Text:
    """Words where a choice of definition differs: then the figures are no two values of one thing."""
    for field in now.way.inputs:
        if isinstance(field, Choice) and before.values.get(field.name) != now.values.get(field.name):
            zh = f"两次的“{field.label.zh}”选得不一样，不是同一个数，比不了。"
            return Text(zh, f"{field.label.en} differs: these aren't two values of one figure.")
    return Text("", "")


def _turned(before: Result, now: Result) -> Text:
    """What turned from one word into another beside the figure, as a check from passed to failed: more than the figure says."""
    zh, en = "", ""
    for output in now.way.outputs:
        was, is_ = (dict(output.words).get(str(r.outputs.get(output.name))) for r in (before, now))
        if was and is_ and was != is_:
            zh += f"“{output.label.zh}”从{was.zh}变成{is_.zh}。"
            en += f" {output.label.en}: {was.en} before, {is_.en} now."
    return Text(zh, en)


def _rating(result: Result) -> Output:
    return next(o for o in result.way.outputs if o.name == result.way.rating)


def _of_words(before: Result, now: Result) -> Comparison:
    """Two answers of which at least one is a word: by their ratings where the calculator has an order of them."""
    words = Text(f"之前：{before.headline.zh}；现在：{now.headline.zh}。", f"Before: {before.headline.en}. Now: {now.headline.en}.")
    order = [word for word, _label in _rating(now).words] if now.way.rating else []
    was, is_ = (r.outputs.get(now.way.rating) for r in (before, now))
    if was not in order or is_ not in order:
        return Comparison(before, now, "same" if before.main == now.main else "different", "word", None, None, words)
    change = order.index(str(is_)) - order.index(str(was))
    return Comparison(before, now, "better" if change > 0 else "worse" if change else "same", "rating", None, None, words)


def _judged(before: Result, now: Result, a: float, b: float) -> tuple[Basis, tuple[float, float] | None]:
    """On what the verdict rests, and the interval of the difference."""
    way, output = now.way, leading(now)
    if way.sample and output.unit in _PER:
        (k1, n1), (k2, n2) = way.sample(now.values), way.sample(before.values)
        if n1 > 0 and n2 > 0 and 0 <= k1 <= n1 and 0 <= k2 <= n2 and _is_rate(now, b, k1, n1) and _is_rate(before, a, k2, n2):
            low, high = newcombe(k1, n1, k2, n2)
            return "newcombe", (_PER[output.unit] * low, _PER[output.unit] * high)
    if way.margin:
        m1, m2 = now.outputs.get(way.margin), before.outputs.get(way.margin)
        if isinstance(m1, int | float) and isinstance(m2, int | float):
            half = hypot(m1, m2)
            return "margins", (b - a - half, b - a + half)
    if now.interval and before.interval:
        return "intervals", (now.interval[0] - before.interval[1], now.interval[1] - before.interval[0])
    return "exact", None


def _is_rate(result: Result, main: float, k: int, n: int) -> bool:
    """Whether the main figure is the sample's rate, so that an interval of one is an interval of the other."""
    return isclose(main, _PER[leading(result).unit] * k / n, rel_tol=1e-9, abs_tol=1e-9)


def _verdict(now: Result, difference: float, interval: tuple[float, float] | None) -> Verdict:
    if interval is None:
        return "same" if difference == 0 else "different"
    if interval[0] <= 0 <= interval[1]:
        return "unclear"
    up = difference > 0
    better = now.calculator.better
    if better not in {"higher", "lower"}:
        return "higher" if up else "lower"
    return "better" if up == (better == "higher") else "worse"


def _words(before: Result, now: Result, difference: float, interval: tuple[float, float] | None, *, pointing: bool) -> Text:
    output, up = leading(now), difference > 0
    zh, en = (_gap(output, abs(difference), lang) for lang in LANGS)
    if difference == 0:
        words = Text(f"之前和现在都是 {now.headline.zh}", f"{now.headline.en} both times")
    else:
        words = Text(
            f"从 {before.headline.zh} 到 {now.headline.zh}，{'高' if up else '低'}了 {zh}",
            f"From {before.headline.en} to {now.headline.en}: {'up' if up else 'down'} by {en}",
        )
    if interval is None:
        direction = _direction(now, difference) if pointing else Text("", "")
        return Text(f"{words.zh}{direction.zh}。", f"{words.en}{direction.en}.")
    low, high = (Text(*(_signed(output, end, lang) for lang in LANGS)) for end in interval)
    return Text(
        f"{words.zh}；差的 95% 区间是 {low.zh} 到 {high.zh}。",
        f"{words.en}; the 95% interval of the difference is {low.en} to {high.en}.",
    )


def _direction(now: Result, difference: float) -> Text:
    """Which way the difference points, where the figure has a good direction."""
    better = now.calculator.better
    if difference == 0 or better not in {"higher", "lower"}:
        return Text("", "")
    good = (difference > 0) == (better == "higher")
    return Text("，方向是好的", ", the right way") if good else Text("，方向不好", ", the wrong way")


def _gap(output: Output, value: float, lang: str) -> str:
    """A difference with its unit: shares differ by percentage points."""
    scale, unit = {"proportion": (100, "percentage points"), "percent": (1, "percentage points")}.get(output.unit, (1, output.unit))
    return written(scale * value, unit, "en" if lang == "en" else "zh", output.decimals)


def _signed(output: Output, value: float, lang: str) -> str:
    shown = _gap(output, abs(value), lang)
    return ("+" if copysign(1, value) > 0 else "−") + shown if value else shown
