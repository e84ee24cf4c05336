"""The embedded engine: Whoosh 2.7.4, the only file that imports it.

The index is derived data in ``<root>/ix-<n>/``; ``state.json`` beside it names the current folder,
schema version, generation and outbox position, and is replaced atomically after every commit, so
it is all a reader has to look at. Whoosh pickles its metadata: an index is never taken from outside.

A commit adds a segment and merges nothing, so that an edit is found at once; :meth:`WhooshEngine.tidy` merges small
segments when nobody waits. Whoosh keeps and merges; they are read by :mod:`kbplatform.search.engines.whoosh_segment`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from kbplatform.search.engine import (
    SPELLING_FIELD,
    SUGGEST_FIELD,
    Batch,
    EngineError,
    EngineState,
    IndexRecord,
)
from kbplatform.search.engines.segments import SCORED_FIELDS, Row, Segment
from kbplatform.search.engines.statefile import IndexState, StateFile
from kbplatform.search.engines.view import View, ViewEngine
from kbplatform.search.engines.vocabulary import WORD_FIELDS
from kbplatform.search.engines.whoosh_segment import WhooshSegment

with warnings.catch_warnings():
    # Whoosh 2.7.4 is of 2016: its regular expressions warn (DeprecationWarning, SyntaxWarning from 3.12).
    warnings.filterwarnings("ignore", category=SyntaxWarning, module=r"whoosh\b")
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    from whoosh import fields, formats
    from whoosh.filedb.filestore import FileStorage
    from whoosh.index import FileIndex
    from whoosh.reading import SegmentReader

_TOKEN_FIELDS = (*SCORED_FIELDS, SUGGEST_FIELD, SPELLING_FIELD)
_OPEN_ATTEMPTS = 5
_MERGED_TOGETHER = 8
_LARGEST_MERGE = 512
"""Documents; beyond that a merge takes seconds, and an edit might have to wait for it."""


class _Tokens(fields.FieldType):  # type: ignore[misc]  # untyped base
    """A field that is given as tokens. Whoosh's own fields would analyse again, which is most of the time of a rebuild."""

    def __init__(self, *, scorable: bool) -> None:
        super().__init__(formats.Existence(), None, scorable=scorable)

    def index(self, value: Sequence[str], **_: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Each term with its count, as frequency and as weight."""
        for term, count in Counter(value).items():
            yield term.encode(), count, float(count), b""


def _schema() -> Any:  # noqa: ANN401
    tokens = {name: _Tokens(scorable=name in SCORED_FIELDS) for name in _TOKEN_FIELDS}
    stored = {name: fields.STORED() for name in ("row", "words", "asked", "places")}
    return fields.Schema(id=fields.ID(unique=True), **stored, **tokens)


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


class WhooshEngine(ViewEngine):
    """``root`` is a folder of its own below the data directory."""

    name = "whoosh"

    def __init__(self, root: Path) -> None:
        super().__init__()
        self._state = StateFile(root)
        self._writing = threading.Lock()

    # ------------------------------------------------------------------ state

    def ensure(self, schema_version: str) -> EngineState:
        self._state.expect(schema_version)
        return self.check()

    def generation(self) -> int:
        return self._state.current().generation

    def keep(self, name: str, value: str) -> None:
        self._state.root.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", encoding="utf-8", dir=self._state.root, delete=False, suffix=".tmp") as out:
            out.write(value)
        os.replace(out.name, self._state.root / name)

    def kept(self, name: str) -> str:
        try:
            return (self._state.root / name).read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            return ""

    def check(self) -> EngineState:
        state = self._state.current()
        if not state.folder:
            return EngineState(usable=False, reason="no index of this version yet")
        try:
            view = self._read(state, {})  # also what is known already: its files may have gone since
            for segment in view.segments.values():
                for name in SCORED_FIELDS:
                    segment.lengths(name)
                if isinstance(segment, WhooshSegment):
                    segment.probe(_TOKEN_FIELDS)
        except Exception as error:  # noqa: BLE001 - whatever damage does to pickles and struct data
            return EngineState(usable=False, reason=f"{type(error).__name__}: {error}")
        if self._view is None:
            self._view = view
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
            segments[name] = known.get(name) or WhooshSegment(SegmentReader(index.storage, index.schema, part))
            deleted[name] = frozenset(part.deleted_docs()) if part.has_deletions() else frozenset()
        return View(segments, deleted, state.generation)

    def _try_open(self, known: Mapping[str, Segment]) -> View | None:
        for attempt in range(_OPEN_ATTEMPTS):
            state = self._state.current()
            if not state.folder:
                return None
            try:
                return self._read(state, known)
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
            with self._own_errors():
                segments = self._open_index(state)._segments()
            if not _alike(segments) and all(s.doc_count() for s in segments):
                return False
            with self._writer(state) as writer:
                writer.commit(mergetype=_merge_alike)
            self._state.replace(IndexState(state.schema, state.folder, state.generation + 1, state.seq))
            return True

    @contextlib.contextmanager
    def _writer(self, state: IndexState) -> Iterator[Any]:
        with self._own_errors():
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

    def places(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        view = self._open()
        with self._own_errors():
            return {id_: segment.places(number) for id_, segment, number in view.present(ids) if isinstance(segment, WhooshSegment)}

    def close(self) -> None:
        self._forget()

    @contextlib.contextmanager
    def _own_errors(self) -> Iterator[None]:
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
    given = {"id": record.id, "asked": record.asked, "places": record.places}
    return row | given | {"row": (*kept[:5], tuple(sorted(kept.audience)), *kept[6:]), "words": words}
