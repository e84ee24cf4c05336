"""Is it worth the money? Time saved, cost per contact, better first contact resolution."""

from __future__ import annotations

from kbplatform.sdk import FieldError, Text
from kbplatform_calculators.arithmetic import exact, ratio, said
from kbplatform_calculators.calculator import Calculator, Caution, Example, Outputs, Values, Way
from kbplatform_calculators.figures import Output
from kbplatform_calculators.inputs import Count, Duration, Number, Share


def _time_saved(values: Values) -> Outputs:
    saved = exact(values["before_min"]) - exact(values["after_min"])
    hours = saved * values["volume"] / 60
    gross = None if values["loaded_cost"] is None else hours * exact(values["loaded_cost"])
    realised = None if gross is None or values["realisation"] is None else gross * exact(values["realisation"])
    return {
        "hours": float(hours),
        "gross_value": None if gross is None else float(gross),
        "value": None if realised is None else float(realised),
        "pct": ratio(saved, values["before_min"], 100),
    }


def _time_saved_words(values: Values, outputs: Outputs) -> Text:
    hours, value = float(outputs["hours"] or 0), outputs["value"]
    size = said(abs(hours), "h")
    each = "每件从 {before_min}到 {after_min}，每月 {volume} 件", "{volume:case} a month went from {before_min} to {after_min}"
    if hours < 0:
        loss = said(abs(float(value)), "money", 0) if isinstance(value, int | float) else None
        cost = Text(f"，多花 {loss.zh}", f", at a cost of {loss.en}") if loss else Text("", "")
        return Text(f"{each[0]}：每月反而多用 {size.zh}{cost.zh}。", f"{each[1]}: {size.en} more a month{cost.en}.")
    worth = Text("，折成钱 {value}", ", worth {value}") if value is not None else Text("", "")
    if values["realisation"] is not None and value is not None:
        worth = Text(worth.zh + "（按 {realisation} 兑现）", worth.en + " if {realisation} of it is realised")
    return Text(f"{each[0]}：每月省 {size.zh}{worth.zh}。", f"{each[1]}: {size.en} saved a month{worth.en}.")


TIME_SAVINGS_VALUE = Calculator(
    id="time_savings_value",
    title=Text("节省工时与价值", "Time saved in hours and money"),
    purpose=Text(
        "每件少花几分钟，一个月省下多少工时，其中多少能真的变成钱。", "Minutes saved per case, as hours a month, and what part of that becomes money."
    ),
    formula=Text(
        "工时 =（改前 − 改后）× 件数 ÷ 60；毛额 = 工时 × 每小时全成本；实额 = 毛额 × 兑现比例",
        "hours = (before − after) × cases ÷ 60; gross = hours × loaded cost; value = gross × realisation",
    ),
    group="money",
    main="hours",
    better="higher",
    source=Text("按第 25、30 节的例子构造（30 → 20 分钟）", "Constructed from practices 25 and 30 (30 → 20 minutes)"),
    aliases={
        "zh": ("节省工时", "节省时间", "省了多少钱", "效率价值", "降本", "工时价值"),
        "en": ("time savings", "hours saved", "value of time saved", "efficiency gain"),
    },
    practices=(2, 6, 8, 16, 25, 30),
    assumptions=(
        Text(
            "只填坐席动手的分钟。客户等的时间不是工时，两样不能相加。",
            "Minutes of work only. The customer's waiting is no labour: the two are never added.",
        ),
        Text("首响时间可能已经包在解决时间里，别加两遍。", "Time to first response may lie inside time to resolve: don't count it twice."),
    ),
    ways=(
        Way(
            inputs=(
                Duration(
                    name="before_min",
                    label=Text("改之前每件", "Before, per case"),
                    hint=Text("坐席动手的分钟", "Minutes of work"),
                    unit="min",
                    better="higher",
                ),
                Duration(
                    name="after_min",
                    label=Text("改之后每件", "After, per case"),
                    hint=Text("坐席动手的分钟", "Minutes of work"),
                    unit="min",
                    better="lower",
                ),
                Count(name="volume", label=Text("每月件数", "Cases a month"), unit="cases"),
                Number(
                    name="loaded_cost",
                    label=Text("每小时全成本", "Loaded cost per hour"),
                    hint=Text("工资、社保、工位都算；填了就折成钱", "Pay, contributions, desk; gives the value"),
                    unit="money",
                    optional=True,
                ),
                Share(
                    name="realisation",
                    label=Text("能兑现多少", "Share realised"),
                    hint=Text(
                        "省下的时间里，真的少花钱或多办事的比例，例如 50%",
                        "The part of the time that really saves money or does more work, such as 50%",
                    ),
                    optional=True,
                ),
            ),
            outputs=(
                Output(name="hours", label=Text("每月节省", "Saved a month"), unit="h"),
                Output(name="pct", label=Text("每件节省", "Saved per case"), unit="percent"),
                Output(name="gross_value", label=Text("毛额", "Gross value"), unit="money", decimals=0),
                Output(name="value", label=Text("实额", "Value"), unit="money", decimals=0),
            ),
            compute=_time_saved,
            sentence=_time_saved_words,
            working=Text("({before_min} − {after_min}) × {volume} = {hours}", "({before_min} − {after_min}) × {volume} = {hours}"),
            cautions=(
                Caution(
                    Text(
                        "没填兑现比例：毛额 {gross_value} 不等于省下的钱。",
                        "No share realised was given: the gross value of {gross_value} is not money saved.",
                    ),
                    lambda _values, outputs: outputs["value"] is None and float(outputs["gross_value"] or 0) > 0,
                ),
                Caution(
                    Text("全部兑现很少见：省下的时间不等于少用的人。", "All of it is rarely realised: time saved is not headcount saved."),
                    lambda values, outputs: values["realisation"] == 1 and float(outputs["value"] or 0) > 0,
                ),
            ),
            examples=(
                Example(
                    {"before_min": 30, "after_min": 20, "volume": 1000, "loaded_cost": 60, "realisation": 0.5},
                    {"hours": 166.666666667, "gross_value": 10000.0, "value": 5000.0, "pct": 33.333333333},
                    "constructed from practices 25 and 30",
                ),
            ),
        ),
    ),
)

