"""What people follow: articles, tags, teams, single entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import delete, exists, func, select

from kbplatform.sdk import ArticleService, FieldError, InvalidInput, Text, team_names
from kbplatform_experience.models import Entry, Follow, Tag
from kbplatform_experience.reach import seen_by

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform.sdk import Database, Lang, Viewer

FollowKind = Literal["article", "tag", "team", "entry"]
MOST = 200
"""Things one person may follow."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What one person follows, by kind."""

    articles: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    entries: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.articles or self.tags or self.teams or self.entries)


def followed_by(session: Session, viewer: Viewer) -> Followed:
    """What the viewer follows."""
    rows = session.execute(select(Follow.kind, Follow.key).where(Follow.user_id == viewer.id)).tuples().all()
    by = {kind: frozenset(key for k, key in rows if k == kind) for kind in ("article", "tag", "team", "entry")}
    entries = frozenset(int(key) for key in by["entry"])
    return Followed(by["article"], by["tag"], by["team"], entries)


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that is followed, in words."""

    kind: str
    key: str
    label: str


class Following:
    """Following and letting go; either twice changes nothing."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._articles = ArticleService(db)

    def of(self, viewer: Viewer, lang: Lang) -> list[Thing]:
        """What the viewer follows, in words. What they may no longer know of is named by nothing."""
        with self._db.read() as session:
            mine = select(Follow.kind, Follow.key).where(Follow.user_id == viewer.id)
            rows = session.execute(mine.order_by(Follow.kind, Follow.key)).tuples().all()
            teams = team_names(session, {key for kind, key in rows if kind == "team"})
            numbers = [int(key) for kind, key in rows if kind == "entry"]
            lessons = dict(session.execute(select(Entry.id, Entry.lesson).where(Entry.id.in_(numbers), seen_by(viewer))).tuples().all())
        articles = {c.slug: c.title for c in self._articles.cards({key for kind, key in rows if kind == "article"}, lang, viewer)}

        def label(kind: str, key: str) -> str:
            if kind == "entry":
                return lessons.get(int(key), "")
            return {"article": articles, "team": teams}.get(kind, {key: key}).get(key, "")

        return [Thing(kind, key, label(kind, key)) for kind, key in rows]

    def follow(self, viewer: Viewer, kind: str, key: str) -> None:
        """Follow something. Raises InvalidInput where there is no such thing that the viewer may know of, or they follow too much."""
        if "\0" in kind + key:
            raise _unknown()
        if kind == "article" and not self._articles.cards([key], "zh", viewer):
            raise _unknown()
        with self._db.write() as session:
            if session.get(Follow, (viewer.id, kind, key)) is not None:
                return
            if not _is_there(session, viewer, kind, key):
                raise _unknown()
            if (session.scalar(select(func.count()).where(Follow.user_id == viewer.id)) or 0) >= MOST:
                message = Text(f"最多关注 {MOST} 样", f"At most {MOST} things can be followed")
                raise InvalidInput(message, fields=(FieldError("key", message),))
            session.add(Follow(user_id=viewer.id, kind=kind, key=key))

    def let_go(self, viewer: Viewer, kind: str, key: str) -> None:
        """Follow it no longer."""
        if "\0" in kind + key:
            return
        with self._db.write() as session:
            session.execute(delete(Follow).where(Follow.user_id == viewer.id, Follow.kind == kind, Follow.key == key))


def _is_there(session: Session, viewer: Viewer, kind: str, key: str) -> bool:
    if kind == "entry":
        number = int(key) if key.isascii() and key.isdecimal() and len(key) < 10 else 0
        return session.scalar(select(Entry.id).where(Entry.id == number, seen_by(viewer))) is not None
    if kind == "tag":
        seen = select(Entry.id).where(Entry.id == Tag.entry_id, seen_by(viewer))
        return bool(session.scalar(select(exists().where(Tag.tag == key, seen.exists()))))
    if kind == "team":
        return key in team_names(session, [key])
    return kind == "article"


def _unknown() -> InvalidInput:
    message = Text("没有这样可以关注的", "There is no such thing to follow")
    return InvalidInput(message, fields=(FieldError("key", message),))
