"""The embedded engine: Whoosh 2.7.4, the only file that imports it.

The index is derived data in ``<root>/ix-<n>/``; ``state.json`` beside it names the current folder,
schema version, generation and outbox position, and is replaced atomically after every commit, so
it is all a reader has to look at. Whoosh pickles its metadata: an index is never taken from outside.
"""

from __future__ import annotations

import contextlib
import heapq
import shutil
import threading
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from kbplatform.search.engine import (
    K1,
    SPELLING_FIELD,
    SUGGEST_FIELD,
    B,
    Batch,
    EngineError,
    EngineHit,
    EngineState,
    Filters,
    IndexRecord,
    ParsedQuery,
    idf,
)
from kbplatform.search.engines.statefile import IndexState, StateFile
from kbplatform.search.scoring import Scorer

with warnings.catch_warnings():
    # Whoosh 2.7.4 is of 2016: its regular expressions warn (DeprecationWarning, SyntaxWarning from 3.12).
    warnings.filterwarnings("ignore", category=SyntaxWarning, module=r"whoosh\b")
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    from whoosh import columns, fields, query, scoring
    from whoosh.filedb.filestore import FileStorage
    from whoosh.index import FileIndex
    from whoosh.searching import Searcher

_TOKEN_FIELDS = ("all", "head", "rest", "pairs", "initials", SUGGEST_FIELD, SPELLING_FIELD)
_SCORED = frozenset({"all", "head", "rest", "pairs", "initials"})
_KEPT_FILTERS = 64
_KEPT_POSTINGS = 300_000
"""Scores kept per reader, about 100 bytes each."""
_OPEN_ATTEMPTS = 5


class _Bm25(scoring.BM25F):  # type: ignore[misc]  # untyped base
    """BM25 with an idf that is never negative; Whoosh's own gives a word on every page a full point."""

    def idf(self, searcher: Any, fieldname: str, text: str) -> float:  # noqa: ANN401 - Whoosh has no types
        parent = searcher.get_parent()
        return idf(parent.doc_count_all(), parent.doc_frequency(fieldname, text))


def _schema() -> Any:  # noqa: ANN401
    tokens = {name: fields.KEYWORD(scorable=name in _SCORED) for name in _TOKEN_FIELDS}
    return fields.Schema(
        id=fields.ID(unique=True, stored=True),
        page=fields.ID(stored=True),
        lang=fields.ID(stored=True),
        kind=fields.ID(),
        group=fields.ID(),
        audience=fields.KEYWORD(commas=True),
        popularity=fields.COLUMN(columns.NumericColumn("d")),
        changed=fields.COLUMN(columns.NumericColumn("d")),
        **tokens,
    )


