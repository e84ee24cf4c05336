"""What queries are read against: the vocabulary of one generation of the index, renewed beside the searches."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from kbplatform.plugin.contributions import DocumentSource
from kbplatform.search.analysis import Analyzer
from kbplatform.search.engine import ARTICLES, SPELLING_FIELD, EngineError, Filters, SearchEngine
from kbplatform.search.engines.memory import MemoryEngine
from kbplatform.search.lexicon import Lexicon
from kbplatform.search.pinyin import KEPT_AS, PinyinTable
from kbplatform.search.query import QueryReader
from kbplatform.search.records import RecordBuilder
from kbplatform.search.thesaurus import Thesaurus

_FALLBACK_SECONDS = 30.0
_READERS_KEPT = 32
_FIRST_READERS = ((frozenset({"everyone"}), ARTICLES), (frozenset({"everyone"}), frozenset[str]()))


@dataclass(slots=True)
class Snapshot:
    """What is needed to read queries against one generation of one engine."""

    engine: SearchEngine
    generation: int
    make: Callable[[SearchEngine, Filters], QueryReader]
    audiences: frozenset[str]
    """Every audience that some document is for."""
    degraded: bool = False
    made: float = field(default_factory=time.monotonic)
    readers: dict[Filters, QueryReader] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def reader(self, filters: Filters, open_kinds: frozenset[str] = frozenset()) -> QueryReader:
        """The reader for a search: it knows the words of what this reader may find, and of nothing else: of ``open_kinds`` alone,
        where there are kinds they may not read.

        Articles have one of their own, whose words the examples in our manual must not change.
        """
        key = Filters(filters.audiences & self.audiences, filters.kinds if filters.kinds == ARTICLES else open_kinds)
        with self.lock:
            found = self.readers.pop(key, None)
            if found is not None:
                self.readers[key] = found  # the least used ones come first
                return found
        found = self.make(self.engine, key)
        with self.lock:
            self.readers[key] = found
            spare = [k for k in self.readers if k != key and (k.audiences, k.kinds) not in _FIRST_READERS]
            for old in spare[: max(0, len(self.readers) - _READERS_KEPT)]:
                del self.readers[old]
        return found


class Snapshots:
    """The present snapshot of an engine, or, while that is without a usable index, one made from the sources."""

    def __init__(self, engine: SearchEngine, sources: Sequence[DocumentSource], analyzer: Analyzer, thesaurus: Thesaurus) -> None:
        self._engine = engine
        self._sources = tuple(sources)
        self._analyzer = analyzer
        self._thesaurus = thesaurus
        self._lock = threading.Lock()
        self._building = threading.Lock()
        self._snapshot: Snapshot | None = None
        self.when_renewed: Callable[[], None] = lambda: None
        """Called beside the searches after an old snapshot was replaced."""
        self._last_pinyin = PinyinTable()
        self._kept_pinyin = ""

    @property
    def pinyin(self) -> PinyinTable:
        """The table last read."""
        return self._last_pinyin if self._last_pinyin.chars else self._pinyin()

    def refresh(self) -> None:
        """Read the newest vocabulary now; otherwise that happens beside the next search."""
        generation = self._engine.generation()
        if generation:
            self._snapshot = self._read(self._engine, generation)

    def current(self) -> Snapshot:
        snapshot, generation = self._snapshot, self._engine.generation()
        if snapshot is not None and not snapshot.degraded and generation:
            if snapshot.generation != generation and self._building.acquire(blocking=False):
                threading.Thread(target=self._renew, daemon=True, name="search-vocabulary").start()
            return snapshot
        if not generation:
            return self.fallback()
        with self._lock:
            try:
                if self._snapshot is None or self._snapshot.degraded:
                    self._snapshot = self._read(self._engine, generation)
                return self._snapshot
            except EngineError:
                pass
        return self.fallback()

    def _renew(self) -> None:
        try:
            self.refresh()
            self.when_renewed()
        except EngineError:
            pass  # the next search tries again
        finally:
            self._building.release()

    def fallback(self) -> Snapshot:
        """An index in memory, made from the sources at most every half minute."""
        with self._lock:
            snapshot = self._snapshot
            if snapshot is None or not snapshot.degraded or time.monotonic() - snapshot.made > _FALLBACK_SECONDS:
                engine = MemoryEngine()
                engine.ensure("")
                builder = RecordBuilder(self._analyzer, self._pinyin())
                engine.rebuild((builder.build(d) for s in self._sources for d in s.documents()), 0)
                snapshot = self._snapshot = self._read(engine, engine.generation(), degraded=True)
            return snapshot

    def _read(self, engine: SearchEngine, generation: int, *, degraded: bool = False) -> Snapshot:
        """A snapshot that has the readers in use already, so that nobody waits for them."""
        snapshot = Snapshot(engine, generation, self._reader, engine.audiences(), degraded)
        used = self._snapshot.readers if self._snapshot else {}
        for audiences, kinds in dict.fromkeys([*_FIRST_READERS, *((f.audiences, f.kinds) for f in list(used))]):
            snapshot.reader(Filters(audiences, kinds))
        return snapshot

    def _reader(self, engine: SearchEngine, filters: Filters) -> QueryReader:
        lexicon = Lexicon(
            words=engine.terms("all", filters),
            head=engine.terms("head", filters),
            spelling=engine.terms(SPELLING_FIELD, filters),
            shorthand=engine.terms("initials", filters),
            pinyin=self._pinyin(),
            stem=self._analyzer.stem,
            count=engine.size(filters),
        )
        return QueryReader(self._analyzer, self._thesaurus, lexicon)

    def _pinyin(self) -> PinyinTable:
        """The table beside the index; where that is gone the one last read, and where there was none, one made here."""
        kept = ""
        with contextlib.suppress(EngineError):
            kept = self._engine.kept(KEPT_AS)
        if kept and kept != self._kept_pinyin:
            self._kept_pinyin = kept
            table = PinyinTable.loads(kept)
            if table.chars:
                self._last_pinyin = table
        if not self._last_pinyin.chars:
            self._last_pinyin = PinyinTable.build()
        return self._last_pinyin
