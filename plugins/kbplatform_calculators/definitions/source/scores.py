"""Scores of the source for service as a whole and for satisfaction, which add what can't be added."""

from __future__ import annotations

from kbplatform.sdk import Text
from kbplatform_calculators.calculator import AsInSource, Calculator, Caution, Example, Outputs, Values, Way
from kbplatform_calculators.definitions.source.origin import EXACT, ORIGIN, after, printed, title
from kbplatform_calculators.figures import Output
from kbplatform_calculators.inputs import Count, Duration, Share

_SOLVED = Count(name="solved_issues", label=Text("解决的问题", "Issues solved"), unit="cases", better="higher")
_CSAT = Share(name="customer_satisfaction", label=Text("满意度", "Customer satisfaction"), better="higher")
_CSAT_SCORE = Share(name="customer_satisfaction_score", label=Text("满意度", "Customer satisfaction"), better="higher")
_RESPONSE = Duration(name="average_response_time", label=Text("平均响应时间", "Average response time"), better="lower")
_RESOLUTION = Duration(name="average_issue_resolution_time", label=Text("平均解决时间", "Average resolution time"), better="lower")


def _service(values: Values) -> Outputs:
    total = (
        values["response_time"]
        + values["solved_issues"]
        + values["customer_satisfaction"]
        + (1 - values["complaints"])
        + values["customer_retention"]
    )
    return {"Customer Service Score": total / 5}


SERVICE_SCORE = Calculator(
    id="source.service_score",
    title=title("客户服务分数", "customer service score"),
    purpose=Text(
        "原文把五个数加起来除以 5，叫作服务质量的评分。", "The source adds five figures, divides by five and calls it the quality of service."
    ),
    formula=Text(
        "分数 =（响应秒数 + 解决件数 + 满意度 +（1 − 投诉件数）+ 留存率）÷ 5",
        "score = (response in seconds + issues solved + satisfaction + (1 − complaints) + retention) ÷ 5",
    ),
    group="source",
    main="Customer Service Score",
    better="higher",
    source=ORIGIN,
    aliases={"zh": ("原文客户服务分数",), "en": ("customer service score of the source",)},
    practices=(1,),
    as_in_source=AsInSource(
        warning=Text(
            "这个分数把秒、件数和比例直接相加：解决件数几乎就是全部得分，响应越慢分数反而越高。",
            "This score adds seconds, cases and shares: the number of cases is nearly all of it, and a slower response makes it rise.",
        ),
        faults=(
            Text("单位混在一起：秒 + 件 + 比例。", "Units mixed: seconds + cases + shares."),
            Text(
                "方向反了：正文说响应越快越好，公式里响应越慢分数越高。",
                "Wrong way round: the text says faster is better, the formula rewards being slow.",
            ),
            Text("“1 − 投诉”本来要的是投诉率；拿 5 件进去，得 −4。", "“1 − complaints” wanted a rate; with 5 cases it gives −4."),
            Text("一项压倒全部：99.85 里有 100 是解决件数。", "One term outweighs all: of the 99.85, 100 is the number of cases solved."),
            Text("没有上限，人多的组分就高；投诉也没有除以什么。", "It has no ceiling and grows with the team; complaints are set against nothing."),
            Text("印出的是 19.970000000000002，小数的误差也没收拾。", "It prints 19.970000000000002, rounding noise and all."),
        ),
        sound=("balanced_scorecard", "csat", "fcr", "complaint_rate", "retention_churn"),
    ),
    ways=(
        Way(
            inputs=(
                Duration(
                    name="response_time",
                    label=Text("响应时间", "Response time"),
                    hint=Text("按秒", "In seconds"),
                    unit="s",
                    better="lower",
                ),
                _SOLVED,
                _CSAT,
                Count(name="complaints", label=Text("投诉", "Complaints"), unit="cases", better="lower"),
                Share(name="customer_retention", label=Text("客户留存率", "Customer retention"), better="higher"),
            ),
            outputs=(Output(name="Customer Service Score", label=Text("客户服务分数", "Customer service score"), decimals=2),),
            compute=_service,
            sentence=Text(
                "原文把响应 {response_time}、解决 {solved_issues} 件、满意度 {customer_satisfaction}、投诉 {complaints} 件、"
                "留存 {customer_retention} 加成一个分数：{Customer Service Score}。",
                "From a response of {response_time}, {solved_issues} solved, {customer_satisfaction} satisfied, {complaints:complaint} and "
                "{customer_retention} retained, the source makes one score: {Customer Service Score}.",
            ),
            working=printed(
                (
                    "({response_time} + {solved_issues} + {customer_satisfaction} + (1 − {complaints}) + {customer_retention}) ÷ 5",
                    "Customer Service Score",
                )
            ),
            cautions=(
                Caution(
                    Text("“1 − 投诉”已经是负数：原文把件数当成了比率。", "“1 − complaints” is negative here: the source takes a count for a rate."),
                    lambda values, _outputs: values["complaints"] > 1,
                ),
            ),
            examples=(
                Example(
                    {
                        "response_time": 2,
                        "solved_issues": 100,
                        "customer_satisfaction": 0.9,
                        "complaints": 5,
                        "customer_retention": 0.95,
                    },
                    {"Customer Service Score": 19.970000000000002},
                    "practice 1",
                    EXACT,
                ),
            ),
        ),
    ),
)

