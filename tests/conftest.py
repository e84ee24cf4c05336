"""What all tests share: one real browser, a mail server, and figures that are printed at the end of the run.

The browser is skipped with a plain reason where there is no Chromium; CI insists on one. A test records a figure with
``record_property("figure", …)``.
"""

from __future__ import annotations

import email
import email.policy
import gc
import os
import shutil
import socketserver
import threading

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


@pytest.fixture(scope="session")
def indexed_template(kb_template, tmp_path_factory):
    """A data directory as ``serve`` leaves it: the bundled content taken in and indexed by Whoosh. To be copied, with :func:`lay_out`."""
    from kbplatform.app import make_platform
    from kbplatform.settings import load_settings

    folder = shutil.copytree(kb_template, tmp_path_factory.mktemp("indexed") / "data")
    platform = make_platform(load_settings(data_dir=folder, search_engine="whoosh", log_level="error"))
    indexer = platform.indexer()
    indexer.run_once()
    indexer.close()
    platform.close()
    return folder


@pytest.fixture(scope="session")
def lay_out(indexed_template):
    """``lay_out(folder)``: a site that was served before, which starts in a fraction of the time of a first start."""
    return lambda folder: shutil.copytree(indexed_template, folder, dirs_exist_ok=True)


@pytest.fixture(scope="session", autouse=True)
def _schemas_known():
    """Every application describes the same models: their schemas, a fifth of making one, are worked out once. Nobody changes them."""
    from weakref import WeakKeyDictionary

    from flask_openapi3 import utils

    known, real = WeakKeyDictionary(), utils.get_model_schema

    def get_model_schema(model, mode="validation"):
        of_model = known.setdefault(model, {})
        if mode not in of_model:
            of_model[mode] = real(model, mode=mode)
        return of_model[mode]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(utils, "get_model_schema", get_model_schema)
        yield


class _Smtp(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as smtplib asks for."""

    def handle(self):
        self.server.connections += 1
        self._say("220 mail.test")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"RCPT" and any(a.encode() in line for a in self.server.unknown):
                self._say("550 no such mailbox")
            elif verb == b"DATA" and self.server.refusals:
                self.server.refusals -= 1
                self._say("554 not today")
            elif verb == b"DATA":
                if not self._data():
                    return
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 fine")

    def _data(self):
        """Takes a message; whether the conversation goes on."""
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        self.server.arrived.append(email.message_from_bytes(b"".join(lines), policy=email.policy.default))
        if self.server.silent_after == len(self.server.arrived):
            return False
        self.server.may_answer.wait(20)
        self._say("250 kept")
        return len(self.server.arrived) % self.server.most

    def _say(self, line):
        self.wfile.write(f"{line}\r\n".encode())


class SmtpServer(socketserver.ThreadingTCPServer):
    """A mail server on loopback; ``arrived`` holds what it took, after ``refusals`` messages it refused.

    Addresses in ``unknown`` have no mailbox. It hangs up without an answer after message number ``silent_after``, with one after
    every ``most`` messages, and answers no message while ``may_answer`` is not set.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Smtp)
        self.arrived, self.unknown = [], set()
        self.refusals = self.silent_after = self.connections = 0
        self.most = 10**9
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.settings = {"smtp_host": "127.0.0.1", "smtp_port": self.server_address[1], "smtp_security": "none"}


@pytest.fixture
def smtp():
    with SmtpServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.may_answer.set()
        server.shutdown()
        thread.join()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """What takes long begins first, lest one worker be alone with it at the end; what a module's tests share is made by one worker only."""
    for item in items:
        if any(definitions[-1].scope == "module" for definitions in item._fixtureinfo.name2fixturedefs.values()):
            item.add_marker(pytest.mark.xdist_group(item.location[0]))
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish():
    """Looking again and again for garbage among all that was imported and collected took a fifth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def pytest_terminal_summary(terminalreporter):
    reports = [r for kind in ("passed", "failed") for r in terminalreporter.getreports(kind)]
    for line in sorted({value for r in reports for name, value in r.user_properties if name == "figure"}):
        terminalreporter.write_line(line)