class _Reader:
    """One opened generation: a searcher, and what is worth keeping for as long as it lives."""

    def __init__(self, searcher: Searcher, generation: int) -> None:
        self.searcher = searcher
        self.generation = generation
        self._lock = threading.RLock()  # Whoosh readers share a file position between threads
        self._filters: dict[Filters, frozenset[int] | None] = {}
        self._stored: dict[int, tuple[str, str, str]] = {}
        self._scores: dict[tuple[str, str], dict[int, float]] = {}
        self._of_page: dict[str, tuple[int, ...]] = {}
        self._held = 0
        self._source = searcher.reader()
        self._popularity = searcher.reader().column_reader("popularity") if searcher.doc_count() else None

    def allowed(self, filters: Filters) -> frozenset[int] | None:
        """Document numbers that may be found; None where all may."""
        known = self._filters.get(filters, False)
        if known is not False:
            return cast("frozenset[int] | None", known)
        with self._lock:
            allowed = self._allow(filters)
            if len(self._filters) >= _KEPT_FILTERS:
                self._filters = {}
            self._filters[filters] = allowed
        return allowed

    def _allow(self, filters: Filters) -> frozenset[int] | None:
        wanted = {"audience": filters.audiences, "kind": filters.kinds, "group": filters.groups, "lang": filters.langs}
        parts = [query.Or([query.Term(field, v) for v in sorted(values)]) for field, values in wanted.items() if values]
        found = frozenset(query.And(parts).docs(self.searcher)) if filters.audiences else frozenset()
        if filters.changed_since is not None and found:
            changed = self._source.column_reader("changed")
            found = frozenset(n for n in found if changed[n] >= filters.changed_since)
        return None if len(found) == self.searcher.doc_count() else found

    def stored(self, number: int) -> tuple[str, str, str]:
        """Id, page and language of a document."""
        known = self._stored.get(number)
        if known is None:
            with self._lock:
                values = self.searcher.stored_fields(number)
            known = self._stored[number] = (values["id"], values["page"], values["lang"])
        return known

    def popularity(self, number: int) -> float:
        return float(self._popularity[number]) if self._popularity is not None else 0.0

    def scores(self, field: str, term: str) -> Mapping[int, float]:
        """Every document's BM25 score for a term, decoded once a generation."""
        key = (field, term)
        known = self._scores.get(key)
        if known is None:
            with self._lock:
                known = self._decode(field, term)
                if self._held > _KEPT_POSTINGS:
                    self._scores, self._held = {}, 0
                self._scores[key] = known
                self._held += len(known) + 1
        return known

    def _decode(self, field: str, term: str) -> dict[int, float]:
        if (field, term) not in self._source:
            return {}
        matcher = self.searcher.postings(field, term)
        found: dict[int, float] = {}
        while matcher.is_active():
            found[matcher.id()] = matcher.score()
            matcher.next()
        return found

    def suggest(self, prefixes: Sequence[str], filters: Filters, limit: int) -> list[EngineHit]:
        allowed = self.allowed(filters)
        strength: dict[int, float] = {}
        for index, prefix in enumerate(prefixes):
            found = self.weights(SUGGEST_FIELD, prefix)
            strength = {
                number: weight + strength.get(number, 0.0)
                for number, weight in found.items()
                if (allowed is None or number in allowed) and (not index or number in strength)
            }
        ranked = heapq.nsmallest(limit, strength.items(), key=lambda item: (-item[1], -self.popularity(item[0]), item[0]))
        return [EngineHit(*self.stored(number), weight) for number, weight in ranked]

    def weights(self, field: str, term: str) -> dict[int, float]:
        """How often each document holds a term."""
        with self._lock:
            if (field, term) not in self._source:
                return {}
            matcher = self.searcher.postings(field, term)
            found: dict[int, float] = {}
            while matcher.is_active():
                found[matcher.id()] = matcher.weight()
                matcher.next()
            return found

    def terms(self, field: str, filters: Filters | None) -> dict[str, int]:
        """Every term of a field with its document count; the lock is let go now and then."""
        wanted = self.allowed(filters) if filters else None
        with self._lock:
            names = [name.decode("utf-8") for name in self._source.lexicon(field)]
        out: dict[str, int] = {}
        for start in range(0, len(names), 200):
            with self._lock:
                for name in names[start : start + 200]:
                    matcher = self.searcher.postings(field, name)
                    count = sum(wanted is None or number in wanted for number in matcher.all_ids())
                    if count:
                        out[name] = count
        return out

    def pages(self, pages: Sequence[str], filters: Filters) -> dict[str, dict[str, str]]:
        """Ids by page and language of what may be found."""
        allowed = self.allowed(filters)
        out: dict[str, dict[str, str]] = {}
        for page in pages:
            numbers = self._of_page.get(page)
            if numbers is None:
                numbers = self._of_page[page] = tuple(self.weights("page", page))
            for number in numbers:
                if allowed is None or number in allowed:
                    id_, _, lang = self.stored(number)
                    out.setdefault(page, {})[lang] = id_
        return out


