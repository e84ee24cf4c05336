"""API tokens: a program acts in a person's name, with at most the permissions the token names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from kbplatform.accounts import audit
from kbplatform.accounts.models import ApiToken
from kbplatform.accounts.names import clean_name
from kbplatform.accounts.vault import fingerprint, new_token
from kbplatform.bilingual import Text
from kbplatform.db import utcnow
from kbplatform.errors import NotFound, wrong

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from kbplatform.viewer import Actor, Viewer

PREFIX = "kbp_"
"""Makes a token that leaked into a file findable by scanners."""
MAX_DAYS = 365
MAX_TOKENS = 50


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token in its owner's list."""

    id: int
    name: str
    hint: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    @property
    def works(self) -> bool:
        """Whether it may still be used."""
        return self.revoked_at is None and self.expires_at > utcnow()


def make_token(session: Session, viewer: Viewer, actor: Actor, *, name: str, scopes: Collection[str], days: int) -> str:
    """The secret of a new token, shown this once. Raises InvalidInput where its owner lacks one of the scopes."""
    name = clean_name(name)
    if not scopes:
        raise wrong("scopes", Text("至少选一项权限", "Choose at least one permission"))
    if lacking := sorted(set(scopes) - viewer.permissions):
        raise wrong("scopes", Text(f"您自己没有这些权限：{'、'.join(lacking)}", f"You don't hold these permissions yourself: {', '.join(lacking)}"))
    if not 1 <= days <= MAX_DAYS:
        raise wrong("days", Text(f"有效期为 1 到 {MAX_DAYS} 天", f"A token lasts 1 to {MAX_DAYS} days"))
    if len([t for t in list_tokens(session, viewer.id or 0) if t.works]) >= MAX_TOKENS:
        raise wrong("name", Text(f"最多 {MAX_TOKENS} 个令牌，请先撤销不用的", f"At most {MAX_TOKENS} tokens: revoke those you don't use"))
    token = PREFIX + new_token()
    row = ApiToken(
        user_id=viewer.id, name=name, token_hash=fingerprint(token), hint=token[:9],
        scopes=sorted(set(scopes)), expires_at=utcnow() + timedelta(days=days),
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(session, actor, "token.created", "token", row.id, scopes=row.scopes, days=days)
    return token


def list_tokens(session: Session, user_id: int) -> list[TokenRow]:
    """A person's tokens, the newest first."""
    rows = session.scalars(select(ApiToken).where(ApiToken.user_id == user_id).order_by(ApiToken.id.desc()))
    return [TokenRow(r.id, r.name, r.hint, tuple(r.scopes), r.created_at, r.expires_at, r.last_used_at, r.revoked_at) for r in rows]


def revoke_token(session: Session, actor: Actor, token_id: int, user_id: int) -> None:
    """Make a person's token stop working. Raises NotFound where it is somebody else's, or none."""
    taken = session.execute(
        update(ApiToken)
        .where(ApiToken.id == token_id, ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=utcnow())
        .returning(ApiToken.id)
    ).all()
    if not taken:
        raise NotFound(Text("没有这个令牌", "There is no such token"))
    audit.record(session, actor, "token.revoked", "token", token_id)
