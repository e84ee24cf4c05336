"""How close a query comes to the ways people ask for a page."""

from __future__ import annotations

import pytest

from kbplatform.plugin.contributions import SearchDocument
from kbplatform.search.analysis import Analyzer
from kbplatform.search.asking import OPENING, Asking
from kbplatform.search.engine import Alternative, Group

PAGE = SearchDocument(
    id="article:1:zh", kind="article", key="parcels", lang="zh", title="如何处理破损", url="/articles/parcels",
    angle="一件破损从头到尾", keywords=("货坏了",), asks=("快递把箱子压扁", "the parcel came smashed"),
)  # fmt: skip


@pytest.fixture(scope="module")
def asking():
    return Asking(Analyzer())


def words(*terms: str) -> tuple[Group, ...]:
    return tuple(Group(term, (Alternative((term,)),)) for term in terms)


def test_a_phrase_asked_for_word_for_word_is_as_close_as_can_be(asking):
    assert asking.closeness(PAGE, "x", words("parcel", "came", "smash")) == pytest.approx(1.0)


def test_part_of_a_phrase_is_less_close_and_a_strange_word_less_still(asking):
    whole = asking.closeness(PAGE, "x", words("parcel", "came", "smash"))
    part = asking.closeness(PAGE, "x", words("parcel"))
    strange = asking.closeness(PAGE, "x", (*words("parcel"), Group("wedding", ())))
    assert 0 < strange < part < whole


def test_words_of_two_phrases_do_not_add_up(asking):
    one = asking.closeness(PAGE, "x", words("快递", "压扁"))
    two = asking.closeness(PAGE, "x", words("快递", "smash"))
    assert two < one


def test_another_name_of_a_word_counts_less_than_the_word(asking):
    synonym = (Group("box", (Alternative(("箱子",), "synonym", 0.6),)),)
    assert 0 < asking.closeness(PAGE, "x", synonym) < asking.closeness(PAGE, "x", words("箱子"))


def test_a_page_whose_name_begins_with_what_was_typed_is_closest(asking):
    assert asking.closeness(PAGE, "如何处理", ()) == OPENING
    assert asking.closeness(PAGE, "货坏", ()) == OPENING
    assert asking.closeness(PAGE, "快递", ()) == 0.0  # a way to ask is no name


def test_a_query_without_meaning_is_close_to_nothing(asking):
    assert asking.closeness(PAGE, "", ()) == 0.0
