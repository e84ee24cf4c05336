"""How people would look for a generated page: known-item queries of seven kinds."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import opencc

from kbplatform.plugin.contributions import SearchDocument
from kbplatform.search.pinyin import initials

if TYPE_CHECKING:
    from corpus import Corpus, Topic

FRAGMENT_WORDS = 4
SPOKEN_OF = ("steps", "wrong", "do", "measure")
"""Sections a sentence is remembered from."""


@dataclass(frozen=True, slots=True)
class Query:
    """``keys`` are the pages that answer it."""

    text: str
    kind: str
    lang: str
    keys: frozenset[str]

    def row(self) -> dict[str, object]:
        """As a line of a query file."""
        return {"query": self.text, "kind": self.kind, "lang": self.lang, "keys": sorted(self.keys)}


def make_queries(
    key: str, documents: tuple[SearchDocument, ...], topics: Mapping[str, Topic], source: random.Random, corpus: Corpus
) -> tuple[Query, ...]:
    """One or two queries for a page, of kinds drawn by ``source``; all name it so that no other page fits as well."""
    found: dict[str, Query] = {}
    for _ in range(source.choice((1, 2))):
        document = source.choice(documents)
        kind = source.choice(tuple(_KINDS[document.lang]))
        text = _KINDS[document.lang][kind](document, topics[document.lang], source, corpus)
        if text:
            found.setdefault(kind, Query(text, kind, document.lang, frozenset({key})))
    return tuple(found.values())


def _title(_document: SearchDocument, topic: Topic, source: random.Random, _corpus: Corpus) -> str:
    words = [*topic.words]
    source.shuffle(words)
    return " ".join(words)


def _spoken(_document: SearchDocument, topic: Topic, _source: random.Random, _corpus: Corpus) -> str:
    return f"{topic.circumstance}{topic.thing}{topic.spoken}" if not topic.thing.isascii() else f"{topic.thing} {topic.spoken} {topic.circumstance}"


def _fragment(document: SearchDocument, topic: Topic, source: random.Random, corpus: Corpus) -> str:
    """A few words that stand together in one section, one of them the page's own; of several sentences the rarest.

    The sentences of real pages stand in many generated ones: without a word that was put in, they name none of them.
    """
    own = corpus.own_words(document.lang).union(t.surface for w in topic.words for t in corpus.analyzer.query_tokens(w))
    lines = [line for s in document.sections if s.id in SPOKEN_OF for line in s.text.split("\n")]
    best, rarity = "", 0.0
    for line in source.sample(lines, min(len(lines), 8)):
        normal = corpus.analyzer.align(line)
        tokens = corpus.analyzer.query_tokens(normal.text)
        for start in range(len(tokens) - FRAGMENT_WORDS + 1):
            window = tokens[start : start + FRAGMENT_WORDS]
            if any(normal.text[a.end : b.start].strip() for a, b in pairwise(window)):
                continue  # a mark stands between: nobody types across it
            if own.isdisjoint(t.surface for t in window):
                continue
            rare = sum(corpus.rarity(document.lang, t.surface) for t in window)
            if rare > rarity:
                best, rarity = line[slice(*normal.original(window[0].start, window[-1].end))], rare
    return best


def _pinyin(_document: SearchDocument, topic: Topic, source: random.Random, corpus: Corpus) -> str:
    words = [*topic.words]
    source.shuffle(words)
    return " ".join("".join(corpus.pinyin.syllables(word)) for word in words)


def _initials(_document: SearchDocument, topic: Topic, _source: random.Random, corpus: Corpus) -> str:
    return " ".join(initials(corpus.pinyin.syllables(word)) for word in (topic.circumstance, topic.thing, topic.issue))


def _homophone(_document: SearchDocument, topic: Topic, source: random.Random, corpus: Corpus) -> str:
    """One character of the thing is another that sounds the same, as an input method offers it."""
    words = [*topic.words]
    place = source.randrange(len(topic.thing))
    syllable = corpus.pinyin.syllables(topic.thing)[place]
    others = [c for c in corpus.homophones(syllable) if c != topic.thing[place]]
    if not others:
        return ""
    words[0] = topic.thing[:place] + source.choice(others) + topic.thing[place + 1 :]
    return " ".join(words)


def _traditional(document: SearchDocument, topic: Topic, source: random.Random, corpus: Corpus) -> str:
    return str(_TO_TRADITIONAL.convert(_title(document, topic, source, corpus)))


def _mistyped(_document: SearchDocument, topic: Topic, source: random.Random, _corpus: Corpus) -> str:
    """One slip of the fingers in the longest word: two letters swapped, one left out, or one doubled."""
    words = " ".join(topic.words).split()
    longest = max(range(len(words)), key=lambda i: len(words[i]))
    words[longest] = slip(words[longest], source)
    return " ".join(words)


def slip(word: str, source: random.Random) -> str:
    """``word`` with one typing error behind its first letter."""
    at = source.randrange(1, max(2, len(word) - 1))
    swapped = word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
    forms = [f for f in (swapped, word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:]) if f != word]
    return source.choice(forms)


_TO_TRADITIONAL = opencc.OpenCC("s2t")
_Make = Callable[["SearchDocument", "Topic", random.Random, "Corpus"], str]
_KINDS: dict[str, dict[str, _Make]] = {
    "zh": {"title": _title, "spoken": _spoken, "fragment": _fragment, "pinyin": _pinyin, "initials": _initials, "typo": _homophone, "traditional": _traditional},
    "en": {"title": _title, "spoken": _spoken, "fragment": _fragment, "typo": _mistyped},
}  # fmt: skip
