"""Are our people well led? Learning, leaving, keeping to the plan, output per hour, team size."""

from __future__ import annotations

from fractions import Fraction

from kbplatform.sdk import Text
from kbplatform_calculators.arithmetic import exact, ratio, said
from kbplatform_calculators.calculator import Calculator, Caution, Example, Outputs, Values, Way
from kbplatform_calculators.figures import Output
from kbplatform_calculators.inputs import Count, Duration, Number
from kbplatform_calculators.rules import within

_GAINS = (("low", Text("低", "low")), ("medium", Text("中", "medium")), ("high", Text("高", "high")))


def _gain(values: Values) -> Outputs:
    pre, post = exact(values["pre"]), exact(values["post"])
    if pre == 100:
        return {"gain": None, "level": None}
    gain = (post - pre) / (100 - pre)
    return {"gain": float(gain), "level": "low" if gain < Fraction(3, 10) else "medium" if gain < Fraction(7, 10) else "high"}


def _gain_words(values: Values, outputs: Outputs) -> Text:
    if exact(values["post"]) < exact(values["pre"]):
        return Text(
            "从 {pre}到 {post}：学完反而退了，增益 {gain}。先查两次卷子难度是不是一样。",
            "From {pre} to {post}: people did worse afterwards, a gain of {gain}. First check that both tests were equally hard.",
        )
    share = said(100 * float(outputs["gain"] or 0), "percent", 0)
    return Text(
        f"从 {{pre}}到 {{post}}：原来不会的补上了 {share.zh}，增益{{level}}。",
        f"From {{pre}} to {{post}}: {share.en} of what was left to learn was learnt, a {{level}} gain.",
    )


LEARNING_GAIN = Calculator(
    id="learning_gain",
    title=Text("培训知识增益", "Normalised learning gain"),
    purpose=Text(
        "培训前还差的那部分，培训后补上了多少；起点高低不同的班也能比。",
        "How much of what people did not know before the training they know after it; fair to groups that started apart.",
    ),
    formula=Text("增益 =（训后 − 训前）÷（100 − 训前）", "g = (post − pre) ÷ (100 − pre)"),
    group="people",
    main="gain",
    better="higher",
    source=Text(
        "R. R. Hake（1998），American Journal of Physics 66, 64–74（低 < 0.3，高 ≥ 0.7）；柯氏二级",
        "R. R. Hake (1998), American Journal of Physics 66, 64–74 (low < 0.3, high ≥ 0.7); Kirkpatrick level 2",
    ),
    aliases={
        "zh": ("培训效果", "知识增益", "学习增益", "前后测", "训前训后"),
        "en": ("learning gain", "Hake gain", "normalized gain", "pre and post test", "training effect"),
    },
    practices=(13, 26),
    assumptions=(
        Text(
            "填全班平均分，算的是平均分的增益；每个人的增益再平均，会是另一个数，报的时候说清楚。",
            "With class averages this is the gain of averages; the average of each person's gain is another figure. Say which you report.",
        ),
        Text("两次考的要一样难，分数满分 100。", "Both tests must be equally hard, and out of 100."),
    ),
    ways=(
        Way(
            inputs=(
                Number(
                    name="pre",
                    label=Text("训前得分", "Score before"),
                    hint=Text("满分 100", "Out of 100"),
                    unit="points",
                    maximum=100,
                    better="lower",
                ),
                Number(
                    name="post",
                    label=Text("训后得分", "Score after"),
                    hint=Text("满分 100", "Out of 100"),
                    unit="points",
                    maximum=100,
                    better="higher",
                ),
            ),
            outputs=(
                Output(name="gain", label=Text("知识增益", "Learning gain"), decimals=2),
                Output(name="level", label=Text("高低", "Level"), words=_GAINS),
            ),
            compute=_gain,
            sentence=_gain_words,
            working=Text("({post} − {pre}) ÷ (100 − {pre}) = {gain}", "({post} − {pre}) ÷ (100 − {pre}) = {gain}"),
            empty=Text("训前已经满分，没有可提高的。", "the score was full before, so there was nothing to gain."),
            examples=(Example({"pre": 60, "post": 90}, {"gain": 0.75, "level": "high"}, "constructed; Hake gain, Kirkpatrick level 2"),),
        ),
    ),
)


