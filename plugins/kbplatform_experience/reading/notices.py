"""What people are told: that their entry was thanked, used, commented, looked at by a moderator, taken into an article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import case, delete, func, or_, select, update

from kbplatform.sdk import names_of, utcnow
from kbplatform_experience.models import Entry, Follow, Notice
from kbplatform_experience.reach import seen_by

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kbplatform.sdk import Database, Viewer

PAGE_SIZE = 30
THANKED, USED, COMMENTED, FOLLOWED = "thanked", "used", "commented", "followed"
REPORTED = "reported."
"""How kinds begin that tell somebody what became of their report: they hear of it also where they may open the entry no more."""


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
    """A notice. ``by`` is a name, empty where nobody is to know; ``lesson`` the line of the entry it is about, empty where one
    may not open it; ``unnamed`` as its writer wishes."""

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
        """How many have not been looked at, of those that are listed."""
        with self._db.read() as session:
            wanted = select(func.count()).select_from(Notice).join(Entry, Entry.id == Notice.entry_id)
            return session.scalar(wanted.where(*_told_to(viewer), Notice.seen_at.is_(None))) or 0

    def page(self, viewer: Viewer, before: int = 0) -> tuple[list[Told], int]:
        """Notices older than number ``before`` (0: all), and the number to go on from; 0 at the end."""
        with self._db.read() as session:
            opens = case((seen_by(viewer), True), else_=False)
            wanted = select(Notice, Entry, opens).join(Entry, Entry.id == Notice.entry_id).where(*_told_to(viewer))
            if before:
                wanted = wanted.where(Notice.id < before)
            rows = session.execute(wanted.order_by(Notice.id.desc()).limit(PAGE_SIZE + 1)).tuples().all()
            names = names_of(session, {n.by for n, _e, _opens in rows if n.by is not None})
        told = [_told(n, e, names, opens=bool(may_open)) for n, e, may_open in rows[:PAGE_SIZE]]
        return told, rows[PAGE_SIZE - 1][0].id if len(rows) > PAGE_SIZE else 0

    def seen(self, viewer: Viewer) -> None:
        """All there are have been looked at."""
        with self._db.write() as session:
            session.execute(update(Notice).where(Notice.user_id == viewer.id, Notice.seen_at.is_(None)).values(seen_at=utcnow()))


def _told_to(viewer: Viewer) -> tuple[ColumnElement[bool], ...]:
    """Conditions of a query over notices and their entries: those that are listed for somebody, and so counted."""
    return (Notice.user_id == viewer.id, or_(seen_by(viewer), Notice.kind.startswith(REPORTED)))


def _told(notice: Notice, entry: Entry, names: dict[int, str], *, opens: bool) -> Told:
    by = "" if entry.unnamed and notice.by == entry.user_id else names.get(notice.by or 0, "")
    return Told(notice.kind, entry.id, entry.lesson if opens else "", by, notice.words, notice.at, notice.seen_at is None, entry.unnamed)
