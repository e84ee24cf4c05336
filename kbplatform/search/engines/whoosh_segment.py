"""Reading a segment that Whoosh wrote.

Whoosh's own matchers hand out one posting at a time, each through three of them; here a posting list is found with one look into
the dictionary, read at once and becomes arrays. This file knows Whoosh 2.7.4's way of writing and imports nothing of it.
"""

from __future__ import annotations

import io
import pickle
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from struct import Struct
from typing import Any

import numpy as np

from kbplatform.search.engines.segments import Row, Segment, Weights
from kbplatform.search.engines.vocabulary import WORD_FIELDS, Words
from kbplatform.search.scoring import Scores

_ENTRY = Struct("!BfIBBfII")
"""In the dictionary: whether the postings stand there too, then what is known of all of them."""
_EXTENT = Struct("!Qi")
"""Where else they stand: offset and length."""
_LENGTH = Struct("!i")
"""Of a block, in bytes; negative for the last one."""
_MAGIC = b"W3Bl"


class WhooshSegment(Segment):
    """``leaf`` is Whoosh's reader of the segment."""

    def __init__(self, leaf: Any) -> None:  # noqa: ANN401 - Whoosh has no types
        self._leaf = leaf
        self._asked_texts: list[str] = []
        """Kept, a kilobyte each: a search wants those of twenty pages, and to read one, all that is stored of the page is unpacked."""
        super().__init__([self._row(number) for number in range(int(leaf.doc_count_all()))])

    def _row(self, number: int) -> Row:
        stored = self._leaf.stored_fields(number)
        self._asked_texts.append(stored["asked"])
        id_, page, lang, kind, group, audience, popularity, changed = stored["row"]
        return Row(id_, page, lang, kind, group, frozenset(audience), popularity, changed)

    def _read_words(self, number: int) -> Words:
        stored = self._leaf.stored_fields(number)["words"]
        return {field: text.split() for field, text in zip(WORD_FIELDS, stored.split("\n"), strict=True)}

    def _read_asked(self, numbers: Sequence[int]) -> Mapping[int, str]:
        return {n: self._asked_texts[n] for n in numbers}

    def places(self, number: int) -> bytes:
        with self._lock:
            return bytes(self._leaf.stored_fields(number)["places"])

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
            if first is not None and (key := (field, first.decode())) not in self._read_weights([key]):
                raise ValueError("the dictionary of the index does not find its own term")

    def _read_weights(self, wanted: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Weights]:
        terms = self._leaf._terms
        found: dict[tuple[str, str], Weights] = {}
        for field, term in wanted:
            entry = terms._tindex.get(terms._keycoder(field, term.encode()))
            if entry is not None:
                found[field, term] = self._decode(entry)
        return found

    def _decode(self, entry: bytes) -> Weights:
        """The posting list of a term, from its entry in the dictionary."""
        inlined, *_ = _ENTRY.unpack_from(entry)
        if inlined:
            docs, counts, _values = pickle.loads(entry[_ENTRY.size :])  # noqa: S301 - an index is never taken from outside
            return Weights(np.array(docs, np.int32), np.array(counts, np.float32))
        offset, length = _EXTENT.unpack_from(entry, _ENTRY.size)
        blocks = list(_blocks(self._leaf._terms._postfile.get(offset, length)))
        if len(blocks) == 1:
            return blocks[0]
        return Weights(np.concatenate([b.docs for b in blocks]), np.concatenate([b.counts for b in blocks]))


def _blocks(stored: bytes) -> Iterator[Weights]:
    """The blocks of a posting list, each with what it is (pickled), then its numbers as differences and its weights (pickled, packed)."""
    if not stored.startswith(_MAGIC):
        raise ValueError("no posting list stands where the dictionary of the index says")
    file = io.BytesIO(stored)
    at = len(_MAGIC)
    last = False
    while not last:
        file.seek(at)
        (length,) = _LENGTH.unpack(file.read(_LENGTH.size))
        last = length < 0
        at += _LENGTH.size + abs(length)
        size, _last_id, _most, compressed, _shortest, _longest = pickle.load(file)  # noqa: S301 - as above
        data = file.read(at - file.tell())
        gaps, weights, _values = pickle.loads(zlib.decompress(data) if compressed else data)  # noqa: S301 - as above
        docs = np.array(gaps, np.int32)
        counts = np.empty(size, np.float32)
        counts[:] = 1.0 if weights is None else weights  # none where all are 1, one where all are alike
        yield Weights(np.cumsum(docs, dtype=np.int32), counts)
