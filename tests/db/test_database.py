"""Transactions that lose nothing, migrations that agree with the models, on both databases."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from kbplatform.accounts import models as _accounts  # noqa: F401 - puts the tables into the metadata
from kbplatform.articles import models as _articles  # noqa: F401 - puts the tables into the metadata
from kbplatform.articles.content_root import bundled_content
from kbplatform.db import Base, Database
from kbplatform.db.migrate import CORE, Component, upgrade
from kbplatform.desk import models as _desk  # noqa: F401 - as above
from kbplatform.errors import StorageError
from kbplatform.events import models as _events  # noqa: F401 - as above
from kbplatform.events.models import OutboxCursor
from kbplatform.insights import models as _insights  # noqa: F401 - as above
from kbplatform.proposals import models as _proposals  # noqa: F401 - as above


def test_sqlite_is_opened_by_the_measured_recipe(tmp_path):
    db = Database(f"sqlite:///{tmp_path / 'kb.db'}")
    with db.engine.connect() as c:
        pragmas = {name: c.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")}
    db.dispose()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15000}


def test_eight_writers_lose_no_update(kb_database):
    with kb_database.write() as session:
        session.add(OutboxCursor(consumer="x", seq=0))

    def add_ten(_n: int) -> None:
        for _ in range(10):
            with kb_database.write() as session:
                session.execute(text("UPDATE kb_outbox_cursor SET seq = seq + 1 WHERE consumer = 'x'"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_ten, range(8)))
    with kb_database.read() as session:
        assert session.get_one(OutboxCursor, "x").seq == 80


def test_what_a_failed_write_changed_is_undone(kb_database):
    def change_and_fail():
        with kb_database.write() as session:
            session.add(OutboxCursor(consumer="x", seq=1))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_and_fail()
    with kb_database.read() as session:
        assert session.get(OutboxCursor, "x") is None


def test_migrations_make_exactly_the_tables_of_the_models(kb_database):
    assert _differences(kb_database, "kb") == []


@pytest.mark.parametrize("name", ["calculators", "experience", "quizzes"])
def test_a_plugin_s_migrations_make_exactly_its_own_tables(kb_database, name):
    models = importlib.import_module(f"kbplatform_{name}.models")
    assert upgrade(kb_database, [CORE, Component(name, name, Path(models.__file__).parent / "migrations" / "versions")]) == {}
    assert _differences(kb_database, name) == []
    assert _differences(kb_database, "kb") == []


def _differences(db, prefix):
    """What stands in the models of one component and not in its tables, or the other way round."""

    def ours(thing, name, type_, _reflected, _compared):
        return (name if type_ == "table" else thing.table.name).startswith(f"{prefix}_")

    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": True})
        return compare_metadata(context, Base.metadata)


def test_upgrading_twice_changes_nothing(kb_database):
    assert upgrade(kb_database, [CORE]) == {}


def test_a_newer_schema_is_refused_in_words(kb_database):
    with kb_database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError) as caught:
        upgrade(kb_database, [CORE])
    assert "newer than this program" in caught.value.message.en
    assert caught.value.remedy


def test_a_damaged_file_is_named_and_what_to_do_is_said(tmp_path):
    path = tmp_path / "kb.db"
    path.write_bytes(b"this is not a database at all" * 400)
    with pytest.raises(StorageError) as caught:
        Database(f"sqlite:///{path}").check()
    assert str(path) in caught.value.message.en
    assert "backup" in caught.value.remedy.en


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_several_processes_may_start_first_together(tmp_path, request, kind):
    pack = tmp_path / "pack"
    shutil.copytree(bundled_content(), pack)  # a pack that nobody edits meanwhile
    code = (
        "from kbplatform.app import create_app, platform_of; from kbplatform.settings import load_settings; from kbplatform.serving import sync_content;"
        f"app = create_app(load_settings(data_dir={str(tmp_path / 'd')!r}, content_dir={str(pack)!r}, log_level='error'));"
        "p = platform_of(app); sync_content(p);"
        "print(app.secret_key, p.db.engine.connect().exec_driver_sql('select count(*) from kb_revision').scalar())"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KBPLATFORM_")}
    if kind == "postgres":
        environment["KBPLATFORM_DATABASE_URL"] = request.getfixturevalue("kb_postgres")
    started = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) for _ in range(4)]
    results = [p.communicate(timeout=120) for p in started]
    assert [p.returncode for p in started] == [0, 0, 0, 0], results
    assert len({out.strip() for out, _ in results}) == 1
