"""What people are told: that their entry was thanked, used, commented, looked at by a moderator, taken into an article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update

from kbplatform.sdk import names_of, utcnow
from kbplatform_experience.models import Entry, Follow, Notice
from kbplatform_experience.reach import seen_by

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from kbplatform.sdk import Database, Viewer

PAGE_SIZE = 30
THANKED, USED, COMMENTED, FOLLOWED = "thanked", "used", "commented", "followed"


def tell(session: Session, person: int | None, entry: int, kind: str, *, by: int | None, words: str = "") -> None:
    """Tell somebody, once until they have looked; never of what they did themselves. ``words`` are masked already."""
    if person is None or person == by:
        return
    same = (Notice.user_id == person, Notice.entry_id == entry, Notice.kind == kind, Notice.by == by, Notice.words == words, Notice.seen_at.is_(None))
    if session.scalar(select(Notice.id).where(*same).limit(1)) is None:
        session.add(Notice(user_id=person, entry_id=entry, kind=kind, by=by, words=words))


def untell(session: Session, person: int | None, entry: int, kind: str, by: int | None) -> None:
    """Take back what they have not looked at yet."""
    same = (Notice.user_id == person, Notice.entry_id == entry, Notice.kind == kind, Notice.by == by, Notice.seen_at.is_(None))
    session.execute(delete(Notice).where(*same))


def tell_followers(session: Session, entry: Entry, kind: str, by: int | None) -> None:
    """Tell those who follow the entry, but its writer, who is told anyway."""
    followers = session.scalars(select(Follow.user_id).where(Follow.kind == "entry", Follow.key == str(entry.id)))
    for person in [p for p in followers if p != entry.user_id]:
        tell(session, person, entry.id, kind, by=by)


@dataclass(frozen=True, slots=True)
class Told:
    """A notice. ``by`` is a name, empty where nobody is to know; ``lesson`` the line of the entry it is about, ``unnamed`` as its writer wishes."""

    kind: str
    entry: int
    lesson: str
    by: str
    words: str
    at: datetime
    new: bool
    unnamed: bool = False


class Notices:
    """One's own notices, newest first."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def unseen(self, viewer: Viewer) -> int:
        """How many have not been looked at."""
        with self._db.read() as session:
            return session.scalar(select(func.count()).where(Notice.user_id == viewer.id, Notice.seen_at.is_(None))) or 0

    def page(self, viewer: Viewer, before: int = 0) -> tuple[list[Told], int]:
        """Notices older than number ``before`` (0: all), and the number to go on from; 0 at the end."""
        with self._db.read() as session:
            wanted = select(Notice, Entry).join(Entry, Entry.id == Notice.entry_id).where(Notice.user_id == viewer.id, seen_by(viewer))
            if before:
                wanted = wanted.where(Notice.id < before)
            rows = session.execute(wanted.order_by(Notice.id.desc()).limit(PAGE_SIZE + 1)).tuples().all()
            names = names_of(session, {n.by for n, _e in rows if n.by is not None})
        told = [
            Told(
                n.kind, e.id, e.lesson, "" if e.unnamed and n.by == e.user_id else names.get(n.by or 0, ""), n.words, n.at, n.seen_at is None,
                e.unnamed,
            )
            for n, e in rows[:PAGE_SIZE]
        ]  # fmt: skip
        return told, rows[PAGE_SIZE - 1][0].id if len(rows) > PAGE_SIZE else 0

    def seen(self, viewer: Viewer) -> None:
        """All there are have been looked at."""
        with self._db.write() as session:
            session.execute(update(Notice).where(Notice.user_id == viewer.id, Notice.seen_at.is_(None)).values(seen_at=utcnow()))
