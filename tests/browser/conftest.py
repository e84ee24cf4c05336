"""Real servers for the browser of ../conftest.py."""

from __future__ import annotations

import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

sys.path.insert(0, str(Path(__file__).parent))  # for looking, which several files use

from looking import watched


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The product as a user starts it: one command in an empty folder."""
    with _serving(tmp_path_factory.mktemp("site")) as url:
        yield url


@pytest.fixture
def own_site(tmp_path, lay_out):
    """A site of the test's own, and the address that makes its first owner."""
    lay_out(tmp_path)
    with _serving(tmp_path, "--no-sync") as url:  # the content has been taken in
        yield url, re.search(r"http\S+/welcome\?token=\S+", (tmp_path / "log").read_text("utf-8"))[0]


@pytest.fixture
def serve_again(tmp_path, lay_out):
    """``with serve_again(KBPLATFORM_…=…) as url``: a site of the test's own, as often as wanted on the same data."""
    lay_out(tmp_path)
    return partial(_serving, tmp_path)


@contextmanager
def _serving(data_dir: Path, *how: str, **settings: str):
    port = free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KBPLATFORM_")} | {"KBPLATFORM_DATA_DIR": str(data_dir)} | settings
    command = [sys.executable, "-m", "kbplatform", "serve", "--port", str(port), *how]
    with (data_dir / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stderr=log, stdout=log, cwd=data_dir)
    url = f"http://127.0.0.1:{port}"
    _wait(url, process, data_dir / "log")
    yield url
    process.terminate()
    process.wait(10)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 240  # of a start that hangs: on a busy machine a first one takes its time
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{url}/readyz", timeout=2)
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the site did not start:\n" + log.read_text("utf-8", "replace")[-3000:])


@pytest.fixture
def open_page(browser, site):
    """``open_page(path, lang="zh", dark=False, width=1280, scripts=True)`` → page; fails on any console error."""
    contexts = []
    complaints: list[str] = []

    def open_(path: str, *, lang: str = "zh", dark: bool = False, width: int = 1280, height: int = 900, scripts: bool = True):
        locale = {"zh": "zh-CN", "en": "en-US"}[lang]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale=locale,
            java_script_enabled=scripts,
        )
        contexts.append(context)
        page = watched(context.new_page())
        page.on("console", lambda m: complaints.append(f"{path}: {m.text}") if m.type in {"error", "warning"} else None)
        page.on("pageerror", lambda e: complaints.append(f"{path}: {e}"))
        page.goto(site + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def _windows(browser):
    """By locale a window that is used again, and what its pages have complained of."""
    windows: dict[str, tuple[Page, list[str]]] = {}

    def window(locale: str) -> tuple[Page, list[str]]:
        if locale not in windows or windows[locale][0].is_closed():
            page, said = watched(browser.new_context(locale=locale).new_page()), []
            page.on("console", lambda m: said.append(f"{page.url}: {m.text}") if m.type in {"error", "warning"} else None)
            page.on("pageerror", lambda e: said.append(f"{page.url}: {e}"))
            windows[locale] = page, said
        return windows[locale]

    yield window
    for page, _said in windows.values():
        page.context.close()


@pytest.fixture
def see(_windows, site):
    """``see(path, lang="zh", dark=False, width=1280)`` → page, as with ``open_page``, for tests that look and leave nothing behind.

    The window was used before and is emptied first: a browser's process for each page costs more than the page.
    """
    complaints: list[list[str]] = []

    def see_(path: str, *, lang: str = "zh", dark: bool = False, width: int = 1280, height: int = 900) -> Page:
        page, said = _windows({"zh": "zh-CN", "en": "en-US"}[lang])
        said.clear()
        complaints.append(said)
        page.context.clear_cookies()
        page.goto(f"{site}/healthz")  # a page of no scripts
        page.evaluate("localStorage.clear(); sessionStorage.clear()")
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.goto(site + path)
        return page

    yield see_
    assert [said for said in complaints if said] == []


@pytest.fixture
def shifts():
    """``shifts(page)`` → everything that moved on it since it was opened: how much, and from where to where."""
    return lambda page: page.evaluate(
        """() => new Promise((resolve) => {
          const rect = ({x, y, width, height}) => [x, y, width, height].map(Math.round);
          const seen = [];
          new PerformanceObserver((list) => seen.push(...list.getEntries().map(({value, sources}) => ({value,
            of: sources.map((s) => [s.node?.nodeName, s.node?.className, rect(s.previousRect), rect(s.currentRect)])}))))
            .observe({type: 'layout-shift', buffered: true});
          setTimeout(() => resolve(seen), 100);
        })"""
    )


@pytest.fixture
def desk(open_page):
    """``desk(**how)`` → the desk with the clipboard readable."""

    def open_(path: str = "/desk", **how):
        page = open_page(path, **how)
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        return page

    return open_


@pytest.fixture
def own_desk(browser, own_site):
    """``own_desk()`` → the desk of a site of the test's own."""
    url, _welcome = own_site
    contexts = []

    def open_(**how):
        context = browser.new_context(locale="zh-CN", permissions=["clipboard-read", "clipboard-write"], **how)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{url}/desk")
        return page

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture
def type_and_wait():
    """``type_and_wait(page, text, slug)``: until the desk answers with that article."""

    def type_(page, text: str, slug: str = "complaint-handling") -> None:
        page.keyboard.type(text)
        page.wait_for_selector(f"[data-answer][data-slug={slug}]")

    return type_


@pytest.fixture
def clipboard():
    """``clipboard(page)`` → what the key just pressed has copied; the page says so first."""

    def read(page) -> str:
        page.wait_for_selector(".toast")
        return page.evaluate("navigator.clipboard.readText()")

    return read


@pytest.fixture
def copy(clipboard):
    """``copy(page, key)`` → what that key copies."""

    def press(page, key: str) -> str:
        page.evaluate("document.getElementById('toasts').replaceChildren()")
        page.keyboard.press(key)
        return clipboard(page)

    return press


@pytest.fixture
def rows_of(tmp_path):
    """``rows_of(table)`` → the rows of a table of the test's own site."""

    def rows(table: str) -> list[dict]:
        with closing(sqlite3.connect(next(tmp_path.glob("*.db")))) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute(f"SELECT * FROM {table}")]

    return rows
