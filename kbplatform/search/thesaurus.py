"""The glossary in the terms of one analyzer: what a query names, and what else that is called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kbplatform.glossary import Glossary
from kbplatform.search.analysis import Analyzer

LONGEST_FORM = 5
"""Tokens in the longest form looked for in a query."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Tokens ``start:end`` of a query name a concept; ``names`` are its proper names as terms, ``synonyms`` its
    other forms, ``related`` the proper names of concepts near it."""

    start: int
    end: int
    names: tuple[tuple[str, ...], ...]
    synonyms: tuple[tuple[str, ...], ...]
    related: tuple[tuple[str, ...], ...]


class Thesaurus:
    """The glossary in the terms of one analyzer."""

    def __init__(self, glossary: Glossary, analyzer: Analyzer) -> None:
        self._near = {c.id: c.near for c in glossary.concepts}

        def terms(form: str) -> tuple[str, ...]:
            return tuple(t.term for t in analyzer.query_tokens(analyzer.normalise(form)))

        self._forms = {c.id: tuple(dict.fromkeys(terms(f) for f in c.forms)) for c in glossary.concepts}
        self._names = {c.id: (terms(c.zh), terms(c.en)) for c in glossary.concepts}
        self._owners: dict[tuple[str, ...], list[str]] = {}
        for id_, forms in self._forms.items():
            for form in forms:
                self._owners.setdefault(form, []).append(id_)
        self.vocabulary = frozenset(t for form in self._owners if len(form) == 1 for t in form)

    def forms(self) -> Iterable[tuple[str, ...]]:
        """Every form of every concept, as terms."""
        return self._owners.keys()

    def concepts(self, form: tuple[str, ...]) -> tuple[str, ...]:
        """Ids of the concepts that these terms name together."""
        return tuple(self._owners.get(form, ()))

    def mentions(self, terms: Sequence[str]) -> list[Mention]:
        """Concepts named in a query, longest first from the left, without overlap."""
        found: list[Mention] = []
        start = 0
        while start < len(terms):
            for end in range(min(len(terms), start + LONGEST_FORM), start, -1):
                owners = self._owners.get(tuple(terms[start:end]))
                if owners:
                    found.append(self._mention(start, end, tuple(terms[start:end]), owners))
                    start = end
                    break
            else:
                start += 1
        return found

    def _mention(self, start: int, end: int, said: tuple[str, ...], owners: Iterable[str]) -> Mention:
        names = dict.fromkeys(n for id_ in owners for n in self._names[id_] if n != said)
        synonyms = dict.fromkeys(f for id_ in owners for f in self._forms[id_] if f and f != said and f not in names)
        related = dict.fromkeys(name for id_ in owners for near in self._near[id_] for name in self._names[near])
        others = tuple(r for r in related if r not in synonyms and r not in names and r != said)
        return Mention(start, end, tuple(names), tuple(synonyms), others)
