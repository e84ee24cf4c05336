"""People, browsers and plugins for the tests of accounts: all of them real."""

from __future__ import annotations

import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
import structlog
from sqlalchemy import inspect, select, text

from kbplatform import hookimpl
from kbplatform.accounts.people import NewPerson
from kbplatform.accounts.service import make_accounts
from kbplatform.accounts.sessions import Browser
from kbplatform.db import Database
from kbplatform.db.migrate import CORE, upgrade
from kbplatform.mail import Mailer
from kbplatform.plugin.calls import Calls
from kbplatform.plugin.loader import load_plugins
from kbplatform.plugin.services import Services
from kbplatform.viewer import CLI, Actor


@pytest.fixture(scope="session")
def emptied_postgres(kb_postgres_server):
    """``emptied_postgres()`` → URL of a migrated PostgreSQL database from which the rows of the test before are gone."""
    with psycopg.connect(kb_postgres_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE kb_accounts")
        connection.execute("ALTER DATABASE kb_accounts SET synchronous_commit = off")
    url = kb_postgres_server.replace("/postgres?", "/kb_accounts?", 1)
    db = Database(url.replace("postgresql://", "postgresql+psycopg://", 1))
    upgrade(db, [CORE])
    ours = set(inspect(db.engine).get_table_names())
    db.dispose()

    def empty():
        with psycopg.connect(url) as connection:
            connection.execute("SET session_replication_role = replica")  # else the audit refuses
            for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall():
                if name != "alembic_version":
                    connection.execute(f"DELETE FROM {name}" if name in ours else f"DROP TABLE {name}")
            connection.execute("SELECT setval(sequencename::regclass, 1, false) FROM pg_sequences WHERE schemaname = 'public'")
        return db.url

    return empty


@pytest.fixture(params=["sqlite", "postgres"])
def kb_database(request, tmp_path):
    """As everywhere a migrated, empty database, once on SQLite and once on PostgreSQL; these many tests share the migrating."""
    if request.param == "sqlite":
        url = f"sqlite:///{shutil.copy(request.getfixturevalue('kb_migrated_sqlite'), tmp_path)}"
    else:
        url = request.getfixturevalue("emptied_postgres")().render_as_string(hide_password=False)
    db = Database(url)
    yield db
    db.dispose()


@pytest.fixture
def make(kb_database, kb_settings):
    """``make(plugins={...}, **settings)`` → Accounts on the test's database, composed as the application composes them."""
    mailers = []

    def make_(plugins=None, **overrides):
        settings = kb_settings(**overrides)
        mailers.append(Mailer(settings))
        return make_accounts(Services(kb_database, settings, Calls(load_plugins(disabled=["calculators", "experience", "quizzes"], extra=plugins))), mailers[-1], "k" * 64)

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


@pytest.fixture
def owner(person):
    return person("老板", roles=["owner"], password="晴天去河边散步 42")


@pytest.fixture
def everybody(owner, viewer_of):
    """The owner as a viewer, who sees everybody."""
    return viewer_of(owner)


@pytest.fixture
def by(accounts):
    """``by(viewer)`` → what that viewer may ask of the service, as (name, call with a person's number)."""

    def calls(viewer):
        actor, people = Actor(viewer.id, "192.0.2.7"), accounts.people
        return {
            "change": lambda n: people.change(viewer, actor, n, name="New name", email="new@example.com"),
            "set_roles": lambda n: people.set_roles(viewer, actor, n, ["hr"]),
            "set_teams": lambda n: people.set_teams(viewer, actor, n, []),
            "disable": lambda n: people.disable(viewer, actor, n),
            "enable": lambda n: people.enable(viewer, actor, n),
            "end_sessions": lambda n: people.end_sessions(viewer, actor, n),
            "drop_second_factor": lambda n: people.drop_second_factor(viewer, actor, n),
            "new_link": lambda n: people.new_link(viewer, actor, n),
            "erase": lambda n: accounts.personal_data.erase(viewer, actor, n),
        }

    return calls


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
        found = {}
        with kb_database.engine.connect() as connection:
            for table in inspect(connection).get_table_names():
                rows = connection.execute(text(f"SELECT * FROM {table}"))
                content = rows.all()
                found |= {f"{table}.{column}": "\n".join(str(row[n]) for row in content) for n, column in enumerate(rows.keys())}
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
