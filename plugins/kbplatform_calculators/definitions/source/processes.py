"""The steps of a process, added up as the source does."""

from __future__ import annotations

from kbplatform.sdk import Text
from kbplatform_calculators.calculator import AsInSource, Calculator, Caution, Example, Outputs, Values, Way
from kbplatform_calculators.definitions.source.origin import EXACT, ORIGIN, UNUSED, after, title
from kbplatform_calculators.figures import Output
from kbplatform_calculators.inputs import Duration, Record, Series


def _durations(values: Values) -> Outputs:
    return {"Total Duration": sum(values["step_durations"]), "Optimized Duration": sum(values["step_durations_optimized"])}


_STEP = Duration(name="step", label=Text("步骤", "Step"))
_STEPS = Series(name="step_durations", label=Text("每步几分钟", "Minutes per step"), item=_STEP, better="lower")


def _process(practice: int, labels: str, names: tuple[str, ...]) -> Way:
    """The same two sums; the practices differ in what they call the list of step names, which neither uses."""
    return Way(
        name=labels,
        title=Text(f"第 {practice} 条的写法", f"As practice {practice} names it"),
        inputs=(_STEPS, after(_STEPS, "optimized"), Record(name=labels, label=Text("步骤名", "Step names"), hint=UNUSED, optional=True)),
        outputs=(
            Output(name="Total Duration", label=Text("总耗时", "Total duration"), unit="min"),
            Output(name="Optimized Duration", label=Text("“优化后”的总耗时", "“Optimised” duration"), unit="min"),
        ),
        compute=_durations,
        sentence=Text(
            "各步加起来 {Total Duration}，“优化后” {Optimized Duration}。省了多少，原文没算。",
            "The steps take {Total Duration}, and {Optimized Duration} once “optimised”. How much that saves the source never works out.",
        ),
        working=_sums,
        cautions=(
            Caution(
                Text(
                    "前后步数不一样，逐步对不上；原文照加不误。",
                    "Before and after have different numbers of steps; the source adds them up all the same.",
                ),
                lambda values, _outputs: len(values["step_durations"]) != len(values["step_durations_optimized"]),
            ),
        ),
        examples=(
            Example(
                {"step_durations": [5, 3, 2, 4], "step_durations_optimized": [3, 2, 1, 2], labels: list(names)},
                {"Total Duration": 14, "Optimized Duration": 8},
                f"practice {practice}",
                EXACT,
            ),
        ),
    )


def _sums(values: Values, outputs: Outputs) -> Text:
    pairs = (("step_durations", "Total Duration"), ("step_durations_optimized", "Optimized Duration"))
    lines = [f"{_plus(values[steps])} = {outputs[total]}" for steps, total in pairs]
    return Text("；".join(lines), "; ".join(lines))


def _plus(members: tuple[float, ...]) -> str:
    shown = " + ".join(str(m) for m in members[:12])
    return f"{shown} + …" if len(members) > 12 else shown


PROCESS_DURATION = Calculator(
    id="source.process_duration",
    title=title("流程总耗时", "process duration"),
    purpose=Text("原文把各步的分钟加起来，前后各一次。", "The source adds up the minutes of all steps, before and after."),
    formula=Text("总耗时 = 各步分钟之和，前后各算一次", "duration = sum of the steps' minutes, before and after"),
    group="source",
    main="Optimized Duration",
    better="lower",
    source=ORIGIN,
    aliases={"zh": ("原文流程总耗时",), "en": ("process duration of the source",)},
    practices=(2, 16),
    as_in_source=AsInSource(
        warning=Text(
            "“优化后”的分钟数是事先写好的：没说哪一步为什么变快，也没把等待和干活分开。",
            "The “optimised” minutes are typed in: nothing says which step got faster or why, and waiting is not kept apart from work.",
        ),
        faults=(
            Text("“优化后”的时长是写死的。", "The “optimised” durations are typed in."),
            Text("省下的 6 分钟（42.9%）始终没算出来。", "The saving of 6 minutes (42.9%) is never worked out."),
            Text(
                "步骤名没用上，也没和时长对上：两边长短不一也不会提醒。",
                "Step names are unused and not tied to the minutes: lists of unequal length pass without a word.",
            ),
            Text(
                "等待和干活不分，默认一步接一步，也不看一个月有多少单。",
                "Waiting and work are not told apart, steps are taken to follow one another, and volume is missing.",
            ),
            Text("第 16 条就是第 2 条，步骤名换成了英文。", "Practice 16 is practice 2 with English step names."),
        ),
        sound=("process_time", "time_savings_value"),
    ),
    ways=(
        _process(2, "steps", ("登录系统", "查询问题", "提出解决方案", "通知客户")),
        _process(16, "process_steps", ("Login System", "Query Issue", "Propose Solution", "Notify Customer")),
    ),
)
