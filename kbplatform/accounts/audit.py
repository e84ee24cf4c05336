"""Who did what to which object, when and from where. Rows are added, never changed: the database refuses.

A row names people by number only, so that erasing a person needs no change here; the network address it
was done from stays, as evidence.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from kbplatform.accounts.models import AuditEntry, User
from kbplatform.bilingual import Text
from kbplatform.csvfile import as_csv

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from kbplatform.csvfile import Cell
    from kbplatform.db import Database
    from kbplatform.viewer import Actor

PAGE_SIZE = 25
_EXPORT_ROWS = 500
COLUMNS = ("id", "at", "actor_id", "actor", "address", "action", "object_kind", "object_id", "detail")

ACTIONS: dict[str, Text] = {
    "sign_in": Text("登录", "signed in"),
    "sign_in.failed": Text("登录失败", "failed to sign in"),
    "sign_out": Text("退出", "signed out"),
    "password.changed": Text("改了密码", "changed a password"),
    "password.reset_asked": Text("申请重设密码", "asked to reset a password"),
    "second_factor.on": Text("开启两步验证", "turned the second factor on"),
    "second_factor.off": Text("关闭两步验证", "turned the second factor off"),
    "second_factor.recovery_used": Text("用了恢复码", "used a recovery code"),
    "second_factor.recovery_renewed": Text("换了恢复码", "renewed recovery codes"),
    "passkey.added": Text("添加通行密钥", "added a passkey"),
    "passkey.removed": Text("移除通行密钥", "removed a passkey"),
    "session.ended": Text("结束一个登录", "ended a session"),
    "session.all_ended": Text("结束全部登录", "ended all sessions"),
    "identity.linked": Text("连接了外部账号", "connected an account of another service"),
    "identity.unlinked": Text("断开了外部账号", "disconnected an account of another service"),
    "token.created": Text("新建 API 令牌", "made an API token"),
    "token.revoked": Text("撤销 API 令牌", "revoked an API token"),
    "person.created": Text("新建人员", "added a person"),
    "person.invited": Text("发出邀请", "invited a person"),
    "person.joined": Text("接受邀请", "accepted an invitation"),
    "person.changed": Text("改了人员资料", "changed a person's details"),
    "person.roles": Text("改了角色", "changed a person's roles"),
    "person.teams": Text("改了团队归属", "changed a person's teams"),
    "person.disabled": Text("停用人员", "deactivated a person"),
    "person.enabled": Text("恢复人员", "activated a person"),
    "person.exported": Text("导出个人数据", "exported personal data"),
    "person.erased": Text("删除个人数据", "erased personal data"),
    "team.created": Text("新建团队", "added a team"),
    "team.changed": Text("改了团队", "changed a team"),
    "team.deleted": Text("删除团队", "deleted a team"),
    "role.created": Text("新建角色", "added a role"),
    "role.changed": Text("改了角色权限", "changed a role"),
    "role.deleted": Text("删除角色", "deleted a role"),
    "site.read_access": Text("改了谁能阅读", "changed who may read"),
    "article.audience": Text("改了文章可见范围", "changed who may read an article"),
    "article.edited": Text("改了文章", "edited an article"),
    "proposal.made": Text("提议修改", "proposed a change"),
    "proposal.accepted": Text("采纳了修改提议", "accepted a proposed change"),
    "proposal.declined": Text("没有采纳修改提议", "declined a proposed change"),
    "proposal.withdrawn": Text("撤回了修改提议", "withdrew a proposed change"),
    "proposal.outdated": Text("修改提议过时了", "closed a proposed change as out of date"),
    "gap.answered": Text("补上了内容缺口", "answered a content gap"),
    "gap.declined": Text("不补一个内容缺口", "declined a content gap"),
    "gap.merged": Text("合并了内容缺口", "merged a content gap"),
    "gap.reopened": Text("重开了内容缺口", "reopened a content gap"),
    "gap.pruned": Text("清掉了过期的内容缺口", "forgot old content gaps"),
    "gap.exported": Text("导出内容缺口", "exported the content gaps"),
    "audit.exported": Text("导出审计记录", "exported the audit"),
}
"""What is written down, in words. A plugin's actions begin with its name."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row as it is shown; ``actor`` is the person's present name."""

    id: int
    at: datetime
    actor_id: int | None
    actor: str
    address: str
    action: str
    object_kind: str
    object_id: str
    detail: dict[str, object]


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which rows; empty fields ask for nothing."""

    actor_id: int | None = None
    action: str = ""
    object_kind: str = ""
    object_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


def record(session: Session, actor: Actor, action: str, kind: str = "", object_id: object = "", **detail: object) -> None:
    """Write a row in the caller's transaction: what is undone leaves none. ``detail`` holds no personal data and no secrets."""
    session.add(
        AuditEntry(actor_id=actor.id, address=actor.address, action=action, object_kind=kind, object_id=str(object_id), detail=detail)
    )


class Audit:
    """Reading the rows back."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def page(self, wanted: AuditFilter, *, before: int | None = None, limit: int = PAGE_SIZE) -> list[Entry]:
        """The newest rows, or those older than row ``before``."""
        query = select(AuditEntry, User.name).outerjoin(User, User.id == AuditEntry.actor_id).order_by(AuditEntry.id.desc()).limit(limit)
        for column, value in (
            (AuditEntry.actor_id, wanted.actor_id), (AuditEntry.action, wanted.action),
            (AuditEntry.object_kind, wanted.object_kind), (AuditEntry.object_id, wanted.object_id),
        ):  # fmt: skip
            if value not in {None, ""}:
                query = query.where(column == value)
        if wanted.since:
            query = query.where(AuditEntry.at >= wanted.since)
        if wanted.until:
            query = query.where(AuditEntry.at < wanted.until)
        if before is not None:
            query = query.where(AuditEntry.id < before)
        with self._db.read() as session:
            return [_entry(row, name) for row, name in session.execute(query)]

    def _everything(self, wanted: AuditFilter) -> Iterator[Entry]:
        before: int | None = None
        while rows := self.page(wanted, before=before, limit=_EXPORT_ROWS):
            yield from rows
            before = rows[-1].id

    def as_json_lines(self, wanted: AuditFilter) -> Iterator[str]:
        """Each row as a line of JSON, newest first."""
        for e in self._everything(wanted):
            yield json.dumps(_plain(e), ensure_ascii=False) + "\n"

    def as_csv(self, wanted: AuditFilter) -> Iterator[str]:
        """The rows as CSV with a heading line, newest first; with a mark that makes spreadsheets read UTF-8."""
        return as_csv(COLUMNS, (_cells(e) for e in self._everything(wanted)))


def _entry(row: AuditEntry, name: str | None) -> Entry:
    return Entry(row.id, row.at, row.actor_id, name or "", row.address, row.action, row.object_kind, row.object_id, row.detail)


def _plain(e: Entry) -> dict[str, object]:
    return {c: getattr(e, c) for c in COLUMNS} | {"at": e.at.isoformat()}


def _cells(e: Entry) -> list[Cell]:
    values = _plain(e) | {"detail": json.dumps(e.detail, ensure_ascii=False) if e.detail else ""}
    return [v if isinstance(v, int | float) or v is None else str(v) for v in (values[c] for c in COLUMNS)]
