"""Tables of people, roles, teams, sessions, links, tokens and the audit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from kbplatform.db import Base, utcnow

_COUNTING = BigInteger().with_variant(Integer(), "sqlite")


class User(Base):
    """A person. ``name_key`` and ``email_key`` are what they are told apart by (see :mod:`.names`)."""

    __tablename__ = "kb_user"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str | None]
    email_key: Mapped[str | None] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    """Argon2id; None until an invitation is accepted, or where a provider signs the person in."""
    active: Mapped[bool] = mapped_column(default=True)
    totp_secret: Mapped[str | None]
    """Encrypted with a key derived from the site's secret key."""
    totp_step: Mapped[int] = mapped_column(default=0)
    """The last time step whose code was taken: a code works once."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    password_changed_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]


class UserRole(Base):
    """A role a person holds, besides ``reader`` that everybody who is signed in holds."""

    __tablename__ = "kb_user_role"

    user_id: Mapped[int] = mapped_column(ForeignKey("kb_user.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)


class Role(Base):
    """What the owner changed of a role, or a role of the site's own."""

    __tablename__ = "kb_role"

    name: Mapped[str] = mapped_column(primary_key=True)
    zh: Mapped[str] = mapped_column(default="")
    en: Mapped[str] = mapped_column(default="")
    second_factor: Mapped[bool] = mapped_column(default=False)
    """Whether people with this role must use a second factor."""


class RolePermission(Base):
    """A permission given to or taken from a role, against what core and plugins declare."""

    __tablename__ = "kb_role_permission"

    role: Mapped[str] = mapped_column(primary_key=True)
    permission: Mapped[str] = mapped_column(primary_key=True)
    allowed: Mapped[bool]


class Team(Base):
    """A team. ``key`` is what articles name as their audience: ``team:billing``."""

    __tablename__ = "kb_team"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(unique=True)


class TeamMember(Base):
    """A person's place in a team."""

    __tablename__ = "kb_team_member"

    team_id: Mapped[int] = mapped_column(ForeignKey("kb_team.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("kb_user.id", ondelete="CASCADE"), primary_key=True, index=True)


class UserSession(Base):
    """A browser somebody is signed in with. Only the hash of its secret is kept."""

    __tablename__ = "kb_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("kb_user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    last_seen_at: Mapped[datetime] = mapped_column(default=utcnow)
    confirmed_at: Mapped[datetime] = mapped_column(default=utcnow)
    """When the person last proved who they are; dangerous changes ask again after a while."""
    expires_at: Mapped[datetime]
    address: Mapped[str]
    user_agent: Mapped[str]
    method: Mapped[str]
    """How they signed in: ``password``, ``password+code``, ``link``, ``passkey`` or a provider's name."""


class UserIdentity(Base):
    """A person as another provider knows them. Who comes in with ``subject`` is the person."""

    __tablename__ = "kb_identity"

    provider: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("kb_user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    last_used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """A code that stands in for a lost phone, once."""

    __tablename__ = "kb_recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("kb_user.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str]
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A passkey's public half. Both texts are base64url."""

    __tablename__ = "kb_passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("kb_user.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[str] = mapped_column(unique=True)
    public_key: Mapped[str]
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    last_used_at: Mapped[datetime | None]


class OneTimeLink(Base):
    """A secret that works once: the link of an ``owner``, ``invite`` or ``reset``, or a passkey's ``challenge``."""

    __tablename__ = "kb_one_time_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("kb_user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ApiToken(Base):
    """A program's key to the API, in the name of a person. Only its hash is kept."""

    __tablename__ = "kb_api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("kb_user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    hint: Mapped[str]
    """Its first characters, to tell tokens apart by."""
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Tries(Base):
    """Wrong passwords and codes, counted for an account or an address."""

    __tablename__ = "kb_tries"

    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime]
    blocked_until: Mapped[datetime | None]


class AuditEntry(Base):
    """Who did what to which object, when and from where. Triggers of the database refuse changes."""

    __tablename__ = "kb_audit"
    __table_args__ = (
        Index("ix_kb_audit_actor_id", "actor_id", "id"),
        Index("ix_kb_audit_action", "action", "id"),
        Index("ix_kb_audit_object", "object_kind", "object_id", "id"),
    )

    id: Mapped[int] = mapped_column(_COUNTING, primary_key=True)
    at: Mapped[datetime] = mapped_column(default=utcnow)
    actor_id: Mapped[int | None]
    address: Mapped[str]
    action: Mapped[str]
    object_kind: Mapped[str]
    object_id: Mapped[str]
    detail: Mapped[dict[str, Any]]


class SiteChoice(Base):
    """A choice the owner made in the browser, such as who may read."""

    __tablename__ = "kb_site_choice"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
