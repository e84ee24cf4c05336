"""One generation of an index made of segments, and the reading half of an engine that keeps one."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import cast

import numpy as np

from kbplatform.search.engine import K1, SUGGEST_FIELD, B, EngineError, EngineHit, Filters, ParsedQuery, idf
from kbplatform.search.engines.segments import KEPT_POSTINGS, NONE, Row, Segment, Weights
from kbplatform.search.engines.vocabulary import WORD_FIELDS, Vocabulary, Words
from kbplatform.search.phrases import Phrases
from kbplatform.search.scoring import NOBODY, WORD, Mask, PostingList, Scorer, Scores, either

_KEPT_FILTERS = 64


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
        place = bisect_right(self._starts, number) - 1
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
        known = self._filters.get(filters, self)
        if known is self:
            mask = np.concatenate([s.admitted(filters) for s in self.segments.values()]) if self.segments else np.empty(0, np.bool_)
            if self._there is not None:
                mask &= self._there
            if len(self._filters) >= _KEPT_FILTERS:
                self._filters = {}
            known = self._filters[filters] = None if self._there is None and mask.all() else mask
        return cast("Mask | None", known)

    def weights(self, field: str, term: str) -> Weights:
        """A term's postings over all segments."""
        found = [(start, w) for start, segment in self._placed if len((w := segment.weights(field, term)).docs)]
        if not found:
            return NONE
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
            known = either(self._scored("all", term), self._scored("head", term)) if field == WORD else self._scored(field, term)
            if self._held > KEPT_POSTINGS:
                self._lists, self._held = {}, 0
            self._lists[key] = known
            self._held += len(known.docs) + 10
        return known

    def _scored(self, field: str, term: str) -> PostingList:
        docs, counts = self.weights(field, term)
        if not len(docs):
            return NOBODY
        often = counts.astype(np.float64)
        return PostingList(docs, idf(self.live, len(docs)) * ((often * (K1 + 1)) / (often + self._norm(field)[docs])))

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

    def count(self, vocabulary: Vocabulary, since: View | None) -> None:
        """Bring a vocabulary that counts the view ``since`` up to this one: by what came and went."""
        before = since.segments if since else {}
        for name, segment in self.segments.items():
            known = since.deleted[name] if since and name in before else frozenset()
            if name not in before:
                segment.count(vocabulary, 1)
            for number in self.deleted[name] - known:
                vocabulary.add(segment.readership(number), segment.words(number), -1)
        for name, segment in before.items():
            if since and name not in self.segments:
                segment.count(vocabulary, -1)
                for number in since.deleted[name]:
                    vocabulary.add(segment.readership(number), segment.words(number), 1)

    @staticmethod
    def wanted(query: ParsedQuery) -> list[tuple[str, str]]:
        """Fields and terms of the posting lists a query may need."""
        most = max((len(group.alternatives) for group in query.groups), default=0)
        alternatives = [group.alternatives[i] for i in range(most) for group in query.groups if i < len(group.alternatives)]  # the likeliest first
        wanted = [(field, term) for a in alternatives for field in ((a.field, "head") if a.field == "all" else (a.field,)) for term in a.terms]
        return wanted + [("pairs", pair) for pair in query.pairs]

    def _visible(self, pages: Sequence[str], filters: Filters) -> Iterator[tuple[str, Segment, int]]:
        """The documents of pages that may be found."""
        allowed = self.allowed(filters)
        for page in pages:
            for start, segment in self._placed:
                for number in segment.pages.get(page, ()):
                    if allowed is None or allowed[start + number]:
                        yield page, segment, number

    def pages(self, pages: Sequence[str], filters: Filters) -> dict[str, dict[str, str]]:
        """Ids by page and language of what may be found."""
        out: dict[str, dict[str, str]] = {}
        for page, segment, number in self._visible(pages, filters):
            row = segment.rows[number]
            out.setdefault(page, {})[row.lang] = row.id
        return out

    def present(self, ids: Sequence[str]) -> Iterator[tuple[str, Segment, int]]:
        """Where documents are, of those that are still there."""
        for start, segment in self._placed:
            for id_ in ids:
                number = segment.numbers.get(id_)
                if number is not None and (self._there is None or self._there[start + number]):
                    yield id_, segment, number

    def documents(self, pages: Sequence[str], filters: Filters) -> dict[Segment, dict[int, str]]:
        """What may be found of these pages: for each segment its numbers, with their pages."""
        out: dict[Segment, dict[int, str]] = {}
        for page, segment, number in self._visible(pages, filters):
            out.setdefault(segment, {})[number] = page
        return out


