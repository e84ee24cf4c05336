"""A page's text, made ready so that the words of many queries are found in it quickly.

Which sections may hold a word is known from the pairs of characters in it. The first times one is looked for in a section, it is
looked for alone; after that all words of the section are read, and kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kbplatform.plugin.contributions import SearchDocument, SearchSection
from kbplatform.search.analysis import Analyzer, Normalised, trace

_PAGES_KEPT = 1_000
"""A long one takes 30 kB."""
_HASHES = 1 << 12
"""Of two characters that follow each other; a long section has every tenth."""
_LOOKS = 2
"""How often the words of a query are looked for alone in a section before it is read whole. Most are never asked again."""
_BITS = 16
NAMES = _BITS - 1
"""The number of a page's names, title first, a line each; its sections come before, in one text for those past the fourteenth."""

Span = tuple[int, int]
"""Start and end in a normalised text."""


class Traces:
    """What the words of one query leave in a text that has them (see :func:`kbplatform.search.analysis.trace`)."""

    def __init__(self, terms: Iterable[str]) -> None:
        of: dict[str, list[str]] = {}
        for term in dict.fromkeys(terms):
            of.setdefault(trace(term), []).append(term)
        long = [t for t in of if len(t) > 1]
        self.short = {t: terms for t, terms in of.items() if len(t) == 1}
        self.long = [of[t] for t in long]
        self.first = _pairs("".join(t[:2] for t in long))[::2]
        self.last = _pairs("".join(t[-2:] for t in long))[::2]


class PageText:
    """The sections of a page that have any text, by number, and its names."""

    def __init__(self, analyzer: Analyzer, title: str, keywords: tuple[str, ...], texts: Sequence[str]) -> None:
        self._analyzer = analyzer
        aligned = analyzer.align_all([on_one_line(text) for text in texts])
        self._offsets = tuple(a.offsets for a in aligned)
        self._lines = [*(a.text for a in aligned), analyzer.normalise("\n".join((title, *keywords)))]
        self._looks = bytearray(len(self._lines))
        """How often somebody looked at each line, up to ``_LOOKS``."""
        self._words = [""] * len(self._lines)
        """Of those looked at more often, everything, as :func:`_written`."""
        self.bits = [1 << min(number, NAMES - 1) for number in range(len(aligned))] + [1 << NAMES]
        """Stand for the sections; the last one for the names."""
        self.title_end = len(analyzer.normalise(title))
        self._pairs = np.zeros(_HASHES, np.uint16)
        letters = [_letters(line) for line in self._lines]
        bits = np.repeat(np.array(self.bits, np.uint16), [len(line) + 1 for line in letters])
        np.bitwise_or.at(self._pairs, _pairs("\n".join(letters)), bits[:-2])

    def perhaps(self, traces: Traces) -> dict[str, int]:
        """For each term that may stand somewhere here, the bits of where; few of them do not."""
        found: dict[str, int] = {}
        bits = self._pairs.take(traces.first) & self._pairs.take(traces.last)
        for terms, where in zip(traces.long, bits.tolist(), strict=True):
            if where:
                found.update(dict.fromkeys(terms, where))
        for letter, terms in traces.short.items():
            where = 0
            for bit, line in zip(self.bits, self._lines, strict=True):
                if letter in line:
                    where |= bit
            if where:
                found.update(dict.fromkeys(terms, where))
        return found

    def spans(self, number: int, perhaps: Mapping[str, int]) -> dict[str, list[Span]]:
        """Where terms stand in a section (or, past the last one, in the names), of those that :meth:`perhaps` do."""
        bit, words = self.bits[number], self._words[number]
        wanted = [term for term, where in perhaps.items() if where & bit]
        if not words:
            if self._looks[number] < _LOOKS:
                self._looks[number] += 1
                return self._analyzer.spans_of({term: trace(term) for term in wanted}, self._lines[number])
            words = self._words[number] = _written(self._analyzer.words_at(self._lines[number]))
        return {term: found for term in wanted if (found := _read(words, f"\0{term}\1"))}

    def named(self, perhaps: Mapping[str, int]) -> dict[str, list[Span]]:
        """Where terms stand in the names; those of the title before ``title_end``."""
        return self.spans(len(self.bits) - 1, perhaps)

    def original(self, section: int, start: int, end: int) -> Span:
        """Where ``start:end`` of a normalised section came from in the section's text on one line."""
        return Normalised("", self._offsets[section]).original(start, end)


class PageTexts:
    """Makes pages ready. They are kept, since the same ones come up again and again."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._kept = lru_cache(maxsize=_PAGES_KEPT)(self._make)

    def of(self, document: SearchDocument) -> PageText:
        """The text of a document, of those of its sections that have any: see :func:`with_text`."""
        return self._kept(document.title, document.keywords, tuple([s.text for s in with_text(document)]))

    def _make(self, title: str, keywords: tuple[str, ...], texts: tuple[str, ...]) -> PageText:
        return PageText(self._analyzer, title, keywords, texts)


def with_text(document: SearchDocument) -> list[SearchSection]:
    """The sections that excerpts can be of."""
    return [s for s in document.sections if s.text and not s.text.isspace()]


def on_one_line(text: str) -> str:
    """A text as excerpts show it."""
    return " ".join(text.split())


def _letters(normal: str) -> str:
    return normal.replace("'", "").replace("’", "")


def _written(words: Iterable[tuple[str, int, int]]) -> str:
    """Words with their places in one string, which is smaller than a dictionary: a character is a number, from 2 on."""
    return "".join([f"\0{term}\1{chr(start + 2)}{chr(end + 2)}" for term, start, end in words]) + "\0"


def _read(words: str, marked: str) -> list[Span]:
    """The places that are written after a term, given with the marks around it."""
    found: list[Span] = []
    at, size = words.find(marked), len(marked)
    while at >= 0:
        found.append((ord(words[at + size]) - 2, ord(words[at + size + 1]) - 2))
        at = words.find(marked, at + size + 2)
    return found


def _pairs(text: str) -> NDArray[np.uint32]:
    """A hash of each two characters that follow each other."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    hashes: NDArray[np.uint32] = (codes[:-1] * np.uint32(31) + codes[1:]) & np.uint32(_HASHES - 1)
    return hashes
