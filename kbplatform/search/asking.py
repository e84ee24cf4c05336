"""How close a query comes to the ways people ask for a page: its title, its other names and its ``asks``.

A page of many words holds some of any query's. That one short phrase of it holds most of the query, and little
else, says far more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kbplatform.plugin.contributions import SearchDocument
from kbplatform.search.analysis import Analyzer
from kbplatform.search.engine import Group, MatchKind
from kbplatform.search.stopwords import is_stop

OPENING = 1.5
"""The closeness of a page one of whose names begins with the whole query: it is being typed."""
_PREPARED_DOCUMENTS = 2_000
_HELD: dict[MatchKind, float] = {"word": 1.0, "prefix": 0.7}
_HELD_OTHERWISE = 0.8
"""What of a word's meaning a phrase holds that has it under another name or spelling."""


@dataclass(frozen=True, slots=True)
class _Phrases:
    """``having[term]`` are the phrases with that term; ``sizes[i]`` how many words phrase ``i`` has that name something;
    ``openings`` the page's names as they are typed."""

    openings: tuple[str, ...]
    having: Mapping[str, frozenset[int]]
    sizes: tuple[int, ...]


class Asking:
    """Compares. Prepared documents are kept, since the same pages come up again and again."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._prepare = lru_cache(maxsize=_PREPARED_DOCUMENTS)(self._prepared)

    def closeness(self, document: SearchDocument, text: str, groups: Sequence[Group]) -> float:
        """How close the nearest phrase of a page comes to a query, 0 (not at all) to 1 (word for word); ``OPENING`` where one begins so.

        That is the part of the query's meaning the phrase holds, times the root of the part of the phrase that was asked.
        """
        phrases = self._prepare((document.title, *document.keywords), (document.angle, *document.asks))
        if len(text) > 1 and any(opening.startswith(text) for opening in phrases.openings):
            return OPENING
        total = sum(g.share for g in groups)
        if not total:
            return 0.0
        held: dict[int, float] = {}
        met: dict[int, int] = {}
        for group in groups:
            for phrase, (trust, words) in _best(phrases, group).items():
                held[phrase] = held.get(phrase, 0.0) + group.share * trust
                met[phrase] = met.get(phrase, 0) + words
        return max((h / total * min(1.0, met[i] / phrases.sizes[i]) ** 0.5 for i, h in held.items()), default=0.0)

    def _prepared(self, names: tuple[str, ...], others: tuple[str, ...]) -> _Phrases:
        having: dict[str, set[int]] = {}
        sizes: list[int] = []
        for number, text in enumerate(dict.fromkeys((*names, *others))):
            normal = self._analyzer.normalise(text)
            sizes.append(max(1, sum(not is_stop(t.surface) for t in self._analyzer.query_tokens(normal))))
            for token in self._analyzer.index_tokens(normal):
                if not is_stop(token.surface):
                    having.setdefault(token.term, set()).add(number)
        return _Phrases(tuple(self._analyzer.normalise(n) for n in names), {term: frozenset(found) for term, found in having.items()}, tuple(sizes))


def _best(phrases: _Phrases, group: Group) -> dict[int, tuple[float, int]]:
    """The phrases that hold a word of the query, how far, and by how many words of theirs."""
    best: dict[int, tuple[float, int]] = {}
    for alternative in group.alternatives:
        found = _holding(phrases.having, alternative.terms) if alternative.field == "all" else None
        if not found:
            continue
        trust = _HELD.get(alternative.kind, _HELD_OTHERWISE)
        for number in found:
            if number not in best or trust > best[number][0]:
                best[number] = (trust, len(alternative.terms))
    return best


def _holding(having: Mapping[str, frozenset[int]], terms: tuple[str, ...]) -> frozenset[int] | None:
    found = having.get(terms[0])
    for term in terms[1:]:
        if not found:
            break
        found = found & having.get(term, frozenset())
    return found
