"""Keeps the index in step with the database: one process at a time, elected by a lock."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog

from kbplatform.search.engine import Batch, EngineError
from kbplatform.search.pinyin import KEPT_AS, PinyinTable
from kbplatform.search.records import RecordBuilder
from kbplatform.search.service import schema_version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from threading import Event as Stop

    from kbplatform.events import Event, Outbox
    from kbplatform.glossary import Glossary
    from kbplatform.plugin.contributions import DocumentSource, SearchDocument
    from kbplatform.search.analysis import Analyzer
    from kbplatform.search.engine import IndexRecord, SearchEngine
    from kbplatform.search.locking import Lock

log = structlog.get_logger(__name__)

BATCH_ROWS = 200
IDLE_S = 0.25
"""How long to wait when there is nothing to do: an edit is findable well within a second."""
QUIET_S = 5.0
"""After so long without anything to write there is time for upkeep."""
REBUILD = "search.rebuild"


class Indexer:
    """Applies the outbox to the engine. Idempotent: the same rows twice change nothing."""

    def __init__(
        self,
        engine: SearchEngine,
        outbox: Outbox,
        sources: Sequence[DocumentSource],
        *,
        analyzer: Analyzer,
        glossary: Glossary,
        lock: Lock,
        make_builder: Callable[[Analyzer, PinyinTable], RecordBuilder] = RecordBuilder,
    ) -> None:
        self._engine = engine
        self._outbox = outbox
        self._sources = tuple(sources)
        self._analyzer = analyzer
        self._glossary = glossary
        self._make_builder = make_builder
        self._pinyin = PinyinTable.loads(engine.kept(KEPT_AS))
        self._seq: int | None = None
        self._lock = lock

    def run_once(self) -> int:
        """Bring the index up to date if this process holds the lock; documents written."""
        if not self._lock.acquire():
            return 0
        state = self._engine.ensure(schema_version(self._glossary))
        if not state.usable or state.seq > self._outbox.head():
            log.info("index.rebuild", reason=state.reason or "the index is ahead of the database")
            return self.rebuild()
        return self._apply(state.seq) + self._apply_program()

    def catch_up(self) -> int:
        """What ``run_once`` does, without checking the whole index first: for each round of a running indexer."""
        if not self._lock.acquire():
            return 0
        state = self._engine.ensure(schema_version(self._glossary)) if not self._engine.generation() else None
        if state is not None and not state.usable:
            return self.rebuild()
        return self._apply(self._position())

    def rebuild(self, progress: Callable[[int, int], None] = lambda _done, _total: None) -> int:
        """Read every source and replace the index; readers see the old one until the new one is whole.

        ``progress`` hears how many of how many documents are written.
        """
        self._engine.ensure(schema_version(self._glossary))  # what is written under no version, nobody reads
        seq = self._outbox.head()
        documents = [d for source in self._sources for d in source.documents()]
        self._learn(documents, everything=True)
        builder = self._make_builder(self._analyzer, self._pinyin)
        self._engine.rebuild(_told(documents, builder, progress), seq)
        self._seq = seq
        return len(documents)

    def run_forever(self, stop: Stop, also: Callable[[], object] = lambda: None) -> None:
        """Work until ``stop`` is set; ``also`` is run each round (plugin handlers)."""
        first, busy = True, time.monotonic()
        while not stop.is_set():
            try:
                written = self.run_once() if first else self.catch_up()
                first = False
                if self._lock.held:
                    also()
                    if written:
                        busy = time.monotonic()
                    elif time.monotonic() - busy > QUIET_S:
                        busy = time.monotonic() if not self._engine.tidy() else busy
            except EngineError as error:
                log.warning("index.damaged", error=str(error))
                written, first = 0, True
            except Exception:
                log.exception("indexer.round_failed")
                written = 0
                stop.wait(2)
            if not written:
                stop.wait(IDLE_S)

    def acquire(self) -> bool:
        """Become the process that writes, if no other is; whether this one is."""
        return self._lock.acquire()

    def close(self) -> None:
        """Let another process take over."""
        self._lock.release()

    def wait_until_current(self, timeout_s: float) -> bool:
        """Whether the index reached the head of the outbox within ``timeout_s``."""
        deadline = time.monotonic() + timeout_s
        state = self._engine.ensure(schema_version(self._glossary))
        while time.monotonic() < deadline:
            if state.usable and state.seq >= self._outbox.head():
                return True
            seen, until = self._engine.generation(), min(deadline, time.monotonic() + 0.5)
            while self._engine.generation() == seen and time.monotonic() < until:
                time.sleep(0.05)
            state = self._engine.check()  # reads the whole index: not twenty times a second
        return False

    def _position(self) -> int:
        if self._seq is None:
            self._seq = self._engine.check().seq
        return self._seq

    def _apply(self, seq: int) -> int:
        self._seq = seq
        written = 0
        while events := self._outbox.after(seq, BATCH_ROWS):
            if events[0].seq > seq + 1 and self._outbox.oldest() > seq + 1:
                log.info("index.rebuild", reason="events that the index has not seen were deleted")
                return self.rebuild()
            seq = events[-1].seq
            if any(e.topic == REBUILD for e in events):
                return self.rebuild()
            ids = _ids(events)
            documents = self._load(ids)
            self._learn(documents)
            builder = self._make_builder(self._analyzer, self._pinyin)
            known = {d.id for d in documents}
            batch = Batch(tuple(builder.build(d) for d in documents), tuple(i for i in ids if i not in known))
            self._engine.apply(batch, seq)
            self._seq = seq
            written += len(ids)
        return written

    def _apply_program(self) -> int:
        """Take in again what came with the program: it may be another one than last time."""
        documents = [d for source in self._sources if source.with_program for d in source.documents()]
        if documents:
            self._learn(documents)
            builder = self._make_builder(self._analyzer, self._pinyin)
            self._engine.apply(Batch(tuple(builder.build(d) for d in documents)), self._seq or 0)
        return len(documents)

    def _load(self, ids: list[str]) -> list[SearchDocument]:
        found: dict[str, SearchDocument] = {}
        for source in self._sources:
            found |= source.load(ids)
        return [found[i] for i in ids if i in found]

    def _learn(self, documents: list[SearchDocument], *, everything: bool = False) -> None:
        """Extend the pinyin table by the words of these documents, and write it where it changed."""
        if everything or not self._pinyin.chars:
            self._pinyin = PinyinTable.build()
        builder = self._make_builder(self._analyzer, self._pinyin)
        words = builder.words_to_read(documents) | set(self._glossary.words)
        if self._pinyin.learn(words, dict(self._glossary.pinyin)):
            self._engine.keep(KEPT_AS, self._pinyin.dumps())


def _told(documents: list[SearchDocument], builder: RecordBuilder, progress: Callable[[int, int], None]) -> Iterator[IndexRecord]:
    for i, document in enumerate(documents, 1):
        yield builder.build(document)
        progress(i, len(documents))


def _ids(events: list[Event]) -> list[str]:
    found: dict[str, None] = {}
    for event in events:
        ids = event.payload.get("ids")
        if isinstance(ids, list):
            found |= dict.fromkeys(str(i) for i in ids)
    return list(found)
