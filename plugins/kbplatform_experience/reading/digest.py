"""The week in experience, for one person: what is new where they look, what was thanked and used most, what is in the articles now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select

from kbplatform.sdk import InvalidInput, Text, utcnow
from kbplatform_experience.models import Entry, Promotion, Reaction
from kbplatform_experience.reach import SHOWN, within_reach
from kbplatform_experience.reading.following import followed_by
from kbplatform_experience.reading.service import ACCEPTED, Card, Reading, is_followed

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform.sdk import Database, Lang, Viewer

NEW, BEST = 8, 5
FIRST_YEAR, LAST_YEAR = 2000, 2999
"""Years whose weeks have one before and one after them in every calendar there is."""


@dataclass(frozen=True, slots=True)
class Week:
    """A week as ISO 8601 counts them, Monday to Sunday in UTC."""

    year: int
    number: int

    @classmethod
    def of(cls, text: str, today: date | None = None) -> Week:
        """A week as ``2026-W48``; this one where nothing is written. Raises InvalidInput."""
        if not text:
            return cls(*(today or utcnow().date()).isocalendar()[:2])
        try:
            week = cls(*datetime.strptime(f"{text[:8]}-1", "%G-W%V-%u").replace(tzinfo=UTC).isocalendar()[:2])
        except (ValueError, OverflowError) as error:
            raise _no_week() from error
        if not FIRST_YEAR <= week.year <= LAST_YEAR:
            raise _no_week()
        return week

    @property
    def begins(self) -> datetime:
        """Its Monday, at midnight UTC."""
        return datetime.fromisocalendar(self.year, self.number, 1).replace(tzinfo=UTC)

    @property
    def ends(self) -> datetime:
        """The Monday after it."""
        return self.begins + timedelta(days=7)

    @property
    def last_day(self) -> datetime:
        """Its Sunday."""
        return self.begins + timedelta(days=6)

    def beside(self, weeks: int) -> Week:
        """So many weeks later; earlier where negative."""
        return Week.of("", (self.begins + timedelta(weeks=weeks)).date())

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02}"


def _no_week() -> InvalidInput:
    return InvalidInput(Text("周写成 2026-W48", "Write a week as 2026-W48"))


@dataclass(frozen=True, slots=True)
class Digest:
    """One person's week."""

    week: Week
    new: tuple[Card, ...]
    thanked: tuple[Card, ...]
    used: tuple[Card, ...]
    promoted: tuple[Card, ...]

    def __bool__(self) -> bool:
        return bool(self.new or self.thanked or self.used or self.promoted)


class Digests:
    """Digests of any week, for any viewer."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._reading = Reading(db)

    def of(self, viewer: Viewer, lang: Lang, week: Week, *, samples: bool = True) -> Digest:
        """What the viewer may see of the week; samples only where wanted."""
        within = (Entry.state == SHOWN, within_reach(viewer), *(() if samples else (Entry.sample.is_(False),)))
        with self._db.read() as session:
            followed = followed_by(session, viewer)
            theirs = and_(Entry.team.in_(viewer.teams), Entry.unnamed.is_(False))
            fresh = select(Entry).where(*within, Entry.at >= week.begins, Entry.at < week.ends, or_(is_followed(followed), theirs))
            new = list(session.scalars(fresh.order_by(Entry.at.desc(), Entry.id.desc()).limit(NEW)))
            thanked, used = (_most(session, kind, week, within) for kind in ("thanks", "used"))
            taken = select(Entry).join(Promotion, Promotion.entry_id == Entry.id).where(*within, Promotion.state == ACCEPTED)
            taken = taken.where(Promotion.at >= week.begins, Promotion.at < week.ends)
            accepted = list(session.scalars(taken.order_by(Promotion.at.desc()).limit(BEST)))
            rows = {e.id: e for e in (*new, *thanked, *used, *accepted)}
            cards = {c.entry.id: c for c in self._reading.cards(session, viewer, lang, list(rows.values()))}
        return Digest(week, *(tuple(cards[e.id] for e in part) for part in (new, thanked, used, accepted)))


def _most(session: Session, kind: str, week: Week, within: tuple[object, ...]) -> list[Entry]:
    """The entries with the most reactions of a kind in that week."""
    counts = (
        select(Reaction.entry_id, func.count().label("n"))
        .where(Reaction.kind == kind, Reaction.at >= week.begins, Reaction.at < week.ends)
        .group_by(Reaction.entry_id)
        .subquery()
    )
    wanted = select(Entry).join(counts, counts.c.entry_id == Entry.id).where(*within)  # type: ignore[arg-type]  # conditions
    return list(session.scalars(wanted.order_by(counts.c.n.desc(), Entry.id.desc()).limit(BEST)))
