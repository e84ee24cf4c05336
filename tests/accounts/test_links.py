"""Addresses that work once: for the first owner, for somebody invited, for a new password."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import update

from kbplatform.accounts.models import OneTimeLink, User, UserSession
from kbplatform.accounts.people import NewPerson
from kbplatform.accounts.second_factor import new_secret, turn_on
from kbplatform.accounts.sign_in import Known, LinkView
from kbplatform.accounts.vault import fingerprint
from kbplatform.db import utcnow
from kbplatform.errors import InvalidInput, NotFound
from kbplatform.viewer import CLI, Actor

GOOD = "晴天去河边散步 42"
OTHER = "雨天在家里读书 42"
HERE = "192.0.2.7"


def owner_token(accounts) -> str:
    return accounts.owner_link().split("token=")[1]


@pytest.fixture
def wang(person):
    return person("Wang Fang", email="wang@example.com", password=GOOD)


@pytest.fixture
def invite(accounts):
    return lambda name, email="": accounts.people.invite(None, CLI, NewPerson(name, email))


@pytest.fixture
def reset(accounts):
    return lambda user_id: accounts.people.new_link(None, CLI, user_id)


@pytest.fixture
def use(accounts, outcome):
    """``use(token)`` → Known, or the class of what was raised."""
    return lambda token, password=OTHER, **typed: outcome(lambda: accounts.sign_in.with_link(token, HERE, password=password, **typed))


@pytest.fixture
def works(accounts, outcome):
    """Whether a link still works. Uses nothing up."""
    return lambda token: isinstance(outcome(lambda: accounts.sign_in.look_at_link(token)), LinkView)


# ---------------------------------------------------------------------- the first owner


def test_the_owner_s_link_makes_the_owner_once_and_then_there_is_none(accounts, use, viewer_of):
    assert accounts.owner_link().startswith("http://127.0.0.1:8000/welcome?token=")
    token = owner_token(accounts)
    assert accounts.sign_in.look_at_link(token) == LinkView("owner", "", "")
    known = use(token, name=" Ｌｉ Na", email="Li@example.com")
    assert known == Known(1, "", "link")
    me = accounts.people.page(viewer_of(1))[0]
    assert [(p.name, p.email, p.roles, p.joined) for p in me] == [("Li Na", "Li@example.com", ("owner",), True)]
    assert use(token, name="Eve", email="eve@example.com") is NotFound
    assert accounts.owner_link() is None


def test_of_two_who_open_the_owner_s_link_together_one_becomes_owner(accounts, together, use, column):
    token = owner_token(accounts)
    came = together(*[lambda n=n: use(token, name=f"Owner {n}", email=f"o{n}@example.com") for n in range(4)])
    assert Counter(c if c is NotFound else type(c) for c in came) == {Known: 1, NotFound: 3}
    assert len(column(User.id)) == 1


def test_what_is_wrong_on_the_owner_s_form_uses_nothing_up(accounts, use, column):
    token = owner_token(accounts)
    for field, typed in [
        ("name", {"name": ""}),
        ("email", {"email": ""}),
        ("email", {"email": "li"}),
        ("password", {"password": "short"}),
        ("password", {"name": "Lina88", "password": "lina88 and more"}),
    ]:
        with pytest.raises(InvalidInput) as caught:
            accounts.sign_in.with_link(token, HERE, **({"name": "Li", "email": "li@example.com", "password": GOOD} | typed))
        assert [f.field for f in caught.value.fields] == [field]
    assert column(User.id) == []
    assert use(token, name="Li", email="li@example.com") == Known(1, "", "link")


def test_a_new_owner_s_link_stops_the_earlier_one(accounts, works):
    first, second = owner_token(accounts), owner_token(accounts)
    assert (works(first), works(second)) == (False, True)


def test_the_owner_s_link_works_no_more_once_there_is_an_account(accounts, person, use, works):
    """Whoever reads the log of the first start must not become owner of a site that has people."""
    token = owner_token(accounts)
    person("王芳", roles=["owner"], password=GOOD)
    assert accounts.owner_link() is None
    assert (works(token), use(token, name="Eve", email="eve@example.com")) == (False, NotFound)


# ---------------------------------------------------------------------- once, in time, for somebody who is there


def test_an_invitation_shows_whom_it_is_for_and_lets_them_in(accounts, invite, use):
    li, token = invite("李娜", "li@example.com")
    assert accounts.sign_in.look_at_link(token) == LinkView("invite", "李娜", "li@example.com")
    assert use(token) == Known(li, "", "link")
    assert accounts.sign_in.with_password("li@example.com", OTHER, HERE).user_id == li


def test_who_is_invited_may_write_their_name_differently_but_not_like_another_s(accounts, person, invite, use, column):
    person("王芳")
    _li, token = invite("李娜")
    assert use(token, name="王芳") is InvalidInput
    assert isinstance(use(token, name="李 娜"), Known)
    assert column(User.name) == ["王芳", "李 娜"]


def test_a_reset_changes_the_password_and_nothing_else(accounts, wang, reset, use, column):
    token = reset(wang)
    assert accounts.sign_in.look_at_link(token) == LinkView("reset", "Wang Fang", "wang@example.com")
    assert use(token, name="Eve", email="eve@example.com") == Known(wang, "", "link")
    assert (column(User.name), column(User.email)) == (["Wang Fang"], ["wang@example.com"])
    assert accounts.sign_in.with_password("Wang Fang", OTHER, HERE).user_id == wang


def test_a_link_works_once(wang, invite, reset, use):
    for token in (reset(wang), invite("李娜")[1]):
        assert (isinstance(use(token), Known), use(token)) == (True, NotFound)


def test_a_link_works_once_even_when_two_come_together(accounts, wang, invite, reset, use, together):
    for token in (reset(wang), invite("李娜")[1]):
        came = together(*[lambda token=token: use(token)] * 3)
        assert Counter(c if c is NotFound else type(c) for c in came) == {Known: 1, NotFound: 2}


def test_links_run_out_each_in_its_time(accounts, person, invite, reset, use, works, kb_database, column):
    tokens = {"owner": owner_token(accounts), "invite": invite("李娜")[1], "reset": reset(person("王芳", password=GOOD))}
    lives = {p: e - c for p, e, c in zip(column(OneTimeLink.purpose), column(OneTimeLink.expires_at), column(OneTimeLink.created_at), strict=True)}
    assert {p: round(life / timedelta(hours=1), 2) for p, life in lives.items()} == {"owner": 168, "invite": 168, "reset": 2}
    assert [works(tokens[p]) for p in ("invite", "reset")] == [True, True]
    with kb_database.write() as session:
        session.execute(update(OneTimeLink).values(expires_at=utcnow() - timedelta(seconds=1)))
    assert [(works(t), use(t, name="Li", email="li@example.com")) for t in tokens.values()] == [(False, NotFound)] * 3


def test_garbage_is_no_link(wang, reset, use, works):
    token = reset(wang)
    garbage = ["", "重设密码", token + "A", token[:-1], fingerprint(token), "A" * 100_000, "\0", "\ud800"]
    assert [(works(g), use(g)) for g in garbage] == [(False, NotFound)] * 8
    assert works(token) is True


def test_links_of_somebody_deactivated_work_no_more_not_even_when_activated_again(accounts, wang, invite, reset, use):
    li, invited = invite("李娜")
    tokens = [reset(wang), invited]
    for user_id in (wang, li):
        accounts.people.disable(None, CLI, user_id)
    assert [use(t) for t in tokens] == [NotFound, NotFound]
    for user_id in (wang, li):
        accounts.people.enable(None, CLI, user_id)
    assert [use(t) for t in tokens] == [NotFound, NotFound]


def test_there_is_no_new_link_for_somebody_deactivated(accounts, wang, reset, column):
    accounts.people.disable(None, CLI, wang)
    with pytest.raises(InvalidInput):
        reset(wang)
    assert column(OneTimeLink.id) == []


def test_a_second_link_stops_the_first_of_its_purpose_and_nobody_else_s(accounts, person, wang, invite, reset, works):
    zhao = person("赵敏", password=GOOD)
    li, invited = invite("李娜")
    theirs, first = reset(zhao), reset(wang)
    assert (works(first), works(reset(wang)), works(first), works(theirs), works(invited)) == (True, True, False, True, True)
    again = accounts.people.new_link(None, CLI, li)
    assert (works(invited), accounts.sign_in.look_at_link(again).purpose) == (False, "invite")


def test_anybody_may_ask_for_a_reset_and_none_of_it_undoes_an_earlier_link(accounts, wang, reset, use, works):
    given = reset(wang)
    asked = [accounts.sign_in.make_reset("wang@example.com", HERE)[1] for _ in range(2)]
    assert [works(t) for t in (given, *asked)] == [True] * 3
    assert isinstance(use(asked[0]), Known)
    assert [works(t) for t in (given, *asked)] == [False] * 3


def test_a_bad_password_on_the_form_uses_nothing_up(wang, reset, use):
    token = reset(wang)
    assert [use(token, password) for password in ("short", "password123", "wang@example.com", "x" * 257)] == [InvalidInput] * 4
    assert use(token) == Known(wang, "", "link")


# ---------------------------------------------------------------------- what a new password ends


def test_a_reset_ends_all_sessions_and_the_other_links(accounts, wang, reset, use, works, viewer_of, column):
    viewer_of(wang)
    viewer_of(wang)
    first = reset(wang)
    assert isinstance(use(first), Known)
    assert column(UserSession.id) == []
    viewer_of(wang)
    second = reset(wang)
    accounts.sign_in.change_password(Actor(wang, HERE), "月亮圆的时候想家 42", keep_session=None)
    assert (works(second), column(UserSession.id)) == (False, [])


def test_a_reset_does_not_go_round_the_second_factor(accounts, wang, reset, use, kb_database):
    secret = new_secret()
    with kb_database.write() as session:
        turn_on(session, accounts.vault, session.get_one(User, wang), secret, pyotp.TOTP(secret).now())
    assert use(reset(wang)) == Known(wang, "code", "link")


def test_a_role_that_demands_a_second_factor_demands_it_of_people_who_come_by_a_link_too(accounts, role, use):
    role("floor", second_factor=True)
    li, token = accounts.people.invite(None, CLI, NewPerson("李娜", roles=frozenset({"floor"})))
    assert use(token) == Known(li, "enrol", "link")


def test_a_changed_address_stops_the_links_mailed_to_the_old_one(accounts, wang, invite, reset, works):
    li, invited = invite("李娜", "li@wrong.example.com")
    mailed = reset(wang)
    accounts.people.change(None, CLI, wang, name="Wang Fang", email="wang@example.org")
    accounts.people.change(None, CLI, li, name="李娜", email="li@example.com")
    assert (works(mailed), works(invited)) == (False, False)


def test_a_changed_name_stops_no_link(accounts, wang, reset, works):
    mailed = reset(wang)
    accounts.people.change(None, CLI, wang, name="Wang Fang 2", email="wang@example.com")
    assert works(mailed) is True
