"""The gate: who is asking and what they may do. What it does not know, it denies."""

from __future__ import annotations

import pytest

from kbplatform.accounts.people import NewPerson
from kbplatform.accounts.permissions import CORE_PERMISSIONS, PROPOSE, READ
from kbplatform.accounts.tokens import make_token
from kbplatform.errors import Forbidden, InvalidInput, SignInNeeded
from kbplatform.sdk import Permission, Text
from kbplatform.viewer import ANONYMOUS, CLI, Actor, Viewer

CORE = {p.name for p in CORE_PERMISSIONS}
RESTRICT = "articles.restrict"


# ---------------------------------------------------------------------- who may read without signing in


def reading(accounts) -> tuple[str, bool]:
    viewer = accounts.gate.anonymous()
    return accounts.read_access(), accounts.gate.allows(viewer, READ)


OPEN, CLOSED = ("everyone", True), ("signed-in", False)


def test_a_site_is_open_while_this_machine_alone_sees_it_and_has_no_accounts(make, person):
    loopback, lan = make(), make(host="0.0.0.0")
    behind_a_proxy, public = make(trusted_proxies=1), make(public_url="https://kb.example.com")
    assert [reading(a) for a in (loopback, lan, behind_a_proxy, public)] == [OPEN, CLOSED, CLOSED, CLOSED]
    person("王芳")
    assert reading(loopback) == CLOSED


def test_the_owner_chooses_who_may_read(make, person):
    loopback, lan = make(), make(host="0.0.0.0")
    loopback.set_read_access(CLI, "signed-in")
    assert [reading(a) for a in (loopback, lan)] == [CLOSED, CLOSED]
    person("王芳")
    loopback.set_read_access(CLI, "everyone")
    assert [reading(a) for a in (loopback, lan)] == [OPEN, OPEN]


def test_what_the_operator_fixed_the_owner_does_not_change(make, person):
    for fixed, expected in (("everyone", OPEN), ("signed-in", CLOSED)):
        accounts = make(read_access=fixed, host="0.0.0.0")
        with pytest.raises(InvalidInput) as caught:
            accounts.set_read_access(CLI, "everyone" if fixed == "signed-in" else "signed-in")
        assert ("KBPLATFORM_READ_ACCESS" in caught.value.message.en, reading(accounts)) == (True, expected)


@pytest.mark.parametrize("value", ["", "nobody", "Everyone", "auto"])
def test_there_are_two_choices(accounts, value):
    with pytest.raises(InvalidInput):
        accounts.set_read_access(CLI, value)
    assert reading(accounts) == OPEN


def test_on_a_closed_site_nobody_in_particular_may_nothing(make):
    accounts = make(read_access="signed-in")
    assert accounts.gate.anonymous() == ANONYMOUS
    assert {p for p in accounts.permissions.all if accounts.gate.allows(ANONYMOUS, p)} == set()


def test_on_an_open_site_nobody_in_particular_is_a_reader(make, plugin):
    play = Permission("games.play", Text("玩", "Play"), frozenset({"reader"}))
    accounts = make(plugins={"games": plugin(register_permissions=lambda: [play])})
    viewer = accounts.gate.anonymous()
    assert (viewer.id, viewer.roles, viewer.audiences) == (None, {"reader"}, {"everyone"})
    assert {p for p in CORE if accounts.gate.allows(viewer, p)} == {READ, PROPOSE}
    assert accounts.gate.allows(viewer, "games.play") is True
    accounts.roles.change(CLI, "reader", permissions=[READ], second_factor=False)
    assert accounts.gate.allows(accounts.gate.anonymous(), "games.play") is False


def test_audiences_grow_with_signing_in_and_never_by_a_team_alone():
    assert ANONYMOUS.audiences == {"everyone"}
    assert Viewer(id=1, teams=frozenset({"billing"})).audiences == {"everyone", "signed-in", "team:billing"}
    assert Viewer(id=None, teams=frozenset({"billing"})).audiences == {"everyone"}


# ---------------------------------------------------------------------- what somebody may do


@pytest.mark.parametrize("permission", ["", "articles.rewrite", "READ", "public", "articles.read ", "articles", "*"])
def test_a_permission_nobody_has_declared_is_denied_to_everybody(accounts, permission):
    anything = Viewer(id=1, roles=frozenset({"owner"}), permissions=frozenset({permission} | CORE))
    assert accounts.gate.allows(anything, permission) is False
    with pytest.raises(Forbidden):
        accounts.gate.require(anything, permission)


