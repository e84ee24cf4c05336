"""A pasted text fills the fields, whatever its labels are called."""

from __future__ import annotations

import time

import pytest

from kbplatform_experience.writing.splitting import MAX_LESSON, Parts, beside, split

WHOLE = Parts("先道歉再查单", "客户催了三次", "先复述，再给时间", "客户说可以等")
ENGLISH = Parts("Say when, then call earlier", "Third call about one parcel", "Named a time", "They waited")


@pytest.mark.parametrize("text", [
    "情况：客户催了三次\n做法：先复述，再给时间\n结果：客户说可以等\n经验：先道歉再查单",
    "情况：客户催了三次 做法：先复述，再给时间 结果：客户说可以等 经验：先道歉再查单",
    "【情况】客户催了三次\n【做法】先复述，再给时间\n【结果】客户说可以等\n【经验】先道歉再查单",
    "## 背景\n客户催了三次\n\n## 处理方法\n先复述，再给时间\n\n## 效果\n客户说可以等\n\n## 一句话经验\n先道歉再查单",
    "- **情境**：客户催了三次\n- **措施**：先复述，再给时间\n- **反馈**：客户说可以等\n- **教训**：先道歉再查单",
    "1. 场景: 客户催了三次\n2. 应对: 先复述，再给时间\n3. 结果: 客户说可以等\n4. 总结: 先道歉再查单",
    "经验：先道歉再查单\r\n情况 ：客户催了三次\r\n怎么做的：先复述，再给时间\r\n最后：客户说可以等",
    "先道歉再查单\n情况：客户催了三次\n做法：先复述，再给时间\n结果：客户说可以等",
])  # fmt: skip
def test_chinese_labels_in_many_spellings(text):
    assert split(text) == WHOLE


@pytest.mark.parametrize("text", [
    "Situation: Third call about one parcel\nAction: Named a time\nResult: They waited\nLesson: Say when, then call earlier",
    "SITUATION - Third call about one parcel\nWhat I did - Named a time\nOutcome - They waited\nTakeaway - Say when, then call earlier",
    "**Lesson learned:** Say when, then call earlier\n**Context:** Third call about one parcel\n**Approach:** Named a time\n**Outcome:** They waited",
    "# Background\nThird call about one parcel\n# Solution\nNamed a time\n# Results\nThey waited\n# Tip\nSay when, then call earlier",
    "* Situation: Third call about one parcel\n* Action: Named a time\n* Result: They waited\n* TL;DR: Say when, then call earlier",
])  # fmt: skip
def test_english_labels_in_many_spellings(text):
    assert split(text) == ENGLISH


def test_without_labels_the_first_sentence_is_the_lesson():
    assert split("先道歉再查单。客户催了三次，\n后来好了。") == Parts("先道歉再查单。", "客户催了三次，\n后来好了。")
    assert split("Say when. Then call. It cost 3.50 euros.") == Parts("Say when.", "Then call. It cost 3.50 euros.")
    assert split("只有一句") == Parts("只有一句")
    assert split("") == Parts()


def test_a_label_twice_keeps_both_and_words_that_only_look_like_labels_stay():
    assert split("做法：先听\n结果：好\n做法：再说").action == "先听\n再说"
    assert split("经验：结果比过程更要紧").lesson == "结果比过程更要紧"
    assert split("Lesson: the results were good, action was late").lesson == "the results were good, action was late"


def test_nothing_is_lost_where_the_lesson_is_too_long():
    long = "很长" * 150
    parts = split(f"经验：{long}\n情况：客户急")
    assert len(parts.lesson) == MAX_LESSON
    assert long in parts.situation
    assert "客户急" in parts.situation


def test_the_time_grows_with_the_text():
    def took(text):
        start = time.perf_counter()
        split(text)
        return time.perf_counter() - start

    for piece in ("情况：", " ", "**", "#", "1.", "经验 ", "（", "a.", "- "):
        short, long = (min(took(piece * (n // len(piece))) for _ in range(3)) for n in (4_000, 16_000))
        assert long < 12 * short + 0.02, piece


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (Parts(), Parts("先听完", "客户急", "复述", "")),
        (Parts("先听完"), Parts("先听完", "客户急", "复述", "")),
        (Parts("我写的一句", "我写的情况", "复述", "结了"), Parts("我写的一句", "我写的情况\n先听完\n客户急", "复述", "结了")),
    ],
)
def test_what_was_written_before_something_is_pasted_stays(written, expected):
    assert beside(split("情况：客户急\n做法：复述\n经验：先听完"), written) == expected
