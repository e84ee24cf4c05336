"""Slowing down whoever guesses: wrong passwords and codes are counted in the database, for all processes alike.

A name is slowed after a few misses from one address, and after many from everywhere: nobody keeps a
colleague out from elsewhere. An address is slowed only after many, because a whole floor sits behind
one. A try is counted before it is judged, so that tries in parallel don't slip through.
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update
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


PER_ACCOUNT_HERE = Limit(free=5, first_wait_s=15, longest_wait_s=900)
"""Somebody at one address guessing one name: nobody elsewhere is kept out by it."""
PER_ACCOUNT = Limit(free=100, first_wait_s=15, longest_wait_s=300)
"""One name guessed from many addresses."""
PER_ADDRESS = Limit(free=300, first_wait_s=30, longest_wait_s=300)
"""One address guessing many names; a whole floor sits behind one."""
ASKS_PER_PERSON = Limit(free=40, first_wait_s=30, longest_wait_s=600)
"""Somebody reporting questions without an answer; on a bad day there are many."""
ASKS_PER_ADDRESS = Limit(free=600, first_wait_s=30, longest_wait_s=300)
USES_PER_PERSON = Limit(free=200, first_wait_s=30, longest_wait_s=300)
"""Somebody saying that an article helped on a call; nobody takes that many calls in an hour."""
USES_PER_ADDRESS = Limit(free=600, first_wait_s=30, longest_wait_s=300)
_FORGOTTEN = Text("忘了密码，可以用“忘记密码”重设。", "If you forgot the password, use “Forgot your password?”.")


def sign_in_keys(typed: str, address: str) -> list[tuple[str, Limit]]:
    """What a try to sign in counts for. By what was typed, so that the counting tells nobody which name and address belong together."""
    place = _place(address)
    return [
        (_key("account", typed) + _key(":at", place), PER_ACCOUNT_HERE),
        (_key("account", typed), PER_ACCOUNT),
        address_key(address),
    ]


def address_key(address: str) -> tuple[str, Limit]:
    """The counter of an address; of IPv6, its network: one subscriber has all of a /64."""
    return _key("address", _place(address)), PER_ADDRESS


def person_key(what: str, user_id: int) -> tuple[str, Limit]:
    """A counter of somebody who has proved something already: ``code`` or ``confirm``."""
    return _key(what, str(user_id)), PER_ACCOUNT_HERE


def ask_keys(who: str, address: str) -> list[tuple[str, Limit]]:
    """What a reported question counts for; ``who`` is any lasting name of a person or browser."""
    return [(_key("ask", who), ASKS_PER_PERSON), (_key("ask:at", _place(address)), ASKS_PER_ADDRESS)]


def use_keys(user_id: int | None, address: str) -> list[tuple[str, Limit]]:
    """What recording a use counts for: the person, or on an open site the address."""
    if user_id is None:
        return [(_key("use:at", _place(address)), USES_PER_ADDRESS)]
    return [(_key("use", str(user_id)), USES_PER_PERSON)]


def _place(address: str) -> str:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((ip, 64), strict=False)) if ip.version == 6 else address


def _key(kind: str, value: str) -> str:
    return f"{kind}:{hashlib.sha256(value.encode()).hexdigest()[:32]}"


def take(
    db: Database, wanted: Iterable[tuple[str, Limit]], *, now: datetime | None = None, remedy: Text = _FORGOTTEN
) -> None:
    """Count one try for each key. Raises TooMany, counting nothing, while one of them has to wait."""
    now = now or utcnow()
    with db.write() as session:
        session.execute(delete(Tries).where(Tries.last_at < now - KEEP))
        rows = [(key, limit, _row(session, key, limit, now)) for key, limit in sorted(wanted)]
        longest = max((int((r.blocked_until - now).total_seconds()) + 1 for _, _, r in rows if r.blocked_until and r.blocked_until > now), default=0)
        if longest:
            raise TooMany(
                Text(f"试得太多了，请等 {_how_long(longest).zh} 再试", f"Too many tries. Wait {_how_long(longest).en} and try again"),
                remedy=remedy,
                retry_after_s=longest,
            )
        for _, limit, row in rows:
            row.count += 1
            row.last_at = now
            wait = limit.wait_s(row.count)
            row.blocked_until = now + timedelta(seconds=wait) if wait else None


def forget(session: Session, *keys: str) -> None:
    """Start counting afresh: the right password or code was given."""
    session.execute(delete(Tries).where(Tries.key.in_(keys)))


def forget_account(session: Session, typed: str) -> None:
    """Start counting afresh for a name or address, wherever it was tried from: a new password was set."""
    session.execute(delete(Tries).where(Tries.key.startswith(_key("account", typed))))


def give_back(session: Session, key: str) -> None:
    """Uncount one try that turned out right, where others at the same address keep theirs."""
    session.execute(update(Tries).where(Tries.key == key, Tries.count > 0).values(count=Tries.count - 1, blocked_until=None))


def _row(session: Session, key: str, limit: Limit, now: datetime) -> Tries:
    """The counter, locked, less what time has forgotten: the free tries of an hour in an hour, and all after a quiet one."""
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else pg_insert
    fresh = insert(Tries).values(key=key, count=0, last_at=now)
    session.execute(fresh.on_conflict_do_update(index_elements=["key"], set_={"key": key}))  # locks a row that is there
    row = session.scalars(select(Tries).where(Tries.key == key)).one()
    quiet = (now - row.last_at) / FORGET_AFTER
    row.count = 0 if quiet > 1 else max(0, row.count - int(limit.free * quiet))
    return row


def _how_long(seconds: int) -> Text:
    if seconds < 90:
        return Text(f"{seconds} 秒", f"{seconds} seconds")
    minutes = -(-seconds // 60)
    return Text(f"{minutes} 分钟", f"{minutes} minutes")
