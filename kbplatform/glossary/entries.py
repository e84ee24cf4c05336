"""The text form of the glossary: TOML, read with the line of each term."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kbplatform.bilingual import Text

Form = Annotated[str, Field(min_length=1, max_length=60)]
_HEADER = re.compile(r"^\s*\[\[\s*term\s*\]\]")
_TABLE = re.compile(r"^\s*\[\[?\s*([\w-]+)\s*\]\]?\s*(?:#.*)?$")
_TOML_LINE = re.compile(r"at line (\d+)")


class Term(BaseModel):
    """One ``[[term]]`` as it is written. ``mark`` is off for everyday words, which articles do not underline."""

    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)

    id: str = Field(default="", pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$|^$", max_length=60)
    zh: Form
    en: Form
    abbr: list[Form] = Field(default_factory=list)
    also_zh: list[Form] = Field(default_factory=list)
    also_en: list[Form] = Field(default_factory=list)
    near: list[str] = Field(default_factory=list)
    pinyin: dict[str, str] = Field(default_factory=dict)
    means_zh: str = ""
    means_en: str = ""
    mark: bool = True

    @property
    def key(self) -> str:
        """The id; a term that gives none has its English name."""
        return self.id or re.sub(r"[^a-z0-9]+", "-", self.en.casefold()).strip("-") or "term"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a glossary file. ``line`` is 1-based, 0 means the file as a whole; a ``fatal`` one stops the start."""

    path: str
    line: int
    message: Text
    level: Literal["error", "warning"] = "error"
    fatal: bool = False

    def in_(self, lang: str) -> str:
        """``file:line: what is wrong`` in one language."""
        return f"{self.path}:{self.line}: {self.message.in_(lang)}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A term and where it is written."""

    term: Term
    path: str
    lines: tuple[tuple[str, int], ...]
    """Key → line; ``""`` is the line of the header."""

    def line(self, key: str = "") -> int:
        """Where ``key`` stands, else the term itself; 0 where the file is laid out in a way that hides it."""
        known = dict(self.lines)
        return known.get(key, known.get("", 0))


@dataclass(slots=True)
class GlossaryFile:
    """What one file says: terms, readings of words that belong to no term, and what cannot be used."""

    path: str
    entries: list[Entry] = field(default_factory=list)
    readings: dict[str, str] = field(default_factory=dict)
    reading_lines: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read_file(path: Path) -> GlossaryFile:
    """A file's terms and readings, with every fault that keeps one of them from use; an absent file is an empty one."""
    result = GlossaryFile(str(path))
    if not path.is_file():
        return result
    try:
        text = path.read_bytes().decode("utf-8")
        data = tomllib.loads(text)
    except UnicodeDecodeError as error:
        result.faults.append(_fatal(path, 0, Text(f"不是 UTF-8（第 {error.start} 字节）", f"not UTF-8 (byte {error.start})")))
        return result
    except tomllib.TOMLDecodeError as error:
        at = _TOML_LINE.search(str(error))
        result.faults.append(_fatal(path, int(at[1]) if at else 0, Text(f"TOML 写错了：{error}", f"not valid TOML: {error}")))
        return result
    lines = text.split("\n")
    for name in sorted(data.keys() - {"term", "readings"}):
        result.faults.append(_fatal(path, _line_of(lines, name), Text(f"没有“{name}”这种表", f"unknown table {name}")))
    _read_terms(result, data.get("term", []), lines)
    _read_readings(result, data.get("readings", {}), lines)
    return result


def _read_terms(result: GlossaryFile, items: Any, lines: list[str]) -> None:  # noqa: ANN401 - whatever TOML holds
    path = Path(result.path)
    if not isinstance(items, list):
        result.faults.append(_fatal(path, _line_of(lines, "term"), Text("写成 [[term]]，每个术语一段", "write [[term]], one for each term")))
        return
    blocks = list(_blocks(lines))
    if len(blocks) != len(items):  # written as an inline array, or a header inside a text: no line is better than a wrong one
        blocks = [((("", 0),)) for _ in items]
    for item, block in zip(items, blocks, strict=True):
        try:
            result.entries.append(Entry(Term.model_validate(item), result.path, block))
        except ValidationError as error:
            known = dict(block)
            name = item.get("id") or item.get("en") or item.get("zh") or "?" if isinstance(item, dict) else "?"
            for line, message in _messages(error, known, str(name)):
                result.faults.append(_fatal(path, line, message))


def _messages(error: ValidationError, lines: dict[str, int], name: str) -> Iterator[tuple[int, Text]]:
    problems = error.errors(include_url=False)
    unknown = sorted(str(p["loc"][0]) for p in problems if p["type"] == "extra_forbidden")
    missing = [str(p["loc"][0]) for p in problems if p["type"] == "missing"]
    if unknown:
        keys = ", ".join(unknown)
        yield lines.get(unknown[0], lines.get("", 0)), Text(f"术语 {name}：没有这样的键：{keys}", f"term {name}: unknown keys {keys}")
    if missing:
        yield lines.get("", 0), Text(f"术语 {name}：zh 和 en 都要写", f"term {name}: needs zh and en")
    for p in problems:
        if p["type"] not in {"extra_forbidden", "missing"}:
            key = str(p["loc"][0]) if p["loc"] else ""
            yield lines.get(key, lines.get("", 0)), Text(f"术语 {name}：{key} 写得不对（{p['msg']}）", f"term {name}: {key}: {p['msg']}")


def _read_readings(result: GlossaryFile, table: Any, lines: list[str]) -> None:  # noqa: ANN401 - whatever TOML holds
    start = _line_of(lines, "readings")
    for word, reading in table.items() if isinstance(table, dict) else [("readings", None)]:
        pattern = re.compile(rf"""^\s*["']?{re.escape(str(word))}["']?\s*=""")
        line = next((n for n, text in enumerate(lines[start:], start + 1) if pattern.match(text)), start)
        if not isinstance(reading, str):
            message = Text(f"读音 {word}：写成 \"chong fu\" 这样的文字", f'reading {word}: write it as text like "chong fu"')
            result.faults.append(_fatal(Path(result.path), line, message))
            continue
        result.readings[word] = reading
        result.reading_lines[word] = line


def _blocks(lines: list[str]) -> Iterator[tuple[tuple[str, int], ...]]:
    block: list[tuple[str, int]] | None = None
    for number, text in enumerate(lines, 1):
        if _TABLE.match(text):
            if block is not None:
                yield tuple(block)
            block = [("", number)] if _HEADER.match(text) else None
        elif block is not None and (key := re.match(r"^\s*([\w-]+)\s*=", text)):
            block.append((key[1], number))
    if block is not None:
        yield tuple(block)


def _line_of(lines: list[str], table: str) -> int:
    pattern = re.compile(rf"^\s*(\[\[?\s*)?{re.escape(table)}\b")
    return next((n for n, text in enumerate(lines, 1) if pattern.match(text)), 0)


def _fatal(path: Path, line: int, message: Text) -> Fault:
    return Fault(str(path), line, message, fatal=True)
