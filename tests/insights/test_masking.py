"""What is taken out of a text before it is stored, and what is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbplatform.insights.masking import HIDDEN, mask

PRIVATE = [
    "13812345678", "138 1234 5678", "138-1234-5678", "+86 138 1234 5678", "（010）6552-9988", "(0755) 8833 1122", "+1 (415) 555-0123",
    "１３８１２３４５６７８", "138\u200b1234\u200b5678", "110101199003078515", "11010119900307851X", "110101 19900307 851x", "320311770706001",
    "6222021234567890123", "6222 0212 3456 7890 123", "4111-1111-1111-1111", "wang@example.com", "wang.li+vip@mail.example.co.uk",
    "ｗａｎｇ＠example.com", "王丽@公司.cn", "138_0013_8000", "138，0013，8000", "138、0013、8000", "138—0013—8000", "一三八 零零一三 八零零零", "138一0013一8000",
    "1３8零零138零零零", "壹叁捌零零壹叁捌零零零", "一三八一二三四五六七八", "幺三八零零幺三八零零零", "١٢٣٤٥٦٧٨٩",
]  # fmt: skip
HARMLESS = ["满300减50", "7天无理由", "第3季度 2026 年", "3 到 5 天", "24小时", "400 电话", "一二三四", "A4 纸", "95% 的客户", "版本 1.2.3", "@客服", "十有八九", "三五个客户", "2024-05",
            "五一、十一放假"]  # fmt: skip


@pytest.mark.parametrize("secret", PRIVATE)
def test_a_customer_s_data_is_hidden(secret):
    masked = mask(f"客户说 {secret} 没收到", 200)
    assert (masked.text, masked.hidden) == (f"客户说 {HIDDEN} 没收到", True)


@pytest.mark.parametrize("words", HARMLESS)
def test_words_and_small_numbers_stay(words):
    assert (mask(words, 200).text, mask(words, 200).hidden) == (words, False)


@given(st.text(max_size=300), st.integers(10**10, 10**19 - 1))
def test_no_text_around_a_number_lets_it_through(text, number):
    assert str(number) not in mask(f"{text} {number} {text}", 200).text


def test_no_half_of_a_number_is_left_at_the_cut():
    masked = mask("字" * 195 + " 13812345678", 200)
    assert masked.text == "字" * 195 + " " + HIDDEN
