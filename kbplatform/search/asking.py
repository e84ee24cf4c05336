"""How close a query comes to the ways people ask for a page: its title, its other names and its ``asks``.

A page of many words holds some of any query's. That one short phrase of it holds most of the query, and little
else, says far more.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from kbplatform.plugin.contributions import SearchDocument
from kbplatform.search.analysis import Analyzer
from kbplatform.search.engine import Group, MatchKind
from kbplatform.search.phrases import Phrases
from kbplatform.search.stopwords import is_stop

OPENING = 1.5
"""The closeness of a page one of whose names begins with the whole query: it is being typed."""
_HELD: dict[MatchKind, float] = {"word": 1.0, "prefix": 0.7}
_HELD_OTHERWISE = 0.8
"""What of a word's meaning a phrase holds that has it under another name or spelling."""


def phrases_of(document: SearchDocument, analyzer: Analyzer) -> Phrases:
    """The phrases of a document, for the index."""
    names = (document.title, *document.keywords)
    read: list[tuple[int, set[str]]] = []
    for text in dict.fromkeys((*names, document.angle, *document.asks)):
        normal = analyzer.normalise(text)
        size = max(1, sum(not is_stop(t.surface) for t in analyzer.query_tokens(normal)))
        read.append((size, {t.term for t in analyzer.index_tokens(normal) if not is_stop(t.surface)}))
    read.sort(key=lambda phrase: phrase[0])
    having: dict[str, int] = {}
    for number, (_, terms) in enumerate(read):
        for term in sorted(terms):
            having[term] = having.get(term, 0) | 1 << number
    return Phrases("".join(f"\n{' '.join(analyzer.normalise(n).split())}" for n in names), tuple(size for size, _ in read), having)


_Way = tuple[int, int, float, tuple[str, ...]]
"""One way to say a group of a query: its number, the way's rank there, what of the meaning a phrase holds that has these terms."""


class Asking:
    """A query, ``text`` read as ``groups``, to be compared with the phrases of many pages."""

    def __init__(self, text: str, groups: Sequence[Group]) -> None:
        self._opening = f"\n{text}" if len(text) > 1 else ""
        self._shares = [g.share for g in groups]
        self._total = sum(self._shares)
        self._ways: dict[str, list[_Way]] = {}
        """By their first term."""
        for number, group in enumerate(groups):
            ways = ((_HELD.get(a.kind, _HELD_OTHERWISE), a.terms) for a in group.alternatives if a.field == "all")
            for rank, (trust, terms) in enumerate(sorted(ways, key=lambda way: -way[0])):
                self._ways.setdefault(terms[0], []).append((number, rank, trust, terms))

    def closeness(self, phrases: Phrases) -> float:
        """How close the nearest phrase comes to the query, 0 (not at all) to 1 (word for word); ``OPENING`` where one begins so.

        That is the part of the query's meaning the phrase holds, times the root of the part of the phrase that was asked.
        """
        if self._opening and self._opening in phrases.openings:
            return OPENING
        if not self._total:
            return 0.0
        alike = [(-1, 0.0, 0)]  # sets of phrases that hold the same of the query: how much of it, and by how many words of theirs
        for number, ways in groupby(self._held(phrases), key=lambda way: way[0]):
            alike = _divided(alike, self._shares[number], list(ways))
        closest = 0.0
        for some, held, met in alike:
            if met:
                shortest = phrases.sizes[(some & -some).bit_length() - 1]
                closest = max(closest, held / self._total * min(1.0, met / shortest) ** 0.5)
        return closest

    def _held(self, phrases: Phrases) -> list[tuple[int, int, float, int, int]]:
        """The ways that phrases have, group by group and the better ones first: as ``_Way``, but with the number of terms, and those phrases."""
        having = phrases.having
        found: list[tuple[int, int, float, int, int]] = []
        for term in having.keys() & self._ways.keys():
            for number, rank, trust, terms in self._ways[term]:
                some = having[term]
                for other in terms[1:]:
                    some &= having.get(other, 0)
                if some:
                    found.append((number, rank, trust, len(terms), some))
        found.sort()
        return found


def _divided(
    alike: Sequence[tuple[int, float, int]], share: float, ways: Sequence[tuple[int, int, float, int, int]]
) -> list[tuple[int, float, int]]:
    """Sets of phrases divided by how they hold one more word of the query; the best way counts."""
    divided: list[tuple[int, float, int]] = []
    for phrases, held, met in alike:
        rest = phrases
        for _, _, trust, words, having in ways:
            if rest & having:
                divided.append((rest & having, held + share * trust, met + words))
                rest &= ~having
        if rest:
            divided.append((rest, held, met))
    return divided

