"""Shares of the source: settled cases under five names, successful ideas, positive feedback, goals."""

from __future__ import annotations

from kbplatform.sdk import Text
from kbplatform_calculators.calculator import AsInSource, Calculator, Caution, Example, Outputs, Values, Way
from kbplatform_calculators.definitions.source.origin import EXACT, ORIGIN, after, divided_by_zero, few, more_than_all, printed, ratio, title
from kbplatform_calculators.figures import Output
from kbplatform_calculators.inputs import Count


def _settled(name: str, thing: Text, output: str, label: Text, *examples: tuple[int, int, float, str], received: str = "received") -> Way:
    """One of the five namings of the same division: ``<name>_resolved / <name>_received``. Resolved above received is computed."""
    whole, part = f"{name}_{received}", f"{name}_resolved"

    def settle(values: Values) -> Outputs:
        return {output: ratio(values[part], values[whole])}

    return Way(
        name=name,
        title=thing,
        main=output,
        inputs=(
            Count(name=whole, label=Text(f"收到的{thing.zh}", f"{thing.en} received"), unit="cases", better="lower"),
            Count(name=part, label=Text(f"已解决的{thing.zh}", f"{thing.en} resolved"), unit="cases", better="higher"),
        ),
        outputs=(Output(name=output, label=label, unit="proportion"),),
        compute=settle,
        sentence=Text(
            f"{thing.zh}收到 {{{whole}}} 件，解决 {{{part}}} 件：原文的“{label.zh}”是 {{{output}}}。",
            f"{{{part}}} of {{{whole}}} resolved: the source's {label.en.lower()} is {{{output}}}.",
        ),
        working=printed((f"{{{part}}} ÷ {{{whole}}}", output)),
        empty=Text(f"{thing.zh}一件也没收到；原文的程序会报错退出。", "none was received; the source's program stops with an error."),
        cautions=(more_than_all(part, whole), few(whole)),
        examples=tuple(Example({whole: n, part: k}, {output: expected}, source, EXACT) for n, k, expected, source in examples),
    )


RESOLUTION_RATE = Calculator(
    id="source.resolution_rate",
    title=title("处理率", "resolution rate"),
    purpose=Text(
        "原文在八条实践里用的同一个除法：投诉、紧急情况、隐私事件、差评、异常。",
        "One division that the source uses in eight practices: complaints, emergencies, privacy incidents, reviews, exceptions.",
    ),
    formula=Text("处理率 = 已解决 ÷ 收到", "rate = resolved ÷ received"),
    group="source",
    main="Complaint Resolution Rate",
    better="higher",
    source=ORIGIN,
    aliases={"zh": ("原文处理率",), "en": ("resolution rate of the source",)},
    practices=(5, 7, 14, 19, 21, 23, 27, 29),
    as_in_source=AsInSource(
        warning=Text(
            "光看这个比例，看不出样本多小、办了多久、有没有又翻出来；而且原文的程序只要走到最后一行，就写上“已解决”。",
            "The ratio alone hides how few cases there were, how long they took and which came back; and the source's program writes "
            "“Solved” on anything that reaches its last line.",
        ),
        faults=(
            Text(
                "不管发生什么，程序都给同一个补救办法，再在末尾添上“ - Solved”。",
                "Whatever happened, the program prints one fixed remedy and adds “ - Solved”.",
            ),
            Text(
                "没有时间：没有时限，没有最老的一件几天，也不数重开的。", "No time in it: no deadline, no age of the oldest case, no reopened cases."
            ),
            Text("解决的可以多于收到的，以前的积压会混进来。", "More may be resolved than received: old backlog slips in."),
            Text("一件没收到时除以 0，程序报错。", "With none received it divides by zero and stops."),
            Text(
                "件数很少也不给区间：10 件里 8 件，真值可能在 49% 到 94% 之间；5 件里 4 件同样印 0.8，却是 38% 到 96%。",
                "No interval for small numbers: 8 of 10 may be anything from 49% to 94%; 4 of 5 prints the same 0.8, from 38% to 96%.",
            ),
            Text(
                "有的事不该看比例：紧急情况看多久恢复安全，隐私事件看通知时限和严重程度，公开差评的“解决”原文没说是什么。",
                "For some matters a ratio is the wrong measure: emergencies need the time to a safe state, privacy incidents their notification "
                "deadline and severity, and the source never says what “resolved” means for a public review.",
            ),
            Text(
                "第 14 条和第 5 条逐字相同，第 27 条和第 21 条的数字相同。",
                "Practice 14 repeats practice 5 word for word, and 27 has the figures of 21.",
            ),
        ),
        sound=("resolution_rate", "sla_attainment", "complaint_rate", "complaint_timeliness", "reopen_rate"),
    ),
    ways=(
        _settled(
            "complaints",
            Text("投诉", "Complaints"),
            "Complaint Resolution Rate",
            Text("投诉处理率", "Complaint resolution rate"),
            (20, 15, 0.75, "practices 5 and 14"),
            (10, 8, 0.8, "practice 29"),
        ),
        _settled(
            "emergency_cases",
            Text("紧急情况", "Emergency cases"),
            "Emergency Resolution Rate",
            Text("紧急情况处理率", "Emergency resolution rate"),
            (10, 8, 0.8, "practice 7"),
            (5, 4, 0.8, "practice 21"),
        ),
        _settled(
            "privacy_incidents",
            Text("隐私事件", "Privacy incidents"),
            "Privacy Issue Resolution Rate",
            Text("隐私问题处理率", "Privacy issue resolution rate"),
            (3, 2, 0.6666666666666666, "practice 19"),
            received="reported",
        ),
        _settled(
            "negative_reviews",
            Text("负面评价", "Negative reviews"),
            "Negative Review Resolution Rate",
            Text("负面评价处理率", "Negative review resolution rate"),
            (10, 8, 0.8, "practice 23"),
        ),
        _settled(
            "abnormal_cases",
            Text("异常情况", "Abnormal cases"),
            "Abnormal Case Resolution Rate",
            Text("异常情况处理率", "Abnormal case resolution rate"),
            (5, 4, 0.8, "practice 27"),
        ),
    ),
)


