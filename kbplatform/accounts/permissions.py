"""What there is to be allowed, who is allowed it by default, and what the owner changed of that.

A role is a name for a set of permissions. Core and plugins declare each permission with the roles that
hold it by default; the table holds the differences only, so that a new plugin's permissions need no set-up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from kbplatform.accounts.models import Role, RolePermission
from kbplatform.bilingual import Text
from kbplatform.db import AdvisoryLock
from kbplatform.plugin.contributions import Permission

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from kbplatform.plugin.services import Services

READ = "articles.read"
PROPOSE = "articles.propose"
EDIT = "articles.edit"
RESTRICT = "articles.restrict"
SEE_TEAM = "people.see_team"
MANAGE_PEOPLE = "people.manage"
ERASE_PEOPLE = "people.erase"
MANAGE_ROLES = "roles.manage"
MANAGE_SITE = "site.manage"
READ_AUDIT = "audit.read"
MAKE_TOKENS = "tokens.create"
GAPS = "insights.gaps"

PEOPLE_LOCK = AdvisoryLock.PEOPLE
"""Held while names are taken and roles given, changed or deleted: who comes second sees what the first one did."""
READER, OWNER = "reader", "owner"
BUILT_IN: dict[str, Text] = {
    READER: Text("读者", "Reader"),
    "agent": Text("客服", "Agent"),
    "trainer": Text("培训师", "Trainer"),
    "editor": Text("编辑", "Editor"),
    "lead": Text("组长", "Lead"),
    OWNER: Text("所有者", "Owner"),
}
_STAFF = frozenset({"trainer", "editor", "lead"})
CORE_PERMISSIONS = (
    Permission(READ, Text("阅读文章、搜索", "Read articles and search"), frozenset({READER})),
    Permission(PROPOSE, Text("提议修改文章", "Propose changes to articles"), frozenset({READER})),
    Permission(EDIT, Text("修改文章，处理修改提议", "Edit articles and decide on proposed changes"), frozenset({"editor"})),
    Permission(RESTRICT, Text("设定文章给谁看（自己都能看）", "Say who may read an article, and read them all"), frozenset({"editor"})),
    Permission(SEE_TEAM, Text("看自己团队的人员", "See the people of one's own teams"), frozenset({"lead", "trainer"})),
    Permission(MAKE_TOKENS, Text("新建自己的 API 令牌", "Make API tokens of one's own"), _STAFF),
    Permission(GAPS, Text("看内容缺口，并作处理", "See content gaps and decide on them"), frozenset({"editor", "lead"})),
    Permission(MANAGE_PEOPLE, Text("管理人员和团队（团队能读的，组员就能读）", "Manage people and teams, and so who reads what is for a team")),
    Permission(ERASE_PEOPLE, Text("导出、删除他人的个人数据", "Export and erase other people's personal data")),
    Permission(MANAGE_ROLES, Text("管理角色", "Manage roles")),
    Permission(MANAGE_SITE, Text("管理站点", "Manage the site")),
    Permission(READ_AUDIT, Text("查看审计记录", "Read the audit")),
)


@dataclass(frozen=True, slots=True)
class RoleView:
    """A role as it is now."""

    name: str
    title: Text
    permissions: frozenset[str]
    second_factor: bool
    built_in: bool


def changes_of(session: Session) -> list[tuple[str, str, bool]]:
    """What the owner changed: (role, permission, allowed)."""
    return [(r, p, a) for r, p, a in session.execute(select(RolePermission.role, RolePermission.permission, RolePermission.allowed))]


class Permissions:
    """Every permission there is, and which role holds it. The owner's role holds all of them, always."""

    def __init__(self, declared: Iterable[Permission] = ()) -> None:
        self.all: dict[str, Permission] = {p.name: p for p in (*declared, *CORE_PERMISSIONS)}

    def granted(self, roles: Iterable[str], changes: Iterable[tuple[str, str, bool]]) -> frozenset[str]:
        """What ``roles`` hold. ``changes`` are the rows (role, permission, allowed) of the table."""
        held = set(roles)
        if OWNER in held:
            return frozenset(self.all)
        changed = {(role, permission): allowed for role, permission, allowed in changes}
        return frozenset(
            name for name, p in self.all.items() if any(changed.get((role, name), role in p.roles) for role in held)
        )

    def roles(self, session: Session) -> list[RoleView]:
        """The built-in roles, then the site's own."""
        changes = changes_of(session)
        rows = {r.name: r for r in session.scalars(select(Role).order_by(Role.name))}
        names = [*BUILT_IN, *(n for n in rows if n not in BUILT_IN)]
        return [
            RoleView(
                name,
                BUILT_IN.get(name) or Text(rows[name].zh, rows[name].en),
                self.granted([name], changes),
                name in rows and rows[name].second_factor,
                name in BUILT_IN,
            )
            for name in names
        ]


def permissions_of(services: Services) -> Permissions:
    """The permissions there are on this platform; plugins are asked for theirs once."""
    return services.once(_declared)


def _declared(services: Services) -> Permissions:
    return Permissions(p for plugin, p in services.calls.owned("register_permissions") if p.name.startswith(f"{plugin}."))
