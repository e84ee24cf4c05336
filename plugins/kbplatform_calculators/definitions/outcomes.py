"""What became of it? Came back, passed on, in time, done without us."""

from __future__ import annotations

from kbplatform.sdk import Text
from kbplatform_calculators.calculator import Calculator, Caution, Example, Outputs, Values, Way
from kbplatform_calculators.figures import Output
from kbplatform_calculators.inputs import Count
from kbplatform_calculators.rates import WILSON, ends, rate, rate_of, rate_outputs, sample_of
from kbplatform_calculators.rules import small_sample, together_within, within

REOPEN_RATE = Calculator(
    id="reopen_rate",
    title=Text("重开率", "Reopen rate"),
    purpose=Text(
        "说解决了的单子，有多少又被客户翻出来。",
        "How many of the cases we called solved the customer had to open again.",
    ),
    formula=Text("重开率 = 重开过的单子 ÷ 同一批已解决的单子", "reopen rate = cases reopened ÷ cases resolved, both of the same batch"),
    group="quality",
    main="pct",
    better="lower",
    source=Text("口径：Kaizo、Zendesk；算例：codingace.net。" + WILSON.zh, "Definition: Kaizo, Zendesk; example: codingace.net. " + WILSON.en),
    aliases={
        "zh": ("重开率", "重开", "返单率", "反复率", "二次处理率", "结了又开"),
        "en": ("reopen rate", "reopened tickets", "re-open", "bounce back"),
    },
    practices=(5, 14),
    assumptions=(
        Text(
            "每张单子都给同样长的回看时间（比如解决后 7 天）；不设期限，这个数只会越等越大。",
            "Give every case the same time to come back (7 days after it was solved, say). Without a limit the rate only ever grows.",
        ),
        Text("数单子，不数次数：一张单子重开三回也只算一张。", "Count cases, not events: one that was reopened three times is one."),
    ),
    ways=(
        Way(
            inputs=(
                Count(
                    name="reopened",
                    label=Text("其中又重开的", "Of these, reopened"),
                    hint=Text("回看期内至少重开过一次", "At least once within the window"),
                    unit="cases",
                    better="lower",
                ),
                Count(
                    name="resolved",
                    label=Text("这批已解决的", "Resolved in the batch"),
                    hint=Text("回看期都已走完的那批", "Those whose window is over"),
                    unit="cases",
                    better="higher",
                ),
            ),
            outputs=rate_outputs("pct", Text("重开率", "Reopen rate"), percent=True),
            compute=rate_of("pct", "reopened", "resolved", percent=True),
            rules=(
                within(
                    "reopened",
                    "resolved",
                    Text(
                        "重开的不能多于这批解决的。同一张单子重开几回也只算一张。",
                        "Can't be more than were resolved. A case that was reopened several times counts once.",
                    ),
                ),
            ),
            sentence=Text(
                "解决了 {resolved} 件，又重开 {reopened} 件：重开率 {pct}，95% 区间 {ci_low_pct}–{ci_high_pct}。",
                "{reopened} of {resolved:resolved case} came back: {pct}, with a 95% interval of {ci_low_pct} to {ci_high_pct}.",
            ),
            working=Text("{reopened} ÷ {resolved} = {pct}", "{reopened} ÷ {resolved} = {pct}"),
            empty=Text("这批一件也没解决，谈不上重开。", "nothing in the batch was resolved, so nothing could come back."),
            cautions=(small_sample("resolved"),),
            sample=sample_of("reopened", "resolved"),
            interval=ends(percent=True),
            examples=(
                Example({"reopened": 25, "resolved": 360}, {"pct": 6.944444444}, "codingace.net, row 1; definition Kaizo/Zendesk"),
                Example({"reopened": 25, "resolved": 360}, {"pct": 6.9}, "codingace.net, as printed", places=1),
            ),
        ),
    ),
)


def _escalated(values: Values) -> Outputs:
    handled = values["handled"]
    own = values["escalated"] - values["required"]
    return {**rate("pct", values["escalated"], handled, percent=True), "avoidable_pct": 100 * own / handled if handled else None}


