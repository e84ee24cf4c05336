"""People as providers know them, on both databases: found, made once, and moved between roles without losing the last owner."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from kbplatform.accounts.models import User, UserIdentity, UserRole
from kbplatform.errors import Conflict, InvalidInput
from kbplatform.plugin.contributions import Identity
from kbplatform.viewer import Actor


@pytest.fixture
def come(accounts):
    """``come("u1", "Li")`` → the number of the person who signed in with this identity."""
    return lambda subject, name="Li", provider="acme", **more: accounts.identities.sign_in(provider, Identity(subject, name, **more), "192.0.2.7").user_id


def test_the_same_subject_of_two_providers_is_two_people(come):
    assert come("u1") == come("u1")
    assert come("u1") != come("u1", provider="other")


def test_one_person_from_six_tabs_is_made_once(come, together, kb_database):
    assert len(set(together(*[lambda: come("u1")] * 6))) == 1
    with kb_database.read() as session:
        assert len(session.scalars(select(User)).all()) == len(session.scalars(select(UserIdentity)).all()) == 1


def test_namesakes_who_come_at_the_same_moment_are_told_apart(come, together, kb_database):
    numbers = together(*[lambda n=n: come(f"u{n}", "王芳") for n in range(3)])
    assert len(set(numbers)) == 3
    with kb_database.read() as session:
        assert sorted(session.scalars(select(User.name))) == ["王芳", "王芳 2", "王芳 3"]


def test_one_identity_is_connected_by_one_of_two_who_try_at_once(accounts, person, together):
    people = [person("Li"), person("Wang")]
    outcomes = together(*[lambda n=n: accounts.identities.link(Actor(n, "192.0.2.7"), "acme", Identity("u1", "Li")) for n in people])
    assert sorted(outcomes, key=str) == [Conflict, None]
    assert sum(len(accounts.identities.linked(n)) for n in people) == 1


def test_two_last_owners_who_lose_their_group_at_once_leave_one(make, together, kb_database):
    accounts = make(sso_roles={"owners": "owner"})

    def come(subject, groups):
        return accounts.identities.sign_in("acme", Identity(subject, subject, groups=frozenset(groups)), "192.0.2.7").user_id

    numbers = [come(s, ["owners"]) for s in ("u1", "u2")]
    assert together(lambda: come("u1", []), lambda: come("u2", [])) == numbers
    with kb_database.read() as session:
        assert len(session.scalars(select(UserRole.user_id).where(UserRole.role == "owner")).all()) == 1


def test_the_only_way_in_is_not_taken_off(accounts, come):
    number = come("u1")
    with pytest.raises(InvalidInput):
        accounts.identities.unlink(Actor(number, ""), "acme")
    accounts.identities.link(Actor(number, ""), "other", Identity("x", "Li"))
    accounts.identities.unlink(Actor(number, ""), "acme")
    assert [i.provider for i in accounts.identities.linked(number)] == ["other"]
