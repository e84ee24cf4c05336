"""A person's data: handed out as one file, or taken out for good, in core and plugins alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import delete, select

from kbplatform.accounts import audit
from kbplatform.accounts.models import ApiToken, AuditEntry, OneTimeLink, Passkey, TeamMember, User, UserIdentity, UserRole, UserSession
from kbplatform.accounts.people import as_people, require_another_owner, shut_out
from kbplatform.accounts.second_factor import turn_off
from kbplatform.db import utcnow
from kbplatform.plugin.contributions import PersonalData

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from kbplatform.accounts.people import People, Person
    from kbplatform.db import Database
    from kbplatform.plugin.calls import Calls
    from kbplatform.viewer import Actor, Viewer


log = structlog.get_logger(__name__)


class PersonalDataService:
    """Export and erasure. ``viewer`` None is the machine's own operator."""

    def __init__(
        self, db: Database, people: People, calls: Calls, holders: Mapping[str, Callable[[int, Session, bool], object]] | None = None
    ) -> None:
        """``holders``: other features that know something of people, by the name of their part of the file.

        Each is called with (number of the person, session, erase) and returns its part as plain values.
        """
        self._holders = dict(holders or {})
        self._db = db
        self._people = people
        self._calls = calls

    def export(self, viewer: Viewer | None, actor: Actor, user_id: int) -> dict[str, Any]:
        """Everything known of a person, as plain values; of secrets not even the hashes. Raises NotFound."""
        with self._db.write() as session:
            mine = viewer is not None and viewer.id == user_id
            user = session.get_one(User, user_id) if mine else self._people.find_visible(session, viewer, user_id)
            audit.record(session, actor, "person.exported", "person", user.id)
            known = _everything_about(session, as_people(session, [user])[0])
            known |= {name: holder(user.id, session, False) for name, holder in self._holders.items()}
            for plugin in self._calls.implementers("personal_data"):
                part = self._ask(plugin, session, user.id)
                if part is not None:
                    known[plugin if plugin not in known else f"plugin {plugin}"] = part
            return known

    def _ask(self, plugin: str, session: Session, user_id: int) -> dict[str, Any] | None:
        """A plugin's part of the file; one that fails costs its own part, whatever it did to the transaction."""
        try:
            with session.begin_nested():
                answer = self._calls.one(plugin, "personal_data", user_id=user_id, session=session, erase=False)
        except (Exception, SystemExit):
            log.exception("plugin.hook_failed", plugin=plugin, hook="personal_data")
            return None
        return dict(answer.data) if isinstance(answer, PersonalData) else None

    def erase(self, viewer: Viewer | None, actor: Actor, user_id: int) -> None:
        """Take a person out, in one transaction with every plugin: all of it happens or none.

        Their number and what was done under it stay. Raises NotFound, Forbidden; InvalidInput for the last owner;
        whatever a plugin raises that could not erase its part.
        """
        with self._db.write() as session:
            user = self._people.theirs_to_change(session, viewer, user_id)
            require_another_owner(session, user.id)
            turn_off(session, user)
            shut_out(session, user.id)
            for table in (ApiToken, OneTimeLink, Passkey, UserIdentity, UserRole, TeamMember):
                session.execute(delete(table).where(table.user_id == user.id))
            gone = f"已删除 · deleted {user.id}"
            user.name, user.name_key, user.email, user.email_key = gone, f"deleted@{user.id}", None, None  # no name has an @
            user.password_hash, user.password_changed_at, user.active, user.erased_at = None, None, False, utcnow()
            for holder in self._holders.values():
                holder(user.id, session, True)
            for plugin in self._calls.implementers("personal_data"):
                self._calls.one(plugin, "personal_data", user_id=user.id, session=session, erase=True)
            audit.record(session, actor, "person.erased", "person", user.id)


def _everything_about(session: Session, person: Person) -> dict[str, Any]:
    sessions = session.scalars(select(UserSession).where(UserSession.user_id == person.id))
    tokens = session.scalars(select(ApiToken).where(ApiToken.user_id == person.id))
    passkeys = session.scalars(select(Passkey).where(Passkey.user_id == person.id))
    identities = session.scalars(select(UserIdentity).where(UserIdentity.user_id == person.id).order_by(UserIdentity.created_at))
    entries = session.scalars(select(AuditEntry).where(AuditEntry.actor_id == person.id).order_by(AuditEntry.id))
    return {
        "account": {
            "id": person.id, "name": person.name, "email": person.email, "active": person.active, "roles": list(person.roles),
            "teams": list(person.teams), "second_factor": person.second_factor, "created_at": _when(person.created_at),
        },
        "sessions": [
            {"address": s.address, "browser": s.user_agent, "method": s.method, "from": _when(s.created_at), "seen": _when(s.last_seen_at)}
            for s in sessions
        ],
        "identities": [
            {"provider": i.provider, "subject": i.subject, "created_at": _when(i.created_at), "last_used_at": _when(i.last_used_at)}
            for i in identities
        ],
        "tokens": [{"name": t.name, "scopes": t.scopes, "created_at": _when(t.created_at), "last_used_at": _when(t.last_used_at)} for t in tokens],
        "passkeys": [{"name": p.name, "created_at": _when(p.created_at), "last_used_at": _when(p.last_used_at)} for p in passkeys],
        "actions": [
            {"at": _when(e.at), "action": e.action, "object": f"{e.object_kind} {e.object_id}".strip(), "address": e.address, "detail": e.detail}
            for e in entries
        ],
    }  # fmt: skip


def _when(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
