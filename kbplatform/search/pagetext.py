"""Where each word of a page stands: worked out once, when the page is indexed, and kept in the index as bytes.

A word is kept as a 64-bit digest, so that those of a query are found among those of a page by a few operations on arrays.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from struct import Struct
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kbplatform.plugin.contributions import SearchDocument, SearchSection
    from kbplatform.search.analysis import Analyzer
    from kbplatform.search.engine import SearchEngine

_PAGES_KEPT = 2_000
"""About 8 kB each."""
_HEADER = Struct("<IIII")
"""Checksum of the texts, how many words and how many places follow, and in how many bytes each number of these is written."""

Span = tuple[int, int]
"""Start and end in a text."""
Found = Mapping[str, Mapping[int, Sequence[Span]]]
"""Where terms stand on a page, by the number of the part."""


class Terms:
    """Terms to look for on many pages."""

    def __init__(self, terms: Iterable[str]) -> None:
        self.terms = list(dict.fromkeys(terms))
        self.keys = np.array([_key(term) for term in self.terms], np.uint64)


class PageText:
    """A document with where its words stand, as :func:`places_of` wrote it.

    Its parts are the ``sections`` that have any text, then the title, then the other names.
    """

    def __init__(self, document: SearchDocument, places: bytes) -> None:
        self.document = document
        self.sections = with_text(document)
        self.title = len(self.sections)
        """The number of that part; the next one is the other names."""
        self._lines: dict[int, str] = {}
        _, words, spans, width = _HEADER.unpack_from(places)
        kind, at = f"<u{width}", _HEADER.size + 8 * words
        self._keys = np.frombuffer(places, "<u8", words, _HEADER.size)
        self._bounds = np.frombuffer(places, kind, words + 1, at)
        self._spans = np.frombuffer(places, kind, 3 * spans, at + width * (words + 1)).reshape(spans, 3)

    def line(self, number: int) -> str:
        """The text of a section as excerpts show it, on one line."""
        known = self._lines.get(number)
        if known is None:
            known = self._lines[number] = _on_one_line(self.sections[number].text)
        return known

    def find(self, wanted: Terms) -> Found:
        """Where those of the terms stand that the page has."""
        if not len(self._keys):
            return {}
        at = self._keys.searchsorted(wanted.keys)
        (there,) = (self._keys.take(at, mode="clip") == wanted.keys).nonzero()
        at = at.take(there)
        found: dict[str, dict[int, list[Span]]] = {}
        for number, low, high in zip(there.tolist(), self._bounds.take(at).tolist(), self._bounds.take(at + 1).tolist(), strict=True):
            parts: dict[int, list[Span]] = {}
            for part, start, end in self._spans[low:high].tolist():
                if part in parts:
                    parts[part].append((start, end))
                else:
                    parts[part] = [(start, end)]
            found[wanted.terms[number]] = parts
        return found


class PageTexts:
    """Pages by document, as the index has them. They are kept, since the same ones come up again and again."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._kept: OrderedDict[str, PageText] = OrderedDict()
        self._lock = Lock()

    def of(self, documents: Sequence[SearchDocument], engine: SearchEngine | None = None) -> list[PageText]:
        """The pages of documents. What ``engine`` knows of another text than this (it was edited just now) is worked out here."""
        with self._lock:
            known = {d.id: page for d in documents if (page := self._kept.get(d.id)) is not None and _same(page.document, d)}
        missing = [d for d in documents if d.id not in known]
        stored = engine.places([d.id for d in missing]) if missing and engine else {}
        known |= {d.id: PageText(d, self._right(d, stored.get(d.id, b""))) for d in missing}
        with self._lock:
            for id_, page in known.items():
                self._kept[id_] = page
                self._kept.move_to_end(id_)
            while len(self._kept) > _PAGES_KEPT:
                self._kept.popitem(last=False)
        return [known[d.id] for d in documents]

    def _right(self, document: SearchDocument, places: bytes) -> bytes:
        fits = len(places) >= _HEADER.size and _HEADER.unpack_from(places)[0] == _checksum(document)
        return places if fits else places_of(document, self._analyzer)


def places_of(document: SearchDocument, analyzer: Analyzer) -> bytes:
    """Where the words of a document stand, for :class:`PageText`."""
    parts = (*(s.text for s in with_text(document)), document.title, " ".join(document.keywords))
    found: dict[str, list[Sequence[int]]] = {}
    for number, aligned in enumerate(analyzer.align_all([_on_one_line(text) for text in parts])):
        for term, start, end in analyzer.words_at(aligned.text):
            found.setdefault(term, []).append((number, *aligned.original(start, end)))
    words = sorted((_key(term), spans) for term, spans in found.items())
    spans = np.array([span for _, some in words for span in some], np.int64).reshape(-1, 3)
    bounds = np.cumsum([0, *(len(some) for _, some in words)])
    width = 2 if max(spans.max(initial=0), len(spans)) < 1 << 16 else 4
    header = _HEADER.pack(_checksum(document), len(words), len(spans), width)
    keys: NDArray[np.uint64] = np.array([key for key, _ in words], "<u8")
    return header + keys.tobytes() + bounds.astype(f"<u{width}").tobytes() + spans.astype(f"<u{width}").tobytes()


def with_text(document: SearchDocument) -> list[SearchSection]:
    """The sections that excerpts can be of."""
    return [s for s in document.sections if s.text and not s.text.isspace()]


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _same(one: SearchDocument, other: SearchDocument) -> bool:
    return one is other or one == other


def _checksum(document: SearchDocument) -> int:
    texts = "\0".join((document.title, *document.keywords, *(s.text for s in document.sections)))
    return zlib.crc32(texts.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=20_000)
def _key(term: str) -> int:
    return int.from_bytes(blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