def _attrition(values: Values) -> Outputs:
    leavers, start, end = values["leavers"], values["start"], values["end"]
    share = Fraction(2 * leavers, start + end) if start + end else None
    year = None
    if share is not None and share <= 1 and exact(values["months"]):
        year = 100 * (1 - float(1 - share) ** float(12 / exact(values["months"])))
    return {
        "opening_base_pct": ratio(leavers, start, 100),
        "average_base_pct": ratio(2 * leavers, start + end, 100),
        "annual_pct": year,
        "voluntary_pct": None if values["voluntary"] is None else ratio(2 * values["voluntary"], start + end, 100),
    }


def _attrition_words(_values: Values, outputs: Outputs) -> Text:
    zh = "走了 {leavers} 人，占平均在岗人数的 {average_base_pct}"
    en = "{leavers} left: {average_base_pct} of the average headcount"
    if outputs["annual_pct"] is None:
        return Text(zh + "。", en + ".")
    return Text(zh + "；照这样走下去，一年流失 {annual_pct}。", en + "; at this pace {annual_pct} of a team are gone within a year.")


ATTRITION = Calculator(
    id="attrition",
    title=Text("坐席流失率", "Agent attrition"),
    purpose=Text("这段时间走了多少人，照这样下去一年会走掉多少。", "How many left in the period, and what that comes to in a year."),
    formula=Text(
        "流失率 = 离开人数 ÷（（期初 + 期末）÷ 2）；全年 = 1 −（1 − 月流失率）^12",
        "rate = leavers ÷ ((start + end) ÷ 2); a year = 1 − (1 − monthly rate)^12",
    ),
    group="people",
    main="average_base_pct",
    better="lower",
    source=Text(
        "TechTarget《坐席流失率怎么算》（期初口径）；Call Centre Helper 89611（平均口径）",
        "TechTarget 'Calculating call center agent churn' (opening base); Call Centre Helper 89611 (average base)",
    ),
    aliases={
        "zh": ("流失率", "离职率", "坐席流失", "人员流失", "员工流失率"),
        "en": ("attrition", "turnover", "agent churn", "leavers"),
    },
    practices=(17,),
    assumptions=(
        Text(
            "全年不是乘 12：那样会多算，走了的人不会再走一次。", "A year is not twelve times a month: that overstates it, since nobody leaves twice."
        ),
        Text("主动离开和被辞退的分开看，办法不一样。", "Keep those who chose to leave apart from those let go: the remedies differ."),
    ),
    ways=(
        Way(
            inputs=(
                Count(name="leavers", label=Text("离开", "Leavers"), unit="people", better="lower"),
                Count(name="start", label=Text("期初在岗", "Headcount at the start"), unit="people", better="higher"),
                Count(name="end", label=Text("期末在岗", "Headcount at the end"), unit="people", better="higher"),
                Count(
                    name="voluntary",
                    label=Text("其中自己要走的", "Of these, by their own choice"),
                    hint=Text("填了就单独算", "Gives their own rate"),
                    unit="people",
                    optional=True,
                ),
                Number(
                    name="months",
                    label=Text("这段时间几个月", "Months in the period"),
                    hint=Text("不填就是一个月", "One if left empty"),
                    unit="months",
                    above=0,
                    maximum=120,
                    optional=True,
                    default=1,
                ),
            ),
            outputs=(
                Output(name="average_base_pct", label=Text("流失率（按平均人数）", "Attrition (average headcount)"), unit="percent", decimals=2),
                Output(name="opening_base_pct", label=Text("流失率（按期初人数）", "Attrition (opening headcount)"), unit="percent", decimals=2),
                Output(name="annual_pct", label=Text("折合全年", "In a year"), unit="percent"),
                Output(name="voluntary_pct", label=Text("其中自己要走的", "By their own choice"), unit="percent", decimals=2),
            ),
            compute=_attrition,
            rules=(within("voluntary", "leavers", Text("不能多于全部离开的", "Can't be more than all who left")),),
            sentence=_attrition_words,
            working=Text(
                "{leavers} ÷ (({start} + {end}) ÷ 2) = {average_base_pct}",
                "{leavers} ÷ (({start} + {end}) ÷ 2) = {average_base_pct}",
            ),
            empty=Text("期初期末都没有人。", "there was nobody at the start and nobody at the end."),
            cautions=(
                Caution(
                    Text(
                        "人数从 {start} 降到 {end}，离开的却只有 {leavers}：转岗的是不是没算？",
                        "The headcount fell from {start} to {end}, but only {leavers} left: were transfers left out?",
                    ),
                    lambda values, _outputs: values["start"] - values["end"] > values["leavers"],
                ),
                Caution(
                    Text("走的比平均在岗人数还多，折不成全年。", "More left than there were on average, so a year's rate makes no sense."),
                    lambda values, _outputs: 2 * values["leavers"] > values["start"] + values["end"] > 0,
                ),
            ),
            examples=(
                Example(
                    {"leavers": 2, "start": 100, "end": 98},
                    {"opening_base_pct": 2.0, "average_base_pct": 2.02020202, "annual_pct": 21.722224382},
                    "TechTarget 'Calculating call center agent churn'; average base Call Centre Helper 89611",
                ),
            ),
        ),
    ),
)

