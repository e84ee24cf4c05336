"""How many complain, and how soon is each closed?"""

from __future__ import annotations

from fractions import Fraction

from kbplatform.sdk import FieldError, Text
from kbplatform_calculators.calculator import Calculator, Caution, Example, Outputs, Values, Way
from kbplatform_calculators.figures import Output
from kbplatform_calculators.inputs import Count, Duration, Percent
from kbplatform_calculators.rates import HIGH, LOW, WILSON, ends, rate, rate_outputs
from kbplatform_calculators.rules import SMALL_SAMPLE, small_sample, together_within
from kbplatform_calculators.statistics import garwood


def _per_thousand(values: Values) -> Outputs:
    complaints, base = values["complaints"], values["base"]
    if not base:
        return {"per_1000": None, "ci_low": None, "ci_high": None}
    low, high = garwood(complaints)
    return {"per_1000": 1000 * complaints / base, "ci_low": 1000 * low / base, "ci_high": 1000 * high / base}


COMPLAINT_RATE = Calculator(
    id="complaint_rate",
    title=Text("千人投诉率", "Complaints per 1,000"),
    purpose=Text(
        "每一千个客户（账户、订单）里有几件投诉，件数少时能信几分。",
        "How many complaints every thousand customers, accounts or orders bring, and how firm that is when they are few.",
    ),
    formula=Text("千人投诉率 = 1,000 × 投诉 ÷ 客户（或账户、订单）", "per 1,000 = 1,000 × complaints ÷ customers (or accounts, orders)"),
    group="listening",
    main="per_1000",
    better="lower",
    source=Text(
        "算例：Scottish Friendly 2017 年上半年投诉数据。区间：F. Garwood（1936），Biometrika 28, 437–442（泊松精确区间）",
        "Example: Scottish Friendly complaints data, first half of 2017. Interval: F. Garwood (1936), Biometrika 28, 437–442 (exact, Poisson)",
    ),
    aliases={
        "zh": ("投诉率", "千人投诉率", "客诉率", "万单投诉", "投诉量", "每千客户投诉"),
        "en": ("complaint rate", "complaints per 1,000", "complaints per thousand", "complaint volume"),
    },
    practices=(1, 5, 14, 29),
    assumptions=(
        Text("写明是哪段日子、多长；时间不一样长的两个数不能比。", "State which period and how long: two periods of different length don't compare."),
        Text("投诉入口越难找，这个数越好看；少不等于好。", "The harder it is to complain, the better this looks: few is not the same as good."),
    ),
    ways=(
        Way(
            inputs=(
                Count(
                    name="complaints",
                    label=Text("投诉", "Complaints"),
                    hint=Text("同一客户投诉两件算两件", "Two by one customer are two"),
                    unit="cases",
                    better="lower",
                ),
                Count(
                    name="base",
                    label=Text("客户（或账户、订单）", "Customers (or accounts, orders)"),
                    hint=Text("同一段时间的", "In the same period"),
                    better="higher",
                ),
            ),
            outputs=(
                Output(name="per_1000", label=Text("每千投诉", "Complaints per 1,000"), decimals=2),
                Output(name="ci_low", label=LOW, decimals=2),
                Output(name="ci_high", label=HIGH, decimals=2),
            ),
            compute=_per_thousand,
            sentence=Text(
                "{base} 个客户里投诉 {complaints} 件：每千个 {per_1000} 件，95% 区间 {ci_low}–{ci_high}。",
                "{complaints:complaint} from {base:customer}: {per_1000} per 1,000, with a 95% interval of {ci_low} to {ci_high}.",
            ),
            working=Text("1,000 × {complaints} ÷ {base} = {per_1000}", "1,000 × {complaints} ÷ {base} = {per_1000}"),
            empty=Text("没有客户数可除，算不出每千几件。", "there is nobody to divide by, so there is no rate."),
            cautions=(
                Caution(
                    Text(
                        "件数少：先看区间，多一件少一件都可能只是碰巧。",
                        "Few complaints: read the interval first. One more or less may well be chance.",
                    ),
                    lambda values, _outputs: values["base"] > 0 and values["complaints"] < SMALL_SAMPLE,
                ),
            ),
            interval=ends(),
            examples=(
                Example({"complaints": 158, "base": 40235}, {"per_1000": 3.92692929}, "Scottish Friendly UK complaints data, January to June 2017"),
                Example({"complaints": 138, "base": 911505}, {"per_1000": 0.15}, "Scottish Friendly: 138 of 911,505", places=2),
            ),
        ),
    ),
)