ESCALATION_RATE = Calculator(
    id="escalation_rate",
    title=Text("升级（转接）率", "Escalation (transfer) rate"),
    purpose=Text(
        "接下来的里面，有多少自己没办完、转给了别人；其中多少本来不必转。",
        "How much of what we took on was handed to someone else, and how much of that need not have been.",
    ),
    formula=Text(
        "升级率 = 升级或转接的 ÷ 接下来的；可以不转的 =（升级的 − 按规定必须升级的）÷ 接下来的",
        "rate = escalated ÷ handled; avoidable = (escalated − those policy requires) ÷ handled",
    ),
    group="quality",
    main="pct",
    better="context",
    source=Text("算例：bit1024 升级率计算器。" + WILSON.zh, "Example: bit1024 escalation calculator. " + WILSON.en),
    aliases={
        "zh": ("升级率", "转接率", "转二线率", "转上级", "升级占比"),
        "en": ("escalation rate", "transfer rate", "escalations", "second line share"),
    },
    practices=(7, 21, 27),
    assumptions=(
        Text(
            "不是越低越好：该升级的没升级，比多转一次更伤客户。",
            "Lower is not always better: a case that should have gone up and didn't hurts more than one transfer too many.",
        ),
    ),
    ways=(
        Way(
            inputs=(
                Count(
                    name="escalated",
                    label=Text("升级或转接的", "Escalated or transferred"),
                    hint=Text("同一次转了几手也算一次", "One contact passed on twice is one"),
                    unit="contacts",
                ),
                Count(name="handled", label=Text("接下来的", "Handled"), unit="contacts"),
                Count(
                    name="required",
                    label=Text("其中按规定必须升级的", "Of the escalated, required by policy"),
                    hint=Text("例如人身安全、超出权限；没有就留空", "Safety, beyond one's limit …; leave empty if none"),
                    unit="contacts",
                    optional=True,
                    default=0,
                ),
            ),
            outputs=(
                *rate_outputs("pct", Text("升级率", "Escalation rate"), percent=True),
                Output(name="avoidable_pct", label=Text("其中本可以不转的", "Of all handled, avoidable"), unit="percent"),
            ),
            compute=_escalated,
            rules=(
                within("escalated", "handled", Text("升级的不能多于接下来的", "Can't be more than were handled")),
                within("required", "escalated", Text("必须升级的，不能多于升级的总数", "Can't be more than were escalated")),
            ),
            sentence=lambda values, _outputs: Text(
                "接了 {handled} 次，升级 {escalated} 次：{pct}，95% 区间 {ci_low_pct}–{ci_high_pct}"
                + ("；扣掉规定要升级的 {required} 次，本可以不转的占 {avoidable_pct}。" if values["required"] else "。"),
                "Escalated: {escalated} of {handled:contact}, or {pct}, with a 95% interval of {ci_low_pct} to {ci_high_pct}"
                + (". Without the {required} that policy requires it is {avoidable_pct}." if values["required"] else "."),
            ),
            working=Text("{escalated} ÷ {handled} = {pct}", "{escalated} ÷ {handled} = {pct}"),
            empty=Text("一次也没接，算不出升级率。", "nothing was handled, so there is no rate."),
            cautions=(
                small_sample("handled"),
                Caution(
                    Text(
                        "把规定要升级的单列出来，否则守规矩的班组看着最差。",
                        "List those that policy requires apart, or the team that keeps to the rules looks worst.",
                    ),
                    lambda values, _outputs: values["escalated"] > 0 and not values["required"],
                ),
            ),
            sample=sample_of("escalated", "handled"),
            interval=ends(percent=True),
            examples=(
                Example({"escalated": 15, "handled": 500}, {"pct": 3.0, "avoidable_pct": 3.0}, "bit1024 escalation calculator: 15 of 500 is 3%"),
                Example({"escalated": 15, "handled": 500, "required": 5}, {"pct": 3.0, "avoidable_pct": 2.0}, "computed"),
            ),
        ),
    ),
)


def _kept(values: Values) -> Outputs:
    met, closed = values["met"], values["met"] + values["breached_closed"]
    subject = closed + values["breached_open"]
    return {
        **rate("pct", met, subject, percent=True),
        "closed_only_pct": 100 * met / closed if closed else None,
        "subject": subject,
    }


