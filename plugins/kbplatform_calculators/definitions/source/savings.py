"""Times before and after, which the source subtracts and calls savings."""

from __future__ import annotations

from dataclasses import replace

from kbplatform.sdk import Text
from kbplatform_calculators.calculator import AsInSource, Calculator, Caution, Example, Outputs, Values, Way
from kbplatform_calculators.definitions.source.origin import EXACT, ORIGIN, UNUSED, after, printed, title
from kbplatform_calculators.figures import Output
from kbplatform_calculators.inputs import Count, Duration

_RESOLUTION = Duration(name="average_issue_resolution_time", label=Text("平均解决时间", "Average resolution time"))
_SAVED_RESOLUTION = "Time Savings (resolution, min)"


def _optimized(field: Duration) -> Duration:
    return replace(after(field, "optimized"), better="lower")


def _savings(*, name: str, heading: Text, time: Duration, shown: tuple[str, str], saved: str, examples: tuple[Example, ...], team: str = "") -> Way:
    """One naming of the two subtractions. ``shown`` are the names under which the source prints the two later times."""
    fast, solved = _optimized(time), _optimized(_RESOLUTION)

    def save(values: Values) -> Outputs:
        return {
            shown[0]: values[fast.name],
            shown[1]: values[solved.name],
            saved: values[time.name] - values[fast.name],
            _SAVED_RESOLUTION: values[_RESOLUTION.name] - values[solved.name],
        }

    size = (Count(name=team, label=Text("团队人数", "Team size"), hint=UNUSED, unit="people", optional=True),) if team else ()
    kind = time.label
    return Way(
        name=name,
        title=heading,
        inputs=(*size, time, _RESOLUTION, fast, solved),
        outputs=(
            Output(name=shown[0], label=fast.label, unit="min"),
            Output(name=shown[1], label=solved.label, unit="min"),
            Output(name=saved, label=Text(f"“节省”：{kind.zh}", f"“Saving”: {kind.en.lower()}"), unit="min"),
            Output(name=_SAVED_RESOLUTION, label=Text("“节省”：平均解决时间", "“Saving”: average resolution time"), unit="min"),
        ),
        compute=save,
        sentence=Text(
            f"原文印出“节省”：{kind.zh} {{{saved}}}，解决 {{{_SAVED_RESOLUTION}}}。一个是客户在等，一个是人在干活，不能相加。",
            f"The source prints savings of {{{saved}}} ({kind.en.lower()}) and {{{_SAVED_RESOLUTION}}} (resolution): "
            "one is waiting, the other is work, so they must not be added.",
        ),
        working=printed(
            (f"{{{time.name}}} − {{{fast.name}}}", saved),
            (f"{{{_RESOLUTION.name}}} − {{{solved.name}}}", _SAVED_RESOLUTION),
        ),
        cautions=(
            Caution(
                Text("有一项比原来更慢，“节省”是负数。", "One of the times got longer, so its “saving” is negative."),
                lambda values, _outputs: values[fast.name] > values[time.name] or values[solved.name] > values[_RESOLUTION.name],
            ),
        ),
        examples=examples,
    )


_RESPONSE = Duration(name="average_response_time", label=Text("平均响应时间", "Average response time"))
_AVERAGES = ("Optimized Average Response Time", "Optimized Average Issue Resolution Time")

