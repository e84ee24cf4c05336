"""The section of a page that answers, and the few words of it that show why."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from kbplatform.plugin.contributions import SearchDocument
from kbplatform.search.analysis import Analyzer
from kbplatform.search.engine import Group, SearchEngine
from kbplatform.search.pagetext import Found, PageText, PageTexts, Span, Terms
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

_Match = tuple[int, int, int, float]
"""Start and end in the section's text, the number of the group that is met there, and its trust: less for another name of it."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A section's id and heading and a snippet of it: escaped HTML in which only ``<mark>`` is markup."""

    section: str
    heading: str
    html: str


class _Way(NamedTuple):
    """One way to say group number ``group`` of a query: words that all must be there. ``name``: it is another name for what was said."""

    group: int
    name: bool
    terms: tuple[str, ...]


class Sought:
    """A query read as ``groups``, to be looked for in the texts of many pages."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self.shares = [g.share for g in groups]
        self.total = sum(g.share for g in groups if g.alternatives) or 1.0
        self.named = [float(any(a.field == "initials" for a in g.alternatives)) for g in groups]
        """1 for each group that names every page it is met on: by initials of a name."""
        ways = {_Way(i, a.kind == "synonym", a.terms) for i, g in enumerate(groups) for a in g.alternatives if a.field == "all"}
        self.terms = Terms(term for way in ways for term in way.terms)
        self._ways: dict[str, list[_Way]] = {}
        """By their first term."""
        for way in ways:
            self._ways.setdefault(way.terms[0], []).append(way)

    def ways(self, found: Found) -> list[_Way]:
        """The ways whose words all were found; of each group those in its own words first."""
        known = self._ways
        return sorted(way for term in found if term in known for way in known[term] if len(way.terms) == 1 or all(t in found for t in way.terms))


class Excerpter:
    """Finds excerpts."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._texts = PageTexts(analyzer)

    def pages(self, documents: Sequence[SearchDocument], engine: SearchEngine | None = None) -> list[PageText]:
        """Documents with what ``engine`` knows of their words, for :meth:`excerpt`."""
        return self._texts.of(documents, engine)

    def excerpt(self, page: PageText, sought: Sought) -> Excerpt:
        """The section that answers: where most of the query is met, or, for a query that names the page, its call face or steps."""
        if not page.sections:
            return Excerpt("", "", "")
        number, matches = _choose(page, sought)
        section = page.sections[number]
        spans = [(start, end, group) for start, end, group, _ in matches]
        width = WIDTH.get(page.document.lang, WIDTH["en"])
        return Excerpt(section.id, section.heading, _render(page.line(number), spans, sought.shares, width))


def _choose(page: PageText, sought: Sought) -> tuple[int, list[_Match]]:
    """The number of the section that answers, with where the query is met in it."""
    moment, found = page.document.moment, page.find(sought.terms)
    ways = sought.ways(found)
    about = _share(ways, {term for term, parts in found.items() if page.title in parts or page.title + 1 in parts}, sought, 0.5)
    say_first = 0.0
    if moment == "call":
        say_first = _SAY_FIRST * _share(ways, {term for term, parts in found.items() if page.title in parts}, sought, 0.0)
    answers = _ANSWERS.get(moment, _ANSWERS_OTHERWISE)
    answering = max(about, _FOUND_OTHERWISE)
    most = _most(ways, found, sought)
    hopes: list[tuple[float, int, float, float]] = []
    for number, section in enumerate(page.sections):
        anyway = answering * answers.get(section.id, 0.0) + (say_first if section.id == "say" else 0.0)
        met = most.get(number, 0.0)
        if met or anyway:
            weight = _WEIGHTS.get(section.id, 1.0) - (_MEASURE_LESS * about if section.id == "measure" else 0.0)
            hopes.append((-(met * weight + anyway), number, weight, anyway))
    best: tuple[float, int, list[_Match]] = (0.0, -1, [])
    for hope, number, weight, anyway in sorted(hopes):
        if -hope < best[0]:
            break
        matches = _matches(ways, found, number)
        score = _met(matches, sought) * weight + anyway
        if score > best[0] or (score == best[0] > 0 and number < best[1]):
            best = (score, number, matches)
    if best[1] >= 0:
        return best[1], best[2]
    return next((n for n, s in enumerate(page.sections) if s.id), 0), []


def _share(ways: Sequence[_Way], there: Container[str], sought: Sought, by_name: float) -> float:
    """The part of the query's meaning that texts with these terms hold, 0–1; ``by_name`` is what holding another name counts."""
    held = list(sought.named)
    for way in ways:
        trust = by_name if way.name else 1.0
        if trust > held[way.group] and (way.terms[0] in there if len(way.terms) == 1 else all(term in there for term in way.terms)):
            held[way.group] = trust
    return sum(share * trust for share, trust in zip(sought.shares, held, strict=True)) / sought.total


def _matches(ways: Sequence[_Way], found: Found, number: int) -> list[_Match]:
    """Where the groups of a query are met in a section, first things first."""
    matches: set[_Match] = set()
    for group, name, terms in ways:
        if number in found[terms[0]] and (len(terms) == 1 or all(number in found[term] for term in terms)):
            trust = _BY_NAME if name else 1.0
            matches.update([(start, end, group, trust) for term in terms for start, end in found[term][number]])
    return sorted(matches, key=lambda m: (m[0], -m[1]))


def _most(ways: Sequence[_Way], found: Found, sought: Sought) -> dict[int, float]:
    """By section that meets anything, more than :func:`_met` can be; how often it does is not counted for that."""
    most: dict[int, float] = {}
    met: set[tuple[int, int]] = set()
    for group, name, terms in ways:
        held = sought.shares[group] / sought.total * (_BY_NAME if name else 1.0)
        for number in found[terms[0]]:
            if (group, number) not in met and (len(terms) == 1 or all(number in found[term] for term in terms)):
                met.add((group, number))
                most[number] = most.get(number, _OFTEN + 1e-9) + held
    return most


def _met(matches: Sequence[_Match], sought: Sought) -> float:
    """The part of the query's meaning that is met, 0–1, and a little for meeting it often."""
    trust: dict[int, float] = {}
    for _, _, group, held in matches:
        trust[group] = max(trust.get(group, 0.0), held)
    return sum(sought.shares[i] * t for i, t in trust.items()) / sought.total + _OFTEN * min(len(matches), 10) / 10


def _render(text: str, spans: Sequence[tuple[int, int, int]], shares: Sequence[float], width: int) -> str:
    start = _start(text, _densest(spans, shares, width), width)
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


def _densest(spans: Sequence[tuple[int, int, int]], shares: Sequence[float], width: int) -> int:
    """Start of the first match in the window that holds most of the query's meaning."""
    best, position = -1.0, 0
    all_of_it = sum(shares[g] for g in {group for _, _, group in spans})
    for i, (low, _, _) in enumerate(spans[:200]):
        inside = {group for start, end, group in spans[i : i + 60] if end <= low + width * 0.8}
        meaning = sum(shares[g] for g in inside)
        if meaning > best + 1e-9:
            best, position = meaning, low
            if best > all_of_it - 1e-9:
                break
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
