"""Numbers and durations as people type them, with units behind; what is ambiguous is sent back with what to write instead."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kbplatform.bilingual import Text
from kbplatform_calculators.inputs import Count, Duration, Number, Percent, Share
from kbplatform_calculators.typed import Unreadable

NAMED = {"name": "x", "label": Text("", "")}


@pytest.mark.parametrize(
    ("typed", "unit", "value"),
    [
        ("20通", "calls", 20), ("20 通电话", "calls", 20), ("15个", "cases", 15), ("15 件", "cases", 15), ("3人", "agents", 3), ("３名", "people", 3), ("12个坐席", "agents", 12),
        ("20 calls", "calls", 20), ("1 case", "cases", 1), ("1,200 tickets", "cases", 1200), ("1.2万通", "calls", 12_000), ("2k calls", "calls", 2_000), ("2百", "", 200),
        ("RMB 1,200", "money", 1200), ("rmb1200", "money", 1200), ("¥1,200", "money", 1200), ("￥1，200", "money", 1200), ("1200元", "money", 1200), ("1.2万元", "money", 12_000),
        ("US$50", "money", 50), ("-¥20", "money", -20), ("20块", "money", 20), ("1.5 million", "money", 1_500_000), ("85分", "points", 85), ("85 points", "points", 85), ("12个月", "months", 12),
        ("12 months", "months", 12), ("5天", "days", 5), ("10 erlangs", "erlang", 10), ("1.2万", "", 12_000), ("3 条线", "lines", 3), ("5 lines", "lines", 5), ("7", "calls", 7), ("20.0 个", "", 20),
    ],
)  # fmt: skip
def test_the_unit_of_the_field_may_stand_behind_the_number(typed, unit, value):
    assert Number(**NAMED, unit=unit, minimum=-(10**9)).read(typed) == value


@pytest.mark.parametrize(
    ("typed", "unit", "value"),
    [
        ("200ms", "ms", 200), ("0.2s", "ms", 200), ("0.2秒", "ms", 200), ("200", "ms", 200), ("500ms", "s", 0.5),
        ("2小时半", "h", 2.5), ("2小时半", "min", 150), ("2个小时半", "h", 2.5), ("1分半", "s", 90), ("1分半钟", "s", 90), ("一分半钟", "s", 90), ("半小时", "min", 30), ("半个小时", "h", 0.5), ("半分钟", "s", 30),
        ("1个半小时", "h", 1.5), ("一个半小时", "min", 90), ("两小时", "h", 2), ("三分钟", "s", 180), ("十分钟", "min", 10), ("1.5小时", "min", 90),
        ("5m30", "s", 330), ("5m30s", "s", 330), ("5分30", "min", 5.5), ("1h20", "min", 80), ("1小时20", "min", 80), ("1h 20", "min", 80), ("1h20m30s", "s", 4830), ("1h20m30", "s", 4830),
        ("3′20″", "s", 200), ("3'20\"", "s", 200), ("3’20”", "s", 200), ("3′", "min", 3), ("20″", "s", 20), ("3分20秒", "s", 200), ("3 min 20 sec", "s", 200), ("1,200 s", "min", 20),
        ("1天", "h", 24), ("0.5天", "h", 12), ("2 hrs", "h", 2), ("90", "min", 90), ("3:20", "s", 200),
        ("3分75", "s", None), ("30s20", "s", None), ("20秒3分", "s", None), ("3分20分", "s", None), ("3分20秒abc", "s", None), ("1天12", "h", None), ("半天", "h", None), ("两天半天", "h", None),
        ("十五分钟", "min", None), ("20通", "s", None), ("3分三十秒", "s", None),
    ],
)  # fmt: skip
def test_a_time_is_read_in_the_unit_of_the_field_or_sent_back(typed, unit, value):
    field = Duration(**NAMED, unit=unit)
    if value is not None:
        assert Decimal(str(field.read(typed))) == Decimal(str(value))
        return
    with pytest.raises(Unreadable) as wrong:
        field.read(typed)
    assert wrong.value.message.zh
    assert wrong.value.message.en


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        (Count(**NAMED, unit="calls"), "20分钟", Text("“分钟”放在这里看不懂：请只写数字，以“通”计", "What stands behind the number can't be understood here: write the number of calls alone")),
        (Count(**NAMED, unit="agents"), "2m", Text("“m”放在这里看不懂：请只写数字，以“人”计", "“m” can't be understood here: write the number of agents alone")),
        (Number(**NAMED, unit="months"), "3元", Text("“元”放在这里看不懂：请只写数字，以“月”计", "What stands behind the number can't be understood here: write the number of months alone")),
        (Count(**NAMED), "一百二十", Text("请写成阿拉伯数字，例如 120", "Write it in digits, for example 120")),
        (Count(**NAMED), "十二通", Text("请写成阿拉伯数字，例如 120", "Write it in digits, for example 120")),
        (Number(**NAMED), "1,2", Text("逗号只用来分千位，例如 1,200；小数点写“.”", "Commas only group thousands (1,200); write the decimal point as “.”")),
        (Number(**NAMED), "1-2", Text("要写成数字，例如 20、1,200 或 85%", "Write a number, for example 20, 1,200 or 85%")),
        (Number(**NAMED), "20?", Text("要写成数字，例如 20、1,200 或 85%", "Write a number, for example 20, 1,200 or 85%")),
        (Duration(**NAMED, unit="h"), "半天", Text("“半天”可能是 12 小时，也可能是半个班：请写小时数", "Half a day may be 12 hours or half a shift: write the hours")),
    ],
)  # fmt: skip
def test_what_is_ambiguous_is_sent_back_with_what_to_write(field, typed, words):
    with pytest.raises(Unreadable) as wrong:
        field.read(typed)
    assert wrong.value.message == words


def test_shares_may_have_their_sign_in_words():
    assert Share(**NAMED).read("85 percent") == 0.85
    assert Percent(**NAMED).read("85 pct") == 85
    assert Percent(**NAMED).read("5个百分点") == 5
    with pytest.raises(Unreadable, match="not a share"):
        Count(**NAMED).read("85 percent")


def test_the_form_says_what_was_read(kb_client):
    page = kb_client.get("/p/calculators/aht?talk=半小时&hold=5m30&wrap=3′20″&handled=20通", headers={"Accept-Language": "zh"}).get_data(as_text=True)
    assert all(f"= {words}" in page for words in ("1,800 秒", "330 秒", "200 秒"))
    assert 'name="handled" value="20通"' in page
    assert "calc-wrong" not in page
