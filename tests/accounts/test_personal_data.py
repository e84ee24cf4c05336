"""A person's data: handed out as one file, or taken out for good, in core and plugins alike; all of it or nothing."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pyotp
import pytest
from sqlalchemy import select, text

from kbplatform.accounts.models import ApiToken, AuditEntry, OneTimeLink, Passkey, RecoveryCode, TeamMember, User, UserIdentity, UserRole, UserSession
from kbplatform.accounts.people import NewPerson
from kbplatform.accounts.second_factor import new_secret, turn_on
from kbplatform.accounts.tokens import make_token
from kbplatform.bilingual import Text
from kbplatform.errors import InvalidInput, NotFound, SignInNeeded
from kbplatform.plugin.contributions import PersonalData
from kbplatform.viewer import CLI, Actor

GOOD = "晴天去河边散步 42"
HERE = "192.0.2.7"
CANARY = "kanarienvogel"


@pytest.fixture
def notes(kb_database, plugin):
    """A plugin that keeps a note for each person in a table of its own."""
    with kb_database.write() as session:
        session.execute(text("CREATE TABLE notes_note (user_id INTEGER NOT NULL, words VARCHAR NOT NULL)"))

    def personal_data(user_id, session, erase):
        if erase:
            session.execute(text("DELETE FROM notes_note WHERE user_id = :n"), {"n": user_id})
            return None
        return PersonalData(Text("笔记", "Notes"), {"notes": list(session.scalars(text("SELECT words FROM notes_note WHERE user_id = :n"), {"n": user_id}))})

    return plugin(personal_data=personal_data)


@pytest.fixture
def site(make, notes):
    """``site(name=plugin, ...)`` → Accounts with the notes and these plugins."""
    return lambda **plugins: make(plugins={"notes": notes} | plugins)


@pytest.fixture
def wang(accounts, person, viewer_of, kb_database, notes, browser):
    """Somebody of whom everything is known that can be known."""
    accounts.teams.create(CLI, key="billing", name="账单组")
    wang = person(f"{CANARY} Wang", email=f"wang.{CANARY}@example.com", roles=["editor"], teams=["billing"], password=GOOD)
    viewer = viewer_of(wang)
    secret = new_secret()
    with kb_database.write() as session:
        recovery = turn_on(session, accounts.vault, session.get_one(User, wang), secret, pyotp.TOTP(secret).now())
        token = make_token(session, viewer, Actor(wang, HERE), name=f"{CANARY} robot", scopes=["articles.restrict"], days=1)
        session.add(UserIdentity(provider="acme", subject=f"{CANARY}@acme", user_id=wang))
        session.add(Passkey(user_id=wang, credential_id="credential", public_key="key", sign_count=0, name=f"{CANARY} phone"))
        session.execute(text("INSERT INTO notes_note VALUES (:n, :words), (:other, 'of somebody else')"), {"n": wang, "words": f"likes {CANARY}s", "other": wang + 1})
    reset = accounts.people.new_link(None, CLI, wang)
    entered = accounts.sign_in.open(wang, browser, method="password+code")
    return SimpleNamespace(id=wang, viewer=viewer, actor=Actor(wang, HERE), token=token, reset=reset, session=entered, secret=secret, recovery=recovery)


@pytest.fixture
def owner(person, viewer_of):
    return viewer_of(person("老板", roles=["owner"]))


# ---------------------------------------------------------------------- handed out


def test_a_person_gets_everything_that_is_known_of_them(site, wang):
    accounts = site()
    accounts.gate.by_token(wang.token)
    known = json.loads(json.dumps(accounts.personal_data.export(wang.viewer, wang.actor, wang.id)))
    account = known["account"]
    assert {k: v for k, v in account.items() if k != "created_at"} == {
        "id": wang.id, "name": f"{CANARY} Wang", "email": f"wang.{CANARY}@example.com", "active": True, "roles": ["editor"], "teams": ["billing"],
        "second_factor": True,
    }  # fmt: skip
    assert [(s["address"], s["browser"], s["method"]) for s in known["sessions"]] == [
        (HERE, "Firefox on a desk", "password"), (HERE, "Firefox on a desk", "password+code"),
    ]  # fmt: skip
    assert [(t["name"], t["scopes"], t["last_used_at"] is not None) for t in known["tokens"]] == [(f"{CANARY} robot", ["articles.restrict"], True)]
    assert [(a["action"], a["object"], a["address"]) for a in known["actions"]] == [
        ("sign_in", f"person {wang.id}", HERE), ("token.created", "token 1", HERE), ("sign_in", f"person {wang.id}", HERE),
        ("person.exported", f"person {wang.id}", HERE),
    ]  # fmt: skip
    assert [(p["name"], p["last_used_at"]) for p in known["passkeys"]] == [(f"{CANARY} phone", None)]
    assert (known["notes"], f"{CANARY}@acme" in json.dumps(known)) == ({"notes": [f"likes {CANARY}s"]}, True)


def test_of_secrets_not_even_the_hashes_are_handed_out(site, wang, everything):
    told = json.dumps(site().personal_data.export(wang.viewer, wang.actor, wang.id), ensure_ascii=False)
    content = everything()
    kept = [line for c in ("kb_session.token_hash", "kb_api_token.token_hash", "kb_recovery_code.code_hash", "kb_one_time_link.token_hash", "kb_user.password_hash", "kb_user.totp_secret")
            for line in content[c].splitlines()]  # fmt: skip
    assert len([k for k in kept if k != "None"]) >= 10 + 5
    assert [k for k in [*kept, wang.session, wang.token, wang.reset, wang.secret, *wang.recovery] if k in told] == []


def test_what_is_known_of_others_is_not_handed_out(site, wang, person, viewer_of):
    li = person("李娜")
    known = site().personal_data.export(viewer_of(li), Actor(li, HERE), li)
    assert (CANARY in json.dumps(known), known["account"]["name"], known["notes"]) == (False, "李娜", {"notes": ["of somebody else"]})


def test_whom_one_may_not_see_is_not_found(site, wang, person, viewer_of, owner, outcome):
    accounts, li = site(), viewer_of(person("李娜"))
    for work in (accounts.personal_data.export, accounts.personal_data.erase):
        assert [outcome(lambda work=work, n=n: work(li, Actor(li.id, HERE), n)) for n in (wang.id, 999, 2**80)] == [NotFound] * 3
    assert accounts.personal_data.export(owner, Actor(owner.id, HERE), wang.id)["account"]["id"] == wang.id
    assert accounts.personal_data.export(None, CLI, wang.id)["account"]["id"] == wang.id


def explode(user_id, session, erase):
    raise RuntimeError("not today")


def bad_sql(user_id, session, erase):
    session.execute(text("SELECT * FROM no_such_table"))


def actions(db, action):
    with db.read() as session:
        return len(session.scalars(select(AuditEntry.id).where(AuditEntry.action == action)).all())


@pytest.mark.parametrize("broken", [explode, bad_sql], ids=["raises", "asks for a table that is not"])
def test_a_plugin_that_fails_costs_its_own_part_of_the_file_only(logged, site, plugin, wang, broken, kb_database):
    """And the handing out is written down all the same."""
    accounts = site(bad=plugin(personal_data=broken), also=plugin(personal_data=lambda user_id: PersonalData(Text("也", "Also"), {"n": user_id})))
    known = accounts.personal_data.export(wang.viewer, wang.actor, wang.id)
    assert (known["notes"], known["also"], "bad" in known) == ({"notes": [f"likes {CANARY}s"]}, {"n": wang.id}, False)
    assert actions(kb_database, "person.exported") == 1


@pytest.mark.parametrize("answer", [None, {"a": 1}, "words", 7], ids=["nothing", "a dict", "words", "a number"])
def test_a_plugin_that_knows_nothing_or_answers_nonsense_adds_nothing(site, plugin, wang, answer):
    without, known = (accounts.personal_data.export(wang.viewer, wang.actor, wang.id) for accounts in (site(), site(bad=plugin(personal_data=lambda: answer))))
    assert (set(known), known["notes"]) == (set(without), {"notes": [f"likes {CANARY}s"]})


def test_a_plugin_called_like_a_part_of_the_file_does_not_push_it_out(site, plugin, wang):
    accounts = site(tokens=plugin(personal_data=lambda: PersonalData(Text("令牌", "Tokens"), {"mine": 1})))
    known = accounts.personal_data.export(wang.viewer, wang.actor, wang.id)
    assert f"{CANARY} robot" in json.dumps(known)
    assert '"mine": 1' in json.dumps(known)


# ---------------------------------------------------------------------- taken out


@pytest.fixture
def erase(site, owner):
    """``erase(user_id, name=plugin, ...)`` erases somebody on a site with these plugins."""
    return lambda user_id, **plugins: site(**plugins).personal_data.erase(owner, Actor(owner.id, HERE), user_id)


def test_no_table_of_the_whole_database_holds_name_or_address_any_more(accounts, wang, erase, where, outcome):
    outcome(lambda: accounts.sign_in.with_password(f"{CANARY} Wang", "a wrong password", HERE))
    outcome(lambda: accounts.sign_in.with_password(f"{CANARY} Wong", "a wrong password", HERE))
    accounts.people.change(None, CLI, wang.id, name=f"{CANARY} Wang-Li", email=f"li.{CANARY}@example.com")
    assert where(CANARY) == {"kb_user.name", "kb_user.name_key", "kb_user.email", "kb_user.email_key", "kb_api_token.name", "kb_passkey.name", "kb_identity.subject", "notes_note.words"}
    erase(wang.id)
    assert where(CANARY) == set()


def test_the_number_and_what_was_done_under_it_stay(accounts, wang, erase, owner, kb_database):
    def rows():
        with kb_database.read() as session:
            return [(e.id, e.at, e.actor_id, e.action, e.object_id) for e in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]

    before = rows()
    erase(wang.id)
    assert rows()[: len(before)] == before
    assert [(actor, action, number) for _, _, actor, action, number in rows()[len(before) :]] == [(owner.id, "person.erased", str(wang.id))]
    shown = accounts.people.get(owner, wang.id)
    assert (shown.id, shown.name, shown.email, shown.active, shown.joined, shown.second_factor, shown.roles, shown.teams, shown.erased) == (
        wang.id, f"已删除 · deleted {wang.id}", "", False, False, False, (), (), True,
    )  # fmt: skip


def test_nothing_lets_an_erased_person_in(accounts, wang, erase, column, outcome):
    erase(wang.id)
    assert (accounts.gate.by_session(wang.session), accounts.gate.by_token(wang.token)) == (None, None)
    assert outcome(lambda: accounts.sign_in.with_link(wang.reset, HERE, password=GOOD)) is NotFound
    assert outcome(lambda: accounts.sign_in.with_password(f"{CANARY} Wang", GOOD, HERE)) is InvalidInput
    assert outcome(lambda: accounts.sign_in.with_code(wang.id, wang.recovery[0], HERE)) is SignInNeeded
    left = {t.__tablename__: len([n for n in column(t.user_id) if n == wang.id]) for t in (UserSession, ApiToken, OneTimeLink, Passkey, RecoveryCode, UserIdentity, UserRole, TeamMember)}
    assert set(left.values()) == {0}, left


def test_an_erased_person_is_nobody_to_manage(accounts, wang, erase, owner, outcome):
    erase(wang.id)
    actor = Actor(owner.id, HERE)
    assert [
        outcome(lambda: accounts.people.enable(owner, actor, wang.id)),
        outcome(lambda: accounts.people.change(owner, actor, wang.id, name="王芳", email="")),
        outcome(lambda: accounts.people.set_roles(owner, actor, wang.id, ["agent"])),
        outcome(lambda: accounts.people.new_link(owner, actor, wang.id)),
        outcome(lambda: erase(wang.id)),
    ] == [NotFound] * 5


def test_somebody_else_may_take_the_name_and_the_address(accounts, wang, erase, person):
    erase(wang.id)
    again = person(f"{CANARY} Wang", email=f"wang.{CANARY}@example.com", password=GOOD)
    assert (again != wang.id, accounts.sign_in.with_password(f"{CANARY} Wang", GOOD, HERE).user_id) == (True, again)


def test_nobody_keeps_a_colleague_from_being_erased_by_choosing_a_name(accounts, wang, erase, outcome, column):
    number, token = accounts.people.invite(None, CLI, NewPerson("李娜"))
    outcome(lambda: accounts.sign_in.with_link(token, HERE, password=GOOD, name=f"已删除 · DELETED {wang.id}"))
    assert outcome(lambda: erase(wang.id)) is None
    with accounts.db.read() as session:
        assert session.get_one(User, wang.id).erased_at is not None
        assert session.get_one(User, number).erased_at is None


def test_the_same_data_is_taken_out_of_plugins(wang, erase, everything):
    erase(wang.id)
    assert everything()["notes_note.words"] == "of somebody else"


@pytest.mark.parametrize("broken", [explode, bad_sql], ids=["raises", "asks for a table that is not"])
@pytest.mark.parametrize("name", ["aaa", "zzz"])
def test_where_a_plugin_cannot_erase_its_part_nothing_is_erased(wang, erase, plugin, everything, outcome, broken, name, accounts):
    before = everything()
    assert isinstance(outcome(lambda: erase(wang.id, **{name: plugin(personal_data=broken)})), type)
    assert everything() == before
    assert (accounts.gate.by_session(wang.session).id, accounts.gate.by_token(wang.token).id) == (wang.id, wang.id)


def test_a_plugin_that_exits_while_erasing_undoes_it_too(wang, erase, plugin, everything):
    def leave(user_id, session, erase):
        raise SystemExit(2)

    before = everything()
    with pytest.raises(SystemExit):
        erase(wang.id, bad=plugin(personal_data=leave))
    assert everything() == before


def test_a_plugin_is_asked_once_with_erase_and_in_the_same_transaction(wang, erase, plugin):
    asked = []

    def personal_data(user_id, session, erase):
        asked.append((user_id, erase, session.get_one(User, user_id).email))

    erase(wang.id, mine=plugin(personal_data=personal_data))
    assert asked == [(wang.id, True, None)]
