"""Whether a section that changed changed in meaning: its editor says so, and where nobody says, its kind does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kbplatform.events import Event

_MEANT = frozenset({"say", "do", "dont", "steps", "measure"})
"""Sections that hold what people do, and the figures they go by. Others explain: a better explanation leaves what was learned true."""


def usually_meant(section: str) -> bool:
    """Whether a change of a section with this id is taken for one in meaning where nobody says."""
    return section in _MEANT


def changed_in_meaning(event: Event, section: str) -> bool:
    """Whether the section that an ``article.changed`` tells of changed in meaning: what its editor said, else by its kind."""
    said = event.payload.get("meaning")
    answer = said.get(section) if isinstance(said, dict) else None
    return answer if isinstance(answer, bool) else usually_meant(section)
