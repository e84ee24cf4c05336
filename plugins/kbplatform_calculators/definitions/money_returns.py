"""Is it worth the money? What comes back over time: from a training, from a customer who stays."""

from __future__ import annotations

from kbplatform.sdk import Text
from kbplatform_calculators.arithmetic import exact, ratio, said
from kbplatform_calculators.calculator import Calculator, Caution, Example, Outputs, Values, Way
from kbplatform_calculators.figures import Output
from kbplatform_calculators.inputs import Number, Share


def _training(values: Values) -> Outputs:
    costs = exact(values["costs"])
    credited = exact(values["benefits"]) * exact(values["isolation"])
    return {
        "roi_pct": ratio(credited - costs, costs, 100),
        "bcr": ratio(credited, costs),
        "payback_months": ratio(costs, credited, 12),
        "net": float(credited - costs),
    }


def _training_words(_values: Values, outputs: Outputs) -> Text:
    back = Text("，{payback_months}回本", "; paid back in {payback_months}") if outputs["payback_months"] is not None else Text("", "")
    if float(outputs["net"] or 0) < 0:
        loss = said(-float(outputs["net"] or 0), "money", 0)
        return Text(
            f"花了 {{costs}}，算到培训头上的收益没盖过成本，差 {loss.zh}：回报率 {{roi_pct}}。",
            f"The benefit credited to the training falls {loss.en} short of the {{costs}} it cost: a return of {{roi_pct}}.",
        )
    return Text(
        f"花 {{costs}}，扣掉成本净得 {{net}}：回报率 {{roi_pct}}，每块钱换回 {{bcr}}{back.zh}。",
        f"{{costs}} spent, {{net}} gained after costs: a return of {{roi_pct}}, or {{bcr}} for each unit spent{back.en}.",
    )


TRAINING_ROI = Calculator(
    id="training_roi",
    title=Text("培训投资回报率", "Training return on investment"),
    purpose=Text(
        "一场培训花的钱，一年里挣回来多少、几个月回本。", "What a training brings back in a year for what it cost, and when it has paid for itself."
    ),
    formula=Text(
        "回报率 =（收益 × 归因比例 − 成本）÷ 成本；回本月数 = 12 × 成本 ÷（年收益 × 归因比例）",
        "ROI = (benefits × credited share − costs) ÷ costs; payback = 12 × costs ÷ (annual benefits × credited share)",
    ),
    group="money",
    main="roi_pct",
    better="higher",
    source=Text("Phillips 回报率的例子，123articleonline 470297", "Phillips ROI example, 123articleonline 470297"),
    aliases={
        "zh": ("培训ROI", "培训回报率", "投资回报率", "培训投入产出", "回本"),
        "en": ("training ROI", "return on investment", "benefit-cost ratio", "BCR", "payback"),
    },
    practices=(13, 18, 26),
    assumptions=(
        Text("成本要算学员脱岗那几天的工资。", "Costs include the pay of the learners while they learn."),
        Text(
            "收益按一年算，同期别的改动带来的要先剔掉（对照组或趋势）。",
            "Benefits are of one year; first take out what other changes brought (a control group, or the trend).",
        ),
        Text(
            "先看学没学会、用没用上（柯氏 1–4 级），大项目才算回报。",
            "First ask whether people learnt it and use it (Kirkpatrick 1–4); a return is for big programmes.",
        ),
    ),
    ways=(
        Way(
            inputs=(
                Number(name="benefits", label=Text("一年的收益", "Benefits of a year"), unit="money", better="higher"),
                Number(
                    name="costs",
                    label=Text("培训成本", "Costs"),
                    hint=Text("含学员脱岗工资", "With the learners' paid time"),
                    unit="money",
                    above=0,
                    better="lower",
                ),
                Share(
                    name="isolation",
                    label=Text("算到培训头上的比例", "Share credited to the training"),
                    hint=Text("不填就是全部", "All of it if left empty"),
                    optional=True,
                    default=1,
                    better="higher",
                ),
            ),
            outputs=(
                Output(name="roi_pct", label=Text("回报率", "Return"), unit="percent"),
                Output(name="bcr", label=Text("收益 ÷ 成本", "Benefit-cost ratio"), decimals=2),
                Output(name="payback_months", label=Text("几个月回本", "Payback"), unit="months"),
                Output(name="net", label=Text("净收益", "Net benefit"), unit="money", decimals=0),
            ),
            compute=_training,
            sentence=_training_words,
            working=Text("({benefits} × {isolation} − {costs}) ÷ {costs} = {roi_pct}", "({benefits} × {isolation} − {costs}) ÷ {costs} = {roi_pct}"),
            empty=Text("成本小到算不出比例。", "the costs are too small for a ratio."),
            cautions=(
                Caution(
                    Text("收益全算成培训的功劳：别的改动有没有份？", "All of the benefit is credited to the training: did nothing else change?"),
                    lambda values, _outputs: values["isolation"] == 1,
                ),
            ),
            examples=(
                Example(
                    {"benefits": 350000, "costs": 125000, "isolation": 1},
                    {"roi_pct": 180.0, "bcr": 2.8, "payback_months": 4.285714286},
                    "Phillips ROI example, 123articleonline 470297",
                ),
            ),
        ),
    ),
)


