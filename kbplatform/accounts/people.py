"""People, their roles and teams. Nobody hands out, or touches somebody with, more than they may do themselves."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, or_, select

from kbplatform.accounts import audit
from kbplatform.accounts.links import cancel_links, make_link
from kbplatform.accounts.models import ApiToken, Passkey, Role, Team, TeamMember, User, UserIdentity, UserRole, UserSession
from kbplatform.accounts.names import clean_email, clean_name, key_of, storable
from kbplatform.accounts.passwords import hash_password, require_good
from kbplatform.accounts.permissions import MANAGE_PEOPLE, OWNER, PEOPLE_LOCK, READER, changes_of
from kbplatform.accounts.second_factor import turn_off
from kbplatform.accounts.sessions import end_sessions, end_weak_sessions
from kbplatform.accounts.sign_in import add_user, rename, set_password
from kbplatform.bilingual import Text
from kbplatform.db import one_at_a_time, utcnow
from kbplatform.errors import Forbidden, InvalidInput, NotFound, wrong
from kbplatform.viewer import Viewer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kbplatform.accounts.permissions import Permissions
    from kbplatform.db import Database
    from kbplatform.viewer import Actor

PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class Person:
    """A person in a list or on their page."""

    id: int
    name: str
    email: str
    active: bool
    joined: bool
    """Whether they have a password yet, or a provider signs them in; an invitation is open otherwise."""
    second_factor: bool
    roles: tuple[str, ...]
    teams: tuple[str, ...]
    created_at: datetime
    last_seen_at: datetime | None
    erased: bool


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What somebody types to add a person."""

    name: str
    email: str = ""
    roles: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Changes:
    """What changes of a person; None stays as it is."""

    name: str | None = None
    email: str | None = None
    roles: Collection[str] | None = None
    teams: Collection[str] | None = None
    active: bool | None = None


