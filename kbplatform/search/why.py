"""Why a page was found: which words of its own the query was read as."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from kbplatform.search.pinyin import PinyinTable, initials
from kbplatform.search.records import ASIDE, LONGEST_PHRASE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kbplatform.plugin.contributions import SearchDocument
    from kbplatform.search.analysis import Analyzer
    from kbplatform.search.engine import Alternative, Group, MatchKind

_HEADS_KEPT, _BODIES_KEPT = 2000, 200
_MOST = 4


@dataclass(frozen=True, slots=True)
class Why:
    """``typed`` in the query was read as ``matched``, which stands on the page."""

    typed: str
    matched: str
    kind: MatchKind


@dataclass(frozen=True, slots=True)
class _Word:
    """A word as it is written; ``start:end`` of the normalised text."""

    term: str
    written: str
    start: int
    end: int
    han: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """Some texts of a page: how each term of theirs is first written, and which words first have these initials."""

    written: dict[str, str]
    spelled: dict[str, str]


class Explainer:
    """Finds the words. Texts taken apart are kept, since the same pages come up again and again."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._pinyin = PinyinTable()
        self._head = lru_cache(maxsize=_HEADS_KEPT)(self._head_of)
        self._body = lru_cache(maxsize=_BODIES_KEPT)(self._body_of)

    def why(
        self, documents: Sequence[SearchDocument], groups: Sequence[Group], reasons: Sequence[MatchKind | None], pinyin: PinyinTable
    ) -> tuple[Why, ...]:
        """What each word of the query that is not simply there was read as; words that are there as typed need no reason.

        ``documents`` are the languages of the page, the one shown first; ``reasons`` belong to those ``groups`` that have alternatives.
        """
        if pinyin is not self._pinyin:
            self._pinyin = pinyin
            self._head.cache_clear()
        found: list[Why] = []
        for group, reason in zip((g for g in groups if g.alternatives), reasons, strict=False):
            if reason is None or reason == "word":
                continue
            matched = self._matched(documents, [a for a in group.alternatives if a.kind == reason])
            if matched and matched.casefold() != group.surface:
                found.append(Why(group.surface, matched, reason))
        return tuple(dict.fromkeys(found))[:_MOST]

    def _matched(self, documents: Sequence[SearchDocument], alternatives: Sequence[Alternative]) -> str:
        ranked = sorted(alternatives, key=lambda a: -a.weight)
        for part in self._parts(documents):
            for alternative in ranked:
                initialled = alternative.field == "initials"
                matched = part.spelled.get(alternative.terms[0], "") if initialled else _written(part.written, alternative.terms)
                if matched:
                    return matched
        return ""

    def _parts(self, documents: Sequence[SearchDocument]) -> Iterator[_Part]:
        """Titles and other names, then the running text: language by language."""
        for document in documents:
            yield self._head((document.title, *document.keywords, document.angle, *document.asks))
            yield self._body(tuple(s.text for s in document.sections if s.id not in ASIDE))

    def _head_of(self, texts: tuple[str, ...]) -> _Part:
        part = _Part({}, {})
        for words in map(self._words, texts):
            for word in words:
                part.written.setdefault(word.term, word.written)
            for letters, written in self._initials(words):
                part.spelled.setdefault(letters, written)
        return part

    def _body_of(self, texts: tuple[str, ...]) -> _Part:
        """Without initials: in running text nearly any two words have some."""
        part = _Part({}, {})
        for text in texts:
            normal = self._analyzer.align(text)
            for term, spans in self._analyzer.spans(normal.text).items():
                low, high = normal.original(*spans[0])
                part.written.setdefault(term, text[low:high])
        return part

    def _initials(self, words: Sequence[_Word]) -> Iterator[tuple[str, str]]:
        """Initials of every short run of Chinese words that follow each other, with the words."""
        spelled = [initials(self._pinyin.syllables(w.written)) if w.han else "" for w in words]
        for i, first in enumerate(words):
            letters, end, written = "", first.start, ""
            for word, own in zip(words[i:], spelled[i:], strict=True):
                if word.start < end:
                    continue  # a shorter word inside the one just taken
                if not own or word.start != end or len(letters) + len(own) > LONGEST_PHRASE:
                    break
                letters, end, written = letters + own, word.end, written + word.written
                yield letters, written

    def _words(self, text: str) -> tuple[_Word, ...]:
        normal = self._analyzer.align(text)
        found: list[_Word] = []
        for token in self._analyzer.index_tokens(normal.text):
            low, high = normal.original(token.start, token.end)
            found.append(_Word(token.term, text[low:high], token.start, token.end, token.script == "han"))
        return tuple(found)


def _written(known: dict[str, str], terms: tuple[str, ...]) -> str:
    """The terms as a page writes them; empty where one is missing."""
    if any(term not in known for term in terms):
        return ""
    return ("" if all(not known[t].isascii() for t in terms) else " ").join(known[t] for t in terms)
