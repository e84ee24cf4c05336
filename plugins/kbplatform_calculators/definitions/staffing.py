"""Are there enough of us? Agents, lines, and what callers meet with them, by Erlang's formulae."""

from __future__ import annotations

from fractions import Fraction

from kbplatform.sdk import FieldError, Text
from kbplatform_calculators import erlang
from kbplatform_calculators.calculator import Calculator, Caution, Example, Neighbours, Outputs, Values, Way
from kbplatform_calculators.definitions.lines import ERLANG_B
from kbplatform_calculators.definitions.patience import ERLANG_A
from kbplatform_calculators.definitions.presence import MOST, PRESENCE
from kbplatform_calculators.erlang import MAX_AGENTS, exact
from kbplatform_calculators.figures import Output
from kbplatform_calculators.inputs import Count, Duration, Number, Share
from kbplatform_calculators.rules import over

HIGH_OCCUPANCY = 0.85
"""Above this people have hardly a breath between calls. Source: Call Centre Helper 132518, 157102."""
TOO_MANY = Text(
    f"要超过 {MAX_AGENTS:,} 人才够，算到这里为止。请检查是不是多打了几个零，或者拆成几个队列。",
    f"This would take more than {MAX_AGENTS:,} agents, which is as far as it goes. Check for extra zeros, or split the queue.",
)

ERLANGS = Output(name="erlangs", label=Text("话务量", "Traffic"), unit="erlang", decimals=2)
_QUEUE = (
    ERLANGS,
    Output(name="p_wait", label=Text("要等的来电", "Calls that wait"), unit="proportion"),
    Output(name="service_level", label=Text("服务水平", "Service level"), unit="proportion"),
    Output(name="asa_s", label=Text("平均应答速度 ASA", "Average speed of answer"), unit="s"),
    Output(name="occupancy", label=Text("占用率", "Occupancy"), unit="proportion"),
    Output(name="gross", label=Text("算上缩减，未取整", "With shrinkage, before rounding up"), unit="agents", decimals=2),
    Output(name="scheduled", label=Text("排班人数", "To schedule"), unit="agents", decimals=0),
)
_AGENTS = Output(name="agents", label=Text("在线坐席", "Agents on the phone"), unit="agents", decimals=0)
_LOAD = (
    Number(name="calls", label=Text("来电量", "Calls"), hint=Text("这个时段里的来电", "In the period"), unit="calls"),
    Duration(
        name="period_s",
        label=Text("时段长", "Length of the period"),
        hint=Text("例如 30分钟、1h 或 1800", "For example 30 min, 1h or 1800"),
        unit="s",
        minimum=1,
    ),
    Duration(
        name="aht_s",
        label=Text("平均处理时长 AHT", "Average handling time"),
        hint=Text("通话加话后整理，例如 3:20", "Talk and wrap-up, for example 3:20"),
        unit="s",
        minimum=1,
    ),
)
_WITHIN = Duration(
    name="target_s",
    label=Text("几秒内接起", "Answered within"),
    hint=Text("不填按 20 秒", "20 s if left empty"),
    unit="s",
    optional=True,
    default=20,
)
SHRINKAGE = Share(
    name="shrinkage",
    label=Text("缩减率", "Shrinkage"),
    hint=Text("领工资但不在线的时间：假期、培训、会议、休息；不填按 0", "Paid but not available: leave, training, meetings, breaks; 0 if left empty"),
    maximum=MOST,
    optional=True,
    default=0,
)


def _met(values: Values, traffic: Fraction, agents: int) -> Outputs:
    """What callers meet with so many agents; None where nobody calls, or where the queue grows without limit."""
    queue = erlang.queue(traffic, agents, values["aht_s"], values["target_s"]) if traffic else None
    return {
        "erlangs": float(traffic),
        "p_wait": queue.p_wait if queue else None,
        "service_level": queue.service_level if queue else None,
        "asa_s": queue.wait if queue else None,
        "occupancy": queue.occupancy if queue else None if traffic else 0.0,
        "gross": float(erlang.gross(agents, values["shrinkage"])),
        "scheduled": erlang.scheduled(agents, values["shrinkage"]),
    }


def _traffic(values: Values) -> Fraction:
    return erlang.offered(values["calls"], values["aht_s"], values["period_s"])


def agents_for(values: Values) -> int | None:
    """The fewest agents that reach the target of way ``target``; None where MAX_AGENTS are too few."""
    patience = exact(values["target_s"]) / exact(values["aht_s"])
    return erlang.agents_needed(_traffic(values), exact(values["target_sl"]), patience, exact(values["max_occupancy"]))


def _for_target(values: Values) -> Outputs:
    agents = agents_for(values) or MAX_AGENTS
    return {"agents": agents, **_met(values, _traffic(values), agents)}