class People:
    """Every method that changes something takes who does it (``viewer``) and from where (``actor``).

    ``viewer`` None is the machine's own operator (the command line), who may do everything.
    """

    def __init__(self, db: Database, permissions: Permissions, site_words: tuple[str, ...] = ()) -> None:
        self._db = db
        self._permissions = permissions
        self._words = site_words

    # reading

    def page(self, viewer: Viewer, *, search: str = "", team: str = "", role: str = "", state: str = "", page: int = 1) -> tuple[list[Person], int]:
        """One page of the people ``viewer`` may see, by name, and how many there are in all."""
        conditions = [self._visible(viewer), *_conditions(search, team, role, state)]
        with self._db.read() as session:
            total = session.scalar(select(func.count()).select_from(User).where(*conditions)) or 0
            query = select(User).where(*conditions).order_by(User.name_key).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
            return as_people(session, session.scalars(query).all()), total

    def get(self, viewer: Viewer, user_id: int) -> Person:
        """One person. Raises NotFound where there is none, or none that ``viewer`` may see: both look the same."""
        with self._db.read() as session:
            return as_people(session, [self.find_visible(session, viewer, user_id)])[0]

    def anybody(self) -> bool:
        """Whether there is an account at all."""
        with self._db.read() as session:
            return session.scalar(select(User.id).limit(1)) is not None

    def find(self, typed: str) -> int:
        """The person with this name or address. Raises NotFound."""
        key = key_of(typed)
        with self._db.read() as session:
            found = session.scalar(select(User.id).where(or_(User.email_key == key, User.name_key == key)))
        if found is None:
            raise _nobody()
        return found

    def _visible(self, viewer: Viewer | None) -> ColumnElement[bool]:
        if viewer is None or MANAGE_PEOPLE in viewer.permissions:
            return User.id.is_not(None)
        mine = select(Team.id).where(Team.key.in_(sorted(viewer.teams)))
        return User.id.in_(select(TeamMember.user_id).where(TeamMember.team_id.in_(mine)))

    def find_visible(self, session: Session, viewer: Viewer | None, user_id: int) -> User:
        """The person, if ``viewer`` may see them. Raises NotFound."""
        user = session.scalars(select(User).where(User.id == user_id, self._visible(viewer))).one_or_none() if user_id < 2**31 else None
        if user is None:
            raise _nobody()
        return user

    # changing

    def create(self, viewer: Viewer | None, actor: Actor, new: NewPerson, *, password: str | None = None) -> int:
        """Add a person; their number. Without a password they come in by invitation. Raises InvalidInput, Forbidden."""
        name, email = _clean(new)
        if password is not None:
            require_good(password, name, email, *self._words)
        hashed = hash_password(password) if password is not None else None
        with self._db.write() as session:
            user = self._add(session, viewer, actor, new, name, email)
            if hashed:
                set_password(session, actor, user.id, hashed)
            return user.id

    def invite(self, viewer: Viewer | None, actor: Actor, new: NewPerson) -> tuple[int, str]:
        """Add a person and make their invitation; their number and the link's secret."""
        name, email = _clean(new)
        with self._db.write() as session:
            user = self._add(session, viewer, actor, new, name, email)
            audit.record(session, actor, "person.invited", "person", user.id)
            return user.id, make_link(session, "invite", user.id)

    def invite_all(self, viewer: Viewer, actor: Actor, people: Sequence[NewPerson]) -> list[tuple[NewPerson, str]]:
        """Invite everybody or, where one row is wrong, nobody; each with the link's secret. Raises InvalidInput that names the person."""
        with self._db.write() as session:
            made = []
            for number, new in enumerate(people, 1):
                name, email = _clean(new)
                try:
                    user = self._add(session, viewer, actor, new, name, email)
                except InvalidInput as error:
                    field = f"person {number}"
                    raise wrong(field, Text(f"{name}：{error.message.zh}", f"{name}: {error.message.en}")) from error
                audit.record(session, actor, "person.invited", "person", user.id)
                made.append((new, make_link(session, "invite", user.id)))
            return made

    def new_link(self, viewer: Viewer | None, actor: Actor, user_id: int) -> str:
        """A fresh link for somebody who lost theirs: an invitation, or a new password where they had one. Not for oneself."""
        with self._db.write() as session:
            user = self._somebody_else(session, viewer, user_id)
            if not user.active:
                raise wrong("active", Text("这个人已停用，请先恢复", "That person is deactivated: activate them first"))
            action, purpose = ("password.reset_asked", "reset") if as_people(session, [user])[0].joined else ("person.invited", "invite")
            audit.record(session, actor, action, "person", user.id)
            return make_link(session, "reset" if purpose == "reset" else "invite", user.id)

    def update(self, viewer: Viewer | None, actor: Actor, user_id: int, changes: Changes) -> None:
        """Change several things at once: all of them or, where one can't be, none. Raises as the single ones do."""
        name = None if changes.name is None else clean_name(changes.name)
        email = None if changes.email is None else clean_email(changes.email) if changes.email.strip() else ""
        with self._db.write() as session:
            user = self.theirs_to_change(session, viewer, user_id)
            if name is not None or email is not None:
                _rename(session, actor, user, user.name if name is None else name, user.email or "" if email is None else email)
            if changes.roles is not None:
                self._set_roles(session, viewer, actor, user, changes.roles)
            if changes.teams is not None:
                _set_teams(session, actor, user, changes.teams)
            if changes.active is not None and changes.active != user.active:
                (_enable if changes.active else _disable)(session, actor, user)

    def change(self, viewer: Viewer | None, actor: Actor, user_id: int, *, name: str, email: str) -> None:
        """Give a person another name and address."""
        self.update(viewer, actor, user_id, Changes(name=name, email=email))

    def set_roles(self, viewer: Viewer | None, actor: Actor, user_id: int, roles: Collection[str]) -> None:
        """Give a person exactly these roles. Raises Forbidden for roles that may do more than ``viewer`` may; an owner stays."""
        self.update(viewer, actor, user_id, Changes(roles=roles))

    def set_teams(self, viewer: Viewer | None, actor: Actor, user_id: int, teams: Collection[str]) -> None:
        """Put a person into exactly these teams (keys)."""
        self.update(viewer, actor, user_id, Changes(teams=teams))

    def disable(self, viewer: Viewer | None, actor: Actor, user_id: int) -> None:
        """Deactivate a person: sessions, links and tokens end at once, what they did stays. The last owner stays."""
        self.update(viewer, actor, user_id, Changes(active=False))

    def enable(self, viewer: Viewer | None, actor: Actor, user_id: int) -> None:
        """Let a deactivated person in again; they sign in as before."""
        self.update(viewer, actor, user_id, Changes(active=True))

    def _set_roles(self, session: Session, viewer: Viewer | None, actor: Actor, user: User, roles: Collection[str]) -> None:
        before = set(_held(session, user.id))
        after = set(roles) - {READER}
        self._require_may_give(session, viewer, after - before)
        if before == after:
            return
        if OWNER in before - after:
            require_another_owner(session, user.id)
        session.execute(delete(UserRole).where(UserRole.user_id == user.id))
        session.add_all(UserRole(user_id=user.id, role=role) for role in sorted(after))
        session.flush()
        if session.scalars(select(Role.name).where(Role.name.in_(after - before), Role.second_factor.is_(True))).first():
            end_weak_sessions(session, [user.id], but=None)
        audit.record(session, actor, "person.roles", "person", user.id, before=sorted(before), after=sorted(after))

    def end_sessions(self, viewer: Viewer | None, actor: Actor, user_id: int) -> None:
        """Sign a person out everywhere."""
        with self._db.write() as session:
            user = self.theirs_to_change(session, viewer, user_id)
            end_sessions(session, user.id)
            audit.record(session, actor, "session.all_ended", "person", user.id)

    def drop_second_factor(self, viewer: Viewer | None, actor: Actor, user_id: int) -> None:
        """For somebody else who lost phone and recovery codes: take the second factor and the passkeys off, and end their sessions."""
        with self._db.write() as session:
            user = self._somebody_else(session, viewer, user_id)
            passkeys = session.execute(delete(Passkey).where(Passkey.user_id == user.id).returning(Passkey.id)).all()
            if user.totp_secret or passkeys:
                turn_off(session, user)
                end_sessions(session, user.id)
                audit.record(session, actor, "second_factor.off", "person", user.id)

    def _add(self, session: Session, viewer: Viewer | None, actor: Actor, new: NewPerson, name: str, email: str) -> User:
        self._require_may_give(session, viewer, set(new.roles) - {READER})
        teams = _teams_by_key(session, new.teams)
        user = add_user(session, actor, name=name, email=email, roles=set(new.roles))
        session.add_all(TeamMember(team_id=team_id, user_id=user.id) for team_id in teams.values())
        return user

    def theirs_to_change(self, session: Session, viewer: Viewer | None, user_id: int) -> User:
        """The person, if ``viewer`` may do at least what they may: no way to become more by changing somebody who is."""
        one_at_a_time(session, PEOPLE_LOCK)
        user = self.find_visible(session, viewer, user_id)
        session.refresh(user, with_for_update=True)
        if user.erased_at:
            raise _nobody()
        if viewer is not None and (user.id != viewer.id or viewer.scopes is not None):
            held = self._permissions.granted(["reader", *_held(session, user.id)], changes_of(session))
            if not held <= viewer.permissions:
                raise Forbidden(Text("这个人的权限比您多，您不能改动", "That person may do more than you: you can't change them"))
        return user

    def _somebody_else(self, session: Session, viewer: Viewer | None, user_id: int) -> User:
        if viewer is not None and user_id == viewer.id:
            raise wrong("", Text("自己的密码和两步验证，请在“我的账号”里改", "Change your own password and second factor under “My account”"))
        return self.theirs_to_change(session, viewer, user_id)

    def _require_may_give(self, session: Session, viewer: Viewer | None, roles: set[str]) -> None:
        known = {r.name: r for r in self._permissions.roles(session)}
        if unknown := sorted(roles - known.keys()):
            raise wrong("roles", Text(f"没有这个角色：{'、'.join(unknown)}", f"There is no such role: {', '.join(unknown)}"))
        if viewer is not None and (more := sorted(r for r in roles if not known[r].permissions <= viewer.permissions)):
            raise Forbidden(
                Text(f"您不能授予权限比自己多的角色：{'、'.join(more)}", f"You can't give a role that may do more than you: {', '.join(more)}")
            )


