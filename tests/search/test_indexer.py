"""The index keeps in step with the database, by itself, whatever happens to it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from kbplatform.app import make_platform
from kbplatform.articles.content_root import bundled_content
from kbplatform.articles.packs import read_pack
from kbplatform.articles.sync import sync_pack
from kbplatform.events import Outbox, emit
from kbplatform.settings import load_settings


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A pack of four practices, and a data directory with it taken in and indexed; copied for each test."""
    root = tmp_path_factory.mktemp("built")
    for name in ("05-complaint-handling", "14-common-complaint-issues", "19-privacy-protection", "29-complaints-and-grievances"):
        folder = next((bundled_content() / "practices").glob(f"{name[:2]}-*"))
        shutil.copytree(folder, root / "pack" / "practices" / folder.name)
    for name in ("site.toml", "practices.toml", "glossary.toml"):
        shutil.copy(bundled_content() / name, root / "pack" / name)
    platform = make_platform(settings(root))
    sync_pack(platform.db, read_pack(root / "pack"))
    indexer = platform.indexer()
    indexer.run_once()
    indexer.close()
    platform.close()
    return root


def settings(root: Path):
    return load_settings(data_dir=root / "data", content_dir=root / "pack", search_engine="whoosh", log_level="error")


@pytest.fixture
def root(built, tmp_path):
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def platform(root):
    made = make_platform(settings(root))
    yield made
    made.close()


@pytest.fixture
def indexer(platform):
    made = platform.indexer()
    yield made
    made.close()


def numbers(platform, query: str) -> list[int | None]:
    return [h.number for h in platform.search.search(query, audiences={"everyone"}, limit=5).hits]


def rename(platform, title: str) -> None:
    """Practice 5 gets another title, as a pack brings it."""
    path = next((platform.content / "practices").glob("05-*")) / "zh.md"
    lines = path.read_text("utf-8").split("\n")
    lines[1] = f"title: {title}"
    path.write_text("\n".join(lines), "utf-8")
    assert sync_pack(platform.db, read_pack(platform.content)).changed


def test_first_run_builds_and_the_next_has_nothing_to_do(platform, indexer, root):
    shutil.rmtree(root / "data" / "index")
    assert indexer.run_once() >= 8
    generation = platform.search._engine.generation()
    assert (indexer.catch_up(), indexer.catch_up(), platform.search._engine.generation()) == (0, 0, generation)
    assert numbers(platform, "投诉")[0] in {5, 14, 29}


def test_a_change_is_applied_from_the_outbox_and_twice_is_once(platform, indexer):
    indexer.run_once()
    size = platform.search._engine.size()
    rename(platform, "霹雳无敌的标题")
    assert indexer.catch_up() == 1
    platform.search.refresh()
    assert numbers(platform, "霹雳无敌")[0] == 5
    with platform.db.write() as session:
        emit(session, "article.changed", Outbox(platform.db).after(0, 1000)[-1].payload)
    assert indexer.catch_up() == 1
    assert platform.search._engine.size() == size


def test_a_document_that_is_gone_leaves_the_index(platform, indexer):
    from sqlalchemy import delete, select

    from kbplatform.articles.models import Article, Translation

    indexer.run_once()
    with platform.db.write() as session:
        article = session.scalar(select(Article).where(Article.number == 19))
        session.execute(delete(Translation).where(Translation.article_id == article.id))
        emit(session, "article.changed", {"ids": [f"article:{article.id}:{lang}" for lang in ("zh", "en")]})
    indexer.run_once()
    assert 19 not in numbers(platform, "隐私")


def test_a_request_to_rebuild_reads_everything_again(platform, indexer):
    indexer.run_once()
    total = platform.search._engine.size()
    with platform.db.write() as session:
        emit(session, "search.rebuild", {})
    assert indexer.catch_up() == total


