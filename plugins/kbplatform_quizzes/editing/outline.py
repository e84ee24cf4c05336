"""A question in words for its authors: everything in it line by line, and what differs between two of its texts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING

from kbplatform.sdk import LANGS, Text
from kbplatform_quizzes.editing.drafts import Draft, filled, plain, row_shape
from kbplatform_quizzes.editing.shapes import Leaf, Rows, Shape, shape_of
from kbplatform_quizzes.question import NOTHING

if TYPE_CHECKING:
    from kbplatform_quizzes.question import Question

_YES, _NO = Text("是", "yes"), Text("否", "no")
_KIND = Text("题型", "Type")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of an outline. ``value`` is None for a heading; ``same`` says that it has no languages, such as a number."""

    label: Text
    value: Text | None
    depth: int = 0
    same: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """What stood in a place before and what stands there now; ``lang`` is the language of both, empty where they have none."""

    label: Text
    before: str
    after: str
    lang: str = ""


def outline(question: Question) -> list[Entry]:
    """Everything in a question, with key and feedback: for its authors only."""
    shape = shape_of(question.body.kind)
    return list(_entries(shape, filled(shape, question.written()), 0))


def _entries(shape: Shape, draft: Draft, depth: int) -> Iterator[Entry]:
    for part in shape:
        value = draft.get(part.name)
        if isinstance(part, Rows):
            for number, row in enumerate(value or (), 1):
                if not part.shape[0].name:
                    yield Entry(_numbered(part, number, row), row[""], depth)
                    continue
                yield Entry(_headed(part, number, row), None, depth)
                inner = tuple(p for p in row_shape(part, row) if isinstance(p, Rows) or p.control == "words")
                yield from _entries(inner, row, depth + 1)
        elif value:
            yield Entry(part.label, value if isinstance(value, Text) else _said(part, value), depth, same=not isinstance(value, Text))


def _headed(rows: Rows, number: int, row: Draft) -> Text:
    """What a row is called, with everything in it that has no languages."""
    label = _numbered(rows, number, row)
    for leaf in row_shape(rows, row):
        value = "" if isinstance(leaf, Rows) or leaf.control == "words" or leaf.name == "id" else str(row.get(leaf.name) or "")
        if isinstance(leaf, Leaf) and value:
            said = Text("✓", "✓") if leaf.control in {"tick", "one"} else _said(leaf, value)
            label = Text(f"{label.zh} · {leaf.label.zh} {said.zh}", f"{label.en} · {leaf.label.en} {said.en}")
    return label


def _said(leaf: Leaf, value: str) -> Text:
    if leaf.control in {"tick", "one"}:
        return _YES if value == "true" else _NO
    return dict(leaf.picks).get(value, Text(value, value))


def _numbered(rows: Rows, number: int, row: Draft) -> Text:
    name = row["id"] if rows.keyed else str(number)
    return Text(f"{rows.each.zh} {name}", f"{rows.each.en} {name}")


def differences(before: Question, after: Question) -> list[Difference]:
    """What changed, place by place."""
    kinds = before.body.kind, after.body.kind
    found = [Difference(_KIND, *kinds)] if kinds[0] != kinds[1] else []
    shape = shape_of(kinds[1])
    return found + list(_compared(shape, filled(shape, before.written()), filled(shape, after.written()), None))


def _compared(shape: Shape, before: Draft, after: Draft, above: Text | None) -> Iterator[Difference]:
    for part in shape:
        if isinstance(part, Rows):
            yield from _compared_rows(part, before.get(part.name) or [], after.get(part.name) or [], above)
            continue
        was, now = before.get(part.name), after.get(part.name)
        label = _below(above, part.label)
        if part.control == "words":
            one, other = was or NOTHING, now or NOTHING
            yield from (Difference(label, one.in_(lang), other.in_(lang), lang) for lang in LANGS if one.in_(lang) != other.in_(lang))
        elif (was or "") != (now or ""):
            yield Difference(label, *(_plainly(part, value or "") for value in (was, now)))


def _plainly(leaf: Leaf, value: str) -> str:
    return ("✓" if value == "true" else "–") if leaf.control in {"tick", "one"} else value


def _compared_rows(rows: Rows, before: list[Draft], after: list[Draft], above: Text | None) -> Iterator[Difference]:
    for was, now, number in _paired(rows, before, after):
        label = _below(above, _numbered(rows, number, now or was or {}))
        if was is not None and now is not None:
            yield from _compared(row_shape(rows, now), was, now, label)
        elif was is not None or now is not None:
            yield Difference(label, *("" if row is None else _summary(rows, row) for row in (was, now)))


def _paired(rows: Rows, before: list[Draft], after: list[Draft]) -> Iterator[tuple[Draft | None, Draft | None, int]]:
    """Rows that belong together, with the place of the one there is now: by their id, else as far as they are the same."""
    if rows.keyed:
        there = {row["id"]: row for row in before}
        for number, row in enumerate(after, 1):
            yield there.pop(row["id"], None), row, number
        yield from ((row, None, 0) for row in there.values())
        return
    one, other = ([json.dumps(plain(row_shape(rows, row), row), sort_keys=True) for row in side] for side in (before, after))
    for kind, low, high, first, last in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind != "equal":
            for i, j in zip_longest(range(low, high), range(first, last)):
                number = (j if j is not None else i or 0) + 1
                yield None if i is None else before[i], None if j is None else after[j], number


def _summary(rows: Rows, row: Draft) -> str:
    """The first text of a row, in both languages."""
    words = next((row[p.name] for p in rows.shape if isinstance(p, Leaf) and p.control == "words" and row.get(p.name)), None)
    if words is None:
        return next((str(row[p.name]) for p in rows.shape if isinstance(p, Leaf) and row.get(p.name)), "…")
    return words.zh if words.zh == words.en else " / ".join(w for w in (words.zh, words.en) if w)


def _below(above: Text | None, label: Text) -> Text:
    if above is None or not label:
        return label or above or label
    return Text(f"{above.zh} · {label.zh}", f"{above.en} · {label.en}")