COST_PER_CONTACT = Calculator(
    id="cost_per_contact",
    title=Text("单次服务成本", "Cost per contact"),
    purpose=Text("接待一次客户，全算下来花多少钱。", "What one contact costs, everything included."),
    formula=Text("单次成本 = 全部成本 ÷ 处理量", "cost per contact = fully loaded cost ÷ contacts handled"),
    group="money",
    main="cpc",
    better="lower",
    source=Text("Call Centre Helper 113990；SQM", "Call Centre Helper 113990; SQM"),
    aliases={
        "zh": ("单次成本", "单通成本", "单次服务成本", "每通成本", "CPC"),
        "en": ("cost per contact", "cost per call", "CPC", "unit cost"),
    },
    practices=(6, 30),
    assumptions=(
        Text(
            "成本和处理量是同一段时间的，工资、系统、场地、培训都算进去。",
            "Cost and contacts are of the same period; pay, systems, rooms and training all count.",
        ),
        Text("来电一多它就降，所以不能单拿它当目标。", "It falls when volume rises, so never make it a target alone."),
    ),
    ways=(
        Way(
            inputs=(
                Number(name="cost", label=Text("全部成本", "Total cost"), unit="money", better="lower"),
                Count(name="contacts", label=Text("处理量", "Contacts handled"), unit="contacts", better="higher"),
            ),
            outputs=(Output(name="cpc", label=Text("单次成本", "Cost per contact"), unit="money", decimals=2),),
            compute=lambda values: {"cpc": ratio(values["cost"], values["contacts"])},
            sentence=Text("花了 {cost}，处理 {contacts} 次：每次 {cpc}。", "{cost} for {contacts:contact}: {cpc} each."),
            working=Text("{cost} ÷ {contacts} = {cpc}", "{cost} ÷ {contacts} = {cpc}"),
            empty=Text("一次也没处理，算不出每次多少。", "nothing was handled, so there is no cost of one."),
            examples=(
                Example({"cost": 320000, "contacts": 114000}, {"cpc": 2.807017544}, "Call Centre Helper 113990 (prints 2.80)"),
                Example({"cost": 1000000, "contacts": 100000}, {"cpc": 10.0}, "SQM"),
            ),
        ),
    ),
)


