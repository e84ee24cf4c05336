"""From the owner's link to a revoked agent, in real browsers: a team's first day. And the pages of it under axe."""

from __future__ import annotations

import pyotp
import pytest
from looking import SENTENCE, violations, watched

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def someone(browser):
    """``someone(**options)`` → a page in a browser of its own."""
    contexts = []

    def open_(**options):
        contexts.append(browser.new_context(**({"locale": "zh-CN"} | options)))
        return watched(contexts[-1].new_page())

    yield open_
    for context in contexts:
        context.close()


def choose_password(page, **fields):
    for name, value in fields.items():
        page.fill(f"[name={name}]", value)
    page.fill("[name=password]", SENTENCE)
    page.fill("[name=again]", SENTENCE)
    page.click(".entry .btn-primary")
    page.wait_for_url(lambda url: "/welcome" not in url)
    page.locator("h1").first.wait_for()


def invite(owner, base, name, role, team):
    owner.goto(f"{base}/admin/people/invite")
    owner.fill("[name=name]", name)
    owner.check(f"[name=roles][value={role}]")
    owner.check(f"[name=teams][value={team}]")
    owner.click("form.card .btn-primary")
    return owner.inner_text("code.secret")


def test_owner_invites_agent_agent_sets_up_lead_sees_owner_revokes(own_site, someone):
    base, link = own_site
    owner = someone()
    owner.goto(link)
    choose_password(owner, name="陈主任", email="chen@example.com")
    assert owner.url == f"{base}/admin/site"
    owner.goto(f"{base}/admin/teams")
    owner.fill("#f-name", "账单组")
    owner.fill("#f-key", "billing")
    owner.click("section .btn-primary")
    owner.locator(".said").wait_for()

    agent = someone()
    agent.goto(invite(owner, base, "小王", "agent", "billing"))
    choose_password(agent)
    assert agent.url == f"{base}/"
    agent.goto(f"{base}/account/second-factor")
    agent.click(".steps summary")
    secret = agent.inner_text("code.secret").replace(" ", "")
    agent.fill("[name=code]", pyotp.TOTP(secret).now())
    agent.click(".entry .btn-primary")
    agent.locator(".codes li").last.wait_for()
    assert agent.locator(".codes li").count() == 10
    agent.click(".entry .btn-primary")
    agent.wait_for_url(f"{base}/account")
    assert "已开启" in agent.inner_text("#second-factor")

    lead = someone(locale="en-US", viewport={"width": 390, "height": 844})
    lead.goto(invite(owner, base, "Lead Li", "lead", "billing"))
    choose_password(lead)
    lead.goto(f"{base}/admin/people")
    assert lead.locator(".stack tbody a").all_inner_texts() == ["Lead Li", "小王"]
    lead.goto(f"{base}/admin/audit")
    assert "Not allowed" in lead.title()

    owner.goto(f"{base}/admin/people")
    owner.click("text=小王")
    owner.click("text=停用")
    owner.locator(".said").wait_for()
    agent.goto(f"{base}/articles/complaint-handling")
    assert agent.url.startswith(f"{base}/sign-in?next=")
    agent.fill("[name=who]", "小王")
    agent.fill("[name=password]", SENTENCE)
    agent.click(".entry .btn-primary")
    assert "名字或密码不对" in agent.inner_text(".field-error")


def test_a_passkey_is_made_and_lets_in_without_a_password(own_site, someone):
    base, link = own_site
    base, link = (text.replace("127.0.0.1", "localhost") for text in (base, link))  # an address of numbers can have no passkeys
    page = someone(locale="en-US")
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    authenticator = device.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    page.goto(link)
    choose_password(page, name="Chen", email="chen@example.com")
    page.goto(f"{base}/account/passkeys")
    page.click("text=Make a passkey")
    page.locator(".rows li").wait_for()
    page.context.clear_cookies()
    page.goto(f"{base}/sign-in?next=/account")
    with page.expect_request("**/sign-in/passkey") as asked:
        page.click("text=Sign in with a passkey")
    page.wait_for_url(f"{base}/account")
    assert page.inner_text("h1") == "Chen"
    page.goto(f"{base}/admin/audit?action=passkey.added")
    assert page.locator(".stack tbody tr").count() == 1
    again = page.request.post(f"{base}/sign-in/passkey", data=asked.value.post_data, headers=asked.value.all_headers())
    assert again.status in {400, 422}  # the same answer twice is worth nothing
    page.context.clear_cookies()
    device.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    page.goto(f"{base}/sign-in")
    page.click("text=Sign in with a passkey")
    page.locator("[data-passkey] [role=alert]:not([hidden])").wait_for()
    assert page.url == f"{base}/sign-in"


@pytest.mark.parametrize(("lang", "dark", "width"), [("zh", False, 1280), ("en", True, 390)])
def test_the_pages_of_people_have_no_axe_violation_and_fit(own_site, someone, lang, dark, width):
    base, link = own_site
    options = {"locale": {"zh": "zh-CN", "en": "en-US"}[lang], "color_scheme": "dark" if dark else "light", "viewport": {"width": width, "height": 900}}
    page = someone(**options)
    found = {}

    def look(name):
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wrong := violations(page) + [f"{wide} px too wide"] * (wide > 0):
            found[name] = wrong

    page.goto(f"{base}/sign-in")
    look("sign in")
    page.goto(f"{base}/forgot")
    look("forgot")
    page.goto(link)
    look("welcome")
    choose_password(page, name="Chen", email="chen@example.com")
    look("site")
    for path in ("/admin/teams", "/admin/people", "/admin/people/invite", "/admin/people/import", "/admin/people/1", "/admin/roles", "/admin/roles/agent",
                 "/admin/audit", "/account", "/account/password", "/account/second-factor", "/account/tokens", "/articles/complaint-handling/audience"):  # fmt: skip
        page.goto(base + path)
        look(path)
    page.click("[data-menu] summary")
    look("menu")
    assert found == {}
