"""Sessions: rows of the database, so that what is ended ends at the next request; and no secret is kept as it was handed out."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import update

from kbplatform.accounts.models import User, UserSession
from kbplatform.accounts.people import NewPerson
from kbplatform.accounts.second_factor import new_recovery_codes, new_secret, turn_on
from kbplatform.accounts.sessions import FRESH, Browser, browser_name, confirm, end_sessions, list_sessions
from kbplatform.accounts.tokens import make_token
from kbplatform.db import utcnow
from kbplatform.errors import SignInNeeded
from kbplatform.viewer import CLI, Actor, Viewer

GOOD = "晴天去河边散步 42"
HERE = "192.0.2.7"


@pytest.fixture
def wang(person):
    return person("Wang Fang", password=GOOD, roles=["editor"], email="wang@example.com")


@pytest.fixture
def enter(accounts, browser):
    """``enter(user_id)`` → the secret of a new session."""
    return lambda user_id, **options: accounts.sign_in.open(user_id, browser, method="password", **options)


@pytest.fixture
def who(accounts):
    """``who(secret)`` → the number of the person whose session it is, or None."""

    def ask(secret):
        viewer = accounts.gate.by_session(secret)
        return viewer.id if viewer else None

    return ask


def move(db, **columns):
    """Move time in every session."""
    with db.write() as session:
        session.execute(update(UserSession).values(**columns))


def sessions_of(db, user_id, current=None):
    with db.read() as session:
        return list_sessions(session, user_id, current)


def test_a_session_knows_its_person_with_roles_teams_and_permissions(accounts, person, enter):
    accounts.teams.create(CLI, key="billing", name="账单")
    li = person("李娜", roles=["editor", "lead"], teams=["billing"])
    viewer = accounts.gate.by_session(enter(li))
    expected = {"articles.read", "articles.restrict", "tokens.create", "people.see_team"}
    assert (viewer.id, viewer.name, viewer.roles, viewer.teams) == (li, "李娜", {"reader", "editor", "lead"}, {"billing"})
    assert (viewer.permissions & accounts.permissions.all.keys() >= expected, "people.manage" in viewer.permissions, viewer.scopes) == (True, False, None)
    assert viewer.audiences == {"everyone", "signed-in", "team:billing"}


def test_a_session_lasts_half_a_day_and_a_remembered_one_thirty_days(wang, enter, column):
    enter(wang)
    enter(wang, remember=True)
    lives = [e - c for e, c in zip(column(UserSession.expires_at), column(UserSession.created_at), strict=True)]
    assert [timedelta(0) <= expected - life < timedelta(seconds=5) for life, expected in zip(lives, (timedelta(hours=12), timedelta(days=30)), strict=True)] == [True, True]


def test_a_session_that_has_run_out_is_nobody_s_and_is_cleared_away_at_the_next_sign_in(wang, enter, who, kb_database, column):
    old = enter(wang)
    assert who(old) == wang
    move(kb_database, expires_at=utcnow() - timedelta(seconds=1))
    assert (who(old), sessions_of(kb_database, wang)) == (None, [])
    assert (who(enter(wang)), len(column(UserSession.id))) == (wang, 1)


def test_a_secret_that_nobody_was_given_is_nobody_s(wang, enter, who, column):
    secret = enter(wang)
    (hashed,) = column(UserSession.token_hash)
    assert [who(s) for s in ("", "x", secret + "x", secret[:-1], hashed, "\0", "\ud800", secret)] == [None] * 7 + [wang]


def test_a_session_ends_at_the_next_request_when_its_person_is_deactivated(accounts, wang, enter, who):
    secret = enter(wang)
    accounts.people.disable(None, CLI, wang)
    assert who(secret) is None
    accounts.people.enable(None, CLI, wang)
    assert who(secret) is None


def test_what_happens_between_password_and_session_is_not_overlooked(accounts, wang, enter, outcome, who):
    known = accounts.sign_in.with_password("Wang Fang", GOOD, HERE)
    assert who(enter(wang, stamp=known.stamp)) == wang
    accounts.sign_in.change_password(Actor(wang, HERE), "雨天在家里读书 42", keep_session=None)
    assert outcome(lambda: enter(wang, stamp=known.stamp)) is SignInNeeded
    assert outcome(lambda: accounts.sign_in.with_code(wang, "123456", HERE, stamp=known.stamp)) is SignInNeeded
    known = accounts.sign_in.with_password("Wang Fang", "雨天在家里读书 42", HERE)
    accounts.people.disable(None, CLI, wang)
    assert outcome(lambda: enter(wang, stamp=known.stamp)) is SignInNeeded


def test_signing_out_ends_this_session_alone(accounts, wang, enter, who):
    here, there = enter(wang), enter(wang)
    viewer = accounts.gate.by_session(here)
    accounts.sign_in.sign_out(viewer.session_id, Actor(wang, HERE))
    assert (who(here), who(there)) == (None, wang)


def test_nobody_ends_another_s_session(accounts, person, wang, enter, who, kb_database):
    li = person("李娜")
    theirs, mine = enter(wang), enter(li)
    number = accounts.gate.by_session(theirs).session_id
    accounts.sign_in.sign_out(number, Actor(li, HERE))
    with kb_database.write() as session:
        assert end_sessions(session, li, only=number) == 0
    assert (who(theirs), who(mine)) == (wang, li)


def test_signed_out_everywhere_is_everywhere_and_nobody_else(accounts, person, wang, enter, who):
    li = person("李娜")
    theirs = [enter(wang) for _ in range(3)]
    mine = enter(li)
    accounts.people.end_sessions(None, CLI, wang)
    assert ([who(s) for s in theirs], who(mine)) == ([None] * 3, li)


def test_a_changed_password_keeps_the_session_it_was_changed_in(accounts, wang, enter, who):
    here, there, mine = enter(wang), enter(wang, remember=True), enter(wang)
    accounts.sign_in.change_password(Actor(wang, HERE), "雨天在家里读书 42", keep_session=accounts.gate.by_session(here).session_id)
    assert [who(s) for s in (here, there, mine)] == [wang, None, None]


def test_the_list_shows_open_sessions_the_latest_used_first_and_which_is_this_one(accounts, person, wang, kb_database):
    opened = []
    for n, agent in enumerate(("Firefox", "Edge", "x" * 400)):
        opened.append(accounts.gate.by_session(accounts.sign_in.open(wang, Browser(f"192.0.2.{n}", agent), method="password+code")).session_id)
    with kb_database.write() as session:
        session.execute(update(UserSession).where(UserSession.id == opened[0]).values(last_seen_at=utcnow() + timedelta(minutes=1)))
    rows = sessions_of(kb_database, wang, opened[1])
    assert [(r.id, r.address, r.user_agent[:7], r.method, r.current) for r in rows] == [
        (opened[0], "192.0.2.0", "Firefox", "password+code", False),
        (opened[2], "192.0.2.2", "xxxxxxx", "password+code", False),
        (opened[1], "192.0.2.1", "Edge", "password+code", True),
    ]
    assert len(rows[1].user_agent) == 300
    assert sessions_of(kb_database, person("李娜")) == []


def test_when_a_session_was_last_seen_is_noted_every_five_minutes(accounts, wang, enter, who, kb_database, column):
    secret = enter(wang)
    for age, noted in ((timedelta(minutes=4), False), (timedelta(minutes=6), True)):
        then = utcnow() - age
        move(kb_database, last_seen_at=then)
        assert who(secret) == wang
        assert (column(UserSession.last_seen_at)[0] > then) is noted


def test_when_somebody_last_proved_who_they_are_is_noted_for_this_session_alone(accounts, wang, enter, kb_database, column):
    here = accounts.gate.by_session(enter(wang)).session_id
    enter(wang)
    assert [utcnow() - at < timedelta(seconds=30) for at in column(UserSession.confirmed_at)] == [True, True]
    move(kb_database, confirmed_at=utcnow() - FRESH)
    with kb_database.write() as session:
        confirm(session, here)
        confirm(session, here + 100)
    assert [utcnow() - at < FRESH for at in column(UserSession.confirmed_at)] == [True, False]


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0", "Edge · Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15", "Safari · macOS"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0", "WeChat · Android"),
        ("curl/8.5.0", "curl"),
        ("", "?"),
    ],
)
def test_a_browser_is_named_in_the_list_as_its_owner_knows_it(user_agent, name):
    assert browser_name(user_agent) == name


# ---------------------------------------------------------------------- secrets


def test_no_secret_stands_in_the_database_as_it_was_handed_out(accounts, wang, enter, who, kb_database, everything):
    app_secret = new_secret()
    with kb_database.write() as session:
        user = session.get_one(User, wang)
        turn_on(session, accounts.vault, user, app_secret, pyotp.TOTP(app_secret).now())
        recovery = new_recovery_codes(session, wang)
        viewer = Viewer(wang, permissions=frozenset({"articles.read"}))
        token = make_token(session, viewer, Actor(wang, HERE), name="robot", scopes=["articles.read"], days=1)
    secrets = {
        "session": enter(wang),
        "reset": accounts.sign_in.make_reset("wang@example.com", HERE)[1],
        "invitation": accounts.people.invite(None, CLI, NewPerson("李娜"))[1],
        "API token": token,
        "API token without its prefix": token.removeprefix("kbp_"),
        "app": app_secret,
        "password": GOOD,
        **{f"recovery code {n}": code for n, code in enumerate(recovery)},
        **{f"plain recovery code {n}": code.replace("-", "") for n, code in enumerate(recovery)},
    }
    kept = {column: content.casefold() for column, content in everything().items()}
    assert {(name, column) for name, secret in secrets.items() for column, content in kept.items() if secret.casefold() in content} == set()
    assert {column for column, content in kept.items() if "wang@example.com" in content} == {"kb_user.email", "kb_user.email_key"}
    assert (who(secrets["session"]), accounts.gate.by_token(token).id) == (wang, wang)
    assert accounts.sign_in.with_code(wang, recovery[0], HERE) == "recovery"
