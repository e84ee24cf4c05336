"""Callers who may give up (Erlang A)."""

from __future__ import annotations

from kbplatform.sdk import FieldError, Text
from kbplatform_calculators import erlang
from kbplatform_calculators.calculator import Calculator, Caution, Example, Neighbours, Outputs, Values, Way
from kbplatform_calculators.erlang import MAX_AGENTS, MAX_STATES
from kbplatform_calculators.figures import Output
from kbplatform_calculators.inputs import Count, Duration, Number, Share

_TOO_LONG = Text(
    "排队会有几千万人那么长，这已经不是排队了。请检查来电量和耐心时长是不是多打了几个零。",
    "The queue would be tens of millions of callers long, which is no queue any more. Check calls and patience for extra zeros.",
)
_RATE = (
    Number(name="calls_per_min", label=Text("每分钟来电", "Calls per minute"), unit="calls"),
    Duration(
        name="aht_min",
        label=Text("平均处理时长 AHT", "Average handling time"),
        hint=Text("以分钟计，也可以写 3:20", "In minutes, or as 3:20"),
        unit="min",
    ),
    Duration(
        name="patience_min",
        label=Text("平均耐心时长", "Average patience"),
        hint=Text("要是一直没人接，平均多久会挂断；以分钟计", "How long callers would hold on average if nobody answered, in minutes"),
        unit="min",
        above=0,
    ),
)
_LEFT = (
    Output(name="abandon_pct", label=Text("放弃率", "Abandonment"), unit="percent"),
    Output(name="mean_wait_s", label=Text("平均等待", "Average wait"), unit="s"),
    Output(name="occupancy_pct", label=Text("占用率", "Occupancy"), unit="percent"),
    Output(name="mean_queue", label=Text("平均排队人数", "Callers in the queue, on average"), decimals=2),
    Output(name="p_wait", label=Text("要等的来电", "Calls that wait"), unit="proportion"),
    Output(name="erlangs", label=Text("话务量", "Traffic"), unit="erlang", decimals=2),
)

_WORKING = "{calls_per_min} × {aht_min} = {erlangs}; E[Q] = {mean_queue}; {mean_queue} ÷ ({patience_min} × {calls_per_min}) = {abandon_pct}"


def _left(values: Values, agents: int) -> Outputs:
    rate, handling = float(values["calls_per_min"]), float(values["aht_min"])
    if not rate:
        return {"abandon_pct": None, "mean_wait_s": None, "occupancy_pct": 0.0, "mean_queue": 0.0, "p_wait": None, "erlangs": 0.0}
    met = erlang.queue_with_patience(rate, handling, float(values["patience_min"]), agents)
    return {
        "abandon_pct": 100 * met.abandoned,
        "mean_wait_s": 60 * met.wait,
        "occupancy_pct": 100 * met.occupancy,
        "mean_queue": met.waiting,
        "p_wait": met.p_wait,
        "erlangs": rate * handling,
    }


def _with_patience(values: Values) -> Outputs:
    return _left(values, values["agents"])


def _for_few_leaving(values: Values) -> Outputs:
    agents = (_agents_for(values) if values["calls_per_min"] else None) or 1
    return {"agents": agents, **_left(values, agents)}


def _agents_for(values: Values) -> int | None:
    rate, handling, patience = (float(values[name]) for name in ("calls_per_min", "aht_min", "patience_min"))
    return erlang.agents_needed_with_patience(rate, handling, patience, float(values["max_abandon"]))


def _short_enough(values: Values) -> FieldError | None:
    rate, handling, patience = (float(values[name]) for name in ("calls_per_min", "aht_min", "patience_min"))
    return FieldError("patience_min", _TOO_LONG) if erlang.states(rate, handling, patience, values.get("agents", 1)) > MAX_STATES else None


def _few_leave(values: Values) -> FieldError | None:
    if _short_enough(values) or not values["calls_per_min"]:
        return None
    return None if _agents_for(values) else FieldError("calls_per_min", _TOO_MANY_AGENTS)


_TOO_MANY_AGENTS = Text(
    f"{MAX_AGENTS:,} 人也留不住这么多来电，算到这里为止。请检查是不是多打了几个零。",
    f"Even {MAX_AGENTS:,} agents would lose more than that, and this is as far as it goes. Check for extra zeros.",
)
_HIDDEN_SHORTAGE = Caution(
    Text(
        "话务量 {erlangs}，比坐席多。队伍没有越排越长，只是因为有人等不下去挂了：先看放弃率。",
        "Traffic of {erlangs} is more than the agents. The queue stays finite only because callers give up: look at abandonment first.",
    ),
    lambda values, outputs: float(outputs["erlangs"] or 0) > float(values.get("agents") or outputs["agents"] or 0),
)