def _lifetime(values: Values) -> Outputs:
    kept = exact(values["retention"])
    multiple = kept / (1 + exact(values["discount"]) - kept)
    return {"multiple": float(multiple), "clv": float(exact(values["margin"]) * multiple - exact(values["acquisition"]))}


def _lifetime_words(_values: Values, outputs: Outputs) -> Text:
    if float(outputs["clv"] or 0) < 0:
        loss = said(-float(outputs["clv"] or 0), "money", 2)
        return Text(
            f"每年毛利 {{margin}}、留存 {{retention}}，赚不回获客花的 {{acquisition}}，每位亏 {loss.zh}。",
            f"{{margin}} a year at {{retention}} retention does not earn back the {{acquisition}} spent to win the customer: {loss.en} lost on each.",
        )
    return Text(
        "每年毛利 {margin}、留存 {retention}：一位客户值 {clv}，毛利的 {multiple} 倍（获客成本已扣）。",
        "{margin} a year at {retention} retention: a customer is worth {clv} after the cost of winning them; the margin counts {multiple} times.",
    )


CLV = Calculator(
    id="clv",
    title=Text("客户终身价值 CLV", "Customer lifetime value (CLV)"),
    purpose=Text("留住一位客户，往后一共值多少钱。", "What a customer who stays is worth in all the years to come."),
    formula=Text(
        "CLV = 年毛利 × 留存率 ÷（1 + 折现率 − 留存率）− 获客成本", "CLV = margin × retention ÷ (1 + discount − retention) − acquisition cost"
    ),
    group="money",
    main="clv",
    better="higher",
    source=Text("Gupta / Lehmann 乘数（留存 80%、折现 10% 时 2.67）", "Gupta / Lehmann multiple (2.67 at 80% retention and 10% discount)"),
    aliases={
        "zh": ("CLV", "LTV", "客户终身价值", "生命周期价值", "客户价值"),
        "en": ("CLV", "LTV", "lifetime value", "customer value"),
    },
    assumptions=(
        Text("填毛利，不是收入。", "Use the margin, not the revenue."),
        Text(
            "留存率年年不变是很强的假设：刚来的客户往往走得更快。",
            "A retention that never changes is a strong assumption: new customers tend to leave sooner.",
        ),
    ),
    ways=(
        Way(
            inputs=(
                Number(name="margin", label=Text("每年毛利", "Margin a year"), hint=Text("每位客户", "Per customer"), unit="money", better="higher"),
                Share(name="retention", label=Text("年留存率", "Retention a year"), maximum=0.999, better="higher"),
                Share(name="discount", label=Text("折现率", "Discount rate"), hint=Text("例如 10%", "For example 10%"), better="lower"),
                Number(name="acquisition", label=Text("获客成本", "Acquisition cost"), unit="money", optional=True, default=0, better="lower"),
            ),
            outputs=(
                Output(name="clv", label=Text("CLV", "CLV"), unit="money", decimals=2),
                Output(name="multiple", label=Text("毛利乘数", "Margin multiple"), decimals=2),
            ),
            compute=_lifetime,
            sentence=_lifetime_words,
            working=Text(
                "{margin} × {retention} ÷ (1 + {discount} − {retention}) − {acquisition} = {clv}",
                "{margin} × {retention} ÷ (1 + {discount} − {retention}) − {acquisition} = {clv}",
            ),
            examples=(
                Example(
                    {"margin": 100, "retention": 0.8, "discount": 0.1, "acquisition": 0},
                    {"multiple": 2.666666667, "clv": 266.666666667},
                    "Gupta/Lehmann multiple at r=80%, i=10%",
                ),
            ),
        ),
    ),
)

RETURNS: tuple[Calculator, ...] = (TRAINING_ROI, CLV)
