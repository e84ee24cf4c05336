"""Lines that may all be busy (Erlang B)."""

from __future__ import annotations

from kbplatform.sdk import FieldError, Text
from kbplatform_calculators import erlang
from kbplatform_calculators.calculator import Calculator, Example, Neighbours, Outputs, Values, Way
from kbplatform_calculators.erlang import MAX_AGENTS, exact
from kbplatform_calculators.figures import Output
from kbplatform_calculators.inputs import Count, Number, Share

_TOO_MANY_LINES = Text(
    f"要超过 {MAX_AGENTS:,} 条线才够，算到这里为止。请检查话务量是不是多打了几个零，或者把目标放宽一点。",
    f"This would take more than {MAX_AGENTS:,} lines, which is as far as it goes. Check the traffic for extra zeros, or allow more blocking.",
)
_NEVER_BLOCKED = Text(
    "只要有话务，占线就不会正好是 0。请填一个很小的比例，例如 0.1%。",
    "With any traffic, blocking is never exactly 0. Allow a small share, such as 0.1%.",
)
_ERLANGS = Number(
    name="erlangs",
    label=Text("忙时话务量", "Busy-hour traffic"),
    hint=Text("忙时来电 × 平均占线时长 ÷ 1 小时，单位爱尔兰", "Calls in the busy hour × average time a line is held ÷ 1 hour, in erlangs"),
    unit="erlang",
    better="lower",
)
_RECALL = Share(
    name="recall",
    label=Text("打不通马上重拨的", "Blocked callers who dial again"),
    hint=Text("打不通的人里，马上再拨的比例", "Of those who find all lines busy"),
    better="lower",
)
_AIM = Share(
    name="blocking",
    label=Text("容许的占线比例", "Blocking allowed"),
    hint=Text("不填按 1%", "1% if left empty"),
    better="higher",
    optional=True,
    default=0.01,
)
_REACHED = Output(name="blocking_reached", label=Text("实际占线比例", "Blocking with these"), unit="proportion", decimals=2)
_OFFERED = Output(name="offered_erlangs", label=Text("含重拨的话务量", "Traffic with redialling"), unit="erlang", decimals=2)

_REDIALLED = (
    "B({lines_extended_erlang_b}, {offered_erlangs}) = {blocking_reached} ≤ {blocking}; "
    "{offered_erlangs} = {erlangs} ÷ (1 − {recall} × {blocking_reached})"
)


def _blocked(values: Values) -> Outputs:
    offered = erlang.with_retries(float(values["erlangs"]), values["lines"], values["recall"])
    return {
        "blocking": None if offered is None else erlang.blocking(offered, values["lines"]),
        "offered_erlangs": offered,
        "carried_erlangs": None if offered is None else offered * (1 - erlang.blocking(offered, values["lines"])),
    }


def _lines(values: Values, recall: float = 0) -> int | None:
    return erlang.lines_needed_with_retries(exact(values["erlangs"]), exact(values["blocking"]), exact(recall))


def _lines_for(values: Values) -> Outputs:
    lines = _lines(values) or MAX_AGENTS
    return {"lines": lines, "blocking_reached": erlang.blocking(float(values["erlangs"]), lines)}


def _extended(values: Values) -> Outputs:
    lines = _lines(values, values["recall"]) or MAX_AGENTS
    offered = erlang.with_retries(float(values["erlangs"]), lines, values["recall"])
    return {
        "lines_extended_erlang_b": lines,
        "lines": _lines(values),
        "offered_erlangs": offered,
        "blocking_reached": None if offered is None else erlang.blocking(offered, lines),
    }


def _reachable(values: Values) -> FieldError | None:
    if values["erlangs"] and not values["blocking"]:
        return FieldError("blocking", _NEVER_BLOCKED)
    return None if _lines(values, values.get("recall", 0)) else FieldError("erlangs", _TOO_MANY_LINES)


def _overrun(_values: Values, outputs: Outputs) -> tuple[Text, Text] | None:
    if outputs["blocking"] is not None:
        return None
    return (
        Text("越拨越多", "Ever more dialling"),
        Text(
            "话务量 {erlangs}，只有 {lines}，打不通的人又都马上重拨：拨号只会越来越多，没有一个稳定的占线比例。",
            "{erlangs} of traffic on {lines}, and everybody who fails dials again: the dialling grows without limit, "
            "and so there is no share to give.",
        ),
    )


