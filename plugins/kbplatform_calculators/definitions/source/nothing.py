"""What the source presents as an example without computing anything, and the one that crashes."""

from __future__ import annotations

from copy import copy
from typing import Any

from kbplatform.sdk import Text
from kbplatform_calculators.calculator import AsInSource, Calculator, Caution, Example, Outputs, Values, Way
from kbplatform_calculators.definitions.source.origin import ORIGIN, UNUSED, title
from kbplatform_calculators.figures import Output
from kbplatform_calculators.inputs import Count, Duration, Record

_NO_FORMULA = Text("没有公式", "no formula")


def _compute_nothing(_values: Values) -> Outputs:
    return {}


FEEDBACK_BREAKDOWN = Calculator(
    id="source.feedback_breakdown",
    title=title("反馈分类", "feedback breakdown"),
    purpose=Text("原文存下三类反馈的条数，然后什么也没算。", "The source stores how many items of three kinds there were, and computes nothing."),
    formula=_NO_FORMULA,
    group="source",
    main="",
    better="n/a",
    source=ORIGIN,
    aliases={"zh": ("原文反馈分类",), "en": ("feedback breakdown of the source",)},
    practices=(9, 12),
    as_in_source=AsInSource(
        warning=Text(
            "这个例子一个指标也没算，只印出一份写死的改进计划；换哪个月的数，印的都一样。",
            "The example computes no figure at all: it prints a fixed plan, the same one whatever the month's numbers are.",
        ),
        faults=(
            Text("条数和分类存下来就没再用。", "The counts are stored and never used again."),
            Text("改进计划是写死的，不是从条数里来的。", "The plan is typed in; it doesn't come from the counts."),
            Text("正文要责任人和期限，计划里都没有。", "The text asks for owners and dates; the plan has neither."),
            Text("第 12 条和第 9 条逐字相同。", "Practice 12 repeats practice 9 word for word."),
        ),
        sound=("feedback_mix", "csat", "resolution_rate"),
    ),
    ways=(
        Way(
            inputs=(
                Count(name="feedback_count", label=Text("反馈总数", "Items of feedback"), hint=UNUSED, optional=True),
                Count(name="common_issues", label=Text("常见问题", "Common issues"), hint=UNUSED, optional=True),
                Count(name="specific_issues", label=Text("具体问题", "Specific issues"), hint=UNUSED, optional=True),
                Count(name="suggestions", label=Text("建议", "Suggestions"), hint=UNUSED, optional=True),
            ),
            outputs=(),
            compute=_compute_nothing,
            sentence=Text(
                "原文什么也没算。各类占多少、先改哪类，用“反馈构成”。",
                "The source computes nothing. For the share of each kind and which to fix first, use the feedback mix.",
            ),
            working=Text("", ""),
            examples=(Example({"feedback_count": 100, "common_issues": 50, "specific_issues": 30, "suggestions": 20}, {}, "practices 9 and 12"),),
        ),
    ),
)

PERSONALISATION = Calculator(
    id="source.personalisation",
    title=title("个性化服务", "personalisation"),
    purpose=Text("原文读进一份客户资料，印出写死的推荐。", "The source reads a customer's record and prints fixed recommendations."),
    formula=_NO_FORMULA,
    group="source",
    main="",
    better="n/a",
    source=ORIGIN,
    aliases={"zh": ("原文个性化",), "en": ("personalisation of the source",)},
    practices=(20,),
    as_in_source=AsInSource(
        warning=Text(
            "推荐是写死的，没看客户喜欢什么；刚买过手机的人，又被推荐最新款手机。",
            "The recommendations are fixed and never look at what the customer likes: somebody who just bought a phone is offered the latest phone.",
        ),
        faults=(
            Text("没有任何计算。", "Nothing is calculated."),
            Text("偏好和购买记录读进来就搁下了。", "Preferences and purchases are read and left aside."),
            Text("刚买过手机，还推手机。", "It offers the latest smartphone to somebody who has just bought one."),
            Text("个人资料直接印出来，没说用来干什么，也没说客户同意没有。", "Personal data is printed without a purpose or a word of consent."),
        ),
        sound=("two_proportion_compare",),
    ),
    ways=(
        Way(
            inputs=(
                Record(
                    name="customer_data",
                    label=Text("客户资料", "Customer record"),
                    hint=Text("JSON；别放真实客户的资料", "JSON; don't put a real customer's data here"),
                    optional=True,
                ),
            ),
            outputs=(),
            compute=_compute_nothing,
            sentence=Text(
                "原文什么也没算，推荐换谁都一样。个性化有没有用，拿两组人比一比才知道。",
                "The source computes nothing: everybody gets the same recommendations. Compare two groups to see whether it works.",
            ),
            working=Text("", ""),
            examples=(
                Example(
                    {
                        "customer_data": {
                            "name": "John Doe",
                            "preferences": ["electronics", "books"],
                            "previous_purchases": ["smartphone", "e-reader"],
                        }
                    },
                    {},
                    "practice 20",
                ),
            ),
        ),
    ),
)

