"""The whole way in a real browser: its policies for forms and cookies let people go to the provider and come back."""

from __future__ import annotations

import threading

import pytest
import werkzeug.serving


@pytest.fixture
def address(site):
    """Where the site is served; it calls itself so."""
    server = werkzeug.serving.make_server("127.0.0.1", 0, None, threaded=True)
    server.app = site(public_url=f"http://127.0.0.1:{server.port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.browser
def test_somebody_presses_the_button_signs_in_there_and_is_in(address, idp, browser):
    idp.person("u1", name="Li Na")
    page = browser.new_page(locale="en-US")
    page.goto(f"{address}/sign-in?next=/account")
    page.get_by_role("button", name="Sign in with Acme").click()
    page.wait_for_url(f"{idp.issuer}/**")
    page.locator("[name=sub]").first.fill("u1")
    page.get_by_role("button", name="Authorize").click()
    page.wait_for_url(f"{address}/account")
    assert page.locator("h1").inner_text() == "Li Na"
    assert page.locator("#providers").get_by_text("connected since").count() == 1
    page.close()
