"""Hard sentences, each with what has to be found in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kbplatform.privacy import find

_MARKUP = re.compile(r"\{(\w+):(.*?)\}")
LINES = [line for line in (Path(__file__).parent / "hard.txt").read_text("utf-8").splitlines() if line and not line.startswith("#")]


def read(line):
    """The sentence without its markup, and the kinds and values marked in it."""
    return _MARKUP.sub(r"\2", line), [(m[1], m[2]) for m in _MARKUP.finditer(line)]


@pytest.mark.parametrize("line", LINES)
def test_what_is_personal_is_found_to_the_letter(line):
    text, expected = read(line)
    assert [(f.kind, text[f.start : f.end]) for f in find(text)] == expected


def test_both_kinds_of_sentence_are_many():
    with_something = [line for line in LINES if _MARKUP.search(line)]
    assert len(with_something) >= 70
    assert len(LINES) - len(with_something) >= 50
