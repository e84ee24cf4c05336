"""What becomes of a text: words in place of values, the writer's corrections, and time in proportion."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kbplatform.privacy import KINDS, find, mask

PIECES = ["13812345678", "张先生", "Mr Smith ", "a@b.cn", "粤B12345", "010-65529988", "微信号", "QQ ", "：", "[[", "]]", " ", "-", "一", "8", "X", "卡号", "11010519491231002X",
          "4111111111111111", "路88号3号楼12室", "。", "A", "(", "+86", "护照E12345678", "〔", "手机号", "\u200b", "王", "订单号", "[name]"]  # fmt: skip


def test_a_lesson_stays_readable_in_both_languages():
    text = "张先生（13812345678）的卡 4111 1111 1111 1111 退款到了"
    assert mask(text, lang="zh").text == "〔姓名〕先生（〔手机号〕）的卡 〔银行卡号〕 退款到了"
    assert mask("Mr Tan, 13812345678, paid", lang="en").text == "Mr [name], [mobile number], paid"
    assert mask(text).text == "***先生（***）的卡 *** 退款到了"


def test_a_text_with_nothing_personal_comes_back_as_it_was():
    text = "版本 ３.14，\n订单 202611270001\u200b "
    assert mask(text, lang="zh") == mask(text)
    assert mask(text).text == text
    assert (mask(text).hidden, mask(text).findings) == (False, ())


def test_with_a_limit_it_is_one_line_and_no_half_of_a_number_is_left():
    assert mask("字" * 195 + "\n\x00 13812345678", 200).text == "字" * 195 + " ***"


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=14), st.sampled_from(["zh", "en", None]))
def test_masking_what_is_masked_changes_nothing(pieces, lang):
    once = mask("".join(pieces), lang=lang)
    assert mask(once.text, lang=lang).text == once.text


@given(st.text(max_size=200), st.sampled_from(PIECES), st.text(max_size=50))
def test_findings_are_in_order_apart_and_inside_the_text(before, piece, after):
    text = before + piece + after
    places = [n for f in find(text) for n in (f.start, f.end)]
    assert places == sorted(places)
    assert all(0 <= n <= len(text) for n in places)
    assert all(f.start < f.end and f.kind in KINDS for f in find(text))


def test_what_the_writer_says_is_not_personal_stays_wherever_it_is_written():
    text = "白先生牌蜂蜜，白先生饼干，车牌粤B12345"
    name = find(text)[0]
    assert mask(text, lang="zh", keep={name.key}).text == "白先生牌蜂蜜，白先生饼干，车牌〔车牌号〕"


@pytest.mark.parametrize("value", ["13812345678", "11010519491231002X", "a@b.cn"])
def test_no_word_of_the_writer_keeps_a_valid_mobile_an_identity_number_or_an_address(value):
    found = find(f"是 {value} 吗")[0]
    assert not found.correctable
    assert value not in mask(f"是 {value} 吗", keep={found.key}).text


def test_the_same_value_written_otherwise_has_the_same_key_and_another_has_not():
    one, other, third = (find(text)[0] for text in ("车牌粤B12345", "车牌粤Ｂ·１２３４５", "车牌粤B12346"))
    assert one.key == other.key != third.key
    assert "12345" not in one.key


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("客户138\n1234\n5678来电", "mobile", "138\n1234\n5678"), ("打 138/1234/5678 找他", "mobile", "138/1234/5678"),
        ("call 138&nbsp;1234&nbsp;5678", "mobile", "138&nbsp;1234&nbsp;5678"), ("138<br>1234<br/>5678", "mobile", "138<br>1234<br/>5678"),
        ("<tr><td>138</td> <td>12345678</td>", "mobile", "138</td> <td>12345678"), ("手机**138**12345678", "mobile", "138**12345678"),
        ("证件 110105\n19491231\n002X", "id_card", "110105\n19491231\n002X"), ("6222 0212\n3456 7890 128", "bank_card", "6222 0212\n3456 7890 128"),
        ("?to=bird.lee%40example.com", "email", "bird.lee%40example.com"), ("write bird.lee @ example.com", "email", "bird.lee @ example.com"),
        ("粤B1-2345 超时", "plate", "粤B1-2345"), ("车牌粤B 12 345", "plate", "粤B 12 345"), ("他念粤B一二三四五", "plate", "粤B一二三四五"),
    ],
)  # fmt: skip
def test_what_is_pasted_broken_up_is_found_whole(text, kind, value):
    assert [(f.kind, text[f.start : f.end]) for f in find(text)] == [(kind, value)]


@pytest.mark.parametrize(
    "text", ["138****5678", "合计\n138\n1265\n93", "2026/11/27 138", "3 @ example.com", "see you @ example.com", "粤B 12 345 吨", "价目 6222 0212\n3456 7890 129"]
)
def test_what_only_stands_below_or_beside_each_other_stays(text):
    assert find(text) == ()


def test_the_writer_marks_what_no_rule_knows():
    assert mask("那家 [[老码头]] 的店", lang="zh").text == "那家 〔已隐去〕 的店"
    assert mask("那家【【老码头 13812345678】】的店", lang="zh").text == "那家〔已隐去〕的店"
    assert mask("未关的 [[ 留着", lang="zh").text == "未关的 [[ 留着"


def test_a_finding_shows_its_writer_enough_to_recognise_it():
    assert [f.shown for f in find("13812345678 和张先生")] == ["138…5678", "张…"]


HOSTILE = ["1", "1 ", "1,", "0 ", "零 ", " ", "@", "a@", "x@a.a.", "([", "[[", "一", "先生", "张先生", "微信", "+86", "路1号", "Mr A ", "京A", "138 "]


@pytest.mark.slow
@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_with_the_text_and_not_faster(piece):
    def spent(size: int) -> float:
        text = (piece * size)[:size]
        tries = []
        for _ in range(3):
            began = time.process_time()
            find(text)
            tries.append(time.process_time() - began)
        return min(tries)

    assert spent(100_000) <= 3.2 * spent(50_000) + 0.05


def test_in_one_line_a_number_that_stood_on_two_is_found_too():
    assert mask("电话 1380013\n8000 尽快", 200, lang="zh").text == "电话 〔手机号〕 尽快"