_SATISFACTION = (
    Output(name="Customer Satisfaction Score", label=Text("客户满意度得分", "Customer satisfaction score"), decimals=2),
    Output(name="Improved Customer Satisfaction Score", label=Text("“提高后”的得分", "“Improved” score"), decimals=2),
)
_TWO_SCORES = Text(
    "原文印出两个得分：{Customer Satisfaction Score} 和“提高后”的 {Improved Customer Satisfaction Score}。都不是百分数。",
    "The source prints two scores: {Customer Satisfaction Score}, and “improved” {Improved Customer Satisfaction Score}. Neither is a percentage.",
)


def _sum(response: float, solved: float, csat: float) -> float:
    return (1 - response / 60) + (solved / 100) + csat


def _satisfaction_sum(values: Values) -> Outputs:
    names = ("response_time", "solved_issues", "customer_satisfaction")
    return {
        "Customer Satisfaction Score": _sum(*(values[n] for n in names)),
        "Improved Customer Satisfaction Score": _sum(*(values[f"{n}_improved"] for n in names)),
    }


_RESPONSE_TIME = Duration(name="response_time", label=Text("响应时间", "Response time"), better="lower")

SATISFACTION_SUM = Calculator(
    id="source.satisfaction_sum",
    title=title("客户满意度得分（相加）", "customer satisfaction score, added"),
    purpose=Text(
        "原文第 3 条把响应、件数和满意度加成一个“满意度得分”。",
        "Practice 3 of the source adds response, cases and satisfaction into a “satisfaction score”.",
    ),
    formula=Text(
        "得分 =（1 − 响应分钟 ÷ 60）+ 解决件数 ÷ 100 + 满意度", "score = (1 − response in minutes ÷ 60) + issues solved ÷ 100 + satisfaction"
    ),
    group="source",
    main="Customer Satisfaction Score",
    better="higher",
    source=ORIGIN,
    aliases={"zh": ("原文满意度得分",), "en": ("satisfaction score of the source",)},
    practices=(3,),
    as_in_source=AsInSource(
        warning=Text(
            "这是三个量之和，可以超过 3，里面本来就有满意度；它不是百分数，也不能和第 28 条的同名得分比。",
            "A sum of three terms that can exceed 3 and already contains satisfaction: no percentage, and not comparable with the score of the same "
            "name in practice 28.",
        ),
        faults=(
            Text("三项相加，没有上下限：印出的 2.55 和 2.77 都大于 1。", "Three terms added, without bounds: the printed 2.55 and 2.77 are above 1."),
            Text("绕圈子：满意度既是输入，又是要算的东西。", "Circular: satisfaction goes in, and satisfaction is said to come out."),
            Text(
                "60 和 100 从哪来，没有交代；响应超过 60 分钟，第一项变负数。",
                "The divisors 60 and 100 come from nowhere; past 60 minutes the first term turns negative.",
            ),
            Text("办的件数多，“满意度”就高。", "More cases handled means more “satisfaction”."),
            Text("“提高后”的数是写死的。", "The “improved” figures are typed in."),
        ),
        sound=("csat", "ces", "nps", "balanced_scorecard"),
    ),
    ways=(
        Way(
            inputs=(
                *(_RESPONSE_TIME, _SOLVED, _CSAT),
                *(after(_RESPONSE_TIME, "improved"), after(_SOLVED, "improved"), after(_CSAT, "improved")),
            ),
            outputs=_SATISFACTION,
            compute=_satisfaction_sum,
            sentence=_TWO_SCORES,
            working=printed(
                ("(1 − {response_time} ÷ 60) + {solved_issues} ÷ 100 + {customer_satisfaction}", "Customer Satisfaction Score"),
                (
                    "(1 − {response_time_improved} ÷ 60) + {solved_issues_improved} ÷ 100 + {customer_satisfaction_improved}",
                    "Improved Customer Satisfaction Score",
                ),
            ),
            examples=(
                Example(
                    {
                        "response_time": 3,
                        "solved_issues": 80,
                        "customer_satisfaction": 0.8,
                        "response_time_improved": 2,
                        "solved_issues_improved": 90,
                        "customer_satisfaction_improved": 0.9,
                    },
                    {"Customer Satisfaction Score": 2.55, "Improved Customer Satisfaction Score": 2.7666666666666666},
                    "practice 3",
                    EXACT,
                ),
            ),
        ),
    ),
)


