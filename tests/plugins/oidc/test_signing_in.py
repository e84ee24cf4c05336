"""Signing in with a real OpenID provider: who comes in, as whom, and with what."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from kbplatform.accounts.audit import AuditFilter
from kbplatform.accounts.models import User, UserIdentity, UserSession
from kbplatform.accounts.people import NewPerson
from kbplatform.accounts.sessions import Browser
from kbplatform.app import platform_of
from kbplatform.viewer import CLI


def people(app):
    with platform_of(app).db.read() as session:
        return sorted(session.scalars(select(User.name)))


def audited(app, action):
    return [e.detail for e in platform_of(app).accounts.audit.page(AuditFilter(action=action))]


def test_a_new_person_comes_in_and_the_same_person_comes_back(site, idp, browse):
    app = site()
    idp.person("u1", name="李娜", email="li@example.com", email_verified=True)
    browser = browse(app)
    assert browser.sign_in("u1").headers["Location"] == "/"
    first = browser.me()
    assert (first["name"], first["roles"]) == ("李娜", ["reader"])
    again = browse(app)
    again.sign_in("u1")
    assert again.me()["id"] == first["id"]
    assert people(app) == ["Owner", "李娜"]
    assert audited(app, "sign_in") == [{"method": "oidc"}] * 2
    assert audited(app, "identity.linked") == [{"provider": "oidc"}]
    with platform_of(app).db.read() as session:
        assert session.scalars(select(User.email).where(User.name == "李娜")).one() == "li@example.com"
        assert set(session.scalars(select(UserSession.method))) == {"oidc"}


def test_the_button_speaks_the_reader_s_language_and_the_way_leads_to_the_provider(site, idp, browse):
    app = site(oidc_label="")
    assert "Sign in with your company account" in browse(app).client.get("/sign-in").get_data(as_text=True)
    assert "用公司账号登录" in browse(app, lang="zh-CN").client.get("/sign-in").get_data(as_text=True)
    address = browse(app).leave()
    assert address.startswith(f"{idp.issuer}/oauth2/authorize?")
    assert "redirect_uri=http%3A%2F%2Flocalhost%2Fsign-in%2Ffrom%2Foidc" in address
    assert "code_challenge_method=S256" in address


@pytest.mark.parametrize(("target", "arrives"), [("/search?q=x", "/search?q=x"), ("//evil.example", "/"), ("https://evil.example", "/")])
def test_the_way_back_leads_to_this_site_only(site, idp, browse, target, arrives):
    assert browse(site()).sign_in("u1", next=target).headers["Location"] == arrives


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"name": "Owner"}, "Owner 2"),
        ({"name": "  A\u200bB \n C "}, "AB C"),
        ({"name": "x" * 400}, "x" * 55),
        ({"name": "", "preferred_username": "wang.fang@example.com"}, "wang.fang"),
        ({"name": 7}, "u1"),
        ({"name": "\u200b@"}, "u1"),
    ],
)
def test_a_name_that_cannot_be_used_as_it_is_becomes_one_that_can(site, idp, browse, claims, name):
    idp.person("u1", **claims)
    browser = browse(site())
    idp.claims = {} if "preferred_username" in claims else {"sub": "u1"}
    browser.sign_in("u1")
    assert browser.me()["name"].endswith(name)


def test_one_name_after_the_other_gets_its_number(site, idp, browse):
    app = site()
    for subject in ("u1", "u2", "u3"):
        idp.person(subject, name="王芳")
        browse(app).sign_in(subject)
    assert people(app) == ["Owner", "王芳", "王芳 2", "王芳 3"]


def test_groups_give_roles_and_teams_and_take_them_away_again(site, idp, browse):
    app = site(sso_roles={"kb-editors": "editor", "kb-leads": "lead", "ghosts": "nosuch"}, sso_teams={"billing-cn": "billing", "gone": "nosuch"})
    accounts = platform_of(app).accounts
    accounts.teams.create(CLI, key="billing", name="Billing")
    accounts.teams.create(CLI, key="night", name="Night")
    idp.person("u1", name="Li", groups=["kb-editors", "billing-cn", "ghosts", "gone", "other"])
    browser = browse(app)
    browser.sign_in("u1")
    me = browser.me()
    assert (me["roles"], me["teams"]) == (["editor", "reader"], ["billing"])
    accounts.people.set_roles(None, CLI, me["id"], ["editor", "trainer"])
    accounts.people.set_teams(None, CLI, me["id"], ["billing", "night"])
    idp.person("u1", name="Li", groups=["kb-leads"])
    browse(app).sign_in("u1")
    me = browser.me()
    assert (me["roles"], me["teams"]) == (["lead", "reader", "trainer"], ["night"])
    changes = [d for d in audited(app, "person.roles") if "provider" in d]
    assert changes[0] == {"before": ["editor", "trainer"], "after": ["lead", "trainer"], "provider": "oidc"}
    assert [d["after"] for d in audited(app, "person.teams") if "provider" in d] == [["night"], ["billing"]]


@pytest.mark.parametrize("groups", ["kb-editors", ["kb-editors", 3, None]])
def test_one_group_may_come_as_a_word_and_what_is_no_group_is_left_out(site, idp, browse, groups):
    idp.person("u1", name="Li", roles=groups)
    browser = browse(site(sso_roles={"kb-editors": "editor"}, oidc_groups_claim="roles"))
    browser.sign_in("u1")
    assert browser.me()["roles"] == ["editor", "reader"]


def test_without_a_mapping_groups_change_nothing(site, idp, browse):
    app = site()
    idp.person("u1", name="Li", groups=["owner", "editor"])
    browser = browse(app)
    browser.sign_in("u1")
    platform_of(app).accounts.people.set_roles(None, CLI, browser.me()["id"], ["agent"])
    browse(app).sign_in("u1")
    assert browser.me()["roles"] == ["agent", "reader"]


def test_a_group_can_make_an_owner_but_the_last_owner_stays(site, idp, browse):
    app = site(sso_roles={"kb-owners": "owner"})
    accounts = platform_of(app).accounts
    idp.person("u1", name="Li", groups=["kb-owners"])
    browser = browse(app)
    browser.sign_in("u1")
    assert browser.me()["roles"] == ["owner", "reader"]
    idp.person("u1", name="Li", groups=[])
    accounts.people.disable(None, CLI, accounts.people.find("Owner"))
    browse(app).sign_in("u1")
    assert browser.me()["roles"] == ["owner", "reader"]
    accounts.people.enable(None, CLI, accounts.people.find("Owner"))
    browse(app).sign_in("u1")
    assert browser.me()["roles"] == ["reader"]


def test_a_group_s_role_that_demands_a_second_factor_ends_sessions_without_one(site, idp, browse):
    app = site(sso_roles={"kb-editors": "editor"})
    accounts = platform_of(app).accounts
    accounts.roles.change(CLI, "editor", permissions=accounts.roles.get("editor").permissions, second_factor=True)
    idp.person("u1", name="Li")
    browser = browse(app)
    browser.sign_in("u1")
    number = browser.me()["id"]
    weak = accounts.sign_in.open(number, Browser("192.0.2.7", "x"), method="password")
    assert accounts.gate.by_session(weak).id == number
    idp.person("u1", name="Li", groups=["kb-editors"])
    browse(app).sign_in("u1")
    assert accounts.gate.by_session(weak) is None
    assert browser.me()["roles"] == ["editor", "reader"]


def test_groups_and_name_may_come_from_userinfo(site, idp, browse):
    idp.left_out = {"name", "groups"}
    idp.person("u1", name="Li Na", groups=["kb-editors"])
    browser = browse(site(sso_roles={"kb-editors": "editor"}))
    browser.sign_in("u1")
    assert (browser.me()["name"], browser.me()["roles"]) == ("Li Na", ["editor", "reader"])


def test_a_deactivated_person_stays_out(site, idp, browse):
    app = site()
    browser = browse(app)
    idp.person("u1", name="Li")
    browser.sign_in("u1")
    accounts = platform_of(app).accounts
    accounts.people.disable(None, CLI, accounts.people.find("Li"))
    response = browse(app).sign_in("u1")
    assert response.status_code == 401
    assert "Your account is deactivated" in response.get_data(as_text=True)
    assert browser.client.get("/api/v1/me").status_code == 401
    assert audited(app, "sign_in.failed") == [{"method": "oidc"}]


def test_an_erased_person_leaves_no_identity_behind(site, idp, browse):
    app = site()
    browser = browse(app)
    idp.person("u1", name="Li")
    browser.sign_in("u1")
    accounts = platform_of(app).accounts
    number = accounts.people.find("Li")
    assert [i["provider"] for i in accounts.personal_data.export(None, CLI, number)["identities"]] == ["oidc"]
    accounts.personal_data.erase(None, CLI, number)
    with platform_of(app).db.read() as session:
        assert session.scalars(select(UserIdentity)).all() == []


def test_where_nobody_is_made_strangers_are_told_so(site, idp, browse):
    app = site(sso_create=False)
    response = browse(app).sign_in("u1")
    assert response.status_code == 401
    assert "You have no account here yet" in response.get_data(as_text=True)
    assert people(app) == ["Owner"]


@pytest.mark.parametrize(("verified", "setting", "gets_in"), [(True, True, True), (True, False, False), (False, True, False), ("no", True, False), (None, True, False)])
def test_an_address_leads_into_an_account_only_when_verified_and_wanted(site, idp, browse, verified, setting, gets_in):
    app = site(sso_link_by_email=setting)
    accounts = platform_of(app).accounts
    owner = accounts.people.create(None, CLI, NewPerson("Wang", "Boss@Example.com", frozenset({"owner"})))
    idp.person("u1", name="Mallory", email="boss@example.com", **({} if verified is None else {"email_verified": verified}))
    browser = browse(app)
    response = browser.sign_in("u1")
    assert (response.status_code, people(app)) == (303 if gets_in else 401, ["Owner", "Wang"])
    if gets_in:
        assert browser.me()["id"] == owner
    else:
        assert "has an account here already" in response.get_data(as_text=True)
        assert browser.client.get("/api/v1/me").status_code == 401
        assert audited(app, "identity.linked") == []


def test_an_address_nobody_has_verified_is_not_kept(site, idp, browse):
    app = site()
    idp.person("u1", name="Li", email="li@example.com", email_verified=False)
    browse(app).sign_in("u1")
    with platform_of(app).db.read() as session:
        assert session.scalars(select(User.email).where(User.name == "Li")).one() is None


def test_two_first_sign_ins_at_once_make_one_person(site, idp, browse):
    from concurrent.futures import ThreadPoolExecutor

    app = site()
    idp.person("u1", name="Li")
    ways = []
    for _ in range(4):
        browser = browse(app)
        ways.append((browser, browser.agree(browser.leave(), "u1")))
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda way: way[0].client.get(way[1]).status_code, ways))
    assert answers == [303] * 4
    assert people(app) == ["Li", "Owner"]