def test_an_index_that_missed_pruned_events_is_built_anew(platform, indexer):
    indexer.run_once()
    total = platform.search._engine.size()
    rename(platform, "霹雳无敌的标题")
    with platform.db.write() as session:
        for _ in range(2):
            emit(session, "something.else", {})
    assert Outbox(platform.db).prune((), keep_days=-1) > 1
    assert indexer.catch_up() == total
    platform.search.refresh()
    assert numbers(platform, "霹雳无敌")[0] == 5
    assert indexer.catch_up() == 0


def test_an_index_that_has_seen_what_was_pruned_only_follows(platform, indexer):
    indexer.run_once()
    Outbox(platform.db).prune((), keep_days=-1)
    rename(platform, "霹雳无敌的标题")
    assert indexer.catch_up() == 1
    platform.search.refresh()
    assert numbers(platform, "霹雳无敌")[0] == 5


def test_events_of_other_kinds_and_odd_payloads_only_move_the_position(platform, indexer):
    indexer.run_once()
    with platform.db.write() as session:
        for payload in ({}, {"ids": "x"}, {"ids": [None, 3, "article:999999:zh", "nonsense", "article:x:y:z"]}):
            emit(session, "something.else", payload)
    indexer.run_once()
    assert platform.search._engine.check().seq == Outbox(platform.db).head()
    assert numbers(platform, "投诉")[0] in {5, 14, 29}


@pytest.mark.parametrize("damage", ["folder gone", "segments gone", "state gone", "older version", "ahead of the database"])
def test_the_index_heals_and_search_answers_meanwhile(platform, indexer, root, damage):
    indexer.run_once()
    indexer.close()
    index = root / "data" / "index"
    (folder,) = index.glob("ix-*")
    state = index / "state.json"
    match damage:
        case "folder gone":
            shutil.rmtree(index)
        case "segments gone":
            for segment in folder.glob("*.seg"):
                segment.unlink()
        case "state gone":
            state.unlink()
        case "older version":
            state.write_text(state.read_text().replace('"schema": "', '"schema": "0.'))
        case "ahead of the database":
            state.write_text(state.read_text().replace('"seq": ', '"seq": 99'))
    fresh = make_platform(settings(root))
    assert numbers(fresh, "tousu")[0] in {5, 14, 29}
    again = fresh.indexer()
    assert again.run_once() >= 8
    assert again.catch_up() == 0
    result = fresh.search.search("投诉", audiences={"everyone"})
    assert (result.hits[0].number in {5, 14, 29}, result.degraded) == (True, False)
    again.close()
    fresh.close()


def test_at_start_what_comes_with_the_program_is_taken_in_again(platform, indexer):
    indexer.run_once()
    with_program = [d for source in platform.sources if source.with_program for d in source.documents()]
    assert with_program
    assert indexer.run_once() == len(with_program)


def test_one_indexer_works_and_the_next_takes_over_when_it_stops(platform):
    first, second = platform.indexer(), platform.indexer()
    assert first.acquire()
    rename(platform, "甲乙丙丁")
    assert (second.catch_up(), second.acquire()) == (0, False)
    first.close()
    assert (second.catch_up(), second.acquire()) == (1, True)
    second.close()


def test_the_lock_of_a_killed_process_is_free(platform, root):
    lock = root / "data" / "index" / "indexer.lock"
    code = f"from pathlib import Path; from kbplatform.search.locking import FileLock as L; import time; l = L(Path({str(lock)!r})); l.acquire() and print('mine', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "mine\n"
        indexer = platform.indexer()
        assert not indexer.acquire()
        holder.kill()
        holder.wait()
    assert indexer.acquire()
    indexer.close()


def test_a_change_is_findable_within_a_second_of_running(platform, indexer):
    indexer.run_once()
    platform.search.refresh()
    stop = threading.Event()
    worker = threading.Thread(target=indexer.run_forever, args=(stop,))
    worker.start()
    try:
        rename(platform, "全新标题呱呱叫")
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and numbers(platform, "呱呱叫")[:1] != [5]:
            time.sleep(0.05)
        assert numbers(platform, "呱呱叫")[0] == 5
    finally:
        stop.set()
        worker.join(10)
