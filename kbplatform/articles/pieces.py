"""A text cut at the headings that make its sections, so that one section is replaced and every other byte stays.

The renderer says which sections there are; here is only found where they stand in the Markdown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kbplatform.bilingual import Text
from kbplatform.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

_ATX = re.compile(r"#{1,2}(?!#)")
_UNDERLINE = re.compile(r"(?:=+|-+)[ ]*")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A section in the Markdown of a text. ``start`` and ``end`` enclose what stands below its heading; ``text`` is that, trimmed."""

    key: str
    start: int
    end: int
    text: str


class Inseparable(InvalidInput):
    """The Markdown of the article doesn't show where its sections begin; it can only be edited as a whole."""

    def __init__(self) -> None:
        super().__init__(
            Text("这篇文章的小节分不开，不能单独改一节", "The sections of this article can't be told apart: one can't be changed by itself"),
            remedy=Text("请改整篇。", "Edit the article as a whole."),
        )


def cut(body: str, keys: Sequence[str]) -> dict[str, Piece]:
    """The sections of ``body`` by id. ``keys`` are those the renderer found, in order, ``""`` for text before the first heading.

    Raises Inseparable where the headings in the Markdown are not as many.
    """
    headings = list(_headings(body))
    named = [k for k in keys if k]
    if len(headings) != len(named):
        raise Inseparable
    starts = [0, *(end for _start, end in headings)]
    ends = [*(start for start, _end in headings), len(body)]
    return {key: Piece(key, start, end, body[start:end].strip()) for key, start, end in zip(["", *named], starts, ends, strict=True)}


def put(body: str, piece: Piece, text: str) -> str:
    """``body`` with ``text`` in the place of a section's words."""
    before, after = body[: piece.start], body[piece.end :]
    lead = before.rstrip("\n") + "\n\n" if before.strip() else "\n"
    words = text.strip()
    return lead + words + ("\n\n" if words and after else "" if after else "\n") + after


def _headings(body: str) -> list[tuple[int, int]]:
    """Where each heading that makes a section begins, and where what follows it does."""
    found: list[tuple[int, int]] = []
    lines = re.findall(r"[^\n]*\n|[^\n]+", body)
    open_for_good: set[str] = set()
    fence, at, previous, previous_at, after_blank = "", 0, "", 0, True
    for number, line in enumerate(lines):
        bare = line.rstrip("\n")
        mark = _FENCE.fullmatch(bare)
        if fence:
            fence = "" if _closes(bare, fence) else fence
        elif mark and mark[1] not in open_for_good and any(_closes(later.rstrip("\n"), mark[1]) for later in lines[number + 1 :]):
            fence = mark[1]
        elif mark:  # one that is never closed is no fence, nor is a later one like it
            open_for_good.add(mark[1])
        elif _ATX.match(bare):
            found.append((at, at + len(line)))
            bare = ""  # what follows a heading begins a paragraph, as after an empty line
        elif after_blank and previous and _UNDERLINE.fullmatch(bare):
            found.append((previous_at, at + len(line)))
        after_blank, previous, previous_at = not previous, bare.strip(), at
        at += len(line)
    return found


def _closes(line: str, fence: str) -> bool:
    mark = _FENCE.fullmatch(line)
    return bool(mark and mark[1].startswith(fence) and not mark[2].strip())