ADHERENCE = Calculator(
    id="adherence",
    title=Text("排班遵从率", "Schedule adherence and conformance"),
    purpose=Text(
        "该在线的时候在不在线（遵从），总时长够不够（达成）：迟到再拖班，总时长够，遵从不够。",
        "Whether people are there when planned (adherence) and as long as planned (conformance): late in and late out keeps only the second.",
    ),
    formula=Text(
        "遵从率 = 按点在岗分钟 ÷ 排班分钟；达成率 = 实际分钟 ÷ 排班分钟",
        "adherence = minutes in the planned state at the planned time ÷ scheduled; conformance = worked ÷ scheduled",
    ),
    group="people",
    main="adherence_pct",
    better="target",
    source=Text("cxcentral.com.au 术语表", "cxcentral.com.au conformance glossary"),
    aliases={
        "zh": ("排班遵从率", "遵时率", "排班遵守率", "班表遵从", "出勤达成率"),
        "en": ("adherence", "schedule adherence", "conformance", "schedule compliance"),
    },
    assumptions=(
        Text("每次换状态宽限 1–2 分钟，别为一两分钟找人谈话。", "Allow 1–2 minutes at each change of activity; don't chase people over them."),
        Text(
            "冲到 100% 不是目标：为客户多聊几分钟、少按点走，也会拉低它。",
            "100% is not the aim: staying on with a customer past the break lowers it too.",
        ),
    ),
    ways=(
        Way(
            inputs=(
                Duration(name="scheduled", label=Text("排班时长", "Scheduled"), hint=Text("单位分钟", "In minutes"), unit="min"),
                Duration(name="in_adherence", label=Text("按点在岗的时长", "In the planned state at the planned time"), unit="min"),
                Duration(
                    name="worked",
                    label=Text("实际上班时长", "Worked"),
                    hint=Text("加班也算，可以超过排班", "With overtime; may exceed the schedule"),
                    unit="min",
                ),
            ),
            outputs=(
                Output(name="adherence_pct", label=Text("遵从率", "Adherence"), unit="percent"),
                Output(name="conformance_pct", label=Text("达成率", "Conformance"), unit="percent"),
            ),
            compute=lambda values: {
                "adherence_pct": ratio(values["in_adherence"], values["scheduled"], 100),
                "conformance_pct": ratio(values["worked"], values["scheduled"], 100),
            },
            rules=(within("in_adherence", "scheduled", Text("按点在岗的不能多于排班的", "Can't be more than was scheduled")),),
            sentence=Text(
                "排了 {scheduled}，按点在岗 {in_adherence}：遵从率 {adherence_pct}；实际上了 {worked}，达成率 {conformance_pct}。",
                "{in_adherence} of {scheduled} kept to the plan: adherence {adherence_pct}; {worked} worked, conformance {conformance_pct}.",
            ),
            working=Text("{in_adherence} ÷ {scheduled} = {adherence_pct}", "{in_adherence} ÷ {scheduled} = {adherence_pct}"),
            empty=Text("没有排班，算不出遵从率。", "nothing was scheduled, so there is no adherence."),
            examples=(
                Example(
                    {"scheduled": 60, "in_adherence": 45, "worked": 60},
                    {"adherence_pct": 75.0, "conformance_pct": 100.0},
                    "cxcentral.com.au conformance glossary (15 min late and 15 min over)",
                ),
            ),
        ),
    ),
)