def test_who_is_turned_away_reads_why_and_what_to_do_in_both_languages(make):
    accounts = make(read_access="signed-in")
    with pytest.raises(SignInNeeded) as caught:
        accounts.gate.require(ANONYMOUS, READ)
    assert ("登录" in caught.value.remedy.zh, "Sign in" in caught.value.remedy.en, caught.value.status) == (True, True, 401)
    with pytest.raises(Forbidden) as refused:
        accounts.gate.require(Viewer(id=1, permissions=frozenset({READ})), RESTRICT)
    assert ("设定文章给谁看" in refused.value.message.zh, "Say who may read an article" in refused.value.message.en) == (True, True)
    assert ("管理员" in refused.value.remedy.zh, "administrator" in refused.value.remedy.en) == (True, True)


# ---------------------------------------------------------------------- what a plugin says


@pytest.fixture
def ruled(make, plugin):
    """``ruled(function)`` → Accounts of a site with a plugin that decides by ``function(viewer, permission)``."""
    return lambda decide: make(plugins={"rules": plugin(permission_allowed=decide)})


HOLDER, OTHER = Viewer(id=1, permissions=frozenset({READ})), Viewer(id=2)


def explode(viewer, permission):
    raise RuntimeError("not today")


def leave(viewer, permission):
    raise SystemExit(2)


@pytest.mark.parametrize(
    ("decide", "holder", "other"),
    [
        (lambda viewer, permission: True, True, True),
        (lambda viewer, permission: False, False, False),
        (lambda viewer, permission: None, True, False),
        (lambda viewer, permission: "yes", False, False),
        (lambda viewer, permission: 1, False, False),
        (lambda viewer: viewer.id == 2, False, True),
        (explode, False, False),
        (leave, False, False),
    ],
    ids=["True", "False", "None", "a word", "a number", "by viewer", "raises", "exits"],
)
def test_a_plugin_decides_before_the_roles_do_and_one_that_fails_denies(logged, ruled, decide, holder, other):
    gate = ruled(decide).gate
    assert (gate.allows(HOLDER, READ), gate.allows(OTHER, READ)) == (holder, other)


def test_a_plugin_decides_about_people_who_are_not_signed_in_too(ruled):
    accounts = ruled(lambda viewer, permission: False if viewer.id is None else None)
    assert (accounts.gate.allows(accounts.gate.anonymous(), READ), accounts.gate.allows(HOLDER, READ)) == (False, True)


def test_a_plugin_makes_no_permission_that_nobody_declared(ruled):
    assert ruled(lambda viewer, permission: True).gate.allows(HOLDER, "articles.rewrite") is False


def test_the_first_plugin_that_decides_decides(make, plugin):
    deny, allow, silent = (plugin(permission_allowed=lambda viewer, permission, answer=answer: answer) for answer in (False, True, None))
    assert make(plugins={"a": silent, "b": silent}).gate.allows(HOLDER, READ) is True
    answers = {make(plugins={"a": one, "b": other, "c": silent}).gate.allows(HOLDER, READ) for one, other in ((deny, silent), (silent, deny))}
    assert answers == {False}
    assert make(plugins={"a": silent, "b": allow}).gate.allows(OTHER, READ) is True


def test_a_plugin_does_not_widen_a_token(ruled, person, viewer_of):
    accounts = ruled(lambda viewer, permission: True)
    wang = person("王芳", roles=["editor"])
    viewer = viewer_of(wang)
    with accounts.db.write() as session:
        secret = make_token(session, viewer, Actor(wang, "192.0.2.7"), name="robot", scopes=[READ], days=1)
    by_token, by_session = accounts.gate.by_token(secret), viewer
    assert {p for p in accounts.permissions.all if accounts.gate.allows(by_token, p)} == {READ}
    assert {p for p in accounts.permissions.all if accounts.gate.allows(by_session, p)} == set(accounts.permissions.all)


def test_a_plugin_that_denies_denies_the_token_too(ruled, person, viewer_of):
    accounts = ruled(lambda viewer, permission: False if permission == RESTRICT else None)
    wang = person("王芳", roles=["editor"])
    viewer = viewer_of(wang)
    with accounts.db.write() as session:
        secret = make_token(session, viewer, Actor(wang, "192.0.2.7"), name="robot", scopes=[READ, RESTRICT], days=1)
    assert {p for p in CORE if accounts.gate.allows(accounts.gate.by_token(secret), p)} == {READ}


def test_somebody_invited_who_has_not_come_yet_closes_the_site_as_well(accounts):
    accounts.people.invite(None, CLI, NewPerson("王芳"))
    assert reading(accounts) == CLOSED
