"""How close a query comes to the ways people ask for a page."""

from __future__ import annotations

import pytest

from kbplatform.plugin.contributions import SearchDocument
from kbplatform.search.analysis import Analyzer
from kbplatform.search.asking import OPENING, Asking, phrases_of
from kbplatform.search.engine import Alternative, Group
from kbplatform.search.phrases import Phrases

PAGE = SearchDocument(
    id="article:1:zh", kind="article", key="parcels", lang="zh", title="如何处理破损", url="/articles/parcels",
    angle="一件破损从头到尾", keywords=("货坏了",), asks=("快递把箱子压扁", "the parcel came smashed"),
)  # fmt: skip


@pytest.fixture(scope="module")
def closeness():
    """``closeness("text", groups)`` of the page, whose phrases were kept by an index."""
    phrases = Phrases.loads(phrases_of(PAGE, Analyzer()).dumps())
    return lambda text, groups: Asking(text, groups).closeness(phrases)


def words(*terms: str) -> tuple[Group, ...]:
    return tuple(Group(term, (Alternative((term,)),)) for term in terms)


def test_a_phrase_asked_for_word_for_word_is_as_close_as_can_be(closeness):
    assert closeness("x", words("parcel", "came", "smash")) == pytest.approx(1.0)


def test_part_of_a_phrase_is_less_close_and_a_strange_word_less_still(closeness):
    whole = closeness("x", words("parcel", "came", "smash"))
    part = closeness("x", words("parcel"))
    strange = closeness("x", (*words("parcel"), Group("wedding", ())))
    assert 0 < strange < part < whole


def test_words_of_two_phrases_do_not_add_up(closeness):
    one = closeness("x", words("快递", "压扁"))
    two = closeness("x", words("快递", "smash"))
    assert two < one


def test_another_name_of_a_word_counts_less_than_the_word(closeness):
    synonym = (Group("box", (Alternative(("箱子",), "synonym", 0.6),)),)
    assert 0 < closeness("x", synonym) < closeness("x", words("箱子"))


def test_a_page_whose_name_begins_with_what_was_typed_is_closest(closeness):
    assert closeness("如何处理", ()) == OPENING
    assert closeness("货坏", ()) == OPENING
    assert closeness("快递", ()) == 0.0  # a way to ask is no name


def test_a_query_without_meaning_is_close_to_nothing(closeness):
    assert closeness("", ()) == 0.0


def test_a_page_that_nobody_ever_named_is_close_to_nothing():
    assert Asking("parcel", words("parcel")).closeness(Phrases.loads("")) == 0.0


def test_the_best_way_to_hold_a_word_counts_and_the_shorter_of_two_phrases_that_hold_as_much():
    phrases = Phrases("", (2, 3, 8), {"box": 0b111, "parcel": 0b110, "smash": 0b100})
    either = Group("box", (Alternative(("parcel",), "synonym", 0.6), Alternative(("box",))))
    assert Asking("x", (either,)).closeness(phrases) == pytest.approx((1 / 2) ** 0.5)  # the word itself, in the phrase of two words
    assert Asking("x", words("box", "parcel")).closeness(phrases) == pytest.approx((2 / 3) ** 0.5)
    assert Asking("x", words("box", "parcel", "smash")).closeness(phrases) == pytest.approx(max((3 / 8) ** 0.5, 2 / 3 * (2 / 3) ** 0.5))


def test_all_words_of_another_name_must_stand_in_one_phrase():
    phrases = Phrases("", (2, 2), {"first": 0b01, "contact": 0b11, "resolution": 0b10})
    name = (Group("fcr", (Alternative(("first", "contact", "resolution"), "synonym", 0.6),)),)
    assert Asking("x", name).closeness(phrases) == 0.0