TIME_SAVINGS = Calculator(
    id="source.time_savings",
    title=title("节省的时间", "time savings"),
    purpose=Text(
        "原文拿以前的分钟减去“优化后”的分钟，印成节省。",
        "The source subtracts “optimised” minutes from the earlier ones and prints the rest as savings.",
    ),
    formula=Text(
        "节省 = 以前的分钟 − 优化后的分钟，响应（或沟通）和解决各算一次",
        "saving = minutes before − minutes after, for response (or communication) and for resolution",
    ),
    group="source",
    main=_SAVED_RESOLUTION,
    better="higher",
    source=ORIGIN,
    aliases={"zh": ("原文节省时间",), "en": ("time savings of the source",)},
    practices=(6, 8, 25, 30),
    as_in_source=AsInSource(
        warning=Text(
            "“节省”来自写死的数；响应时间是客户在等，不是工时，两项不能加在一起。",
            "The saving comes from figures that were typed in; response time is a customer waiting, not labour, and the two must not be added.",
        ),
        faults=(
            Text("“优化后”的数是写死的。", "The “optimised” figures are typed in."),
            Text("等待和工时印在同一行“节省”里，让人顺手就加。", "Waiting and labour stand in one line of savings, which invites adding them."),
            Text("团队人数没用上；没有件数，没有百分比，也没有钱。", "Team size is unused; there is no volume, no percentage and no money."),
            Text("只有平均数，看不到等得最久的那些人。", "Averages only: those who wait longest don't show."),
            Text(
                "第 8 条里沟通少了就算协作好了，这可不一定。", "In practice 8, less time spent talking counts as better teamwork, which is doubtful."
            ),
            Text(
                "第 30 条和第 25 条算的是同一个东西，叫“效率”却没有产出。",
                "Practice 30 is the sum of practice 25 again, called efficiency without any output.",
            ),
        ),
        sound=("time_savings_value", "aht", "first_response_time"),
    ),
    ways=(
        _savings(
            name="response",
            heading=Text("响应时间", "Response time"),
            time=_RESPONSE,
            shown=_AVERAGES,
            saved="Time Savings (response, min)",
            examples=(
                Example(
                    {
                        "average_response_time": 10,
                        "average_issue_resolution_time": 30,
                        "average_response_time_optimized": 5,
                        "average_issue_resolution_time_optimized": 20,
                    },
                    {_AVERAGES[0]: 5, _AVERAGES[1]: 20, "Time Savings (response, min)": 5, _SAVED_RESOLUTION: 10},
                    "practices 25 and 30",
                    EXACT,
                ),
            ),
        ),
        _savings(
            name="support_team",
            heading=Text("响应时间，带团队人数", "Response time, with team size"),
            time=_RESPONSE,
            shown=("Optimized Response Time", "Optimized Issue Resolution Time"),
            saved="Time Savings (response, min)",
            team="support_team_size",
            examples=(
                Example(
                    {
                        "support_team_size": 10,
                        "average_response_time": 5,
                        "average_issue_resolution_time": 30,
                        "average_response_time_optimized": 3,
                        "average_issue_resolution_time_optimized": 20,
                    },
                    {
                        "Optimized Response Time": 3,
                        "Optimized Issue Resolution Time": 20,
                        "Time Savings (response, min)": 2,
                        _SAVED_RESOLUTION: 10,
                    },
                    "practice 6",
                    EXACT,
                ),
            ),
        ),
        _savings(
            name="communication",
            heading=Text("沟通时间", "Communication time"),
            time=Duration(name="average_communication_time", label=Text("平均沟通时间", "Average communication time")),
            shown=("Optimized Communication Time", "Optimized Issue Resolution Time"),
            saved="Time Savings (communication, min)",
            team="team_size",
            examples=(
                Example(
                    {
                        "team_size": 10,
                        "average_communication_time": 10,
                        "average_issue_resolution_time": 30,
                        "average_communication_time_optimized": 5,
                        "average_issue_resolution_time_optimized": 20,
                    },
                    {
                        "Optimized Communication Time": 5,
                        "Optimized Issue Resolution Time": 20,
                        "Time Savings (communication, min)": 5,
                        _SAVED_RESOLUTION: 10,
                    },
                    "practice 8",
                    EXACT,
                ),
            ),
        ),
    ),
)

_LOAD = Duration(name="website_load_time", label=Text("网页加载时间", "Page load time"), hint=Text("按秒", "In seconds"), unit="s")
_CHAT = Duration(name="chat_response_time", label=Text("在线客服响应时间", "Chat response time"), hint=Text("按秒", "In seconds"), unit="s")
_SESSION = Duration(name="average_user_session_time", label=Text("平均会话时长", "Average session time"), hint=Text("按分钟", "In minutes"))
_LATER = (_optimized(_LOAD), _optimized(_CHAT), after(_SESSION, "optimized"))


def _online(values: Values) -> Outputs:
    return {
        "Optimized Website Load Time": values["website_load_time_optimized"],
        "Optimized Chat Response Time": values["chat_response_time_optimized"],
        "Optimized Average User Session Time": values["average_user_session_time_optimized"],
        "Time Savings (load, s)": values["website_load_time"] - values["website_load_time_optimized"],
        "Time Savings (chat, s)": values["chat_response_time"] - values["chat_response_time_optimized"],
        "Time Savings (session, min)": values["average_user_session_time"] - values["average_user_session_time_optimized"],
    }


