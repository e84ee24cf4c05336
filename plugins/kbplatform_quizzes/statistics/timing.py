"""How long questions took, as the server can tell it: from when answers arrived, not from what was on the screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

IDLE_S = 300.0
"""Seconds that one stretch counts at most: after five minutes without a word, somebody was elsewhere."""
SENT = ("answered", "drafted", "late")
TOLD = (*SENT, "paused", "resumed")
"""The events that times are worked out from (see :mod:`kbplatform_quizzes.attempts.replay`)."""


@dataclass(frozen=True, slots=True)
class Step:
    """An event: its kind, the question it is about if one, and when the server had it."""

    kind: str
    position: int | None
    at: datetime


def spent(started: datetime, steps: Iterable[Step]) -> dict[int, float]:
    """Seconds by position of the question, for those that something was sent for; ``steps`` in the order they happened.

    A question is charged with the time from what was sent before it (or the start) until its own was sent, each time it was. Pauses
    don't count, a stretch counts five minutes at most, and what follows the last answer belongs to no question. So whoever reads three
    questions and then answers them has all of the reading with the first; over many attempts the median evens that out.
    """
    found: dict[int, float] = {}
    before, carried = started, 0.0
    for step in steps:
        if step.kind == "resumed":
            before = step.at
            continue
        stretch = max((step.at - before).total_seconds(), 0.0)
        before = step.at
        if step.kind == "paused":
            carried += stretch
        elif step.position is not None:
            found[step.position] = found.get(step.position, 0.0) + min(carried + stretch, IDLE_S)
            carried = 0.0
    return found
