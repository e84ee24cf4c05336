"""A number as people type it, with what stands behind it: calculators and quizzes read by the same rules."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kbplatform.sdk import Quantity, read_quantity


@pytest.mark.parametrize(
    ("typed", "value", "unit"),
    [
        ("20", "20", ""), (" １，２００ ", "1200", ""), ("1,200.5", "1200.5", ""), ("-3", "-3", ""), ("−３", "-3", ""), (".5", "0.5", ""), ("20.", "20", ""),
        ("85%", "85", "%"), ("８５％", "85", "%"), ("20 通", "20", "通"), ("1.2万", "1.2", "万"), ("200MS", "200", "ms"), ("1e3", "1000", ""), ("1E-3 s", "0.001", "s"),
        ("3e", "3", "e"), ("1e3.5", None, ""),
        ("", None, ""), ("abc", None, ""), ("1,2", None, ""), ("12,34,567", None, ""), ("1,2000", None, ""), ("1 2", None, ""), ("5m30", None, ""), ("¥20", None, ""), ("--3", None, ""),
    ],
)  # fmt: skip
def test_a_number_is_read_with_what_stands_behind_it_or_not_at_all(typed, value, unit):
    assert read_quantity(typed) == (None if value is None else Quantity(Decimal(value), unit))


def test_no_digit_is_lost():
    assert read_quantity("0.12345678901234567890123456789").value == Decimal("0.12345678901234567890123456789")
