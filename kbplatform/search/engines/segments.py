"""Pieces of an index that never change but for deletions, so that what was decoded of one outlives its generation.

After an edit only the new document is read. Where a piece is stored and how its posting lists are written is the engine's
business (:class:`Segment` is abstract); what can be asked of it is the same for all.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from kbplatform.search.engine import Filters
from kbplatform.search.engines.vocabulary import Readership, Vocabulary, Words
from kbplatform.search.phrases import Phrases
from kbplatform.search.scoring import Mask, Numbers, Scores

SCORED_FIELDS = ("all", "head", "rest", "pairs", "initials")
KEPT_POSTINGS = 3_000_000
"""Postings kept per segment, eight bytes each, and per generation, twelve."""
_KEPT_ASKED = 100_000
"""Terms of phrases kept per segment, some hundred bytes each."""

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


NONE = Weights(np.empty(0, np.int32), np.empty(0, np.float32))


class Segment(ABC):
    """One piece of an index; its documents are numbered from 0."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self.size = len(rows)
        self.popularity = np.array([r.popularity for r in rows], np.float64)
        self.pages: dict[str, list[int]] = {}
        self.numbers: dict[str, int] = {}
        """By id."""
        for number, row in enumerate(rows):
            self.pages.setdefault(row.page, []).append(number)
            self.numbers[row.id] = number
        self._audience = _Column([r.audience for r in rows])
        self._kind = _Column([r.kind for r in rows])
        self._group = _Column([r.group for r in rows])
        self._lang = _Column([r.lang for r in rows])
        self._changed = np.array([r.changed for r in rows], np.float64)
        self._lock = threading.Lock()
        self._weights: dict[tuple[str, str], Weights] = {}
        self._held = 0
        self._lengths: dict[str, Scores] = {}
        self._asked: dict[int, Phrases] = {}
        self._asked_held = 0

    @abstractmethod
    def _read_lengths(self, field: str) -> Scores: ...

    @abstractmethod
    def _read_weights(self, wanted: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Weights]:
        """Posting lists by field and term; what nobody wrote is missing."""

    @abstractmethod
    def _read_words(self, number: int) -> Words: ...

    @abstractmethod
    def _read_asked(self, numbers: Sequence[int]) -> Mapping[int, str]:
        """What documents were given as ``asked``."""

    @abstractmethod
    def tokens(self, field: str) -> int:
        """All documents' tokens in a field together."""

    @abstractmethod
    def terms(self, field: str) -> list[str]:
        """Every term of a field, those of deleted documents too."""

    def readership(self, number: int) -> Readership:
        """Who may find a document."""
        row = self.rows[number]
        return Readership(row.audience, row.kind)

    def words(self, number: int) -> Words:
        """The different terms of a document, by field."""
        with self._lock:
            return self._read_words(number)

    def count(self, vocabulary: Vocabulary, step: int) -> None:
        """Count all documents in or out, deleted ones too."""
        for number in range(self.size):
            vocabulary.add(self.readership(number), self.words(number), step)

    def admitted(self, filters: Filters) -> Mask:
        """Which documents may be found."""
        mask = self._audience.among([bool(a & filters.audiences) for a in self._audience.different])
        for column, wanted in ((self._kind, filters.kinds), (self._group, filters.groups), (self._lang, filters.langs)):
            if wanted:
                mask &= column.among([value in wanted for value in column.different])
        return mask if filters.changed_since is None else mask & (self._changed >= filters.changed_since)

    def lengths(self, field: str) -> Scores:
        """Each document's number of tokens in a field."""
        known = self._lengths.get(field)
        if known is None:
            with self._lock:
                known = self._lengths[field] = self._read_lengths(field)
        return known

    def asked(self, numbers: Sequence[int]) -> dict[int, Phrases]:
        """The phrases of documents, by number, each read once."""
        known = self._asked
        found = {n: known[n] for n in numbers if n in known}
        if len(found) < len(numbers):
            with self._lock:
                texts = self._read_asked([n for n in numbers if n not in found])
            found |= self.take_asked(texts)
        return found

    def lacks_asked(self, numbers: Sequence[int]) -> list[int]:
        """Whose phrases were not read yet."""
        return [n for n in numbers if n not in self._asked]

    def take_asked(self, texts: Mapping[int, str]) -> dict[int, Phrases]:
        """Remember what documents were given as ``asked``, taken apart."""
        fresh = {n: Phrases.loads(text) for n, text in texts.items()}
        with self._lock:
            if self._asked_held > _KEPT_ASKED:
                self._asked, self._asked_held = {}, 0
            self._asked.update(fresh)
            self._asked_held += sum(len(p.having) + 10 for p in fresh.values())
        return fresh

    def lacks(self, wanted: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Which of these posting lists were not read yet."""
        return [key for key in dict.fromkeys(wanted) if key not in self._weights]

    def take(self, wanted: Sequence[tuple[str, str]], found: Mapping[tuple[str, str], Weights]) -> None:
        """Remember posting lists that somebody else read; what is not ``found``, nobody wrote."""
        with self._lock:
            self._remember(wanted, found)

    def weights(self, field: str, term: str) -> Weights:
        """A term's postings, read once."""
        known = self._weights.get((field, term))
        if known is None:
            with self._lock:
                known = self._keep([(field, term)])
        return known

    def _keep(self, wanted: Sequence[tuple[str, str]]) -> Weights:
        """Read and remember posting lists; the last of them."""
        return self._remember(wanted, self._read_weights(wanted))

    def _remember(self, wanted: Sequence[tuple[str, str]], found: Mapping[tuple[str, str], Weights]) -> Weights:
        if self._held > KEPT_POSTINGS:
            self._weights, self._held = {}, 0
        last = NONE
        for key in wanted:
            last = self._weights[key] = found.get(key, NONE)
            self._held += len(last.docs) + 10
        return last