SPAN_OF_CONTROL = Calculator(
    id="span_of_control",
    title=Text("管理幅度", "Span of control"),
    purpose=Text("一位组长平均带几个人。", "How many people one team lead has to look after."),
    formula=Text("管理幅度 = 组员人数 ÷ 组长人数", "span = staff ÷ managers"),
    group="people",
    main="span",
    better="context",
    source=Text("按第 11 节的人数构造（2 位主管、4 名员工）", "Constructed from practice 11 (2 managers, 4 staff)"),
    aliases={
        "zh": ("管理幅度", "管理跨度", "带人数", "人员配比", "班长配比"),
        "en": ("span of control", "team size", "staff per manager", "supervisor ratio"),
    },
    practices=(11,),
    assumptions=(
        Text(
            "常说一位组长带 10–15 人，但没有可靠出处；新人多、辅导多，就该少带。",
            "10–15 agents a lead is often said, without a sound source; with many newcomers to coach, fewer.",
        ),
    ),
    ways=(
        Way(
            inputs=(
                Count(name="staff", label=Text("组员", "Staff"), hint=Text("不含组长", "Without managers"), unit="people"),
                Count(name="managers", label=Text("组长", "Managers"), unit="people", above=0),
            ),
            outputs=(Output(name="span", label=Text("一位组长带几人", "Staff per manager"), unit="people"),),
            compute=lambda values: {"span": ratio(values["staff"], values["managers"])},
            sentence=Text("{managers} 位组长带 {staff} 人，平均一位带 {span} 人。", "{staff} staff for {managers:manager}: {span} each."),
            working=Text("{staff} ÷ {managers} = {span}", "{staff} ÷ {managers} = {span}"),
            examples=(Example({"staff": 4, "managers": 2}, {"span": 2.0}, "constructed from practice 11"),),
        ),
    ),
)

PRODUCTIVITY = Calculator(
    id="productivity",
    title=Text("人均小时处理量", "Contacts resolved per agent-hour"),
    purpose=Text("坐席每上一小时班，办结几件。", "How many contacts are resolved for each hour an agent works."),
    formula=Text("人均小时处理量 = 办结数 ÷ 坐席工时", "per hour = resolved ÷ agent-hours"),
    group="people",
    main="per_hour",
    better="higher",
    source=Text("thecustomersupportschool.com，2025 年 1 月", "thecustomersupportschool.com, January 2025"),
    aliases={
        "zh": ("人均处理量", "人效", "小时处理量", "坐席产能", "CPH"),
        "en": ("productivity", "contacts per hour", "CPH", "resolved per hour", "throughput"),
    },
    practices=(17, 30),
    assumptions=(
        Text(
            "和一次性解决率、质检分一起看：只追这个数，难办的单子就没人接了。",
            "Read it with first contact resolution and the QA score: chased alone, nobody takes the hard cases.",
        ),
        Text("工时按人 × 小时填，培训、开会不算。", "Agent-hours are people × productive hours, without training and meetings."),
    ),
    ways=(
        Way(
            inputs=(
                Count(name="resolved", label=Text("办结", "Resolved"), unit="contacts", better="higher"),
                Duration(
                    name="agent_hours",
                    label=Text("坐席工时", "Agent-hours"),
                    hint=Text("4 人各 40 小时，填 160", "4 people for 40 hours: 160"),
                    unit="h",
                    better="lower",
                ),
            ),
            outputs=(Output(name="per_hour", label=Text("每工时办结", "Resolved per agent-hour"), decimals=2),),
            compute=lambda values: {"per_hour": ratio(values["resolved"], values["agent_hours"])},
            sentence=Text(
                "用了 {agent_hours}，办结 {resolved} 件：每小时 {per_hour} 件。", "{resolved} resolved in {agent_hours}: {per_hour} an hour."
            ),
            working=Text("{resolved} ÷ {agent_hours} = {per_hour}", "{resolved} ÷ {agent_hours} = {per_hour}"),
            empty=Text("没有工时，算不出每小时多少。", "no hours were worked, so there is no figure per hour."),
            examples=(Example({"resolved": 375, "agent_hours": 160}, {"per_hour": 2.34375}, "thecustomersupportschool.com, January 2025 (2.34)"),),
        ),
    ),
)

PEOPLE: tuple[Calculator, ...] = (PRODUCTIVITY, ADHERENCE, ATTRITION, SPAN_OF_CONTROL, LEARNING_GAIN)
