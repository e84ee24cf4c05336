"""Scores the source gives to teams: professionalism by hours, efficiency by reciprocals."""

from __future__ import annotations

from kbplatform.sdk import Text
from kbplatform_calculators.calculator import AsInSource, Calculator, Example, Outputs, Values, Way
from kbplatform_calculators.definitions.source.origin import EXACT, ORIGIN, UNUSED, after, divided_by_zero, printed, title
from kbplatform_calculators.figures import Output
from kbplatform_calculators.inputs import Count, Duration, Number, Share


def _professional(hours: float, certified: float, sessions: float, evaluation: float) -> float:
    return hours * certified + sessions * evaluation


_SKILLS = (
    Number(name="training_hours", label=Text("培训小时", "Training hours"), unit="h", better="higher"),
    Share(name="certification_rate", label=Text("认证率", "Certification rate"), better="higher"),
    Count(name="experience_sharing_sessions", label=Text("经验分享会", "Sharing sessions"), better="higher"),
    Share(name="performance_evaluation_score", label=Text("绩效评分", "Performance evaluation"), better="higher"),
)


def _professionalism(values: Values) -> Outputs:
    return {
        "Professionalism Score": _professional(*(values[i.name] for i in _SKILLS)),
        "Improved Professionalism Score": _professional(*(values[f"{i.name}_improved"] for i in _SKILLS)),
    }


PROFESSIONALISM = Calculator(
    id="source.professionalism",
    title=title("专业素养得分", "professionalism score"),
    purpose=Text("原文拿培训小时和分享会次数算“专业素养”。", "The source makes “professionalism” from hours of training and sharing sessions."),
    formula=Text(
        "得分 = 培训小时 × 认证率 + 分享会次数 × 绩效评分", "score = training hours × certification rate + sharing sessions × performance evaluation"
    ),
    group="source",
    main="Professionalism Score",
    better="higher",
    source=ORIGIN,
    aliases={"zh": ("原文专业素养得分",), "en": ("professionalism score of the source",)},
    practices=(13, 26),
    as_in_source=AsInSource(
        warning=Text(
            "它只算投入，不算效果：培训的小时越多分越高，哪怕什么也没学会。",
            "It counts what is put in, not what comes out: more hours always score higher, even if nothing was learned.",
        ),
        faults=(
            Text("单位混在一起：小时 × 比率 + 次数 × 评分。", "Units mixed: hours × rate + sessions × score."),
            Text(
                "多上课、多开会，分就高；会没会，公式不管。",
                "More lessons and more meetings score higher; whether anyone can do more, the formula doesn't ask.",
            ),
            Text("没有上限，小时数说了算：41 里占 32。", "No ceiling, and hours decide: 32 of the 41."),
            Text("小时是每人的还是全组的，没说。", "Hours per head or for the whole team: never said."),
            Text(
                "“提高后”的数是写死的；第 26 条和第 13 条逐字相同。",
                "The “improved” figures are typed in; practice 26 repeats practice 13 word for word.",
            ),
        ),
        sound=("qa_score", "learning_gain", "training_roi", "cohen_kappa"),
    ),
    ways=(
        Way(
            inputs=(*_SKILLS, *(after(i, "improved") for i in _SKILLS)),
            outputs=(
                Output(name="Professionalism Score", label=Text("专业素养得分", "Professionalism score"), decimals=2),
                Output(name="Improved Professionalism Score", label=Text("“提高后”的得分", "“Improved” score"), decimals=2),
            ),
            compute=_professionalism,
            sentence=Text(
                "原文印出的专业素养得分是 {Professionalism Score}，“提高后”是 {Improved Professionalism Score}。涨的是投入，不一定是本事。",
                "The source prints a professionalism score of {Professionalism Score}, and {Improved Professionalism Score} once “improved”. "
                "What rose is the effort, not necessarily the skill.",
            ),
            working=printed(
                (
                    "{training_hours} × {certification_rate} + {experience_sharing_sessions} × {performance_evaluation_score}",
                    "Professionalism Score",
                ),
                (
                    ("{training_hours_improved} × {certification_rate_improved} + "
                    "{experience_sharing_sessions_improved} × {performance_evaluation_score_improved}"),
                    "Improved Professionalism Score",
                ),
            ),
            examples=(
                Example(
                    {
                        "training_hours": 40,
                        "certification_rate": 0.8,
                        "experience_sharing_sessions": 10,
                        "performance_evaluation_score": 0.9,
                        "training_hours_improved": 60,
                        "certification_rate_improved": 0.9,
                        "experience_sharing_sessions_improved": 15,
                        "performance_evaluation_score_improved": 0.95,
                    },
                    {"Professionalism Score": 41.0, "Improved Professionalism Score": 68.25},
                    "practices 13 and 26",
                    EXACT,
                ),
            ),
        ),
    ),
)


