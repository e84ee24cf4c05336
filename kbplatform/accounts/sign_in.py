"""Signing in and proving who one is: the same answer, in the same time, whether the name exists or not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import or_, select, update

from kbplatform.accounts import audit, tries
from kbplatform.accounts.links import cancel_links, make_link, open_link, use_link
from kbplatform.accounts.models import Role, User, UserRole
from kbplatform.accounts.names import clean_email, clean_name, key_of
from kbplatform.accounts.passwords import MAX_LENGTH, hash_password, is_outdated, matches, require_good
from kbplatform.accounts.permissions import OWNER, PEOPLE_LOCK, READER
from kbplatform.accounts.second_factor import matching_step, take_step, use_recovery_code
from kbplatform.accounts.sessions import end_sessions, open_session
from kbplatform.bilingual import Text
from kbplatform.db import AdvisoryLock, one_at_a_time, utcnow
from kbplatform.errors import InvalidInput, SignInNeeded, wrong
from kbplatform.viewer import Actor

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform.accounts.links import Purpose
    from kbplatform.accounts.sessions import Browser
    from kbplatform.accounts.vault import Vault
    from kbplatform.db import Database


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who gave the right password or link. ``needs``: a ``code``, to ``enrol`` a second factor first, or nothing more."""

    user_id: int
    needs: str
    method: str
    stamp: str = field(default="", compare=False)
    """Changes with the password: what was proved before that counts no more."""


@dataclass(frozen=True, slots=True)
class LinkView:
    """What the page of a one-time link shows."""

    purpose: Purpose
    name: str
    email: str