WEB_EXPERIENCE = Calculator(
    id="source.web_experience",
    title=title("在线体验节省的时间", "online experience, time savings"),
    purpose=Text(
        "原文给网页加载、在线客服和会话时长各算一个“节省”。", "The source works out a “saving” each for page load, chat response and session time."
    ),
    formula=Text(
        "节省 = 以前 − 优化后：加载（秒）、在线客服（秒）、会话（分钟）", "saving = before − after, for load (s), chat (s) and session (min)"
    ),
    group="source",
    main="Time Savings (load, s)",
    better="higher",
    source=ORIGIN,
    aliases={"zh": ("原文在线体验",), "en": ("online experience of the source",)},
    practices=(22,),
    as_in_source=AsInSource(
        warning=Text(
            "会话从 30 分钟变成 40 分钟，原文印成“节省” −10 分钟；变长是好是坏，要看客户的事办成没有。",
            "A session that grew from 30 to 40 minutes is printed as a “saving” of −10 minutes; whether longer is better depends on whether "
            "customers got done what they came for.",
        ),
        faults=(
            Text("方向说不清：会话变长，印成负的“节省”。", "Direction unclear: a longer session is printed as a negative saving."),
            Text("秒、秒、分钟挤在一行。", "Seconds, seconds and minutes in one line."),
            Text("“优化后”的数是写死的。", "The “optimised” figures are typed in."),
            Text("只看平均数，不看 p75、p90，也不看事办成没有。", "Averages instead of p75 or p90, and nothing about whether the task was done."),
        ),
        sound=("web_vitals", "first_response_time", "ces"),
    ),
    ways=(
        Way(
            inputs=(_LOAD, _CHAT, _SESSION, *_LATER),
            outputs=(
                Output(name="Optimized Website Load Time", label=_LATER[0].label, unit="s"),
                Output(name="Optimized Chat Response Time", label=_LATER[1].label, unit="s"),
                Output(name="Optimized Average User Session Time", label=_LATER[2].label, unit="min"),
                Output(name="Time Savings (load, s)", label=Text("“节省”：网页加载", "“Saving”: page load"), unit="s"),
                Output(name="Time Savings (chat, s)", label=Text("“节省”：在线客服响应", "“Saving”: chat response"), unit="s"),
                Output(name="Time Savings (session, min)", label=Text("“节省”：会话时长", "“Saving”: session time"), unit="min"),
            ),
            compute=_online,
            sentence=Text(
                "原文印出“节省”：加载 {Time Savings (load, s)}，在线客服 {Time Savings (chat, s)}，会话 {Time Savings (session, min)}。",
                "The source prints savings of {Time Savings (load, s)} (load), {Time Savings (chat, s)} (chat) and "
                "{Time Savings (session, min)} (session).",
            ),
            working=printed(
                ("{website_load_time} − {website_load_time_optimized}", "Time Savings (load, s)"),
                ("{chat_response_time} − {chat_response_time_optimized}", "Time Savings (chat, s)"),
                ("{average_user_session_time} − {average_user_session_time_optimized}", "Time Savings (session, min)"),
            ),
            cautions=(
                Caution(
                    Text("会话变长不等于变差：先看事办成没有。", "A longer session need not be worse: see first whether the task was done."),
                    lambda values, _outputs: values["average_user_session_time_optimized"] > values["average_user_session_time"],
                ),
            ),
            examples=(
                Example(
                    {
                        "website_load_time": 10,
                        "chat_response_time": 5,
                        "average_user_session_time": 30,
                        "website_load_time_optimized": 3,
                        "chat_response_time_optimized": 2,
                        "average_user_session_time_optimized": 40,
                    },
                    {
                        "Optimized Website Load Time": 3,
                        "Optimized Chat Response Time": 2,
                        "Optimized Average User Session Time": 40,
                        "Time Savings (load, s)": 7,
                        "Time Savings (chat, s)": 3,
                        "Time Savings (session, min)": -10,
                    },
                    "practice 22",
                    EXACT,
                ),
            ),
        ),
    ),
)
