"""The embedded engine: Whoosh 2.7.4, the only file that imports it.

The index is derived data in ``<root>/ix-<n>/``; ``state.json`` beside it names the current folder,
schema version, generation and outbox position, and is replaced atomically after every commit, so
it is all a reader has to look at. Whoosh pickles its metadata: an index is never taken from outside.

A commit adds a segment and merges nothing, so that an edit is found at once; :meth:`WhooshEngine.tidy` merges small
segments when nobody waits. Whoosh keeps and merges; what reads the segments is :mod:`kbplatform.search.engines.segments`.
"""

from __future__ import annotations

import contextlib
import shutil
import threading
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kbplatform.search.engine import (
    SPELLING_FIELD,
    SUGGEST_FIELD,
    Batch,
    EngineError,
    EngineHit,
    EngineState,
    Filters,
    IndexRecord,
    ParsedQuery,
)
from kbplatform.search.engines.segments import Row, Segment, View
from kbplatform.search.engines.statefile import IndexState, StateFile
from kbplatform.search.engines.vocabulary import WORD_FIELDS, Vocabulary
from kbplatform.search.scoring import Scorer

with warnings.catch_warnings():
    # Whoosh 2.7.4 is of 2016: its regular expressions warn (DeprecationWarning, SyntaxWarning from 3.12).
    warnings.filterwarnings("ignore", category=SyntaxWarning, module=r"whoosh\b")
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    from whoosh import fields, formats
    from whoosh.filedb.filestore import FileStorage
    from whoosh.index import FileIndex
    from whoosh.reading import SegmentReader

_SCORED = ("all", "head", "rest", "pairs", "initials")
_TOKEN_FIELDS = (*_SCORED, SUGGEST_FIELD, SPELLING_FIELD)
_OPEN_ATTEMPTS = 5
_MERGED_TOGETHER = 8
_LARGEST_MERGE = 512
"""Documents; beyond that a merge takes seconds, and an edit might have to wait for it."""
COMFORTABLE = 20_000
"""Documents up to which this engine is quick; …"""
TOO_MANY = 30_000
"""… and from which on PostgreSQL should take over (measured, see the handbook)."""


