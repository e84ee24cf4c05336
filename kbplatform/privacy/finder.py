"""Everything personal in a text, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from kbplatform.privacy.addresses import addresses
from kbplatform.privacy.candidates import GONE, MARKED, SITE, Candidate, best
from kbplatform.privacy.documents import documents
from kbplatform.privacy.findings import Finding, make_finding
from kbplatform.privacy.folding import fold
from kbplatform.privacy.names import names
from kbplatform.privacy.numbers import numbers
from kbplatform.privacy.online import online
from kbplatform.privacy.plates import plates
from kbplatform.privacy.rules import STANDARD, Rules

_MARK = re.compile(r"\[\[|【【|\]\]|】】")
_ROUNDS = 4
_FINDERS = (numbers, documents, online, plates, names, addresses)


def find(text: str, rules: Rules = STANDARD) -> tuple[Finding, ...]:
    """What is personal in ``text``, in its order and without overlaps, full-width, spelled-out and broken-up forms included.

    Found are telephone numbers of persons (not 400, 800 and short service lines), identity documents, bank cards, e-mail
    addresses, plates, names with a form of address, WeChat and QQ ids, postal addresses, what ``rules`` add, and what the
    writer marked: ``[[…]]``. Time grows with the length of the text.
    """
    folded = fold(text)
    read = folded.text
    found: list[Candidate] = []
    for round_ in range(_ROUNDS):  # what is found hides its neighbours from each other no more: they are read once again
        proposed = chain(_marked(read) if round_ == 0 else (), _site(read, rules), *(finder(read) for finder in _FINDERS))
        new = best((c for c in proposed if not rules.is_public(read[c.start : c.end])), len(read))
        if not new:
            break
        found += new
        read = _without(read, new)
    places = sorted((*folded.place(c.start, c.end), c) for c in found)
    return tuple(make_finding(c.kind, start, end, text[start:end], correctable=c.correctable) for start, end, c in places)


def _without(text: str, found: list[Candidate]) -> str:
    parts, at = [], 0
    for c in found:
        parts += [text[at : c.start], GONE * (c.end - c.start)]
        at = c.end
    return "".join([*parts, text[at:]])


def _marked(text: str) -> Iterator[Candidate]:
    """What the writer put between two pairs of brackets; 【【 is what a Chinese keyboard makes of them."""
    opened: int | None = None
    for mark in _MARK.finditer(text):
        if mark[0] in {"[[", "【【"}:
            opened = mark.start() if opened is None else opened
        elif opened is not None:
            if text[opened + 2 : mark.start()].strip():
                yield Candidate("other", opened, mark.end(), MARKED, correctable=False)
            opened = None


def _site(text: str, rules: Rules) -> Iterator[Candidate]:
    for rule in rules.site:
        for found in rule.pattern.finditer(text):
            yield Candidate(rule.id, *found.span("value"), SITE)
