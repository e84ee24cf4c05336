"""Python's garbage collector, for a process that keeps a large index in memory and answers many short requests."""

from __future__ import annotations

import gc
import threading
import time

THRESHOLDS = (10_000, 20, 20)
"""New objects before the youngest are looked through, and how often that happens before the older ones are; Python's own 700 would
have every few searches wait."""
AGAIN_S = 600.0
"""Looking through everything stops all threads meanwhile: not after each of many edits."""

_settling = threading.Lock()
_settled_at = float("-inf")


def settle() -> None:
    """Collect what is garbage by now, and have later collections leave out all that is there: it will stay.

    What is dropped of that goes when nothing refers to it; where it refers to itself, with the next call.
    """
    global _settled_at  # noqa: PLW0603 - a process has one collector
    with _settling:
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        gc.set_threshold(*THRESHOLDS)
        _settled_at = time.monotonic()


def settle_again() -> None:
    """:func:`settle`, for when much was replaced; at most once in ``AGAIN_S``."""
    if time.monotonic() - _settled_at >= AGAIN_S:
        settle()