class ViewEngine(ABC):
    """What an engine made of segments answers; where they come from is for :meth:`_open` to know."""

    shared = False

    def __init__(self) -> None:
        self._view: View | None = None
        self._opening = threading.Lock()
        self._counting = threading.Lock()
        self._vocabulary = Vocabulary()
        self._counted: View | None = None

    @abstractmethod
    def generation(self) -> int:
        """As :class:`~kbplatform.search.engine.SearchEngine` says."""

    @abstractmethod
    def _try_open(self, known: Mapping[str, Segment]) -> View | None:
        """The newest generation, reading only segments that are not ``known``; None where there is no index."""

    def _open_newest(self) -> View:
        """A view of the generation there is now or a newer one, however long that takes: for what is kept under its number."""
        wanted = self.generation()
        view = self._open(wait=True)
        if view.generation < wanted:
            msg = f"generation {wanted} of the index cannot be read yet"
            raise EngineError(msg)
        return view

    def _open(self, *, wait: bool = False) -> View:
        """A view of the newest generation; the one at hand while somebody else is opening the newest, unless told to ``wait``."""
        view = self._view
        if view is not None and view.generation == self.generation():
            return view
        if not self._opening.acquire(blocking=wait or view is None):
            assert view is not None  # noqa: S101 - else acquire waits
            return view
        try:
            view = self._view
            if view is None or view.generation != self.generation():
                view = self._view = self._try_open(view.segments if view else {}) or view
            if view is None:
                msg = "no search index to read"
                raise EngineError(msg)
            return view
        finally:
            self._opening.release()

    @abstractmethod
    def _own_errors(self) -> AbstractContextManager[None]:
        """Turns whatever the store raises into an EngineError."""

    def _prepare(self, view: View, wanted: list[tuple[str, str]]) -> None:  # noqa: B027 - nothing to do where lists are at hand
        """Read posting lists of all segments at once, where each is a journey."""

    def _prepare_asked(self, numbers: Mapping[Segment, Sequence[int]]) -> None:  # noqa: B027 - as above
        """Read phrases of all segments at once, where each is a journey."""

    def search(self, query: ParsedQuery, *, filters: Filters, limit: int, offset: int = 0, deadline_ms: int = 0) -> list[EngineHit]:
        view = self._open()
        with self._own_errors():
            self._prepare(view, view.wanted(query))
            top = Scorer(view.postings, view.size, deadline_ms).best(query, view.allowed(filters), limit + offset)
            return [EngineHit(*view.row(hit.number)[:3], hit.score, hit.reasons) for hit in top[offset:]]

    def suggest(self, prefixes: Sequence[str], *, filters: Filters, limit: int) -> list[EngineHit]:
        if not prefixes:
            return []
        view = self._open()
        with self._own_errors():
            self._prepare(view, [(SUGGEST_FIELD, prefix) for prefix in prefixes])
            return view.suggest(prefixes, filters, limit)

    def languages(self, pages: Sequence[str], *, filters: Filters) -> dict[str, dict[str, str]]:
        view = self._open()
        with self._own_errors():
            return view.pages(pages, filters)

    def asked(self, pages: Sequence[str], *, filters: Filters) -> Mapping[str, Sequence[Phrases]]:
        view = self._open()
        with self._own_errors():
            documents = view.documents(pages, filters)
            self._prepare_asked({segment: list(numbers) for segment, numbers in documents.items()})
            found: dict[str, list[Phrases]] = {}
            for segment, numbers in documents.items():
                for number, phrases in segment.asked(list(numbers)).items():
                    found.setdefault(numbers[number], []).append(phrases)
            return found

    def terms(self, field: str, filters: Filters | None = None) -> Mapping[str, int]:
        view = self._open_newest()
        with self._own_errors(), self._counting:
            if field not in WORD_FIELDS or (filters and (filters.groups or filters.langs or filters.changed_since is not None)):
                return view.count_terms(field, filters)
            if self._counted is not view:
                self._count(view)
            return self._vocabulary.terms(field, filters)

    def _count(self, view: View) -> None:
        """Bring the vocabulary up to a view; from nothing where they have no segment in common: a new build of the index."""
        known, self._counted = self._counted, None
        if known is None or not known.segments.keys() & view.segments.keys():
            known, self._vocabulary = None, Vocabulary()
        view.count(self._vocabulary, known)
        self._counted = view  # only now: what fails halfway is counted afresh

    def size(self, filters: Filters | None = None) -> int:
        view = self._open_newest()
        with self._own_errors():
            allowed = view.allowed(filters) if filters else None
            return view.live if allowed is None else int(allowed.sum())

    def audiences(self) -> frozenset[str]:
        view = self._open_newest()
        with self._own_errors():
            return view.audiences()

    def _forget(self) -> None:
        """Give back memory and files."""
        with self._opening:
            self._view = None  # segments close their files when their last user lets go
        with self._counting:
            self._counted = None
            self._vocabulary = Vocabulary()
