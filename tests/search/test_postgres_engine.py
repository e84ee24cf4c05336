"""The index inside PostgreSQL: shared by all nodes, whole whatever dies, and answering as Whoosh does."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import time
import tomllib
from pathlib import Path

import pytest
from sqlalchemy import text

from kbplatform.app import make_platform
from kbplatform.db import Database
from kbplatform.errors import SettingsError
from kbplatform.search.engine import Alternative, Batch, EngineError, Filters, Group, IndexRecord, ParsedQuery
from kbplatform.search.engines import postgres
from kbplatform.search.engines.postgres import PostgresEngine
from kbplatform.search.engines.postgres_segment import SmallSegment, StoredSegment
from kbplatform.search.engines.whoosh import WhooshEngine
from kbplatform.search.locking import DatabaseLock
from kbplatform.search.phrases import Phrases
from kbplatform.serving import sync_content
from kbplatform.settings import load_settings
from kbplatform.viewer import ANONYMOUS

EVERYONE = Filters(frozenset({"everyone"}))


def url_of(kb_postgres: str) -> str:
    return kb_postgres.replace("postgresql://", "postgresql+psycopg://", 1)


@pytest.fixture
def database(kb_postgres):
    db = Database(url_of(kb_postgres))
    yield db
    db.dispose()


@pytest.fixture
def engine(database):
    made = PostgresEngine(database)
    made.ensure("1")
    return made


def record(id_: str, words: str) -> IndexRecord:
    tokens = tuple(words.split())
    suggest = tuple(t[:2] for t in tokens)
    return IndexRecord(
        id_, id_, "zh", "article", "g", frozenset({"everyone"}), 0.5, tokens, tokens[:1], suggest=suggest, asked=Phrases(f"\n{id_}").dumps()
    )


def found(engine, word: str) -> list[str]:
    query = ParsedQuery((Group(word, (Alternative((word,)),)),))
    return sorted(h.id for h in engine.search(query, filters=EVERYONE, limit=50))


def tables(database) -> list[str]:
    with database.read() as session:
        return sorted(session.scalars(text("SELECT tablename FROM pg_tables WHERE tablename ~ '^kbx_[a-z]+_[0-9]+$'")))


def test_another_node_sees_a_change_and_reads_the_new_document_alone(engine, database):
    engine.rebuild([record(f"p{i}", "pear") for i in range(20)], 1)
    other = PostgresEngine(Database(database.url.render_as_string(hide_password=False)))
    assert other.ensure("1").usable
    assert len(found(other, "pear")) == 20
    (before,) = other._view.segments.values()
    engine.apply(Batch((record("p3", "plum"),), ("p4",)), 2)
    time.sleep(2 * postgres._STATE_KEPT_S)
    assert (found(other, "plum"), len(found(other, "pear")), dict(other.terms("all"))) == (["p3"], 18, {"pear": 18, "plum": 1})
    kept, new = other._view.segments.values()
    assert (kept is before, type(kept), type(new), new.size) == (True, StoredSegment, SmallSegment, 1)
    other._db.dispose()


def test_small_segments_are_joined_and_the_tables_of_an_older_build_dropped(engine, database, monkeypatch):
    engine.rebuild([record("old", "pear")], 1)
    engine.rebuild([record("p", "pear")], 2)
    assert len(tables(database)) == 6  # readers of the older build may still be at work
    for i in range(30):
        engine.apply(Batch((record(f"p{i}", "pear plum"),), (f"p{i - 20}",)), i + 3)
    while engine.tidy():
        pass
    assert len(tables(database)) == 3
    assert len(engine._open().segments) == 2
    assert (len(found(engine, "plum")), engine.size(), engine.check().count) == (20, 21, 21)
    monkeypatch.setattr(postgres, "_SMALL_DOCUMENTS", 10)
    engine.apply(Batch((record("last", "pear"),)), 50)
    assert engine.tidy()
    assert [type(s) for s in engine._open().segments.values()] == [StoredSegment, StoredSegment]
    assert (len(found(engine, "plum")), dict(engine.terms("all"))) == (20, {"pear": 22, "plum": 20})
    assert engine.asked(["p", "p29", "last"], filters=EVERYONE) == {page: [Phrases(f"\n{page}")] for page in ("p", "p29", "last")}


def test_phrases_of_all_segments_come_in_one_journey_and_once(engine, database, monkeypatch):
    from sqlalchemy import event

    monkeypatch.setattr(postgres, "SEGMENT_DOCUMENTS", 3)
    engine.rebuild([record(f"p{i}", "pear") for i in range(9)], 1)
    engine._open()
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda _c, _k, statement, *_: asked.append(statement))
    pages = ["p1", "p4", "p7"]
    for _ in range(2):
        assert engine.asked(pages, filters=EVERYONE) == {page: [Phrases(f"\n{page}")] for page in pages}
    assert len([statement for statement in asked if "asked" in statement]) == 1


def test_a_reader_that_slept_through_a_new_build_and_its_upkeep_counts_afresh(engine, database):
    engine.rebuild([record("a", "pear")], 1)
    other = PostgresEngine(Database(database.url.render_as_string(hide_password=False)))
    other.ensure("1")
    assert dict(other.terms("all")) == {"pear": 1}
    engine.rebuild([record("a", "plum"), record("b", "plum")], 2)
    engine.tidy()
    assert len(tables(database)) == 3
    time.sleep(2 * postgres._STATE_KEPT_S)
    assert (dict(other.terms("all")), found(other, "plum")) == ({"plum": 2}, ["a", "b"])
    other._db.dispose()


def test_a_document_named_twice_in_a_build_is_there_once(engine, monkeypatch):
    monkeypatch.setattr(postgres, "SEGMENT_DOCUMENTS", 2)
    engine.rebuild([record("a", "pear"), record("b", "pear"), record("a", "plum"), record("c", "plum"), record("d", "fig")], 1)
    assert (found(engine, "pear"), found(engine, "plum"), found(engine, "fig"), engine.size()) == (["b"], ["a", "c"], ["d"], 4)
    engine.apply(Batch((record("a", "fig"),)), 2)
    assert (found(engine, "plum"), found(engine, "fig"), engine.size()) == (["c"], ["a", "d"], 4)


@pytest.mark.parametrize("work", ["rebuild", "apply"])
def test_a_writer_that_is_killed_leaves_the_index_as_it_was(engine, database, work):
    engine.rebuild([record("a", "pear")], 7)
    code = f"""
        import os, signal
        from kbplatform.db import Database
        from kbplatform.search.engine import Batch, IndexRecord
        from kbplatform.search.engines import postgres
        engine = postgres.PostgresEngine(Database({database.url.render_as_string(hide_password=False)!r}))
        engine.ensure("1")
        postgres._save = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # everything is written, nothing committed
        pear = IndexRecord("a", "a", "zh", "article", "g", frozenset({{"everyone"}}), 0.5, ("plum",), ("plum",))
        engine.rebuild([pear], 8) if {work!r} == "rebuild" else engine.apply(Batch((pear,)), 8)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=False)
    assert done.returncode == -signal.SIGKILL
    fresh = PostgresEngine(database)
    assert (fresh.ensure("1").usable, fresh.check().seq, found(fresh, "pear"), found(fresh, "plum")) == (True, 7, ["a"], [])
    fresh.apply(Batch((record("a", "plum"),)), 8)
    assert (found(fresh, "plum"), len(tables(database))) == (["a"], 3)


