"""Are we fast enough? At work: how long a contact and a process take, and whether the pile shrinks."""

from __future__ import annotations

import re

from kbplatform.sdk import FieldError, Text
from kbplatform_calculators.arithmetic import exact, ratio, said, total
from kbplatform_calculators.calculator import Calculator, Caution, Example, Outputs, Values, Way
from kbplatform_calculators.figures import Output, counted
from kbplatform_calculators.inputs import Count, Duration, Label, Series

AHT = Calculator(
    id="aht",
    title=Text("平均处理时长 AHT", "Average handle time (AHT)"),
    purpose=Text("一次来电从接起到收尾，坐席平均花多久。", "How long an agent spends on one contact, from answer to the last note."),
    formula=Text("AHT =（通话 + 等待保持 + 话后）÷ 处理量", "AHT = (talk + hold + wrap) ÷ contacts handled"),
    group="speed",
    main="aht_s",
    better="context",
    source=Text("Call Centre Helper 208977；calculatorshub.net", "Call Centre Helper 208977; calculatorshub.net"),
    aliases={
        "zh": ("AHT", "平均处理时长", "处理时长", "平均通话时长", "ATT", "话后时长", "ACW"),
        "en": ("AHT", "average handle time", "handling time", "ATT", "ACW", "wrap time"),
    },
    practices=(6, 8, 17, 25, 30),
    assumptions=(
        Text(
            "不是越短越好：和一次性解决率、质检分一起看。",
            "Shorter is not always better: read it with first contact resolution and the QA score.",
        ),
        Text("平均数看不出拖尾，旁边放上中位数和 P90。", "A mean hides the slow ones: put the median and p90 beside it."),
        Text(
            "外呼要加上拨号时间；在线客服同时聊几个，占坐席的时间要除以几。",
            "Outbound adds dialling; in chat, divide by the chats handled at once to get the agent's time.",
        ),
        Text("只算坐席花的时间，客户排队等的不加进来。", "This is the agent's time: never add the customer's wait to it."),
    ),
    ways=(
        Way(
            inputs=(
                Duration(name="talk", label=Text("通话总时长", "Total talk time"), hint=Text("单位秒", "In seconds"), unit="s"),
                Duration(name="hold", label=Text("让客户等待的总时长", "Total hold time"), hint=Text("没有就填 0", "0 if none"), unit="s"),
                Duration(name="wrap", label=Text("话后总时长", "Total wrap time"), hint=Text("挂机后写单的时间", "Notes after the call"), unit="s"),
                Count(name="handled", label=Text("处理量", "Contacts handled"), unit="contacts"),
            ),
            outputs=(Output(name="aht_s", label=Text("AHT", "AHT"), unit="s"),),
            compute=lambda values: {"aht_s": ratio(total((values["talk"], values["hold"], values["wrap"])), values["handled"])},
            sentence=Text("处理 {handled} 次，平均每次 {aht_s}。", "{handled:contact} took {aht_s} each, on average."),
            working=Text("({talk} + {hold} + {wrap}) ÷ {handled} = {aht_s}", "({talk} + {hold} + {wrap}) ÷ {handled} = {aht_s}"),
            empty=Text("一次也没处理，算不出平均。", "nothing was handled, so there is no average."),
            examples=(
                Example(
                    {"talk": 668205, "hold": 99153, "wrap": 198306, "handled": 4311},
                    {"aht_s": 224.0},
                    "Call Centre Helper 208977 'What is AHT' (the page also misprints wrap as 198,308)",
                ),
                Example({"talk": 18000, "hold": 3000, "wrap": 6000, "handled": 50}, {"aht_s": 540}, "calculatorshub.net: (300+50+100)/50 = 9 min"),
            ),
        ),
    ),
)


def _names(values: Values) -> list[str]:
    """The steps' names as typed, one each."""
    return [name.strip() for name in re.split(r"[、,，;；]", values["steps"] or "") if name.strip()]


def _longest(minutes: tuple[float, ...]) -> int:
    return 1 + minutes.index(max(minutes))


