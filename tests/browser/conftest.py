"""Real servers for the browser of ../conftest.py."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest


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
def own_site(tmp_path):
    """A site of the test's own, and the address that makes its first owner."""
    with _serving(tmp_path) as url:
        yield url, re.search(r"http\S+/welcome\?token=\S+", (tmp_path / "log").read_text("utf-8"))[0]


@contextmanager
def _serving(data_dir: Path):
    port = free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KBPLATFORM_")} | {"KBPLATFORM_DATA_DIR": str(data_dir)}
    command = [sys.executable, "-m", "kbplatform", "serve", "--port", str(port)]
    with (data_dir / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stderr=log, stdout=log, cwd=data_dir)
    url = f"http://127.0.0.1:{port}"
    _wait(url, process, data_dir / "log")
    yield url
    process.terminate()
    process.wait(10)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 90
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
        page = context.new_page()
        page.on("console", lambda m: complaints.append(f"{path}: {m.text}") if m.type in {"error", "warning"} else None)
        page.on("pageerror", lambda e: complaints.append(f"{path}: {e}"))
        page.goto(site + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


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
