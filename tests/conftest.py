"""What all tests share: one real browser, and figures that are printed at the end of the run.

The browser is skipped with a plain reason where there is no Chromium; CI insists on one. A test records a figure with
``record_property("figure", …)``.
"""

from __future__ import annotations

import os
import shutil

import pytest

CHROMIUM = next((p for n in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable") if (p := shutil.which(n))), None)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        if os.environ.get("KBPLATFORM_REQUIRE_BROWSER"):
            pytest.fail("no Chromium found, and KBPLATFORM_REQUIRE_BROWSER is set")
        pytest.skip("no Chromium on this machine: install chromium to run the browser tests")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def pytest_terminal_summary(terminalreporter):
    reports = [r for kind in ("passed", "failed") for r in terminalreporter.getreports(kind)]
    for line in sorted({value for r in reports for name, value in r.user_properties if name == "figure"}):
        terminalreporter.write_line(line)
