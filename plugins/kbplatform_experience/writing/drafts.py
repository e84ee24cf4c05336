"""What somebody is still writing: kept masked, for thirty days, until it is published."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from kbplatform.sdk import InvalidInput, Text, utcnow
from kbplatform_experience.models import Draft
from kbplatform_experience.writing.forms import WORDS, Typed, as_plain, from_plain, masked_copy

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from kbplatform.sdk import Services, Viewer

KEPT = timedelta(days=30)
MOST = 20
"""Drafts of one person: with one more, the oldest goes."""
MAX_FIELD = 4_000
_KEY = re.compile(r"[A-Za-z0-9_-]{8,40}")


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft: its key, what it holds, and when it was saved last."""

    key: str
    typed: Typed
    at: datetime

    @property
    def title(self) -> str:
        """The first words that are there."""
        return next((words for name in WORDS if (words := getattr(self.typed, name).strip())), "")[:80]


class Drafts:
    """Drafts of entries, each its writer's own."""

    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._rules = services.masking

    def save(self, viewer: Viewer, key: str, typed: Typed) -> Typed:
        """Keep the form under ``key``, masked; what was kept. An empty form takes the draft away. Raises InvalidInput for a key that is none."""
        if not _KEY.fullmatch(key):
            raise InvalidInput(Text("这份草稿的地址不对", "That is no draft"))
        masked = masked_copy(typed, self._rules)
        data = {name: value[:MAX_FIELD] if isinstance(value, str) else value for name, value in as_plain(masked).items()}
        now = utcnow()
        with self._db.write() as session:
            session.execute(delete(Draft).where(Draft.saved_at < now - KEPT))
            if not any(getattr(masked, name) for name in WORDS):
                drop(session, viewer, key)
                return masked
            row = session.get(Draft, (viewer.id, key))
            if row is None:
                session.add(Draft(user_id=viewer.id, key=key, data=data, saved_at=now))
            else:
                row.data, row.saved_at = data, now
            session.flush()
            theirs = select(Draft.key).where(Draft.user_id == viewer.id).order_by(Draft.saved_at.desc(), Draft.key)
            session.execute(delete(Draft).where(Draft.user_id == viewer.id, Draft.key.in_(session.scalars(theirs.offset(MOST)).all())))
        return masked

    def get(self, viewer: Viewer, key: str) -> Kept | None:
        """One's own draft, if it is still there."""
        return next((d for d in self.of(viewer) if d.key == key), None)

    def of(self, viewer: Viewer) -> list[Kept]:
        """One's own drafts, newest first."""
        with self._db.read() as session:
            wanted = select(Draft).where(Draft.user_id == viewer.id, Draft.saved_at >= utcnow() - KEPT).order_by(Draft.saved_at.desc(), Draft.key)
            return [Kept(row.key, from_plain(row.data), row.saved_at) for row in session.scalars(wanted.limit(MOST))]

    def throw_away(self, viewer: Viewer, key: str) -> None:
        """One's own draft is wanted no more. Doing it twice does no harm."""
        with self._db.write() as session:
            drop(session, viewer, key)


def drop(session: Session, viewer: Viewer, key: str) -> None:
    """In the caller's transaction: it was published."""
    session.execute(delete(Draft).where(Draft.user_id == viewer.id, Draft.key == key))