def _possible_points(values: Values) -> FieldError | None:
    if values["fcr"] is None or exact(values["points"]) <= 1 - exact(values["fcr"]):
        return None
    room = said(100 * (1 - exact(values["fcr"])), "percentage points", None)
    return FieldError("points", Text(f"现在的 FCR 最多还能升 {room.zh}", f"FCR can rise by no more than {room.en} from where it is"))


def _repeat_calls(values: Values) -> Outputs:
    saved = exact(values["calls"]) * exact(values["points"]) * exact(values["extra_calls"])
    return {"extra_calls_year": float(saved), "saving": float(saved * exact(values["cost"]))}


def _repeat_calls_words(values: Values, _outputs: Outputs) -> Text:
    rise = said(100 * exact(values["points"]), "percentage points", None)
    return Text(
        f"FCR 升 {rise.zh}，一年少接 {{extra_calls_year}} 通重复来电，省 {{saving}}。",
        f"With FCR up by {rise.en}, a year is spared {{extra_calls_year:repeat call}}: {{saving}} saved.",
    )


FCR_SAVINGS = Calculator(
    id="fcr_savings",
    title=Text("提升 FCR 的成本节省", "Value of better FCR"),
    purpose=Text(
        "一次性解决率升几个点，一年少接多少重复来电、省多少钱。",
        "What a rise in first contact resolution saves in repeat calls and money over a year.",
    ),
    formula=Text(
        "节省 = 年来电 × FCR 升幅 × 每个没解决的多打几次 × 每通成本", "saving = calls × points of FCR × extra calls per unresolved × cost per call"
    ),
    group="money",
    main="saving",
    better="higher",
    source=Text("BenchmarkPortal / CustomerThink《呼叫中心经济学 101》", "BenchmarkPortal / CustomerThink, 'Contact Center Economics 101'"),
    aliases={
        "zh": ("FCR节省", "重复来电成本", "一次解决的价值", "减少重复来电"),
        "en": ("FCR savings", "value of FCR", "repeat calls saved", "cost of repeat calls"),
    },
    practices=(3, 30),
    assumptions=(
        Text("用边际成本更稳：少几通电话，房租和系统费不会少。", "A marginal cost is safer: fewer calls don't lower the rent or the licences."),
    ),
    ways=(
        Way(
            inputs=(
                Count(name="calls", label=Text("一年来电", "Calls a year"), unit="calls", better="higher"),
                Share(
                    name="points",
                    label=Text("FCR 升几个点", "Points FCR rises by"),
                    hint=Text("10 个点写 10%", "10 points: write 10%"),
                    better="higher",
                ),
                Number(
                    name="extra_calls",
                    label=Text("没解决的每个多打几次", "Extra calls per unresolved contact"),
                    hint=Text("例如 1.5", "For example 1.5"),
                    unit="calls",
                    better="higher",
                ),
                Number(name="cost", label=Text("每通成本", "Cost per call"), unit="money", better="higher"),
                Share(
                    name="fcr",
                    label=Text("现在的 FCR", "FCR today"),
                    hint=Text("填了会核对还升不升得了", "Checks that the rise is possible"),
                    optional=True,
                ),
            ),
            outputs=(
                Output(name="saving", label=Text("一年节省", "Saved a year"), unit="money", decimals=0),
                Output(name="extra_calls_year", label=Text("少接重复来电", "Repeat calls avoided"), unit="calls", decimals=0),
            ),
            compute=_repeat_calls,
            rules=(_possible_points,),
            sentence=_repeat_calls_words,
            working=Text("{calls} × {points} × {extra_calls} × {cost} = {saving}", "{calls} × {points} × {extra_calls} × {cost} = {saving}"),
            examples=(
                Example(
                    {"calls": 1000000, "points": 0.1, "extra_calls": 1.5, "cost": 8},
                    {"extra_calls_year": 150000.0, "saving": 1200000.0},
                    "BenchmarkPortal/CustomerThink 'Contact Center Economics 101'",
                ),
            ),
        ),
    ),
)

MONEY: tuple[Calculator, ...] = (TIME_SAVINGS_VALUE, COST_PER_CONTACT, FCR_SAVINGS)