def _process(values: Values) -> Outputs:
    before, after = total(values["before"]), total(values["after"])
    volume = values["volume_per_month"]
    return {
        "before_total": float(before),
        "after_total": float(after),
        "saved": float(before - after),
        "saved_pct": ratio(before - after, before, 100),
        "bottleneck_step": _longest(values["before"]),
        "bottleneck_after": _longest(values["after"]),
        "saved_h_per_month": None if volume is None else float((before - after) * volume / 60),
        "saved_h_per_year": None if volume is None else float((before - after) * volume / 5),
    }


def _same_steps(values: Values) -> FieldError | None:
    n, m = len(values["before"]), len(values["after"])
    if n == m:
        return None
    had = counted(n, "step")
    return FieldError("after", Text(f"改之前有 {n} 步，这里有 {m} 步；去掉的步骤填 0", f"Before has {had}, this {m}; a step that is gone is 0"))


def _all_named(values: Values) -> FieldError | None:
    n, m = len(values["before"]), len(_names(values))
    if m in {0, n}:
        return None
    return FieldError("steps", Text(f"一共 {n} 步，写了 {m} 个名称", f"{counted(n, 'step')} and {counted(m, 'name')}: each step needs one"))


def _process_words(values: Values, outputs: Outputs) -> Text:
    saved = float(outputs["saved"] or 0)
    names = [name.replace("{", "{{").replace("}", "}}") for name in _names(values)]
    step = int(outputs["bottleneck_after"] or 1)
    zh_step, en_step = (f"“{names[step - 1]}”", f"“{names[step - 1]}”") if names else (f"第 {step} 步", f"step {step}")
    if not saved:
        change = Text("一点没变", "nothing saved")
    else:
        size, faster = said(abs(saved), "min"), saved > 0
        share = Text("（{saved_pct}）", " ({saved_pct})") if outputs["saved_pct"] is not None and faster else Text("", "")
        change = Text(f"{'省' if faster else '反而多'} {size.zh}{share.zh}", f"{size.en} {'saved' if faster else 'longer'}{share.en}")
    return Text(
        f"从 {{before_total}}到 {{after_total}}，每件{change.zh}。现在最费时的是{zh_step}。",
        f"From {{before_total}} to {{after_total}} per case: {change.en}. The slowest step is now {en_step}.",
    )


