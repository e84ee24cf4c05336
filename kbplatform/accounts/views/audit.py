"""Reading the audit: filtered, page by page, or as a file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request

from kbplatform.accounts.audit import ACTIONS, PAGE_SIZE, AuditFilter, record
from kbplatform.accounts.permissions import READ_AUDIT
from kbplatform.errors import NotFound
from kbplatform.web.access import current_actor, requires

if TYPE_CHECKING:
    from kbplatform.accounts.service import Accounts

_FIELDS = ("who", "action", "kind", "object", "since", "until")


def make_blueprint(accounts: Accounts) -> Blueprint:
    """``/admin/audit``, and ``/admin/audit.csv`` and ``.jsonl`` with the same filters."""
    blueprint = Blueprint("audit", __name__, url_prefix="/admin")

    @blueprint.get("/audit")
    @requires(READ_AUDIT)
    def audit() -> str:
        wanted = {name: request.args.get(name, "")[:100] for name in _FIELDS}
        before = request.args.get("before", "")
        rows = accounts.audit.page(_filter(accounts), before=int(before[:15]) if before.isascii() and before.isdecimal() else None)
        older = {**{k: v for k, v in wanted.items() if v}, "before": rows[-1].id} if len(rows) == PAGE_SIZE else None
        return render_template(
            "accounts/audit.html", rows=rows, wanted=wanted, actions=ACTIONS, older=urlencode(older) if older else "",
            query=urlencode({k: v for k, v in wanted.items() if v}),
        )  # fmt: skip

    @blueprint.get("/audit.<any(csv, jsonl):kind>")
    @requires(READ_AUDIT)
    def export(kind: str) -> Response:
        wanted = _filter(accounts)
        with accounts.db.write() as session:
            record(session, current_actor(), "audit.exported", "audit", "", format=kind)
        lines = accounts.audit.as_csv(wanted) if kind == "csv" else accounts.audit.as_json_lines(wanted)
        mimetype = "text/csv" if kind == "csv" else "application/jsonl"
        return Response(lines, mimetype=mimetype, headers={"Content-Disposition": f'attachment; filename="audit.{kind}"'})

    return blueprint


def _filter(accounts: Accounts) -> AuditFilter:
    asked = {name: request.args.get(name, "")[:100].strip() for name in _FIELDS}
    actor = None
    if asked["who"]:
        try:
            number = asked["who"].isascii() and asked["who"].isdecimal()
            actor = min(int(asked["who"][:10]), 2**31 - 1) if number else accounts.people.find(asked["who"])
        except NotFound:
            actor = -1  # nobody of that name did anything
    until = _day(asked["until"])
    return AuditFilter(
        actor_id=actor, action=asked["action"], object_kind=asked["kind"], object_id=asked["object"],
        since=_day(asked["since"]), until=until + timedelta(days=1) if until else None,
    )  # fmt: skip


def _day(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None
