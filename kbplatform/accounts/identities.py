"""People as other providers know them: who an identity belongs to, and what its groups give.

An identity is found by provider and subject alone. An address is no proof of who somebody is: it leads into an
account only where the provider has verified it and the operator has said so.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from kbplatform.accounts import audit
from kbplatform.accounts.models import Passkey, Role, Team, TeamMember, User, UserIdentity, UserRole
from kbplatform.accounts.names import MAX_NAME, clean_email, key_of
from kbplatform.accounts.people import require_another_owner
from kbplatform.accounts.permissions import OWNER, PEOPLE_LOCK, READER
from kbplatform.accounts.sessions import end_weak_sessions
from kbplatform.accounts.sign_in import Known, add_user
from kbplatform.bilingual import Text
from kbplatform.db import one_at_a_time, utcnow
from kbplatform.errors import Conflict, InvalidInput, SignInNeeded
from kbplatform.viewer import Actor

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform.accounts.permissions import Permissions
    from kbplatform.db import Database
    from kbplatform.plugin.contributions import Identity
    from kbplatform.settings import Settings

log = structlog.get_logger(__name__)
_ATTEMPTS = 3
_ROOM_FOR_NUMBER = 5


@dataclass(frozen=True, slots=True)
class Linked:
    """A provider that a person is connected with."""

    provider: str
    created_at: datetime
    last_used_at: datetime | None


class Identities:
    """Finds, makes and connects the person behind an identity."""

    def __init__(self, db: Database, settings: Settings, permissions: Permissions) -> None:
        self._db = db
        self._settings = settings
        self._permissions = permissions

    def sign_in(self, provider: str, identity: Identity, address: str) -> Known:
        """Who this is, made if need be; roles and teams follow the groups. Raises SignInNeeded where nobody may come in.

        The second factor is the provider's affair.
        """
        try:
            for _ in range(_ATTEMPTS - 1):
                try:
                    return self._sign_in(provider, identity, address)
                except (IntegrityError, InvalidInput):  # the same person in another tab, or the same name, was a moment earlier
                    continue
            return self._sign_in(provider, identity, address)
        except SignInNeeded:
            with self._db.write() as session:
                row = session.get(UserIdentity, (provider, identity.subject))
                audit.record(session, Actor(None, address), "sign_in.failed", "person", row.user_id if row else "", method=provider)
            raise

    def _sign_in(self, provider: str, identity: Identity, address: str) -> Known:
        with self._db.write() as session:
            row = session.get(UserIdentity, (provider, identity.subject)) or self._first(session, provider, identity, address)
            if not session.get_one(User, row.user_id).active:
                raise SignInNeeded(
                    Text("您的账号已停用", "Your account is deactivated"),
                    remedy=Text("需要的话，请管理员恢复。", "If you need it, ask your administrator to activate it."),
                )
            row.last_used_at = utcnow()
            if self._settings.sso_roles:
                one_at_a_time(session, PEOPLE_LOCK)  # nobody deletes a role while it is given
            follow = _Following(session, row.user_id, identity.groups, Actor(None, address), provider)
            follow.roles(self._settings.sso_roles, {r.name for r in self._permissions.roles(session)} - {READER})
            follow.teams(self._settings.sso_teams)
            return Known(row.user_id, "", provider)

    def _first(self, session: Session, provider: str, identity: Identity, address: str) -> UserIdentity:
        """The account of somebody this provider has not sent before."""
        email = _usable_email(identity.email)
        user = session.scalars(select(User).where(User.email_key == key_of(email))).first() if email else None
        if user is not None and not (self._settings.sso_link_by_email and identity.email_verified):
            raise SignInNeeded(
                Text("您的邮箱在这里已经有账号了", "Your e-mail address has an account here already"),
                remedy=Text(
                    "请先照原来的方式登录（或打开邀请链接），再到“我的账号”里连接。",
                    "Sign in as before, or open your invitation; then connect the two under “My account”.",
                ),
            )
        if user is None and not self._settings.sso_create:
            raise SignInNeeded(
                Text("您在这里还没有账号", "You have no account here yet"),
                remedy=Text("请管理员邀请您，然后在“我的账号”里连接。", "Ask your administrator to invite you, then connect under “My account”."),
            )
        actor = Actor(None, address)
        if user is None:
            name = _free_name(session, _usable_name(identity))
            user = add_user(session, actor, name=name, email=email if identity.email_verified else "", roles=set())
        return _connect(session, actor, user.id, provider, identity.subject)

    def link(self, actor: Actor, provider: str, identity: Identity) -> None:
        """Connect an identity with whoever is signed in. Raises Conflict where it belongs to somebody else."""
        taken = Conflict(
            Text("那个账号已经和这里的另一个人连接了", "That account is connected with somebody else here"),
            remedy=Text("请先在那边换成您自己的账号。", "Sign in there with your own account first."),
        )
        assert actor.id is not None  # noqa: S101 - only people who are signed in come here
        try:
            with self._db.write() as session:
                row = session.get(UserIdentity, (provider, identity.subject))
                if row is None:
                    _connect(session, actor, actor.id, provider, identity.subject)
                elif row.user_id != actor.id:
                    raise taken
        except IntegrityError as error:  # somebody else was a moment earlier
            raise taken from error

    def unlink(self, actor: Actor, provider: str) -> None:
        """Take a provider off. Raises InvalidInput where nothing else would let the person in."""
        with self._db.write() as session:
            user = session.get_one(User, actor.id)
            rows = session.scalars(select(UserIdentity).where(UserIdentity.user_id == user.id)).all()
            passkey = session.scalar(select(Passkey.id).where(Passkey.user_id == user.id).limit(1))
            if user.password_hash is None and passkey is None and all(row.provider == provider for row in rows):
                raise InvalidInput(Text("请先设一个密码，不然就进不来了", "Set a password first: you could not come in any more"))
            for row in rows:
                if row.provider == provider:
                    session.delete(row)
                    audit.record(session, actor, "identity.unlinked", "person", user.id, provider=provider)

    def require_same(self, user_id: int, provider: str, identity: Identity) -> None:
        """Raise SignInNeeded unless the identity is this person's."""
        with self._db.read() as session:
            row = session.get(UserIdentity, (provider, identity.subject))
        if row is None or row.user_id != user_id:
            raise SignInNeeded(Text("那边登录的是另一个账号，不是您的", "You signed in there as somebody else"))

    def linked(self, user_id: int) -> list[Linked]:
        """What a person is connected with, the oldest first."""
        with self._db.read() as session:
            rows = session.scalars(select(UserIdentity).where(UserIdentity.user_id == user_id).order_by(UserIdentity.created_at))
            return [Linked(r.provider, r.created_at, r.last_used_at) for r in rows]


