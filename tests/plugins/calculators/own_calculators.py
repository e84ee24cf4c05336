"""Calculators of a plugin of the tests' own: one with a margin, one that is exact, one with words, one for staffing, one of the source."""

from __future__ import annotations

from kbplatform.sdk import Text, hookimpl
from kbplatform_calculators.sdk import (
    AsInSource,
    Calculator,
    Choice,
    Count,
    Duration,
    Example,
    Neighbours,
    Number,
    Output,
    Series,
    Share,
    Way,
    rate_of,
    rate_outputs,
    within,
)


def text(words: str) -> Text:
    return Text(f"试{words}", words)


def calculator(name: str, *ways: Way, main: str, better: str = "higher", **more) -> Calculator:
    return Calculator(
        id=name, title=text(name), purpose=text(f"what {name} is for"), formula=text(f"formula of {name}"), group="people", main=main, better=better,
        source=text("somebody"), aliases={"zh": (), "en": ()}, ways=ways, **more,
    )  # fmt: skip


SCORE = calculator(
    "own_score",
    Way(
        inputs=(Number(name="score", label=text("score"), minimum=-100, maximum=100), Number(name="half", label=text("half"), maximum=100)),
        outputs=(Output(name="nps", label=text("nps"), unit="points"), Output(name="margin_95", label=text("margin"), unit="points")),
        compute=lambda v: {"nps": v["score"], "margin_95": v["half"]},
        sentence=Text("得分 {nps}。", "The score is {nps}."), working=Text("{score}", "{score}"), margin="margin_95",
        examples=(Example({"score": 30, "half": 8}, {"nps": 30}, "itself"),),
    ),
    main="nps",
)  # fmt: skip
SPAN = calculator(
    "own_span",
    Way(
        inputs=(Number(name="low", label=text("low")), Number(name="high", label=text("high"))),
        outputs=tuple(Output(name=n, label=text(n), unit="points") for n in ("middle", "lo", "hi")),
        compute=lambda v: {"middle": (v["low"] + v["high"]) / 2, "lo": v["low"], "hi": v["high"]},
        sentence=Text("{middle}", "{middle}"), working=Text("{low}", "{low}"), interval=("lo", "hi"),
        examples=(Example({"low": 1, "high": 3}, {"middle": 2}, "itself"),),
    ),
    main="middle", better="context",
)  # fmt: skip
TIME = calculator(
    "own_time",
    Way(
        inputs=(
            Duration(name="talk", label=text("talk"), unit="s"),
            Count(name="calls", label=text("calls"), unit="calls"),
            Choice(name="kind", label=text("kind"), options=(("in", text("inbound")), ("out", text("outbound"))), optional=True, default="in"),
        ),
        outputs=(Output(name="mean", label=text("mean"), unit="s"), Output(name="level", label=text("level"), words=(("ok", text("fine")),))),
        compute=lambda v: {"mean": v["talk"] / v["calls"] if v["calls"] else None, "level": "ok"},
        sentence=Text("平均 {mean}，{level}。", "{mean} on average, {level}."), working=Text("{talk} ÷ {calls}", "{talk} ÷ {calls}"),
        empty=Text("没有来电", "there was no call"),
        examples=(Example({"talk": 600, "calls": 3}, {"mean": 200}, "itself"),),
    ),
    main="mean", better="lower",
)  # fmt: skip
LEVEL = calculator(
    "own_level",
    Way(
        inputs=(Number(name="value", label=text("value")),),
        outputs=(Output(name="word", label=text("word"), words=(("good", Text("好", "good")), ("poor", Text("差", "poor")))),),
        compute=lambda v: {"word": "good" if v["value"] > 5 else "poor"},
        sentence=Text("{word}", "{word}"), working=Text("{value}", "{value}"), examples=(Example({"value": 7}, {"word": "good"}, "itself"),),
    ),
    main="word",
)  # fmt: skip
_LOAD = Number(name="load", label=text("load"), above=0)
STAFF = calculator(
    "own_staff",
    Way(
        name="need", title=text("how many"),
        inputs=(_LOAD, Share(name="most", label=text("most"), optional=True, default=0.8)),
        outputs=(Output(name="agents", label=text("agents"), unit="agents", decimals=0),),
        compute=lambda v: {"agents": -int(-v["load"] // v["most"]) if v["most"] else None},
        sentence=Text("要 {agents}。", "{agents} needed."), working=Text("{load} ÷ {most}", "{load} ÷ {most}"), empty=Text("不行", "can't be done"),
        neighbours=Neighbours("given", "agents", "agents"), examples=(Example({"load": 8}, {"agents": 10}, "itself"),),
    ),
    Way(
        name="given", title=text("with so many"), main="busy",
        inputs=(_LOAD, Count(name="agents", label=text("agents on the phone"), above=0, unit="agents")),
        outputs=(Output(name="busy", label=text("busy"), unit="proportion"), Output(name="same", label=text("always the same"))),
        compute=lambda v: {"busy": v["load"] / v["agents"], "same": 1},
        sentence=Text("忙 {busy}。", "{busy} busy."), working=Text("{load} ÷ {agents}", "{load} ÷ {agents}"),
        examples=(Example({"load": 8, "agents": 10}, {"busy": 0.8}, "itself"),),
    ),
    main="agents", better="n/a",
)  # fmt: skip
MANY = calculator(
    "own_many",
    Way(
        inputs=(Series(name="times", label=text("times"), item=Number(name="t", label=text("t"))),),
        outputs=(Output(name="total", label=text("total")),),
        compute=lambda v: {"total": sum(v["times"])},
        sentence=Text("{total}", "{total}"), working=Text("{times}", "{times}"), examples=(Example({"times": [1, 2, 3]}, {"total": 6}, "itself"),),
    ),
    main="total",
)  # fmt: skip
SOURCE = calculator(
    "source.own",
    Way(
        inputs=(Count(name="received", label=text("received")), Count(name="resolved", label=text("resolved")), Count(name="other", label=text("other"), optional=True, default=0)),
        outputs=rate_outputs("rate", text("rate")),
        compute=rate_of("rate", "resolved", "received"),
        rules=(within("resolved", "received", text("more than all")),),
        sentence=Text("比率 {rate}。", "The rate is {rate}."), working=Text("{resolved}", "{resolved}"), empty=Text("没有", "none"), interval=("ci_low", "ci_high"),
        examples=(Example({"received": 4, "resolved": 3}, {"rate": 0.75}, "itself"),),
    ),
    main="rate", practices=(5,),
    as_in_source=AsInSource(text("it is too simple"), (text("no interval"), text("no time")), ("resolution_rate",)),
)  # fmt: skip
EVERY = [SCORE, SPAN, TIME, LEVEL, STAFF, MANY, SOURCE]


class Own:
    """A plugin that brings them."""

    @hookimpl(optionalhook=True)
    def register_calculators(self):
        return EVERY
