"""How good is it, all in all? Several measures in one score, and how far from the goal."""

from __future__ import annotations

from fractions import Fraction
from math import isclose
from typing import Any

from kbplatform.sdk import FieldError, Text
from kbplatform_calculators.calculator import Calculator, Caution, Example, Outputs, Values, Way
from kbplatform_calculators.figures import Output, number
from kbplatform_calculators.inputs import LARGEST, Choice, Label, Number, Table


def _scored(row: tuple[Any, ...]) -> Fraction:
    """One indicator on the scale from its worst (0) to its target (100), exactly as typed."""
    value, worst, target = (Fraction(str(x)) for x in row[1:4])
    return 100 * min(Fraction(1), max(Fraction(), (value - worst) / (target - worst)))


def _scorecard(values: Values) -> Outputs:
    rows = values["indicators"]
    scores = [_scored(row) for row in rows]
    weights = [Fraction(str(row[4])) for row in rows]
    weakest = min(range(len(rows)), key=scores.__getitem__)
    score = sum(w * s for w, s in zip(weights, scores, strict=True)) / sum(weights)
    return {"score": float(score), "lowest": rows[weakest][0], "lowest_score": float(scores[weakest])}


def _on_scale(values: Values) -> FieldError | None:
    flat = next((n for n, row in enumerate(values["indicators"], 1) if row[2] == row[3]), None)
    if flat is None:
        return None
    return FieldError(
        "indicators",
        Text(
            f"第 {flat} 行的目标不能和“最差”一样，否则没有刻度",
            f"Row {flat}: the target can't equal the worst value, there would be no scale",
        ),
    )


def _weighed(values: Values) -> FieldError | None:
    total = float(sum(Fraction(str(row[4])) for row in values["indicators"]))
    if not total:
        return FieldError("indicators", Text("权重加起来是 0，没法合成", "The weights add up to 0: nothing to combine"))
    if values["normalise"] == "no" and not isclose(total, 1, rel_tol=0, abs_tol=1e-9):
        shown = number(100 * total)
        return FieldError(
            "indicators",
            Text(
                f"权重合计是 {shown}%，要改成 100%，或者在“按比例折算权重”选“是”",
                f"The weights add up to {shown}%: make that 100%, or choose to scale the weights",
            ),
        )
    return None


def _weakest(_values: Values, outputs: Outputs) -> Text:
    if outputs["lowest_score"] == 100:
        return Text("综合 {score}（满分 100）：每一项都到了目标。", "{score} out of 100: every indicator is at its target.")
    return Text(
        "综合 {score}（满分 100）；最弱的是“{lowest}”，{lowest_score}。", "{score} out of 100. The weakest is “{lowest}” with {lowest_score}."
    )


def _row_by_row(values: Values, _outputs: Outputs) -> Text:
    """The table behind the total, in words: what people type is kept from being read as a template."""
    rows = values["indicators"]
    total = sum(row[4] for row in rows)
    parts = [(str(row[0]).replace("{", "{{").replace("}", "}}"), number(float(_scored(row)), 1), number(100 * row[4] / total)) for row in rows]
    zh = "；".join(f"{name} {score} 分 × {weight}%" for name, score, weight in parts)
    en = "; ".join(f"{name} {score} × {weight}%" for name, score, weight in parts)
    return Text(zh + " → {score}", en + " → {score}")


_SEED = (
    ("response_time_s", 2, 60, 20, 0.2),
    ("resolution_rate", 0.9523809523809523, 0.7, 0.95, 0.2),
    ("csat", 0.9, 0.6, 0.95, 0.2),
    ("complaint_rate", 0.047619047619047616, 0.1, 0.01, 0.2),
    ("retention", 0.95, 0.7, 0.95, 0.2),
)

