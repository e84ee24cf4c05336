"""People, browsers, plugins and mail servers for the tests of accounts: all of them real."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import structlog
from sqlalchemy import MetaData, select, text

from kbplatform import hookimpl
from kbplatform.accounts.people import NewPerson
from kbplatform.accounts.service import make_accounts
from kbplatform.accounts.sessions import Browser
from kbplatform.mail import Mailer
from kbplatform.plugin.calls import Calls
from kbplatform.plugin.loader import load_plugins
from kbplatform.viewer import CLI


@pytest.fixture
def make(kb_database, kb_settings):
    """``make(plugins={...}, **settings)`` → Accounts on the test's database, composed as the application composes them."""
    mailers = []

    def make_(plugins=None, **overrides):
        settings = kb_settings(**overrides)
        mailers.append(Mailer(settings))
        return make_accounts(kb_database, settings, Calls(load_plugins(extra=plugins)), mailers[-1], "k" * 64)

    yield make_
    for mailer in mailers:
        mailer.close()


@pytest.fixture
def accounts(make):
    return make()


@pytest.fixture
def plugin():
    """``plugin(register_permissions=function, ...)`` → a plugin with these hooks."""
    return lambda **hooks: type("Plugin", (), {name: staticmethod(hookimpl(work)) for name, work in hooks.items()})()


@pytest.fixture
def person(accounts):
    """``person("李娜", roles=..., password=...)`` → the number of a new person."""

    def add(name, *, roles=(), teams=(), email="", password=None):
        return accounts.people.create(None, CLI, NewPerson(name, email, frozenset(roles), frozenset(teams)), password=password)

    return add


@pytest.fixture
def browser():
    return Browser("192.0.2.7", "Firefox on a desk")


@pytest.fixture
def viewer_of(accounts, browser):
    """``viewer_of(user_id)`` → the person as the gate knows them, in a new session."""

    def sign_in(user_id):
        return accounts.gate.by_session(accounts.sign_in.open(user_id, browser, method="password"))

    return sign_in


@pytest.fixture
def role(accounts):
    """``role("hr", "people.manage")`` → a role of the site's own with these permissions."""

    def add(name, *permissions, second_factor=False):
        accounts.roles.create(CLI, name=name, zh=name, en=name)
        accounts.roles.change(CLI, name, permissions=permissions, second_factor=second_factor)

    return add


def outcome(work):
    """What ``work`` returns, or the class of what it raises."""
    try:
        return work()
    except Exception as error:
        return type(error)


@pytest.fixture(name="outcome")
def _outcome():
    return outcome


@pytest.fixture
def together():
    """``together(work, other, ...)`` → what each returned, or the class of what it raised; all begin at the same moment."""

    def run(*works):
        ready = threading.Barrier(len(works))

        def begin(work):
            ready.wait()
            return outcome(work)

        with ThreadPoolExecutor(len(works)) as pool:
            return list(pool.map(begin, works))

    return run


@pytest.fixture
def overtaken(kb_database):
    """``overtaken(first, second)`` → what came of ``second()``, begun while ``first(session)`` was done but not yet committed."""

    def run(first, second):
        with ThreadPoolExecutor(1) as pool:
            with kb_database.write() as session:
                first(session)
                session.flush()
                later = pool.submit(outcome, second)
                _until_it_waits(kb_database, later)
            return later.result()

    return run


def _until_it_waits(db, future):
    for _ in range(10 if db.is_sqlite else 100):
        time.sleep(0.01)
        if future.done():
            return
        if not db.is_sqlite:
            with db.read() as session:
                if session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                    return


@pytest.fixture
def everything(kb_database):
    """``everything()`` → ``"table.column"`` → all that stands there, as one text: every table of the whole database."""

    def read():
        metadata = MetaData()
        metadata.reflect(kb_database.engine)
        found = {}
        with kb_database.engine.connect() as connection:
            for table in metadata.tables.values():
                rows = connection.execute(select(table)).mappings().all()
                found |= {f"{table.name}.{column.name}": "\n".join(str(row[column.name]) for row in rows) for column in table.columns}
        return found

    return read


@pytest.fixture
def where(everything):
    """``where("word")`` → the columns of the database that hold it, in any case."""
    return lambda word: {column for column, content in everything().items() if word.casefold() in content.casefold()}


@pytest.fixture
def column(kb_database):
    """``column(Model.field)`` → its values, in the order of the rows."""

    def read(field):
        with kb_database.read() as session:
            return list(session.scalars(select(field).order_by(*field.class_.__table__.primary_key)))

    return read


# ---------------------------------------------------------------------- mail


@pytest.fixture
def logged():
    """What the program logs during the test, whatever level another test has set."""
    before = structlog.get_config()
    capture = structlog.testing.LogCapture()
    structlog.configure(
        processors=[capture], wrapper_class=structlog.make_filtering_bound_logger(0), logger_factory=structlog.PrintLoggerFactory(), cache_logger_on_first_use=False
    )
    yield capture.entries
    structlog.configure(**before)


class _Smtp(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as smtplib asks for."""

    def handle(self):
        self._say("220 mail.test")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA" and self.server.refusals:
                self.server.refusals -= 1
                self._say("554 not today")
            elif verb == b"DATA":
                self._say("354 go on")
                lines = []
                while (line := self.rfile.readline()) != b".\r\n":
                    lines.append(line.removeprefix(b"."))
                self.server.arrived.append(email.message_from_bytes(b"".join(lines), policy=email.policy.default))
                self._say("250 kept")
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 fine")

    def _say(self, line):
        self.wfile.write(f"{line}\r\n".encode())


class SmtpServer(socketserver.ThreadingTCPServer):
    """A mail server on loopback; ``arrived`` holds what it took, after ``refusals`` messages it refused."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Smtp)
        self.arrived = []
        self.refusals = 0
        self.settings = {"smtp_host": "127.0.0.1", "smtp_port": self.server_address[1], "smtp_security": "none"}


@pytest.fixture
def smtp():
    with SmtpServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