def _efficient(response: float, resolution: float) -> float | None:
    return (1 / response) + (1 / resolution) if response and resolution else None


def _efficiency(values: Values) -> Outputs:
    names = ("average_response_time", "average_issue_resolution_time")
    return {
        "Efficiency Score": _efficient(*(values[n] for n in names)),
        "Improved Efficiency Score": _efficient(*(values[f"{n}_improved"] for n in names)),
    }


_TEAM = Count(name="team_size", label=Text("团队人数", "Team size"), hint=UNUSED, unit="people", optional=True)
_RESPONSE = Duration(name="average_response_time", label=Text("平均响应时间", "Average response time"), better="lower")
_RESOLUTION = Duration(name="average_issue_resolution_time", label=Text("平均解决时间", "Average resolution time"), better="lower")

EFFICIENCY = Calculator(
    id="source.efficiency",
    title=title("效率得分", "efficiency score"),
    purpose=Text(
        "原文把两个时间各取倒数再相加，叫作团队效率。", "The source adds the reciprocals of two times and calls it the efficiency of a team."
    ),
    formula=Text("得分 = 1 ÷ 响应分钟 + 1 ÷ 解决分钟", "score = 1 ÷ response in minutes + 1 ÷ resolution in minutes"),
    group="source",
    main="Efficiency Score",
    better="higher",
    source=ORIGIN,
    aliases={"zh": ("原文效率得分",), "en": ("efficiency score of the source",)},
    practices=(17,),
    as_in_source=AsInSource(
        warning=Text(
            "两个倒数相加没有实际含义；人数从 10 加到 12，公式一点也没算进去。",
            "The sum of two reciprocals means nothing in practice, and a team that grew from 10 to 12 is not counted at all.",
        ),
        faults=(
            Text(
                "响应和解决是一前一后的两段时间，倒数加起来不代表任何东西。",
                "Response and resolution follow one another; their reciprocals add up to nothing.",
            ),
            Text("多用了两个人，代价藏起来了。", "Two more people were needed; that cost is hidden."),
            Text("时间是 0 就报错，接近 0 就冲上天。", "A time of zero stops it, one near zero sends it sky-high."),
            Text("响应短就压倒一切：0.233 里占 0.200。", "A short response outweighs the rest: 0.200 of 0.233."),
            Text("办得好不好、办了多少，都不在里面。", "Neither quality nor volume is in it."),
        ),
        sound=("productivity", "aht", "occupancy", "erlang_c"),
    ),
    ways=(
        Way(
            inputs=(
                *(_TEAM, _RESPONSE, _RESOLUTION),
                *(after(_TEAM, "improved"), after(_RESPONSE, "improved"), after(_RESOLUTION, "improved")),
            ),
            outputs=(
                Output(name="Efficiency Score", label=Text("效率得分", "Efficiency score"), decimals=3),
                Output(name="Improved Efficiency Score", label=Text("“提高后”的得分", "“Improved” score"), decimals=3),
            ),
            compute=_efficiency,
            sentence=Text(
                "原文印出的效率得分是 {Efficiency Score}，“提高后”是 {Improved Efficiency Score}。用了几个人，没算。",
                "The source prints an efficiency score of {Efficiency Score}, and {Improved Efficiency Score} once “improved”. "
                "How many people it took is left out.",
            ),
            working=printed(
                ("1 ÷ {average_response_time} + 1 ÷ {average_issue_resolution_time}", "Efficiency Score"),
                ("1 ÷ {average_response_time_improved} + 1 ÷ {average_issue_resolution_time_improved}", "Improved Efficiency Score"),
            ),
            empty=Text("时间是 0，没有倒数；原文的程序会报错退出。", "a time of zero has no reciprocal; the source's program stops with an error."),
            cautions=(divided_by_zero("Improved Efficiency Score"),),
            examples=(
                Example(
                    {
                        "team_size": 10,
                        "average_response_time": 5,
                        "average_issue_resolution_time": 30,
                        "team_size_improved": 12,
                        "average_response_time_improved": 3,
                        "average_issue_resolution_time_improved": 20,
                    },
                    {"Efficiency Score": 0.23333333333333334, "Improved Efficiency Score": 0.3833333333333333},
                    "practice 17",
                    EXACT,
                ),
            ),
        ),
    ),
)
