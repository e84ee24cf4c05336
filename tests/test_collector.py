"""What is kept for good is left out of collections, and what it leaves behind still goes."""

from __future__ import annotations

import gc
import weakref

import pytest

from kbplatform import collector


class Loop:
    """Refers to itself, as readers with a cache of their own methods do."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def as_it_was():
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_is_there_is_left_out_of_later_collections_and_freed_by_the_next_settling():
    kept = Loop()
    gone = weakref.ref(kept)
    collector.settle()
    assert gc.get_freeze_count() > 1_000
    del kept
    gc.collect()
    assert gone() is not None
    collector.settle()
    assert gone() is None


def test_settling_again_and_again_is_done_once():
    collector.settle()
    frozen = gc.get_freeze_count()
    kept = [Loop() for _ in range(1_000)]
    collector.settle_again()
    assert gc.get_freeze_count() <= frozen
    assert len(kept) == 1_000