_LIMITS = (
    Duration(
        name="first_days",
        label=Text("第一道时限（天）", "First limit (days)"),
        hint=Text("按你们当地的规定；不填是 3 天", "By your local rules; 3 if left empty"),
        unit="days",
        above=0,
        maximum=3650,
        optional=True,
        default=3,
    ),
    Duration(
        name="last_days",
        label=Text("最后时限（天）", "Last limit (days)"),
        hint=Text("不填是 8 周，即 56 天", "8 weeks, that is 56 days, if left empty"),
        unit="days",
        above=0,
        maximum=3650,
        optional=True,
        default=56,
    ),
)


def _in_order(values: Values) -> FieldError | None:
    if values["first_days"] < values["last_days"]:
        return None
    return FieldError("last_days", Text("最后时限要比第一道时限长", "The last limit must be longer than the first"))


def _closed(values: Values) -> Outputs:
    closed, early, later = values["closed"], values["within_3d"], values["within_8w"]

    def share(n: int) -> float | None:
        return 100 * n / closed if closed else None

    return {
        **rate("in_time_pct", early + later, closed, percent=True),
        "within_3d_pct": share(early),
        "within_8w_pct": share(later),
        "late_pct": share(closed - early - later),
        "late": closed - early - later,
    }


def _from_percents(values: Values) -> Outputs:
    in_time = Fraction(str(values["within_3d_pct"])) + Fraction(str(values["within_8w_pct"]))
    return {"in_time_pct": float(in_time), "late_pct": float(100 - in_time)}


def _parts_of_hundred(values: Values) -> FieldError | None:
    if Fraction(str(values["within_3d_pct"])) + Fraction(str(values["within_8w_pct"])) <= 100:
        return None
    return FieldError(
        "within_8w_pct",
        Text(
            "两段加起来超过了 100%：第二段只算第一道时限之后结的",
            "The two add up to more than 100%: the second part is only what closed after the first limit",
        ),
    )


_IN_TIME = Text("期限内结清", "Closed in time")
_LATE = Output(name="late_pct", label=Text("超过最后时限", "Later than the last limit"), unit="percent", decimals=2)
_LOCAL = Caution(
    Text("有超过最后时限的：一件一件列出来，写清卡在哪。", "Some went past the last limit: list each of them, and what it is stuck on."),
    lambda _values, outputs: isinstance(late := outputs["late_pct"], float) and late > 0,
)

