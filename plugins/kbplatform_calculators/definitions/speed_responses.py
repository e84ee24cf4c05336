"""Are we fast enough? Until the customer sees something: the first response, and a page of ours."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from kbplatform.sdk import FieldError, Text
from kbplatform_calculators.arithmetic import exact, nearest_rank, quantile, ratio, total
from kbplatform_calculators.calculator import Calculator, Caution, Example, Outputs, Values, Way
from kbplatform_calculators.figures import Figure, Output
from kbplatform_calculators.inputs import Choice, Count, Duration, Number, Series
from kbplatform_calculators.rates import WILSON, rate, rate_outputs

_P90, _P95 = Fraction(9, 10), Fraction(19, 20)
_CLOCKS = {
    "calendar": Text("自然时间", "Calendar hours"),
    "business": Text("工作时间", "Business hours"),
}


def _first_responses(values: Values) -> Outputs:
    times = sorted(values["minutes"])
    counted = len(times) + values["unanswered"]
    met = None if values["target"] is None else sum(exact(t) <= exact(values["target"]) for t in times)
    return {
        "n": len(times),
        "mean": ratio(total(times), len(times)),
        "median": quantile(times, Fraction(1, 2)),
        "p90_linear": quantile(times, _P90),
        "p90_nearest_rank": nearest_rank(times, _P90),
        "p95_linear": quantile(times, _P95),
        **rate("within_target", met or 0, 0 if met is None else counted),
    }


def _first_response_words(values: Values, _outputs: Outputs) -> Text:
    clock = _CLOCKS[values["clock"]]
    zh = f"{{n}} 次首响（{clock.zh}）：一半在 {{median}}以内，九成在 {{p90_linear}}以内，平均 {{mean}}。"
    en = f"{{n:first response}} ({clock.en.lower()}): half came within {{median}}, nine in ten within {{p90_linear}}; the mean is {{mean}}."
    if values["target"] is None:
        return Text(zh, en)
    return Text(
        zh + "{target}以内的占 {within_target}，95% 区间 {ci_low}–{ci_high}。",
        en + " {within_target} met the target of {target}, with a 95% interval of {ci_low} to {ci_high}.",
    )


FIRST_RESPONSE_TIME = Calculator(
    id="first_response_time",
    title=Text("首次响应时间", "First response time"),
    purpose=Text(
        "客户多久等到第一句人话：看中位数和 P90，平均数会被几个特别慢的带偏。",
        "How long customers wait for the first human word: read the median and p90, since a few slow ones pull the mean.",
    ),
    formula=Text(
        "中位数、P90、P95 用线性插值（同 Excel PERCENTILE.INC）；另给 P90 最近排名法；达标率 = 目标以内 ÷（已回复 + 超时未回）",
        "Median, p90 and p95 by linear interpolation (as Excel's PERCENTILE.INC), p90 also by nearest rank; "
        "share within target = within target ÷ (answered + overdue)",
    ),
    group="speed",
    main="median",
    better="lower",
    source=Text(
        "例子：Geckoboard；分位数：Hyndman 和 Fan（1996），The American Statistician 50, 361–365；" + WILSON.zh,
        "Example: Geckoboard; quantiles: Hyndman and Fan (1996), The American Statistician 50, 361–365. " + WILSON.en,
    ),
    aliases={
        "zh": ("首次响应时间", "首响", "首响时间", "首次回复时长", "响应时间", "FRT"),
        "en": ("FRT", "first response time", "first reply time", "response time", "time to first response"),
    },
    practices=(1, 3, 6, 22, 25),
    assumptions=(
        Text("自动回复不算响应。", "An automatic reply is no response."),
        Text("客户在等，不等于坐席在忙：这个时间不和处理时长相加。", "The customer waits; nobody works meanwhile. Never add this to handle time."),
    ),
    ways=(
        Way(
            inputs=(
                Series(
                    name="minutes",
                    label=Text("每次首响等了多久", "Minutes to each first response"),
                    hint=Text("一行一个，可从表格整列粘贴；单位分钟，也可写 1h20m", "One a line, or paste a column; in minutes, or as 1h20m"),
                    item=Duration(name="minutes", label=Text("时长", "Time"), unit="min"),
                    better="lower",
                ),
                Duration(
                    name="target",
                    label=Text("目标", "Target"),
                    hint=Text("填了就算达标率", "Gives the share within it"),
                    unit="min",
                    optional=True,
                ),
                Count(
                    name="unanswered",
                    label=Text("超过目标还没回的", "Past the target and still waiting"),
                    hint=Text("算作没达标；别漏掉", "They count as missed; don't leave them out"),
                    unit="cases",
                    optional=True,
                    default=0,
                ),
                Choice(
                    name="clock",
                    label=Text("按什么时间算", "Clock"),
                    options=tuple(_CLOCKS.items()),
                    optional=True,
                    default="calendar",
                ),
            ),
            outputs=(
                Output(name="median", label=Text("中位数", "Median"), unit="min"),
                Output(name="mean", label=Text("平均", "Mean"), unit="min"),
                Output(name="p90_linear", label=Text("P90（线性插值）", "p90 (linear interpolation)"), unit="min"),
                Output(name="p90_nearest_rank", label=Text("P90（最近排名）", "p90 (nearest rank)"), unit="min"),
                Output(name="p95_linear", label=Text("P95（线性插值）", "p95 (linear interpolation)"), unit="min"),
                Output(name="n", label=Text("已回复", "Answered"), unit="cases"),
                *rate_outputs("within_target", Text("达标率", "Share within target")),
            ),
            compute=_first_responses,
            sentence=_first_response_words,
            working=Text(
                "{minutes} → 平均 {mean}，中位数 {median}，P90 {p90_linear}（最近排名 {p90_nearest_rank}）",
                "{minutes} → mean {mean}, median {median}, p90 {p90_linear} (nearest rank {p90_nearest_rank})",
            ),
            cautions=(
                Caution(
                    Text("只有 {n} 个：P90 要 10 个以上才可信，P95 要 20 个。", "Only {n}: p90 needs at least 10 to be trusted, p95 needs 20."),
                    lambda values, _outputs: len(values["minutes"]) < 10,
                ),
                Caution(
                    Text("只有 {n} 个：P95 要 20 个以上才可信。", "Only {n}: p95 needs at least 20 to be trusted."),
                    lambda values, _outputs: 10 <= len(values["minutes"]) < 20,
                ),
                Caution(
                    Text(
                        "还有 {unanswered} 个没回，不在中位数和平均里：真实的更长。",
                        "{unanswered} still unanswered are in neither median nor mean: the true figures are longer.",
                    ),
                    lambda values, _outputs: values["unanswered"] > 0,
                ),
            ),
            examples=(
                Example(
                    {"minutes": (45, 70, 62, 80, 58, 113, 65)},
                    {"mean": 70.428571429, "median": 65, "p90_linear": 93.2, "p90_nearest_rank": 113},
                    "Geckoboard KPI example 'First Response Time'; median and p90 computed",
                ),
            ),
        ),
    ),
)

_RATINGS = (
    ("poor", Text("差", "poor")),
    ("needs improvement", Text("待改进", "needs improvement")),
    ("good", Text("良好", "good")),
)
_WORST_FIRST = [word for word, _ in _RATINGS]
_VITALS: tuple[tuple[str, str, str, str], ...] = (
    ("lcp_s", "lcp_rating", "2.5", "4"),
    ("inp_ms", "inp_rating", "200", "500"),
    ("cls", "cls_rating", "0.1", "0.25"),
)
"""Input, output, up to where it is good, above what it is poor."""


def _vitals(values: Values) -> Outputs:
    rated: dict[str, Figure] = {
        rating: None if values[name] is None else _rated(values[name], Fraction(good), Fraction(poor)) for name, rating, good, poor in _VITALS
    }
    return {"rating": min((str(r) for r in rated.values() if r), key=_WORST_FIRST.index), **rated}


def _rated(value: float, good: Fraction, poor: Fraction) -> str:
    return _WORST_FIRST[2 if exact(value) <= good else 1 if exact(value) <= poor else 0]


def _some_vital(values: Values) -> FieldError | None:
    if any(values[name] is not None for name, *_ in _VITALS):
        return None
    return FieldError("lcp_s", Text("三项里至少填一项", "Fill in at least one of the three"))


def _of_each(template: str, join: str) -> Callable[[Values], str]:
    """``template`` once for each figure that was given."""
    return lambda values: join.join(
        template.format(label=name.split("_")[0].upper(), value=f"{{{name}}}", rating=f"{{{rating}}}", good=good, poor=poor)
        for name, rating, good, poor in _VITALS
        if values[name] is not None
    )


WEB_VITALS = Calculator(
    id="web_vitals",
    title=Text("网页体验 Core Web Vitals", "Core Web Vitals check"),
    purpose=Text(
        "自助页、工单页快不快、稳不稳：三项里最差的一项说了算。",
        "Whether a help page is quick and steady: the worst of the three decides.",
    ),
    formula=Text(
        "第 75 百分位：LCP ≤ 2.5 秒、INP ≤ 200 毫秒、CLS ≤ 0.1 为良好；> 4 秒、> 500 毫秒、> 0.25 为差",
        "At the 75th percentile: LCP ≤ 2.5 s, INP ≤ 200 ms, CLS ≤ 0.1 are good; > 4 s, > 500 ms, > 0.25 are poor",
    ),
    group="speed",
    main="rating",
    better="lower",
    source=Text("web.dev 的阈值", "Thresholds of web.dev"),
    aliases={
        "zh": ("网页性能", "页面加载速度", "LCP", "INP", "CLS", "网页体验"),
        "en": ("web vitals", "Core Web Vitals", "LCP", "INP", "CLS", "page speed"),
    },
    practices=(22,),
    assumptions=(Text("用真实用户数据的第 75 百分位，不是实验室里跑一次的数。", "Use the 75th percentile of real visits, not one run in a lab."),),
    ways=(
        Way(
            inputs=(
                Duration(
                    name="lcp_s",
                    label=Text("LCP：主要内容出现", "LCP: main content appears"),
                    hint=Text("单位秒", "In seconds"),
                    unit="s",
                    optional=True,
                    better="lower",
                ),
                Duration(
                    name="inp_ms",
                    label=Text("INP：点了多久有反应", "INP: answer to a click"),
                    hint=Text("单位毫秒", "In milliseconds"),
                    unit="ms",
                    optional=True,
                    better="lower",
                ),
                Number(
                    name="cls",
                    label=Text("CLS：页面跳动", "CLS: how much the page shifts"),
                    hint=Text("没有单位，例如 0.08", "No unit, for example 0.08"),
                    optional=True,
                    better="lower",
                ),
            ),
            outputs=(
                Output(name="rating", label=Text("总评（取最差）", "Overall (the worst)"), words=_RATINGS),
                Output(name="lcp_rating", label=Text("LCP", "LCP"), words=_RATINGS),
                Output(name="inp_rating", label=Text("INP", "INP"), words=_RATINGS),
                Output(name="cls_rating", label=Text("CLS", "CLS"), words=_RATINGS),
            ),
            compute=_vitals,
            rating="rating",
            rules=(_some_vital,),
            sentence=lambda values, _outputs: Text(
                _of_each("{label} {value}：{rating}", "；")(values) + "。",
                _of_each("{label} {value}: {rating}", "; ")(values) + ".",
            ),
            working=lambda values, _outputs: Text(*2 * (_of_each("{label}: {value} [≤ {good} | > {poor}] → {rating}", "; ")(values),)),
            examples=(
                Example({"lcp_s": 3}, {"lcp_rating": "needs improvement", "rating": "needs improvement"}, "web.dev thresholds"),
                Example(
                    {"lcp_s": 10, "inp_ms": 200, "cls": 0.1}, {"rating": "poor", "inp_rating": "good", "cls_rating": "good"}, "web.dev thresholds"
                ),
            ),
        ),
    ),
)

RESPONSES: tuple[Calculator, ...] = (FIRST_RESPONSE_TIME, WEB_VITALS)
