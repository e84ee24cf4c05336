"""The resolution rate: of the cases that came in, how many the customer agrees are settled."""

from __future__ import annotations

from collections.abc import Mapping

from kbplatform.sdk import FieldError, Text
from kbplatform_calculators.definitions import Calculator, Count, Result
from kbplatform_calculators.statistics import wilson

SMALL_SAMPLE = 30


def _compute(values: Mapping[str, int]) -> Result:
    received, resolved = values["received"], values["resolved"]
    if received == 0:
        return Result(
            {"rate": None, "ci_low": None, "ci_high": None},
            Text("数据不够", "Not enough data"),
            Text("数据不够：这段时间一件也没收到，算不出比率。", "Not enough data: no case came in, so there is no rate to give."),
        )
    rate = resolved / received
    low, high = wilson(resolved, received)
    open_cases = received - resolved
    explanation = Text(
        f"收到 {received} 件，解决 {resolved} 件：解决率 {rate:.1%}，95% 区间 {low:.1%}–{high:.1%}。还有 {open_cases} 件没结。",
        f"{resolved} of {received} cases resolved: {rate:.1%}, with a 95% interval of {low:.1%} to {high:.1%}. {open_cases} still open.",
    )
    return Result({"rate": rate, "ci_low": low, "ci_high": high}, Text(f"{rate:.1%}", f"{rate:.1%}"), explanation, _warnings(received))


def _warnings(received: int) -> tuple[Text, ...]:
    cohort = Text(
        "只数这段时间收到的那批单子，而且要客户认了才算解决。旁边放上最老一件没结了几天。",
        "Count only cases received in the period, and only those the customer agreed are settled. Put the age of the oldest open case beside it.",
    )
    small = Text(
        f"不到 {SMALL_SAMPLE} 件：先看区间，再看比率。",
        f"Fewer than {SMALL_SAMPLE} cases: read the interval first, the rate second.",
    )
    return (small, cohort) if received < SMALL_SAMPLE else (cohort,)


def _part_within_whole(values: Mapping[str, int]) -> FieldError | None:
    if values["resolved"] <= values["received"]:
        return None
    return FieldError(
        "resolved",
        Text(
            "解决的不能多于收到的。以前积压、这次才结的单子不算在内。",
            "Can't be more than were received. Leave out cases that came in earlier and were closed now.",
        ),
    )


RESOLUTION_RATE = Calculator(
    id="resolution_rate",
    title=Text("解决率", "Resolution rate"),
    purpose=Text(
        "一批收到的单子里，有多大比例真的解决了，这个数有多稳。",
        "What share of the cases that came in is really settled, and how firm that figure is.",
    ),
    formula=Text("解决率 = 这批里已解决 ÷ 这批收到", "rate = resolved from this intake ÷ received in this intake"),
    inputs=(
        Count("received", Text("收到（件）", "Received (cases)"), Text("这段时间新收到的", "New in the period")),
        Count("resolved", Text("其中已解决（件）", "Of these, resolved (cases)"), Text("客户认了才算", "Only if the customer agreed")),
    ),
    compute=_compute,
    rules=(_part_within_whole,),
    example={"received": 20, "resolved": 15},
    expected={"rate": 0.75, "ci_low": 0.531299122, "ci_high": 0.888138299},
    source=Text("区间：Wilson（1927）", "Interval: Wilson (1927)"),
    aliases={
        "zh": ("解决率", "处理率", "结案率", "办结率"),
        "en": ("resolution rate", "handling rate", "close rate", "solve rate"),
    },
)
