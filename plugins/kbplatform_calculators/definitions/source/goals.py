"""Goals of service and sales, as the source completes and adjusts them."""

from __future__ import annotations

from kbplatform.sdk import Text
from kbplatform_calculators.calculator import AsInSource, Calculator, Caution, Example, Outputs, Values, Way
from kbplatform_calculators.definitions.source.origin import EXACT, ORIGIN, printed, title
from kbplatform_calculators.figures import Output
from kbplatform_calculators.inputs import Number, Share


def _goals(values: Values) -> Outputs:
    csat, sales, budget = values["customer_satisfaction_score"], values["sales_performance"], values["total_budget"]
    return {
        "Customer Satisfaction Completion": csat * 100,
        "Sales Performance Completion": sales / budget * 100 if budget else None,
        "Adjusted Customer Satisfaction Target": csat * 1.1,
        "Adjusted Sales Performance Target": sales * 0.9,
    }


GOAL_COMPLETION = Calculator(
    id="source.goal_completion",
    title=title("目标完成度", "goal completion"),
    purpose=Text(
        "原文给客服和销售各算一个“完成度”，再各乘一个写死的系数。",
        "The source gives service and sales a “completion” each, and multiplies each by a fixed factor.",
    ),
    formula=Text(
        "满意度×100；销售额÷预算×100；新目标：满意度×1.1，销售额×0.9",
        "satisfaction × 100; sales ÷ budget × 100; new targets: satisfaction × 1.1, sales × 0.9",
    ),
    group="source",
    main="Sales Performance Completion",
    better="higher",
    source=ORIGIN,
    aliases={"zh": ("原文目标完成度",), "en": ("goal completion of the source",)},
    practices=(10, 15),
    as_in_source=AsInSource(
        warning=Text(
            "销售额除的是预算，不是目标；1.1 和 0.9 是写死的，满意度一过 0.91，新目标就超过 100%。",
            "Sales are divided by a budget, not by a target; the factors 1.1 and 0.9 are fixed, and any satisfaction above 0.91 gets a target "
            "of more than 100%.",
        ),
        faults=(
            Text(
                "预算是花钱的上限，不是要卖到的数：除出来不叫完成度。",
                "A budget limits spending; it is not what was to be sold, so the quotient is no completion.",
            ),
            Text("满意度乘 100 就叫完成度，没有目标可比。", "Satisfaction times 100 is called completion, with no target to compare it with."),
            Text(
                "新目标不看做得怎样：一律 ×1.1 和 ×0.9；预算传进去也没用上。",
                "The new targets ignore the results: always × 1.1 and × 0.9; the budget is passed in and not used.",
            ),
            Text(
                "同一个满意度，一处印 85.0（百分数），一处印 0.935（比例）。",
                "The same satisfaction is 85.0 (percent) in one line and 0.935 (a share) in another.",
            ),
            Text("第 15 条和第 10 条逐字相同。", "Practice 15 repeats practice 10 word for word."),
        ),
        sound=("goal_attainment", "balanced_scorecard"),
    ),
    ways=(
        Way(
            inputs=(
                Share(name="customer_satisfaction_score", label=Text("满意度", "Customer satisfaction"), better="higher"),
                Number(name="sales_performance", label=Text("销售额", "Sales"), unit="money", better="higher"),
                Number(name="total_budget", label=Text("总预算", "Total budget"), unit="money"),
            ),
            outputs=(
                Output(name="Customer Satisfaction Completion", label=Text("满意度“完成度”", "Satisfaction “completion”"), unit="percent"),
                Output(name="Sales Performance Completion", label=Text("销售“完成度”", "Sales “completion”"), unit="percent"),
                Output(
                    name="Adjusted Customer Satisfaction Target",
                    label=Text("调整后的满意度目标", "Adjusted satisfaction target"),
                    unit="proportion",
                ),
                Output(name="Adjusted Sales Performance Target", label=Text("调整后的销售目标", "Adjusted sales target"), unit="money", decimals=0),
            ),
            compute=_goals,
            sentence=Text(
                "原文印出：满意度“完成” {Customer Satisfaction Completion}，销售“完成” {Sales Performance Completion}；"
                "新目标是满意度 {Adjusted Customer Satisfaction Target}、销售额 {Adjusted Sales Performance Target}。",
                "The source prints satisfaction “completed” to {Customer Satisfaction Completion} and sales to {Sales Performance Completion}, "
                "with new targets of {Adjusted Customer Satisfaction Target} and {Adjusted Sales Performance Target}.",
            ),
            working=printed(
                ("{customer_satisfaction_score} × 100", "Customer Satisfaction Completion"),
                ("{sales_performance} ÷ {total_budget} × 100", "Sales Performance Completion"),
                ("{customer_satisfaction_score} × 1.1", "Adjusted Customer Satisfaction Target"),
                ("{sales_performance} × 0.9", "Adjusted Sales Performance Target"),
            ),
            empty=Text("预算是 0，除不了；原文的程序会报错退出。", "the budget is zero; the source's program stops with an error."),
            cautions=(
                Caution(
                    Text("新的满意度目标超过 100%，谁也达不到。", "The new satisfaction target is above 100%: nobody can reach it."),
                    lambda values, _outputs: values["customer_satisfaction_score"] * 1.1 > 1,
                ),
            ),
            examples=(
                Example(
                    {"customer_satisfaction_score": 0.85, "sales_performance": 1_200_000, "total_budget": 2_000_000},
                    {
                        "Customer Satisfaction Completion": 85.0,
                        "Sales Performance Completion": 60.0,
                        "Adjusted Customer Satisfaction Target": 0.935,
                        "Adjusted Sales Performance Target": 1080000.0,
                    },
                    "practices 10 and 15",
                    EXACT,
                ),
            ),
        ),
    ),
)
