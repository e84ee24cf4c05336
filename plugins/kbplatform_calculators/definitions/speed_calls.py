"""Are we fast enough? On the phone: how quickly calls are answered, and who gave up waiting."""

from __future__ import annotations

from kbplatform.sdk import Text
from kbplatform_calculators.arithmetic import ratio
from kbplatform_calculators.calculator import Calculator, Caution, Example, Outputs, Values, Way
from kbplatform_calculators.figures import Output
from kbplatform_calculators.inputs import Choice, Count, Duration
from kbplatform_calculators.rates import WILSON, ends, rate, rate_outputs
from kbplatform_calculators.rules import small_sample, together_within, within

_DEFINITIONS: dict[str, Text] = {
    "F1": Text("F1：及时放弃的也算达标", "F1: quick abandons count as met"),
    "F2": Text("F2：只看接起来的", "F2: answered calls only"),
    "F3": Text("F3：放弃的全算没达标", "F3: every abandon counts as missed"),
    "F4": Text("F4：及时放弃的不算进来（常用）", "F4: quick abandons are left out (usual)"),
    "F5": Text("F5：秒挂的也算达标", "F5: very short abandons count as met"),
}
_FORMULAE: dict[str, str] = {
    "F1": "({answered_in_T} + {abandoned_in_T}) ÷ ({answered} + {abandoned}) = {F1}",
    "F2": "{answered_in_T} ÷ {answered} = {F2}",
    "F3": "{answered_in_T} ÷ ({answered} + {abandoned}) = {F3}",
    "F4": "{answered_in_T} ÷ ({answered} + {abandoned} − {abandoned_in_T}) = {F4}",
    "F5": "({answered_in_T} + {abandoned_short}) ÷ ({answered} + {abandoned}) = {F5}",
}


def _met(values: Values, definition: str) -> tuple[int, int] | None:
    """Calls that met the target, of how many, by one definition; None where a figure it needs was not given."""
    answered, quick, lost = values["answered"], values["answered_in_T"], values["abandoned"]
    lost_quick, lost_short = values["abandoned_in_T"], values["abandoned_short"]
    if (definition in {"F1", "F4"} and lost_quick is None) or (definition == "F5" and lost_short is None):
        return None
    return {
        "F1": lambda: (quick + lost_quick, answered + lost),
        "F2": lambda: (quick, answered),
        "F3": lambda: (quick, answered + lost),
        "F4": lambda: (quick, answered + lost - lost_quick),
        "F5": lambda: (quick + lost_short, answered + lost),
    }[definition]()


def _service_level(values: Values) -> Outputs:
    each = {name: ratio(*met, 100) if (met := _met(values, name)) else None for name in _DEFINITIONS}
    return each | rate("service_level_pct", *(_met(values, values["definition"]) or (0, 0)), percent=True)