ERLANG_B = Calculator(
    id="erlang_b",
    title=Text("中继线 Erlang B", "Lines needed (Erlang B)"),
    purpose=Text(
        "要几条中继线，忙时打进来才不占线；或者这些线会有多少打不通。",
        "How many lines keep callers from a busy tone, or how many calls these lines turn away.",
    ),
    formula=Text(
        "B_0 = 1，B_k = A·B_(k−1) ÷ (k + A·B_(k−1))；线数 = 让 B ≤ 目标的最小 N；有重拨时 A 换成 A ÷ (1 − 重拨比例 × B)",
        "B_0 = 1, B_k = A·B_(k−1) ÷ (k + A·B_(k−1)); lines = smallest N with B ≤ target; with redialling, A becomes A ÷ (1 − recall × B)",
    ),
    group="staffing",
    main="blocking",
    better="lower",
    source=Text(
        "A. K. Erlang（1917）；递推：Jagerman（1974），BSTJ 53；算例：erlang.com 计算器手册、Extended Erlang B",
        "A. K. Erlang (1917); recursion: Jagerman (1974), BSTJ 53; examples: erlang.com calculator manual, Extended Erlang B",
    ),
    aliases={
        "zh": ("Erlang B", "中继线", "线路数", "占线率", "阻塞率", "呼损率", "忙线", "话务量"),
        "en": ("Erlang B", "trunks", "trunk lines", "blocking", "busy tone", "grade of service", "Extended Erlang B"),
    },
    assumptions=(
        Text(
            "打不通的来电就走了，不排队；来电随机到。要排队的，用坐席需求 Erlang C。",
            "Calls that find all lines busy are lost, not queued, and calls arrive at random. For a queue, use Erlang C.",
        ),
    ),
    ways=(
        Way(
            name="blocking",
            title=Text("这些线，会占线多少", "Blocking with these lines"),
            inputs=(
                _ERLANGS,
                Count(name="lines", label=Text("线数", "Lines"), unit="lines", minimum=1, maximum=MAX_AGENTS, better="higher"),
                Share(name="recall", label=_RECALL.label, hint=Text("不填按 0", "0 if left empty"), better="lower", optional=True, default=0),
            ),
            outputs=(
                Output(name="blocking", label=Text("占线比例", "Blocking"), unit="proportion", decimals=2),
                _OFFERED,
                Output(name="carried_erlangs", label=Text("接通的话务量", "Traffic carried"), unit="erlang", decimals=2),
            ),
            compute=_blocked,
            sentence=Text(
                "话务量 {erlangs}，{lines}：{blocking} 的来电会遇到占线。", "{erlangs} of traffic on {lines}: {blocking} of calls meet a busy tone."
            ),
            working=Text("B({lines}, {offered_erlangs}) = {blocking}", "B({lines}, {offered_erlangs}) = {blocking}"),
            instead=_overrun,
            neighbours=Neighbours("blocking", "lines", "lines"),
            examples=(
                Example(
                    {"lines": 15, "erlangs": 8.108}, {"blocking": 0.009999632}, "erlang.com calculator manual: 15 lines at 1% carry 8.108 erlangs"
                ),
            ),
        ),
        Way(
            name="lines",
            title=Text("不占线，要几条", "Lines for a target"),
            main="lines",
            inputs=(_ERLANGS, _AIM),
            outputs=(Output(name="lines", label=Text("线数", "Lines"), unit="lines", decimals=0), _REACHED),
            compute=_lines_for,
            rules=(_reachable,),
            sentence=Text(
                "话务量 {erlangs}，占线不超过 {blocking}：要 {lines}，这时占线 {blocking_reached}。",
                "{erlangs} of traffic with at most {blocking} blocked: {lines}. Blocking is then {blocking_reached}.",
            ),
            working=Text("B({lines}, {erlangs}) = {blocking_reached} ≤ {blocking}", "B({lines}, {erlangs}) = {blocking_reached} ≤ {blocking}"),
            neighbours=Neighbours("blocking", "lines", "lines"),
            examples=(Example({"erlangs": 8.108, "blocking": 0.01}, {"lines": 15}, "erlang.com calculator manual"),),
        ),
        Way(
            name="extended",
            title=Text("有人马上重拨，要几条", "Lines when callers dial again"),
            main="lines_extended_erlang_b",
            inputs=(_ERLANGS, _RECALL, _AIM),
            outputs=(
                Output(name="lines_extended_erlang_b", label=Text("线数（算上重拨）", "Lines, with redialling"), unit="lines", decimals=0),
                Output(name="lines", label=Text("线数（没人重拨）", "Lines, without redialling"), unit="lines", decimals=0),
                _OFFERED,
                _REACHED,
            ),
            compute=_extended,
            rules=(_reachable,),
            sentence=Text(
                "话务量 {erlangs}，打不通的有 {recall} 马上重拨，占线不超过 {blocking}：要 {lines_extended_erlang_b}，"
                "这时占线 {blocking_reached}；没人重拨的话 {lines}就够。",
                "{erlangs} of traffic, {recall} of blocked callers dial again, at most {blocking} blocked: "
                "{lines_extended_erlang_b}. Blocking is then {blocking_reached}. "
                "Without redialling it would be {lines}.",
            ),
            working=Text(_REDIALLED, _REDIALLED),
            neighbours=Neighbours("blocking", "lines", "lines_extended_erlang_b"),
            examples=(
                Example({"erlangs": 5.5, "recall": 0.5, "blocking": 0.03}, {"lines_extended_erlang_b": 11}, "erlang.com, Extended Erlang B"),
                Example(
                    {"erlangs": 5.5, "recall": 0.5, "blocking": 0.03},
                    {"blocking_reached": 0.015},
                    "erlang.com, Extended Erlang B: B(11) = 1.50%",
                    places=4,
                ),
            ),
        ),
    ),
)
