"""From a document to the tokens an engine stores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, pairwise

from kbplatform.plugin.contributions import SearchDocument
from kbplatform.search.analysis import Analyzer, Token, is_han, pairs, taught
from kbplatform.search.asking import phrases_of
from kbplatform.search.engine import IndexRecord
from kbplatform.search.pagetext import places_of
from kbplatform.search.pinyin import PinyinTable, initials
from kbplatform.search.stopwords import is_stop

RECORD_VERSION = "8"
"""Part of the index's schema version: raise it whenever fields or weights change."""

ASIDE = frozenset({"twins", "source-sum"})
"""Sections that speak of other pages or of sums not to be used; their words must not rank this page."""

TITLE_WEIGHT, KEYWORD_WEIGHT, ANGLE_WEIGHT, LEAD_WEIGHT = 3, 3, 2, 2
LONGEST_PHRASE = 10
TELLING = 4
"""Fewest initials that name something when they come from running text, where any two words may meet."""
_EDGE_HAN, _EDGE_PINYIN, _EDGE_INITIALS, _EDGE_LATIN = 8, 14, 8, 12


class RecordBuilder:
    """Builds records with one analyzer and one pinyin table."""

    def __init__(self, analyzer: Analyzer, pinyin: PinyinTable) -> None:
        self._analyzer = analyzer
        self._pinyin = pinyin

    def build(self, doc: SearchDocument) -> IndexRecord:
        """The record of a document. A section without id is its lead (the one-sentence summary)."""
        terms = self._analyzer.terms
        title = terms(doc.title)
        keywords = [t for k in doc.keywords for t in terms(k)]
        angle = terms(doc.angle)
        lead = [t for s in doc.sections if not s.id for t in terms(s.text)]
        asks = [t for a in doc.asks for t in terms(a)]
        body = [t for s in doc.sections if s.id and s.id not in ASIDE for t in terms(s.text)]
        rest = [t for s in doc.sections if s.id in ASIDE for t in terms(s.text)]
        combined = title * TITLE_WEIGHT + keywords * KEYWORD_WEIGHT + angle * ANGLE_WEIGHT + lead * LEAD_WEIGHT + asks + body
        return IndexRecord(
            id=doc.id,
            page=f"{doc.kind}:{doc.key}",
            lang=doc.lang,
            kind=doc.kind,
            group=doc.group,
            audience=doc.audience,
            popularity=doc.popularity,
            changed=doc.changed,
            all=tuple(combined),
            head=tuple(title + keywords),
            rest=tuple(rest),
            pairs=tuple(p for text in self._own_texts(doc) for p in pairs(self._content(text))),
            initials=tuple(self._initials(doc)),
            suggest=tuple(self._suggest(doc)),
            spelling=tuple(self._spelling(doc)),
            asked=phrases_of(doc, self._analyzer).dumps(),
            places=places_of(doc, self._analyzer),
        )

    def words_to_read(self, docs: Iterable[SearchDocument]) -> set[str]:
        """The Chinese words of these documents whose pinyin the table should know."""
        return set().union(*map(self._words_of, docs))

    def _words_of(self, doc: SearchDocument) -> frozenset[str]:
        texts = chain((doc.title, doc.angle), doc.keywords, doc.asks, (s.text for s in doc.sections))
        tokens = chain.from_iterable(self._analyzer.index_tokens(self._analyzer.normalise(text)) for text in texts)
        return frozenset(t.term for t in tokens if t.script == "han")

    def _own_texts(self, doc: SearchDocument) -> Iterator[str]:
        """What a document says of itself."""
        return chain((doc.title, doc.angle), doc.keywords, doc.asks, (s.text for s in doc.sections if s.id not in ASIDE))

    def _content(self, text: str) -> list[Token]:
        return [t for t in self._analyzer.query_tokens(self._analyzer.normalise(text)) if not is_stop(t.surface)]

    def _spelling(self, doc: SearchDocument) -> set[str]:
        tokens = chain.from_iterable(self._content(text) for text in self._own_texts(doc))
        return {t.surface for t in tokens if t.script == "latin" and len(t.surface) > 2 and t.surface.isalpha()}

    def _initials(self, doc: SearchDocument) -> list[str]:
        """Initials of every short run of whole words in title, keywords and angle: 客户|满意度 → kh, myd, khmyd."""
        out: list[str] = []
        for text, weight in ((doc.title, TITLE_WEIGHT), *((k, KEYWORD_WEIGHT) for k in doc.keywords), (doc.angle, 1)):
            for phrase in self._han_phrases(text):
                readings = [self._pinyin.syllables(t.surface) for t in phrase]
                for start in range(len(phrase)):
                    letters = ""
                    for reading in readings[start:]:
                        letters += initials(reading)
                        if not reading or len(letters) > LONGEST_PHRASE:
                            break
                        if len(letters) > 1:
                            out += [letters] * weight
        for section in doc.sections:
            if section.id not in ASIDE:
                out += self._pairs(section.text)
        return out

    def _pairs(self, text: str) -> Iterator[str]:
        """Initials of two words that follow each other in running text, where together they are telling enough."""
        for phrase in self._han_phrases(text):
            for first, second in pairwise(phrase):
                letters = initials(self._pinyin.syllables(first.surface)) + initials(self._pinyin.syllables(second.surface))
                if len(letters) == len(first.surface) + len(second.surface) and TELLING <= len(letters) <= LONGEST_PHRASE:
                    yield letters

    def _han_phrases(self, text: str) -> list[list[Token]]:
        """Unbroken runs of Chinese words, cut at anything else and at question words."""
        phrases: list[list[Token]] = [[]]
        end = -1
        for token in self._analyzer.query_tokens(self._analyzer.normalise(text)):
            if token.script != "han" or is_stop(token.surface):
                phrases.append([])
                continue
            if token.start != end:
                phrases.append([])
            phrases[-1].append(token)
            end = token.end
        return [p for p in phrases if p]

    def _suggest(self, doc: SearchDocument) -> list[str]:
        """Beginnings, from every word of title and keywords, in characters, pinyin and initials."""
        out: list[str] = []
        for text, weight in ((doc.title, 3), *((k, 1) for k in doc.keywords)):
            edges: set[str] = set()
            for phrase in self._han_phrases(text):
                for start in range(len(phrase)):
                    edges |= self._han_edges("".join(t.surface for t in phrase[start:])[:_EDGE_HAN])
            for token in self._analyzer.query_tokens(self._analyzer.normalise(text)):
                if token.script == "latin" and not is_stop(token.surface):
                    edges |= _edges(token.surface, _EDGE_LATIN)
            out += sorted(edges) * weight
        return out

    def _han_edges(self, phrase: str) -> set[str]:
        edges = _edges(phrase, _EDGE_HAN)
        reading: list[str] = []
        for char, syllable in zip(phrase, self._pinyin.syllables(phrase) or self._by_word(phrase), strict=False):
            if not is_han(char):
                break
            reading.append(syllable)
        return edges | _edges("".join(reading), _EDGE_PINYIN) | _edges(initials(reading), _EDGE_INITIALS)

    def _by_word(self, phrase: str) -> tuple[str, ...]:
        words = (t.surface for t in self._analyzer.query_tokens(phrase))
        return tuple(chain.from_iterable(self._pinyin.syllables(w) for w in words))


