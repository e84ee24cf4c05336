"""Underlines terms in a page's HTML when it is shown: articles are stored as written, the glossary changes on its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from kbplatform.bilingual import HAN_RANGE
from kbplatform.glossary.terms import Concept, Glossary

SECTIONS_KEPT = 2048
"""Marked sections kept in memory: about twice the sections of the bundled practices in both languages."""

_TAG = re.compile(r'(<[^<>"]*+(?:"[^"]*+"[^<>"]*+)*+>)')
_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_UNTOUCHED = frozenset({"a", "abbr", "button", "code", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "kbd", "label", "pre", "summary", "th", "var"})
_OWN_WORDS = re.compile(r'class="[^"]*\b(?:embed|fact|slot|admonition-title|footnote-ref)\b')
"""Values of the site, slots of the call, titles of boxes: words that are not running text."""
_LETTER = rf"[^\W_{HAN_RANGE}]"
_ENDS_LATIN = re.compile(rf"{_LETTER}$")
_AFTER_LATIN = re.compile(rf"s?(?!{_LETTER})", re.IGNORECASE)
"""A plural is the same term."""


@dataclass(frozen=True, slots=True)
class Marked:
    """HTML with its first mention of each term linked, and the ids of those terms in that order."""

    html: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Form:
    """A way to say a concept, as it stands in escaped lower-case text. Without ``concept`` it only keeps shorter
    forms inside it from being taken for what they are not."""

    text: str
    concept: str | None
    exact: str = ""
    """For an abbreviation its capitals: CES is a measure, ces is nothing."""


class TermMarker:
    """The glossary as marks. Thread-safe; one per process."""

    def __init__(self, glossary: Glossary) -> None:
        self.concepts = {c.id: c for c in glossary.concepts}
        self._forms: dict[str, list[_Form]] = {}
        for form in _forms(glossary.concepts):
            known = self._forms.setdefault(form.text[0], [])
            if all(other.text != form.text for other in known):  # a form in two terms belongs to the first
                known.append(form)
        for forms in self._forms.values():
            forms.sort(key=lambda form: -len(form.text))
        self._candidate = re.compile(self._pattern())
        self.mark = lru_cache(maxsize=SECTIONS_KEPT)(self._mark)

    def _pattern(self) -> str:
        """An entity, which is one character and not letters, or a place where a form may begin."""
        latin = "".join(re.escape(c) for c in self._forms if re.match(_LETTER, c))
        other = "".join(re.escape(c) for c in self._forms if not re.match(_LETTER, c))
        places = [r"&#?\w+;", rf"(?<!{_LETTER})[{latin}]" if latin else "", f"[{other}]" if other else ""]
        return "|".join(p for p in places if p)

    def _mark(self, html: str) -> Marked:
        """Sanitised ``html`` with a link around the first mention of each term; its text stays what it was.

        Not inside links, headings, code, embeds, slots and facts. Cached by the text itself: the same section is
        marked once however often it is read.
        """
        found: dict[str, None] = {}
        out: list[str] = []
        closed_by, depth = "", 0
        for i, piece in enumerate(_TAG.split(html)):
            if i % 2 == 0:
                out.append(piece if closed_by or "<" in piece else self._text(piece, found))
                continue
            out.append(piece)
            name = _NAME.match(piece)
            if name is None:
                continue
            closing, tag = bool(name[1]), name[2].lower()
            if closed_by:
                if tag == closed_by:
                    depth += -1 if closing else 1
                    closed_by = closed_by if depth else ""
            elif not closing and (tag in _UNTOUCHED or _OWN_WORDS.search(piece)):
                closed_by, depth = tag, 1
        return Marked("".join(out), tuple(found))

    def _text(self, text: str, found: dict[str, None]) -> str:
        lower = text.lower()
        if len(lower) != len(text):  # a letter whose small form is longer: positions would not agree
            return text
        out: list[str] = []
        done = at = 0
        while candidate := self._candidate.search(lower, at):
            at = candidate.end()
            if candidate[0].startswith("&"):
                continue
            form, end = self._longest(text, lower, candidate.start())
            if form is None:
                continue
            if form.concept and form.concept not in found:
                found[form.concept] = None
                out += [text[done : candidate.start()], _link(form.concept, text[candidate.start() : end])]
                done = end
            at = end
        out.append(text[done:])
        return "".join(out)

    def _longest(self, text: str, lower: str, start: int) -> tuple[_Form | None, int]:
        for form in self._forms[lower[start]]:
            if not lower.startswith(form.text, start):
                continue
            end = start + len(form.text)
            if form.exact and text[start:end] != form.exact:
                continue
            if _ENDS_LATIN.search(form.text):
                rest = _AFTER_LATIN.match(text, end)
                if rest is None:
                    continue
                end = rest.end()
            return form, end
        return None, start


def _link(concept: str, words: str) -> str:
    return f'<a class="term" href="/glossary/{concept}" aria-describedby="term-{concept}">{words}</a>'


def _forms(concepts: tuple[Concept, ...]) -> Iterator[_Form]:
    """Names and abbreviations first: where two terms share a form, the one that is called so has it."""
    shown = {c.id for c in concepts if c.means and c.mark}
    for c in concepts:
        mine = c.id if c.id in shown else None
        for name in (c.zh, c.en):
            yield _Form(_as_html(name), mine)
        for abbr in c.abbr:
            exact = "" if any(char.isdigit() for char in abbr) else escape(abbr)
            yield _Form(_as_html(abbr), mine, exact)
    for c in concepts:
        names = [n.casefold() for n in (c.zh, c.en)]
        for form in c.also:
            longer_name = any(n in form.casefold() for n in names)
            yield _Form(_as_html(form), c.id if longer_name and c.id in shown else None)


def _as_html(form: str) -> str:
    return escape(form, quote=False).lower()
