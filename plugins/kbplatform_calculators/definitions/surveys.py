"""What do customers say when asked? Satisfaction, recommendation, effort."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt

from kbplatform.sdk import FieldError, Text
from kbplatform_calculators.calculator import Calculator, Caution, Example, Outputs, Values, Way
from kbplatform_calculators.figures import Output
from kbplatform_calculators.inputs import Count
from kbplatform_calculators.rates import HIGH, LOW, WILSON, ends, rate, rate_outputs
from kbplatform_calculators.rules import SMALL_SAMPLE, small_sample
from kbplatform_calculators.statistics import t_interval, trinomial_margin

FEW_ANSWER = 15
"""Per cent of those asked: below it, those who did not answer may well think otherwise."""
_RESPONSES = Output(name="responses", label=Text("收回", "Responses"), unit="responses")


def _answers(values: Values, best: int) -> list[int]:
    """Responses by score, from 1 to ``best``."""
    return [values[f"r{score}"] for score in range(1, best + 1)]


def _mean(counts: list[int]) -> float | None:
    n = sum(counts)
    return sum(score * count for score, count in enumerate(counts, 1)) / n if n else None


def _satisfied(values: Values) -> Outputs:
    counts = _answers(values, 5)
    n, asked = sum(counts), values["invitations"]
    return {
        **rate("csat_pct", counts[4] + counts[3], n, percent=True),
        "mean": _mean(counts),
        "responses": n,
        "response_rate_pct": 100 * n / asked if asked else None,
    }


def _asked_enough(values: Values) -> FieldError | None:
    n, asked = sum(_answers(values, 5)), values["invitations"]
    if asked is None or n <= asked:
        return None
    return FieldError("invitations", Text(f"收回了 {n:,} 份，发出的不会更少", f"{n:,} came back: it can't be fewer than that"))


CSAT = Calculator(
    id="csat",
    title=Text("客户满意度 CSAT", "Customer satisfaction (CSAT)"),
    purpose=Text("五分制问卷里打 4 分、5 分的占多少，有多大把握。", "What share gave 4 or 5 on a scale of five, and how firm that is."),
    formula=Text("CSAT = 打 4 分和 5 分的 ÷ 全部答卷；3 分留在分母里", "CSAT = those who gave 4 or 5 ÷ all responses; a 3 stays in the denominator"),
    group="listening",
    main="csat_pct",
    better="higher",
    source=Text(
        "口径和算例：Delighted 帮助中心第 240 篇；Intercom。" + WILSON.zh,
        "Definition and examples: Delighted help centre, article 240; Intercom. " + WILSON.en,
    ),
    aliases={
        "zh": ("CSAT", "满意度", "客户满意度", "满意率", "好评率", "两档满意度", "问卷得分"),
        "en": ("CSAT", "customer satisfaction", "satisfaction score", "top-2-box", "survey score"),
    },
    practices=(1, 3, 9, 28),
    assumptions=(
        Text(
            "写明是五分制；十分制要数 9 分和 10 分，两种数不能比。",
            "State the scale: on a ten-point scale it is 9 and 10 that count, and the two don't compare.",
        ),
        Text("平均分不是满意度：两个都留，都写上名字。", "The mean score is not CSAT: keep both, and label both."),
    ),
    ways=(
        Way(
            inputs=(
                Count(name="r5", label=Text("5 分（最满意）", "5 (best)"), unit="responses", better="higher"),
                Count(name="r4", label=Text("4 分", "4"), unit="responses", better="higher"),
                Count(name="r3", label=Text("3 分", "3"), unit="responses", better="lower"),
                Count(name="r2", label=Text("2 分", "2"), unit="responses", better="lower"),
                Count(name="r1", label=Text("1 分（最不满意）", "1 (worst)"), unit="responses", better="lower"),
                Count(
                    name="invitations",
                    label=Text("发出", "Invitations sent"),
                    hint=Text("填了就给出回收率", "Gives the response rate"),
                    unit="responses",
                    optional=True,
                ),
            ),
            outputs=(
                *rate_outputs("csat_pct", Text("满意度", "CSAT"), percent=True),
                Output(name="mean", label=Text("平均分（不是满意度）", "Mean score (not CSAT)"), decimals=2),
                _RESPONSES,
                Output(name="response_rate_pct", label=Text("回收率", "Response rate"), unit="percent"),
            ),
            compute=_satisfied,
            rules=(_asked_enough,),
            sentence=lambda _values, outputs: Text(
                "收回 {responses} 份，满意的占 {csat_pct}，95% 区间 {ci_low_pct}–{ci_high_pct}；平均 {mean} 分"
                + ("。" if outputs["response_rate_pct"] is None else "，回收率 {response_rate_pct}。"),
                "Of {responses:response} {csat_pct} are satisfied, with a 95% interval of {ci_low_pct} to {ci_high_pct}; the mean score is {mean}"
                + ("." if outputs["response_rate_pct"] is None else ", the response rate {response_rate_pct}."),
            ),
            working=Text("({r5} + {r4}) ÷ {responses} = {csat_pct}", "({r5} + {r4}) ÷ {responses} = {csat_pct}"),
            empty=Text("一份答卷也没收回，算不出满意度。", "there were no responses, so there is no score."),
            cautions=(
                small_sample("responses"),
                Caution(
                    Text(
                        "回收率只有 {response_rate_pct}：没回的人可能不这么想，别当成全体客户的意见。",
                        "Only {response_rate_pct} answered: those who didn't may think otherwise, so don't report this as all customers.",
                    ),
                    lambda _values, outputs: isinstance(share := outputs["response_rate_pct"], float) and 0 < share < FEW_ANSWER,
                ),
                Caution(
                    Text("没填发出多少份：报数时把回收率一起带上。", "Invitations are missing: give the response rate with the score."),
                    lambda values, outputs: values["invitations"] is None and outputs["csat_pct"] is not None,
                ),
            ),
            sample=lambda values: (values["r5"] + values["r4"], sum(_answers(values, 5))),
            interval=ends(percent=True),
            examples=(
                Example(
                    {"r5": 42, "r4": 32, "r3": 10, "r2": 9, "r1": 14},
                    {"csat_pct": 69.158878505, "ci_low_pct": 59.871509132, "ci_high_pct": 77.118260252},
                    "Delighted help centre, article 240: 74 of 107",
                ),
                Example({"r5": 10, "r4": 20, "r3": 10, "r2": 5, "r1": 5}, {"csat_pct": 60.0}, "intercom.help, article 9647540"),
            ),
        ),
    ),
)


def _recommended(values: Values) -> Outputs:
    plus, minus = values["promoters"], values["detractors"]
    n = plus + values["passives"] + minus
    if not n:
        return {"nps": None, "margin_95": None, "ci_low": None, "ci_high": None, "responses": 0}
    score, margin = 100 * (plus - minus) / n, 100 * trinomial_margin(plus, minus, n)
    centre, half = score, margin
    if _add_half(values):
        centre = 100 * (plus - minus) / (n + 1.5)
        half = 100 * trinomial_margin(plus + 0.5, minus + 0.5, n + 1.5)
    return {
        "nps": score,
        "margin_95": margin or half,
        "ci_low": max(-100.0, centre - half),
        "ci_high": min(100.0, centre + half),
        "responses": n,
    }


def _add_half(values: Values) -> bool:
    """Whether the plain margin says too little: few responses, or all of one kind, which would make it nothing."""
    kinds = values["promoters"], values["passives"], values["detractors"]
    return 0 < sum(kinds) < SMALL_SAMPLE or sum(map(bool, kinds)) == 1


NPS = Calculator(
    id="nps",
    title=Text("净推荐值 NPS", "Net Promoter Score (NPS)"),
    purpose=Text(
        "愿意推荐的比不愿意的多出多少，误差有多大。", "How many points more would recommend us than warn against us, and how far that may be off."
    ),
    formula=Text(
        "NPS = 100 ×（推荐者 − 贬损者）÷ 全部；9–10 分推荐，7–8 分中立，0–6 分贬损；误差 = 100 × 1.96 × √((p + d − (p − d)²) ÷ n)",
        "NPS = 100 × (promoters − detractors) ÷ all; 9–10 promote, 7–8 are passive, 0–6 detract; margin = 100 × 1.96 × √((p + d − (p − d)²) ÷ n)",
    ),
    group="listening",
    main="nps",
    better="higher",
    source=Text(
        "口径：Bain；误差：Cross Validated 上关于 NPS 误差的回答（三项分布的差）。",
        "Definition: Bain; margin: the Cross Validated answer on the margin of error of NPS (a difference within a trinomial).",
    ),
    aliases={
        "zh": ("NPS", "净推荐值", "推荐度", "推荐意愿", "口碑分"),
        "en": ("NPS", "net promoter score", "promoters", "detractors", "recommendation"),
    },
    practices=(3, 4, 28),
    assumptions=(
        Text("从 −100 到 +100 分，不是百分比。", "The unit is points from −100 to +100, not per cent."),
        Text(
            "只适用 0–10 分的问法；1–10 分，或把 1–6 分算贬损，是另一个指标。",
            "For the 0–10 question only: on 1–10, or with 1–6 as detractors, it is another measure.",
        ),
        Text("两次的差，要大过 √(误差一² + 误差二²) 才算变了。", "Two scores differ only if the gap exceeds √(margin one² + margin two²)."),
    ),
    ways=(
        Way(
            inputs=(
                Count(name="promoters", label=Text("推荐者（9–10 分）", "Promoters (9–10)"), unit="responses", better="higher"),
                Count(name="passives", label=Text("中立者（7–8 分）", "Passives (7–8)"), unit="responses"),
                Count(name="detractors", label=Text("贬损者（0–6 分）", "Detractors (0–6)"), unit="responses", better="lower"),
            ),
            outputs=(
                Output(name="nps", label=Text("NPS", "NPS"), unit="points"),
                Output(name="margin_95", label=Text("误差（95%）", "Margin (95%)"), unit="points"),
                Output(name="ci_low", label=LOW, unit="points"),
                Output(name="ci_high", label=HIGH, unit="points"),
                _RESPONSES,
            ),
            compute=_recommended,
            sentence=lambda values, _outputs: Text(
                "{responses} 份答卷，推荐 {promoters}、贬损 {detractors}：NPS {nps}，"
                + ("95% 区间 {ci_low} 到 {ci_high}。" if _add_half(values) else "误差 ±{margin_95}。"),
                "{promoters:promoter} and {detractors:detractor} among {responses}: NPS {nps}, "
                + ("with a 95% interval of {ci_low} to {ci_high}." if _add_half(values) else "give or take {margin_95}."),
            ),
            working=Text(
                "100 × ({promoters} − {detractors}) ÷ {responses} = {nps}",
                "100 × ({promoters} − {detractors}) ÷ {responses} = {nps}",
            ),
            empty=Text("一份答卷也没收回，算不出 NPS。", "there were no responses, so there is no score."),
            cautions=(
                Caution(
                    Text(
                        "答卷太少，或者全是同一种：区间是每种各添半份再算的，不以 NPS 为中心。",
                        "Few responses, or all of one kind: the interval has half a response added to each kind, so NPS is not its middle.",
                    ),
                    lambda values, _outputs: _add_half(values),
                ),
            ),
            margin="margin_95",
            interval=ends(),
            examples=(
                Example(
                    {"promoters": 162, "passives": 108, "detractors": 54},
                    {"nps": 33.333333333, "margin_95": 8.11594945},
                    "Cross Validated answer on the margin of error of NPS (shares 1/2, 1/3, 1/6), scaled to 324",
                ),
                Example({"promoters": 50, "passives": 30, "detractors": 20}, {"nps": 30.0, "margin_95": 15.3}, "computed", places=1),
            ),
        ),
    ),
)


def _effort(values: Values) -> Outputs:
    counts = _answers(values, 7)
    n = sum(counts)
    easy = rate("easy_pct", sum(counts[4:]), n, percent=True)
    outputs: dict[str, float | int | str | None] = {
        "mean": _mean(counts),
        "ci_low": None,
        "ci_high": None,
        "easy_pct": easy["easy_pct"],
        "easy_low_pct": easy["ci_low_pct"],
        "easy_high_pct": easy["ci_high_pct"],
        "index": 100 * (sum(counts[5:]) - sum(counts[:3])) / n if n else None,
        "responses": n,
    }
    if sum(map(bool, counts)) > 1:
        total = sum(score * count for score, count in enumerate(counts, 1))
        squares = sum(score * score * count for score, count in enumerate(counts, 1))
        low, high = t_interval(total / n, sqrt(Fraction(n * squares - total * total, n * (n - 1))), n)
        outputs |= {"ci_low": max(1.0, low), "ci_high": min(7.0, high)}
    return outputs


CES = Calculator(
    id="ces",
    title=Text("客户费力度 CES", "Customer Effort Score (CES 2.0)"),
    purpose=Text(
        "“这事办起来容易吗”：七分制的平均分、觉得容易的占比、净容易指数。",
        "“Was it easy?” on a scale of seven: mean, share who found it easy, and net index.",
    ),
    formula=Text(
        "平均分 = Σ 分 × 份数 ÷ n；容易占比 = 5、6、7 分 ÷ n；指数 = 6、7 分占比 − 1、2、3 分占比",
        "mean = Σ score × count ÷ n; easy = those who gave 5, 6 or 7 ÷ n; index = share of 6 and 7 − share of 1, 2 and 3",
    ),
    group="listening",
    main="mean",
    better="higher",
    source=Text(
        "CYS Group 支持文章 3000095529、3000095531。平均分的区间：t 分布；占比的" + WILSON.zh,
        "CYS Group support articles 3000095529 and 3000095531. Mean: Student's t. Share: " + WILSON.en,
    ),
    aliases={
        "zh": ("CES", "费力度", "客户费力度", "省力度", "办事容易度", "便捷度"),
        "en": ("CES", "customer effort score", "effort", "ease of use", "easy score"),
    },
    practices=(3, 22, 28),
    assumptions=(
        Text(
            "三种报法都叫 CES：平均分、容易占比、指数。报的时候写明是哪一种，前后用同一种。",
            "Mean, share and index are all called CES: say which one you report, and keep to it.",
        ),
        Text(
            "2010 年的老版是 1–5 分、越低越好，不能和这一版混。", "The original of 2010 ran from 1 to 5 with low as good: never mix it with this one."
        ),
    ),
    ways=(
        Way(
            inputs=(
                Count(name="r1", label=Text("1 分（非常不同意“容易”）", "1 (strongly disagree it was easy)"), unit="responses", better="lower"),
                *(Count(name=f"r{i}", label=Text(f"{i} 分", f"{i}"), unit="responses") for i in range(2, 7)),
                Count(name="r7", label=Text("7 分（非常同意“容易”）", "7 (strongly agree it was easy)"), unit="responses", better="higher"),
            ),
            outputs=(
                Output(name="mean", label=Text("平均分", "Mean"), decimals=2),
                Output(name="ci_low", label=LOW, decimals=2),
                Output(name="ci_high", label=HIGH, decimals=2),
                Output(name="easy_pct", label=Text("觉得容易的占比", "Found it easy"), unit="percent"),
                Output(name="easy_low_pct", label=Text("占比的区间下端", "Share, low end"), unit="percent"),
                Output(name="easy_high_pct", label=Text("占比的区间上端", "Share, high end"), unit="percent"),
                Output(name="index", label=Text("净容易指数", "Net index"), unit="points"),
                _RESPONSES,
            ),
            compute=_effort,
            sentence=lambda _values, outputs: Text(
                "{responses} 份答卷平均 {mean} 分（满分 7）"
                + ("" if outputs["ci_low"] is None else "，95% 区间 {ci_low}–{ci_high}")
                + "；{easy_pct} 觉得容易，净容易指数 {index}。",
                "The mean of {responses:response} is {mean} of 7"
                + ("" if outputs["ci_low"] is None else ", with a 95% interval of {ci_low} to {ci_high}")
                + "; {easy_pct} found it easy, and the net index is {index}.",
            ),
            working=Text(
                "(1 × {r1} + 2 × {r2} + 3 × {r3} + 4 × {r4} + 5 × {r5} + 6 × {r6} + 7 × {r7}) ÷ {responses} = {mean}",
                "(1 × {r1} + 2 × {r2} + 3 × {r3} + 4 × {r4} + 5 × {r5} + 6 × {r6} + 7 × {r7}) ÷ {responses} = {mean}",
            ),
            empty=Text("一份答卷也没收回，算不出费力度。", "there were no responses, so there is no score."),
            cautions=(
                small_sample("responses"),
                Caution(
                    Text(
                        "所有人打的分都一样，平均分的区间算不出来；这不等于没有误差。",
                        "All gave the same score, so the mean has no interval. That doesn't make it certain.",
                    ),
                    lambda _values, outputs: outputs["mean"] is not None and outputs["ci_low"] is None,
                ),
            ),
            interval=ends(),
            examples=(
                Example(
                    {"r1": 80, "r2": 210, "r3": 140, "r4": 110, "r5": 160, "r6": 180, "r7": 120},
                    {"mean": 4.08, "easy_pct": 46.0, "index": -13.0},
                    "CYS Group support articles 3000095529 (4,080 ÷ 1,000) and 3000095531",
                ),
            ),
        ),
    ),
)

SURVEYS: tuple[Calculator, ...] = (CSAT, NPS, CES)
