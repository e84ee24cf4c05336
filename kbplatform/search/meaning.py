"""What a query is about, whatever its wording: so that the same question is known again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kbplatform.search.stopwords import is_stop

if TYPE_CHECKING:
    from kbplatform.search.analysis import Analyzer, Token
    from kbplatform.search.thesaurus import Thesaurus

MEANING_VERSION = "1"
"""Raise it whenever the same words mean other terms."""
MOST_TERMS = 16

_ASPECTS = {
    "when": ("多久", "几天", "多少天", "多长时间", "什么时候", "啥时候", "何时", "几号", "how long", "how many days", "when"),
    "price": ("多少钱", "几块钱", "几块", "几元", "how much"),
    "where": ("哪里", "哪儿", "在哪", "在哪里", "where"),
    "who": ("谁", "找谁", "哪个部门", "who", "which department"),
    "why": ("为什么", "为何", "为啥", "怎么回事", "why", "how come"),
}
"""What is asked about a thing, in the ways people ask it. Asking how is what nearly every question does, so it tells nothing."""


class Meanings:
    """Reads queries with one analyzer and one glossary; needs no index, so its answers last as long as those two."""

    def __init__(self, analyzer: Analyzer, thesaurus: Thesaurus) -> None:
        self._analyzer = analyzer
        self._thesaurus = thesaurus
        self._aspects = {self._terms(way): f"?{aspect}" for aspect, ways in _ASPECTS.items() for way in ways}
        self._longest_aspect = max(map(len, self._aspects))

    def of(self, text: str) -> frozenset[str]:
        """The terms of a query: concepts of the glossary, what is asked about them, and every other word that names something.

        Word order, script, language (where the glossary knows the word) and small words make no difference.
        Empty where there is no word in it.
        """
        tokens = self._analyzer.query_tokens(self._analyzer.normalise(text))
        found: list[str] = []
        at = 0
        for mention in self._thesaurus.mentions([t.term for t in tokens]):
            found += self._plain(tokens[at : mention.start])
            said = tuple(t.term for t in tokens[mention.start : mention.end])
            found.append("=" + "+".join(sorted(self._thesaurus.concepts(said))))
            at = mention.end
        found += self._plain(tokens[at:])
        terms = list(dict.fromkeys(found)) or list(dict.fromkeys(t.term for t in tokens))
        return frozenset(terms[:MOST_TERMS])

    def _plain(self, tokens: Sequence[Token]) -> list[str]:
        """Words outside the glossary; ways of asking come out as what they ask about."""
        found: list[str] = []
        at = 0
        while at < len(tokens):
            aspect, length = self._aspect_at(tokens, at)
            if aspect:
                found.append(aspect)
            elif not is_stop(tokens[at].surface):
                found.append(tokens[at].term)
            at += length or 1
        return found

    def _aspect_at(self, tokens: Sequence[Token], at: int) -> tuple[str, int]:
        for length in range(min(self._longest_aspect, len(tokens) - at), 0, -1):
            aspect = self._aspects.get(tuple(t.term for t in tokens[at : at + length]))
            if aspect:
                return aspect, length
        return "", 0

    def _terms(self, text: str) -> tuple[str, ...]:
        return tuple(t.term for t in self._analyzer.query_tokens(self._analyzer.normalise(text)))


def similarity(shared: int, one: int, other: int) -> float:
    """Jaccard similarity of two sets of ``one`` and ``other`` terms that share ``shared`` (Jaccard 1901)."""
    return shared / ((one + other - shared) or 1)
