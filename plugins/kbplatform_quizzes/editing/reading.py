"""From a draft, or from JSON, to a question: always through the reader of ``quiz.yaml``, whose faults come back to the fields they are of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from kbplatform.sdk import FieldError, Text
from kbplatform_quizzes.bank import read_sheet
from kbplatform_quizzes.editing.drafts import Draft, row_shape, under
from kbplatform_quizzes.editing.shapes import Leaf, Rows, Shape, shape_of
from kbplatform_quizzes.kinds import QuestionType
from kbplatform_quizzes.question import Question
from kbplatform_quizzes.reading import Faults, Unreadable, parse

MAX_DEPTH = 12
NEEDED = Text("请填写", "Please fill this in")
_SPLIT = re.compile(r"[,，、;；\n]")
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
"""What YAML reads as it is nowhere, or takes for the end of a line."""


@dataclass(frozen=True, slots=True)
class Read:
    """The question, where it can be asked; and what is wrong, by field: ``""`` is the question as a whole."""

    question: Question | None
    problems: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A value with the field it came from: a text, or members with their names; those of a list have none."""

    path: str
    text: str = ""
    members: tuple[tuple[str | None, Piece], ...] | None = None
    listed: bool = False


def read_draft(kind: str, key: str, draft: Draft, types: Iterable[QuestionType]) -> Read:
    """The question that a draft says, under the id ``key``."""
    shape = shape_of(kind)
    problems = [FieldError(path, NEEDED) for path in _missing(shape, draft, "")]
    try:
        members = (("id", Piece("id", key)), ("type", Piece("type", kind)), *_members(shape, draft, ""))
    except Unreadable as error:
        return Read(None, (FieldError("yaml", error.message),))
    read = _read(Piece("", members=members), types)
    if not problems:
        return read
    known = {p.field for p in problems} | {""}  # that something is missing was said where it is missing
    return Read(None, (*problems, *(p for p in read.problems if p.field not in known)))


def read_json(data: Mapping[str, Any], types: Iterable[QuestionType]) -> Read:
    """The question that JSON says, written as in ``quiz.yaml``."""
    try:
        return _read(_piece(data, "", 0), types)
    except RecursionError:
        return Read(None, (FieldError("", Text("嵌套太深", "nested too deeply")),))


def _read(piece: Piece, types: Iterable[QuestionType]) -> Read:
    lines = [("", '{"questions": ['), *_lines(piece), ("", "]}")]
    sheet = read_sheet("\n".join(text for _, text in lines).encode(), types)
    found = [FieldError(lines[fault.line - 1][0] if fault.line else "", fault.message) for fault in sheet.faults]
    return Read(sheet.questions[0] if sheet.questions and not found else None, tuple(dict.fromkeys(found)))


def _lines(piece: Piece, ahead: str = "") -> Iterator[tuple[str, str]]:
    """Each value on a line of its own, with its path: what YAML's reader says of a line is said of that field."""
    if piece.members is None:
        yield piece.path, f"{ahead}{_quoted(piece.text)},"
        return
    yield piece.path, ahead + ("[" if piece.listed else "{")
    for name, member in piece.members:
        yield from _lines(member, "" if name is None else f"{_quoted(name[:500])}: ")
    yield piece.path, "]," if piece.listed else "},"


def _quoted(text: str) -> str:
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False))


def _piece(value: object, path: str, depth: int) -> Piece:
    if depth > MAX_DEPTH:
        raise RecursionError
    if isinstance(value, Mapping):
        return Piece(path, members=tuple((str(name), _piece(v, under(path, name), depth + 1)) for name, v in value.items()))
    if isinstance(value, list | tuple):
        return Piece(path, members=tuple((None, _piece(v, under(path, i), depth + 1)) for i, v in enumerate(value)), listed=True)
    if isinstance(value, bool):
        return Piece(path, "true" if value else "false")
    return Piece(path, "" if value is None else str(value))


# ---------------------------------------------------------------------- drafts


def _members(shape: Shape, draft: Draft, path: str) -> Iterator[tuple[str, Piece]]:
    for part in shape:
        here, value = under(path, part.name), draft.get(part.name)
        if isinstance(part, Rows):
            rows = [(at, row) for at, row in enumerate(value or ()) if part.keyed or not _empty(part, row)]
            if rows or part.blank:
                yield part.name, _listed(part, rows, here)
        elif part.control == "yaml":
            yield from _foreign(str(value or ""))
        elif (piece := _leaf(part, value, here)) is not None:
            yield part.name, piece


def _listed(rows: Rows, members: list[tuple[int, Draft]], path: str) -> Piece:
    found: list[tuple[str | None, Piece]] = []
    for at, row in members:
        here = under(path, at)
        inner = tuple(_members(row_shape(rows, row), row, here))
        if not rows.shape[0].name:
            found += [(None, piece) for _, piece in inner]
        elif rows.keyed:
            found.append((row["id"].strip(), Piece(here, members=tuple((n, p) for n, p in inner if n != "id"))))
        else:
            found.append((None, Piece(here, members=inner)))
    return Piece(path, members=tuple(found), listed=not rows.keyed)


def _leaf(leaf: Leaf, value: Any, path: str) -> Piece | None:  # noqa: ANN401 - as the control has it
    if leaf.control == "words":
        langs = tuple((lang, Piece(f"{path}.{lang}", value.in_(lang).strip())) for lang in ("zh", "en") if value.in_(lang).strip())
        return Piece(path, members=langs) if langs else None
    text = str(value or "").strip()
    if leaf.control == "tags":
        tags = tuple((None, Piece(path, tag.strip())) for tag in _SPLIT.split(text) if tag.strip())
        return Piece(path, members=tags, listed=True) if tags else None
    return Piece(path, text) if text and (text != leaf.usual or leaf.name == "points") else None


def _foreign(text: str) -> Iterator[tuple[str, Piece]]:
    """The members of a body without a form. Raises Unreadable."""
    if not text.strip():
        return
    parse(text.encode(), Faults())  # no references, not too much of it
    found = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - strings, lists and mappings only
    for name, value in found.items() if isinstance(found, dict) else ():
        piece = _piece(value, "yaml", 1)
        yield str(name), _all_at(piece, "yaml")


def _all_at(piece: Piece, path: str) -> Piece:
    members = None if piece.members is None else tuple((name, _all_at(member, path)) for name, member in piece.members)
    return Piece(path, piece.text, members, piece.listed)


def _empty(rows: Rows, row: Draft) -> bool:
    """Whether nothing was written into a row: what is only picked or ticked doesn't count."""
    for part in row_shape(rows, row):
        value = row.get(part.name)
        if isinstance(part, Rows):
            if not all(_empty(part, inner) for inner in value or ()):
                return False
        elif isinstance(value, Text):
            if value.zh.strip() or value.en.strip():
                return False
        elif part.control in {"line", "number"} and str(value or "").strip() not in {"", part.usual}:
            return False
    return True


def _missing(shape: Shape, draft: Draft, path: str) -> Iterator[str]:
    for part in shape:
        here, value = under(path, part.name), draft.get(part.name)
        if isinstance(part, Rows):
            for at, row in enumerate(value or ()):
                if part.keyed or not _empty(part, row):
                    yield from _missing(row_shape(part, row), row, under(here, at))
        elif part.needed and not (value.zh.strip() or value.en.strip() if isinstance(value, Text) else str(value or "").strip()):
            yield here
