"""Limits against floods: counted over the rows themselves, so that they hold in every process and after a restart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from kbplatform.sdk import Text, TooMany, utcnow
from kbplatform_experience.models import Comment, Entry, Report

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` of one person within ``hours``."""

    most: int
    hours: int


WRITES = (Limit(10, 1), Limit(40, 24))
COMMENTS = (Limit(30, 1), Limit(150, 24))
REPORTS = (Limit(20, 1),)


def allow_writing(session: Session, person: int, now: datetime | None = None) -> None:
    """Raises TooMany where this person has written too many entries of late. Ask in the transaction that adds one."""
    _allow(session, Entry.user_id == person, Entry.at, WRITES, now)


def allow_comment(session: Session, person: int, now: datetime | None = None) -> None:
    """As :func:`allow_writing`, for comments."""
    _allow(session, Comment.user_id == person, Comment.at, COMMENTS, now)


def allow_report(session: Session, person: int, now: datetime | None = None) -> None:
    """As :func:`allow_writing`, for reports."""
    _allow(session, Report.by == person, Report.at, REPORTS, now)


def _allow(session: Session, theirs: Any, at: Any, limits: tuple[Limit, ...], now: datetime | None) -> None:  # noqa: ANN401 - columns
    now = now or utcnow()
    for limit in limits:
        since = now - timedelta(hours=limit.hours)
        count, first = session.execute(select(func.count(), func.min(at)).where(theirs, at > since)).one()
        if count >= limit.most:
            wait = max(1, int((first + timedelta(hours=limit.hours) - now).total_seconds() / 60) + 1)
            raise TooMany(
                Text(f"写得太快了，请 {wait} 分钟后再试", f"That was a lot at once. Try again in {wait} min"),
                remedy=Text("已经写的还在这一页上，先别关。", "What you have written is still on this page: keep it open."),
                retry_after_s=wait * 60,
            )
