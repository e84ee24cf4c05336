"""What must not let anybody in: answers that are forged, old, used or for somebody else; and providers that fail."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
from joserfc import jwk

import kbplatform_oidc
from kbplatform import hookimpl
from kbplatform.accounts.audit import AuditFilter
from kbplatform.accounts.views import providers as views
from kbplatform.app import platform_of
from kbplatform.bilingual import Text
from kbplatform.errors import InvalidInput, SettingsError, Unavailable
from kbplatform.plugin.contributions import AuthProvider, Identity
from kbplatform_oidc.provider import Provider

STRANGE_KEY = jwk.RSAKey.generate_key(2048)
CHECKED = "did not pass our checks"


def assert_kept_out(browser, response, words=CHECKED, status=401):
    page = response.get_data(as_text=True)
    assert (response.status_code, words in page, 'action="/sign-in"' in page) == (status, True, True), page
    assert browser.client.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    "forged",
    [
        {"claims": {"nonce": "another"}}, {"left_out": {"nonce"}}, {"claims": {"nonce": []}}, {"claims": {"nonce": None}},
        {"claims": {"iss": "https://evil.example"}}, {"claims": {"iss": ["https://evil.example"]}}, {"left_out": {"iss"}},
        {"claims": {"aud": "another"}}, {"claims": {"aud": ["another"]}}, {"left_out": {"aud"}},
        {"claims": {"aud": ["kb", "another"]}}, {"claims": {"aud": ["kb", "another"], "azp": "another"}}, {"claims": {"azp": "another"}},
        {"claims": {"exp": int(time.time()) - 3600}}, {"left_out": {"exp"}}, {"claims": {"iat": int(time.time()) + 3600}}, {"left_out": {"iat"}},
        {"left_out": {"sub"}}, {"claims": {"sub": 7}},
        {"key": STRANGE_KEY}, {"key": STRANGE_KEY, "header": {"kid": "unheard-of"}},
        {"key": jwk.OctKey.import_key("a secret between the site and the provider"), "header": {"alg": "HS256"}},
        {"key": jwk.RSAKey.generate_key(2048), "header": {"alg": "RS512"}},
    ],
    ids=lambda forged: " ".join(f"{what} {'-'.join(sorted(of)) if isinstance(of, dict | set) else ''}" for what, of in forged.items()),
)  # fmt: skip
def test_a_token_that_is_not_the_provider_s_answer_to_us_is_refused(site, idp, browse, forged):
    app = site()
    for name, value in forged.items():
        setattr(idp, name, value)
    browser = browse(app)
    assert_kept_out(browser, browser.sign_in("u1"))
    assert platform_of(app).accounts.people.page(_owner(app))[1] == 1
    assert [e.detail for e in platform_of(app).accounts.audit.page(AuditFilter(action="sign_in.failed"))] == [{"method": "oidc"}]


def test_a_token_without_a_signature_is_refused(site, idp, browse):
    browser = browse(site())
    idp.unsigned = True
    assert_kept_out(browser, browser.sign_in("u1"))


def test_a_key_that_changed_at_the_provider_is_fetched_again(site, idp, browse, monkeypatch):
    app = site()
    browse(app).sign_in("u1")
    monkeypatch.setattr("kbplatform_oidc.tokens.PAUSE_S", 0)
    idp.change_key()
    browser = browse(app)
    assert browser.sign_in("u1").status_code == 303


@pytest.mark.parametrize("change", [lambda p: p.replace("state=", "state=x"), lambda p: p.replace("state=", "other="), lambda p: p + "&iss=https%3A%2F%2Fevil.example"])
def test_an_answer_with_another_state_or_issuer_is_refused(site, idp, browse, change):
    browser = browse(site())
    path = browser.agree(browser.leave(), "u1")
    assert_kept_out(browser, browser.client.get(change(path)))
    assert idp.tokens_given == 0


def test_an_answer_counts_once(site, idp, browse):
    app = site()
    browser = browse(app)
    path = browser.agree(browser.leave(), "u1")
    cookie = browser.client.get_cookie("kb").value
    assert browser.client.get(path).status_code == 303
    browser.post("/sign-out")
    assert_kept_out(browser, browser.client.get(path), "used already")
    browser.client.set_cookie("kb", cookie)  # a cookie kept from before, with what it remembered
    assert_kept_out(browser, browser.client.get(path))


def test_an_answer_in_another_browser_is_refused(site, idp, browse):
    app = site()
    path = browse(app).agree(browse(app).leave(), "u1")
    other = browse(app)
    assert_kept_out(other, other.client.get(path), "used already")
    other.leave()
    assert_kept_out(other, other.client.get(path))


def test_an_answer_that_took_too_long_is_refused(site, idp, browse, monkeypatch):
    browser = browse(site())
    path = browser.agree(browser.leave(), "u1")
    monkeypatch.setattr(views, "PENDING_S", -1)
    assert_kept_out(browser, browser.client.get(path), "took too long")


def test_the_provider_insists_on_our_verifier(site, idp, browse):
    browser = browse(site())
    path = browser.agree(browser.leave(), "u1")
    with browser.client.session_transaction() as session:
        session[views.ASKED]["remembered"]["verifier"] = "guessed"
        session.modified = True
    assert_kept_out(browser, browser.client.get(path))


@pytest.mark.parametrize(("error", "status", "words"), [("access_denied", 401, "You were not signed in there"), ("server_error", 502, "gave no usable answer")])
def test_a_provider_that_says_no_is_understood(site, idp, browse, error, status, words):
    browser = browse(site())
    state = browser.leave().split("state=")[1].split("&")[0]
    assert_kept_out(browser, browser.client.get(f"/sign-in/from/oidc?error={error}&state={state}"), words, status)


def test_userinfo_about_somebody_else_is_refused(site, idp, browse):
    idp.userinfo = {"sub": "somebody else"}
    browser = browse(site())
    assert_kept_out(browser, browser.sign_in("u1"))


def test_groups_that_did_not_fit_are_not_taken_for_none(site, idp, browse):
    app = site(sso_roles={"kb-editors": "editor"})
    idp.person("u1", name="Li", groups=["kb-editors"])
    browser = browse(app)
    browser.sign_in("u1")
    idp.person("u1", name="Li")
    idp.claims = {"_claim_names": {"groups": "src1"}}
    assert_kept_out(other := browse(app), other.sign_in("u1"), "gave no usable answer", 502)
    assert browser.me()["roles"] == ["editor", "reader"]


def test_a_provider_that_is_down_costs_its_own_button(site, idp, browse):
    app = site()
    browser = browse(app)
    path = browser.agree(browser.leave(), "u1")
    idp.stop()
    assert_kept_out(browser, browser.client.get(path), "gave no usable answer", 502)
    assert browser.client.get("/sign-in").status_code == 200


def test_a_provider_that_was_never_up_is_not_asked_by_everybody(site, idp, browse):
    idp.stop()
    app = site()
    browser = browse(app)
    for _ in range(3):
        assert_kept_out(browser, browser.post("/sign-in/with/oidc"), "can&#39;t be reached just now", 502)
    zh = browse(app, lang="zh-CN").post("/sign-in/with/oidc").get_data(as_text=True)
    assert "登录服务现在连不上" in zh
    checks = {c.name: c for c in platform_of(app).health()}
    assert checks["oidc"].state == "warning"


@pytest.mark.parametrize("changed", [{"issuer": "http://evil.example"}, {"token_endpoint": "ftp://x"}, {"jwks_uri": None}, {"authorization_endpoint": "javascript:x"}])
def test_a_provider_that_describes_itself_wrongly_is_not_used(idp, changed):
    idp.metadata = changed
    with pytest.raises(Unavailable):
        Provider(idp.issuer).metadata()


def test_health_says_what_is_missing(site, idp, monkeypatch):
    services = platform_of(site()).services
    assert [(c.name, c.state) for c in kbplatform_oidc.health_checks(services)] == [("oidc", "ok")]
    monkeypatch.setitem(__import__("sys").modules, "authlib", None)
    found = kbplatform_oidc.health_checks(services)[0]
    assert (found.state, found.remedy.en) == ("error", "Install it: pip install 'kbplatform[sso]', then restart.")
    assert kbplatform_oidc.register_auth_providers(services) == []


def test_without_an_issuer_there_is_nothing(site, browse):
    app = site(oidc_issuer="")
    services = platform_of(app).services
    assert (kbplatform_oidc.health_checks(services), kbplatform_oidc.register_auth_providers(services)) == ([], [])
    browser = browse(app)
    assert "/sign-in/with" not in browser.client.get("/sign-in").get_data(as_text=True)
    assert browser.post("/sign-in/with/oidc").status_code == 404
    assert browser.client.get("/sign-in/from/oidc?code=x&state=y").status_code == 404


def test_the_client_id_is_asked_for(site):
    found = kbplatform_oidc.health_checks(platform_of(site(oidc_client_id="")).services)[0]
    assert (found.state, found.message.en) == ("error", "KBPLATFORM_OIDC_CLIENT_ID is not set")


@pytest.mark.parametrize("issuer", ["login.example.com", "ftp://x", "http://login.example.com", "https://"])
def test_an_issuer_that_is_not_safe_to_ask_stops_the_start(kb_settings, issuer):
    with pytest.raises(SettingsError, match="accepted: https"):
        kb_settings(oidc_issuer=issuer)


def test_scopes_without_openid_stop_the_start(kb_settings):
    with pytest.raises(SettingsError, match="openid among them"):
        kb_settings(oidc_scopes="profile email")


def test_a_client_secret_is_not_shown_in_an_error(kb_settings):
    with pytest.raises(SettingsError) as caught:
        kb_settings(oidc_client_secret=["hunter2"])
    assert "hunter2" not in caught.value.message.en


def test_a_label_is_text_not_markup(site, browse):
    app = site(oidc_label="<b>Acme</b>")
    pages = [browse(app).client.get("/sign-in"), browse(app).post("/sign-in/with/oidc")]
    assert [(b"<b>Acme" in p.data, b"&lt;b&gt;Acme" in p.data) for p in pages] == [(False, True)] * 2


# --------------------------------------------------- other plugins' providers


def begin(callback, again):
    return "https://idp.example/", {}


def plugin(*offered):
    return SimpleNamespace(register_auth_providers=hookimpl(lambda services: list(offered)))


@pytest.mark.parametrize(
    ("begins", "status"),
    [
        (lambda callback, again: 1 / 0, 502), (lambda callback: ("https://idp.example/", {}), 502), (lambda callback, again: "https://idp.example/", 502),
        (lambda callback, again: ("javascript:alert(1)", {}), 502), (lambda callback, again: exit(3), 502), (None, 502),
        (lambda callback, again: (_ for _ in ()).throw(InvalidInput(Text("不行", "No"))), 401),
    ],
)  # fmt: skip
def test_a_provider_that_misbehaves_at_the_start_costs_one_sign_in(site, browse, begins, status):
    app = plugged(site, AuthProvider("mine", Text("我的", "Mine"), begins, lambda *a: None))
    response = browse(app).post("/sign-in/with/mine")
    assert response.status_code == status
    assert 'action="/sign-in"' in response.get_data(as_text=True)


@pytest.mark.parametrize("answer", [None, "u1", Identity("", "Li"), Identity(7, "Li"), Identity("u1", None), Identity("u1", "Li", groups=["a"]), Identity("u" * 501, "Li")])
def test_a_provider_that_answers_nonsense_lets_nobody_in(site, browse, answer):
    app = plugged(site, AuthProvider("mine", Text("我的", "Mine"), begin, lambda *a: answer))
    browser = browse(app)
    browser.leave("/sign-in/with/mine")
    assert_kept_out(browser, browser.client.get("/sign-in/from/mine"), "does not answer properly", 502)


def test_a_name_belongs_to_the_first_and_never_to_a_way_of_our_own(site, browse):
    offered = [AuthProvider(n, Text(w, w), begin, lambda *a: Identity("u1", "Li")) for n, w in (("mine", "First"), ("mine", "Second"), ("password", "Third"), ("A/B", "Fourth"))]
    page = browse(plugged(site, *offered)).client.get("/sign-in").get_data(as_text=True)
    assert [w in page for w in ("First", "Second", "Third", "Fourth")] == [True, False, False, False]


def plugged(site, *offered):
    return site(extra={"mine": plugin(*offered)})


def _owner(app):
    from kbplatform.viewer import Viewer

    return Viewer(id=1, permissions=frozenset(platform_of(app).accounts.permissions.all))
