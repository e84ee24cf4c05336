"""How much of the paid time is there to work with, and how full it is."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import prod

from kbplatform.sdk import LANGS, Text
from kbplatform_calculators import erlang
from kbplatform_calculators.calculator import Calculator, Caution, Example, Outputs, Values, Way
from kbplatform_calculators.erlang import exact
from kbplatform_calculators.figures import Output, written
from kbplatform_calculators.inputs import Count, Duration, Number, Series, Share
from kbplatform_calculators.rules import over, within

MOST = 0.95
"""Highest shrinkage with which a roster is computed."""
_REQUIRED = Number(
    name="required",
    label=Text("要在线的人数", "Agents needed at work"),
    hint=Text("例如 Erlang C 算出来的", "As Erlang C gives it, for example"),
    unit="agents",
)
_IF_KNOWN = Number(
    name="required",
    label=_REQUIRED.label,
    hint=Text("填了就一并算出排班人数", "Fill it in to get the number to schedule too"),
    unit="agents",
    optional=True,
)
_ROSTER = (
    Output(name="scheduled", label=Text("排班人数", "To schedule"), unit="agents", decimals=0),
    Output(name="gross", label=Text("未取整", "Before rounding up"), unit="agents", decimals=2),
)
_SHRINKAGE = Output(name="shrinkage", label=Text("缩减率", "Shrinkage"), unit="proportion")


def _roster(required: float | None, shrinkage: float | Fraction) -> Outputs:
    if required is None or exact(shrinkage) > exact(MOST):
        return {"scheduled": None, "gross": None}
    share = exact(shrinkage)
    return {"scheduled": erlang.scheduled(required, share), "gross": float(erlang.gross(required, share))}


def _compound(values: Values) -> Outputs:
    parts = [exact(p) for p in values["parts"]]
    together = 1 - prod((1 - p for p in parts), start=Fraction(1))
    return {"shrinkage": float(together), "added_up": float(sum(parts)), **_roster(values["required"], together)}


def _from_hours(values: Values) -> Outputs:
    if not values["paid_h"]:
        return {"shrinkage": None, "scheduled": None, "gross": None}
    share = exact(values["unavailable_h"]) / exact(values["paid_h"])
    return {"shrinkage": float(share), **_roster(values["required"], share)}


def _with_roster(sentence: Text) -> Callable[[Values, Outputs], Text]:
    def say(_values: Values, outputs: Outputs) -> Text:
        if outputs["scheduled"] is None:
            return Text(sentence.zh + "。", sentence.en + ".")
        return Text(sentence.zh + "；要 {required}在线，排班 {scheduled}。", sentence.en + "; for {required} at work, schedule {scheduled}.")

    return say


def _from_parts(values: Values, outputs: Outputs) -> Text:
    zh, en = (" × ".join(f"(1 − {written(p, 'proportion', lang)})" for p in values["parts"]) for lang in LANGS)
    return _and_roster(Text(f"1 − {zh} = {{shrinkage}}", f"1 − {en} = {{shrinkage}}"), outputs)


def _and_roster(working: Text, outputs: Outputs) -> Text:
    if outputs["scheduled"] is None:
        return working
    return Text(
        working.zh + "；{required} ÷ (1 − {shrinkage}) = {gross}，进位到 {scheduled}",
        working.en + "; {required} ÷ (1 − {shrinkage}) = {gross}, rounded up to {scheduled}",
    )


_TOO_MUCH = Caution(
    Text("超过 95% 都不在，排班人数就不算了：请检查这些数。", "With more than 95% away no roster is given: check these figures."),
    lambda values, outputs: values["required"] is not None and outputs["shrinkage"] is not None and outputs["scheduled"] is None,
)

SHRINKAGE = Calculator(
    id="shrinkage",
    title=Text("缩减率（损耗率）", "Shrinkage and gross-up"),
    purpose=Text(
        "要这么多人在线，得排多少人；假期、培训、会议加起来占掉多少。",
        "How many to schedule so that enough are at work, and what leave, training and meetings take together.",
    ),
    formula=Text(
        "缩减率 = 不在线的工时 ÷ 付薪工时；几项合起来 = 1 − Π(1 − 各项)；排班 = ⌈在线人数 ÷ (1 − 缩减率)⌉",
        "shrinkage = unavailable ÷ paid hours; several together = 1 − Π(1 − each); scheduled = ⌈needed ÷ (1 − shrinkage)⌉",
    ),
    group="staffing",
    main="scheduled",
    better="context",
    source=Text(
        "Monet Software（100 ÷ (1 − 0.4) = 167）；常见 20%–35%：Reynolds、Call Centre Helper",
        "Monet Software (100 ÷ (1 − 0.4) = 167); 20–35% in most centres: Reynolds, Call Centre Helper",
    ),
    aliases={
        "zh": ("缩减率", "损耗率", "排班人数", "出勤率", "缺勤", "排班系数", "人力损耗"),
        "en": ("shrinkage", "gross-up", "rostered staff factor", "RSF", "absenteeism", "scheduled heads"),
    },
    practices=(17,),
    assumptions=(
        Text(
            "要除以（1 − 缩减率），不是乘以（1 + 缩减率）：要 100 人、缩减 40% 时，乘出来 140 人，少排 27 人。",
            "Divide by (1 − shrinkage); do not multiply by (1 + shrinkage): for 100 agents at 40%, multiplying gives 140, which is 27 short.",
        ),
    ),
    ways=(
        Way(
            name="gross_up",
            title=Text("知道缩减率，要排多少人", "From a shrinkage you know"),
            inputs=(
                _REQUIRED,
                Share(name="shrinkage", label=_SHRINKAGE.label, hint=Text("常见 20%–35%", "20–35% is usual"), maximum=MOST),
            ),
            outputs=_ROSTER,
            compute=lambda values: _roster(values["required"], values["shrinkage"]),
            sentence=Text(
                "要 {required}在线、缩减率 {shrinkage}：排班 {scheduled}。",
                "For {required} at work with {shrinkage} shrinkage, schedule {scheduled}.",
            ),
            working=Text(
                "{required} ÷ (1 − {shrinkage}) = {gross}，进位到 {scheduled}", "{required} ÷ (1 − {shrinkage}) = {gross}, rounded up to {scheduled}"
            ),
            examples=(
                Example({"required": 100, "shrinkage": 0.4}, {"scheduled": 167}, "Monet Software"),
                Example({"required": 21, "shrinkage": 0.3}, {"scheduled": 30, "gross": 30.0}, "exact: floats would say 31"),
            ),
        ),
        Way(
            name="parts",
            title=Text("几项合起来是多少", "From its parts"),
            main="shrinkage",
            inputs=(
                Series(
                    name="parts",
                    label=Text("各项缩减", "Parts"),
                    hint=Text("每项占剩下时间的比例，例如 10%、8%、5%", "Each as a share of what the others leave, for example 10%, 8%, 5%"),
                    item=Share(name="part", label=Text("一项", "Part"), maximum=MOST),
                    most=20,
                ),
                _IF_KNOWN,
            ),
            outputs=(_SHRINKAGE, Output(name="added_up", label=Text("直接相加", "Simply added up"), unit="proportion"), *_ROSTER),
            compute=_compound,
            sentence=_with_roster(
                Text(
                    "各项合起来，缩减率 {shrinkage}（直接相加是 {added_up}，重复算了）",
                    "Together they make {shrinkage} (adding them up gives {added_up} and counts some time twice)",
                )
            ),
            working=_from_parts,
            cautions=(_TOO_MUCH,),
            examples=(Example({"parts": [0.1, 0.2]}, {"shrinkage": 0.28, "added_up": 0.3}, "1 − 0.9 × 0.8, computed"),),
        ),
        Way(
            name="hours",
            title=Text("从工时算", "From hours"),
            main="shrinkage",
            inputs=(
                Duration(
                    name="unavailable_h",
                    label=Text("不在线的工时", "Unavailable hours"),
                    hint=Text("领工资但接不了电话", "Paid, but not there for calls"),
                    unit="h",
                ),
                Duration(name="paid_h", label=Text("付薪工时", "Paid hours"), unit="h"),
                _IF_KNOWN,
            ),
            outputs=(_SHRINKAGE, *_ROSTER),
            compute=_from_hours,
            rules=(within("unavailable_h", "paid_h", Text("不能多于付薪工时", "Can't be more than the paid hours")),),
            sentence=_with_roster(
                Text(
                    "付薪 {paid_h}里有 {unavailable_h}不在线：缩减率 {shrinkage}",
                    "{unavailable_h} of {paid_h} paid are not there for calls: {shrinkage} shrinkage",
                )
            ),
            working=lambda _values, outputs: _and_roster(
                Text("{unavailable_h} ÷ {paid_h} = {shrinkage}", "{unavailable_h} ÷ {paid_h} = {shrinkage}"), outputs
            ),
            empty=Text("付薪工时是 0，算不出比率。", "no paid hours, so there is no share to give."),
            cautions=(_TOO_MUCH,),
            examples=(Example({"unavailable_h": 12, "paid_h": 40}, {"shrinkage": 0.3}, "unavailable ÷ paid, computed"),),
        ),
    ),
)

_HANDLING = Duration(
    name="handling", label=Text("处理时间", "Handling time"), hint=Text("通话、保持和话后整理都算", "Talk, hold and wrap-up"), unit="min"
)
_OCCUPIED = Output(name="pct", label=Text("占用率", "Occupancy"), unit="percent")
_WEARING = Caution(
    Text("超过 85%：长期这样，人会累垮、会走。", "Above 85%: in the long run people wear out and leave."),
    over("pct", 85, 100),
)


def _percent(part: float | Fraction, whole: float | Fraction) -> float | None:
    return float(100 * exact(part) / exact(whole)) if whole else None


OCCUPANCY = Calculator(
    id="occupancy",
    title=Text("占用率（工时占用率）", "Occupancy"),
    purpose=Text("坐在电话前的时间里，多少真的在处理来电。", "How much of the time at the phone is spent handling contacts."),
    formula=Text("占用率 = 处理时间 ÷（处理时间 + 空闲等待时间）", "occupancy = handling ÷ (handling + available)"),
    group="staffing",
    main="pct",
    better="target",
    source=Text(
        "Fonolo “4 pitfalls when measuring occupancy”；80%–85%：Call Centre Helper 132518",
        "Fonolo, “4 pitfalls when measuring occupancy”; 80–85%: Call Centre Helper 132518",
    ),
    aliases={
        "zh": ("占用率", "工时占用率", "忙碌率", "通话饱和度", "饱和度"),
        "en": ("occupancy", "agent occupancy", "busy rate"),
    },
    practices=(17, 30),
    assumptions=(
        Text(
            "话后整理算处理时间；休息、培训不算在内，那是缩减。常见 80%–85%。",
            "Wrap-up is handling; breaks and training belong to shrinkage. 80–85% is usual.",
        ),
    ),
    ways=(
        Way(
            name="available",
            title=Text("知道空闲等了多久", "From time available"),
            inputs=(
                _HANDLING,
                Duration(
                    name="available",
                    label=Text("空闲等待时间", "Available time"),
                    hint=Text("就绪、等来电", "Ready, waiting for a contact"),
                    unit="min",
                ),
            ),
            outputs=(_OCCUPIED,),
            compute=lambda values: {"pct": _percent(values["handling"], exact(values["handling"]) + exact(values["available"]))},
            sentence=Text("处理 {handling}、空闲 {available}：占用率 {pct}。", "{handling} handling and {available} available: {pct} occupied."),
            working=Text("{handling} ÷ ({handling} + {available}) = {pct}", "{handling} ÷ ({handling} + {available}) = {pct}"),
            empty=Text("登录时间是 0，算不出比率。", "no time was logged, so there is no share to give."),
            cautions=(_WEARING,),
            examples=(Example({"handling": 45, "available": 15}, {"pct": 75.0}, "Fonolo: 45 of 60 min is 75%"),),
        ),
        Way(
            name="logged",
            title=Text("知道总共登录了多久", "From time logged in"),
            inputs=(
                _HANDLING,
                Duration(
                    name="logged", label=Text("登录时间", "Time logged in"), hint=Text("不含休息、培训", "Without breaks and training"), unit="min"
                ),
            ),
            outputs=(_OCCUPIED,),
            compute=lambda values: {"pct": _percent(values["handling"], values["logged"])},
            sentence=Text("登录 {logged}，其中处理 {handling}：占用率 {pct}。", "{handling} handling in {logged} logged in: {pct} occupied."),
            working=Text("{handling} ÷ {logged} = {pct}", "{handling} ÷ {logged} = {pct}"),
            empty=Text("登录时间是 0，算不出比率。", "no time was logged, so there is no share to give."),
            cautions=(
                _WEARING,
                Caution(
                    Text(
                        "超过 100%：要么一个人同时接几个会话，要么时间记错了。", "Above 100%: either several chats at once, or the times are wrong."
                    ),
                    over("pct", 100),
                ),
            ),
            examples=(Example({"handling": 45, "logged": 60}, {"pct": 75.0}, "Fonolo: 45 of 60 min is 75%"),),
        ),
    ),
)

UTILISATION = Calculator(
    id="utilisation",
    title=Text("工时利用率", "Utilisation"),
    purpose=Text("付了工资的时间里，多少真的用在处理上。", "How much of the time that is paid goes into handling contacts."),
    formula=Text("利用率 = 处理量 × 单件时长 ÷（天数 × 每天工时 × 60）", "utilisation = contacts × handling minutes ÷ (days × hours × 60)"),
    group="staffing",
    main="pct",
    better="target",
    source=Text("MetricNet/HDI，转引自 Mechdyne；服务台平均 47.8%", "MetricNet/HDI, quoted by Mechdyne; service-desk average 47.8%"),
    aliases={
        "zh": ("利用率", "工时利用率", "人力利用率", "有效工时占比"),
        "en": ("utilisation", "utilization", "agent utilisation"),
    },
    assumptions=(
        Text(
            "分母是付薪工时，假期、会议、休息都在里面，所以比占用率低。服务台平均约 48%。",
            "Divides by paid time, leave, meetings and breaks included, so it is lower than occupancy. Service desks average about 48%.",
        ),
    ),
    ways=(
        Way(
            inputs=(
                Count(
                    name="contacts", label=Text("处理量", "Contacts handled"), hint=Text("一个人一个月", "By one person in a month"), unit="contacts"
                ),
                Duration(
                    name="handle_min", label=Text("单件时长", "Time each"), hint=Text("以分钟计，也可以写 3:20", "In minutes, or as 3:20"), unit="min"
                ),
                Number(name="days", label=Text("工作天数", "Days worked"), unit="days", above=0),
                Duration(name="hours", label=Text("每天付薪工时", "Paid hours a day"), unit="h", above=0),
            ),
            outputs=(Output(name="pct", label=Text("利用率", "Utilisation"), unit="percent"),),
            compute=lambda values: {
                "pct": _percent(exact(values["contacts"]) * exact(values["handle_min"]), exact(values["days"]) * exact(values["hours"]) * 60)
            },
            sentence=Text(
                "{days}、每天 {hours}里处理 {contacts} 件、每件 {handle_min}：利用率 {pct}。",
                "{contacts:contact} of {handle_min} in {days} of {hours}: {pct} of the paid time is used.",
            ),
            working=Text("{contacts} × {handle_min} ÷ ({days} × {hours}) = {pct}", "{contacts} × {handle_min} ÷ ({days} × {hours}) = {pct}"),
            empty=Text("付薪工时是 0，算不出比率。", "no paid time, so there is no share to give."),
            cautions=(
                Caution(
                    Text("超过 75%：没留出培训、改进和喘气的时间。", "Above 75%: no time is left for training, improvement and breath."),
                    over("pct", 75, 100),
                ),
                Caution(
                    Text("超过 100%：工时或处理量有一个记错了。", "Above 100%: either the hours or the contacts are wrong."),
                    over("pct", 100),
                ),
            ),
            examples=(Example({"contacts": 375, "handle_min": 8, "days": 20, "hours": 8}, {"pct": 31.25}, "formula MetricNet/HDI, computed"),),
        ),
    ),
)

PRESENCE: tuple[Calculator, ...] = (SHRINKAGE, OCCUPANCY, UTILISATION)
