"""Recall and false positives over notes as agents type them, written by somebody who had not read the finder."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from kbplatform.privacy import find

_MARK = re.compile(r"⟦(?P<may>\??)(?P<kind>[a-z0-9]+):(?P<value>[^⟧]*)⟧")
CALLED = {"phone": {"mobile", "landline", "phone"}, "id": {"id_card"}, "card": {"bank_card"}}
"""Kinds of the corpus that the finder knows by other names."""


@dataclass(frozen=True, slots=True)
class Span:
    """A place that has to be masked (``must``) or may be."""

    kind: str
    start: int
    end: int
    must: bool


@dataclass(frozen=True, slots=True)
class Note:
    """A note without its marks, and where they were."""

    group: str
    text: str
    spans: tuple[Span, ...]


def read(group: str, marked: str) -> Note:
    """``marked`` without its marks."""
    text, spans, at = "", [], 0
    for mark in _MARK.finditer(marked):
        text += marked[at : mark.start()]
        spans.append(Span(mark["kind"], len(text), len(text) + len(mark["value"]), not mark["may"]))
        text, at = text + mark["value"], mark.end()
    return Note(group, text + marked[at:], tuple(spans))


FILE = Path(__file__).with_name("written_by_others.toml")
NOTES = [read(group["name"], marked) for group in tomllib.loads(FILE.read_text("utf-8"))["group"] for marked in group["sentences"]]


def letters(text: str, start: int, end: int) -> set[int]:
    return {n for n in range(start, end) if text[n].isalnum()}


def missed(note: Note) -> list[Span]:
    """What has to be masked and isn't, to the last letter, as its own kind."""
    found = find(note.text)
    return [
        s
        for s in note.spans
        if s.must and letters(note.text, s.start, s.end) - {n for f in found if f.kind in CALLED.get(s.kind, {s.kind}) for n in range(f.start, f.end)}
    ]


def too_much(note: Note) -> list[str]:
    """What is masked though nobody marked it."""
    marked = {n for s in note.spans for n in range(s.start, s.end)}
    return [f"{f.kind}: {note.text[f.start : f.end]}" for f in find(note.text) if letters(note.text, f.start, f.end) - marked]


@pytest.mark.parametrize("note", [n for n in NOTES if any(s.must for s in n.spans)], ids=lambda n: n.text)
def test_what_is_personal_in_a_note_is_masked(note):
    assert missed(note) == []


@pytest.mark.parametrize("note", NOTES, ids=lambda n: n.text)
def test_what_is_not_personal_stays(note):
    assert too_much(note) == []


def test_half_of_the_notes_have_something_personal_and_half_only_look_so():
    personal = [n for n in NOTES if n.spans]
    assert len(personal) >= 200
    assert len(NOTES) - len(personal) >= 200