SLA_ATTAINMENT = Calculator(
    id="sla_attainment",
    title=Text("SLA 达成率", "SLA attainment"),
    purpose=Text(
        "答应了期限的单子，有多少守住了；还开着却已超时的也算没守住。",
        "How many cases with a promised time kept it, counting those that are late and still open.",
    ),
    formula=Text(
        "达成率 = 按时 ÷（按时 + 超时已结 + 超时未结）",
        "attainment = met ÷ (met + late and closed + late and still open)",
    ),
    group="speed",
    main="pct",
    better="higher",
    source=Text("口径：ticketboard.cc，另计超时未结的。" + WILSON.zh, "Definition: ticketboard.cc, with open breaches counted. " + WILSON.en),
    aliases={
        "zh": ("SLA", "SLA 达成率", "时限达成率", "及时率", "按时率", "按时完成率", "超时率"),
        "en": ("SLA", "SLA attainment", "SLA compliance", "on-time rate", "breach rate"),
    },
    practices=(7, 21, 25, 27),
    assumptions=(
        Text(
            "写明时钟怎么走：按哪个日历，等客户的时间停不停表。",
            "State how the clock runs: which calendar, and whether it stops while you wait for the customer.",
        ),
    ),
    ways=(
        Way(
            inputs=(
                Count(name="met", label=Text("按时的", "Met"), unit="cases", better="higher"),
                Count(name="breached_closed", label=Text("超时，已结", "Late, closed by now"), unit="cases", better="lower"),
                Count(
                    name="breached_open",
                    label=Text("超时，还没结", "Late, still open"),
                    hint=Text("最容易漏的一格，没有就填 0", "The one that gets forgotten; 0 if none"),
                    unit="cases",
                    better="lower",
                ),
            ),
            outputs=(
                *rate_outputs("pct", Text("SLA 达成率", "SLA attainment"), percent=True),
                Output(name="closed_only_pct", label=Text("只看已结的（会虚高）", "Closed cases only (flatters)"), unit="percent"),
                Output(name="subject", label=Text("有时限的单子", "Cases with a promised time"), unit="cases"),
            ),
            compute=_kept,
            sentence=Text(
                "{subject} 件有时限的单子，按时 {met} 件：达成率 {pct}，95% 区间 {ci_low_pct}–{ci_high_pct}。",
                "{met} of {subject:case} kept their time: {pct}, with a 95% interval of {ci_low_pct} to {ci_high_pct}.",
            ),
            working=Text(
                "{met} ÷ ({met} + {breached_closed} + {breached_open}) = {pct}",
                "{met} ÷ ({met} + {breached_closed} + {breached_open}) = {pct}",
            ),
            empty=Text("没有带时限的单子，算不出达成率。", "no case had a promised time, so there is no rate."),
            cautions=(
                Caution(
                    Text(
                        "只数已结的会是 {closed_only_pct}：超时的拖着不结，数反而好看。别那样报。",
                        "Closed cases alone would show {closed_only_pct}, which rewards leaving late ones open. Don't report that.",
                    ),
                    lambda values, outputs: values["breached_open"] > 0 and outputs["closed_only_pct"] is not None,
                ),
                small_sample("subject"),
            ),
            sample=lambda values: (values["met"], values["met"] + values["breached_closed"] + values["breached_open"]),
            interval=ends(percent=True),
            examples=(
                Example(
                    {"met": 180, "breached_closed": 15, "breached_open": 5},
                    {"pct": 90.0, "closed_only_pct": 92.307692308},
                    "constructed; definition ticketboard.cc with open breaches counted",
                ),
            ),
        ),
    ),
)


def _contained(values: Values) -> Outputs:
    sessions, escalated = values["sessions"], values["escalated"]
    solved = sessions - escalated - values["recontact_24h"] - values["abandoned"]
    return {
        **rate("containment_pct", solved, sessions, percent=True),
        "deflection_pct": 100 * (sessions - escalated) / sessions if sessions else None,
        "solved": solved,
    }


