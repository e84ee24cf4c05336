"""The pages people come in by, tried with what people and attackers type."""

from __future__ import annotations

import re
import statistics
import time

import pyotp
import pytest
from sqlalchemy import update

from kbplatform.accounts.models import OneTimeLink, User, UserSession
from kbplatform.accounts.people import NewPerson
from kbplatform.accounts.second_factor import turn_on
from kbplatform.app import platform_of
from kbplatform.db import utcnow
from kbplatform.viewer import CLI

SENTENCE = "a fine sentence to remember"


@pytest.fixture
def app(kb_make_app):
    return kb_make_app(read_access="signed-in")


@pytest.fixture
def accounts(app):
    return platform_of(app).accounts


def token_of(client, path="/forgot"):
    return re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).get_data(as_text=True))[1]


def post(client, path, **form):
    return client.post(path, data={"csrf_token": token_of(client)} | form)


def sign_in(client, who, password=SENTENCE, **form):
    return post(client, "/sign-in", who=who, password=password, **form)


def person(accounts, name, *roles, secret=None):
    number = accounts.people.create(None, CLI, NewPerson(name, "", frozenset(roles)), password=SENTENCE)
    if secret:
        with accounts.db.write() as session:
            turn_on(session, accounts.vault, session.get_one(User, number), secret, pyotp.TOTP(secret).now())
    return number


def test_a_page_one_wanted_opens_after_signing_in(app, accounts):
    person(accounts, "Ann")
    client = app.test_client()
    asked = client.get("/articles/complaint-handling?lang=en")
    assert (asked.status_code, asked.headers["Location"]) == (303, "/sign-in?next=%2Farticles%2Fcomplaint-handling%3Flang%3Den")
    answer = sign_in(client, "ANN", next="/articles/complaint-handling?lang=en")
    assert answer.headers["Location"] == "/articles/complaint-handling?lang=en"
    assert "How to handle a customer complaint" in client.get("/articles/complaint-handling?lang=en").get_data(as_text=True)


def test_a_wrong_password_and_an_unknown_name_get_the_same_page(app, accounts):
    person(accounts, "Ann")
    pages = []
    for who in ("Ann", "Bob"):
        client = app.test_client()
        response = sign_in(client, who, "not the right sentence")
        page = re.sub(r'(value|data-token)="[^"]*"', "", response.get_data(as_text=True))
        pages.append((response.status_code, page, sorted(k for k, _ in response.headers)))
    assert pages[0] == pages[1]
    assert pages[0][0] == 422


@pytest.mark.slow
def test_a_wrong_password_takes_as_long_whether_the_name_exists_or_not(app, accounts):
    for n in range(15):
        person(accounts, f"Known {n}")
    client = app.test_client()
    token = token_of(client)
    times = {"Known": [], "Nobody": []}
    for n in range(60):
        for kind in sorted(times, reverse=bool(n % 2)):
            started = time.perf_counter()
            form = {"csrf_token": token, "who": f"{kind} {n % 15}", "password": "not the right sentence"}
            assert client.post("/sign-in", data=form, environ_base={"REMOTE_ADDR": f"10.0.{n}.1"}).status_code == 422
            times[kind].append(time.perf_counter() - started)
    known, unknown = (statistics.median(t) for t in times.values())
    assert abs(known - unknown) / max(known, unknown) < 0.15  # the figure over 200 tries: benchmarks/sign_in_timing.py


def test_brute_force_is_slowed_and_told(app, accounts):
    person(accounts, "Ann")
    client = app.test_client()
    answers = [sign_in(client, "Ann", f"guess number {n}") for n in range(7)]
    assert [a.status_code for a in answers] == [422] * 5 + [429] * 2
    assert answers[-1].headers["Retry-After"] == "15"
    assert "15 " in re.search(r'role="alert">([^<]+)', answers[-1].get_data(as_text=True))[1]
    assert sign_in(client, "Ann").status_code == 429  # not even the right one, until the wait is over


@pytest.mark.parametrize("what", ["used", "expired", "garbage", "empty", "disabled"])
def test_a_link_that_works_no_more_is_explained(app, accounts, what):
    number, token = accounts.people.invite(None, CLI, NewPerson("Ann"))
    client = app.test_client()
    if what == "used":
        assert post(client, "/welcome", token=token, name="Ann", password=SENTENCE, again=SENTENCE).status_code == 303
    elif what == "expired":
        with accounts.db.write() as session:
            session.execute(update(OneTimeLink).values(expires_at=utcnow()))
    elif what == "disabled":
        accounts.people.disable(None, CLI, number)
    token = {"garbage": "x" * 43, "empty": ""}.get(what, token)
    response = app.test_client().get(f"/welcome?token={token}", headers={"Accept-Language": "en"})
    assert response.status_code == 404
    assert "used, has expired, or is incomplete" in response.get_data(as_text=True)


