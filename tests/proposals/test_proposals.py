"""Proposing other words for a section and deciding on it: one decision, nothing overwritten, credit where it is due."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from kbplatform.errors import Conflict, StaleText
from kbplatform.proposals.proposal import Credit
from kbplatform.proposals.reading import credits_of


def test_accepting_writes_the_section_and_keeps_the_credit(floor):
    number = floor.propose(credits=(Credit(floor.ana.id, "entry:1"), Credit(None, "entry:2")))
    assert "Write it down" in floor.text()
    assert floor.accept(number) == 2
    assert floor.text() == "1. Listen.\n2. Repeat it."
    with floor.db.read() as session:
        held = [(c.section, c.revision, [x.name for x in c.credits]) for c in credits_of(session, "angry-callers", "en")]
    assert held == [("steps", 2, ["Ana", ""])]


def test_two_editors_accept_at_once_and_one_of_them_is_told(floor):
    number = floor.propose()

    def accept(who):
        try:
            return floor.accept(number, who)
        except Conflict:
            return None

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(accept, (floor.bo, floor.chen)))
    assert sorted(outcomes, key=str) == [2, None]


def test_a_section_that_changed_meanwhile_is_not_overwritten(floor):
    number = floor.propose()
    floor.edit("steps", "1. Breathe.")
    with pytest.raises(StaleText) as stale:
        floor.accept(number)
    assert (stale.value.revision, stale.value.theirs, stale.value.yours) == (2, "1. Breathe.", "1. Listen.\n2. Repeat it.")
    assert floor.text() == "1. Breathe."
    assert floor.accept(number, text="1. Breathe.\n2. Repeat it.", revision=2) == 3
    assert floor.text() == "1. Breathe.\n2. Repeat it."
