"""Two versions of a document, section by section: where they differ, who changed what, and a text made of parts of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from kbplatform.articles.documents import parse
from kbplatform.articles.pieces import Inseparable, cut
from kbplatform.rendering import render

if TYPE_CHECKING:
    from collections.abc import Collection

    from kbplatform.bilingual import Lang

FRONT: Final = "---"
"""Stands for the front matter among the ids of sections."""
WHOLE: Final = "*"
"""Stands for everything below the front matter, where the sections can't be told apart."""
Choice = Literal["ours", "theirs"]


@dataclass(frozen=True, slots=True)
class Version:
    """A document in parts: ids in order, the words of each with its heading, and what the headings say."""

    source: str
    parts: dict[str, str]
    headings: dict[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """A part that reads otherwise here and in the pack. ``ours`` or ``theirs`` is None where that side doesn't have it.

    ``suggested`` is the side that alone changed it since the pack was last taken in; None where both did, or nobody knows.
    """

    part: str
    heading: str
    ours: str | None
    theirs: str | None
    suggested: Choice | None


def version(source: str, lang: Lang) -> Version:
    """The parts of a document. Raises BrokenDocument."""
    body = parse(source, path="", lang=lang).body
    sections = render(body, lang).sections
    parts = {FRONT: source[: len(source) - len(body)].strip("\n")}
    try:
        at = 0
        for key, piece in cut(body, [s.id for s in sections]).items():
            parts[key] = body[at : piece.end].strip("\n")
            at = piece.end
    except Inseparable:
        parts[WHOLE] = body.strip("\n")
    return Version(source, {k: words for k, words in parts.items() if words}, {s.id: s.heading for s in sections})


def whole(of: Version) -> Version:
    """The same with everything below the front matter as one part, to be compared with one that can't be cut."""
    body = "\n\n".join(words for part, words in of.parts.items() if part != FRONT)
    return Version(of.source, {FRONT: of.parts[FRONT], WHOLE: body}, {})


def differences(ours: Version, theirs: Version, base: Version | None) -> list[Difference]:
    """Where ours and theirs differ, in order. ``base`` is what the pack said when it was last taken in, as far as that is known."""
    found = []
    for part in _order(ours, theirs, {*ours.parts, *theirs.parts}):
        here, there = ours.parts.get(part), theirs.parts.get(part)
        if here == there:
            continue
        suggested: Choice | None = None
        if base is not None:
            before = base.parts.get(part)
            suggested = "theirs" if before == here else "ours" if before == there else None
        found.append(Difference(part, ours.headings.get(part) or theirs.headings.get(part, ""), here, there, suggested))
    return found


def merged(ours: Version, theirs: Version, taken: Collection[str]) -> str:
    """Our text with the parts ``taken`` from theirs, those that they don't have left out."""
    words = {p: (theirs if p in taken else ours).parts.get(p) for p in {*ours.parts, *theirs.parts}}
    if all(words[p] == theirs.parts.get(p) for p in words):
        return theirs.source
    if all(words[p] == ours.parts.get(p) for p in words):
        return ours.source
    return "\n\n".join(found for part in _order(ours, theirs, set(words)) if (found := words[part])) + "\n"


def _order(ours: Version, theirs: Version, parts: Collection[str]) -> list[str]:
    """Our order; what only they have stands after what comes before it there."""
    order = [p for p in ours.parts if p in parts]
    before = ""
    for part in theirs.parts:
        if part in parts and part not in order:
            order.insert(order.index(before) + 1 if before in order else 0, part)
        before = part
    return order
