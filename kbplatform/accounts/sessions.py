"""Browsers people are signed in with: rows of the database, so that ending one works at its next request."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from kbplatform.accounts.models import UserSession
from kbplatform.accounts.vault import fingerprint, new_token
from kbplatform.db import utcnow

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

LIFETIME = timedelta(hours=12)
"""A working day and a bit; whoever wishes to stay signed in longer says so."""
REMEMBERED = timedelta(days=30)
FRESH = timedelta(minutes=15)
"""How long after proving who they are somebody may change how they sign in."""
SEEN_EVERY = timedelta(minutes=5)
_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("MicroMessenger", "WeChat"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS", "macOS"), ("Linux", "Linux"))


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a request comes from."""

    address: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session in its owner's list."""

    id: int
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str
    user_agent: str
    method: str
    current: bool


def open_session(session: Session, user_id: int, browser: Browser, *, method: str, remember: bool = False) -> str:
    """The secret of a new session. Sessions that have run out are cleared away."""
    now = utcnow()
    session.execute(delete(UserSession).where(UserSession.user_id == user_id, UserSession.expires_at < now))
    token = new_token()
    lifetime = REMEMBERED if remember else LIFETIME
    session.add(
        UserSession(
            token_hash=fingerprint(token), user_id=user_id, expires_at=now + lifetime, method=method,
            address=browser.address, user_agent=browser.user_agent[:300],
        )
    )  # fmt: skip
    return token


def end_sessions(session: Session, user_id: int, *, only: int | None = None, but: int | None = None) -> int:
    """End a person's sessions: all, only that one, or all but that one. How many ended."""
    query = delete(UserSession).where(UserSession.user_id == user_id)
    if only is not None:
        query = query.where(UserSession.id == only)
    if but is not None:
        query = query.where(UserSession.id != but)
    return len(session.execute(query.returning(UserSession.id)).all())


def end_weak_sessions(session: Session, user_ids: Collection[int], *, but: int | None) -> None:
    """End the sessions of these people that were opened without a second factor: one is demanded of them now."""
    weak = UserSession.method.in_(("password", "link"))
    query = delete(UserSession).where(UserSession.user_id.in_(user_ids), weak)
    session.execute(query.where(UserSession.id != but) if but is not None else query)


def list_sessions(session: Session, user_id: int, current: int | None) -> list[SessionRow]:
    """A person's open sessions, the latest used first."""
    rows = session.scalars(
        select(UserSession).where(UserSession.user_id == user_id, UserSession.expires_at > utcnow()).order_by(UserSession.last_seen_at.desc())
    )
    return [
        SessionRow(r.id, r.created_at, r.last_seen_at, r.expires_at, r.address, r.user_agent, r.method, r.id == current) for r in rows
    ]


def confirm(session: Session, session_id: int) -> None:
    """The person has just proved who they are again."""
    row = session.get(UserSession, session_id)
    if row:
        row.confirmed_at = utcnow()


def browser_name(user_agent: str) -> str:
    """``Chrome · Windows`` from a User-Agent header; its first word where nothing is known of it."""
    names = [next((name for mark, name in table if mark in user_agent), "") for table in (_BROWSERS, _SYSTEMS)]
    return " · ".join(filter(None, names)) or (re.split(r"[/\s]", user_agent)[0][:30] or "?")
