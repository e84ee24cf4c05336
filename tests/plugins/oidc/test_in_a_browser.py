"""The whole way in a real browser: its policies for forms and cookies let people go to the provider and come back."""

from __future__ import annotations

import os
import shutil
import threading

import pytest
import werkzeug.serving

CHROMIUM = next((p for n in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable") if (p := shutil.which(n))), None)


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
def test_somebody_presses_the_button_signs_in_there_and_is_in(address, idp):
    if CHROMIUM is None:
        if os.environ.get("KBPLATFORM_REQUIRE_BROWSER"):
            pytest.fail("no Chromium found, and KBPLATFORM_REQUIRE_BROWSER is set")
        pytest.skip("no Chromium on this machine: install chromium to run the browser tests")
    from playwright.sync_api import sync_playwright

    idp.person("u1", name="Li Na")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(locale="en-US")
        page.goto(f"{address}/sign-in?next=/account")
        page.get_by_role("button", name="Sign in with Acme").click()
        page.wait_for_url(f"{idp.issuer}/**")
        page.locator("[name=sub]").first.fill("u1")
        page.get_by_role("button", name="Authorize").click()
        page.wait_for_url(f"{address}/account")
        assert page.locator("h1").inner_text() == "Li Na"
        assert page.locator("#providers").get_by_text("connected since").count() == 1
        browser.close()