def test_one_node_writes_and_another_takes_over_when_it_is_gone(database):
    first, second = DatabaseLock(database), DatabaseLock(Database(database.url.render_as_string(hide_password=False)))
    assert (first.acquire(), first.acquire(), second.acquire(), second.held) == (True, True, False, False)
    with database.engine.connect() as connection:  # what a crash or a cut cable comes to
        connection.execute(text("SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory'"))
    assert second.acquire()
    assert (first.acquire(), first.held) == (False, False)
    second.release()
    assert first.acquire()
    first.release()
    second._db.dispose()


@pytest.fixture(scope="module")
def sites(kb_postgres_server, tmp_path_factory):
    """The bundled content on PostgreSQL with its engine, on two nodes, and on SQLite with Whoosh."""
    import psycopg

    name = "kb_engine_parity"
    with psycopg.connect(kb_postgres_server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    url = kb_postgres_server.replace("/postgres?", f"/{name}?", 1)
    made = {}
    for node, settings in (("postgres", {"database_url": url}), ("node", {"database_url": url}), ("whoosh", {})):
        made[node] = make_platform(load_settings(data_dir=tmp_path_factory.mktemp(node), log_level="error", **settings))
    for node in ("postgres", "whoosh"):
        sync_content(made[node])
        indexer = made[node].indexer()
        indexer.run_once()
        indexer.close()
    yield made
    for platform in made.values():
        platform.close()
    with psycopg.connect(kb_postgres_server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_the_engine_follows_the_database(sites):
    assert [type(sites[n].search.engine) for n in ("postgres", "node", "whoosh")] == [PostgresEngine, PostgresEngine, WhooshEngine]
    with pytest.raises(SettingsError, match="KBPLATFORM_SEARCH_ENGINE = 'postgres'"):
        make_platform(load_settings(data_dir=sites["whoosh"].settings.data_dir, search_engine="postgres", log_level="error"))


def queries() -> list[str]:
    table = tomllib.loads((Path(__file__).parent / "queries.toml").read_text("utf-8"))
    strings: list[str] = []

    def walk(value: object) -> None:
        if isinstance(value, str):
            strings.append(value)
        elif isinstance(value, dict):
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(table)
    return list(dict.fromkeys(strings))


def test_postgres_and_whoosh_give_the_same_first_hit(sites, record_property):
    asked = queries()
    assert len(asked) > 50
    same = 0
    for query in asked:
        ours, theirs = ([h.slug for h in sites[n].search.search(query, audiences={"everyone"}).hits[:1]] for n in ("postgres", "whoosh"))
        same += ours == theirs
    record_property("figure", f"postgres and whoosh agree on the first hit of {same} of {len(asked)} queries")
    assert same / len(asked) >= 0.95


def test_a_node_without_an_indexer_of_its_own_reads_pinyin_too(sites):
    """Pinyin readings travel with the index: this node's data directory never held any."""
    assert not (sites["node"].settings.data_dir / "index").exists()
    for query in ("tousu", "kh tousu", "头诉"):
        assert sites["node"].search.search(query, audiences={"everyone"}).hits[0].number in {5, 14, 29}


def test_one_indexer_for_all_nodes(sites):
    first, second = sites["postgres"].indexer(), sites["node"].indexer()
    assert (first.acquire(), second.acquire()) == (True, False)
    first.close()
    assert second.acquire()
    second.close()


def test_content_is_taken_in_while_an_indexer_holds_its_lock(kb_postgres, tmp_path):
    platform = make_platform(load_settings(data_dir=tmp_path, database_url=kb_postgres, log_level="error"))
    holder = DatabaseLock(platform.db)
    assert holder.acquire()
    with platform.db.engine.connect() as connection:  # a lock that both want would be waited for until somebody came
        connection.execute(text(f"ALTER DATABASE \"{platform.db.url.database}\" SET lock_timeout = '5s'"))
        connection.commit()
    platform.db.engine.pool.dispose()
    sync_content(platform)
    assert len(platform.articles.cards(["complaint-handling"], "zh", ANONYMOUS)) == 1
    holder.release()
    platform.close()


def test_what_a_former_indexer_brings_late_is_refused(engine, database):
    engine.rebuild([record("a", "old")], 1)
    other = PostgresEngine(database)
    other.ensure("1")
    other.apply(Batch((record("a", "new"),)), 150)
    with pytest.raises(EngineError, match="too late"):
        engine.apply(Batch((record("a", "old"),)), 100)
    assert (found(other, "new"), other.check().seq) == (["a"], 150)


def test_a_node_of_another_version_says_why_it_cannot_use_the_shared_index(engine, database):
    engine.rebuild([record("a", "word")], 1)
    other = PostgresEngine(database)
    state = other.ensure("2")
    assert not state.usable
    assert "for 1, this node reads 2" in state.reason