def _with_agents(values: Values) -> Outputs:
    traffic = _traffic(values)
    return {**_met(values, traffic, values["agents"]), "least_agents": int(traffic) + 1}


def _answer(values: Values, _outputs: Outputs) -> Text:
    if not values["calls"]:
        return Text(
            "这个时段没有来电，也得有人守着：留 {agents}，排班 {scheduled}。",
            "No calls in this period, but somebody has to be there: {agents}; schedule {scheduled}.",
        )
    rest = (
        Text("算上缩减 {shrinkage}，排班要 {scheduled}。", " With {shrinkage} shrinkage, schedule {scheduled}.")
        if values["shrinkage"]
        else Text("", "")
    )
    return Text(
        "每 {period_s}来电 {calls} 通、每通 {aht_s}，话务量 {erlangs}：{agents}在线，"
        "{target_s}内能接起 {service_level}（目标 {target_sl}），平均等 {asa_s}，占用率 {occupancy}。" + rest.zh,
        "{calls:call} every {period_s}, {aht_s} each ({erlangs}): "
        "{agents} on the phone answer {service_level} within {target_s} (target {target_sl}), "
        "the average wait is {asa_s} and occupancy {occupancy}." + rest.en,
    )


def _grows(values: Values, outputs: Outputs) -> tuple[Text, Text] | None:
    if not values["calls"] or outputs["p_wait"] is not None:
        return None
    return (
        Text("排队没有尽头", "The queue never ends"),
        Text(
            "话务量 {erlangs}，只有 {agents}：打进来的接不完，队伍会一直变长，算不出平均等待。至少要 {least_agents}才接得完。",
            "{erlangs} of traffic for {agents}: they can't keep up with what comes in, so the queue grows without limit and has no average wait. "
            "It takes at least {least_agents}.",
        ),
    )


_BUSY = Caution(
    Text(
        "占用率 {occupancy}，超过 85%：接完一通马上又一通，长期这样人撑不住。",
        "Occupancy {occupancy} is above 85%: call after call without a breath wears people out.",
    ),
    over("occupancy", HIGH_OCCUPANCY),
)
_NOBODY_AWAY = Caution(
    Text("没算缩减：这是坐在电话前的人数，不是排班人数。", "Without shrinkage this is people at the phone, not people on the roster."),
    lambda values, _outputs: not values["shrinkage"],
)
_TRAFFIC = "{calls} × {aht_s} ÷ {period_s} = {erlangs}"
_SHARE = "1 − {p_wait} × e^(−({agents} − {erlangs}) × {target_s} ÷ {aht_s}) = {service_level}"
_WORKING = Text(f"{_TRAFFIC}；{_SHARE}", f"{_TRAFFIC}; {_SHARE}")
_FORUM = "Call Centre Helper forum 116414"

