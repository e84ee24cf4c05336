"""A form sent after the session ended: kept on the page, sent again after signing in; nothing of other sites, and no password."""

from __future__ import annotations

import html
import re

import pytest

from kbplatform.accounts.models import UserSession
from kbplatform.accounts.people import NewPerson
from kbplatform.app import platform_of
from kbplatform.viewer import CLI

SENTENCE = "a fine sentence to remember"
HERE = {"Origin": "http://localhost", "Accept-Language": "en"}
NOTE = "Coaches ask before <b>they</b> \"transfer\""


@pytest.fixture
def app(kb_make_app):
    app = kb_make_app(read_access="signed-in")
    platform_of(app).accounts.people.create(None, CLI, NewPerson("Ann", "", frozenset({"owner"})), password=SENTENCE)
    return app


def hidden(page):
    """The fields of the form that sends it again."""
    form = re.search(r'<main.*?<form method="post" action="([^"]+)">(.*?)</form>', page, re.DOTALL)
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[2])
    return html.unescape(form[1]), [(name, html.unescape(value)) for name, value in fields]


def as_data(fields):
    data = {}
    for name, value in fields:
        data.setdefault(name, []).append(value)
    return data


def sign_in(client):
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").get_data(as_text=True))[1]
    assert client.post("/sign-in", data={"csrf_token": token, "who": "Ann", "password": SENTENCE}).status_code == 303


def sign_everybody_out(app):
    with platform_of(app).db.write() as session:
        session.query(UserSession).delete()


def a_form(client):
    """A new role."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/admin/roles").get_data(as_text=True))[1]
    return {"csrf_token": token, "name": "coach", "zh": "教练", "en": NOTE, "more": ["1", "2"]}


def test_what_was_typed_is_sent_once_more_after_signing_in(app):
    client = app.test_client()
    sign_in(client)
    form = a_form(client)
    sign_everybody_out(app)
    response = client.post("/admin/roles?lang=en", data=form, headers=HERE)
    page = response.get_data(as_text=True)
    assert response.status_code == 401
    assert "You are signed out. What you wrote is still on this page" in page
    assert "<b>they" not in page
    address, fields = hidden(page)
    assert address == "/admin/roles?lang=en"
    assert {name: values for name, values in as_data(fields).items() if name != "csrf_token"} == {"name": ["coach"], "zh": ["教练"], "en": [NOTE], "more": ["1", "2"]}
    sign_in(client)
    second = client.post(address, data=as_data(fields), headers=HERE)  # signing in began a new session: that page is too old
    assert (second.status_code, "You are signed in as Ann" in second.get_data(as_text=True)) == (400, True)
    address, fields = hidden(second.get_data(as_text=True))
    third = client.post(address, data=as_data(fields), headers=HERE)
    assert (third.status_code, third.headers["Location"]) == (303, "/admin/roles/coach")
    assert html.escape(NOTE, quote=False) in client.get("/admin/roles", headers=HERE).get_data(as_text=True).replace("&#34;", '"')


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "http://[broken"}])
def test_what_did_not_come_from_a_page_of_this_site_is_not_offered_again(app, headers):
    client = app.test_client()
    sign_in(client)
    form = a_form(client)
    sign_everybody_out(app)
    response = client.post("/admin/roles", data=form | {"csrf_token": "wrong"}, headers=headers)
    assert response.status_code in {400, 401, 403}
    assert "Coaches ask" not in response.get_data(as_text=True)


@pytest.mark.parametrize("field", ["password", "new_password", "code", "token"])
def test_passwords_and_codes_are_never_written_into_a_page(app, field):
    client = app.test_client()
    sign_in(client)
    form = a_form(client) | {field: "0123456789-secret"}
    sign_everybody_out(app)
    page = client.post("/admin/roles", data=form, headers=HERE).get_data(as_text=True)
    assert "0123456789-secret" not in page
    assert "Coaches ask" not in page
