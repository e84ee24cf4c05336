"""The section of a page that answers, and the few words of it that show why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from kbplatform.plugin.contributions import SearchDocument, SearchSection
from kbplatform.search.analysis import Analyzer, Normalised
from kbplatform.search.engine import Alternative, Group
from kbplatform.search.records import ASIDE

WIDTH = {"zh": 110, "en": 170}
"""Characters of a snippet; Chinese says more with fewer."""
_WEIGHTS = {"": 0.4, "measure": 0.85, **dict.fromkeys(ASIDE, 0.05)}
"""What a match counts by section: the lead repeats the title, asides speak of other pages; elsewhere 1."""
_MEASURE_LESS = 0.5
"""How much less the figures answer somebody who asked for the whole page."""
_ANSWERS = {"call": {"say": 0.6, "steps": 0.45, "do": 0.2}}
_SAY_FIRST = 0.95
"""On a call page whose title is asked for: what to say comes first, even where the word itself stands elsewhere."""
_ANSWERS_OTHERWISE = {"steps": 0.6, "say": 0.3, "do": 0.2}
"""Where a page answers somebody who asked for what the whole page is about, by moment."""
_FOUND_OTHERWISE = 0.15
"""How far they answer somebody whose words stand nowhere on the page but in the ways it is asked for."""
_BY_NAME = 0.7
"""What a synonym counts beside the word that was typed."""
_SENTENCE_ENDS = frozenset("。！？；.!?;\n")
_OFTEN = 0.1
"""What a section gains at most by meeting the query often."""
_PREPARED_SECTIONS = 1500
_TEXTS = 6000

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A section's id and heading and a snippet of it: escaped HTML in which only ``<mark>`` is markup."""

    section: str
    heading: str
    html: str


@dataclass(frozen=True, slots=True)
class _Text:
    """A section's text on one line; ``letters`` is its normalised form without apostrophes."""

    text: str
    normal: Normalised
    letters: str


@dataclass(frozen=True, slots=True)
class _Prepared:
    text: str
    normal: Normalised
    spans: dict[str, tuple[Span, ...]]


@dataclass(frozen=True, slots=True)
class _Match:
    """Where group number ``group`` is met, in normalised text; ``trust`` is less for another name of it."""

    start: int
    end: int
    group: int
    trust: float


class Excerpter:
    """Finds excerpts. Prepared sections are kept, since the same pages come up again and again."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._text = lru_cache(maxsize=_TEXTS)(self._aligned)
        self._prepare = lru_cache(maxsize=_PREPARED_SECTIONS)(self._prepared)
        self._head = lru_cache(maxsize=_PREPARED_SECTIONS)(lambda texts: frozenset(t for text in texts for t in analyzer.terms(text)))

    def excerpt(self, document: SearchDocument, groups: Sequence[Group]) -> Excerpt:
        """The section that answers: where most of the query is met, or, for a query that names the page, its call face or steps."""
        section, matches = self._choose(document, groups)
        if section is None:
            return Excerpt("", "", "")
        width = WIDTH.get(document.lang, WIDTH["en"])
        return Excerpt(section.id, section.heading, _render(self._prepare(section.text), matches, groups, width))

    def _choose(self, document: SearchDocument, groups: Sequence[Group]) -> tuple[SearchSection | None, list[_Match]]:
        about = self._share((document.title, *document.keywords), groups, 0.5)
        say_first = _SAY_FIRST * self._share((document.title,), groups) if document.moment == "call" else 0.0
        answers = _ANSWERS.get(document.moment, _ANSWERS_OTHERWISE)
        sections = [s for s in document.sections if s.text.strip()]
        hopes: list[tuple[float, int, float, float]] = []
        traces = _traces(groups, "\n".join([self._text(s.text).letters for s in sections]))
        for number, section in enumerate(sections):
            weight = _WEIGHTS.get(section.id, 1.0) - (_MEASURE_LESS * about if section.id == "measure" else 0.0)
            anyway = max(about, _FOUND_OTHERWISE) * answers.get(section.id, 0.0) + (say_first if section.id == "say" else 0.0)
            hopes.append((_most(self._text(section.text).letters, traces) * weight + anyway, number, weight, anyway))
        best: tuple[float, int, list[_Match]] = (0.0, -1, [])
        for most, number, weight, anyway in sorted(hopes, key=lambda hope: (-hope[0], hope[1])):
            if most < best[0]:
                break  # the words of the others need not be looked for: that is most of the time of a search
            matches = _matches(self._prepare(sections[number].text), groups)
            score = _met(matches, groups) * weight + anyway
            if score > best[0] or (score == best[0] > 0 and number < best[1]):
                best = (score, number, matches)
        first = next((s for s in sections if s.id), None)
        return (sections[best[1]], best[2]) if best[1] >= 0 else (first, [])

    def _share(self, texts: tuple[str, ...], groups: Sequence[Group], by_name: float = 0.0) -> float:
        """The part of the query's meaning that these texts hold, 0–1; ``by_name`` is what holding a synonym counts."""
        head = self._head(texts)
        meant = [g for g in groups if g.alternatives]
        held = 0.0
        for group in meant:
            there = (a for a in group.alternatives if a.field == "initials" or head.issuperset(a.terms))
            held += group.share * max((_trust(a, by_name) for a in there), default=0.0)
        return held / (sum(g.share for g in meant) or 1.0)

    def _aligned(self, text: str) -> _Text:
        plain = " ".join(text.split())
        normal = self._analyzer.align(plain)
        return _Text(plain, normal, normal.text.replace("'", "").replace("’", ""))

    def _prepared(self, text: str) -> _Prepared:
        aligned = self._text(text)
        plain, normal = aligned.text, aligned.normal
        return _Prepared(plain, normal, {term: tuple(found) for term, found in self._analyzer.spans(normal.text).items()})