@dataclass(frozen=True, slots=True)
class _Following:
    """Makes what a person holds follow their groups. What no group maps to stays as people have set it."""

    session: Session
    user_id: int
    groups: frozenset[str]
    actor: Actor
    provider: str

    def roles(self, mapping: dict[str, str], known: set[str]) -> None:
        before = set(self.session.scalars(select(UserRole.role).where(UserRole.user_id == self.user_id)))
        after = self._after(before, mapping, known, "role")
        if OWNER in before - after:
            try:
                require_another_owner(self.session, self.user_id)
            except InvalidInput:
                log.warning("sso.last_owner_kept", person=self.user_id, provider=self.provider)
                after.add(OWNER)
        if before == after:
            return
        self.session.execute(delete(UserRole).where(UserRole.user_id == self.user_id, UserRole.role.in_(before - after)))
        self.session.add_all(UserRole(user_id=self.user_id, role=role) for role in sorted(after - before))
        if self.session.scalars(select(Role.name).where(Role.name.in_(after - before), Role.second_factor.is_(True))).first():
            end_weak_sessions(self.session, [self.user_id], but=None)
        self._note("person.roles", before, after)

    def teams(self, mapping: dict[str, str]) -> None:
        ids = {team.key: team.id for team in self.session.scalars(select(Team))} if mapping else {}
        held = self.session.scalars(select(Team.key).join(TeamMember, TeamMember.team_id == Team.id).where(TeamMember.user_id == self.user_id))
        before = set(held)
        after = self._after(before, mapping, set(ids), "team")
        if before == after:
            return
        gone = [ids[key] for key in before - after]
        self.session.execute(delete(TeamMember).where(TeamMember.user_id == self.user_id, TeamMember.team_id.in_(gone)))
        self.session.add_all(TeamMember(team_id=ids[key], user_id=self.user_id) for key in sorted(after - before))
        self._note("person.teams", before, after)

    def _after(self, before: set[str], mapping: dict[str, str], known: set[str], kind: str) -> set[str]:
        if unknown := sorted(set(mapping.values()) - known):
            log.warning("sso.mapping_unknown", kind=kind, names=unknown)
        given = {name for group, name in mapping.items() if group in self.groups}
        return (before - set(mapping.values())) | (given & known)

    def _note(self, action: str, before: set[str], after: set[str]) -> None:
        audit.record(self.session, self.actor, action, "person", self.user_id, before=sorted(before), after=sorted(after), provider=self.provider)


def _connect(session: Session, actor: Actor, user_id: int, provider: str, subject: str) -> UserIdentity:
    row = UserIdentity(provider=provider, subject=subject, user_id=user_id)
    session.add(row)
    session.flush()
    audit.record(session, actor, "identity.linked", "person", user_id, provider=provider)
    return row


def _usable_email(email: str) -> str:
    try:
        return clean_email(email) if email.strip() else ""
    except InvalidInput:
        return ""


def _usable_name(identity: Identity) -> str:
    """A name :func:`.names.clean_name` takes, with room for a number."""
    for wanted in (identity.name, identity.email, identity.subject):
        plain = unicodedata.normalize("NFKC", wanted).split("@")[0]
        kept = "".join(c if c.isprintable() else " " for c in plain if unicodedata.category(c) != "Cf")
        name = " ".join(" ".join(kept.split())[: MAX_NAME - _ROOM_FOR_NUMBER].split())
        if name:
            return name
    return "?"


def _free_name(session: Session, wanted: str) -> str:
    """``wanted``, or with the first number that makes it nobody else's."""
    name, number = wanted, 1
    while session.scalar(select(User.id).where(User.name_key == key_of(name))) is not None:
        number += 1
        name = f"{wanted} {number}"
    return name
