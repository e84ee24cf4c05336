"""Reading a segment that Whoosh wrote.

Whoosh's own matchers hand out one posting at a time, each through three of them; here whole blocks become arrays.
This file knows Whoosh 2.7.4's way of writing and imports nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from kbplatform.search.engines.segments import Row, Segment, Weights
from kbplatform.search.engines.vocabulary import WORD_FIELDS, Words
from kbplatform.search.scoring import Scores


class WhooshSegment(Segment):
    """``leaf`` is Whoosh's reader of the segment."""

    def __init__(self, leaf: Any) -> None:  # noqa: ANN401 - Whoosh has no types
        self._leaf = leaf
        super().__init__([self._row(number) for number in range(int(leaf.doc_count_all()))])

    def _row(self, number: int) -> Row:
        id_, page, lang, kind, group, audience, popularity, changed = self._leaf.stored_fields(number)["row"]
        return Row(id_, page, lang, kind, group, frozenset(audience), popularity, changed)

    def _read_words(self, number: int) -> Words:
        stored = self._leaf.stored_fields(number)["words"]
        return {field: text.split() for field, text in zip(WORD_FIELDS, stored.split("\n"), strict=True)}

    def _read_asked(self, numbers: Sequence[int]) -> Mapping[int, str]:
        return {n: self._leaf.stored_fields(n)["asked"] for n in numbers}

    def _read_lengths(self, field: str) -> Scores:
        """As exactly as Whoosh keeps them: in a byte each."""
        return np.array([self._leaf.doc_field_length(n, field) or 0 for n in range(self.size)], np.float64)

    def tokens(self, field: str) -> int:
        return int(self._leaf.field_length(field))

    def terms(self, field: str) -> list[str]:
        with self._lock:
            return [name.decode() for name in self._leaf.lexicon(field)]

    def probe(self, fields: Sequence[str]) -> None:
        """Read a little of every part; raises whatever damage makes Whoosh raise."""
        for field in fields:
            first = next(iter(self._leaf.lexicon(field)), None)
            if first is not None:
                self._decode(field, first)

    def _read_weights(self, wanted: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Weights]:
        terms = self._leaf._terms  # the public way wraps each posting in three matchers
        keys = ((field, term, term.encode()) for field, term in wanted)
        return {(field, term): self._decode(field, name) for field, term, name in keys if (field, name) in terms}

    def _decode(self, field: str, term: bytes) -> Weights:
        blocks = list(_blocks(self._leaf._terms.matcher(field, term, self._leaf.schema[field].format)))
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
