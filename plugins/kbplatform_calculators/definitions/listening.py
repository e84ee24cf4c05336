"""Do we hear customers, and do they stay? Feedback, how many to ask, contacts, retention."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

from kbplatform.sdk import FieldError, Text
from kbplatform_calculators.calculator import Calculator, Caution, Example, Outputs, Values, Way
from kbplatform_calculators.figures import Output
from kbplatform_calculators.inputs import Count, Number, Share
from kbplatform_calculators.rates import WILSON, ends, rate, rate_outputs
from kbplatform_calculators.rules import small_sample, together_within, within
from kbplatform_calculators.statistics import Z95

_MORE_STAYED = Text(
    "期末减去新增，比期初还多：数据对不上，看看新增是不是少数了。",
    "Taking off the new ones leaves more than there were at the start: the figures don't fit. Are some new ones missing?",
)


def _mix(values: Values) -> Outputs:
    positive, negative, collected = values["positive"], values["negative"], values["collected"]
    classified = positive + values["neutral"] + negative
    return {
        **rate("positive_share", positive, classified),
        "negative_share": negative / classified if classified else None,
        "net": (positive - negative) / classified if classified else None,
        "coverage": classified / collected if collected else None,
        "classified": classified,
    }


FEEDBACK_MIX = Calculator(
    id="feedback_mix",
    title=Text("反馈情感占比与覆盖率", "Feedback mix and coverage"),
    purpose=Text("收来的反馈里正面占多少，又有多少根本还没看。", "How much of the feedback is positive, and how much of it nobody has read yet."),
    formula=Text(
        "正面占比 = 正面 ÷（正面 + 中性 + 负面）；覆盖率 = 已归类 ÷ 收到；净值 = 正面占比 − 负面占比",
        "positive share = positive ÷ (positive + neutral + negative); coverage = classified ÷ collected; net = positive share − negative share",
    ),
    group="listening",
    main="positive_share",
    better="higher",
    source=Text(
        "按实践 4 的数据构造（原文除以 200，得 0.35）。" + WILSON.zh,
        "Constructed from practice 4 (which divides by 200 and prints 0.35). " + WILSON.en,
    ),
    aliases={
        "zh": ("反馈占比", "正面占比", "好评占比", "情感占比", "反馈覆盖率", "正面率", "负面率"),
        "en": ("feedback mix", "sentiment", "positive share", "coverage", "net sentiment"),
    },
    practices=(4, 9, 12),
    assumptions=(
        Text("访谈、评价、问卷各算各的，别混成一个比率。", "Interviews, reviews and surveys each get a rate of their own: don't pool them."),
        Text("没归类的不算正面，也不算负面，只报覆盖率。", "What nobody classified is neither positive nor negative: it only shows in the coverage."),
    ),
    ways=(
        Way(
            inputs=(
                Count(name="collected", label=Text("收到的反馈", "Collected"), unit="items"),
                Count(name="positive", label=Text("归为正面", "Classified as positive"), unit="items", better="higher"),
                Count(
                    name="neutral",
                    label=Text("归为中性", "Classified as neutral"),
                    hint=Text("没有就填 0", "0 if none"),
                    unit="items",
                    better="lower",
                ),
                Count(name="negative", label=Text("归为负面", "Classified as negative"), unit="items", better="lower"),
            ),
            outputs=(
                *rate_outputs("positive_share", Text("正面占比", "Positive share")),
                Output(name="negative_share", label=Text("负面占比", "Negative share"), unit="proportion"),
                Output(name="net", label=Text("净值", "Net"), unit="proportion"),
                Output(name="coverage", label=Text("覆盖率", "Coverage"), unit="proportion"),
                Output(name="classified", label=Text("已归类", "Classified"), unit="items"),
            ),
            compute=_mix,
            rules=(
                together_within(
                    ("positive", "neutral", "negative"),
                    "collected",
                    Text("归了类的加起来不能多于收到的", "Those classified can't add up to more than were collected"),
                ),
            ),
            sentence=Text(
                "收到 {collected} 条，归类了 {classified} 条（覆盖率 {coverage}）；其中正面 {positive_share}，95% 区间 {ci_low}–{ci_high}。",
                "{classified} of {collected:item} classified ({coverage}), {positive_share} of them positive: 95% interval {ci_low} to {ci_high}.",
            ),
            working=Text(
                "{positive} ÷ ({positive} + {neutral} + {negative}) = {positive_share}",
                "{positive} ÷ ({positive} + {neutral} + {negative}) = {positive_share}",
            ),
            empty=Text("一条也没归类，算不出占比。", "nothing has been classified, so there is no share."),
            cautions=(
                small_sample("classified"),
                Caution(
                    Text(
                        "还有没看的：说清楚归类的这些是怎么挑的，不是随便抽的就代表不了全部。",
                        "Some are unread: say how those classified were chosen. Unless they were drawn at random, they don't stand for all.",
                    ),
                    lambda _values, outputs: isinstance(share := outputs["coverage"], float) and 0 < share < 1,
                ),
            ),
            sample=lambda values: (values["positive"], values["positive"] + values["neutral"] + values["negative"]),
            interval=ends(),
            examples=(
                Example(
                    {"collected": 200, "positive": 70, "neutral": 0, "negative": 30},
                    {"positive_share": 0.7, "ci_low": 0.604151454, "ci_high": 0.781051147, "coverage": 0.5, "net": 0.4},
                    "constructed from practice 4",
                ),
            ),
        ),
    ),
)


def _to_ask(values: Values) -> Outputs:
    p, margin, population = Fraction(str(values["p"])), Fraction(str(values["margin"])), values["population"]
    infinite = Fraction(Z95) ** 2 * p * (1 - p) / margin**2
    if not infinite or population == 0:
        return {"n": None, "n_infinite": None, "invitations": None}
    n = ceil(infinite if population is None else infinite / (1 + (infinite - 1) / population))
    answer = values["response_rate"]
    return {"n": n, "n_infinite": ceil(infinite), "invitations": None if answer is None else ceil(n / Fraction(str(answer)))}


SURVEY_SAMPLE_SIZE = Calculator(
    id="survey_sample_size",
    title=Text("调查样本量", "Survey sample size"),
    purpose=Text(
        "想把误差压在几个点以内，要收回多少份、发出多少份。",
        "How many answers it takes to keep the error within so many points, and how many to ask.",
    ),
    formula=Text(
        "n₀ = 1.96² × p ×（1 − p）÷ 误差²；n = n₀ ÷（1 +（n₀ − 1）÷ 总体），进一取整；发出 = n ÷ 预计回收率",
        "n₀ = 1.96² × p × (1 − p) ÷ margin²; n = n₀ ÷ (1 + (n₀ − 1) ÷ population), rounded up; invitations = n ÷ expected response rate",
    ),
    group="listening",
    main="n",
    better="n/a",
    source=Text("Krejcie 和 Morgan（1970）的样本量表：总体 1,000 要 278 份", "Table of Krejcie & Morgan (1970): 278 for a population of 1,000"),
    aliases={
        "zh": ("样本量", "抽样", "要发多少份问卷", "样本数", "抽多少"),
        "en": ("sample size", "how many to survey", "survey size", "margin of error"),
    },
    practices=(4, 9, 12),
    assumptions=(
        Text("要随机抽，把握是 95%。挑着问，份数再多也没用。", "Holds for a random draw, at 95%. With a picked sample no number is large enough."),
        Text("不知道比例就用 50%：它要的份数最多。", "If you don't know the share use 50%: it asks for the most."),
    ),
    ways=(
        Way(
            inputs=(
                Share(
                    name="margin",
                    label=Text("误差不超过", "Margin of error"),
                    hint=Text("例如 5%，即正负 5 个点", "For example 5%, that is 5 points either way"),
                    minimum=0.001,
                    maximum=0.5,
                ),
                Count(
                    name="population",
                    label=Text("总体有多少人", "Population"),
                    hint=Text("很多或不知道就留空", "Leave empty if large or not known"),
                    unit="people",
                    optional=True,
                ),
                Share(name="p", label=Text("预计的比例", "Expected share"), optional=True, default=0.5),
                Share(
                    name="response_rate",
                    label=Text("预计回收率", "Expected response rate"),
                    hint=Text("填了就给出要发多少份", "Gives the number of invitations"),
                    minimum=0.001,
                    optional=True,
                ),
            ),
            outputs=(
                Output(name="n", label=Text("要收回", "Responses needed"), unit="responses"),
                Output(name="n_infinite", label=Text("总体很大时要收回", "Needed from a large population"), unit="responses"),
                Output(name="invitations", label=Text("要发出", "Invitations to send"), unit="responses"),
            ),
            compute=_to_ask,
            sentence=lambda values, _outputs: Text(
                ("" if values["population"] is None else "总体 {population} 人，")
                + "要把误差压在 ±{margin} 以内，至少收回 {n} 份"
                + ("。" if values["response_rate"] is None else "；按 {response_rate} 的回收率，要发 {invitations} 份。"),
                "To stay within ±{margin}"
                + ("" if values["population"] is None else " of a population of {population}")
                + " you need {n:response}"
                + ("." if values["response_rate"] is None else "; at a response rate of {response_rate}, send {invitations:invitation}."),
            ),
            working=lambda values, _outputs: Text(
                "1.96² × {p} × (1 − {p}) ÷ {margin}² → {n_infinite}" + ("" if values["population"] is None else "；总体 {population} → {n}"),
                "1.96² × {p} × (1 − {p}) ÷ {margin}² → {n_infinite}" + ("" if values["population"] is None else "; population {population} → {n}"),
            ),
            empty=Text(
                "总体是 0，或者预计的比例填了 0% 或 100%：没有什么可估的。不知道比例就用 50%。",
                "with a population of 0, or an expected share of 0% or 100%, there is nothing to estimate. Use 50% if you don't know.",
            ),
            cautions=(
                Caution(
                    Text(
                        "要发的比总体还多：全都发一遍，误差也到不了这么小。",
                        "That is more than the population: even asking everyone won't get the error this small.",
                    ),
                    lambda values, outputs: (
                        isinstance(many := outputs["invitations"], int) and values["population"] is not None and many > values["population"]
                    ),
                ),
            ),
            examples=(
                Example({"margin": 0.05, "population": 1000, "p": 0.5}, {"n": 278}, "Krejcie & Morgan (1970): N = 1,000"),
                Example({"margin": "5%"}, {"n": 385}, "infinite population"),
                Example({"margin": 0.05, "population": 1000, "response_rate": 0.3}, {"n": 278, "invitations": 927}, "computed: 278 ÷ 0.3"),
            ),
        ),
    ),
)


def _stayed(values: Values) -> Outputs:
    start, kept = values["start"], values["end"] - values["new"]
    outputs: dict[str, float | int | str | None] = {**rate("retention_pct", kept, start, percent=True)}
    outputs |= {"kept": kept, "lost": start - kept, "churn_pct": 100 * (start - kept) / start if start else None, "annual_churn_pct": None}
    if start and values["months"] is not None:
        outputs["annual_churn_pct"] = 100 * (1 - (kept / start) ** (12 / values["months"]))
    return outputs


RETENTION_CHURN = Calculator(
    id="retention_churn",
    title=Text("客户留存率与流失率", "Customer retention and churn"),
    purpose=Text("期初那批客户，期末还剩多少；新来的不算。", "How many of the customers we began with are still here at the end, new ones left out."),
    formula=Text(
        "留存率 =（期末 − 新增）÷ 期初；流失率 = 1 − 留存率；折成一年：1 −（1 − 流失率）^(12 ÷ 月数)",
        "retention = (end − new) ÷ start; churn = 1 − retention; per year: 1 − (1 − churn)^(12 ÷ months)",
    ),
    group="listening",
    main="retention_pct",
    better="higher",
    source=Text("公式：HubSpot 术语表。" + WILSON.zh, "Formula: HubSpot glossary. " + WILSON.en),
    aliases={
        "zh": ("留存率", "客户留存率", "流失率", "客户流失", "保有率", "续费率", "年流失率"),
        "en": ("retention", "churn", "customer retention rate", "attrition of customers", "annual churn"),
    },
    practices=(1,),
    assumptions=(
        Text("写明这一期是一个月、一季还是一年。", "State how long the period is: a month, a quarter, a year."),
        Text("月流失率不能乘 12 当年流失率，要用乘方折。", "A monthly churn is not multiplied by 12 to make a year: it goes by powers."),
    ),
    ways=(
        Way(
            inputs=(
                Count(name="start", label=Text("期初客户", "Customers at the start"), unit="people", better="lower"),
                Count(name="end", label=Text("期末客户", "Customers at the end"), unit="people", better="higher"),
                Count(
                    name="new",
                    label=Text("其中这期新增", "Of these, new in the period"),
                    hint=Text("期末还在的新客户", "New ones who are still here at the end"),
                    unit="people",
                    better="lower",
                ),
                Number(
                    name="months",
                    label=Text("这一期几个月", "Months in the period"),
                    hint=Text("填了就折成一年的流失率", "Gives the churn of a year"),
                    unit="months",
                    minimum=0.1,
                    maximum=120,
                    optional=True,
                ),
            ),
            outputs=(
                *rate_outputs("retention_pct", Text("留存率", "Retention"), percent=True),
                Output(name="churn_pct", label=Text("流失率", "Churn"), unit="percent"),
                Output(name="annual_churn_pct", label=Text("折成一年的流失率", "Churn of a year"), unit="percent"),
                Output(name="kept", label=Text("留下的", "Stayed"), unit="people"),
                Output(name="lost", label=Text("流失的", "Left"), unit="people"),
            ),
            compute=_stayed,
            rules=(
                within(
                    "new",
                    "end",
                    Text("新增的不能多于期末的：这里只数期末还在的新客户", "Can't be more than at the end: count only new ones who are still here"),
                ),
                lambda values: FieldError("end", _MORE_STAYED) if values["end"] - values["new"] > values["start"] else None,
            ),
            sentence=lambda _values, outputs: Text(
                "期初 {start} 个客户，期末留下 {kept} 个：留存率 {retention_pct}，95% 区间 {ci_low_pct}–{ci_high_pct}；流失率 {churn_pct}"
                + ("。" if outputs["annual_churn_pct"] is None else "，折成一年是 {annual_churn_pct}。"),
                "{kept} of {start:customer} stayed: {retention_pct}, with a 95% interval of {ci_low_pct} to {ci_high_pct}; churn {churn_pct}"
                + ("." if outputs["annual_churn_pct"] is None else ", which is {annual_churn_pct} a year."),
            ),
            working=Text("({end} − {new}) ÷ {start} = {retention_pct}", "({end} − {new}) ÷ {start} = {retention_pct}"),
            empty=Text("期初没有客户，算不出留存率。", "there were no customers at the start, so there is no rate."),
            cautions=(small_sample("start"),),
            sample=lambda values: (values["end"] - values["new"], values["start"]),
            interval=ends(percent=True),
            examples=(
                Example(
                    {"start": 200, "end": 220, "new": 40}, {"retention_pct": 90.0, "churn_pct": 10.0}, "formula HubSpot glossary: (220 − 40) ÷ 200"
                ),
                Example(
                    {"start": 100, "end": 95, "new": 0, "months": 1}, {"churn_pct": 5.0, "annual_churn_pct": 45.963991234}, "computed: 1 − 0.95¹²"
                ),
            ),
        ),
    ),
)


def _contacts(values: Values) -> Outputs:
    contacts, base = values["contacts"], values["base"]
    return {"pct": 100 * contacts / base if base else None, "per_base": contacts / base if base else None}


CONTACT_RATE = Calculator(
    id="contact_rate",
    title=Text("联系率（万单进线率）", "Contact rate"),
    purpose=Text("每一百单（或每一百个活跃客户）要来找几次。", "How many contacts every hundred orders, or active customers, bring."),
    formula=Text("联系率 = 来电来访 ÷ 订单（或活跃客户）", "contact rate = contacts ÷ orders (or active customers)"),
    group="listening",
    main="pct",
    better="lower",
    source=Text(
        "aicxstack 术语表（800 ÷ 10,000 = 8%）；Gladly 每单联系数（1,000 ÷ 250 = 4）",
        "aicxstack glossary (800 ÷ 10,000 = 8%); Gladly, contacts per order (1,000 ÷ 250 = 4)",
    ),
    aliases={
        "zh": ("联系率", "万单进线率", "进线率", "每单联系数", "来电率", "CPO"),
        "en": ("contact rate", "contacts per order", "CPO", "contact propensity"),
    },
    assumptions=(
        Text(
            "写明除以的是什么：订单、账户还是活跃客户。可以超过 100%。",
            "Name what you divide by: orders, accounts or active customers. It can exceed 100%.",
        ),
        Text("找得到人才有人来找：入口藏深了，这个数也会降。", "It also falls when the way to reach you gets harder to find."),
    ),
    ways=(
        Way(
            inputs=(
                Count(name="contacts", label=Text("来电来访", "Contacts"), unit="contacts", better="lower"),
                Count(
                    name="base",
                    label=Text("订单（或活跃客户）", "Orders (or active customers)"),
                    hint=Text("和来电来访同一段时间", "In the same period as the contacts"),
                    better="higher",
                ),
            ),
            outputs=(
                Output(name="pct", label=Text("联系率", "Contact rate"), unit="percent"),
                Output(name="per_base", label=Text("每单几次", "Contacts per order"), decimals=2),
            ),
            compute=_contacts,
            sentence=Text(
                "{base} 单带来 {contacts} 次来电来访：联系率 {pct}，平均每单 {per_base} 次。",
                "{base:order} brought {contacts:contact}: a contact rate of {pct}, or {per_base} per order.",
            ),
            working=Text("{contacts} ÷ {base} = {pct}", "{contacts} ÷ {base} = {pct}"),
            empty=Text("没有订单，算不出联系率。", "there were no orders, so there is no rate."),
            examples=(
                Example({"contacts": 800, "base": 10000}, {"pct": 8.0}, "aicxstack glossary: 800 of 10,000"),
                Example({"contacts": 1000, "base": 250}, {"pct": 400.0, "per_base": 4.0}, "Gladly, contacts per order"),
            ),
        ),
    ),
)

LISTENING: tuple[Calculator, ...] = (FEEDBACK_MIX, SURVEY_SAMPLE_SIZE, RETENTION_CHURN, CONTACT_RATE)