ERLANG_A = Calculator(
    id="erlang_a",
    title=Text("Erlang A（含放弃）", "Queue with abandonment (Erlang A)"),
    purpose=Text(
        "有人等不及会挂断时，会走掉多少人、平均等多久。", "How many callers give up, and how long the wait is, when callers do not hold for ever."
    ),
    formula=Text(
        "生灭链：每分钟来 λ；离开 min(k, N)·μ + max(k − N, 0)·θ；放弃率 = θ·E[Q] ÷ λ（μ = 1 ÷ AHT，θ = 1 ÷ 平均耐心）",
        "birth–death chain: up λ; down min(k, N)·μ + max(k − N, 0)·θ; abandonment = θ·E[Q] ÷ λ (μ = 1 ÷ AHT, θ = 1 ÷ patience)",
    ),
    group="staffing",
    main="abandon_pct",
    better="n/a",
    source=Text(
        "C. Palm（1957）；Garnett、Mandelbaum、Reiman（2002），MSOM 4；Mandelbaum、Zeltyn（2005）",
        "C. Palm (1957); Garnett, Mandelbaum & Reiman (2002), MSOM 4; Mandelbaum & Zeltyn (2005)",
    ),
    aliases={
        "zh": ("Erlang A", "放弃率", "耐心", "挂断", "弃呼", "含放弃的排队"),
        "en": ("Erlang A", "abandonment", "patience", "Palm", "M/M/N+M"),
    },
    assumptions=(
        Text(
            "队伍总会有尽头，所以它会掩盖人手不足：先看放弃率。",
            "The queue always stays finite, so it can hide a shortage of people: look at abandonment first.",
        ),
        Text(
            "只拿挂断的人等了多久来估耐心，会估短：接通的人本来还等得下去。",
            "Patience taken only from those who hung up comes out too short: those who were answered would have held on longer.",
        ),
    ),
    ways=(
        Way(
            name="agents",
            title=Text("这几个人，会走掉多少", "Abandonment with these agents"),
            inputs=(*_RATE, Count(name="agents", label=Text("在线坐席", "Agents on the phone"), unit="agents", minimum=1, maximum=MAX_AGENTS)),
            outputs=_LEFT,
            compute=_with_patience,
            rules=(_short_enough,),
            sentence=Text(
                "每分钟 {calls_per_min} 通、每通 {aht_min}，{agents}接：{abandon_pct} 的人会等不及挂断（平均耐心 {patience_min}），"
                "平均等 {mean_wait_s}，占用率 {occupancy_pct}。",
                "{calls_per_min:call} a minute, {aht_min} each, for {agents}: {abandon_pct} give up (average patience {patience_min}), "
                "the average wait is {mean_wait_s} and occupancy {occupancy_pct}.",
            ),
            working=Text(_WORKING, _WORKING),
            empty=Text("没有来电，谈不上放弃率。", "there were no calls, so nobody gave up."),
            cautions=(_HIDDEN_SHORTAGE,),
            neighbours=Neighbours("agents", "agents", "agents"),
            examples=(
                Example(
                    {"calls_per_min": 48, "aht_min": 1, "patience_min": 2, "agents": 50},
                    {"abandon_pct": 3.091224916, "mean_wait_s": 3.709469899, "occupancy_pct": 93.03242408, "mean_queue": 2.96757592},
                    "Garnett, Mandelbaum & Reiman (2002); Mandelbaum & Zeltyn (2005)",
                    places=8,
                ),
            ),
        ),
        Way(
            name="target",
            title=Text("少走人，要几个坐席", "Agents for a target"),
            main="agents",
            inputs=(
                *_RATE,
                Share(name="max_abandon", label=Text("放弃率上限", "Highest abandonment"), hint=Text("例如 5%", "For example 5%"), minimum=0.0001),
            ),
            outputs=(Output(name="agents", label=Text("在线坐席", "Agents on the phone"), unit="agents", decimals=0), *_LEFT),
            compute=_for_few_leaving,
            rules=(_short_enough, _few_leave),
            sentence=lambda values, _outputs: (
                Text(
                    "每分钟 {calls_per_min} 通、每通 {aht_min}，放弃率不超过 {max_abandon}：要 {agents}，这时放弃率 {abandon_pct}，"
                    "平均等 {mean_wait_s}，占用率 {occupancy_pct}。",
                    "{calls_per_min:call} a minute, {aht_min} each, with at most {max_abandon} giving up: {agents}. Then {abandon_pct} give up, "
                    "the average wait is {mean_wait_s} and occupancy {occupancy_pct}.",
                )
                if values["calls_per_min"]
                else Text("没有来电，也得有人守着：留 {agents}。", "No calls, but somebody has to be there: {agents}.")
            ),
            working=Text("{calls_per_min} × {aht_min} = {erlangs}", "{calls_per_min} × {aht_min} = {erlangs}"),
            cautions=(_HIDDEN_SHORTAGE,),
            neighbours=Neighbours("agents", "agents", "agents"),
            examples=(
                Example(
                    {"calls_per_min": 48, "aht_min": 1, "patience_min": 2, "max_abandon": 0.0309122492},
                    {"agents": 50},
                    "the example above, the other way round",
                ),
            ),
        ),
    ),
)
