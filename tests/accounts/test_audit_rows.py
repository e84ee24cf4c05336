"""What is written down: each privileged action leaves exactly its rows, and nothing that failed leaves one."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pyotp
import pytest
from sqlalchemy import select, text

from kbplatform.accounts import audit
from kbplatform.accounts.audit import ACTIONS, record
from kbplatform.accounts.models import AuditEntry, Passkey, User
from kbplatform.accounts.people import NewPerson
from kbplatform.accounts.second_factor import new_secret, turn_on
from kbplatform.accounts.sessions import Browser
from kbplatform.accounts.tokens import list_tokens, make_token, revoke_token
from kbplatform.errors import Conflict, Forbidden, InvalidInput, NotFound
from kbplatform.viewer import CLI, Actor

GOOD = "晴天去河边散步 42"
OTHER = "雨天在家里读书 42"
HERE = "198.51.100.7"
CANARY = "kanarienvogel"
BROWSER = Browser(HERE, "Firefox")


@pytest.fixture
def w(accounts, person, kb_database, viewer_of):
    """A site with an owner, a person and a team; ``last`` is the last row of the audit so far."""
    accounts.teams.create(CLI, key="billing", name="账单组")
    owner = person(f"{CANARY} boss", roles=["owner"], email=f"boss.{CANARY}@example.com")
    wang = person(f"{CANARY} Wang", email=f"wang.{CANARY}@example.com", password=GOOD)
    viewer = viewer_of(owner)
    team = accounts.teams.every()[0].id
    with kb_database.read() as session:
        last = session.scalars(select(AuditEntry.id).order_by(AuditEntry.id.desc())).first()
    return SimpleNamespace(
        accounts=accounts, db=kb_database, owner=owner, viewer=viewer, boss=Actor(owner, HERE), wang=wang, team=team, last=last, outcome=None
    )  # fmt: skip


def rows_after(db, last):
    with db.read() as session:
        found = session.scalars(select(AuditEntry).where(AuditEntry.id > last).order_by(AuditEntry.id)).all()
    return [(e.actor_id, e.address, e.action, e.object_kind, e.object_id, e.detail) for e in found]


def by_wang(w, action, **detail):
    return (w.wang, HERE, action, "person", str(w.wang), detail)


def by_boss(w, action, **detail):
    return (w.owner, HERE, action, "person", str(w.wang), detail)


def by_nobody(action, number="", **detail):
    return (None, HERE, action, "person", str(number), detail)


def sign_in(w):
    w.accounts.sign_in.open(w.wang, BROWSER, method="password")
    return [by_wang(w, "sign_in", method="password")]


def fail_to_sign_in(w):
    s = w.accounts.sign_in
    for attempt in (
        lambda: s.with_password(f"{CANARY} Wang", OTHER, HERE),
        lambda: s.with_password(f"nobody.{CANARY}@example.com", OTHER, HERE),
        lambda: s.with_code(w.wang, "no code at all", HERE),
        lambda: s.confirm_password(w.wang, OTHER, HERE),
    ):
        with pytest.raises(InvalidInput):
            attempt()
    failed = "sign_in.failed"
    return [by_nobody(failed, w.wang), by_nobody(failed), by_nobody(failed, w.wang, second_factor=True), by_wang(w, failed, confirming=True)]


def sign_out(w):
    expected = sign_in(w)
    with w.db.read() as session:
        number = session.scalar(text("SELECT max(id) FROM kb_session"))
    w.accounts.sign_in.sign_out(number, Actor(w.wang, HERE))
    return [*expected, by_wang(w, "sign_out")]


def change_password(w):
    w.accounts.sign_in.change_password(Actor(w.wang, HERE), OTHER, keep_session=None)
    return [by_wang(w, "password.changed")]


def ask_for_a_reset(w):
    w.accounts.sign_in.make_reset(f"wang.{CANARY}@example.com", HERE)
    w.accounts.sign_in.make_reset(f"nobody.{CANARY}@example.com", HERE)
    w.accounts.people.new_link(w.viewer, w.boss, w.wang)
    asked = "password.reset_asked"
    return [by_nobody(asked, w.wang), by_nobody(asked), by_boss(w, asked)]


def enrol(w):
    secret = new_secret()
    with w.db.write() as session:
        return turn_on(session, w.accounts.vault, session.get_one(User, w.wang), secret, pyotp.TOTP(secret).now())


def drop_second_factor(w):
    enrol(w)
    w.accounts.people.drop_second_factor(w.viewer, w.boss, w.wang)
    return [by_boss(w, "second_factor.off")]


def use_a_recovery_code(w):
    w.accounts.sign_in.with_code(w.wang, enrol(w)[0], HERE)
    return [by_wang(w, "second_factor.recovery_used")]


def end_all_sessions(w):
    w.accounts.people.end_sessions(w.viewer, w.boss, w.wang)
    return [by_boss(w, "session.all_ended")]


def make_a_token(w):
    with w.db.write() as session:
        make_token(session, w.viewer, w.boss, name=f"{CANARY} robot", scopes=["audit.read", "articles.read"], days=3)
        number = list_tokens(session, w.owner)[0].id
    return [(w.owner, HERE, "token.created", "token", str(number), {"scopes": ["articles.read", "audit.read"], "days": 3})]


def revoke_a_token(w):
    created = make_a_token(w)
    with w.db.write() as session:
        revoke_token(session, w.boss, int(created[0][4]), w.owner)
    return [*created, (w.owner, HERE, "token.revoked", "token", created[0][4], {})]


def remove_a_passkey(w):
    with w.db.write() as session:
        session.add(Passkey(user_id=w.wang, credential_id="credential", public_key="key", sign_count=0, name=f"{CANARY} phone"))
    w.accounts.passkeys.remove(Actor(w.wang, HERE), 1)
    return [(w.wang, HERE, "passkey.removed", "passkey", "1", {})]


def add_a_person(w):
    new = NewPerson(f"{CANARY} Li", f"li.{CANARY}@example.com", frozenset({"editor", "agent"}), frozenset({"billing"}))
    number = w.accounts.people.create(w.viewer, w.boss, new, password=GOOD)
    return [(w.owner, HERE, action, "person", str(number), detail) for action, detail in (("person.created", {"roles": ["agent", "editor"]}), ("password.changed", {}))]


def invite_a_person(w):
    number, _ = w.accounts.people.invite(w.viewer, w.boss, NewPerson(f"{CANARY} Li"))
    w.accounts.people.new_link(w.viewer, w.boss, number)
    ((_, second),) = [(0, w.accounts.people.invite_all(w.viewer, w.boss, [NewPerson(f"{CANARY} Lu")])[0])]
    other = w.accounts.people.find(second[0].name)
    created, invited = ("person.created", {"roles": []}), ("person.invited", {})
    steps = [(number, created), (number, invited), (number, invited), (other, created), (other, invited)]
    return [(w.owner, HERE, action, "person", str(n), detail) for n, (action, detail) in steps]


def join(w):
    number, token = w.accounts.people.invite(w.viewer, w.boss, NewPerson(f"{CANARY} Li"))
    w.accounts.sign_in.with_link(token, HERE, password=GOOD, name=f"{CANARY} Li Na")
    return [
        (w.owner, HERE, "person.created", "person", str(number), {"roles": []}),
        (w.owner, HERE, "person.invited", "person", str(number), {}),
        (number, HERE, "person.joined", "person", str(number), {}),
        (number, HERE, "password.changed", "person", str(number), {}),
    ]


def change_a_person(w):
    w.accounts.people.change(w.viewer, w.boss, w.wang, name=f"{CANARY} Wang 2", email=f"wang2.{CANARY}@example.com")
    w.accounts.people.change(w.viewer, w.boss, w.wang, name=f"{CANARY} Wang 2", email="")
    return [by_boss(w, "person.changed", fields=["name", "email"]), by_boss(w, "person.changed", fields=["email"])]


def give_roles(w):
    w.accounts.people.set_roles(w.viewer, w.boss, w.wang, ["editor", "agent"])
    w.accounts.people.set_roles(w.viewer, w.boss, w.wang, ["agent", "editor", "reader"])
    return [by_boss(w, "person.roles", before=[], after=["agent", "editor"])]


def give_teams(w):
    w.accounts.people.set_teams(w.viewer, w.boss, w.wang, ["billing"])
    w.accounts.people.set_teams(w.viewer, w.boss, w.wang, ["billing"])
    return [by_boss(w, "person.teams", before=[], after=["billing"])]


def disable(w):
    w.accounts.people.disable(w.viewer, w.boss, w.wang)
    return [by_boss(w, "person.disabled")]


def enable(w):
    expected = disable(w)
    w.accounts.people.enable(w.viewer, w.boss, w.wang)
    return [*expected, by_boss(w, "person.enabled")]


def export(w):
    w.accounts.personal_data.export(w.viewer, w.boss, w.wang)
    return [by_boss(w, "person.exported")]


def erase(w):
    w.accounts.personal_data.erase(w.viewer, w.boss, w.wang)
    return [by_boss(w, "person.erased")]


def add_a_team(w):
    number = w.accounts.teams.create(w.boss, key="legal", name="法务组")
    return [(w.owner, HERE, "team.created", "team", str(number), {"key": "legal"})]


def rename_a_team(w):
    w.accounts.teams.rename(w.boss, w.team, "账务组")
    return [(w.owner, HERE, "team.changed", "team", str(w.team), {})]


def delete_a_team(w):
    w.accounts.teams.delete(w.boss, w.team)
    return [(w.owner, HERE, "team.deleted", "team", str(w.team), {"key": "billing"})]


def add_a_role(w):
    w.accounts.roles.create(w.boss, name="night", zh="夜班", en="Night")
    return [(w.owner, HERE, "role.created", "role", "night", {})]


def change_a_role(w):
    kept = w.accounts.roles.get("editor").permissions - {"articles.restrict"}
    w.accounts.roles.change(w.boss, "editor", permissions=[*kept, "site.manage", "audit.read"], second_factor=True)
    detail = {"given": ["audit.read", "site.manage"], "taken": ["articles.restrict"], "second_factor": True}
    return [(w.owner, HERE, "role.changed", "role", "editor", detail)]


def delete_a_role(w):
    expected = add_a_role(w)
    w.accounts.roles.delete(w.boss, "night")
    return [*expected, (w.owner, HERE, "role.deleted", "role", "night", {})]


def choose_who_may_read(w):
    w.accounts.set_read_access(w.boss, "everyone")
    w.accounts.set_read_access(w.boss, "signed-in")
    return [(w.owner, HERE, "site.read_access", "site", "", {"before": b, "after": a}) for b, a in (("", "everyone"), ("everyone", "signed-in"))]


PRIVILEGED = {
    "sign_in": sign_in,
    "sign_in.failed": fail_to_sign_in,
    "sign_out": sign_out,
    "password.changed": change_password,
    "password.reset_asked": ask_for_a_reset,
    "second_factor.off": drop_second_factor,
    "second_factor.recovery_used": use_a_recovery_code,
    "session.all_ended": end_all_sessions,
    "token.created": make_a_token,
    "token.revoked": revoke_a_token,
    "passkey.removed": remove_a_passkey,
    "person.created": add_a_person,
    "person.invited": invite_a_person,
    "person.joined": join,
    "person.changed": change_a_person,
    "person.roles": give_roles,
    "person.teams": give_teams,
    "person.disabled": disable,
    "person.enabled": enable,
    "person.exported": export,
    "person.erased": erase,
    "team.created": add_a_team,
    "team.changed": rename_a_team,
    "team.deleted": delete_a_team,
    "role.created": add_a_role,
    "role.changed": change_a_role,
    "role.deleted": delete_a_role,
    "site.read_access": choose_who_may_read,
}


@pytest.mark.parametrize("action", PRIVILEGED)
def test_each_privileged_action_leaves_exactly_its_rows_and_no_name_in_them(w, action, where):
    expected = PRIVILEGED[action](w)
    assert rows_after(w.db, w.last) == expected
    assert action in [row[2] for row in expected]
    named = where(CANARY)
    assert {column for column in named if column.startswith("kb_audit.")} == set()
    assert named >= {"kb_user.name", "kb_user.email"}, "there are names that could stand there"


def test_every_action_that_the_services_write_down_is_tested_here():
    """What pages write down by themselves is tested with them; what devices and providers do with those."""
    elsewhere = {"audit.py", "passkeys.py", "identities.py"}
    services = [p.read_text("utf-8") for p in Path(audit.__file__).parent.glob("*.py") if p.name not in elsewhere]
    written = {action for action in ACTIONS if any(f'"{action}"' in source for source in services)}
    assert written - PRIVILEGED.keys() == set()
    assert PRIVILEGED.keys() - ACTIONS.keys() == set()


def test_every_action_has_words_in_both_languages():
    assert {action for action, words in ACTIONS.items() if not words.zh or not words.en or words.zh == words.en} == set()


def test_the_first_owner_s_coming_is_written_down(accounts, kb_database):
    accounts.sign_in.with_link(accounts.owner_link().split("token=")[1], HERE, password=GOOD, name=CANARY, email=f"{CANARY}@example.com")
    assert rows_after(kb_database, 0) == [
        (None, HERE, "person.created", "person", "1", {"roles": ["owner"]}),
        (1, HERE, "person.joined", "person", "1", {}),
        (1, HERE, "password.changed", "person", "1", {}),
    ]


def test_what_failed_leaves_no_row(w, outcome, person):
    a, boss, li = w.accounts, w.boss, person(f"{CANARY} Li")
    a.roles.create(CLI, name="night", zh="夜班", en="Night")
    a.people.set_roles(None, CLI, li, ["night"])
    reset = a.people.new_link(None, CLI, w.wang)
    a.people.invite(None, CLI, NewPerson(f"{CANARY} Lu"))
    with w.db.read() as session:
        last = session.scalars(select(AuditEntry.id).order_by(AuditEntry.id.desc())).first()

    def in_session(work):
        with w.db.write() as session:
            work(session)

    failed = {
        lambda: a.people.disable(w.viewer, boss, w.owner): InvalidInput,
        lambda: a.people.set_roles(w.viewer, boss, w.owner, []): InvalidInput,
        lambda: a.personal_data.erase(w.viewer, boss, w.owner): InvalidInput,
        lambda: a.people.create(w.viewer, boss, NewPerson(f"{CANARY} LI")): InvalidInput,
        lambda: a.people.change(w.viewer, boss, w.wang, name=f"{CANARY} li", email=""): InvalidInput,
        lambda: a.people.set_teams(w.viewer, boss, w.wang, ["nothing"]): InvalidInput,
        lambda: a.people.disable(w.viewer, boss, 999): NotFound,
        lambda: a.personal_data.export(w.viewer, boss, 999): NotFound,
        lambda: a.people.set_roles(a.gate.by_session(a.sign_in.open(li, BROWSER, method="password")), Actor(li, HERE), li, ["owner"]): NotFound,
        lambda: a.people.invite_all(w.viewer, boss, [NewPerson("新人"), NewPerson(f"{CANARY} Li")]): InvalidInput,
        lambda: a.teams.create(boss, key="billing", name="别的"): InvalidInput,
        lambda: a.teams.delete(boss, 999): NotFound,
        lambda: a.roles.delete(boss, "night"): Conflict,
        lambda: a.roles.change(boss, "night", permissions=["nothing"], second_factor=False): InvalidInput,
        lambda: a.set_read_access(boss, "nobody"): InvalidInput,
        lambda: a.sign_in.change_password(Actor(w.wang, HERE), "short", keep_session=None): InvalidInput,
        lambda: a.sign_in.with_link(reset, HERE, password="short"): InvalidInput,
        lambda: a.sign_in.with_link("x", HERE, password=GOOD): NotFound,
        lambda: in_session(lambda s: make_token(s, w.viewer, boss, name="x", scopes=["nothing"], days=1)): InvalidInput,
        lambda: in_session(lambda s: revoke_token(s, boss, 999, w.owner)): NotFound,
    }
    assert [outcome(work) for work in failed] == list(failed.values())
    assert [row[2] for row in rows_after(w.db, last)] == ["sign_in"], "of Li, who tried to become owner"
    assert a.sign_in.with_link(reset, HERE, password=OTHER).user_id == w.wang


def test_forbidden_things_leave_no_row(w, outcome, person, role, viewer_of):
    role("hr", "people.manage")
    hr = viewer_of(person("人事", roles=["hr"]))
    with w.db.read() as session:
        last = session.scalars(select(AuditEntry.id).order_by(AuditEntry.id.desc())).first()
    actor = Actor(hr.id, HERE)
    assert outcome(lambda: w.accounts.people.set_roles(hr, actor, hr.id, ["owner"])) is Forbidden
    assert outcome(lambda: w.accounts.people.disable(hr, actor, w.owner)) is Forbidden
    assert rows_after(w.db, last) == []


def test_a_row_is_undone_with_what_it_tells_of(kb_database):
    def fail():
        with kb_database.write() as session:
            record(session, CLI, "sign_in")
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert rows_after(kb_database, 0) == []
