"""The field's terms, zh ↔ en, from ``content/glossary.toml``: words for the segmenter, synonyms for queries."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kbplatform.search.analysis import Analyzer, is_han

LONGEST_FORM = 5
"""Tokens in the longest form looked for in a query."""
_KEYS = frozenset({"id", "zh", "en", "abbr", "also_zh", "also_en", "near", "pinyin"})


class GlossaryError(Exception):
    """The glossary file cannot be used; the message names file, term and what is wrong."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One meaning. ``zh`` and ``en`` are its names on our pages; ``also`` what else people say;
    ``near`` ids of concepts somebody who says this may be after."""

    id: str
    zh: str
    en: str
    abbr: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    near: tuple[str, ...] = ()

    @property
    def forms(self) -> tuple[str, ...]:
        """Every way to say it, the proper names first."""
        return tuple(dict.fromkeys(f for f in (self.zh, self.en, *self.abbr, *self.also) if f))


@dataclass(frozen=True, slots=True)
class Glossary:
    """``pinyin`` holds readings that pypinyin gets wrong; ``digest`` changes with the file."""

    concepts: tuple[Concept, ...] = ()
    pinyin: tuple[tuple[str, tuple[str, ...]], ...] = ()
    digest: str = ""

    @classmethod
    def load(cls, path: Path) -> Glossary:
        """Read a file; an absent one is an empty glossary.

        Raises GlossaryError for broken TOML, unknown keys and ids, or a term without both names.
        """
        if not path.is_file():
            return cls()
        raw = path.read_bytes()
        try:
            data = tomllib.loads(raw.decode("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            msg = f"{path}: {error}"
            raise GlossaryError(msg) from error
        concepts: list[Concept] = []
        readings: list[tuple[str, tuple[str, ...]]] = []
        for item in data.get("term", []):
            concepts.append(_concept(item, path))
            readings += [(word, tuple(reading.split())) for word, reading in item.get("pinyin", {}).items()]
        known = {c.id for c in concepts}
        for concept in concepts:
            for other in concept.near:
                if other not in known:
                    msg = f"{path}: term {concept.id}: near names {other}, which isn't there"
                    raise GlossaryError(msg)
        return cls(tuple(concepts), tuple(readings), hashlib.sha256(raw).hexdigest()[:12])

    @property
    def words(self) -> tuple[str, ...]:
        """Chinese forms, for the segmenter."""
        return tuple(dict.fromkeys(f for c in self.concepts for f in c.forms if is_han(f)))

    def collisions(self) -> list[str]:
        """Forms that stand in more than one term, each with the ids: they blur both meanings."""
        owners: dict[str, list[str]] = {}
        for concept in self.concepts:
            for form in {f.casefold() for f in concept.forms}:
                owners.setdefault(form, []).append(concept.id)
        return [f"{form}: {', '.join(ids)}" for form, ids in sorted(owners.items()) if len(ids) > 1]


def _concept(item: dict[str, Any], path: Path) -> Concept:
    name = item.get("id") or item.get("en") or "?"
    unknown = item.keys() - _KEYS
    if unknown or not item.get("zh") or not item.get("en"):
        wrong = f"unknown keys {', '.join(sorted(unknown))}" if unknown else "needs zh and en"
        msg = f"{path}: term {name}: {wrong}"
        raise GlossaryError(msg)
    return Concept(
        id=str(item.get("id") or item["en"]).casefold().replace(" ", "-"),
        zh=item["zh"],
        en=item["en"],
        abbr=tuple(item.get("abbr", ())),
        also=(*item.get("also_zh", ()), *item.get("also_en", ())),
        near=tuple(item.get("near", ())),
    )


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
        self._concepts = glossary.concepts
        self._by_id = {c.id: c for c in glossary.concepts}
        self._query_terms: Callable[[str], tuple[str, ...]] = lambda form: tuple(
            t.term for t in analyzer.query_tokens(analyzer.normalise(form))
        )
        self._forms = {c.id: tuple(dict.fromkeys(self._query_terms(f) for f in c.forms)) for c in glossary.concepts}
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
        proper = (self._query_terms(name) for id_ in owners for name in (self._by_id[id_].zh, self._by_id[id_].en))
        names = dict.fromkeys(n for n in proper if n != said)
        synonyms = dict.fromkeys(f for id_ in owners for f in self._forms[id_] if f and f != said and f not in names)
        near = (self._by_id[n] for id_ in owners for n in self._by_id[id_].near)
        related = dict.fromkeys(self._query_terms(name) for c in near for name in (c.zh, c.en))
        others = tuple(r for r in related if r not in synonyms and r not in names and r != said)
        return Mention(start, end, tuple(names), tuple(synonyms), others)