COMPLAINT_TIMELINESS = Calculator(
    id="complaint_timeliness",
    title=Text("投诉时效（3 天 / 8 周）", "Complaint closure timeliness"),
    purpose=Text(
        "结了的投诉，多少在头几天、多少在期限内、多少拖过了头。",
        "Of the complaints closed, how many took days, how many kept the limit, how many ran over it.",
    ),
    formula=Text(
        "期限内 =（第一道时限内结的 + 之后、最后时限内结的）÷ 全部结的；超期 = 其余",
        "in time = (closed within the first limit + closed after it, within the last) ÷ all closed; late = the rest",
    ),
    group="listening",
    main="in_time_pct",
    better="higher",
    source=Text(
        "口径：英国 FCA 的公布格式（3 个工作日、8 周）；算例：Monzo 投诉数据。" + WILSON.zh,
        "Format of the UK's FCA (three business days, eight weeks); example: Monzo complaints data. " + WILSON.en,
    ),
    aliases={
        "zh": ("投诉时效", "投诉处理时长", "投诉结案及时率", "超期投诉", "3 天 8 周"),
        "en": ("complaint timeliness", "closure time", "eight weeks", "three days", "late complaints"),
    },
    practices=(5, 14, 29),
    assumptions=(
        Text(
            "3 天和 8 周是英国的规定；你们当地的时限不同，就改下面两格。",
            "Three days and eight weeks are British rules: change the two limits to those of your place.",
        ),
        Text("只数结了的；还开着的要另报，尤其已经超期的。", "Counts closed ones only: report those still open apart, above all the late ones."),
    ),
    ways=(
        Way(
            name="counts",
            title=Text("按件数", "From counts"),
            inputs=(
                Count(name="closed", label=Text("结了的投诉", "Complaints closed"), unit="cases", better="lower"),
                Count(name="within_3d", label=Text("第一道时限内结的", "Closed within the first limit"), unit="cases", better="higher"),
                Count(
                    name="within_8w",
                    label=Text("之后、最后时限内结的", "Closed after that, within the last limit"),
                    hint=Text("不含上一格", "Without those of the field above"),
                    unit="cases",
                    better="higher",
                ),
                *_LIMITS,
            ),
            outputs=(
                *rate_outputs("in_time_pct", _IN_TIME, percent=True),
                Output(name="within_3d_pct", label=Text("第一道时限内", "Within the first limit"), unit="percent", decimals=2),
                Output(name="within_8w_pct", label=Text("之后、最后时限内", "After that, within the last"), unit="percent", decimals=2),
                _LATE,
                Output(name="late", label=Text("超期几件", "How many were late"), unit="cases"),
            ),
            compute=_closed,
            rules=(
                together_within(
                    ("within_3d", "within_8w"),
                    "closed",
                    Text(
                        "两段加起来不能多于结了的；第二段不含第一段", "The two can't add up to more than were closed; the second is without the first"
                    ),
                ),
                _in_order,
            ),
            sentence=Text(
                "结了 {closed} 件：{first_days}内 {within_3d_pct}，之后、{last_days}内 {within_8w_pct}，超期 {late} 件（{late_pct}）。"
                "期限内 {in_time_pct}，95% 区间 {ci_low_pct}–{ci_high_pct}。",
                "Of {closed} closed, {within_3d_pct} took up to {first_days}, {within_8w_pct} up to {last_days}, and {late} were late ({late_pct}). "
                "In time: {in_time_pct}, with a 95% interval of {ci_low_pct} to {ci_high_pct}.",
            ),
            working=Text("({within_3d} + {within_8w}) ÷ {closed} = {in_time_pct}", "({within_3d} + {within_8w}) ÷ {closed} = {in_time_pct}"),
            empty=Text("一件投诉也没结，算不出时效。", "no complaint was closed, so there is no share."),
            cautions=(small_sample("closed"), _LOCAL),
            sample=lambda values: (values["within_3d"] + values["within_8w"], values["closed"]),
            interval=ends(percent=True),
            examples=(
                Example(
                    {"closed": 1000, "within_3d": 350, "within_8w": 640},
                    {"in_time_pct": 99.0, "within_3d_pct": 35.0, "within_8w_pct": 64.0, "late_pct": 1.0, "late": 10},
                    "constructed",
                ),
            ),
        ),
        Way(
            name="percents",
            title=Text("按公布的百分比", "From published percentages"),
            inputs=(
                Percent(name="within_3d_pct", label=Text("第一道时限内结的（%）", "Closed within the first limit (%)"), better="higher"),
                Percent(
                    name="within_8w_pct",
                    label=Text("之后、最后时限内结的（%）", "Closed after that, within the last limit (%)"),
                    hint=Text("不含上一格", "Without those of the field above"),
                    better="higher",
                ),
                *_LIMITS,
            ),
            outputs=(Output(name="in_time_pct", label=_IN_TIME, unit="percent", decimals=2), _LATE),
            compute=_from_percents,
            rules=(_parts_of_hundred, _in_order),
            sentence=Text(
                "{first_days}内结 {within_3d_pct}，之后、{last_days}内结 {within_8w_pct}：期限内 {in_time_pct}，超期 {late_pct}。",
                "{within_3d_pct} closed within {first_days}, {within_8w_pct} after that within {last_days}: {in_time_pct} in time, {late_pct} late.",
            ),
            working=Text("100% − {within_3d_pct} − {within_8w_pct} = {late_pct}", "100% − {within_3d_pct} − {within_8w_pct} = {late_pct}"),
            cautions=(_LOCAL,),
            examples=(
                Example({"within_3d_pct": 35.35, "within_8w_pct": 64.34}, {"late_pct": 0.31}, "FCA publication format, Monzo complaints data"),
            ),
        ),
    ),
)

COMPLAINTS: tuple[Calculator, ...] = (COMPLAINT_RATE, COMPLAINT_TIMELINESS)