_CASES = Count(name="innovation_cases", label=Text("创新项目", "Ideas tried"), unit="cases", better="lower")
_SUCCESSES = Count(name="innovation_success_cases", label=Text("其中成功", "Of these, successful"), unit="cases", better="higher")


def _innovation(values: Values) -> Outputs:
    return {
        "Innovation Success Rate": ratio(values["innovation_success_cases"], values["innovation_cases"]),
        "Improved Innovation Success Rate": ratio(values["innovation_success_cases_improved"], values["innovation_cases_improved"]),
    }


INNOVATION = Calculator(
    id="source.innovation",
    title=title("创新成功率", "innovation success rate"),
    purpose=Text("原文把成功的创新项目除以全部项目，前后各一次。", "The source divides successful ideas by all ideas, once before and once after."),
    formula=Text("成功率 = 成功 ÷ 全部，前后各算一次", "rate = successes ÷ cases, before and after"),
    group="source",
    main="Innovation Success Rate",
    better="higher",
    source=ORIGIN,
    aliases={"zh": ("原文创新成功率",), "en": ("innovation success rate of the source",)},
    practices=(18,),
    as_in_source=AsInSource(
        warning=Text(
            "原文“提高后”的成功率还是 60%，一点没变；而且 5 个、10 个项目，什么也说明不了。",
            "The source's “improved” rate is still 60%; and five or ten ideas can't show a change either way.",
        ),
        faults=(
            Text("3/5 和 6/10 都是 0.6：项目多了一倍，比率没有提高。", "3 of 5 and 6 of 10 are both 0.6: twice the ideas, no better rate."),
            Text("样本太小：区间是 23%–88% 和 31%–83%。", "Samples too small: the intervals are 23–88% and 31–83%."),
            Text("没说怎样算成功，也不看值多少。", "It never says what counts as a success, nor what one is worth."),
            Text("一个项目也没有时除以 0，程序报错。", "With no idea at all it divides by zero and stops."),
        ),
        sound=("resolution_rate", "two_proportion_compare", "training_roi"),
    ),
    ways=(
        Way(
            inputs=(_CASES, _SUCCESSES, after(_CASES, "improved"), after(_SUCCESSES, "improved")),
            outputs=(
                Output(name="Innovation Success Rate", label=Text("创新成功率", "Innovation success rate"), unit="proportion"),
                Output(name="Improved Innovation Success Rate", label=Text("“提高后”的成功率", "“Improved” success rate"), unit="proportion"),
            ),
            compute=_innovation,
            sentence=Text(
                "{innovation_cases} 个项目成了 {innovation_success_cases} 个：{Innovation Success Rate}；"
                "之后 {innovation_cases_improved} 个成了 {innovation_success_cases_improved} 个：{Improved Innovation Success Rate}。",
                "{innovation_success_cases} of {innovation_cases:idea} came off: {Innovation Success Rate}; "
                "afterwards {innovation_success_cases_improved} of {innovation_cases_improved}: {Improved Innovation Success Rate}.",
            ),
            working=printed(
                ("{innovation_success_cases} ÷ {innovation_cases}", "Innovation Success Rate"),
                ("{innovation_success_cases_improved} ÷ {innovation_cases_improved}", "Improved Innovation Success Rate"),
            ),
            empty=Text("一个项目也没有；原文的程序会报错退出。", "there was no idea at all; the source's program stops with an error."),
            cautions=(
                more_than_all("innovation_success_cases", "innovation_cases"),
                more_than_all("innovation_success_cases_improved", "innovation_cases_improved"),
                few("innovation_cases"),
                divided_by_zero("Improved Innovation Success Rate"),
            ),
            examples=(
                Example(
                    {
                        "innovation_cases": 5,
                        "innovation_success_cases": 3,
                        "innovation_cases_improved": 10,
                        "innovation_success_cases_improved": 6,
                    },
                    {"Innovation Success Rate": 0.6, "Improved Innovation Success Rate": 0.6},
                    "practice 18",
                    EXACT,
                ),
            ),
        ),
    ),
)