class SignIn:
    """Everything that ends in a session."""

    def __init__(self, db: Database, vault: Vault, site_words: tuple[str, ...] = ()) -> None:
        self._db = db
        self._vault = vault
        self._words = site_words

    def with_password(self, typed: str, password: str, address: str) -> Known:
        """Judge a name (or address) and password. Raises InvalidInput, the same for both; TooMany while slowed down."""
        key = key_of(typed)
        with self._db.read() as session:
            user = session.scalars(select(User).where(or_(User.email_key == key, User.name_key == key))).first()
        counted = tries.sign_in_keys(key, address)
        tries.take(self._db, counted)
        usable = user if user and user.active else None
        right = matches(usable.password_hash if usable else None, password)
        with self._db.write() as session:
            if not right or user is None:
                audit.record(session, Actor(None, address), "sign_in.failed", "person", user.id if user else "")
            else:
                here, everywhere, place = (k for k, _limit in counted)
                tries.forget(session, here, everywhere)
                tries.give_back(session, place)
        if not right or user is None:
            raise wrong("password", Text("名字或密码不对", "The name or the password is not right"))
        if user.password_hash and is_outdated(user.password_hash):
            self._rehash(user.id, user.password_hash, password)
        return self._known(user.id, "password")

    def _rehash(self, user_id: int, old: str, password: str) -> None:
        hashed = hash_password(password)
        with self._db.write() as session:  # unless another password was set meanwhile
            session.execute(update(User).where(User.id == user_id, User.password_hash == old).values(password_hash=hashed))

    def _known(self, user_id: int, method: str) -> Known:
        with self._db.read() as session:
            return Known(user_id, second_factor_need(session, user_id), method, stamp_of(session.get_one(User, user_id)))

    def with_code(self, user_id: int, code: str, address: str, *, stamp: str | None = None) -> str:
        """Judge the second factor: a code of the app, or a recovery code. Which it was: ``code`` or ``recovery``.

        Raises SignInNeeded where the person was deactivated or got another password since the first step (``stamp``).
        """
        key, limit = tries.person_key("code", user_id)
        tries.take(self._db, [(key, limit)])
        try:
            with self._db.write() as session:
                user = still_known(session, user_id, stamp)
                kind = self._judge_code(session, user, code, address)
                tries.forget(session, key)
                return kind
        except InvalidInput:
            with self._db.write() as session:
                audit.record(session, Actor(None, address), "sign_in.failed", "person", user_id, second_factor=True)
            raise

    def _judge_code(self, session: Session, user: User, code: str, address: str) -> str:
        if len(code) > MAX_LENGTH:
            code = ""
        if sum(c.isdigit() for c in code) == 6 == len("".join(code.split())):
            secret = self._vault.open(user.totp_secret or "")
            if secret is None:
                raise wrong("code", Text("站点的密钥换过了，请用恢复码", "The site's key has changed: use a recovery code"))
            take_step(session, user.id, matching_step(secret, code, future_hint=False))
            return "code"
        if not use_recovery_code(session, user.id, code):
            raise wrong("code", Text("验证码或恢复码不对", "That code is not right"))
        audit.record(session, Actor(user.id, address), "second_factor.recovery_used", "person", user.id)
        return "recovery"

    def open(self, user_id: int, browser: Browser, *, method: str, remember: bool = False, stamp: str | None = None) -> str:
        """The secret of a new session for somebody who has proved who they are. Raises SignInNeeded as :meth:`with_code` does."""
        with self._db.write() as session:
            still_known(session, user_id, stamp)
            audit.record(session, Actor(user_id, browser.address), "sign_in", "person", user_id, method=method)
            return open_session(session, user_id, browser, method=method, remember=remember)

    def sign_out(self, session_id: int, actor: Actor) -> None:
        """End the session of this browser."""
        with self._db.write() as session:
            if actor.id is not None and end_sessions(session, actor.id, only=session_id):
                audit.record(session, actor, "sign_out", "person", actor.id)

    def confirm_password(self, user_id: int, password: str, address: str) -> None:
        """Ask somebody who is signed in for their password again. Raises InvalidInput, TooMany."""
        key, limit = tries.person_key("confirm", user_id)
        tries.take(self._db, [(key, limit)])
        with self._db.read() as session:
            hashed = session.get_one(User, user_id).password_hash
        if not matches(hashed, password):
            with self._db.write() as session:
                audit.record(session, Actor(user_id, address), "sign_in.failed", "person", user_id, confirming=True)
            raise wrong("current", Text("现在的密码不对", "The present password is not right"))
        with self._db.write() as session:
            tries.forget(session, key)

    def change_password(self, actor: Actor, new: str, *, keep_session: int | None) -> None:
        """Set a new password; every other session of the person ends."""
        assert actor.id is not None  # noqa: S101 - only people who are signed in come here
        with self._db.read() as session:
            user = session.get_one(User, actor.id)
        require_good(new, user.name, user.email or "", *self._words)
        hashed = hash_password(new)
        with self._db.write() as session:
            set_password(session, actor, actor.id, hashed, keep_session=keep_session)

    def ask_reset(self, typed: str, address: str) -> str:
        """Count the wish for a new password; the key to go on with in :meth:`make_reset`. Raises TooMany."""
        key = key_of(typed)
        tries.take(self._db, [(f"reset:{k}", limit) for k, limit in tries.sign_in_keys(key, address)])
        return key

    def make_reset(self, key: str, address: str) -> tuple[str, str] | None:
        """A new link: the person's address and the link's secret; None where there is nobody to mail it to.

        Not on the request's path: how long it takes would tell whether the name exists.
        """
        with self._db.write() as session:
            user = session.scalars(select(User).where(or_(User.email_key == key, User.name_key == key), User.active.is_(True))).first()
            audit.record(session, Actor(None, address), "password.reset_asked", "person", user.id if user else "")
            if user is None or not user.email:
                return None
            return user.email, make_link(session, "reset", user.id, keep_others=True)  # anybody may ask: it must not undo an administrator's link

    def look_at_link(self, token: str) -> LinkView:
        """What a link is for. Uses nothing up. Raises NotFound."""
        with self._db.read() as session:
            link = open_link(session, token)
            return LinkView(link.purpose, link.user.name if link.user else "", (link.user.email or "") if link.user else "")

    def with_link(self, token: str, address: str, *, password: str, name: str = "", email: str = "") -> Known:
        """Use a link up: the owner's makes the account, an invitation and a reset set the password.

        Raises NotFound for a link that works no more, InvalidInput for what was typed: the link then still works.
        """
        view = self.look_at_link(token)
        name = clean_name(name or view.name)
        email = clean_email(email) if view.purpose == "owner" else view.email
        require_good(password, name, email, *self._words)
        hashed = hash_password(password)
        with self._db.write() as session:
            if view.purpose == "owner":
                one_at_a_time(session, FIRST_OWNER_LOCK)
            link = open_link(session, token)
            use_link(session, link)
            user = link.user or add_user(session, Actor(None, address), name=name, email=email, roles={OWNER})
            actor = Actor(user.id, address)
            if link.purpose == "invite" and name != user.name:
                rename(session, user, name)
            if link.purpose == "owner":
                cancel_links(session, None, "owner")
            if link.purpose in {"owner", "invite"}:
                audit.record(session, actor, "person.joined", "person", user.id)
            set_password(session, actor, user.id, hashed)
            user_id = user.id
        return self._known(user_id, "link")


