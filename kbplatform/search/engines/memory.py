"""An engine in plain dictionaries: for tests, for tiny sites, and while the real index is being built."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from kbplatform.search.engine import (
    SPELLING_FIELD,
    SUGGEST_FIELD,
    Batch,
    EngineHit,
    EngineState,
    Filters,
    IndexRecord,
    MatchKind,
    ParsedQuery,
    bm25,
    idf,
)
from kbplatform.search.phrases import Phrases
from kbplatform.search.scoring import NOBODY, WORD, PostingList, Scorer, either

_FIELDS = ("all", "head", "rest", "pairs", "initials", SUGGEST_FIELD, SPELLING_FIELD)


class _Postings:
    """One field: term → document id → occurrences."""

    def __init__(self) -> None:
        self.terms: dict[str, dict[str, int]] = {}
        self.lengths: dict[str, int] = {}

    def add(self, id_: str, tokens: tuple[str, ...]) -> None:
        self.lengths[id_] = len(tokens)
        for term, count in Counter(tokens).items():
            self.terms.setdefault(term, {})[id_] = count

    def remove(self, id_: str, tokens: tuple[str, ...]) -> None:
        self.lengths.pop(id_, None)
        for term in set(tokens):
            found = self.terms.get(term, {})
            found.pop(id_, None)
            if not found:
                self.terms.pop(term, None)

    @property
    def average(self) -> float:
        return sum(self.lengths.values()) / max(len(self.lengths), 1)


class MemoryEngine:
    """Keeps everything in this process and forgets it at the end."""

    name = "memory"
    shared = False

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._schema = ""
        self._kept: dict[str, str] = {}
        self._seq = 0
        self._generation = 0
        self._reset()

    def _reset(self) -> None:
        self._records: dict[str, IndexRecord] = {}
        self._fields = {name: _Postings() for name in _FIELDS}
        self._averages: dict[str, float] = {}
        self._ids: list[str] = []
        self._numbers: dict[str, int] = {}
        self._asked: dict[str, Phrases] = {}

    def ensure(self, schema_version: str) -> EngineState:
        with self._lock:
            if self._schema != schema_version:
                self._schema = schema_version
                self._reset()
                self._seq = 0
                self._generation = 0
        return self.check()

    def check(self) -> EngineState:
        with self._lock:
            usable = self._generation > 0
            return EngineState(usable, len(self._records), self._seq, "" if usable else "nothing indexed yet")

    def keep(self, name: str, value: str) -> None:
        self._kept[name] = value

    def kept(self, name: str) -> str:
        return self._kept.get(name, "")

    def apply(self, batch: Batch, seq: int) -> None:
        with self._lock:
            for id_ in (*batch.deletes, *(r.id for r in batch.upserts)):
                self._remove(id_)
            for record in batch.upserts:
                self._add(record)
            self._advance(seq)

    def tidy(self) -> bool:
        return False

    def rebuild(self, records: Iterable[IndexRecord], seq: int) -> None:
        fresh = list(records)
        with self._lock:
            self._reset()
            for record in fresh:
                self._remove(record.id)
                self._add(record)
            self._advance(seq)

    def _advance(self, seq: int) -> None:
        self._seq = seq
        self._generation += 1
        self._averages = {name: postings.average for name, postings in self._fields.items()}
        self._ids = sorted(self._records)
        self._numbers = {id_: n for n, id_ in enumerate(self._ids)}

    def _add(self, record: IndexRecord) -> None:
        self._records[record.id] = record
        for name, postings in self._fields.items():
            postings.add(record.id, getattr(record, name))

    def _remove(self, id_: str) -> None:
        record = self._records.pop(id_, None)
        self._asked.pop(id_, None)
        if record is not None:
            for name, postings in self._fields.items():
                postings.remove(id_, getattr(record, name))

    def generation(self) -> int:
        return self._generation

    def search(self, query: ParsedQuery, *, filters: Filters, limit: int, offset: int = 0, deadline_ms: int = 0) -> list[EngineHit]:
        with self._lock:
            records = [self._records[id_] for id_ in self._ids]
            allowed = np.array([filters.admits(r) for r in records], np.bool_)
            top = Scorer(self._postings, len(records), deadline_ms).best(query, allowed, limit + offset)
            return [_hit(records[hit.number], hit.score, hit.reasons) for hit in top[offset:]]

    def _postings(self, field: str, term: str) -> PostingList:
        if field == WORD:
            return either(self._postings("all", term), self._postings("head", term))
        postings = self._fields[field]
        found = postings.terms.get(term)
        if not found:
            return NOBODY
        weight, average = idf(len(self._records), len(found)), self._averages.get(field, 1.0)
        scores = sorted((self._numbers[id_], bm25(weight, count, postings.lengths[id_], average)) for id_, count in found.items())
        return PostingList(np.array([n for n, _ in scores], np.int32), np.array([s for _, s in scores]))

    def suggest(self, prefixes: Sequence[str], *, filters: Filters, limit: int) -> list[EngineHit]:
        with self._lock:
            found = [self._fields[SUGGEST_FIELD].terms.get(p, {}) for p in prefixes]
            if not found:
                return []
            ids = set(found[0]).intersection(*found[1:])
            visible = [self._records[i] for i in ids if filters.admits(self._records[i])]
            strength = {r.id: float(sum(f[r.id] for f in found)) for r in visible}
        visible.sort(key=lambda r: (-strength[r.id], -r.popularity, r.id))
        return [_hit(r, strength[r.id]) for r in visible[:limit]]

    def languages(self, pages: Sequence[str], *, filters: Filters) -> dict[str, dict[str, str]]:
        wanted = set(pages)
        out: dict[str, dict[str, str]] = {}
        with self._lock:
            for record in self._records.values():
                if record.page in wanted and filters.admits(record):
                    out.setdefault(record.page, {})[record.lang] = record.id
        return out

    def asked(self, pages: Sequence[str], *, filters: Filters) -> Mapping[str, Sequence[Phrases]]:
        with self._lock:
            ids = {page: known.values() for page, known in self.languages(pages, filters=filters).items()}
            return {page: [self._phrases(id_) for id_ in found] for page, found in ids.items()}

    def _phrases(self, id_: str) -> Phrases:
        known = self._asked.get(id_)
        if known is None:
            known = self._asked[id_] = Phrases.loads(self._records[id_].asked)
        return known

    def places(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        with self._lock:
            return {id_: self._records[id_].places for id_ in ids if id_ in self._records}

    def terms(self, field: str, filters: Filters | None = None) -> Mapping[str, int]:
        with self._lock:
            seen = {i for i, r in self._records.items() if filters is None or filters.admits(r)}
            counts = {term: sum(i in seen for i in found) for term, found in self._fields[field].terms.items()}
        return {term: count for term, count in counts.items() if count}

    def size(self, filters: Filters | None = None) -> int:
        with self._lock:
            return sum(filters is None or filters.admits(r) for r in self._records.values())

    def audiences(self) -> frozenset[str]:
        with self._lock:
            return frozenset().union(*(r.audience for r in self._records.values()))

    def close(self) -> None:
        """Nothing to give back."""


def _hit(record: IndexRecord, score: float, reasons: tuple[MatchKind | None, ...] = ()) -> EngineHit:
    return EngineHit(record.id, record.page, record.lang, score, reasons)