SERVICE_LEVEL = Calculator(
    id="service_level",
    title=Text("服务水平", "Service level"),
    purpose=Text(
        "规定秒数内接起来的有多大比例。五种算法并排放着，报哪个数就写明是哪一种。",
        "What share of calls is answered within the target time. Five definitions side by side, so that you can say which one you report.",
    ),
    formula=Text(
        "接起 A（T 秒内 At），放弃 B（T 秒内 Bt，秒挂 Bs）。"
        "F1 =（At+Bt）÷（A+B）；F2 = At ÷ A；F3 = At ÷（A+B）；F4 = At ÷（A+B−Bt）；F5 =（At+Bs）÷（A+B）",
        "Answered A (At within T), abandoned B (Bt within T, Bs very short). "
        "F1 = (At+Bt) ÷ (A+B); F2 = At ÷ A; F3 = At ÷ (A+B); F4 = At ÷ (A+B−Bt); F5 = (At+Bs) ÷ (A+B)",
    ),
    group="speed",
    main="service_level_pct",
    better="higher",
    source=Text(
        "ICMI QueueTips 2002 年 7 月；Call Centre Helper 206890；51callcenter.com 63539；" + WILSON.zh,
        "ICMI QueueTips, July 2002; Call Centre Helper 206890; 51callcenter.com 63539. " + WILSON.en,
    ),
    aliases={
        "zh": ("服务水平", "接通及时率", "及时接起率", "20秒接通率", "80/20"),
        "en": ("service level", "SL", "grade of service", "TSF", "80/20"),
    },
    practices=(7, 21, 22, 25),
    assumptions=(
        Text(
            "报数时连口径一起报：F2 可以很好看，而一半客户已经挂了。",
            "Report the definition with the figure: F2 can look perfect while half the callers hang up.",
        ),
        Text(
            "按时段算，再按话务量加权；百分比不能直接取平均。",
            "Work it out per interval and weight by calls; never average the percentages themselves.",
        ),
        Text("80/20 是老习惯，不是规定。", "80/20 is a habit of the trade, not a law."),
    ),
    ways=(
        Way(
            inputs=(
                Count(name="answered", label=Text("接起来的", "Answered"), unit="calls", better="lower"),
                Count(name="answered_in_T", label=Text("其中及时接起的", "Of these, within the target time"), unit="calls", better="higher"),
                Count(name="abandoned", label=Text("没等到就挂的", "Abandoned"), unit="calls", better="lower"),
                Count(
                    name="abandoned_in_T",
                    label=Text("其中没到规定秒数就挂的", "Of these, within the target time"),
                    hint=Text("F1、F4 要用", "F1 and F4 need it"),
                    unit="calls",
                    optional=True,
                    better="higher",
                ),
                Count(
                    name="abandoned_short",
                    label=Text("其中秒挂的", "Of these, very short"),
                    hint=Text("一般指 5 秒内；F5 要用", "Usually under 5 s; F5 needs it"),
                    unit="calls",
                    optional=True,
                    better="higher",
                ),
                Duration(name="threshold_s", label=Text("规定多少秒内接起", "Target time"), unit="s", minimum=1, optional=True, default=20),
                Choice(
                    name="definition",
                    label=Text("用哪种口径", "Definition"),
                    options=tuple(_DEFINITIONS.items()),
                    optional=True,
                    default="F4",
                ),
            ),
            outputs=(
                *rate_outputs("service_level_pct", Text("服务水平", "Service level"), percent=True),
                *(Output(name=name, label=label, unit="percent") for name, label in _DEFINITIONS.items()),
            ),
            compute=_service_level,
            rules=(
                within("answered_in_T", "answered", Text("及时接起的不能多于接起来的", "Can't be more than were answered")),
                within("abandoned_in_T", "abandoned", Text("不能多于全部放弃的", "Can't be more than were abandoned")),
                within("abandoned_short", "abandoned", Text("不能多于全部放弃的", "Can't be more than were abandoned")),
            ),
            sentence=Text(
                "{threshold_s}内接起的占 {service_level_pct}（口径 {definition}），95% 区间 {ci_low_pct}–{ci_high_pct}。",
                "{service_level_pct} answered within {threshold_s} by definition {definition}, with a 95% interval of {ci_low_pct} to {ci_high_pct}.",
            ),
            working=lambda values, _outputs: Text(*2 * (f"{values['definition']}: " + _FORMULAE[values["definition"]],)),
            empty=Text(
                "没有来电，或者这个口径要用的数没填：F1、F4 要及时放弃的，F5 要秒挂的。",
                "there was no call, or this definition lacks a figure: F1 and F4 need abandons within the target time, F5 very short ones.",
            ),
            cautions=(
                small_sample("answered"),
                Caution(
                    Text(
                        "F2 不看挂掉的：有 {abandoned} 通没等到就挂了，旁边要放上放弃率。",
                        "F2 ignores those who hung up: {abandoned} gave up waiting. Show the abandonment rate beside it.",
                    ),
                    lambda values, _outputs: values["definition"] == "F2" and values["abandoned"] > 0,
                ),
            ),
            sample=lambda values: _met(values, values["definition"]) or (0, 0),
            interval=ends(percent=True),
            examples=(
                Example(
                    {"answered": 1000, "answered_in_T": 860, "abandoned": 60, "abandoned_in_T": 20, "abandoned_short": 10, "threshold_s": 20},
                    {"F1": 83.018867925, "F2": 86.0, "F3": 81.132075472, "F4": 82.692307692, "F5": 82.075471698, "service_level_pct": 82.692307692},
                    "ICMI QueueTips July 2002 / Call Centre Helper 206890 (printed 83, 86, 81, 83; F5 computed)",
                ),
            ),
        ),
    ),
)


def _abandoned(values: Values) -> tuple[int, int]:
    waiting = values["offered"] - values["short_abandons"]
    return waiting - values["handled"], waiting


