"""What pages write down by themselves, and how the audit is read."""

from __future__ import annotations

import json
import re

import pyotp
import pytest
from sqlalchemy import select

from kbplatform.accounts.models import AuditEntry, UserSession
from kbplatform.accounts.people import NewPerson
from kbplatform.app import platform_of
from kbplatform.viewer import CLI


@pytest.fixture
def owner(kb_make_app, kb_login):
    return kb_login(kb_make_app(read_access="everyone"), "owner")


def token_of(client):
    return re.search(r'name="csrf_token" value="([^"]+)"', client.get("/forgot").get_data(as_text=True))[1]


def post(client, path, **form):
    return client.post(path, data={"csrf_token": token_of(client)} | form, environ_base={"REMOTE_ADDR": "10.1.2.3"})


def last_row(client):
    with platform_of(client.application).db.read() as session:
        row = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        return row.actor_id, row.address, row.action, row.object_kind, row.object_id


def turn_on(client):
    page = client.get("/account/second-factor").get_data(as_text=True)
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    return post(client, "/account/second-factor", code=pyotp.TOTP(secret).now())


def test_the_second_factor_s_pages_leave_their_rows(owner):
    me = owner.person_id
    turn_on(owner)
    assert last_row(owner) == (me, "10.1.2.3", "second_factor.on", "person", str(me))
    post(owner, "/account/recovery-codes")
    assert last_row(owner) == (me, "10.1.2.3", "second_factor.recovery_renewed", "person", str(me))
    post(owner, "/account/second-factor/off")
    assert last_row(owner) == (me, "10.1.2.3", "second_factor.off", "person", str(me))


def test_ending_sessions_leaves_a_row_each(owner):
    accounts, me = platform_of(owner.application).accounts, owner.person_id
    from kbplatform.accounts.sessions import Browser

    accounts.sign_in.open(me, Browser("10.9.9.9", "x"), method="password")
    with accounts.db.read() as session:
        other = session.scalars(select(UserSession.id).where(UserSession.address == "10.9.9.9")).one()
    post(owner, f"/account/sessions/{other}/end")
    assert last_row(owner) == (me, "10.1.2.3", "session.ended", "session", str(other))
    post(owner, "/account/sessions/end")
    assert last_row(owner) == (me, "10.1.2.3", "session.all_ended", "person", str(me))


def test_exports_and_audiences_leave_a_row(owner):
    me = owner.person_id
    owner.get("/admin/audit.csv", environ_base={"REMOTE_ADDR": "10.1.2.3"})
    assert last_row(owner) == (me, "10.1.2.3", "audit.exported", "audit", "")
    post(owner, "/articles/complaint-handling/audience", audience="signed-in")
    assert last_row(owner) == (me, "10.1.2.3", "article.audience", "article", "complaint-handling")
    owner.get("/account/data", environ_base={"REMOTE_ADDR": "10.1.2.3"})
    assert last_row(owner) == (me, "10.1.2.3", "person.exported", "person", str(me))


def test_what_is_refused_leaves_no_row(owner):
    before = last_row(owner)
    post(owner, "/articles/complaint-handling/audience", audience="team:no such")
    post(owner, "/account/second-factor", code="000000")
    post(owner, f"/admin/people/{owner.person_id}/disable")
    assert last_row(owner) == before


def test_the_audit_is_filtered_and_exported_alike(owner):
    accounts = platform_of(owner.application).accounts
    number = accounts.people.create(None, CLI, NewPerson("=cmd()"))
    post(owner, f"/admin/people/{number}/disable")
    page = owner.get(f"/admin/audit?action=person.disabled&kind=person&object={number}", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert page.count("deactivated a person</div>") + page.count("deactivated a person<") >= 1
    rows = [json.loads(line) for line in owner.get("/admin/audit.jsonl?action=person.disabled").get_data(as_text=True).splitlines()]
    assert [(r["action"], r["object_id"], r["actor_id"]) for r in rows] == [("person.disabled", str(number), owner.person_id)]
    csv = owner.get("/admin/audit.csv?action=person.disabled").get_data(as_text=True)
    assert csv.startswith("\ufeffid,at,actor_id")
    assert len(csv.splitlines()) == 2
    for wrong in ("who=" + "9" * 40, "who=nobody", "since=yesterday", "until=2026-99-99", "before=x", "action=%00", "kind=%ff"):
        assert owner.get(f"/admin/audit?{wrong}").status_code == 200, wrong
