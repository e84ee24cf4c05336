"""A question while it is written: as the form has it, as it was sent, and with rows added, moved and taken out.

A draft is a dictionary after a shape: a text in both languages for ``words``, a string for every other leaf, a list of drafts for rows.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Mapping
from typing import Any

import yaml

from kbplatform.sdk import Text
from kbplatform_quizzes.editing.shapes import Leaf, Rows, Shape
from kbplatform_quizzes.question import NOTHING

Draft = dict[str, Any]
Sent = Mapping[str, str]
MAX_ROWS = 200
MAX_PACKED = 1_000_000
"""Bytes of what is folded away in a form, once it is unpacked."""
PACKED, OPEN = "folded", "open"
"""Hidden fields of a form: rows that are folded away, and which one is open."""
_VERBS = ("add", "remove", "up", "down")


def under(path: str, name: object) -> str:
    """The path of a member; a leaf without a name is its row."""
    return f"{path}.{name}" if path and name != "" else str(name or path)


def row_shape(rows: Rows, row: Draft) -> Shape:
    """The members that this row has."""
    if not rows.variants:
        return rows.shape
    return (*rows.shape, *rows.variants.get(row.get(rows.by, ""), next(iter(rows.variants.values()))))


# ---------------------------------------------------------------------- from what is stored


def filled(shape: Shape, written: Mapping[str, Any]) -> Draft:
    """The draft of what is written. What doesn't fit the shape is left out."""
    return {part.name: _rows(part, written.get(part.name)) if isinstance(part, Rows) else _leaf(part, written) for part in shape}


def _leaf(leaf: Leaf, written: Mapping[str, Any]) -> Text | str:
    value = written.get(leaf.name)
    if leaf.control == "words":
        return _text(value)
    if leaf.control == "tags":
        return ", ".join(str(v) for v in value) if isinstance(value, list | tuple) else _string(value)
    if leaf.control == "yaml":
        return yaml.safe_dump(dict(written), allow_unicode=True, sort_keys=False) if written else ""
    if value is None and leaf.control == "pick":
        return leaf.usual or leaf.picks[0][0]
    return _string(value)


def _text(value: object) -> Text:
    if isinstance(value, Mapping):
        return Text(_string(value.get("zh")), _string(value.get("en")))
    return Text(_string(value), _string(value)) if value is not None else NOTHING


def _string(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, str | int | float) else ""


def _rows(rows: Rows, value: object) -> list[Draft]:
    members: list[Mapping[str, Any]] = []
    if isinstance(value, Mapping):
        members = [{"id": key, **(member if isinstance(member, Mapping) else {})} for key, member in value.items()]
    elif isinstance(value, list | tuple):
        members = [member if isinstance(member, Mapping) and rows.shape[0].name else {"": member} for member in value]
    out = []
    for member in members[:MAX_ROWS]:
        row = filled(rows.shape, member)
        out.append(row | filled(row_shape(rows, row)[len(rows.shape) :], member))
    return out


def blank(shape: Shape) -> Draft:
    """An empty draft, with the empty rows that a new question begins with."""
    draft = filled(shape, {})
    for part in shape:
        if isinstance(part, Rows):
            for _ in range(part.blank):
                draft[part.name].append(_new_row(part, draft[part.name]))
        elif part.control == "one":
            draft[part.name] = ""
    return draft


def _new_row(rows: Rows, beside: list[Draft]) -> Draft:
    row = blank(rows.shape)
    if rows.keyed:
        taken = {other["id"] for other in beside}
        row["id"] = next(name for n in range(1, MAX_ROWS + 2) if (name := f"{rows.stub}{n}") not in taken)
    return row | (blank(row_shape(rows, row)[len(rows.shape) :]) if rows.variants else {})


# ---------------------------------------------------------------------- from a form


def sent(shape: Shape, form: Sent, path: str = "") -> Draft:
    """The draft that a form sent."""
    folded = unpacked(form.get(PACKED, "")) if not path else {}
    draft: Draft = {}
    for part in shape:
        here = under(path, part.name)
        if isinstance(part, Rows):
            rows = _sent_rows(part, form, here)
            draft[part.name] = _unfolded(part, folded, rows, form) if part.folded else rows
        elif part.control == "words":
            draft[part.name] = Text(*(_typed(form.get(f"{here}.{lang}", "")) for lang in ("zh", "en")))
        elif part.control == "tick":
            draft[part.name] = "true" if here in form else ""
        elif part.control != "one":
            draft[part.name] = _typed(form.get(here, ""))
    return draft


def _typed(value: str) -> str:
    return value.replace("\r\n", "\n")


def _sent_rows(rows: Rows, form: Sent, path: str) -> list[Draft]:
    numbered = re.compile(re.escape(path) + r"\.(\d{1,4})(?:\.|$)")
    places = sorted({int(match[1]) for name in form if (match := numbered.match(name))})[:MAX_ROWS]
    out = []
    for at in places:
        here = under(path, at)
        row = sent(rows.shape, form, here)
        row |= sent(row_shape(rows, row)[len(rows.shape) :], form, here)
        for leaf in rows.shape:
            if isinstance(leaf, Leaf) and leaf.control == "one":
                row[leaf.name] = "true" if form.get(under(path, leaf.name)) == str(at) else ""
        out.append(row)
    return out


