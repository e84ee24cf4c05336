"""A page's text, made ready once so that the words of many queries are found in it quickly."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from kbplatform.plugin.contributions import SearchDocument, SearchSection
from kbplatform.search.analysis import Analyzer, Normalised, trace

_PAGES_KEPT = 1_000
"""A long one takes 20 kB."""
_HASHES = 1 << 15
"""Of two characters that follow each other; on a long page every fifteenth is taken."""


class Traces:
    """What the words of one query leave in a text that has them (see :func:`kbplatform.search.analysis.trace`)."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._of: dict[str, list[str]] = {}
        for term in dict.fromkeys(terms):
            self._of.setdefault(trace(term), []).append(term)
        different = list(self._of)
        self._long = [t for t in different if len(t) > 1]
        self._short = [t for t in different if len(t) == 1]
        self._first = _pairs("".join(t[:2] for t in self._long))[::2]
        self._last = _pairs("".join(t[-2:] for t in self._long))[::2]

    def perhaps_in(self, pairs: NDArray[np.uint8]) -> dict[str, str]:
        """The terms that may stand in a text with these pairs of characters, each with its trace; few of them do not."""
        there = np.unpackbits(pairs)
        found = (there.take(self._first) & there.take(self._last)).nonzero()[0]
        return {term: letters for letters in (*(self._long[i] for i in found), *self._short) for term in self._of[letters]}


@dataclass(frozen=True, slots=True)
class PageText:
    """``text`` are the ``sections`` that have any, normalised, a line each; section ``i`` stands at ``starts[i]:starts[i + 1] - 1``.
    ``names`` are title and other names, a line each, the title up to ``title_end``."""

    sections: tuple[SearchSection, ...]
    text: str
    starts: Sequence[int]
    letters: str
    """``text`` without apostrophes."""
    letter_starts: Sequence[int]
    names: str
    title_end: int
    pairs: NDArray[np.uint8]
    """A bit for each hash of two characters that follow each other anywhere here."""
    offsets: tuple[tuple[int, ...] | None, ...]

    def original(self, section: int, start: int, end: int) -> tuple[int, int]:
        """Where ``start:end`` of ``text`` came from in the section's text on one line."""
        at = self.starts[section]
        return Normalised("", self.offsets[section]).original(start - at, end - at)

    def standing(self, letters: str) -> int:
        """The sections in which these letters stand, as bits."""
        found = 0
        at = self.letters.find(letters)
        while at >= 0:
            section = bisect_right(self.letter_starts, at)
            found |= 1 << (section - 1)
            at = self.letters.find(letters, self.letter_starts[section])
        return found


class PageTexts:
    """Makes pages ready. They are kept, since the same ones come up again and again."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._kept = lru_cache(maxsize=_PAGES_KEPT)(self._make)

    def of(self, document: SearchDocument) -> PageText:
        """The text of a document."""
        return self._kept(document.title, document.keywords, document.sections)

    def _make(self, title: str, keywords: tuple[str, ...], sections: tuple[SearchSection, ...]) -> PageText:
        own = tuple(s for s in sections if s.text.strip())
        aligned = [self._analyzer.align(on_one_line(s.text)) for s in own]
        text = "\n".join([a.text for a in aligned])
        letters = [_letters(a.text) for a in aligned]
        names = self._analyzer.normalise("\n".join((title, *keywords)))
        everything = "\n".join((*letters, names))
        there = np.zeros(_HASHES, np.bool_)
        there[_pairs(everything)] = True
        return PageText(
            sections=own,
            text=text,
            starts=_starts([a.text for a in aligned]),
            letters="\n".join(letters) if "'" in text or "’" in text else text,
            letter_starts=_starts(letters),
            names=names,
            title_end=len(self._analyzer.normalise(title)),
            pairs=np.packbits(there),
            offsets=tuple(a.offsets for a in aligned),
        )


def on_one_line(text: str) -> str:
    """A text as excerpts show it."""
    return " ".join(text.split())


def _letters(normal: str) -> str:
    return normal.replace("'", "").replace("’", "")


def _starts(lines: Sequence[str]) -> tuple[int, ...]:
    """Where each of these lines begins when they are joined, and where another one would."""
    return tuple(accumulate((len(line) + 1 for line in lines), initial=0))


def _pairs(text: str) -> NDArray[np.uint32]:
    """A hash of each two characters that follow each other."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    hashes: NDArray[np.uint32] = (codes[:-1] * np.uint32(31) + codes[1:]) & np.uint32(_HASHES - 1)
    return hashes