def _rename(session: Session, actor: Actor, user: User, name: str, email: str) -> None:
    changed = [f for f, old, new in (("name", user.name, name), ("email", user.email or "", email)) if old != new]
    if changed:
        rename(session, user, name, email)
        if "email" in changed:
            cancel_links(session, user.id)  # they were mailed to the old address
        audit.record(session, actor, "person.changed", "person", user.id, fields=changed)


def _set_teams(session: Session, actor: Actor, user: User, teams: Collection[str]) -> None:
    before = set(session.scalars(select(Team.key).join(TeamMember, TeamMember.team_id == Team.id).where(TeamMember.user_id == user.id)))
    if before == set(teams):
        return
    wanted = _teams_by_key(session, teams)
    session.execute(delete(TeamMember).where(TeamMember.user_id == user.id))
    session.add_all(TeamMember(team_id=team_id, user_id=user.id) for team_id in wanted.values())
    audit.record(session, actor, "person.teams", "person", user.id, before=sorted(before), after=sorted(wanted))


def _disable(session: Session, actor: Actor, user: User) -> None:
    require_another_owner(session, user.id)
    user.active = False
    shut_out(session, user.id)
    audit.record(session, actor, "person.disabled", "person", user.id)


def _enable(session: Session, actor: Actor, user: User) -> None:
    user.active = True
    end_sessions(session, user.id)  # of a sign-in that was under way when they were shut out
    audit.record(session, actor, "person.enabled", "person", user.id)