def opened(form: Sent) -> str:
    """The path of the folded row that is open."""
    return form.get(OPEN, "")[:40]


def place_of(path: str, rows: str) -> int | None:
    """The place of a row among ``rows`` (``scenes`` for ``scenes.2``); None where it is none of them."""
    name, _, last = path.partition(".")
    return int(last) if name == rows and last.isascii() and last.isdecimal() and len(last) < 4 else None


def _unfolded(rows: Rows, folded: Mapping[str, Any], there: list[Draft], form: Sent) -> list[Draft]:
    """The rows that were folded away, with what the open one says now."""
    if not isinstance(folded.get(rows.name), list):
        return there
    every, at = _rows(rows, folded[rows.name]), place_of(opened(form), rows.name)
    return every if at is None else every[:at] + there[:1] + every[at + 1 :]


def packed(shape: Shape, draft: Draft, opened: str) -> str:
    """What is folded away, for a hidden field, with a gap for the row that is open; nothing where nothing is."""
    rows = {
        part.name: [{} if under(part.name, at) == opened else plain(row_shape(part, row), row) for at, row in enumerate(draft[part.name])]
        for part in shape
        if isinstance(part, Rows) and part.folded
    }
    if not rows:
        return ""
    return base64.b64encode(zlib.compress(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode(), 9)).decode()


def unpacked(value: str) -> Mapping[str, Any]:
    """The other way round; nothing where it is none of ours or too much."""
    try:
        stream = zlib.decompressobj()
        raw = stream.decompress(base64.b64decode(value, validate=True), MAX_PACKED)
        found = json.loads(raw) if not stream.unconsumed_tail else {}
    except (ValueError, binascii.Error, zlib.error, RecursionError):
        return {}
    return found if isinstance(found, Mapping) else {}


def plain(shape: Shape, draft: Draft) -> dict[str, Any]:
    """A draft as JSON has it, without what is empty; :func:`filled` reads it back."""
    out: dict[str, Any] = {}
    for part in shape:
        value = draft.get(part.name)
        if isinstance(part, Rows):
            rows = [plain(row_shape(part, row), row) for row in value or ()]
            out[part.name] = [row.get("") for row in rows] if not part.shape[0].name else rows
        elif isinstance(value, Text):
            out |= {part.name: {"zh": value.zh, "en": value.en}} if value else {}
        elif value:
            out[part.name] = value
    return out


# ---------------------------------------------------------------------- changing rows


def operate(shape: Shape, draft: Draft, command: str) -> str:
    """Do what a button of a row says (``add:options``, ``up:gaps.0.options.2``); the path of the row to go on with. A command that
    means nothing changes nothing."""
    verb, _, path = command.partition(":")
    found = _find(shape, draft, path if verb == "add" else path.rpartition(".")[0]) if verb in _VERBS else None
    if found is None:
        return ""
    rows, members = found
    if verb == "add":
        if len(members) < MAX_ROWS:
            members.append(_new_row(rows, members))
        return under(path, len(members) - 1)
    where, _, last = path.rpartition(".")
    at = int(last) if last.isascii() and last.isdecimal() and len(last) < 4 else -1
    if not 0 <= at < len(members):
        return ""
    if verb == "remove":
        del members[at]
        return under(where, min(at, len(members) - 1)) if members else ""
    to = min(max(at + (1 if verb == "down" else -1), 0), len(members) - 1)
    members.insert(to, members.pop(at))
    return under(where, to)


def _find(shape: Shape, draft: Draft, path: str) -> tuple[Rows, list[Draft]] | None:
    """The rows at a path."""
    steps = path.split(".")
    for i in range(0, len(steps), 2):
        rows = next((p for p in shape if isinstance(p, Rows) and p.name == steps[i]), None)
        if rows is None:
            return None
        members = draft[rows.name]
        if i + 1 == len(steps):
            return rows, members
        at = int(steps[i + 1]) if steps[i + 1].isascii() and steps[i + 1].isdecimal() and len(steps[i + 1]) < 4 else -1
        if not 0 <= at < len(members):
            return None
        shape, draft = row_shape(rows, members[at]), members[at]
    return None


def follow_names(draft: Draft, form: Sent) -> None:
    """Where a scene, an ending or a gap was renamed, what pointed to it points to its new name."""
    for name in ("scenes", "endings", "gaps"):
        for at, row in enumerate(draft.get(name, [])):
            was = form.get(f"{name}.{at}.was", "")
            if was and row["id"] and was != row["id"] and not any(other["id"] == was for other in _named(draft)):
                _rename(draft, was, row["id"])


def _named(draft: Draft) -> list[Draft]:
    return [row for name in ("scenes", "endings", "gaps") for row in draft.get(name, [])]


def _rename(draft: Draft, was: str, now: str) -> None:
    if "gaps" in draft:
        text = draft["text"]
        old, new = f"{{{{{was}}}}}", f"{{{{{now}}}}}"
        draft["text"] = Text(text.zh.replace(old, new), text.en.replace(old, new))
        return
    draft["start"] = now if draft["start"] == was else draft["start"]
    for scene in draft["scenes"]:
        for choice in scene["choices"]:
            choice["to"] = now if choice["to"] == was else choice["to"]
