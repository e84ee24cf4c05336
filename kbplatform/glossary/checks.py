"""What a glossary must and should be, each finding with file and line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

from kbplatform.bilingual import HAN_RANGE, Text
from kbplatform.glossary.entries import Entry, Fault, GlossaryFile, read_file
from kbplatform.glossary.terms import duplicate_ids, lost_neighbours, merged

LONGEST_MEANING = {"zh": 60, "en": 30}
"""Characters of a Chinese definition, words of an English one."""
_HAN = re.compile(rf"[{HAN_RANGE}]")
_SYLLABLE = re.compile(r"[a-z]{1,6}")


def check_glossary(paths: Iterable[Path]) -> list[Fault]:
    """Everything wrong with these files, the later read over the earlier, by file and line."""
    files = [read_file(path) for path in paths]
    entries = merged(files)
    faults = [fault for file in files for fault in file.faults]
    faults += duplicate_ids(files)
    faults += lost_neighbours(entries)
    faults += _collisions(entries)
    for file in files:
        faults += _readings(file)
    for entry in entries.values():
        faults += _meaning(entry)
        faults += _repeats(entry)
    return sorted(faults, key=lambda f: (f.path, f.line, f.message.en))


def normal(form: str) -> str:
    """A form as search compares it: full width, case and traditional characters make no difference."""
    return _simplifier()(unicodedata.normalize("NFKC", form).casefold())


def written_forms(entry: Entry) -> Iterator[tuple[str, str]]:
    """Every form with the key it is written under."""
    term = entry.term
    yield "zh", term.zh
    yield "en", term.en
    for key, forms in (("abbr", term.abbr), ("also_zh", term.also_zh), ("also_en", term.also_en)):
        for form in forms:
            yield key, form


def _collisions(entries: dict[str, Entry]) -> Iterator[Fault]:
    owners: dict[str, tuple[str, str]] = {}
    for key, entry in entries.items():
        for where, form in written_forms(entry):
            owner, said = owners.setdefault(normal(form), (key, form))
            if owner == key:
                continue
            first = entries[owner]
            place = f"{Path(first.path).name}:{first.line()}"
            as_said = "" if said == form else f"（{said}）"
            message = Text(
                f"“{form}”{as_said}已属于术语 {owner}（{place}）：一个说法只归一个术语",
                f"“{form}” belongs to the term {owner} ({place}) already: one form, one term",
            )
            yield Fault(entry.path, entry.line(where), message)


def _repeats(entry: Entry) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for where, form in written_forms(entry):
        if normal(form) in seen:
            message = Text(f"“{form}”写了两遍", f"“{form}” is given twice")
            yield Fault(entry.path, entry.line(where), message, "warning")
        seen[normal(form)] = form


def _readings(file: GlossaryFile) -> Iterator[Fault]:
    written = [(word, reading, file.reading_lines.get(word, 0)) for word, reading in file.readings.items()]
    written += [(word, reading, e.line("pinyin")) for e in file.entries for word, reading in e.term.pinyin.items()]
    for word, reading, line in written:
        syllables = reading.split()
        if not word or not all(_HAN.fullmatch(c) for c in word):
            yield Fault(file.path, line, Text(f"读音只给汉字词：{word}", f"readings are for Chinese words: {word}"))
        elif len(syllables) != len(word):
            message = Text(
                f"{word} 有 {len(word)} 个字，读音有 {len(syllables)} 个音节",
                f"{word} has {len(word)} characters, its reading {len(syllables)} syllables",
            )
            yield Fault(file.path, line, message)
        elif not all(_SYLLABLE.fullmatch(s) for s in syllables):
            message = Text(f"{word} 的读音用小写字母，不标声调，ü 写 v", f"the reading of {word}: small letters without tones, ü as v")
            yield Fault(file.path, line, message)


def _meaning(entry: Entry) -> Iterator[Fault]:
    term = entry.term
    if bool(term.means_zh) != bool(term.means_en):
        missing, there = ("means_en", "means_zh") if term.means_zh else ("means_zh", "means_en")
        yield Fault(entry.path, entry.line(there), Text(f"术语 {term.key} 缺 {missing}", f"term {term.key}: {missing} is missing"), "warning")
    for lang, text in (("zh", term.means_zh), ("en", term.means_en)):
        size, limit = (len(text) if lang == "zh" else len(text.split())), LONGEST_MEANING[lang]
        if size > limit:
            message = Text(
                f"术语 {term.key} 的 means_{lang} 有 {size}，最多 {limit}（中文按字，英文按词）",
                f"term {term.key}: means_{lang} has {size}, at most {limit} (characters in Chinese, words in English)",
            )
            yield Fault(entry.path, entry.line(f"means_{lang}"), message)


@cache
def _simplifier() -> Callable[[str], str]:
    from opencc import OpenCC  # noqa: PLC0415 - reads its dictionaries, wanted by checks only

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert
