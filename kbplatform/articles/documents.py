"""The text form of an article: front matter and Markdown, parsed with line numbers."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from kbplatform.bilingual import Text
from kbplatform.plugin.contributions import Problem

MAX_SOURCE_BYTES = 200_000
AUDIENCE = r"^(everyone|signed-in|team:[a-z0-9-]{1,40})$"
"""Who an article may be for."""
_FENCE = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*$\n?", re.DOTALL | re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class FrontMatter(BaseModel):
    """What stands between the ``---`` lines."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    title: str = Field(min_length=1, max_length=120)
    number: int | None = Field(default=None, ge=1, le=9999)
    slug: str = Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=80)
    group: str | None = None
    related: list[int] = Field(default_factory=list, max_length=12)
    moment: Literal["call", "coach", "manage"] = "manage"
    angle: str = Field(default="", max_length=160)
    summary: str = Field(default="", max_length=400)
    aliases: list[str] = Field(default_factory=list, max_length=40)
    asks: list[Annotated[str, Field(min_length=1, max_length=120)]] = Field(default_factory=list, max_length=80)
    owner: str = Field(default="", max_length=80)
    verify_days: int = Field(default=180, ge=1, le=3650)
    audience: str = Field(default="everyone", pattern=AUDIENCE)

    @field_validator("aliases", "asks", mode="before")
    @classmethod
    def _words(cls, value: object) -> object:
        return [str(v) if isinstance(v, int | float) and not isinstance(v, bool) else v for v in value] if isinstance(value, list) else value


class BrokenDocument(Exception):
    """A file that cannot be read as an article; carries what is wrong and where."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed article text. ``body_line`` is the line of the file on which the Markdown begins."""

    path: str
    lang: str
    front: FrontMatter
    body: str
    body_line: int
    source: str

    @property
    def hash(self) -> str:
        """Content hash of the whole text."""
        return hashlib.sha256(self.source.encode()).hexdigest()


def decode(raw: bytes, path: str) -> str:
    """Bytes of a file → text with LF line ends. Raises BrokenDocument."""
    if len(raw) > MAX_SOURCE_BYTES:
        limit = MAX_SOURCE_BYTES // 1000
        raise BrokenDocument([Problem(path, 0, Text(f"文件超过 {limit} kB", f"the file is larger than {limit} kB"))])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        message = Text(f"第 {error.start} 字节起不是 UTF-8", f"not UTF-8 from byte {error.start} on")
        raise BrokenDocument([Problem(path, line, message)]) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    found = _CONTROL.search(text)
    if found:
        line = text[: found.start()].count("\n") + 1
        raise BrokenDocument([Problem(path, line, Text("含有控制字符", "contains a control character"))])
    return unicodedata.normalize("NFC", text)


def parse(source: str, *, path: str, lang: str) -> Document:
    """Text → Document. Raises BrokenDocument with every problem of the front matter, with lines."""
    match = _FENCE.match(source)
    if match is None:
        message = Text("开头要有 --- 包住的文件头", "must begin with front matter between two --- lines")
        raise BrokenDocument([Problem(path, 1, message)])
    front = _front_matter(match[1], path)
    body_line = source[: match.end()].count("\n") + 1
    return Document(path, lang, front, source[match.end() :], body_line, source)


def _front_matter(block: str, path: str) -> FrontMatter:
    try:
        data = yaml.safe_load(block)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        reason = getattr(error, "problem", None) or str(error)
        raise BrokenDocument([Problem(path, line, Text(f"文件头不是有效的 YAML：{reason}", f"front matter is not valid YAML: {reason}"))]) from error
    if not isinstance(data, dict):
        raise BrokenDocument([Problem(path, 1, Text("文件头要写成“键: 值”", "front matter must be `key: value` lines"))])
    try:
        return FrontMatter.model_validate(data)
    except ValidationError as error:
        raise BrokenDocument([_explain(e["loc"], e["msg"], block, path) for e in error.errors()]) from error


def _explain(loc: tuple[int | str, ...], reason: str, block: str, path: str) -> Problem:
    key = str(loc[0]) if loc else ""
    lines = block.split("\n")
    at = next((i for i, line in enumerate(lines) if line.startswith(f"{key}:")), None)
    return Problem(path, at + 2 if at is not None else 1, Text(f"{key}：{reason}", f"{key}: {reason}"))
