"""Slowing down whoever guesses: wrong passwords and codes are counted in the database, for all processes alike.

An account is slowed after a few misses; an address only after many, because a whole floor sits
behind one. A try is counted before it is judged, so that tries in parallel don't slip through.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from kbplatform.accounts.models import Tries
from kbplatform.bilingual import Text
from kbplatform.db import utcnow
from kbplatform.errors import TooMany

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from kbplatform.db import Database

FORGET_AFTER = timedelta(hours=1)
KEEP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """``free`` tries cost nothing; then the wait starts at ``first_wait_s`` and doubles up to ``longest_wait_s``."""

    free: int
    first_wait_s: int
    longest_wait_s: int

    def wait_s(self, count: int) -> int:
        """Seconds to wait after ``count`` tries."""
        return 0 if count < self.free else min(self.first_wait_s << min(count - self.free, 20), self.longest_wait_s)


PER_ACCOUNT = Limit(free=5, first_wait_s=15, longest_wait_s=900)
PER_ADDRESS = Limit(free=300, first_wait_s=30, longest_wait_s=300)


def account_key(user_id: int | None, typed: str) -> str:
    """The counter of an account; a name nobody has is counted just the same."""
    return _key("account", str(user_id) if user_id is not None else f"?{typed}")


def address_key(address: str) -> str:
    """The counter of an address."""
    return _key("address", address)


def code_key(user_id: int) -> str:
    """The counter of an account's second factor."""
    return _key("code", str(user_id))


def _key(kind: str, value: str) -> str:
    return f"{kind}:{hashlib.sha256(value.encode()).hexdigest()[:32]}"


def take(db: Database, wanted: Iterable[tuple[str, Limit]], *, now: datetime | None = None) -> None:
    """Count one try for each key. Raises TooMany, counting nothing, while one of them has to wait."""
    now = now or utcnow()
    with db.write() as session:
        session.execute(delete(Tries).where(Tries.last_at < now - KEEP))
        rows = [(key, limit, _row(session, key, now)) for key, limit in sorted(wanted)]
        longest = max((int((r.blocked_until - now).total_seconds()) + 1 for _, _, r in rows if r.blocked_until and r.blocked_until > now), default=0)
        if longest:
            raise TooMany(
                Text(f"试得太多了，请等 {_how_long(longest).zh} 再试", f"Too many tries. Wait {_how_long(longest).en} and try again"),
                remedy=Text("忘了密码，可以用“忘记密码”重设。", "If you forgot the password, use “Forgot your password?”."),
                retry_after_s=longest,
            )
        for _, limit, row in rows:
            row.count += 1
            row.last_at = now
            wait = limit.wait_s(row.count)
            row.blocked_until = now + timedelta(seconds=wait) if wait else None


def forget(session: Session, *keys: str) -> None:
    """Start counting afresh: the right password or code was given."""
    for key in keys:
        row = session.get(Tries, key)
        if row:
            session.delete(row)


def give_back(session: Session, key: str) -> None:
    """Uncount one try that turned out right, where others at the same address keep theirs."""
    row = session.get(Tries, key)
    if row and row.count:
        row.count -= 1


def _row(session: Session, key: str, now: datetime) -> Tries:
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else pg_insert
    session.execute(insert(Tries).values(key=key, count=0, last_at=now).on_conflict_do_nothing())
    row = session.scalars(select(Tries).where(Tries.key == key).with_for_update()).one()
    if now - row.last_at > FORGET_AFTER:
        row.count = 0
        row.blocked_until = None
    return row


def _how_long(seconds: int) -> Text:
    if seconds < 90:
        return Text(f"{seconds} 秒", f"{seconds} seconds")
    minutes = -(-seconds // 60)
    return Text(f"{minutes} 分钟", f"{minutes} minutes")
