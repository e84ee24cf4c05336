"""What is taken out of a text before it is stored, and what is left alone."""

from __future__ import annotations

import re
from re import _parser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbplatform.insights.masking import _DIGIT, _NUMBER, HIDDEN, mask

PRIVATE = [
    "13812345678", "138 1234 5678", "138-1234-5678", "+86 138 1234 5678", "（010）6552-9988", "(0755) 8833 1122", "+1 (415) 555-0123",
    "１３８１２３４５６７８", "138\u200b1234\u200b5678", "110101199003078515", "11010119900307851X", "110101 19900307 851x", "320311770706001",
    "6222021234567890123", "6222 0212 3456 7890 123", "4111-1111-1111-1111", "wang@example.com", "wang.li+vip@mail.example.co.uk",
    "ｗａｎｇ＠example.com", "王丽@公司.cn", "138_0013_8000", "138，0013，8000", "138、0013、8000", "138—0013—8000", "一三八 零零一三 八零零零", "138一0013一8000",
    "1３8零零138零零零", "壹叁捌零零壹叁捌零零零", "一三八一二三四五六七八", "幺三八零零幺三八零零零", "١٢٣٤٥٦٧٨٩",
]  # fmt: skip
HARMLESS = ["满300减50", "7天无理由", "第3季度 2026 年", "3 到 5 天", "24小时", "400 电话", "一二三四", "A4 纸", "95% 的客户", "版本 1.2.3", "@客服", "十有八九", "三五个客户", "2024-05",
            "五一、十一放假", "500 强企业 2023", "十一二月", "1/2/3 班", "一二三、四五六"]  # fmt: skip


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


class Steps:
    """Reads a text by a pattern as ``re`` does, going back where it must, and counts the characters looked at."""

    def __init__(self, pattern: re.Pattern[str], text: str) -> None:
        self.text, self.count, self.nodes = text, 0, list(_parser.parse(pattern.pattern))

    def search_all(self) -> int:
        at = 0
        while at < len(self.text):
            at = max(next(self._ends(self.nodes, at), at), at + 1)
        return self.count

    def _ends(self, nodes, at):
        """Where a reading of ``nodes`` from ``at`` may end, the preferred first."""
        if not nodes:
            yield at
            return
        (op, what), rest = nodes[0], nodes[1:]
        if str(op) == "MAX_REPEAT":
            least, most, inner = what
            if most > 0:
                more = (op, (max(least - 1, 0), most - (most is not _parser.MAXREPEAT), inner))
                for end in self._ends(list(inner), at):
                    yield from self._ends([more, *rest], end)
            if least == 0:
                yield from self._ends(rest, at)
        elif str(op) == "SUBPATTERN":
            yield from self._ends([*what[-1], *rest], at)
        else:
            assert str(op) == "IN"
            self.count += 1
            if at < len(self.text) and any(self._is(kind, value, self.text[at]) for kind, value in what):
                yield from self._ends(rest, at + 1)

    @staticmethod
    def _is(kind, value, char) -> bool:
        if str(kind) == "CATEGORY":
            return {"CATEGORY_DIGIT": char.isdecimal(), "CATEGORY_SPACE": char.isspace()}[str(value)]
        return {"LITERAL": lambda: ord(char) == value, "RANGE": lambda: value[0] <= ord(char) <= value[1]}[str(kind)]()


WORST = ["1", "1  ", "((", "+(1", "1--1--1--1--1--1---", "一二三四五六。", "1  1  1  1  1  1  (", "一、,", "      "]


@pytest.mark.parametrize("piece", WORST)
def test_looking_for_numbers_takes_steps_in_proportion_to_the_text(piece):
    short, long = ((piece * 800)[:size] for size in (200, 800))
    counted = Steps(_NUMBER, short).search_all()

    assert counted <= 60 * len(short)
    assert Steps(_NUMBER, long).search_all() <= 4.5 * counted


def test_the_steps_are_those_of_a_reader_that_agrees_with_re():
    for text in ["138_0013_8000", "1--1--1--1--1--1", "+(幺三八) 零零一三", "11010119900307851x"]:
        ends = list(Steps(_NUMBER, text)._ends(Steps(_NUMBER, text).nodes, 0))
        match = _NUMBER.match(text)
        assert ends[:1] == ([match.end()] if match else [])


def test_no_character_is_both_a_digit_and_a_separator():
    separators = re.compile(r"[\s\-–—_.,，、·()/+]")
    assert separators.pattern.rstrip("+]") in _NUMBER.pattern
    assert not [c for c in map(chr, range(0x110000)) if re.match(_DIGIT, c) and separators.match(c)]
