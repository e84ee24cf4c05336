"""What a finder proposes, and who wins where two proposals overlap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MARKED, SITE, CHECKED, SHAPED, LIKELY, WEAK = 6, 5, 4, 3, 2, 1
"""How sure a finder is: the writer's own mark, the site's rule, a check digit or an address, a known shape, a look-alike."""
GONE = "\x00"
"""Stands for what was found already; no finder reads over it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposal: places are in the folded text."""

    kind: str
    start: int
    end: int
    strength: int
    correctable: bool = True


def best(candidates: Iterable[Candidate], size: int) -> list[Candidate]:
    """Those without an overlap, the stronger, then the earlier, then the longer first; in the order of the text."""
    taken = bytearray(size)
    chosen = []
    for found in sorted(candidates, key=lambda c: (-c.strength, c.start, -c.end)):
        if not any(taken[found.start : found.end]):
            taken[found.start : found.end] = b"\x01" * (found.end - found.start)
            chosen.append(found)
    return sorted(chosen, key=lambda c: c.start)
