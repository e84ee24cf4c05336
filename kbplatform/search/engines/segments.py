"""Reading a Whoosh index without its searcher.

A segment never changes but for its deletions, so what was decoded of it outlives the generation it was decoded in: after
an edit only the new document is read. Whoosh's own matchers cost ten microseconds a posting; here whole blocks become
arrays.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from kbplatform.search.engine import K1, SUGGEST_FIELD, B, EngineHit, Filters, idf
from kbplatform.search.engines.vocabulary import WORD_FIELDS, Readership, Words
from kbplatform.search.scoring import NOBODY, Mask, Numbers, PostingList, Scores

_KEPT_FILTERS = 64
_KEPT_POSTINGS = 3_000_000
"""Postings kept per segment, eight bytes each, and per generation, twelve."""

Value = TypeVar("Value")


class Row(NamedTuple):
    """What the index keeps of a document beside its tokens."""

    id: str
    page: str
    lang: str
    kind: str
    group: str
    audience: frozenset[str]
    popularity: float
    changed: float


class _Column(Generic[Value]):
    """A property of many documents that has few different values."""

    def __init__(self, values: Sequence[Value]) -> None:
        self.different = list(dict.fromkeys(values))
        places = {value: i for i, value in enumerate(self.different)}
        self._codes = np.array([places[value] for value in values], np.int32)

    def among(self, wanted: list[bool]) -> Mask:
        """Which documents have a value that is wanted, given for each different one."""
        return np.array(wanted, np.bool_)[self._codes]


class Weights(NamedTuple):
    """The documents that hold a term, ascending, and how often each does."""

    docs: Numbers
    counts: NDArray[np.float32]


_NONE = Weights(np.empty(0, np.int32), np.empty(0, np.float32))


class Segment:
    """One piece of the index. ``leaf`` is Whoosh's reader of it; documents are numbered from 0."""

    def __init__(self, leaf: Any) -> None:  # noqa: ANN401 - Whoosh has no types
        self._leaf = leaf
        self._lock = threading.Lock()  # Whoosh's readers share a file position between threads
        self.size = int(leaf.doc_count_all())
        self.rows = [self._row(number) for number in range(self.size)]
        self.popularity = np.array([r.popularity for r in self.rows])
        self.pages: dict[str, list[int]] = {}
        for number, row in enumerate(self.rows):
            self.pages.setdefault(row.page, []).append(number)
        self._audience = _Column([r.audience for r in self.rows])
        self._kind = _Column([r.kind for r in self.rows])
        self._group = _Column([r.group for r in self.rows])
        self._lang = _Column([r.lang for r in self.rows])
        self._changed = np.array([r.changed for r in self.rows])
        self._weights: dict[tuple[str, str], Weights] = {}
        self._held = 0
        self._lengths: dict[str, Scores] = {}

    def _row(self, number: int) -> Row:
        id_, page, lang, kind, group, audience, popularity, changed = self._leaf.stored_fields(number)["row"]
        return Row(id_, page, lang, kind, group, frozenset(audience), popularity, changed)

    def readership(self, number: int) -> Readership:
        """Who may find a document."""
        row = self.rows[number]
        return Readership(row.audience, row.kind)

    def words(self, number: int) -> Words:
        """The different terms of a document, by field."""
        with self._lock:
            stored = self._leaf.stored_fields(number)["words"]
        return {field: text.split() for field, text in zip(WORD_FIELDS, stored.split("\n"), strict=True)}

    def admitted(self, filters: Filters) -> Mask:
        """Which documents may be found."""
        mask = self._audience.among([bool(a & filters.audiences) for a in self._audience.different])
        for column, wanted in ((self._kind, filters.kinds), (self._group, filters.groups), (self._lang, filters.langs)):
            if wanted:
                mask &= column.among([value in wanted for value in column.different])
        return mask if filters.changed_since is None else mask & (self._changed >= filters.changed_since)

    def lengths(self, field: str) -> Scores:
        """Each document's number of tokens in a field, as exactly as Whoosh keeps it (a byte)."""
        known = self._lengths.get(field)
        if known is None:
            with self._lock:
                known = np.array([self._leaf.doc_field_length(n, field) or 0 for n in range(self.size)], np.float64)
            self._lengths[field] = known
        return known

    def tokens(self, field: str) -> int:
        """All documents' tokens in a field together, exactly."""
        return int(self._leaf.field_length(field))

    def terms(self, field: str) -> list[str]:
        """Every term of a field, those of deleted documents too."""
        with self._lock:
            return [name.decode() for name in self._leaf.lexicon(field)]

    def weights(self, field: str, term: str) -> Weights:
        """A term's postings, decoded once."""
        key = (field, term)
        known = self._weights.get(key)
        if known is None:
            with self._lock:
                known = self._decode(field, term.encode())
                if self._held > _KEPT_POSTINGS:
                    self._weights, self._held = {}, 0
                self._weights[key] = known
                self._held += len(known.docs) + 10
        return known

    def probe(self, fields: Sequence[str]) -> None:
        """Read a little of every part; raises whatever damage makes Whoosh raise."""
        for field in fields:
            first = next(iter(self._leaf.lexicon(field)), None)
            if first is not None:
                self._decode(field, first)

    def _decode(self, field: str, term: bytes) -> Weights:
        terms = self._leaf._terms  # the public way wraps each posting in three matchers
        if (field, term) not in terms:
            return _NONE
        matcher = terms.matcher(field, term, self._leaf.schema[field].format)
        blocks = list(_blocks(matcher))
        return Weights(np.concatenate([b.docs for b in blocks]), np.concatenate([b.counts for b in blocks]))


