"""Connecting a provider with one's own account, proving with it who one is, and living without a password."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import update

from kbplatform.accounts.audit import AuditFilter
from kbplatform.accounts.models import User, UserSession
from kbplatform.accounts.people import NewPerson
from kbplatform.app import platform_of
from kbplatform.db import utcnow
from kbplatform.viewer import CLI

PASSWORD = "a sentence to sign in with"


def stale(app):
    """Everybody proved who they are an hour ago."""
    with platform_of(app).db.write() as session:
        session.execute(update(UserSession).values(confirmed_at=utcnow() - timedelta(hours=1)))


@pytest.fixture
def app(site):
    return site()


@pytest.fixture
def wang(app, browse):
    """Somebody with a password, signed in with it."""
    platform_of(app).accounts.people.create(None, CLI, NewPerson("Wang", roles=frozenset({"editor"})), password=PASSWORD)
    browser = browse(app)
    assert browser.post("/sign-in", who="Wang", password=PASSWORD).status_code == 303
    return browser


@pytest.fixture
def li(app, idp, browse):
    """Somebody who came in with the provider and has no password."""
    idp.person("li", name="Li", email="li@example.com", email_verified=True)
    browser = browse(app)
    browser.sign_in("li")
    return browser


def actions(app):
    return [e.action for e in platform_of(app).accounts.audit.page(AuditFilter(object_kind="person"))]


def test_somebody_signed_in_connects_and_comes_in_with_it_from_then_on(app, idp, browse, wang):
    assert "not connected" in wang.client.get("/account").get_data(as_text=True)
    answer = wang.sign_in("w1", "/account/connect/oidc")
    assert answer.headers["Location"] == "/account#providers"
    page = wang.client.get("/account").get_data(as_text=True)
    assert "connected since" in page
    assert "Disconnect" in page
    other = browse(app)
    other.sign_in("w1")
    assert other.me()["name"] == "Wang"
    assert actions(app)[:2] == ["sign_in", "identity.linked"]


def test_connecting_asks_for_the_password_first(app, idp, wang):
    stale(app)
    response = wang.post("/account/connect/oidc")
    assert response.headers["Location"].startswith("/account/confirm?next=/account")
    assert wang.post("/account/confirm", current=PASSWORD, next="/account/connect/oidc").headers["Location"] == "/account/connect/oidc"
    assert wang.client.get("/account/connect/oidc").headers["Location"] == "/account#providers"
    assert wang.sign_in("w1", "/account/connect/oidc").status_code == 303


def test_what_belongs_to_somebody_else_is_not_connected(app, idp, browse, li, wang):
    wang.sign_in("li", "/account/connect/oidc")
    assert "connected with somebody else here" in wang.client.get("/account").get_data(as_text=True)
    again = browse(app)
    again.sign_in("li")
    assert again.me()["name"] == "Li"


def test_an_answer_that_was_asked_for_by_one_is_not_another_s(app, idp, wang, li):
    path = wang.agree(wang.leave("/account/connect/oidc"), "w1")
    with wang.client.session_transaction() as theirs, li.client.session_transaction() as mine:
        mine["asked"] = theirs["asked"]
    li.client.get(path)
    assert "identity.linked" not in actions(app)[:1]
    assert [i.provider for i in platform_of(app).accounts.identities.linked(wang.me()["id"])] == []
    assert len(platform_of(app).accounts.identities.linked(li.me()["id"])) == 1


def test_disconnecting_needs_another_way_in(app, idp, wang, li):
    wang.sign_in("w1", "/account/connect/oidc")
    wang.post("/account/disconnect/oidc")
    assert "not connected" in wang.client.get("/account").get_data(as_text=True)
    assert actions(app)[0] == "identity.unlinked"
    li.post("/account/disconnect/oidc")
    page = li.client.get("/account").get_data(as_text=True)
    assert "Set a password first" in page
    assert "connected since" in page


def test_without_a_password_one_proves_who_one_is_at_the_provider(app, idp, li):
    stale(app)
    assert li.client.get("/account/data").headers["Location"] == "/account/confirm?next=/account/data"
    page = li.client.get("/account/confirm?next=/account/data").get_data(as_text=True)
    assert "Sign in with Acme" in page
    assert 'type="password"' not in page
    address = li.leave("/account/confirm/with/oidc", next="/account/data")
    asked = parse_qs(urlsplit(address).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    response = li.client.get(li.agree(address, "li"))
    assert response.headers["Location"] == "/account/data"
    assert li.client.get("/account/data").status_code == 200


@pytest.mark.parametrize(
    ("subject", "knows_when", "claims", "words"),
    [
        ("wang", True, {}, "somebody else"), ("li", False, {}, "does not say that you have just signed in"),
        ("li", True, {"auth_time": 1000}, "does not say that you have just signed in"),
        ("li", True, {"auth_time": "now"}, "does not say that you have just signed in"), ("li", True, {"nonce": "x"}, "did not pass our checks"),
    ],
)  # fmt: skip
def test_nothing_less_than_a_fresh_sign_in_of_the_same_person_will_do(app, idp, li, subject, knows_when, claims, words):
    stale(app)
    idp.knows_when, idp.claims = knows_when, claims
    response = li.sign_in(subject, "/account/confirm/with/oidc", next="/account/data")
    assert response.headers["Location"] == "/account/confirm?next=/account/data"
    assert words in li.client.get("/account/confirm?next=/account/data").get_data(as_text=True)
    assert li.client.get("/account/data").status_code == 303


def test_a_wish_for_a_fresh_sign_in_that_is_dropped_on_the_way_is_noticed(app, idp, li):
    stale(app)
    address = li.leave("/account/confirm/with/oidc", next="/account/data").replace("&prompt=login", "").replace("&max_age=0", "")
    li.client.get(li.agree(address, "li"))
    assert li.client.get("/account/data").status_code == 303


def test_without_a_password_pages_say_so(app, idp, li):
    assert "You have no password here." in li.client.get("/account").get_data(as_text=True)
    page = li.client.get("/account/password").get_data(as_text=True)
    assert "another service signs you in" in page
    assert 'name="current"' not in page
    assert li.post("/account/password", current="", password=PASSWORD, again=PASSWORD).status_code == 422
    with platform_of(app).db.read() as session:
        assert session.get_one(User, li.me()["id"]).password_hash is None
    li.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    assert "您在这里没有密码" in li.client.get("/account/password").get_data(as_text=True)


def test_people_who_came_with_a_provider_count_as_joined(app, idp, li, kb_login):
    owner = kb_login(app, "owner")
    assert ">Li<" not in owner.get("/admin/people?state=invited").get_data(as_text=True)
    assert "New invitation" not in owner.get(f"/admin/people/{li.me()['id']}").get_data(as_text=True)


def test_the_ways_of_one_s_own_account_are_closed_to_others(app, browse):
    browser = browse(app)
    for path in ("/account/connect/oidc", "/account/disconnect/oidc", "/account/confirm/with/oidc"):
        assert browser.post(path).status_code == 401
    assert browser.client.post("/sign-in/with/oidc").status_code == 400