def _feedback(values: Values) -> Outputs:
    total = values["survey_responses"] + values["social_media_reviews"] + values["customer_support_feedback"] + values["user_interviews"]
    return {"Total Feedback": total, "Positive Feedback Ratio": ratio(values["positive"], total)}


FEEDBACK_RATIO = Calculator(
    id="source.feedback_ratio",
    title=title("正面反馈比例", "positive feedback ratio"),
    purpose=Text("原文把四个渠道的反馈加在一起，拿正面的去除。", "The source adds up four channels and divides the positive items by the sum."),
    formula=Text("比例 = 正面 ÷（问卷 + 社交媒体 + 客服 + 访谈）", "ratio = positive ÷ (survey + social media + support + interviews)"),
    group="source",
    main="Positive Feedback Ratio",
    better="higher",
    source=ORIGIN,
    aliases={"zh": ("原文正面反馈比例",), "en": ("positive feedback ratio of the source",)},
    practices=(4,),
    as_in_source=AsInSource(
        warning=Text(
            "分子只来自分过类的 100 条，分母却是收到的全部 200 条：正面加负面才 50%，本来的 70% 印成了 35%。",
            "The numerator comes from the 100 items that were classified, the denominator is all 200 collected: positive and negative make "
            "only 50%, and a true 70% is printed as 35%.",
        ),
        faults=(
            Text(
                "分母错了：该除以分过类的条数，原文除以收到的条数。",
                "Wrong denominator: it divides by what was collected, not by what was classified.",
            ),
            Text("没分类的那一半，悄悄算成了“不是正面”。", "The half that nobody classified silently counts as not positive."),
            Text("70 和 30 是条数还是百分数，原文没说。", "Whether 70 and 30 are items or percentages is never said."),
            Text(
                "问卷、评论、客服记录和访谈混在一起，哪种人爱出声就偏向哪种。",
                "Surveys, reviews, support notes and interviews are pooled: the loudest channel decides.",
            ),
        ),
        sound=("feedback_mix", "survey_sample_size"),
    ),
    ways=(
        Way(
            inputs=(
                Count(name="survey_responses", label=Text("问卷答复", "Survey responses")),
                Count(name="social_media_reviews", label=Text("社交媒体评论", "Social media reviews")),
                Count(name="customer_support_feedback", label=Text("客服收到的反馈", "Feedback to support")),
                Count(name="user_interviews", label=Text("用户访谈", "User interviews")),
                Count(name="positive", label=Text("正面", "Positive"), hint=Text("分过类的", "Of those classified"), better="higher"),
                Count(
                    name="negative",
                    label=Text("负面", "Negative"),
                    hint=Text("原文没用上，可以不填", "The source never uses it; may be left empty"),
                    optional=True,
                    better="lower",
                ),
            ),
            outputs=(
                Output(name="Total Feedback", label=Text("反馈总数", "Total feedback")),
                Output(name="Positive Feedback Ratio", label=Text("正面反馈比例", "Positive feedback ratio"), unit="proportion"),
            ),
            compute=_feedback,
            sentence=Text(
                "收到 {Total Feedback} 条反馈，其中分为正面的 {positive} 条：原文印出的比例是 {Positive Feedback Ratio}。",
                "{Total Feedback:item} collected, {positive} of them classified as positive: the source prints {Positive Feedback Ratio}.",
            ),
            working=printed(
                ("{survey_responses} + {social_media_reviews} + {customer_support_feedback} + {user_interviews}", "Total Feedback"),
                ("{positive} ÷ {Total Feedback}", "Positive Feedback Ratio"),
            ),
            empty=Text("一条反馈也没收到；原文的程序会报错退出。", "nothing was collected; the source's program stops with an error."),
            cautions=(
                Caution(
                    Text(
                        "正面加负面只有 {positive} + {negative} 条，没分类的也算进了分母。",
                        "Positive and negative are only {positive} + {negative}; the unclassified rest is in the denominator too.",
                    ),
                    lambda values, outputs: values["positive"] + (values["negative"] or 0) < (_total(outputs)),
                ),
                Caution(
                    Text(
                        "正面的比收到的还多，数据有问题；原文照算不误。",
                        "More positive items than were collected, so something is wrong; the source computes all the same.",
                    ),
                    lambda values, outputs: values["positive"] > _total(outputs),
                ),
            ),
            examples=(
                Example(
                    {
                        "survey_responses": 100,
                        "social_media_reviews": 50,
                        "customer_support_feedback": 30,
                        "user_interviews": 20,
                        "positive": 70,
                        "negative": 30,
                    },
                    {"Total Feedback": 200, "Positive Feedback Ratio": 0.35},
                    "practice 4",
                    EXACT,
                ),
            ),
        ),
    ),
)


def _total(outputs: Outputs) -> int:
    total = outputs["Total Feedback"]
    return total if isinstance(total, int) else 0
