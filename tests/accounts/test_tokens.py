"""API tokens: a program with some of its owner's permissions, and never more than its owner has today."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from kbplatform.accounts.models import ApiToken
from kbplatform.accounts.tokens import MAX_TOKENS, list_tokens, make_token, revoke_token
from kbplatform.db import utcnow
from kbplatform.errors import Forbidden, InvalidInput, NotFound
from kbplatform.viewer import CLI, Actor

HERE = "192.0.2.7"
READ, RESTRICT, TOKENS = "articles.read", "articles.restrict", "tokens.create"


@pytest.fixture
def wang(person):
    return person("Wang Fang", roles=["editor"])


@pytest.fixture
def token(accounts, viewer_of):
    """``token(user_id, *scopes)`` → the secret of a new token."""

    def make(user_id, *scopes, name="robot", days=30, viewer=None):
        viewer = viewer or viewer_of(user_id)
        with accounts.db.write() as session:
            return make_token(session, viewer, Actor(user_id, HERE), name=name, scopes=scopes, days=days)

    return make


@pytest.fixture
def may(accounts):
    """``may(secret)`` → what a token may do; None where it works no more."""

    def ask(secret):
        viewer = accounts.gate.by_token(secret)
        return None if viewer is None else {p for p in accounts.permissions.all if accounts.gate.allows(viewer, p)}

    return ask


def rows(accounts, user_id):
    with accounts.db.read() as session:
        return list_tokens(session, user_id)


def revoke(accounts, token_id, user_id):
    with accounts.db.write() as session:
        revoke_token(session, Actor(user_id, HERE), token_id, user_id)


def wrong_field(work) -> str:
    with pytest.raises(InvalidInput) as caught:
        work()
    return caught.value.fields[0].field


def test_a_token_acts_in_its_owner_s_name_with_its_scopes_only(accounts, wang, token, may):
    secret = token(wang, READ)
    viewer = accounts.gate.by_token(secret)
    assert (viewer.id, viewer.name, viewer.roles, viewer.scopes, viewer.permissions, viewer.session_id) == (
        wang, "Wang Fang", {"reader", "editor"}, {READ}, {READ}, None,
    )  # fmt: skip
    assert (may(secret), may(token(wang, RESTRICT, TOKENS))) == ({READ}, {RESTRICT, TOKENS})


def test_what_is_outside_the_scopes_is_refused_with_the_scope_s_name(accounts, wang, token):
    viewer = accounts.gate.by_token(token(wang, READ))
    accounts.gate.require(viewer, READ)
    with pytest.raises(Forbidden) as caught:
        accounts.gate.require(viewer, RESTRICT)
    assert ("scope articles.restrict" in caught.value.message.en, "articles.restrict" in caught.value.message.zh) == (True, True)


def test_a_token_that_cannot_be_is_refused_and_nothing_is_stored(accounts, token, wang):
    scopes = [(), (READ, "people.manage"), ("no.such",)]
    assert [wrong_field(lambda s=s: token(wang, *s)) for s in scopes] == ["scopes"] * 3
    assert [wrong_field(lambda d=d: token(wang, READ, days=d)) for d in (0, -1, 366)] == ["days"] * 3
    assert [wrong_field(lambda n=n: token(wang, READ, name=n)) for n in (" ", "x" * 61)] == ["name"] * 2
    assert rows(accounts, wang) == []


def test_a_token_makes_no_token_that_may_do_more(accounts, wang, token, may):
    viewer = accounts.gate.by_token(token(wang, READ, TOKENS))
    assert wrong_field(lambda: token(wang, RESTRICT, viewer=viewer)) == "scopes"
    assert may(token(wang, READ, viewer=viewer)) == {READ}


def test_somebody_has_at_most_fifty_tokens_that_work(accounts, wang, token, viewer_of):
    viewer = viewer_of(wang)
    for n in range(MAX_TOKENS):
        token(wang, READ, name=f"robot {n}", viewer=viewer)
    assert wrong_field(lambda: token(wang, READ, viewer=viewer)) == "name"
    revoke(accounts, rows(accounts, wang)[0].id, wang)
    assert token(wang, READ, viewer=viewer).startswith("kbp_")


def test_the_list_tells_tokens_apart_without_their_secrets(accounts, person, wang, token):
    first, second = token(wang, READ, TOKENS, name="备份"), token(wang, READ, name="Export", days=365)
    listed = rows(accounts, wang)
    assert [(r.name, r.hint, r.scopes, r.works, r.last_used_at) for r in listed] == [
        ("Export", second[:9], (READ,), True, None), ("备份", first[:9], (READ, TOKENS), True, None),
    ]  # fmt: skip
    assert [round((r.expires_at - r.created_at) / timedelta(days=1), 3) for r in listed] == [365, 30]
    assert rows(accounts, person("李娜")) == []


# ---------------------------------------------------------------------- when it works no more


def test_a_token_runs_out(accounts, wang, token, may, kb_database):
    secret = token(wang, READ)
    assert may(secret) == {READ}
    with kb_database.write() as session:
        session.execute(update(ApiToken).values(expires_at=utcnow() - timedelta(seconds=1)))
    assert (may(secret), [r.works for r in rows(accounts, wang)]) == (None, [False])


def test_a_revoked_token_works_no_more_and_the_others_do(accounts, wang, token, may):
    gone, kept = token(wang, READ), token(wang, READ)
    revoke(accounts, rows(accounts, wang)[1].id, wang)
    assert (may(gone), may(kept), [r.works for r in rows(accounts, wang)]) == (None, {READ}, [True, False])
    with pytest.raises(NotFound):
        revoke(accounts, rows(accounts, wang)[1].id, wang)


def test_somebody_else_s_token_is_not_found(accounts, person, wang, token, may):
    secret = token(wang, READ)
    number = rows(accounts, wang)[0].id
    li = person("李娜", roles=["owner"])
    for wanted in (number, number + 1, 0, -1):
        with pytest.raises(NotFound):
            revoke(accounts, wanted, li)
    assert may(secret) == {READ}


def test_tokens_of_somebody_deactivated_work_no_more_not_even_when_activated_again(accounts, wang, token, may):
    secret = token(wang, READ)
    accounts.people.disable(None, CLI, wang)
    assert may(secret) is None
    accounts.people.enable(None, CLI, wang)
    assert (may(secret), [r.works for r in rows(accounts, wang)]) == (None, [False])


def test_what_is_no_token_is_nobody_s(accounts, wang, token, column):
    secret = token(wang, READ)
    (hashed,) = column(ApiToken.token_hash)
    garbage = ["", "kbp_", secret.removeprefix("kbp_"), secret + "x", hashed, "\0", "\ud800", secret.upper()]
    assert [accounts.gate.by_token(g) for g in garbage] == [None] * 8


def test_a_session_s_secret_is_no_token_and_a_token_no_session(accounts, wang, token, browser):
    secret = accounts.sign_in.open(wang, browser, method="password")
    assert (accounts.gate.by_token(secret), accounts.gate.by_session(token(wang, READ))) == (None, None)


def test_when_a_token_was_last_used_is_noted_once_a_minute(accounts, wang, token, may, kb_database, column):
    secret = token(wang, READ)
    assert column(ApiToken.last_used_at) == [None]
    may(secret)
    assert utcnow() - column(ApiToken.last_used_at)[0] < timedelta(seconds=30)
    for age, noted in ((timedelta(seconds=30), False), (timedelta(seconds=90), True)):
        then = utcnow() - age
        with kb_database.write() as session:
            session.execute(update(ApiToken).values(last_used_at=then))
        may(secret)
        assert (column(ApiToken.last_used_at)[0] > then) is noted


# ---------------------------------------------------------------------- what is taken from the owner is gone from the token


def test_a_permission_taken_from_the_role_is_gone_from_the_token(accounts, wang, token, may):
    secret = token(wang, READ, RESTRICT)
    accounts.roles.change(CLI, "editor", permissions=[READ], second_factor=False)
    assert may(secret) == {READ}
    accounts.roles.change(CLI, "editor", permissions=[READ, RESTRICT, "audit.read"], second_factor=False)
    assert may(secret) == {READ, RESTRICT}


def test_a_role_taken_from_the_person_is_gone_from_the_token(accounts, wang, token, may):
    secret = token(wang, READ, RESTRICT)
    accounts.people.set_roles(None, CLI, wang, ["agent"])
    assert may(secret) == {READ}
    accounts.people.set_roles(None, CLI, wang, ["owner"])
    assert may(secret) == {READ, RESTRICT}


def test_a_token_may_do_no_more_to_people_than_its_scopes_say(accounts, person, token):
    boss = person("老板", roles=["owner"])
    other = person("李娜", roles=["editor"])
    viewer = accounts.gate.by_token(token(boss, READ, "people.manage"))
    with pytest.raises(Forbidden):
        accounts.people.set_roles(viewer, Actor(boss, HERE), other, ["owner"])
    with pytest.raises(Forbidden):
        accounts.people.disable(viewer, Actor(boss, HERE), other)
    with pytest.raises(Forbidden):
        accounts.people.set_roles(viewer, Actor(boss, HERE), boss, ["owner", "editor"])
