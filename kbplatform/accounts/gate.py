"""The one place that says who is asking and what they may do. What it does not know, it denies."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import bindparam, exists, false, literal, select, union_all, update

from kbplatform.accounts.models import ApiToken, RolePermission, SiteChoice, Team, TeamMember, User, UserRole, UserSession
from kbplatform.accounts.permissions import READER, RESTRICT, permissions_of
from kbplatform.accounts.sessions import SEEN_EVERY
from kbplatform.accounts.vault import fingerprint
from kbplatform.bilingual import Text
from kbplatform.db import utcnow
from kbplatform.errors import Forbidden, SignInNeeded
from kbplatform.viewer import ANONYMOUS, Viewer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from kbplatform.accounts.permissions import Permissions
    from kbplatform.db import Database
    from kbplatform.plugin.calls import Calls
    from kbplatform.plugin.services import Services
    from kbplatform.settings import Settings

log = structlog.get_logger(__name__)
READ_ACCESS = "read_access"
_USED_EVERY = timedelta(minutes=1)
_NOTHING = literal("")
_FALSE = false()


def _facts(kind: str, a: Any, b: Any = _NOTHING, c: Any = _FALSE) -> Select[tuple[str, str, str, bool]]:  # noqa: ANN401 - columns or literals
    return select(literal(kind), a, b, c)


_CHANGES = _facts("change", RolePermission.role, RolePermission.permission, RolePermission.allowed)
_SITE = union_all(
    _CHANGES,
    _facts("choice", SiteChoice.value).where(SiteChoice.key == READ_ACCESS),
    _facts("people", _NOTHING).where(exists(select(User.id))),
)
_PERSON = union_all(
    _CHANGES,
    _facts("role", UserRole.role).where(UserRole.user_id == bindparam("person")),
    _facts("team", Team.key).join(TeamMember, TeamMember.team_id == Team.id).where(TeamMember.user_id == bindparam("person")),
    _facts("every_team", Team.key),
)
"""What the gate must know, each in one statement: it stands before every request."""


@dataclass(slots=True)
class _Known:
    """The rows of one of these statements, by kind."""

    changes: list[tuple[str, str, bool]] = field(default_factory=list)
    choice: str = ""
    people: bool = False
    roles: list[str] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    every_team: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, rows: Iterable[Any]) -> _Known:
        known = cls()
        lists = {"role": known.roles, "team": known.teams, "every_team": known.every_team}
        for kind, a, b, c in rows:
            if kind == "change":
                known.changes.append((a, b, bool(c)))
            elif kind == "choice":
                known.choice = a
            elif kind == "people":
                known.people = True
            else:
                lists[kind].append(a)
        return known


class Gate:
    """Turns a session's or a token's secret into a Viewer, and answers whether a Viewer may do something."""

    def __init__(self, db: Database, settings: Settings, permissions: Permissions, calls: Calls) -> None:
        self._db = db
        self._settings = settings
        self._permissions = permissions
        self._calls = calls

    def anonymous(self) -> Viewer:
        """Nobody in particular: a reader where the site is open, nothing where it is not."""
        with self._db.read() as session:
            known = _Known.of(session.execute(_SITE))
        if not self._open(known):
            return ANONYMOUS
        return Viewer(roles=frozenset({READER}), permissions=self._permissions.granted([READER], known.changes))

    def is_open(self, session: Session) -> bool:
        """Whether people who are not signed in may read: the setting, else the owner's choice, else while this machine alone can see it."""
        return self._open(_Known.of(session.execute(_SITE)))

    def _open(self, known: _Known) -> bool:
        if self._settings.read_access != "auto":
            return self._settings.read_access == "everyone"
        if known.choice:
            return known.choice == "everyone"
        return self._settings.on_loopback and not known.people

    def by_session(self, token: str) -> Viewer | None:
        """The person whose session this is; None where it has run out, was ended, or its person was deactivated."""
        now = utcnow()
        with self._db.read() as session:
            found = session.execute(
                select(UserSession.id, UserSession.last_seen_at, User.id, User.name)
                .join(User, User.id == UserSession.user_id)
                .where(UserSession.token_hash == fingerprint(token), UserSession.expires_at > now, User.active.is_(True))
            ).one_or_none()
            if found is None:
                return None
            session_id, seen, user_id, name = found
            viewer = self._viewer(session, user_id, name, session_id=session_id)
        if now - seen > SEEN_EVERY:
            self._note(UserSession, "last_seen_at", session_id, now)
        return viewer

    def by_token(self, token: str) -> Viewer | None:
        """The person in whose name an API token acts, with no more than the token's scopes; None where it works no more."""
        now = utcnow()
        with self._db.read() as session:
            found = session.execute(
                select(ApiToken.id, ApiToken.scopes, ApiToken.last_used_at, User.id, User.name)
                .join(User, User.id == ApiToken.user_id)
                .where(ApiToken.token_hash == fingerprint(token), ApiToken.revoked_at.is_(None), ApiToken.expires_at > now, User.active.is_(True))
            ).one_or_none()
            if found is None:
                return None
            token_id, scopes, used, user_id, name = found
            viewer = self._viewer(session, user_id, name, scopes=frozenset(scopes))
        if used is None or now - used > _USED_EVERY:
            self._note(ApiToken, "last_used_at", token_id, now)
        return viewer

    def of_person(self, user_id: int) -> Viewer | None:
        """An active person, by number: whose name a command acts in. None where there is no such person."""
        with self._db.read() as session:
            name = session.scalar(select(User.name).where(User.id == user_id, User.active.is_(True)))
            return None if name is None else self._viewer(session, user_id, name)

    def _viewer(self, session: Session, user_id: int, name: str, *, session_id: int | None = None, scopes: frozenset[str] | None = None) -> Viewer:
        known = _Known.of(session.execute(_PERSON, {"person": user_id}))
        roles = frozenset({READER, *known.roles})
        permissions = self._permissions.granted(roles, known.changes)
        if scopes is not None:
            permissions &= scopes
        return Viewer(
            id=user_id, name=name, roles=roles, teams=frozenset(known.teams), permissions=permissions, scopes=scopes, session_id=session_id,
            reads_all_teams=frozenset(known.every_team) if RESTRICT in permissions else frozenset(),
        )  # fmt: skip

    def _note(self, table: type[UserSession | ApiToken], column: str, row_id: int, now: datetime) -> None:
        with self._db.write() as session:
            session.execute(update(table).where(table.id == row_id).values({column: now}))

    def allows(self, viewer: Viewer, permission: str) -> bool:
        """Whether ``viewer`` holds ``permission``: what a plugin says first, else what the roles grant. A plugin that raises denies."""
        if permission not in self._permissions.all or (viewer.scopes is not None and permission not in viewer.scopes):
            return False
        try:
            verdict = self._calls.first("permission_allowed", viewer=viewer, permission=permission)
        except (Exception, SystemExit):
            log.exception("permission.denied_by_error", permission=permission)
            return False
        return permission in viewer.permissions if verdict is None else verdict is True

    def require(self, viewer: Viewer, permission: str) -> None:
        """Raise SignInNeeded or Forbidden, with what to do, unless ``viewer`` holds ``permission``."""
        if self.allows(viewer, permission):
            return
        if viewer.id is None:
            raise SignInNeeded(
                Text("这一页只对登录的人开放", "This is for people who have signed in"),
                remedy=Text("请登录；没有账号就请管理员邀请您。", "Sign in; if you have no account, ask your administrator to invite you."),
            )
        known = self._permissions.all.get(permission)
        label = known.label if known else Text(permission, permission)
        if viewer.scopes is not None and permission not in viewer.scopes:
            raise Forbidden(Text(f"这个令牌没有“{permission}”权限", f"This token lacks the scope {permission}"))
        raise Forbidden(
            Text(f"您没有这项权限：{label.zh}", f"You are not allowed to: {label.en}"),
            remedy=Text("需要的话，请管理员给您加上相应的角色。", "If you need it, ask your administrator for a role that includes it."),
        )


def gate_of(services: Services) -> Gate:
    """The gate of this platform: for pages, and for what happens without a request."""
    return services.once(_gate)


def _gate(services: Services) -> Gate:
    return Gate(services.db, services.settings, permissions_of(services), services.calls)