class _Tokens(fields.FieldType):  # type: ignore[misc]  # untyped base
    """A field that is given as tokens. Whoosh's own fields would analyse again, which is most of the time of a rebuild."""

    def __init__(self, *, scorable: bool) -> None:
        super().__init__(formats.Existence(), None, scorable=scorable)

    def index(self, value: Sequence[str], **_: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Each term with its count, as frequency and as weight."""
        for term, count in Counter(value).items():
            yield term.encode(), count, float(count), b""


def _schema() -> Any:  # noqa: ANN401
    tokens = {name: _Tokens(scorable=name in _SCORED) for name in _TOKEN_FIELDS}
    return fields.Schema(id=fields.ID(unique=True), row=fields.STORED(), words=fields.STORED(), **tokens)


def _alike(segments: list[Any]) -> list[Any]:
    """Eight or more segments of like size that are quick to join; the smallest first."""
    size = 1
    while size * _MERGED_TOGETHER <= _LARGEST_MERGE:
        found = [s for s in segments if size <= s.doc_count() < size * _MERGED_TOGETHER]
        if len(found) >= _MERGED_TOGETHER:
            return found
        size *= _MERGED_TOGETHER
    return []


def _merge_alike(writer: Any, segments: list[Any]) -> list[Any]:  # noqa: ANN401 - Whoosh's merge policy
    """Join what is alike, and drop segments whose documents are all gone."""
    alike = _alike(segments)
    for segment in alike:
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return [s for s in segments if s not in alike and s.doc_count()]


class WhooshEngine:
    """``root`` is a folder of its own below the data directory."""

    name = "whoosh"

    def __init__(self, root: Path) -> None:
        self._state = StateFile(root)
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._view: View | None = None
        self._counting = threading.Lock()
        self._vocabulary = Vocabulary()
        self._counted: View | None = None

    # ------------------------------------------------------------------ state

    def ensure(self, schema_version: str) -> EngineState:
        self._state.expect(schema_version)
        return self.check()

    def generation(self) -> int:
        return self._state.current().generation

    def check(self) -> EngineState:
        state = self._state.current()
        if not state.folder:
            return EngineState(usable=False, reason="no index of this version yet")
        try:
            view = self._read(state, {})
            for segment in view.segments.values():
                for name in _SCORED:
                    segment.lengths(name)
                segment.probe(_TOKEN_FIELDS)
        except Exception as error:  # noqa: BLE001 - whatever damage does to pickles and struct data
            return EngineState(usable=False, reason=f"{type(error).__name__}: {error}")
        return EngineState(usable=True, count=view.live, seq=state.seq)

    def _open_index(self, state: IndexState) -> FileIndex:
        return FileStorage(str(self._state.root / state.folder)).open_index()

    def _read(self, state: IndexState, known: Mapping[str, Segment]) -> View:
        """A view of a state; only segments that are not ``known`` are read."""
        index = self._open_index(state)
        segments: dict[str, Segment] = {}
        deleted: dict[str, frozenset[int]] = {}
        for part in index._segments():  # the table of contents, without opening every segment again
            name = f"{state.folder}/{part.segment_id()}"
            segments[name] = known.get(name) or Segment(SegmentReader(index.storage, index.schema, part))
            deleted[name] = frozenset(part.deleted_docs()) if part.has_deletions() else frozenset()
        return View(segments, deleted, state.generation)

    def _open(self) -> View:
        """A view of the newest generation; the one at hand while somebody else is opening the newest."""
        generation = self._state.current().generation
        view = self._view
        if view is not None and view.generation == generation:
            return view
        if not self._lock.acquire(blocking=view is None):
            return view  # type: ignore[return-value]  # only not blocking where there is one
        try:
            if self._view is None or self._view.generation != self._state.current().generation:
                self._view = self._try_open() or self._view
            if self._view is None:
                msg = "no search index to read"
                raise EngineError(msg)
            return self._view
        finally:
            self._lock.release()

    def _try_open(self) -> View | None:
        for attempt in range(_OPEN_ATTEMPTS):
            state = self._state.current()
            if not state.folder:
                return None
            try:
                return self._read(state, self._view.segments if self._view else {})
            except FileNotFoundError:  # a commit replaced segments between listing and opening
                time.sleep(0.01 * (attempt + 1))
            except Exception as error:
                if self._view is None:
                    raise EngineError(str(error)) from error
                return None
        return None

    # ------------------------------------------------------------------ writing

    def apply(self, batch: Batch, seq: int) -> None:
        with self._writing:
            state = self._state.current()
            if not state.folder:
                msg = "no search index to write to"
                raise EngineError(msg)
            changed = bool(batch.upserts or batch.deletes)
            if changed:
                with self._writer(state) as writer:
                    for id_ in batch.deletes:
                        writer.delete_by_term("id", id_)
                    for record in batch.upserts:
                        writer.update_document(**_row(record))
                    writer.commit(merge=False)
            self._state.replace(IndexState(state.schema, state.folder, state.generation + changed, max(seq, state.seq)))

    def tidy(self) -> bool:
        with self._writing:
            state = self._state.current()
            if not state.folder:
                return False
            with _own_errors():
                segments = self._open_index(state)._segments()
            if not _alike(segments) and all(s.doc_count() for s in segments):
                return False
            with self._writer(state) as writer:
                writer.commit(mergetype=_merge_alike)
            self._state.replace(IndexState(state.schema, state.folder, state.generation + 1, state.seq))
            return True

    @contextlib.contextmanager
    def _writer(self, state: IndexState) -> Iterator[Any]:
        with _own_errors():
            writer = self._open_index(state).writer(timeout=5.0)
            try:
                yield writer
            except BaseException:
                writer.cancel()
                raise

    def rebuild(self, records: Iterable[IndexRecord], seq: int) -> None:
        with self._writing:
            generation, folder = self._state.fresh_folder()
            writer = FileStorage(str(folder)).create_index(_schema()).writer()
            try:
                for record in {r.id: r for r in records}.values():
                    writer.add_document(**_row(record))
            except BaseException:
                writer.cancel()
                shutil.rmtree(folder, ignore_errors=True)
                raise
            writer.commit()
            self._state.replace(IndexState(self._state.schema_version, folder.name, generation, seq))
            self._state.sweep(folder.name)

    # ------------------------------------------------------------------ reading

    def search(self, query: ParsedQuery, *, filters: Filters, limit: int, offset: int = 0, deadline_ms: int = 0) -> list[EngineHit]:
        view = self._open()
        with _own_errors():
            top = Scorer(view.postings, view.size, deadline_ms).best(query, view.allowed(filters), limit + offset)
            return [EngineHit(*view.row(hit.number)[:3], hit.score, hit.reasons) for hit in top[offset:]]

    def suggest(self, prefixes: Sequence[str], *, filters: Filters, limit: int) -> list[EngineHit]:
        if not prefixes:
            return []
        view = self._open()
        with _own_errors():
            return view.suggest(prefixes, filters, limit)

    def languages(self, pages: Sequence[str], *, filters: Filters) -> dict[str, dict[str, str]]:
        view = self._open()
        with _own_errors():
            return view.pages(pages, filters)

    def terms(self, field: str, filters: Filters | None = None) -> Mapping[str, int]:
        view = self._open()
        with _own_errors(), self._counting:
            if field not in WORD_FIELDS or (filters and (filters.groups or filters.langs or filters.changed_since is not None)):
                return view.count_terms(field, filters)
            self._count(view)
            return self._vocabulary.terms(field, filters)

    def _count(self, view: View) -> None:
        """Bring the counts up to this view, by the documents that came and went since the last one."""
        if self._counted is view:
            return
        for segment, number, step in view.changes(self._counted):
            self._vocabulary.add(segment.readership(number), segment.words(number), step)
        self._counted = view

    def size(self, filters: Filters | None = None) -> int:
        view = self._open()
        with _own_errors():
            allowed = view.allowed(filters) if filters else None
            return view.live if allowed is None else int(allowed.sum())

    def audiences(self) -> frozenset[str]:
        view = self._open()
        with _own_errors():
            return view.audiences()

    def close(self) -> None:
        with self._lock, self._counting:
            self._view = self._counted = None  # the segments close their files when their last user lets go
            self._vocabulary = Vocabulary()


@contextlib.contextmanager
def _own_errors() -> Iterator[None]:
    """Whatever Whoosh raises over damaged or closed files, as an EngineError."""
    try:
        yield
    except EngineError:
        raise
    except Exception as error:
        msg = f"{type(error).__name__}: {error}"
        raise EngineError(msg) from error


def _row(record: IndexRecord) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(record, name) for name in _TOKEN_FIELDS}
    kept = Row(
        record.id, record.page, record.lang, record.kind, record.group, record.audience, float(record.popularity), float(record.changed)
    )
    words = "\n".join(" ".join(dict.fromkeys(getattr(record, name))) for name in WORD_FIELDS)
    return row | {"id": record.id, "row": (*kept[:5], tuple(sorted(kept.audience)), *kept[6:]), "words": words}
