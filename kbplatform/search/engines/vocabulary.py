"""How many documents hold each word, for every kind of reader, kept up to date document by document.

Which words a query may mean depends on who asks: a word of a document for another team must not be known. Documents are
counted by who may find them and by kind, and a reader's counts are the sum of what they may find.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kbplatform.search.engine import SPELLING_FIELD, Filters

WORD_FIELDS = ("all", "head", "initials", SPELLING_FIELD)
"""Fields a query is read against; the others are only matched."""

Words = Mapping[str, Sequence[str]]
"""Field → the different terms a document has there."""


class Readership(NamedTuple):
    """What decides by itself who ever searches for a document, and where."""

    audience: frozenset[str]
    kind: str

    def within(self, filters: Filters) -> bool:
        """Whether such documents may be found."""
        return bool(self.audience & filters.audiences) and (not filters.kinds or self.kind in filters.kinds)


class Vocabulary:
    """Counts of documents by field and term. Not safe between threads: its engine holds a lock."""

    def __init__(self) -> None:
        self._counts: dict[Readership, dict[str, dict[str, int]]] = {}

    def add(self, readership: Readership, words: Words, step: int = 1) -> None:
        """Count a document in, or with ``step`` -1 out again."""
        counts = self._counts.setdefault(readership, {field: {} for field in WORD_FIELDS})
        for field in WORD_FIELDS:
            known = counts[field]
            for term in words.get(field, ()):
                count = known.get(term, 0) + step
                if count:
                    known[term] = count
                else:
                    known.pop(term, None)

    def merge(self, readership: Readership, counts: Mapping[str, Mapping[str, int]], step: int) -> None:
        """Count many documents in or out at once, given how many of them hold each term of each field."""
        ours = self._counts.setdefault(readership, {field: {} for field in WORD_FIELDS})
        for field, found in counts.items():
            known = ours[field]
            for term, number in found.items():
                count = known.get(term, 0) + step * number
                if count:
                    known[term] = count
                else:
                    known.pop(term, None)

    def counts(self) -> Mapping[Readership, Mapping[str, Mapping[str, int]]]:
        """All counts, by readership, field and term."""
        return self._counts

    def terms(self, field: str, filters: Filters | None) -> dict[str, int]:
        """Counts over the documents that ``filters`` (audiences and kinds alone) let through."""
        found = [counts[field] for r, counts in self._counts.items() if filters is None or r.within(filters)]
        found.sort(key=len, reverse=True)
        total = dict(found[0]) if found else {}
        for counts in found[1:]:
            for term, count in counts.items():
                total[term] = total.get(term, 0) + count
        return total
