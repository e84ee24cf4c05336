"""The glossary in memory: concepts, what they are called, what they mean, how their words are read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kbplatform.bilingual import HAN_RANGE, Text
from kbplatform.errors import SettingsError
from kbplatform.glossary.entries import Entry, Fault, GlossaryFile, read_file

_ALL_HAN = re.compile(rf"[{HAN_RANGE}]+")


class GlossaryError(Exception):
    """The glossary cannot be used; ``faults`` name file, line and what is wrong."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("; ".join(f.in_("en") for f in faults))

    def in_(self, lang: str) -> str:
        """Every fault in one language."""
        return "; ".join(f.in_(lang) for f in self.faults)


@dataclass(frozen=True, slots=True)
class Concept:
    """One meaning. ``zh`` and ``en`` are its names on our pages; ``also_*`` what else people say; ``near`` ids of
    concepts somebody who says this may be after; ``means`` says in a sentence what it is, where that needs saying.
    ``mark``: whether articles underline it."""

    id: str
    zh: str
    en: str
    abbr: tuple[str, ...] = ()
    also_zh: tuple[str, ...] = ()
    also_en: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    means: Text | None = None
    mark: bool = True

    @property
    def also(self) -> tuple[str, ...]:
        """What else people say, in both languages."""
        return self.also_zh + self.also_en

    @property
    def forms(self) -> tuple[str, ...]:
        """Every way to say it, the proper names first."""
        return tuple(dict.fromkeys((self.zh, self.en, *self.abbr, *self.also)))

    def name(self, lang: str) -> str:
        """Its name in one language."""
        return self.en if lang == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Glossary:
    """``pinyin`` holds readings that pypinyin gets wrong; ``digest`` changes with everything that search uses."""

    concepts: tuple[Concept, ...] = ()
    pinyin: tuple[tuple[str, tuple[str, ...]], ...] = ()
    digest: str = ""

    @classmethod
    def load(cls, *paths: Path) -> Glossary:
        """Read files, the later over the earlier: a term with a known id replaces, another one is added.

        An absent file adds nothing. Raises GlossaryError where a term cannot be used: broken TOML, unknown keys,
        a term without both names, an id given twice in a file, a neighbour that isn't there.
        """
        files = [read_file(path) for path in paths]
        entries = merged(files)
        fatal = [f for file in files for f in file.faults] + duplicate_ids(files) + lost_neighbours(entries)
        if fatal:
            raise GlossaryError(fatal)
        readings = {word: reading for file in files for word, reading in file.readings.items()}
        for entry in entries.values():
            readings |= entry.term.pinyin
        concepts = tuple(_concept(key, entry) for key, entry in entries.items())
        pinyin = tuple((word, tuple(reading.split())) for word, reading in readings.items())
        return cls(concepts, pinyin, _digest(concepts, pinyin) if concepts or pinyin else "")

    @property
    def words(self) -> tuple[str, ...]:
        """Chinese forms and the words that are read otherwise, for the segmenter."""
        forms = (f for c in self.concepts for f in c.forms if _ALL_HAN.fullmatch(f))
        return tuple(dict.fromkeys((*forms, *(word for word, _ in self.pinyin if len(word) > 1))))


def load_glossary(content: Path, data_dir: Path) -> Glossary:
    """The bundled terms with the site's own over them. Raises SettingsError with every fault and its line."""
    try:
        return Glossary.load(*glossary_files(content, data_dir))
    except GlossaryError as error:
        raise SettingsError(
            Text(f"术语表有误：{error.in_('zh')}", f"The glossary can't be used: {error.in_('en')}"),
            remedy=Text(
                "用 kbplatform glossary check 看全部问题，改好再启动。",
                "See `kbplatform glossary check` for all of it; put it right and start again.",
            ),
        ) from error


def glossary_files(content: Path, data_dir: Path | None = None) -> tuple[Path, ...]:
    """The glossary of the content, and the site's own over it."""
    return (content / "glossary.toml", *((data_dir / "glossary.toml",) if data_dir else ()))


def named(glossary: Glossary, said: str, normalise: Callable[[str], str]) -> list[Concept]:
    """The terms with this id or form, in whatever spelling ``normalise`` makes equal."""
    wanted = normalise(said.strip())
    return [c for c in glossary.concepts if c.id == said or any(normalise(f) == wanted for f in c.forms)]


def merged(files: list[GlossaryFile]) -> dict[str, Entry]:
    """Terms by id, the later file's in place of the earlier's."""
    entries: dict[str, Entry] = {}
    for file in files:
        for entry in file.entries:
            entries[entry.term.key] = entry
    return entries


def duplicate_ids(files: list[GlossaryFile]) -> list[Fault]:
    """Ids that one file gives twice."""
    faults: list[Fault] = []
    for file in files:
        first: dict[str, int] = {}
        for entry in file.entries:
            key = entry.term.key
            if key in first:
                at = first[key]
                message = Text(f"编号 {key} 在第 {at} 行已经用了", f"id {key} is taken by the term at line {at}")
                faults.append(Fault(file.path, entry.line("id"), message, fatal=True))
            first.setdefault(key, entry.line())
    return faults


def lost_neighbours(entries: dict[str, Entry]) -> list[Fault]:
    """``near`` that names a term which isn't there."""
    return [
        Fault(
            entry.path,
            entry.line("near"),
            Text(f"术语 {key}：near 里的 {other} 不存在", f"term {key}: near names {other}, which isn't there"),
            fatal=True,
        )
        for key, entry in entries.items()
        for other in entry.term.near
        if other not in entries
    ]


def _concept(key: str, entry: Entry) -> Concept:
    term = entry.term
    means = Text(term.means_zh or term.means_en, term.means_en or term.means_zh) if term.means_zh or term.means_en else None
    return Concept(
        id=key, zh=term.zh, en=term.en, abbr=tuple(term.abbr), also_zh=tuple(term.also_zh), also_en=tuple(term.also_en),
        near=tuple(term.near), means=means, mark=term.mark,
    )  # fmt: skip


def _digest(concepts: tuple[Concept, ...], pinyin: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    """Of names, synonyms, neighbours and readings: a reworded definition must not rebuild the index."""
    used = [(c.id, c.forms, c.zh, c.en, c.near) for c in concepts]
    return hashlib.sha256(repr((used, pinyin)).encode()).hexdigest()[:12]