def _trust(alternative: Alternative, by_name: float) -> float:
    return by_name if alternative.kind == "synonym" else 1.0


def _matches(prepared: _Prepared, groups: Sequence[Group]) -> list[_Match]:
    found: list[_Match] = []
    for number, group in enumerate(groups):
        for alternative in group.alternatives:
            if alternative.field == "all" and all(term in prepared.spans for term in alternative.terms):
                trust = _trust(alternative, _BY_NAME)
                spans = (span for term in alternative.terms for span in prepared.spans[term])
                found += [_Match(start, end, number, trust) for start, end in spans]
    return sorted(set(found), key=lambda m: (m.start, -m.end))


def trace(term: str) -> str:
    """What must stand in a normalised text (without apostrophes) that has the term: a stem may end otherwise than its word."""
    return term if not term.isascii() else term[: max(1, len(term) - 2)]


def _traces(groups: Sequence[Group], page: str) -> list[tuple[float, list[tuple[float, list[str]]]]]:
    """For each group its part of the query's meaning, and what each way to say it leaves in a text with what that counts, most first.

    Ways that leave nothing on the whole page are left out: no section has them.
    """
    total = sum(g.share for g in groups if g.alternatives) or 1.0
    return [
        (
            group.share / total,
            sorted(
                ((_trust(a, _BY_NAME), left) for a in group.alternatives if a.field == "all" and (left := _left(a.terms, page))),
                key=lambda way: -way[0],
            ),
        )
        for group in groups
    ]


def _left(terms: Sequence[str], page: str) -> list[str]:
    """The traces of these terms; empty where one of them is not on the page."""
    left = [trace(term) for term in terms]
    return left if all(letters in page for letters in left) else []


def _most(letters: str, traces: Sequence[tuple[float, Sequence[tuple[float, Sequence[str]]]]]) -> float:
    """More than :func:`_met` can be for a text, found without its words."""
    met = _OFTEN
    for share, ways in traces:
        for trust, left in ways:
            if all(letter in letters for letter in left):
                met += share * trust
                break
    return met + 1e-9


def _met(matches: Sequence[_Match], groups: Sequence[Group]) -> float:
    """The part of the query's meaning that is met, 0–1, and a little for meeting it often."""
    trust: dict[int, float] = {}
    for match in matches:
        trust[match.group] = max(trust.get(match.group, 0.0), match.trust)
    total = sum(g.share for g in groups if g.alternatives) or 1.0
    return sum(groups[i].share * t for i, t in trust.items()) / total + _OFTEN * min(len(matches), 10) / 10


def _render(prepared: _Prepared, matches: list[_Match], groups: Sequence[Group], width: int) -> str:
    text = prepared.text
    spans = [(*prepared.normal.original(m.start, m.end), m.group) for m in matches]
    start = _start(text, _densest(spans, groups, width), width)
    end = min(len(text), start + width)
    while end < len(text) and text[end - 1].isascii() and text[end - 1].isalnum() and text[end].isalnum() and end > start + width - 15:
        end -= 1
    pieces: list[str] = ["…"] if start else []
    at = start
    for low, high in _merged(spans):
        if low < at or high > end:
            continue
        pieces += [escape(text[at:low]), "<mark>", escape(text[low:high]), "</mark>"]
        at = high
    pieces.append(escape(text[at:end]))
    return "".join([*pieces, "…" if end < len(text) else ""])


def _densest(spans: Sequence[tuple[int, int, int]], groups: Sequence[Group], width: int) -> int:
    """Start of the first match in the window that holds most of the query's meaning."""
    best, position = -1.0, 0
    for i, (low, _, _) in enumerate(spans[:200]):
        inside = {group for start, end, group in spans[i : i + 60] if end <= low + width * 0.8}
        meaning = sum(groups[g].share for g in inside)
        if meaning > best + 1e-9:
            best, position = meaning, low
    return position


def _start(text: str, position: int, width: int) -> int:
    """A good place to begin before ``position``: a sentence's start if near, else a word's."""
    if position <= width // 4:
        return 0
    floor = position - width // 4
    for index in range(position, floor, -1):
        if text[index - 1] in _SENTENCE_ENDS:
            return index + 1 if text[index : index + 1] == " " else index
    while floor < position and text[floor - 1].isalnum() and text[floor - 1].isascii():
        floor += 1
    return floor


def _merged(spans: Sequence[tuple[int, int, int]]) -> list[Span]:
    out: list[Span] = []
    for low, high, _ in sorted(spans):
        if out and low <= out[-1][1]:
            out[-1] = (out[-1][0], max(high, out[-1][1]))
        else:
            out.append((low, high))
    return out