class RememberingBuilder(RecordBuilder):
    """For an index in memory, made anew at each start: what became of a document in this process it becomes again.

    The pinyin table must not change while the builder is used.
    """

    def __init__(self, analyzer: Analyzer, pinyin: PinyinTable) -> None:
        super().__init__(analyzer, pinyin)
        self._tools = _Tools(analyzer, taught(), pinyin.dumps(), RecordBuilder(analyzer, pinyin))

    def build(self, doc: SearchDocument) -> IndexRecord:
        """The record that a builder without memory makes."""
        return _built(self._tools, doc)

    def _words_of(self, doc: SearchDocument) -> frozenset[str]:
        return _words(self._tools, doc)


@dataclass(frozen=True, slots=True)
class _Tools:
    """All that a record depends on but its document."""

    analyzer: Analyzer
    taught: int
    readings: str
    builder: RecordBuilder = field(compare=False)


@lru_cache(maxsize=2_000)
def _built(tools: _Tools, doc: SearchDocument) -> IndexRecord:
    return tools.builder.build(doc)


@lru_cache(maxsize=2_000)
def _words(tools: _Tools, doc: SearchDocument) -> frozenset[str]:
    return tools.builder._words_of(doc)


def _edges(text: str, longest: int) -> set[str]:
    return {text[:n] for n in range(1, min(len(text), longest) + 1)}