def test_looking_at_a_link_uses_nothing_up_and_a_weak_password_neither(app, accounts):
    _, token = accounts.people.invite(None, CLI, NewPerson("Anna"))
    client = app.test_client()
    for _ in range(3):
        assert client.get(f"/welcome?token={token}").status_code == 200
    for weak in ("short", "password123", "1234567890", "anna is great", "aaaaaaaaaaaa", "x" * 300):
        assert post(client, "/welcome", token=token, name="Anna", password=weak, again=weak).status_code == 422, weak
    assert post(client, "/welcome", token=token, name="Anna", password=SENTENCE, again=SENTENCE + " or not").status_code == 422
    assert post(client, "/welcome", token=token, name="Anna", password=SENTENCE, again=SENTENCE).status_code == 303


def test_a_code_is_asked_for_and_a_phone_with_a_wrong_clock_is_told_so(app, accounts):
    secret = pyotp.random_base32()
    number = person(accounts, "Ann", secret=secret)
    client = app.test_client()
    assert sign_in(client, "Ann").headers["Location"] == "/sign-in/code"
    assert client.get("/").headers["Location"].startswith("/sign-in")  # half in is not in
    skewed = pyotp.TOTP(secret).at(time.time() - 5 * 60)
    page = client.post("/sign-in/code", data={"csrf_token": token_of(client), "code": skewed}, headers={"Accept-Language": "en"})
    assert page.status_code == 422
    assert "clock is about 5 min off" in page.get_data(as_text=True)
    with accounts.db.write() as session:
        session.get_one(User, number).totp_step = 0
    assert post(client, "/sign-in/code", code=pyotp.TOTP(secret).now()).status_code == 303
    assert client.get("/").status_code == 200


def test_a_role_that_demands_a_second_factor_lets_nobody_in_without(app, accounts):
    accounts.roles.change(CLI, "lead", permissions=["people.see_team"], second_factor=True)
    person(accounts, "Ann", "lead")
    client = app.test_client()
    assert sign_in(client, "Ann").headers["Location"] == "/sign-in/second-factor"
    page = client.get("/sign-in/second-factor").get_data(as_text=True)
    assert client.get("/admin/people").headers["Location"].startswith("/sign-in")
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    codes = post(client, "/sign-in/second-factor", code=pyotp.TOTP(secret).now()).get_data(as_text=True)
    assert len(re.findall(r"<code>[a-z2-9]{4}(?:-[a-z2-9]{4}){5}</code>", codes)) == 10
    assert client.get("/admin/people").status_code == 200


def test_forgetting_the_password_says_the_same_to_everybody_and_mails_only_who_exists(app, accounts):
    accounts.people.create(None, CLI, NewPerson("Ann", "ann@example.com"), password=SENTENCE)
    pages = []
    for who in ("ann@example.com", "nobody@example.com"):
        pages.append(re.sub(r'(value|data-token)="[^"]*"', "", post(app.test_client(), "/forgot", who=who).get_data(as_text=True)))
        accounts.mailer.flush()
    assert pages[0] == pages[1]
    with accounts.db.read() as session:
        assert [link.purpose for link in session.query(OneTimeLink)] == ["reset"]


def test_the_session_ends_at_the_next_request_once_its_person_is_deactivated(app, accounts):
    number = person(accounts, "Ann")
    client = app.test_client()
    sign_in(client, "Ann")
    assert client.get("/").status_code == 200
    accounts.people.disable(None, CLI, number)
    assert client.get("/").headers["Location"].startswith("/sign-in")


def test_remembered_sessions_last_thirty_days_others_half_a_day(app, accounts):
    person(accounts, "Ann")
    for remember in ("", "1"):
        answer = sign_in(app.test_client(), "Ann", remember=remember)
        assert ("Expires=" in answer.headers["Set-Cookie"]) is bool(remember)
        assert "HttpOnly" in answer.headers["Set-Cookie"]
    with accounts.db.read() as session:
        rows = session.query(UserSession).order_by(UserSession.id)
        assert [round((s.expires_at - s.created_at).total_seconds() / 3600) for s in rows] == [12, 720]


def test_signing_in_leaves_nothing_of_the_session_before(app, accounts):
    person(accounts, "Ann")
    client = app.test_client()
    before = token_of(client)
    sign_in(client, "Ann")
    assert client.post("/sign-out", data={"csrf_token": before}).status_code == 400  # the token of before is worth nothing now
    assert client.get("/").status_code == 200
    assert client.post("/sign-out", data={"csrf_token": token_of(client, "/account/password")}).status_code == 303
    assert client.get("/").headers["Location"].startswith("/sign-in")


def test_a_change_of_how_one_signs_in_asks_for_the_password_again_after_a_while(app, accounts):
    person(accounts, "Ann", "owner")
    client = app.test_client()
    sign_in(client, "Ann")
    assert client.get("/account/tokens").status_code == 200
    with accounts.db.write() as session:
        session.execute(update(UserSession).values(confirmed_at=utcnow().replace(year=2020)))
    for path in ("/account/tokens", "/account/second-factor", "/admin/roles", "/account/data"):
        assert client.get(path).headers["Location"] == f"/account/confirm?next={path}"
    assert post(client, "/account/confirm", current="wrong one here", next="/account/tokens").status_code == 422
    assert post(client, "/account/confirm", current=SENTENCE, next="/account/tokens").headers["Location"] == "/account/tokens"
    assert client.get("/account/tokens").status_code == 200