ABANDONMENT_RATE = Calculator(
    id="abandonment_rate",
    title=Text("放弃率", "Abandonment rate"),
    purpose=Text("排队的客户里，有多大比例没等到就挂了。", "What share of the callers in the queue gave up before anyone answered."),
    formula=Text("放弃率 =（呼入 − 接起 − 秒挂）÷（呼入 − 秒挂）", "rate = (offered − handled − short abandons) ÷ (offered − short abandons)"),
    group="speed",
    main="rate_pct",
    better="lower",
    source=Text("Call Centre Helper 75869；" + WILSON.zh, "Call Centre Helper 75869. " + WILSON.en),
    aliases={
        "zh": ("放弃率", "呼损率", "弃呼率", "挂断率", "未接率"),
        "en": ("abandonment rate", "abandon rate", "hang-up rate", "lost calls"),
    },
    practices=(25,),
    assumptions=(
        Text(
            "写明多短算秒挂：一般 5 秒，有的话务系统默认 10 秒。",
            "State what counts as short: 5 s is usual, some phone systems count 10 s.",
        ),
        Text("在语音菜单里就挂的不算排队，别算进来。", "Leave out those who hung up in the voice menu: they never queued."),
    ),
    ways=(
        Way(
            inputs=(
                Count(name="offered", label=Text("进队列的", "Offered to the queue"), unit="calls", better="lower"),
                Count(name="handled", label=Text("接起来的", "Handled"), unit="calls", better="higher"),
                Count(
                    name="short_abandons",
                    label=Text("秒挂的", "Short abandons"),
                    hint=Text("拨错就挂的；没有就留空", "Wrong number, gone at once; leave empty if none"),
                    unit="calls",
                    optional=True,
                    default=0,
                    better="higher",
                ),
            ),
            outputs=rate_outputs("rate_pct", Text("放弃率", "Abandonment rate"), percent=True),
            compute=lambda values: rate("rate_pct", *_abandoned(values), percent=True),
            rules=(
                within("short_abandons", "offered", Text("秒挂的不能多于进队列的", "Can't be more than were offered")),
                together_within(
                    ("handled", "short_abandons"),
                    "offered",
                    Text("接起来的加上秒挂的，不能多于进队列的", "Handled and short abandons together can't be more than were offered"),
                ),
            ),
            sentence=Text(
                "{offered} 通进队列，接起 {handled} 通：放弃率 {rate_pct}，95% 区间 {ci_low_pct}–{ci_high_pct}。",
                "Answered: {handled} of {offered:call}. {rate_pct} gave up, with a 95% interval of {ci_low_pct} to {ci_high_pct}.",
            ),
            working=Text(
                "({offered} − {handled} − {short_abandons}) ÷ ({offered} − {short_abandons}) = {rate_pct}",
                "({offered} − {handled} − {short_abandons}) ÷ ({offered} − {short_abandons}) = {rate_pct}",
            ),
            empty=Text("除了秒挂的，没有人排过队。", "apart from short abandons, nobody queued."),
            cautions=(small_sample("offered"),),
            sample=_abandoned,
            interval=ends(percent=True),
            examples=(
                Example({"offered": 100, "handled": 95, "short_abandons": 0}, {"rate_pct": 5.0}, "Call Centre Helper 75869"),
                Example({"offered": 1000, "handled": 960}, {"rate_pct": 4.0}, "Investopedia: 40 of 1,000"),
            ),
        ),
    ),
)

ASA = Calculator(
    id="asa",
    title=Text("平均应答速度 ASA", "Average speed of answer (ASA)"),
    purpose=Text("接通的客户平均等了多久。", "How long the callers who got through had waited, on average."),
    formula=Text("ASA = 接通客户的等待总时长 ÷ 接通数", "ASA = total wait of answered calls ÷ answered calls"),
    group="speed",
    main="asa_s",
    better="lower",
    source=Text("Ozonetel 的 ASA 文章；Turnella", "Ozonetel on ASA; Turnella"),
    aliases={
        "zh": ("ASA", "平均应答速度", "平均等待时长", "平均排队时间", "平均接通时间"),
        "en": ("ASA", "average speed of answer", "average wait", "average queue time"),
    },
    practices=(25,),
    assumptions=(
        Text("没等到就挂的不在里面，所以要和放弃率一起看。", "Those who gave up are not in it: always show the abandonment rate beside it."),
    ),
    ways=(
        Way(
            inputs=(
                Duration(
                    name="total_wait_s",
                    label=Text("等待总时长", "Total wait"),
                    hint=Text("所有接通的电话加起来，按秒", "All answered calls added up, in seconds"),
                    unit="s",
                    better="lower",
                ),
                Count(name="answered", label=Text("接通", "Answered"), unit="calls", better="higher"),
            ),
            outputs=(Output(name="asa_s", label=Text("ASA", "ASA"), unit="s"),),
            compute=lambda values: {"asa_s": ratio(values["total_wait_s"], values["answered"])},
            sentence=Text(
                "接通 {answered} 通，一共等了 {total_wait_s}：平均每通等 {asa_s}。",
                "{answered:answered call} waited {total_wait_s} in all: {asa_s} each, on average.",
            ),
            working=Text("{total_wait_s} ÷ {answered} = {asa_s}", "{total_wait_s} ÷ {answered} = {asa_s}"),
            empty=Text("一通也没接，算不出平均。", "no call was answered, so there is no average."),
            examples=(
                Example({"total_wait_s": 7200, "answered": 200}, {"asa_s": 36.0}, "Ozonetel ASA article"),
                Example({"total_wait_s": 4800, "answered": 320}, {"asa_s": 15.0}, "Turnella"),
            ),
        ),
    ),
)

CALLS: tuple[Calculator, ...] = (SERVICE_LEVEL, ABANDONMENT_RATE, ASA)