class WhooshEngine:
    """``root`` is a folder of its own below the data directory."""

    name = "whoosh"

    def __init__(self, root: Path) -> None:
        self._state = StateFile(root)
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._reader: _Reader | None = None

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
            with self._open_index(state).searcher() as searcher:
                count = int(searcher.doc_count())
                for number in searcher.reader().all_doc_ids():
                    searcher.stored_fields(number)
                for name in (*_TOKEN_FIELDS, "audience"):
                    for term in searcher.reader().lexicon(name):
                        matcher = searcher.postings(name, term)
                        if matcher.is_active():  # else it stands in deleted documents only
                            matcher.id()
                            break
        except Exception as error:  # noqa: BLE001 - whatever damage does to pickles and struct data
            return EngineState(usable=False, reason=f"{type(error).__name__}: {error}")
        return EngineState(usable=True, count=count, seq=state.seq)

    def _open_index(self, state: IndexState) -> FileIndex:
        return FileStorage(str(self._state.root / state.folder)).open_index()

    def _open(self) -> _Reader:
        """A reader of the newest generation; the one at hand where the newest is just being changed."""
        state = self._state.current()
        reader = self._reader
        if reader is not None and reader.generation == state.generation:
            return reader
        with self._lock:
            if self._reader is not None and self._reader.generation == state.generation:
                return self._reader
            fresh = self._try_open()
            if fresh is not None:
                self._reader = fresh  # the old searcher closes its files when its last user lets go
            if self._reader is None:
                msg = "no search index to read"
                raise EngineError(msg)
            return self._reader

    def _try_open(self) -> _Reader | None:
        for attempt in range(_OPEN_ATTEMPTS):
            state = self._state.current()
            if not state.folder:
                return None
            try:
                searcher = self._open_index(state).searcher(weighting=_Bm25(B=B, K1=K1))
                return _Reader(searcher, state.generation)
            except FileNotFoundError:  # a commit replaced segments between listing and opening
                time.sleep(0.01 * (attempt + 1))
            except Exception as error:
                if self._reader is None:
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
            if batch.upserts or batch.deletes:
                try:
                    writer = self._open_index(state).writer(timeout=5.0)
                    try:
                        for id_ in batch.deletes:
                            writer.delete_by_term("id", id_)
                        for record in batch.upserts:
                            writer.update_document(**_row(record))
                    except BaseException:
                        writer.cancel()
                        raise
                    writer.commit()
                except Exception as error:
                    raise EngineError(str(error)) from error
            changed = bool(batch.upserts or batch.deletes)
            self._state.replace(IndexState(state.schema, state.folder, state.generation + changed, max(seq, state.seq)))

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
        reader = self._open()
        with _own_errors():
            top = Scorer(reader.scores, deadline_ms).best(query, reader.allowed(filters), limit + offset)
            return [EngineHit(*reader.stored(number), score, reasons) for number, score, reasons in top[offset:]]

    def suggest(self, prefixes: Sequence[str], *, filters: Filters, limit: int) -> list[EngineHit]:
        if not prefixes:
            return []
        reader = self._open()
        with _own_errors():
            return reader.suggest(prefixes, filters, limit)

    def languages(self, pages: Sequence[str], *, filters: Filters) -> dict[str, dict[str, str]]:
        reader = self._open()
        with _own_errors():
            return reader.pages(pages, filters)

    def terms(self, field: str, filters: Filters | None = None) -> Mapping[str, int]:
        reader = self._open()
        with _own_errors():
            return reader.terms(field, filters)

    def size(self, filters: Filters | None = None) -> int:
        reader = self._open()
        with _own_errors():
            allowed = reader.allowed(filters) if filters else None
            return int(reader.searcher.doc_count()) if allowed is None else len(allowed)

    def audiences(self) -> frozenset[str]:
        return frozenset(self.terms("audience"))

    def close(self) -> None:
        with self._lock:
            if self._reader is not None:
                self._reader.searcher.close()
                self._reader = None


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
    row: dict[str, object] = {name: " ".join(getattr(record, name)) for name in _TOKEN_FIELDS}
    row |= {"id": record.id, "page": record.page, "lang": record.lang, "kind": record.kind}
    row |= {"popularity": record.popularity, "changed": record.changed, "audience": ",".join(sorted(record.audience))}
    return row | ({"group": record.group} if record.group else {})
