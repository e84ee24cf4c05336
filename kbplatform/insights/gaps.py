"""What is shown of content gaps: frozen values for templates, JSON and the command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

OPEN, ANSWERED, DECLINED, MERGED = "open", "answered", "declined", "merged"
STATES = (OPEN, ANSWERED, DECLINED, MERGED)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: a person, or the random name of a browser that nobody has signed in with; and from where, against floods."""

    user_id: int | None
    visitor: str | None
    address: str

    @property
    def key(self) -> str:
        """One name for either."""
        return f"person:{self.user_id}" if self.user_id is not None else f"visitor:{self.visitor}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of asking. ``query`` is what was stored of one's own words, never those of somebody else.

    ``was`` is the gap's state before; where that is ``answered`` or ``declined``, the answer or the reason comes with it.
    """

    id: int
    query: str
    count: int
    people: int
    hidden: bool
    was: str
    answer_slug: str
    answer_section: str
    reason: str


@dataclass(frozen=True, slots=True)
class Wording:
    """One way a gap was asked, and how often."""

    text: str
    lang: str
    asked: int


@dataclass(frozen=True, slots=True)
class GapView:
    """A gap with its wordings, most asked first, those of gaps merged into it included."""

    id: int
    query: str
    lang: str
    state: str
    revision: int
    asked: int
    people: int
    first_asked_at: datetime
    last_asked_at: datetime
    wordings: tuple[Wording, ...]
    answer_slug: str
    answer_section: str
    reason: str
    merged_into: int | None
    decided_at: datetime | None
    reopened: int


@dataclass(frozen=True, slots=True)
class GapPage:
    """A page of gaps; ``total`` in the state asked for, ``counts`` by state."""

    gaps: tuple[GapView, ...]
    total: int
    counts: dict[str, int]