def _blocks(matcher: Any) -> Iterator[Weights]:  # noqa: ANN401 - Whoosh has no types
    if not hasattr(matcher, "_read_data"):  # a term with a single posting has it in the dictionary
        while matcher.is_active():
            yield Weights(np.array([matcher.id()], np.int32), np.array([matcher.weight()], np.float32))
            matcher.next()
        return
    while matcher.is_active():
        matcher._read_data()
        gaps, weights = matcher._data[0], matcher._data[1]  # numbers as differences; no weights where all are 1
        size = matcher._blocklength
        counts = np.empty(size, np.float32)
        counts[:] = 1.0 if weights is None else weights
        yield Weights(np.cumsum(np.array(gaps, np.int64)).astype(np.int32), counts)
        matcher._next_block()


class View:
    """One generation: its segments one after the other, without the documents deleted by then."""

    def __init__(self, segments: Mapping[str, Segment], deleted: Mapping[str, frozenset[int]], generation: int) -> None:
        self.generation = generation
        self.segments = dict(segments)
        self.deleted = dict(deleted)
        self._placed: list[tuple[int, Segment]] = []
        gone: list[int] = []
        self.size = 0
        for name, segment in self.segments.items():
            self._placed.append((self.size, segment))
            gone += [self.size + n for n in self.deleted[name]]
            self.size += segment.size
        self.live = self.size - len(gone)
        self._there: Mask | None = None
        if gone:
            self._there = np.ones(self.size, np.bool_)
            self._there[gone] = False
        self._popularity = np.concatenate([s.popularity for s in self.segments.values()]) if self.segments else np.empty(0)
        self._starts = [start for start, _ in self._placed]
        self._filters: dict[Filters, Mask | None] = {}
        self._lists: dict[tuple[str, str], PostingList] = {}
        self._held = 0
        self._norms: dict[str, Scores] = {}

    def _at(self, number: int) -> tuple[Segment, int]:
        place = int(np.searchsorted(self._starts, number, side="right")) - 1
        start, segment = self._placed[place]
        return segment, number - start

    def row(self, number: int) -> Row:
        """What is kept of a document."""
        segment, own = self._at(number)
        return segment.rows[own]

    def words(self, number: int) -> Words:
        """The different terms of a document, by field."""
        segment, own = self._at(number)
        return segment.words(own)

    def allowed(self, filters: Filters) -> Mask | None:
        """Which documents may be found; None where all may."""
        if filters not in self._filters:
            mask = np.concatenate([s.admitted(filters) for s in self.segments.values()]) if self.segments else np.empty(0, np.bool_)
            if self._there is not None:
                mask &= self._there
            if len(self._filters) >= _KEPT_FILTERS:
                self._filters = {}
            self._filters[filters] = None if self._there is None and mask.all() else mask
        return self._filters[filters]

    def weights(self, field: str, term: str) -> Weights:
        """A term's postings over all segments."""
        found = [(start, w) for start, segment in self._placed if len((w := segment.weights(field, term)).docs)]
        if not found:
            return _NONE
        start, first = found[0]
        joined = first if len(found) == 1 and not start else Weights(
            np.concatenate([start + w.docs for start, w in found], dtype=np.int32), np.concatenate([w.counts for _, w in found])
        )
        if self._there is None:
            return joined
        there = self._there[joined.docs]
        return joined if there.all() else Weights(joined.docs[there], joined.counts[there])

    def postings(self, field: str, term: str) -> PostingList:
        """Each document's BM25 score for a term."""
        key = (field, term)
        known = self._lists.get(key)
        if known is None:
            docs, counts = self.weights(field, term)
            known = NOBODY
            if len(docs):
                often = counts.astype(np.float64)
                known = PostingList(docs, idf(self.live, len(docs)) * ((often * (K1 + 1)) / (often + self._norm(field)[docs])))
            if self._held > _KEPT_POSTINGS:
                self._lists, self._held = {}, 0
            self._lists[key] = known
            self._held += len(docs) + 10
        return known

    def _norm(self, field: str) -> Scores:
        """What BM25 adds to a term's count in each document for its length."""
        known = self._norms.get(field)
        if known is None:
            lengths = np.concatenate([s.lengths(field) for s in self.segments.values()])
            tokens = float(sum(s.tokens(field) for s in self.segments.values()))
            if self._there is not None:
                tokens -= float(lengths[~self._there].sum())
            average = max(tokens / max(self.live, 1), 1e-9)
            known = self._norms[field] = K1 * ((1 - B) + B * lengths / average)
        return known

    def suggest(self, prefixes: Sequence[str], filters: Filters, limit: int) -> list[EngineHit]:
        """Documents that hold every prefix, strongest, then most popular first."""
        allowed = self.allowed(filters)
        docs, strength = self.weights(SUGGEST_FIELD, prefixes[0])
        if allowed is not None:
            docs, strength = docs[allowed[docs]], strength[allowed[docs]]
        for prefix in prefixes[1:]:
            dense = np.zeros(self.size, np.float32)
            other = self.weights(SUGGEST_FIELD, prefix)
            dense[other.docs] = other.counts
            both = dense[docs] > 0
            docs, strength = docs[both], strength[both] + dense[docs[both]]
        if len(docs) > limit:
            strong = strength >= np.partition(strength, len(docs) - limit)[len(docs) - limit]
            docs, strength = docs[strong], strength[strong]
        order = np.lexsort((docs, -self._popularity[docs], -strength))[:limit]
        return [EngineHit(*self.row(int(docs[i]))[:3], float(strength[i])) for i in order]

    def audiences(self) -> frozenset[str]:
        """Every audience that some document is for."""
        there = (self.row(n).audience for n in range(self.size) if self._there is None or self._there[n])
        return frozenset().union(*set(there))

    def count_terms(self, field: str, filters: Filters | None) -> dict[str, int]:
        """Documents by term, counted one posting list after the other: slow, for what the vocabulary does not keep."""
        allowed = self.allowed(filters) if filters else self._there
        counts: dict[str, int] = {}
        for term in {t for s in self.segments.values() for t in s.terms(field)}:
            docs = self.weights(field, term).docs
            count = len(docs) if allowed is None else int(allowed[docs].sum())
            if count:
                counts[term] = count
        return counts

    def changes(self, since: View | None) -> Iterator[tuple[Segment, int, int]]:
        """Documents that came (1) and went (-1) since another view: segment, number in it, which."""
        before = since.segments if since else {}
        for name, segment in self.segments.items():
            gone = self.deleted[name]
            if since and name in before:
                yield from ((segment, n, -1) for n in gone - since.deleted[name])
            else:
                yield from ((segment, n, 1) for n in range(segment.size) if n not in gone)
        for name, segment in before.items():
            if since and name not in self.segments:
                yield from ((segment, n, -1) for n in range(segment.size) if n not in since.deleted[name])

    def pages(self, pages: Sequence[str], filters: Filters) -> dict[str, dict[str, str]]:
        """Ids by page and language of what may be found."""
        allowed = self.allowed(filters)
        out: dict[str, dict[str, str]] = {}
        for page in pages:
            for start, segment in self._placed:
                for number in segment.pages.get(page, ()):
                    if allowed is None or allowed[start + number]:
                        row = segment.rows[number]
                        out.setdefault(page, {})[row.lang] = row.id
        return out