ERLANG_C = Calculator(
    id="erlang_c",
    title=Text("坐席需求 Erlang C", "Agents needed (Erlang C)"),
    purpose=Text(
        "这些来电要几个人接，才接得够快；或者这几个人，能接多快。", "How many agents answer these calls fast enough, or how fast these agents answer."
    ),
    formula=Text(
        "A = 来电 × AHT ÷ 时段；B 按 B_k = A·B_(k−1) ÷ (k + A·B_(k−1)) 递推；Pw = B ÷ (1 − (A ÷ N)(1 − B))；SL = 1 − Pw·e^(−(N − A)·T ÷ AHT)；"
        "ASA = Pw·AHT ÷ (N − A)；排班 = ⌈N ÷ (1 − 缩减率)⌉",
        "A = calls × AHT ÷ period; B by B_k = A·B_(k−1) ÷ (k + A·B_(k−1)); Pw = B ÷ (1 − (A ÷ N)(1 − B)); SL = 1 − Pw·e^(−(N − A)·T ÷ AHT); "
        "ASA = Pw·AHT ÷ (N − A); scheduled = ⌈N ÷ (1 − shrinkage)⌉",
    ),
    group="staffing",
    main="agents",
    better="n/a",
    source=Text(
        "A. K. Erlang（1917）；算例：Call Centre Helper “Erlang C Formula”，CRAN ErlangC 0.1.0；占用率 85%：Call Centre Helper 132518、157102",
        "A. K. Erlang (1917); example: Call Centre Helper “Erlang C Formula”, CRAN ErlangC 0.1.0; 85% occupancy: Call Centre Helper 132518, 157102",
    ),
    aliases={
        "zh": ("Erlang C", "坐席需求", "排班人数", "话务量", "爱尔兰", "厄朗", "人力测算", "需要多少坐席", "人够不够", "全天排班", "分时排班"),
        "en": ("Erlang C", "staffing", "agents needed", "headcount", "workforce management", "WFM", "traffic intensity", "80/20", "day planner"),
    },
    practices=(17, 25),
    assumptions=(
        Text(
            "当作没人中途挂断、来电随机到、一种技能谁都能接：真实情况要的人只会少一点，所以这是上限。",
            "Takes it that nobody hangs up, calls arrive at random and every agent takes every call: it is an upper bound on staffing.",
        ),
    ),
    ways=(
        Way(
            name="target",
            title=Text("要达到目标，得几个人", "Agents for a target"),
            inputs=(
                *_LOAD,
                Share(
                    name="target_sl",
                    label=Text("服务水平目标", "Service level target"),
                    hint=Text("不填按 80%", "80% if left empty"),
                    maximum=0.9999,
                    optional=True,
                    default=0.8,
                ),
                _WITHIN,
                Share(
                    name="max_occupancy",
                    label=Text("占用率上限", "Highest occupancy"),
                    hint=Text("常用 85%；不填不限", "85% is usual; no limit if left empty"),
                    minimum=0.01,
                    optional=True,
                    default=1,
                ),
                SHRINKAGE,
            ),
            outputs=(_AGENTS, *_QUEUE),
            compute=_for_target,
            rules=(lambda values: None if agents_for(values) else FieldError("calls", TOO_MANY),),
            sentence=_answer,
            working=lambda values, _outputs: _WORKING if values["calls"] else Text(_TRAFFIC, _TRAFFIC),
            cautions=(_BUSY, _NOBODY_AWAY),
            neighbours=Neighbours("agents", "agents", "agents"),
            examples=(
                Example(
                    {"calls": 100, "period_s": 1800, "aht_s": 180, "target_sl": 0.8, "target_s": 20, "max_occupancy": 0.85, "shrinkage": 0.3},
                    {
                        "erlangs": 10.0,
                        "agents": 14,
                        "p_wait": 0.174131934,
                        "service_level": 0.888350019,
                        "asa_s": 7.835937012,
                        "occupancy": 0.714285714,
                        "scheduled": 20,
                    },
                    "Call Centre Helper, Erlang C Formula; CRAN ErlangC 0.1.0",
                ),
                Example(
                    {"calls": 14, "period_s": 3600, "aht_s": 577, "target_sl": 0.8, "target_s": 60, "shrinkage": 0.35},
                    {"agents": 4, "gross": 6.15},
                    _FORUM,
                    places=2,
                ),
                Example(
                    {"calls": 14, "period_s": 3600, "aht_s": 578, "target_sl": 0.8, "target_s": 60, "shrinkage": 0.35},
                    {"agents": 5, "gross": 7.69},
                    _FORUM,
                    places=2,
                ),
            ),
        ),
        Way(
            name="agents",
            title=Text("这几个人，能接多快", "What these agents can do"),
            main="service_level",
            inputs=(
                *_LOAD,
                Count(name="agents", label=Text("在线坐席", "Agents on the phone"), unit="agents", minimum=1, maximum=MAX_AGENTS),
                _WITHIN,
                SHRINKAGE,
            ),
            outputs=(*_QUEUE, Output(name="least_agents", label=Text("至少几人才接得完", "Fewest who keep up"), unit="agents", decimals=0)),
            compute=_with_agents,
            sentence=Text(
                "每 {period_s}来电 {calls} 通、每通 {aht_s}，{agents}接：{target_s}内接起 {service_level}，平均等 {asa_s}，占用率 {occupancy}。",
                "{calls:call} every {period_s}, {aht_s} each, for {agents}: "
                "{service_level} answered within {target_s}, an average wait of {asa_s}, occupancy {occupancy}.",
            ),
            working=_WORKING,
            empty=Text("这个时段没有来电，谈不上接得快慢。", "no calls in this period, so nobody was answered fast or slowly."),
            instead=_grows,
            cautions=(_BUSY,),
            neighbours=Neighbours("agents", "agents", "agents"),
            examples=(
                Example(
                    {"calls": 360, "period_s": 1800, "aht_s": 240, "agents": 55, "target_s": 15},
                    {"erlangs": 48, "p_wait": 0.2387, "service_level": 0.8459},
                    "The Erlang-C Formula",
                    places=4,
                ),
                Example(
                    {"calls": 360, "period_s": 1800, "aht_s": 240, "agents": 55, "target_s": 15}, {"asa_s": 8.18}, "The Erlang-C Formula", places=2
                ),
                Example(
                    {"calls": 14, "period_s": 3600, "aht_s": 578, "agents": 4, "target_s": 60},
                    {"service_level": 0.7995},
                    _FORUM,
                    places=4,
                ),
            ),
        ),
    ),
)

STAFFING: tuple[Calculator, ...] = (ERLANG_C, *PRESENCE, ERLANG_B, ERLANG_A)