def _product(csat: float, response: float, resolution: float) -> float:
    return csat * (1 - response / 60) + (1 - resolution / 60)


def _satisfaction_product(values: Values) -> Outputs:
    names = ("customer_satisfaction_score", "average_response_time", "average_issue_resolution_time")
    return {
        "Customer Satisfaction Score": _product(*(values[n] for n in names)),
        "Improved Customer Satisfaction Score": _product(*(values[f"{n}_improved"] for n in names)),
    }


SATISFACTION_PRODUCT = Calculator(
    id="source.satisfaction_product",
    title=title("客户满意度得分（相乘）", "customer satisfaction score, multiplied"),
    purpose=Text("原文第 28 条拿响应和解决时间去折算满意度。", "Practice 28 of the source discounts satisfaction by response and resolution time."),
    formula=Text(
        "得分 = 满意度 ×（1 − 响应分钟 ÷ 60）+（1 − 解决分钟 ÷ 60）",
        "score = satisfaction × (1 − response in minutes ÷ 60) + (1 − resolution in minutes ÷ 60)",
    ),
    group="source",
    main="Customer Satisfaction Score",
    better="higher",
    source=ORIGIN,
    aliases={"zh": ("原文满意度得分",), "en": ("satisfaction score of the source",)},
    practices=(28,),
    as_in_source=AsInSource(
        warning=Text(
            "得分可以大于 1；时间一过 60 分钟就往负数走；客户一个都不满意，照样有分。",
            "The score can exceed 1, sinks below zero past 60 minutes, and still gives points when not one customer is satisfied.",
        ),
        faults=(
            Text(
                "印出的 1.208 和 1.492 都大于 1；最高 2，没有下限。", "The printed 1.208 and 1.492 are above 1; the most is 2, and there is no least."
            ),
            Text("满意度为 0，第二项照样给分。", "With no satisfaction at all, the second term still gives points."),
            Text("响应超过 60 分钟，满意度越高得分反而越低。", "Past 60 minutes of response, more satisfaction lowers the score."),
            Text("绕圈子：满意度既是输入，又是要算的东西。", "Circular: satisfaction goes in, and satisfaction is said to come out."),
            Text("和第 3 条同名不同式：一个印 2.55，一个印 1.21。", "Same name as practice 3, another formula: one prints 2.55, the other 1.21."),
            Text("“提高后”的数是写死的。", "The “improved” figures are typed in."),
        ),
        sound=("csat", "ces", "first_response_time", "balanced_scorecard"),
    ),
    ways=(
        Way(
            inputs=(
                *(_CSAT_SCORE, _RESPONSE, _RESOLUTION),
                *(after(_CSAT_SCORE, "improved"), after(_RESPONSE, "improved"), after(_RESOLUTION, "improved")),
            ),
            outputs=_SATISFACTION,
            compute=_satisfaction_product,
            sentence=_TWO_SCORES,
            working=printed(
                (
                    "{customer_satisfaction_score} × (1 − {average_response_time} ÷ 60) + (1 − {average_issue_resolution_time} ÷ 60)",
                    "Customer Satisfaction Score",
                ),
                (
                    ("{customer_satisfaction_score_improved} × (1 − {average_response_time_improved} ÷ 60)"
                    " + (1 − {average_issue_resolution_time_improved} ÷ 60)"),
                    "Improved Customer Satisfaction Score",
                ),
            ),
            cautions=(
                Caution(
                    Text("超过 60 分钟，这个公式就倒过来了。", "Past 60 minutes this formula turns on its head."),
                    lambda values, _outputs: any(values[n] > 60 for n in ("average_response_time", "average_response_time_improved")),
                ),
            ),
            examples=(
                Example(
                    {
                        "customer_satisfaction_score": 0.85,
                        "average_response_time": 10,
                        "average_issue_resolution_time": 30,
                        "customer_satisfaction_score_improved": 0.9,
                        "average_response_time_improved": 5,
                        "average_issue_resolution_time_improved": 20,
                    },
                    {"Customer Satisfaction Score": 1.2083333333333335, "Improved Customer Satisfaction Score": 1.4916666666666667},
                    "practice 28",
                    EXACT,
                ),
            ),
        ),
    ),
)