def second_factor_need(session: Session, user_id: int) -> str:
    """``code`` where the person has a second factor, ``enrol`` where a role of theirs demands one, else nothing."""
    if session.get_one(User, user_id).totp_secret:
        return "code"
    held = [READER, *session.scalars(select(UserRole.role).where(UserRole.user_id == user_id))]
    return "enrol" if session.scalars(select(Role.name).where(Role.name.in_(held), Role.second_factor.is_(True))).first() else ""


FIRST_OWNER_LOCK = AdvisoryLock.FIRST_OWNER


def stamp_of(user: User) -> str:
    """What changes whenever the person's password does."""
    return user.password_changed_at.isoformat() if user.password_changed_at else ""


def still_known(session: Session, user_id: int, stamp: str | None) -> User:
    """The person, still active and, where ``stamp`` is given, with the password they proved to know. Raises SignInNeeded."""
    user = session.scalars(select(User).where(User.id == user_id, User.active.is_(True)).with_for_update()).one_or_none()
    if user is None or (stamp is not None and stamp_of(user) != stamp):
        raise SignInNeeded(Text("账号有变动，请重新登录", "Something about the account has changed: sign in again"))
    return user


def set_password(session: Session, actor: Actor, user_id: int, hashed: str, *, keep_session: int | None = None) -> None:
    """Keep a new hash; every other session and open link of the person ends."""
    user = session.get_one(User, user_id)
    user.password_hash, user.password_changed_at = hashed, utcnow()
    end_sessions(session, user_id, but=keep_session)
    cancel_links(session, user_id)
    for typed in filter(None, (user.name_key, user.email_key)):
        tries.forget_account(session, typed)
    audit.record(session, actor, "password.changed", "person", user_id)


def add_user(session: Session, actor: Actor, *, name: str, email: str, roles: set[str]) -> User:
    """A new person with clean ``name`` and ``email`` (may be empty). Raises InvalidInput where somebody has them already."""
    _require_unused(session, name, email, but=None)
    user = User(name=name, name_key=key_of(name), email=email or None, email_key=key_of(email) or None)
    session.add(user)
    session.flush()
    session.add_all(UserRole(user_id=user.id, role=role) for role in sorted(roles - {READER}))
    audit.record(session, actor, "person.created", "person", user.id, roles=sorted(roles))
    return user


def rename(session: Session, user: User, name: str, email: str | None = None) -> None:
    """Give a person another clean name, and address where given. Raises InvalidInput where somebody has them already."""
    _require_unused(session, name, email or "", but=user.id)
    user.name, user.name_key = name, key_of(name)
    if email is not None:
        user.email, user.email_key = email or None, key_of(email) or None


def _require_unused(session: Session, name: str, email: str, *, but: int | None) -> None:
    one_at_a_time(session, PEOPLE_LOCK)
    for what, column, key in (("name", User.name_key, key_of(name)), ("email", User.email_key, key_of(email))):
        found = session.scalar(select(User.id).where(column == key)) if key else None
        if found is not None and found != but:
            raise wrong(what, _TAKEN[what])


_TAKEN = {
    "name": Text("已经有人叫这个名字了，请加上工号或部门来区分", "Somebody has that name already: add a number or a department to tell them apart"),
    "email": Text("这个邮箱已经有人用了", "Somebody has that address already"),
}
