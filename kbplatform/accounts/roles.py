"""Changing what roles may do: the owner's work. The owner's own role can't be changed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from kbplatform.accounts import audit
from kbplatform.accounts.models import Role, RolePermission, User, UserRole
from kbplatform.accounts.names import clean_name
from kbplatform.accounts.permissions import BUILT_IN, OWNER, PEOPLE_LOCK, READ, READER
from kbplatform.accounts.sessions import end_weak_sessions
from kbplatform.bilingual import Text
from kbplatform.db import one_at_a_time
from kbplatform.errors import Conflict, Forbidden, NotFound, wrong

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from kbplatform.accounts.permissions import Permissions, RoleView
    from kbplatform.db import Database
    from kbplatform.viewer import Actor, Viewer

_NAME = re.compile(r"[a-z][a-z0-9-]{1,30}")


class Roles:
    """The built-in roles with the site's changes, and roles of the site's own."""

    def __init__(self, db: Database, permissions: Permissions) -> None:
        self._db = db
        self._permissions = permissions

    def every(self) -> list[RoleView]:
        """Every role, with what it may do now."""
        with self._db.read() as session:
            return self._permissions.roles(session)

    def get(self, name: str) -> RoleView:
        """One role. Raises NotFound."""
        found = next((r for r in self.every() if r.name == name), None)
        if found is None:
            raise _none()
        return found

    def create(self, actor: Actor, *, name: str, zh: str, en: str) -> None:
        """Add a role that may do nothing yet. Raises InvalidInput."""
        name = name.strip().lower()
        if not _NAME.fullmatch(name):
            raise wrong("name", Text("短名用小写字母开头，可含数字和连字符，2 到 31 个", "A short name begins with a letter and has lower-case letters, digits and hyphens, 2 to 31"))  # noqa: E501
        zh, en = clean_name(zh or en, "zh"), clean_name(en or zh, "en")
        with self._db.write() as session:
            one_at_a_time(session, PEOPLE_LOCK)
            if name in BUILT_IN or session.get(Role, name) is not None:
                raise wrong("name", Text("已经有这个角色了", "There is such a role already"))
            session.add(Role(name=name, zh=zh, en=en))
            audit.record(session, actor, "role.created", "role", name)

    def change(self, actor: Actor, name: str, *, permissions: Collection[str], second_factor: bool, viewer: Viewer | None = None) -> None:
        """Give a role exactly these permissions, and say whether it demands a second factor.

        Raises NotFound, InvalidInput, and Forbidden where ``viewer`` (None: the machine's operator) may not do as much themselves.
        """
        role = self.get(name)
        wanted = frozenset(permissions) | ({READ} if name == READER else frozenset())
        if unknown := sorted(wanted - self._permissions.all.keys()):
            raise wrong("permissions", Text(f"没有这项权限：{'、'.join(unknown)}", f"There is no such permission: {', '.join(unknown)}"))
        if name == OWNER:
            wanted = role.permissions
        _require_may_change(viewer, role, wanted)
        if name == READER and (too_much := sorted(p for p in wanted if READER not in self._permissions.all[p].roles)):
            message = Text(f"读者是每一个人，不能有：{'、'.join(too_much)}", f"Everybody is a reader, so it can't hold: {', '.join(too_much)}")
            raise wrong("permissions", message)
        with self._db.write() as session:
            one_at_a_time(session, PEOPLE_LOCK)
            here = RolePermission.permission.in_(sorted(self._permissions.all))  # what is set for a plugin that is away stays
            session.execute(delete(RolePermission).where(RolePermission.role == name, here))
            for permission in self._permissions.all.values():
                if (permission.name in wanted) != (name in permission.roles or name == OWNER):
                    session.add(RolePermission(role=name, permission=permission.name, allowed=permission.name in wanted))
            row: Role | None = session.get(Role, name)
            if row is None:
                row = Role(name=name)
                session.add(row)
            if second_factor and not row.second_factor:
                end_weak_sessions(session, _holders(session, name), but=viewer.session_id if viewer else None)
            row.second_factor = second_factor
            audit.record(
                session, actor, "role.changed", "role", name,
                given=sorted(wanted - role.permissions), taken=sorted(role.permissions - wanted), second_factor=second_factor,
            )  # fmt: skip

    def delete(self, actor: Actor, name: str, *, viewer: Viewer | None = None) -> None:
        """Delete a role of the site's own that nobody holds. Raises NotFound, Conflict, Forbidden as :meth:`change` does."""
        role = self.get(name)
        _require_may_change(viewer, role, role.permissions)
        with self._db.write() as session:
            one_at_a_time(session, PEOPLE_LOCK)
            row = session.get(Role, name)
            if row is None or name in BUILT_IN:
                raise _none()
            if session.scalars(select(UserRole.user_id).where(UserRole.role == name).limit(1)).first() is not None:
                raise Conflict(Text("还有人是这个角色，请先给他们别的角色", "People still hold this role: give them another first"))
            session.execute(delete(RolePermission).where(RolePermission.role == name))
            session.delete(row)
            audit.record(session, actor, "role.deleted", "role", name)


def _require_may_change(viewer: Viewer | None, role: RoleView, wanted: frozenset[str]) -> None:
    if viewer is not None and not (role.permissions | wanted) <= viewer.permissions:
        raise Forbidden(Text("这个角色能做的比您多，您不能改", "That role may do more than you: you can't change it"))


def _holders(session: Session, role: str) -> list[int]:
    if role == READER:
        return list(session.scalars(select(User.id)))
    return list(session.scalars(select(UserRole.user_id).where(UserRole.role == role)))


def _none() -> NotFound:
    return NotFound(Text("没有这个角色", "There is no such role"))
