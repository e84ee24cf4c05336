"""The glossary for readers: in order, filtered, a page at a time."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from kbplatform.bilingual import HAN_RANGE, Text
from kbplatform.errors import NotFound
from kbplatform.glossary.terms import Concept, Glossary

PAGE_SIZE = 40
"""Terms on a page: it stays well under 30 kB with definitions and synonyms."""
_RUNS = re.compile(rf"([{HAN_RANGE}]+)")


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of the index, and where its first term stands."""

    letter: str
    page: int
    term: str


@dataclass(frozen=True, slots=True)
class TermList:
    """A page of terms. ``letters`` covers all that were found, not only this page; ``page`` counts from 1."""

    terms: tuple[Concept, ...]
    letters: tuple[Letter, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least 1."""
        return max(1, -(-self.total // PAGE_SIZE))


class GlossaryBook:
    """Answers what readers ask of the glossary.

    ``reading`` gives the syllables of a Chinese word (empty where unknown), ``normalise`` the spelling that search
    compares: full width, capitals and traditional characters make no difference.
    """

    def __init__(self, glossary: Glossary, reading: Callable[[str], tuple[str, ...]], normalise: Callable[[str], str]) -> None:
        self._glossary = glossary
        self._reading = reading
        self._normalise = normalise
        self._by_id = {c.id: c for c in glossary.concepts}

    def get(self, concept_id: str) -> Concept:
        """The term with this id. Raises NotFound."""
        concept = self._by_id.get(concept_id)
        if concept is None:
            raise NotFound(
                Text("术语表里没有这一条", "The glossary has no such term"),
                remedy=Text("到术语表里搜一下别的叫法。", "Look in the glossary for what else it may be called."),
            )
        return concept

    def near(self, concept: Concept) -> list[Concept]:
        """The terms beside this one: those it names and those that name it."""
        ids = dict.fromkeys((*concept.near, *(c.id for c in self._glossary.concepts if concept.id in c.near)))
        return [self._by_id[i] for i in ids]

    def pinyin(self, word: str) -> str:
        """How a Chinese word is read, without tones, for people; empty where a character is unknown."""
        return " ".join(self._reading(word)).replace("v", "ü") if _RUNS.fullmatch(word) else ""

    def listing(self, query: str = "", lang: str = "zh", page: int = 1) -> TermList:
        """One page of the terms in ``lang``'s order (pinyin, or A–Z) that hold ``query`` in a form, pinyin or initials.

        Raises NotFound for a page there is none of.
        """
        wanted = self._normalise(query.strip()).replace("-", " ")
        found = [c for c in self._glossary.concepts if not wanted or self._matches(c, wanted)]
        keyed = sorted(((self._key(c.name(lang)), c) for c in found), key=lambda pair: (pair[0], pair[1].id))
        letters: dict[str, Letter] = {}
        for i, (key, concept) in enumerate(keyed):
            letter = key[:1].upper() if key[:1].isascii() and key[:1].isalpha() else "#"
            letters.setdefault(letter, Letter(letter, i // PAGE_SIZE + 1, concept.id))
        start = (page - 1) * PAGE_SIZE
        if page < 1 or (page > 1 and start >= len(keyed)):
            raise NotFound(Text("没有这一页", "There is no such page"))
        return TermList(tuple(c for _, c in keyed[start : start + PAGE_SIZE]), tuple(letters.values()), len(keyed), page)

    def _matches(self, concept: Concept, wanted: str) -> bool:
        inside = wanted if not wanted.isascii() else " " + wanted  # letters begin a word, characters may stand anywhere
        if any(inside in " " + self._normalise(form).replace("-", " ") for form in concept.forms):
            return True
        letters = wanted.replace(" ", "")
        readings = [self._reading(form) for form in (concept.zh, *concept.also_zh) if _RUNS.fullmatch(form)]
        return letters.isascii() and any("".join(r).startswith(letters) or "".join(s[0] for s in r).startswith(letters) for r in readings)

    def _key(self, name: str) -> str:
        """What a name is sorted by: pinyin where it is Chinese, itself elsewhere."""
        parts = (" ".join(self._reading(p)) or p if _RUNS.fullmatch(p) else p.casefold() for p in _RUNS.split(name) if p)
        return " ".join(parts)
