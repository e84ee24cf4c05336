"""Lists with members left out, and percentages, as people type them."""

from __future__ import annotations

import pytest

from kbplatform.bilingual import Text
from kbplatform_calculators.inputs import Choice, Number, Percent, Series, Share
from kbplatform_calculators.typed import Unreadable

NAMED = {"name": "x", "label": Text("", "")}
SCORES = Series(**NAMED, item=Number(**NAMED, maximum=100), gaps=True)


@pytest.mark.parametrize(
    "typed",
    [
        "90; ; 100; 60",
        "90;;100;60",
        "90，-，100，60",
        "90, N/A, 100, 60",
        "90 - 100 60",
        " 90\t不适用\t100\t60",
        "90\n\n100\n60\n",
        "90\r\n\r\n100\r\n60\r\n",
        "９０、 、100、60",
        [90, None, 100, 60],
        ["90", "", 100, "60"],
    ],
)
def test_a_member_left_out_keeps_its_place(typed):
    assert SCORES.read(typed) == (90, None, 100, 60)


def test_what_was_read_is_typed_so_that_it_reads_the_same():
    for value in ((90, None, 100, 60.5), (None, 1), (1, None), (None,)):
        assert SCORES.read(SCORES.typed(value)) == value


def test_without_gaps_nothing_may_be_left_out_in_json():
    with pytest.raises(Unreadable):
        Series(**NAMED, item=Number(**NAMED)).read([90, None, 100])


def test_the_schema_allows_null_only_where_gaps_are_allowed():
    assert SCORES.schema("en")["items"]["anyOf"][1] == {"type": "null"}
    assert Series(**NAMED, item=Number(**NAMED)).schema("en")["items"]["type"] == "number"


@pytest.mark.parametrize("typed", ["35.35", "35.35%", "３５.３５％", 35.35, " 35.35 % "])
def test_a_percentage_reads_the_same_with_and_without_its_sign(typed):
    assert Percent(**NAMED).read(typed) == 35.35


@pytest.mark.parametrize("typed", ["101", "100.1%", "-1", "abc"])
def test_a_percentage_lies_from_0_to_100(typed):
    with pytest.raises(Unreadable):
        Percent(**NAMED).read(typed)


@pytest.mark.parametrize("typed", ["1e-999", "0.0", 0])
def test_what_must_be_above_nothing_is_not_rounded_to_nothing(typed):
    with pytest.raises(Unreadable):
        Number(**NAMED, above=0).read(typed)


@pytest.mark.parametrize("value", [0.1, 0.9523809523809523, 1 / 3, 5e-324, 12345.678901234567, 1e12, 7, 0.00012345678901234567])
def test_no_digit_is_lost_between_a_field_and_its_value(value):
    for kind in (Number(**NAMED), Share(**NAMED), Percent(**NAMED)):
        if value <= kind.maximum:
            assert kind.read(kind.typed(value)) == value


@pytest.mark.parametrize("typed", [{}, [], 1, True, "maybe"])
def test_a_choice_is_one_of_its_words(typed):
    choice = Choice(**NAMED, options=(("yes", Text("是", "Yes")),))
    assert [choice.read(word) for word in ("yes", "是", "Yes")] == ["yes"] * 3
    with pytest.raises(Unreadable):
        choice.read(typed)
