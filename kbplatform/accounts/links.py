"""Addresses that work once: the owner's first, an invitation, a new password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from sqlalchemy import and_, delete, or_, select, update

from kbplatform.accounts.models import OneTimeLink, User
from kbplatform.accounts.vault import fingerprint, new_token
from kbplatform.bilingual import Text
from kbplatform.db import utcnow
from kbplatform.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Purpose = Literal["owner", "invite", "reset"]
CHALLENGE = timedelta(minutes=5)
KEEP = timedelta(days=30)
"""How long a link that has run out stays in the table."""
LIFETIMES: dict[Purpose, timedelta] = {"owner": timedelta(days=7), "invite": timedelta(days=7), "reset": timedelta(hours=2)}


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that still works, and whom it is for."""

    id: int
    purpose: Purpose
    user: User | None


def make_link(session: Session, purpose: Purpose, user_id: int | None = None, *, keep_others: bool = False) -> str:
    """The secret of a new link; earlier ones of the same purpose for the same person stop working, unless ``keep_others``."""
    if not keep_others:
        cancel_links(session, user_id, purpose)
    token = new_token()
    session.add(OneTimeLink(purpose=purpose, token_hash=fingerprint(token), user_id=user_id, expires_at=utcnow() + LIFETIMES[purpose]))
    return token


def make_challenge(session: Session) -> str:
    """A random text that a passkey signs, good for one answer within five minutes. Those run out are cleared away."""
    now = utcnow()
    run_out = and_(OneTimeLink.purpose == "challenge", OneTimeLink.expires_at < now)
    session.execute(delete(OneTimeLink).where(or_(run_out, OneTimeLink.expires_at < now - KEEP)))
    token = new_token()
    session.add(OneTimeLink(purpose="challenge", token_hash=fingerprint(token), expires_at=now + CHALLENGE))
    return token


def use_challenge(session: Session, token: str) -> None:
    """Take a challenge, once. Raises InvalidInput where it was used, has run out, or was never made."""
    taken = session.execute(
        update(OneTimeLink)
        .where(
            OneTimeLink.token_hash == fingerprint(token), OneTimeLink.purpose == "challenge",
            OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > utcnow(),
        )
        .values(used_at=utcnow())
        .returning(OneTimeLink.id)
    ).all()  # fmt: skip
    if not taken:
        raise InvalidInput(Text("等得太久了，请再试一次", "That took too long: try again"))


def cancel_links(session: Session, user_id: int | None, purpose: Purpose | None = None) -> None:
    """Make a person's open links stop working."""
    theirs = OneTimeLink.user_id == user_id if user_id is not None else OneTimeLink.user_id.is_(None)
    query = update(OneTimeLink).where(theirs, OneTimeLink.used_at.is_(None), OneTimeLink.purpose != "challenge").values(used_at=utcnow())
    session.execute(query.where(OneTimeLink.purpose == purpose) if purpose else query)


def open_link(session: Session, token: str) -> OpenLink:
    """The link, unused yet. Raises NotFound, the same for a wrong, a used and an expired one."""
    row = session.scalars(
        select(OneTimeLink).where(
            OneTimeLink.token_hash == fingerprint(token), OneTimeLink.purpose != "challenge",
            OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > utcnow(),
        )
    ).one_or_none()  # fmt: skip
    user = session.get(User, row.user_id) if row and row.user_id is not None else None
    late = row is not None and row.purpose == "owner" and session.scalar(select(User.id).limit(1)) is not None
    if row is None or late or (user is not None and not user.active):
        raise _gone()
    return OpenLink(row.id, row.purpose, user)  # type: ignore[arg-type]  # only make_link writes purposes


def use_link(session: Session, link: OpenLink) -> None:
    """Take the link, once: of two who come together, one gets NotFound."""
    taken = session.execute(
        update(OneTimeLink).where(OneTimeLink.id == link.id, OneTimeLink.used_at.is_(None)).values(used_at=utcnow()).returning(OneTimeLink.id)
    ).all()
    if not taken:
        raise _gone()


def _gone() -> NotFound:
    return NotFound(
        Text("这个链接已经用过、过期或者不完整", "This link has been used, has expired, or is incomplete"),
        remedy=Text(
            "重设密码：在登录页点“忘记密码”。邀请：请邀请您的人重新发一个。",
            "For a new password choose “Forgot your password?” on the sign-in page. For an invitation ask whoever invited you for another.",
        ),
    )