CONTAINMENT = Calculator(
    id="containment",
    title=Text("机器人自助解决率", "Bot containment and deflection"),
    purpose=Text(
        "机器人接的会话里，有多少真办成了，而不只是没转人工。",
        "How many bot sessions really ended the matter, rather than just not reaching an agent.",
    ),
    formula=Text(
        "自助解决率 =（会话 − 转人工 − 24 小时内又来 − 中途走掉）÷ 会话；拦截率 =（会话 − 转人工）÷ 会话",
        "containment = (sessions − escalated − back within 24 h − abandoned) ÷ sessions; deflection = (sessions − escalated) ÷ sessions",
    ),
    group="quality",
    main="containment_pct",
    better="higher",
    source=Text("口径和算例：Decagon 术语表。" + WILSON.zh, "Definition and example: Decagon glossary. " + WILSON.en),
    aliases={
        "zh": ("自助解决率", "机器人解决率", "拦截率", "机器人", "智能客服", "转人工率"),
        "en": ("containment", "deflection", "self-service rate", "bot resolution", "chatbot"),
    },
    practices=(6, 25, 30),
    assumptions=(
        Text(
            "没转人工不等于办成了；24 小时内又找来的要扣掉。",
            "Not reaching an agent is not the same as solved: take off those who came back within 24 hours.",
        ),
        Text("机器人的满意度要单独报，放在这个数旁边。", "Report the bot's own CSAT beside this figure."),
    ),
    ways=(
        Way(
            inputs=(
                Count(name="sessions", label=Text("机器人会话", "Bot sessions"), unit="sessions", better="higher"),
                Count(name="escalated", label=Text("转了人工的", "Passed to an agent"), unit="sessions", better="lower"),
                Count(
                    name="recontact_24h",
                    label=Text("没转人工，24 小时内又来的", "Not passed on, but back within 24 h"),
                    hint=Text("从任何渠道再来都算", "Through any channel"),
                    unit="sessions",
                    better="lower",
                ),
                Count(
                    name="abandoned",
                    label=Text("没办完就走掉的", "Left before an answer"),
                    hint=Text("不和上面两格重复；不知道就留空", "None of the two above; leave empty if not known"),
                    unit="sessions",
                    optional=True,
                    default=0,
                    better="lower",
                ),
            ),
            outputs=(
                *rate_outputs("containment_pct", Text("自助解决率", "Containment"), percent=True),
                Output(name="deflection_pct", label=Text("拦截率（只看没转人工）", "Deflection (not passed on)"), unit="percent"),
                Output(name="solved", label=Text("自己办成的会话", "Sessions that ended the matter"), unit="sessions"),
            ),
            compute=_contained,
            rules=(
                together_within(
                    ("escalated", "recontact_24h", "abandoned"),
                    "sessions",
                    Text(
                        "转人工、又来的、走掉的，加起来不能多于会话数；每次会话只归一格。",
                        "Those passed on, back again and left can't add up to more than all sessions; each session belongs to one of them.",
                    ),
                ),
            ),
            sentence=Text(
                "{sessions} 次机器人会话，自己办成 {solved} 次：自助解决率 {containment_pct}，95% 区间 {ci_low_pct}–{ci_high_pct}；"
                "只看没转人工，是 {deflection_pct}。",
                "{solved} of {sessions:bot session} ended the matter: containment {containment_pct}, with a 95% interval of "
                "{ci_low_pct} to {ci_high_pct}. Deflection alone is {deflection_pct}.",
            ),
            working=Text(
                "({sessions} − {escalated} − {recontact_24h} − {abandoned}) ÷ {sessions} = {containment_pct}",
                "({sessions} − {escalated} − {recontact_24h} − {abandoned}) ÷ {sessions} = {containment_pct}",
            ),
            empty=Text("没有机器人会话，算不出比率。", "there was no bot session, so there is no rate."),
            cautions=(
                small_sample("sessions"),
                Caution(
                    Text(
                        "又来的填了 0：真没人再来，还是没查？没查的话，这个数偏高。",
                        "No one came back: is that known, or was it not looked up? If not, this figure is too high.",
                    ),
                    lambda values, _outputs: values["sessions"] > 0 and values["recontact_24h"] == 0,
                ),
            ),
            sample=lambda values: (
                values["sessions"] - values["escalated"] - values["recontact_24h"] - values["abandoned"],
                values["sessions"],
            ),
            interval=ends(percent=True),
            examples=(
                Example(
                    {"sessions": 1000, "escalated": 270, "recontact_24h": 0},
                    {"containment_pct": 73.0, "deflection_pct": 73.0},
                    "Decagon glossary: 730 of 1,000 is 73%",
                ),
                Example(
                    {"sessions": 1000, "escalated": 270, "recontact_24h": 80, "abandoned": 50},
                    {"containment_pct": 60.0, "deflection_pct": 73.0},
                    "computed",
                ),
            ),
        ),
    ),
)

OUTCOMES: tuple[Calculator, ...] = (REOPEN_RATE, ESCALATION_RATE, SLA_ATTAINMENT, CONTAINMENT)