def test_other_people_s_things_look_as_if_they_were_not_there(app, accounts, kb_login):
    ann, bob = kb_login(app, "lead", teams=()), kb_login(app, "lead")
    with accounts.db.read() as session:
        bobs = session.query(UserSession).filter_by(user_id=bob.person_id).one().id
    for path, method in ((f"/account/sessions/{bobs}/end", "post"), ("/account/sessions/99999/end", "post"), ("/account/tokens/1/revoke", "post"),
                         (f"/admin/people/{bob.person_id}", "get"), ("/admin/people/99999", "get"), (f"/admin/people/{2**40}", "get"),
                         (f"/account/sessions/{2**70}/end", "post")):  # fmt: skip
        answer = post(ann, path) if method == "post" else ann.get(path)
        assert answer.status_code == 404, path
    assert bob.get("/").status_code == 200


def test_a_csv_with_mistakes_adds_nobody_and_names_every_line(app, accounts, kb_login):
    owner = kb_login(app, "owner")
    text = "name,email,roles,teams\nAnn,ann@example.com,agent,\nAnn,x@example.com,,\nBob,not an address,,\nCid,,boss,\n=cmd(),,agent,nowhere"
    page = owner.post("/admin/people/import", data={"csrf_token": token_of(owner), "csv": text}, headers={"Accept-Language": "en"})
    shown = page.get_data(as_text=True)
    assert page.status_code == 422
    assert [line for line in ("Line 3:", "Line 4:", "Line 5:", "Line 6:") if line in shown] == ["Line 3:", "Line 4:", "Line 5:", "Line 6:"]
    assert "Ann,x@example.com" in shown  # what was typed is still there
    with accounts.db.read() as session:
        assert session.query(User).count() == 1
    good = "姓名;邮箱;角色\n李娜;lina@example.com;客服"
    assert "没有这个角色：客服" in owner.post("/admin/people/import", data={"csrf_token": token_of(owner), "csv": good}, headers={"Accept-Language": "zh"}).get_data(as_text=True)
    made = owner.post("/admin/people/import", data={"csrf_token": token_of(owner), "csv": good.replace("客服", "agent")})
    assert made.get_data(as_text=True).count("/welcome?token=") == 1


def test_a_token_works_on_the_api_within_its_scopes_and_nowhere_else(app, accounts, kb_login):
    editor = kb_login(app, "editor")
    page = editor.post("/account/tokens", data={"csrf_token": token_of(editor), "name": "export", "scopes": ["articles.read"], "days": "30"}).get_data(as_text=True)
    secret = re.search(r"kbp_[\w-]{43}", page)[0]
    client = app.test_client()
    bearer = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/articles", headers=bearer).status_code == 200
    assert client.get("/api/v1/me", headers=bearer).get_json()["permissions"] == ["articles.read"]
    assert client.get("/api/v1/audit", headers=bearer).status_code == 403
    assert client.post("/api/v1/p/calculators/resolution_rate/runs", json={"inputs": {"received": 1, "resolved": 1}}, headers=bearer).status_code == 403
    assert client.get("/account", headers=bearer).status_code == 303
    assert secret not in editor.get("/account/tokens").get_data(as_text=True)
    for wrong in ("kbp_x", "", secret + "x", "💥"):
        refused = client.get("/api/v1/articles", headers={"Authorization": f"Bearer {wrong}".encode().decode("latin-1")})
        assert (refused.status_code, refused.headers["WWW-Authenticate"], refused.mimetype) == (401, "Bearer", "application/problem+json")


def test_the_owner_s_link_is_gone_once_it_was_used(kb_make_app):
    app = kb_make_app()
    accounts = platform_of(app).accounts
    token = accounts.owner_link().partition("token=")[2]
    client = app.test_client()
    answer = post(client, "/welcome", token=token, name="陈主任", email="chen@example.com", password=SENTENCE, again=SENTENCE)
    assert answer.headers["Location"] == "/admin/site"
    assert accounts.owner_link() is None
    assert app.test_client().get("/").headers["Location"] == "/sign-in?next=%2F"  # accounts exist, nobody chose yet: signed-in only
    assert post(client, "/admin/site", read_access="everyone").status_code == 303
    assert app.test_client().get("/").status_code == 200


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"credential": 1}', b'{"credential": {}}', b'{"credential": {"id": "x\\u0000"}}', b'{"credential": {"id": []}}', b"[" * 50_000,
                                  b'{"credential": {"id": "x", "rawId": "x", "type": "public-key", "response": {"clientDataJSON": "eA", "authenticatorData": "eA", "signature": "eA"}}}'])  # fmt: skip
def test_a_passkey_that_is_none_is_refused(app, accounts, body):
    client = app.test_client()
    token = token_of(client)
    assert client.post("/sign-in/passkey/options", headers={"X-CSRFToken": token}).status_code == 200
    answer = client.post("/sign-in/passkey", data=body, content_type="application/json", headers={"X-CSRFToken": token})
    assert answer.status_code == 422
    assert client.get("/").status_code == 303