PROCESS_TIME = Calculator(
    id="process_time",
    title=Text("流程耗时与瓶颈", "Process time and bottleneck"),
    purpose=Text(
        "改流程前后，每一步用多久、一共省多少、卡在哪一步。", "How long each step took before and after, what was saved, and where it still sticks."
    ),
    formula=Text(
        "总耗时 = 各步相加；节省 = 前 − 后；节省比例 = 节省 ÷ 前；瓶颈 = 最长的一步；每年节省 = 每件节省 × 月件数 × 12",
        "total = sum of steps; saved = before − after; share saved = saved ÷ before; bottleneck = longest step; a year = saved × cases a month × 12",
    ),
    group="speed",
    main="after_total",
    better="lower",
    source=Text("第 2、16 节的例子（14 和 8 分钟），节省比例另算", "Examples of practices 2 and 16 (14 and 8 minutes); the saving is computed"),
    aliases={
        "zh": ("流程耗时", "流程时长", "流程优化", "瓶颈", "周转时间", "办理时长"),
        "en": ("process time", "cycle time", "lead time", "bottleneck", "turnaround"),
    },
    practices=(2, 16),
    assumptions=(
        Text(
            "客户等的时间和我们动手的时间分开各算一次，不要相加；动手的 ÷ 全程，就是流程效率。",
            "Run the customer's waiting and our working time separately, never added together; working ÷ total is the efficiency of the flow.",
        ),
        Text("前后两列是同样的步骤、同样的顺序。", "Both lists hold the same steps in the same order."),
    ),
    ways=(
        Way(
            inputs=(
                Series(
                    name="before",
                    label=Text("改之前，每步几分钟", "Before: minutes per step"),
                    hint=Text("一步一个数", "One figure a step"),
                    item=Duration(name="before", label=Text("时长", "Time"), unit="min"),
                ),
                Series(
                    name="after",
                    label=Text("改之后，每步几分钟", "After: minutes per step"),
                    hint=Text("步数要一样，去掉的填 0", "The same steps; 0 for one that is gone"),
                    item=Duration(name="after", label=Text("时长", "Time"), unit="min"),
                    better="lower",
                ),
                Count(
                    name="volume_per_month",
                    label=Text("每月多少件", "Cases a month"),
                    hint=Text("填了就算每月、每年省多少小时", "Gives the hours saved a month and a year"),
                    unit="cases",
                    optional=True,
                ),
                Label(
                    name="steps",
                    label=Text("每步叫什么", "Names of the steps"),
                    hint=Text("用顿号隔开：接单、核对、处理", "With commas: intake, check, handle"),
                    most=400,
                    optional=True,
                ),
            ),
            outputs=(
                Output(name="after_total", label=Text("改之后", "After"), unit="min"),
                Output(name="before_total", label=Text("改之前", "Before"), unit="min"),
                Output(name="saved", label=Text("每件节省", "Saved per case"), unit="min"),
                Output(name="saved_pct", label=Text("节省比例", "Share saved"), unit="percent"),
                Output(name="bottleneck_step", label=Text("改之前最长的是第几步", "Longest step before (no.)"), decimals=0),
                Output(name="bottleneck_after", label=Text("改之后最长的是第几步", "Longest step after (no.)"), decimals=0),
                Output(name="saved_h_per_month", label=Text("每月节省", "Saved a month"), unit="h"),
                Output(name="saved_h_per_year", label=Text("每年节省", "Saved a year"), unit="h"),
            ),
            compute=_process,
            rules=(_same_steps, _all_named),
            sentence=_process_words,
            working=Text("{before_total} − {after_total} = {saved}", "{before_total} − {after_total} = {saved}"),
            cautions=(
                Caution(
                    Text(
                        "改完反而更久：每件从 {before_total}变成 {after_total}。", "It takes longer than before: {before_total} became {after_total}."
                    ),
                    lambda values, _outputs: total(values["after"]) > total(values["before"]),
                ),
            ),
            examples=(
                Example(
                    {"before": (5, 3, 2, 4), "after": (3, 2, 1, 2)},
                    {"before_total": 14, "after_total": 8, "saved": 6, "saved_pct": 42.857142857, "bottleneck_step": 1},
                    "practices 2 and 16 (14 and 8); saving computed",
                ),
            ),
        ),
    ),
)

_OUTLOOK = (
    ("clear", Text("已经清空", "nothing is open")),
    ("clears", Text("照这个速度能清完", "clears at this rate")),
    ("never clears at this rate", Text("照这个速度清不完", "never clears at this rate")),
)


def _ending(values: Values) -> int:
    coming = values["opening"] + values["new"] + values["reopened"]
    return int(coming - values["resolved"] - values["cancelled"])


def _backlog(values: Values) -> Outputs:
    ending, days = _ending(values), values["days"]
    cleared = values["opening"] - ending
    clears = ending > 0 and days > 0 and cleared > 0
    outlook = "clear" if not ending else None if not days else "clears" if clears else "never clears at this rate"
    return {
        "ending": ending,
        "net_per_day": ratio(cleared, days),
        "days_to_clear": 0.0 if not ending else float(exact(ending) * days / cleared) if clears else None,
        "outlook": outlook,
    }


def _not_below_nothing(values: Values) -> FieldError | None:
    if _ending(values) >= 0:
        return None
    return FieldError(
        "resolved",
        Text(
            "解决和取消的加起来，比期初、新增、重开的还多，请核对",
            "Resolved and cancelled together are more than there was to work on: check the figures",
        ),
    )