BALANCED_SCORECARD = Calculator(
    id="balanced_scorecard",
    title=Text("服务质量综合评分", "Balanced service scorecard"),
    purpose=Text(
        "几项单位不同的指标，各自折成 0–100 再按权重合成一个分。",
        "Several measures in different units, each put on 0–100 and weighed into one score.",
    ),
    formula=Text(
        "单项分 = 100 ×（实际 − 最差）÷（目标 − 最差），限在 0–100；综合分 = 各项 权重 × 单项分 之和，权重合计为 1",
        "each = 100 × (value − worst) ÷ (target − worst), kept within 0–100; score = sum of weight × each, weights adding up to 1",
    ),
    group="quality",
    main="score",
    better="higher",
    source=Text(
        "按实践 1 的数据构造（假定 105 次来访，目标值为示例）。", "Constructed from practice 1 (105 contacts assumed; targets are examples)."
    ),
    aliases={
        "zh": ("综合评分", "综合得分", "平衡计分卡", "记分卡", "归一化加权", "服务质量分", "总分"),
        "en": ("balanced scorecard", "composite score", "weighted score", "service quality index", "scorecard"),
    },
    practices=(1, 3, 28),
    assumptions=(
        Text(
            "总分会把一项变差盖住：分项永远贴在总分下面一起看。",
            "A total hides what got worse behind what got better: always show the rows beneath it.",
        ),
        Text("没有人复核原始单子之前，别拿它定某个人的奖金。", "Never use it for one person's pay before somebody has gone through the cases."),
        Text("“最差”和“目标”先定好、签了字，再打开数据。", "Agree on worst and target before anyone looks at the data."),
    ),
    ways=(
        Way(
            inputs=(
                Table(
                    name="indicators",
                    label=Text("指标", "Indicators"),
                    hint=Text(
                        "每行一项：名称; 实际; 最差; 目标; 权重。越低越好的，目标填得比最差小就行",
                        "One a line: name; value; worst; target; weight. Where lower is better, the target is below the worst",
                    ),
                    columns=(
                        Label(name="name", label=Text("名称", "Name")),
                        Number(name="value", label=Text("实际", "Value"), minimum=-LARGEST),
                        Number(name="worst", label=Text("最差", "Worst"), minimum=-LARGEST),
                        Number(name="target", label=Text("目标", "Target"), minimum=-LARGEST),
                        Number(name="weight", label=Text("权重", "Weight")),
                    ),
                    most=12,
                ),
                Choice(
                    name="normalise",
                    label=Text("按比例折算权重", "Scale the weights"),
                    hint=Text("权重合计不是 100% 时选“是”", "Choose yes if they don't add up to 100%"),
                    options=(("no", Text("否", "No")), ("yes", Text("是", "Yes"))),
                    optional=True,
                    default="no",
                ),
            ),
            outputs=(
                Output(name="score", label=Text("综合分", "Score"), unit="points"),
                Output(name="lowest", label=Text("最弱的一项", "Weakest indicator")),
                Output(name="lowest_score", label=Text("它的单项分", "Its own score"), unit="points"),
            ),
            compute=_scorecard,
            rules=(_on_scale, _weighed),
            sentence=_weakest,
            working=_row_by_row,
            cautions=(
                Caution(
                    Text(
                        "“{lowest}”已经到了最差线，总分看不出来：先处理它，再谈总分。",
                        "“{lowest}” is at its worst value or beyond, which the total doesn't show: see to that first.",
                    ),
                    lambda _values, outputs: outputs["lowest_score"] == 0,
                ),
            ),
            examples=(Example({"indicators": [list(r) for r in _SEED]}, {"score": 88.783068783}, "constructed from practice 1"),),
        ),
    ),
)


def _attained(values: Values) -> Outputs:
    actual, target, lower = values["actual"], values["target"], values["direction"] == "lower"
    met = actual <= target if lower else actual >= target
    if not lower:
        attainment: float | str = 100 * actual / target
    else:
        attainment = 100 * target / actual if actual else "met"
    return {"attainment_pct": attainment, "status": "met" if met else "missed", "gap": float(Fraction(str(actual)) - Fraction(str(target)))}


