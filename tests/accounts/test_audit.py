"""The audit: no row is ever changed, and all can be found, read and taken along."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from pydantic import ValidationError
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from kbplatform.accounts import audit
from kbplatform.accounts.api import AuditQuery
from kbplatform.accounts.audit import COLUMNS, AuditFilter, record
from kbplatform.accounts.models import AuditEntry
from kbplatform.viewer import CLI, Actor

HERE = "198.51.100.7"


def rows_of(db):
    with db.read() as session:
        found = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    return [(e.id, e.at, e.actor_id, e.address, e.action, e.object_kind, e.object_id, e.detail) for e in found]


# ---------------------------------------------------------------------- never changed


CHANGES = {
    "update": "UPDATE kb_audit SET action = 'other'",
    "update of one": "UPDATE kb_audit SET actor_id = NULL WHERE id = 1",
    "delete": "DELETE FROM kb_audit",
    "delete of one": "DELETE FROM kb_audit WHERE id = 1",
    "upsert": "INSERT INTO kb_audit (id, at, address, action, object_kind, object_id, detail) SELECT id, at, address, 'other', '', '', detail FROM kb_audit"
    " WHERE true ON CONFLICT (id) DO UPDATE SET action = excluded.action",
}
SQLITE_ONLY = {
    "replace": "INSERT OR REPLACE INTO kb_audit (id, at, address, action, object_kind, object_id, detail)"
    " SELECT id, at, address, 'other', '', '', detail FROM kb_audit",
    "update or replace": "UPDATE OR REPLACE kb_audit SET action = 'other'",
}
POSTGRES_ONLY = {"truncate": "TRUNCATE kb_audit", "truncate all": "TRUNCATE kb_audit RESTART IDENTITY CASCADE"}


def test_no_row_is_changed_or_deleted_not_even_by_sql(kb_database):
    with kb_database.write() as session:
        record(session, Actor(7, HERE), "sign_in", "person", 7)
    before = rows_of(kb_database)
    tried = CHANGES | (SQLITE_ONLY if kb_database.is_sqlite else POSTGRES_ONLY)

    def refused(statement):
        try:
            with kb_database.write() as session:
                session.execute(text(statement))
        except DBAPIError as error:
            return "append-only" in str(error)
        return False

    assert {name for name, statement in tried.items() if not refused(statement)} == set()
    assert rows_of(kb_database) == before


def test_no_row_is_changed_by_the_program(kb_database):
    with kb_database.write() as session:
        record(session, Actor(7, HERE), "sign_in", "person", 7)
    before = rows_of(kb_database)
    for statement in (update(AuditEntry).values(actor_id=None), delete(AuditEntry).where(AuditEntry.actor_id == 7)):
        with pytest.raises(DBAPIError, match="append-only"), kb_database.write() as session:
            session.execute(statement)
    with pytest.raises(DBAPIError, match="append-only"), kb_database.write() as session:
        session.delete(session.scalars(select(AuditEntry)).one())
    assert rows_of(kb_database) == before


# ---------------------------------------------------------------------- reading it back


DAY = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def rows(kb_database, person):
    """Eight rows, an hour apart, by two people and the machine."""
    one, two = person("=1+1"), person("+王芳")
    with kb_database.write() as session:
        for n in range(8):
            actor, action, number = (one, two, None)[n % 3], ("sign_in", "person.roles")[n % 2], str(n % 4)
            session.add(
                AuditEntry(
                    id=1000 + n, at=DAY + timedelta(hours=n), actor_id=actor, address=HERE, action=action, object_kind=("person", "team")[n % 2],
                    object_id=number, detail={"n": n} if n else {},
                )
            )  # fmt: skip
    return SimpleNamespace(one=one, two=two, since=DAY - timedelta(days=1))


def numbers(entries):
    return [e.id - 1000 for e in entries if e.id >= 1000]


def test_the_newest_rows_come_first_with_the_person_s_present_name(accounts, rows):
    accounts.people.change(None, CLI, rows.two, name="李娜", email="")
    newest = [e for e in accounts.audit.page(AuditFilter(until=DAY + timedelta(days=1))) if e.id >= 1000]
    assert [(e.id - 1000, e.actor_id, e.actor, e.action) for e in newest[:3]] == [
        (7, rows.two, "李娜", "person.roles"), (6, rows.one, "=1+1", "sign_in"), (5, None, "", "person.roles"),
    ]  # fmt: skip
    assert (newest[0].at, newest[0].address, newest[0].object_kind, newest[0].object_id, newest[0].detail) == (DAY + timedelta(hours=7), HERE, "team", "3", {"n": 7})


def test_rows_are_found_by_person_action_object_and_time(accounts, rows):
    find = lambda **wanted: numbers(accounts.audit.page(AuditFilter(**wanted)))  # noqa: E731 - as short as it reads
    assert find() == [7, 6, 5, 4, 3, 2, 1, 0]
    assert (find(actor_id=rows.one), find(actor_id=999), find(actor_id=-1)) == ([6, 3, 0], [], [])
    assert (find(action="sign_in"), find(action="sign"), find(action="sign_in' OR 1=1 --")) == ([6, 4, 2, 0], [], [])
    assert (find(object_kind="team"), find(object_kind="team", object_id="3"), find(object_id="0")) == ([7, 5, 3, 1], [7, 3], [4, 0])
    assert find(since=DAY + timedelta(hours=2), until=DAY + timedelta(hours=5)) == [4, 3, 2]
    assert find(actor_id=rows.one, action="sign_in", since=DAY + timedelta(minutes=1)) == [6]


@pytest.mark.parametrize("since", ["2026-05-01T18:00:00Z", "2026-05-01T18:00:00", "2026-05-01"])
def test_a_time_in_an_address_of_the_api_is_taken_or_refused_in_words(accounts, rows, since):
    """With its zone or without; a time without one is taken as UTC, or refused before it comes to the database."""
    try:
        asked = AuditQuery(since=since).since
    except ValidationError:
        found = "refused"
    else:
        found = numbers(accounts.audit.page(AuditFilter(since=asked, until=DAY + timedelta(days=1))))
    assert found in ("refused", [7, 6], [7, 6, 5, 4, 3, 2, 1, 0])


def test_older_rows_come_page_by_page(accounts, rows):
    wanted, seen, before = AuditFilter(until=DAY + timedelta(days=1)), [], None
    while page := accounts.audit.page(wanted, before=before, limit=3):
        seen.append(numbers(page))
        before = page[-1].id
    assert [n for page in seen for n in page] == [7, 6, 5, 4, 3, 2, 1, 0]
    assert seen[0] == [7, 6, 5]


def test_the_csv_opens_in_a_spreadsheet_and_runs_nothing(accounts, rows):
    lines = list(accounts.audit.as_csv(AuditFilter(since=rows.since, until=DAY + timedelta(days=1))))
    assert lines[0].startswith("\ufeffid,at,")
    heading, *table = csv.reader("".join(lines).removeprefix("\ufeff").splitlines())
    assert (tuple(heading), len(table)) == (COLUMNS, 8)
    newest, oldest = (dict(zip(heading, row, strict=True)) for row in (table[0], table[-1]))
    assert newest == {
        "id": "1007", "at": "2026-05-01T19:00:00+00:00", "actor_id": str(rows.two), "actor": "'+王芳", "address": HERE, "action": "person.roles",
        "object_kind": "team", "object_id": "3", "detail": '{"n": 7}',
    }  # fmt: skip
    assert (oldest["actor"], oldest["detail"]) == ("'=1+1", "")


def test_the_json_lines_hold_the_same(accounts, rows):
    lines = list(accounts.audit.as_json_lines(AuditFilter(since=rows.since, until=DAY + timedelta(days=1))))
    assert all(line.endswith("\n") and "\n" not in line[:-1] for line in lines)
    assert json.loads(lines[0]) == {
        "id": 1007, "at": "2026-05-01T19:00:00+00:00", "actor_id": rows.two, "actor": "+王芳", "address": HERE, "action": "person.roles",
        "object_kind": "team", "object_id": "3", "detail": {"n": 7},
    }  # fmt: skip
    assert [json.loads(line)["id"] for line in lines] == list(range(1007, 999, -1))
    assert "王芳" in lines[0]


def test_a_file_holds_every_row_however_many_there_are(accounts, kb_database):
    with kb_database.write() as session:
        session.add_all(AuditEntry(actor_id=None, address=HERE, action="mine.x", object_kind="", object_id=str(n), detail={}) for n in range(1203))
    wanted = AuditFilter(action="mine.x")
    assert [json.loads(line)["object_id"] for line in accounts.audit.as_json_lines(wanted)] == [str(n) for n in reversed(range(1203))]
    assert len(list(accounts.audit.as_csv(wanted))) == 1204
    assert len(accounts.audit.page(wanted)) == audit.PAGE_SIZE