COLLABORATION = Calculator(
    id="source.collaboration",
    title=title("协作机制", "collaboration mechanism"),
    purpose=Text("原文把三个数传进函数，一个也没用。", "The source passes three figures to a function that uses none of them."),
    formula=_NO_FORMULA,
    group="source",
    main="",
    better="n/a",
    source=ORIGIN,
    aliases={"zh": ("原文协作机制",), "en": ("collaboration mechanism of the source",)},
    practices=(24,),
    as_in_source=AsInSource(
        warning=Text("三个数传进去，一个也没用上，什么都没算。", "Three figures go in, none is used, and nothing is calculated."),
        faults=(
            Text("没有计算：三个参数都没用。", "No calculation: all three arguments are unused."),
            Text("沟通渠道和考核标准是写死的。", "Channels and criteria are typed in."),
        ),
        sound=("escalation_rate", "aht"),
    ),
    ways=(
        Way(
            inputs=(
                Count(name="team_size", label=Text("团队人数", "Team size"), hint=UNUSED, unit="people", optional=True),
                Duration(name="average_communication_time", label=Text("平均沟通时间", "Average communication time"), hint=UNUSED, optional=True),
                Duration(name="average_issue_resolution_time", label=Text("平均解决时间", "Average resolution time"), hint=UNUSED, optional=True),
            ),
            outputs=(),
            compute=_compute_nothing,
            sentence=Text(
                "原文什么也没算。协作好不好，看转派、升级和在知识库里找到答案的比例。",
                "The source computes nothing. Teamwork shows in hand-overs, escalations and answers found in the knowledge base.",
            ),
            working=Text("", ""),
            examples=(Example({"team_size": 10, "average_communication_time": 10, "average_issue_resolution_time": 30}, {}, "practice 24"),),
        ),
    ),
)


def _reorganise(values: Values) -> Outputs:
    """The source's two statements on copies, so that what was given stays as it is; what they raise is the output."""
    structure: Any = values["department_structure"]
    try:
        copy(structure["front_line"]).append("Senior Customer Support Agent")
        copy(structure["backend"]["Knowledge Manager"]["tasks"]).append("Create training materials")
    except (TypeError, KeyError, IndexError, AttributeError) as raised:
        return {"exception": f"{type(raised).__name__}: {raised}"}
    return {"exception": ""}


ORGANISATION = Calculator(
    id="source.organisation",
    title=title("组织结构", "department structure"),
    purpose=Text("原文想给部门添一个岗位、一项任务，结果报错退出。", "The source wants to add a role and a task to a department, and crashes."),
    formula=Text("没有公式：程序报错", "no formula: the program crashes"),
    group="source",
    main="exception",
    better="n/a",
    source=ORIGIN,
    aliases={"zh": ("原文组织结构",), "en": ("department structure of the source",)},
    practices=(11,),
    as_in_source=AsInSource(
        warning=Text(
            "这个例子会报错：后台是一份列表，却拿岗位名当下标去取；而且报错之前，一线已经多了一个岗位。",
            "The example crashes: it looks a role up by name in what is a plain list. By then it has already added a role to the front line.",
        ),
        faults=(
            Text("运行出错：列表不能用字符串当下标。", "Runtime error: a list can't be indexed with a string."),
            Text(
                "半路失败，数据却已经改了；再跑一遍就有两个高级坐席。",
                "It fails half way with the data changed; run it again and there are two senior agents.",
            ),
            Text("没有任何指标：管几个人、隔几层，都没算。", "No measure at all: neither span of control nor layers."),
        ),
        sound=("span_of_control",),
    ),
    ways=(
        Way(
            inputs=(
                Record(
                    name="department_structure",
                    label=Text("组织结构", "Department structure"),
                    hint=Text("JSON：各组的岗位名", "JSON: the roles of each group"),
                ),
            ),
            outputs=(
                Output(
                    name="exception",
                    label=Text("报错", "Exception"),
                    words=(("", Text("没有报错", "No exception")),),
                ),
            ),
            compute=_reorganise,
            sentence=lambda _values, outputs: (
                Text(
                    "原文的程序报错退出：{exception}。一个数也没算出来。",
                    "The source's program stops with an error: {exception}. It computes no figure.",
                )
                if outputs["exception"]
                else Text(
                    "这样的结构原文的程序倒能跑完，可是一个数也没算。",
                    "With a structure like this the source's program does finish, but it computes no figure.",
                )
            ),
            working=Text("", ""),
            cautions=(
                Caution(
                    Text(
                        "报错之前，程序已经把“高级坐席”加进了一线。",
                        "Before it stops, the program has already added a senior agent to the front line.",
                    ),
                    lambda values, outputs: (
                        bool(outputs["exception"])
                        and isinstance(values["department_structure"], dict)
                        and isinstance(values["department_structure"].get("front_line"), list)
                    ),
                ),
            ),
            examples=(
                Example(
                    {
                        "department_structure": {
                            "management": ["Manager", "Assistant Manager"],
                            "front_line": ["Customer Support Agent", "Technical Support Agent"],
                            "backend": ["Data Analyst", "Knowledge Manager"],
                        }
                    },
                    {"exception": "TypeError: list indices must be integers or slices, not str"},
                    "practice 11",
                ),
            ),
        ),
    ),
)