def _against_goal(values: Values, outputs: Outputs) -> Text:
    if outputs["attainment_pct"] == "met":
        return Text(
            "目标是不超过 {target}，实际是 0：达标，再低也没有了。", "The goal was at most {target} and the figure is 0: met, it can't go lower."
        )
    lower = values["direction"] == "lower"
    zh = "目标不超过 {target}" if lower else "目标 {target}"
    en = "at most {target}" if lower else "{target}"
    return Text(
        zh + "，实际 {actual}：达成 {attainment_pct}，{status}。",
        "The goal was " + en + ", the figure is {actual}: {attainment_pct} of the goal, {status}.",
    )


def _goal_working(values: Values, outputs: Outputs) -> Text:
    if outputs["attainment_pct"] == "met":
        return Text("{actual} ≤ {target}", "{actual} ≤ {target}")
    sum_ = "{target} ÷ {actual} = {attainment_pct}" if values["direction"] == "lower" else "{actual} ÷ {target} = {attainment_pct}"
    return Text(sum_, sum_)


GOAL_ATTAINMENT = Calculator(
    id="goal_attainment",
    title=Text("目标达成率", "Goal attainment"),
    purpose=Text("离目标还差多少；越低越好的指标也算得对。", "How far from the goal, also where lower is better."),
    formula=Text("越高越好：实际 ÷ 目标；越低越好：目标 ÷ 实际", "higher is better: actual ÷ target; lower is better: target ÷ actual"),
    group="quality",
    main="attainment_pct",
    better="higher",
    source=Text("按实践 10、15 构造。", "Constructed from practices 10 and 15."),
    aliases={
        "zh": ("目标达成率", "达成率", "完成率", "达标", "KPI 完成率"),
        "en": ("goal attainment", "target achievement", "attainment", "KPI"),
    },
    practices=(10, 15),
    assumptions=(
        Text(
            "预算是拿来花的，不是销售目标：别拿花掉的钱去除。",
            "A spending budget is no sales target: don't divide by money that was meant to be spent.",
        ),
        Text("比例的目标不会超过 100%；两格要用同一种写法。", "A target for a share can't exceed 100%; write both fields the same way."),
    ),
    ways=(
        Way(
            inputs=(
                Number(
                    name="actual",
                    label=Text("实际", "Actual"),
                    hint=Text("数字或百分比，和目标同一种写法", "A number or %, written like the target"),
                    toward="target",
                ),
                Number(name="target", label=Text("目标", "Target"), above=0, toward="actual"),
                Choice(
                    name="direction",
                    label=Text("哪头好", "Which way is better"),
                    options=(("higher", Text("越高越好", "Higher is better")), ("lower", Text("越低越好", "Lower is better"))),
                    optional=True,
                    default="higher",
                ),
            ),
            outputs=(
                Output(name="attainment_pct", label=Text("达成率", "Attainment"), unit="percent", words=(("met", Text("达标", "Met")),)),
                Output(
                    name="status",
                    label=Text("结论", "Verdict"),
                    words=(("missed", Text("没达标", "missed")), ("met", Text("达标", "met"))),
                ),
                Output(name="gap", label=Text("实际 − 目标", "Actual − target"), decimals=2),
            ),
            compute=_attained,
            rating="status",
            sentence=_against_goal,
            working=_goal_working,
            cautions=(
                Caution(
                    Text(
                        "实际像比例，目标不像：两格要么都写 0.9，要么都写 90%。",
                        "The figure looks like a share and the target doesn't: write both as 0.9, or both as 90%.",
                    ),
                    lambda values, _outputs: 0 < values["actual"] < 1 < values["target"] <= 100,
                ),
            ),
            examples=(
                Example(
                    {"actual": 0.85, "target": 0.9, "direction": "higher"}, {"attainment_pct": 94.444444444}, "constructed from practices 10 and 15"
                ),
                Example(
                    {"actual": 0, "target": 5, "direction": "lower"},
                    {"attainment_pct": "met", "status": "met"},
                    "edge case: nothing is fewer than none",
                ),
            ),
        ),
    ),
)

SCORES: tuple[Calculator, ...] = (BALANCED_SCORECARD, GOAL_ATTAINMENT)