def _clean(new: NewPerson) -> tuple[str, str]:
    email = clean_email(new.email) if new.email.strip() else ""
    return clean_name(new.name or email.split("@")[0]), email


def _conditions(search: str, team: str, role: str, state: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [User.erased_at.is_(None)]
    if search:
        key = key_of(search)
        found.append(or_(User.name_key.contains(key, autoescape=True), User.email_key.contains(key, autoescape=True)))
    if team:
        found.append(User.id.in_(select(TeamMember.user_id).join(Team, Team.id == TeamMember.team_id).where(Team.key == storable(team))))
    if role and role != READER:
        found.append(User.id.in_(select(UserRole.user_id).where(UserRole.role == storable(role))))
    invited = User.password_hash.is_(None) & User.id.not_in(select(UserIdentity.user_id))
    states = {"active": User.active.is_(True), "inactive": User.active.is_(False), "invited": invited}
    if state in states:
        found.append(states[state])
    return found


def as_people(session: Session, users: Sequence[User]) -> list[Person]:
    """Rows as they are shown, with a few queries for all of them."""
    ids = [u.id for u in users]
    roles, teams = _grouped(session, ids)
    last = select(UserSession.user_id, func.max(UserSession.last_seen_at)).where(UserSession.user_id.in_(ids)).group_by(UserSession.user_id)
    seen = {int(user_id): at for user_id, at in session.execute(last)}
    linked = set(session.scalars(select(UserIdentity.user_id).where(UserIdentity.user_id.in_(ids))))
    return [
        Person(
            u.id, u.name, u.email or "", u.active, u.password_hash is not None or u.id in linked, u.totp_secret is not None,
            tuple(roles[u.id]), tuple(teams[u.id]), u.created_at, seen.get(u.id), u.erased_at is not None,
        )
        for u in users
    ]  # fmt: skip


def _grouped(session: Session, ids: Iterable[int]) -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    roles: dict[int, list[str]] = defaultdict(list)
    teams: dict[int, list[str]] = defaultdict(list)
    for user_id, role in session.execute(select(UserRole.user_id, UserRole.role).where(UserRole.user_id.in_(ids)).order_by(UserRole.role)):
        roles[user_id].append(role)
    for user_id, key in session.execute(
        select(TeamMember.user_id, Team.key).join(Team, Team.id == TeamMember.team_id).where(TeamMember.user_id.in_(ids)).order_by(Team.key)
    ):
        teams[user_id].append(key)
    return roles, teams


def _held(session: Session, user_id: int) -> list[str]:
    return list(session.scalars(select(UserRole.role).where(UserRole.user_id == user_id)))


def shut_out(session: Session, user_id: int) -> None:
    """End everything a person could still come in with."""
    end_sessions(session, user_id)
    cancel_links(session, user_id)
    for token in session.scalars(select(ApiToken).where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))):
        token.revoked_at = utcnow()


def require_another_owner(session: Session, user_id: int) -> None:
    """Raise InvalidInput where this is the last owner who can sign in, invitations not counted: nobody could manage the site."""
    held = session.scalar(select(UserRole.user_id).where(UserRole.user_id == user_id, UserRole.role == OWNER))
    if held is None:
        return
    has_identity = User.id.in_(select(UserIdentity.user_id))
    owners = session.scalars(
        select(User.id)
        .join(UserRole, UserRole.user_id == User.id)
        .where(UserRole.role == OWNER, User.active.is_(True), or_(User.password_hash.is_not(None), has_identity))
        .order_by(User.id)
        .with_for_update()
    ).all()
    if not set(owners) - {user_id}:
        raise wrong("roles", Text("这是最后一位所有者，请先让别人也成为所有者", "That is the last owner: make somebody else an owner first"))


def _teams_by_key(session: Session, keys: Collection[str]) -> dict[str, int]:
    found = {team.key: team.id for team in session.scalars(select(Team).where(Team.key.in_(sorted({storable(key) for key in keys}))))}
    if missing := sorted(set(keys) - found.keys()):
        raise wrong("teams", Text(f"没有这个团队：{'、'.join(missing)}", f"There is no such team: {', '.join(missing)}"))
    return found


def _nobody() -> NotFound:
    return NotFound(Text("没有这个人", "There is no such person"))