def _backlog_words(_values: Values, outputs: Outputs) -> Text:
    zh, en = "期末还剩 {ending} 件", "Open at the end: {ending:case}"
    if outputs["outlook"] == "clear":
        return Text("期末清空了。", "Nothing is open at the end.")
    if outputs["outlook"] == "clears":
        return Text(
            f"{zh}，每天净减 {{net_per_day}} 件，再过 {{days_to_clear}}清完。", f"{en}, {{net_per_day}} fewer a day: clear in {{days_to_clear}}."
        )
    if outputs["outlook"]:
        return Text(f"{zh}，进来的不比出去的少：{{outlook}}。", f"{en}, and as many come in as go out, or more: it {{outlook}}.")
    return Text(f"{zh}；没填天数，算不出几天清完。", f"{en}; without days there is no telling when it clears.")


BACKLOG = Calculator(
    id="backlog",
    title=Text("积压与清零天数", "Backlog and days to clear"),
    purpose=Text("手上还压着多少件，照现在的速度几天能清完。", "How many cases are still open, and how many days they take at this pace."),
    formula=Text(
        "期末 = 期初 + 新增 + 重开 − 解决 − 取消；清零天数 = 期末 ÷ 每天净减；每天净减 =（期初 − 期末）÷ 天数",
        "ending = opening + new + reopened − resolved − cancelled; days to clear = ending ÷ net a day; net a day = (opening − ending) ÷ days",
    ),
    group="speed",
    main="ending",
    better="lower",
    source=Text("codingace.net 未结工单表；calculatorslibrary 清零天数表", "codingace.net open ticket table; calculatorslibrary days-to-clear table"),
    aliases={
        "zh": ("积压", "积压量", "存量工单", "未结工单", "清零天数", "压单"),
        "en": ("backlog", "open tickets", "days to clear", "work in progress", "queue of cases"),
    },
    practices=(6, 30),
    assumptions=(
        Text(
            "按这段时间的平均速度往后推；旁边放上最老的一件压了几天。",
            "Assumes the pace of the period goes on. Put the age of the oldest case beside it.",
        ),
    ),
    ways=(
        Way(
            inputs=(
                Count(name="opening", label=Text("期初未结", "Open at the start"), unit="cases", better="lower"),
                Count(name="new", label=Text("新增", "New"), unit="cases", better="lower"),
                Count(name="reopened", label=Text("重开", "Reopened"), unit="cases", optional=True, default=0, better="lower"),
                Count(name="resolved", label=Text("解决", "Resolved"), unit="cases", better="higher"),
                Count(
                    name="cancelled",
                    label=Text("取消", "Cancelled"),
                    hint=Text("撤单、并单", "Withdrawn or merged"),
                    unit="cases",
                    optional=True,
                    default=0,
                    better="higher",
                ),
                Count(name="days", label=Text("这段时间几天", "Days in the period"), unit="days"),
            ),
            outputs=(
                Output(name="ending", label=Text("期末未结", "Open at the end"), unit="cases", decimals=0),
                Output(name="net_per_day", label=Text("每天净减", "Net a day"), unit="cases", decimals=2),
                Output(name="days_to_clear", label=Text("清零天数", "Days to clear"), unit="days"),
                Output(name="outlook", label=Text("能不能清完", "Outlook"), words=_OUTLOOK),
            ),
            compute=_backlog,
            rules=(_not_below_nothing,),
            sentence=_backlog_words,
            working=Text(
                "{opening} + {new} + {reopened} − {resolved} − {cancelled} = {ending}",
                "{opening} + {new} + {reopened} − {resolved} − {cancelled} = {ending}",
            ),
            examples=(
                Example(
                    {"opening": 120, "new": 340, "reopened": 25, "resolved": 360, "cancelled": 20, "days": 30},
                    {"ending": 105, "net_per_day": 0.5, "days_to_clear": 210.0},
                    "codingace.net open ticket table row 1",
                ),
                Example(
                    {"opening": 55, "new": 30, "resolved": 45, "days": 3},
                    {"ending": 40, "net_per_day": 5.0, "days_to_clear": 8.0},
                    "calculatorslibrary days-to-clear table: 40 open, net 5 a day",
                ),
            ),
        ),
    ),
)

WORK: tuple[Calculator, ...] = (AHT, PROCESS_TIME, BACKLOG)
