"""Are we doing it well? Resolution, first contact, reopening."""

from __future__ import annotations

from kbplatform.sdk import FieldError, Text
from kbplatform_calculators.calculator import Calculator, Caution, Example, Outputs, Values, Way
from kbplatform_calculators.figures import Output
from kbplatform_calculators.inputs import Count
from kbplatform_calculators.rates import WILSON, ends, rate, rate_of, rate_outputs, sample_of
from kbplatform_calculators.rules import small_sample, within

_MORE_THAN_POSSIBLE = Text(
    "首次解决的，不能多于一线办得了的。",
    "Can't be more than the contacts that the first line can solve.",
)

RESOLUTION_RATE = Calculator(
    id="resolution_rate",
    title=Text("解决率", "Resolution rate"),
    purpose=Text(
        "一批收到的单子里，有多大比例真的解决了，这个数有多稳。",
        "What share of the cases that came in is really settled, and how firm that figure is.",
    ),
    formula=Text("解决率 = 这批里已解决 ÷ 这批收到", "rate = resolved from this intake ÷ received in this intake"),
    group="quality",
    main="rate",
    better="higher",
    source=WILSON,
    aliases={
        "zh": ("解决率", "处理率", "结案率", "办结率"),
        "en": ("resolution rate", "handling rate", "close rate", "solve rate"),
    },
    practices=(5, 7, 14, 18, 19, 21, 23, 27, 29),
    assumptions=(
        Text(
            "只数这段时间收到的那批单子，而且要客户认了才算解决。",
            "Counts only cases received in the period, and only those the customer agreed are settled.",
        ),
    ),
    ways=(
        Way(
            inputs=(
                Count(
                    name="received",
                    label=Text("收到", "Received"),
                    hint=Text("这段时间新收到的", "New in the period"),
                    unit="cases",
                    better="lower",
                ),
                Count(
                    name="resolved",
                    label=Text("其中已解决", "Of these, resolved"),
                    hint=Text("客户认了才算", "Only if the customer agreed"),
                    unit="cases",
                    better="higher",
                ),
            ),
            outputs=rate_outputs("rate", Text("解决率", "Resolution rate")),
            compute=rate_of("rate", "resolved", "received"),
            rules=(
                within(
                    "resolved",
                    "received",
                    Text(
                        "解决的不能多于收到的。以前积压、这次才结的单子不算在内。",
                        "Can't be more than were received. Leave out cases that came in earlier and were closed now.",
                    ),
                ),
            ),
            sentence=Text(
                "收到 {received} 件，解决 {resolved} 件：解决率 {rate}，95% 区间 {ci_low}–{ci_high}。",
                "{resolved} of {received:case} resolved: {rate}, with a 95% interval of {ci_low} to {ci_high}.",
            ),
            working=Text("{resolved} ÷ {received} = {rate}", "{resolved} ÷ {received} = {rate}"),
            empty=Text("这段时间一件也没收到，算不出比率。", "no case came in, so there is no rate to give."),
            cautions=(
                small_sample("received"),
                Caution(
                    Text("旁边放上没结的有几件、最老的几天。", "Put beside it how many are still open, and the age of the oldest."),
                    lambda values, _outputs: values["resolved"] < values["received"],
                ),
            ),
            sample=sample_of("resolved", "received"),
            interval=ends(),
            examples=(
                Example({"received": 20, "resolved": 15}, {"rate": 0.75, "ci_low": 0.531299122, "ci_high": 0.888138299}, "practices 5 and 14"),
            ),
        ),
    ),
)


def _repeats(values: Values) -> Outputs:
    problems, contacts = values["problems"], values["contacts"]
    if not problems:  # contacts about nothing: the problems were not counted
        return {"repeat_rate": None, **rate("fcr_repeat_method", 0, 0)}
    return {"repeat_rate": contacts / problems, **rate("fcr_repeat_method", problems, contacts)}


def _solved(values: Values) -> Outputs:
    contacts, solved = values["contacts"], values["resolved_first"]
    return {"fcr_gross": solved / contacts if contacts else None, **rate("fcr_net", solved, contacts - values["excluded"])}


_FIRST_CONTACTS = Count(name="contacts", label=Text("来电来访", "Contacts"), unit="contacts", better="lower")

FCR = Calculator(
    id="fcr",
    title=Text("一次性解决率 FCR", "First contact resolution (FCR)"),
    purpose=Text(
        "客户找一次就办成的有多少，有多少人得再找一回。",
        "How many customers are done after one contact, and how many have to come back.",
    ),
    formula=Text(
        "毛 FCR = 首次解决 ÷ 全部；净 FCR = 首次解决 ÷（全部 − 一线办不了的）；按重复来电算 = 问题数 ÷ 来电数",
        "gross = solved first time ÷ all; net = solved first time ÷ (all − those the first line can't solve); by repeats = problems ÷ contacts",
    ),
    group="quality",
    main="fcr_net",
    better="higher",
    source=Text(
        "毛、净两种口径：Medallia Agent Connect 文档；按重复来电：Call Centre Helper 论坛 111044；" + WILSON.zh,
        "Gross and net: Medallia Agent Connect documentation; by repeats: Call Centre Helper forum 111044. " + WILSON.en,
    ),
    aliases={
        "zh": ("FCR", "一次性解决率", "首次解决率", "首解率", "一次解决"),
        "en": ("FCR", "first contact resolution", "first call resolution", "one-touch resolution"),
    },
    practices=(1, 3, 6, 14, 30),
    assumptions=(
        Text(
            "写明回看窗口（24 小时还是 7 天），由谁认定“解决”：坐席自己记的偏乐观。",
            "State the look-back window (24 hours or 7 days) and who decides what is solved: what agents log themselves is optimistic.",
        ),
    ),
    ways=(
        Way(
            name="solved",
            title=Text("数首次解决的", "Count those solved first time"),
            inputs=(
                _FIRST_CONTACTS,
                Count(name="resolved_first", label=Text("首次就解决", "Solved at first contact"), unit="contacts", better="higher"),
                Count(
                    name="excluded",
                    label=Text("一线本来办不了", "Not solvable at first line"),
                    hint=Text("要后台或门店才能办的；没有就留空", "Needs back office or branch; leave empty if none"),
                    unit="contacts",
                    optional=True,
                    default=0,
                ),
            ),
            outputs=(
                Output(name="fcr_gross", label=Text("毛 FCR", "Gross FCR"), unit="proportion"),
                *rate_outputs("fcr_net", Text("净 FCR", "Net FCR")),
            ),
            compute=_solved,
            rules=(
                within("excluded", "contacts", Text("不能多于全部来电来访", "Can't be more than all contacts")),
                lambda values: FieldError("resolved_first", _MORE_THAN_POSSIBLE)
                if values["resolved_first"] > values["contacts"] - values["excluded"]
                else None,
            ),
            sentence=Text(
                "{contacts} 次里首次解决 {resolved_first} 次：净 FCR {fcr_net}，95% 区间 {ci_low}–{ci_high}；不刨去一线办不了的，是 {fcr_gross}。",
                "{resolved_first} of {contacts:contact} solved first time: net FCR {fcr_net}, with a 95% interval of {ci_low} to {ci_high}; "
                "{fcr_gross} if none is left out.",
            ),
            working=Text("{resolved_first} ÷ ({contacts} − {excluded}) = {fcr_net}", "{resolved_first} ÷ ({contacts} − {excluded}) = {fcr_net}"),
            empty=Text("没有一次是一线办得了的，算不出比率。", "no contact could have been solved at the first line, so there is no rate."),
            cautions=(small_sample("contacts"),),
            sample=lambda values: (values["resolved_first"], values["contacts"] - values["excluded"]),
            interval=ends(),
            examples=(
                Example(
                    {"contacts": 200, "resolved_first": 140, "excluded": 25},
                    {"fcr_gross": 0.7, "fcr_net": 0.8},
                    "definitions of gross and net, computed",
                ),
            ),
        ),
        Way(
            name="repeats",
            title=Text("看一个问题找了几次", "See how often one problem comes back"),
            main="fcr_repeat_method",
            inputs=(
                _FIRST_CONTACTS,
                Count(
                    name="problems",
                    label=Text("其中不同的问题", "Different problems among them"),
                    hint=Text("同一客户同一件事只算一个", "One customer with one matter is one"),
                    unit="cases",
                    better="higher",
                ),
            ),
            outputs=(
                Output(name="repeat_rate", label=Text("每个问题来找几次", "Contacts per problem"), decimals=2),
                *rate_outputs("fcr_repeat_method", Text("FCR（按重复来电）", "FCR (by repeats)")),
            ),
            compute=_repeats,
            rules=(within("problems", "contacts", Text("问题不能比来电来访还多", "There can't be more problems than contacts")),),
            sentence=Text(
                "{problems} 个问题来找了 {contacts} 次，平均 {repeat_rate} 次：FCR 约 {fcr_repeat_method}。",
                "{contacts:contact} for {problems:problem}, {repeat_rate} each: FCR is about {fcr_repeat_method}.",
            ),
            working=Text("{problems} ÷ {contacts} = {fcr_repeat_method}", "{problems} ÷ {contacts} = {fcr_repeat_method}"),
            empty=Text("没有来电来访，或者没数过是几个问题，算不出比率。", "no contact, or the problems weren't counted, so there is no rate."),
            sample=sample_of("problems", "contacts"),
            interval=ends(),
            examples=(
                Example(
                    {"contacts": 190, "problems": 100},
                    {"repeat_rate": 1.9, "fcr_repeat_method": 0.526315789},
                    "Call Centre Helper forum 111044: 1.9 calls per problem is 53% FCR",
                ),
            ),
        ),
    ),
)

QUALITY: tuple[Calculator, ...] = (RESOLUTION_RATE, FCR)
