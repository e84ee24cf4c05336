"""The section of a page that answers, and the few words of it that show why."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from kbplatform.plugin.contributions import SearchDocument, SearchSection
from kbplatform.search.analysis import Analyzer
from kbplatform.search.engine import Group
from kbplatform.search.pagetext import PageText, PageTexts, Span, Traces, on_one_line, with_text
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


@dataclass(frozen=True, slots=True)
class _Way:
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
        self.ways = sorted(ways, key=lambda way: (way.group, way.name))
        self.traces = Traces(term for way in self.ways for term in way.terms)

    def ways_among(self, there: Container[str]) -> list[_Way]:
        """The ways whose words all are there."""
        return [way for way in self.ways if (way.terms[0] in there if len(way.terms) == 1 else all(term in there for term in way.terms))]


class Excerpter:
    """Finds excerpts."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._texts = PageTexts(analyzer)

    def excerpt(self, document: SearchDocument, sought: Sought) -> Excerpt:
        """The section that answers: where most of the query is met, or, for a query that names the page, its call face or steps."""
        page = self._texts.of(document)
        sections = with_text(document)
        if not sections:
            return Excerpt("", "", "")
        number, matches = _choose(document.moment, sections, page, sought)
        section = sections[number]
        spans = [(*page.original(number, start, end), group) for start, end, group, _ in matches]
        width = WIDTH.get(document.lang, WIDTH["en"])
        return Excerpt(section.id, section.heading, _render(on_one_line(section.text), spans, sought.shares, width))


def _choose(moment: str, sections: Sequence[SearchSection], page: PageText, sought: Sought) -> tuple[int, list[_Match]]:
    """The number of the section that answers, with where the query is met in it."""
    perhaps = page.perhaps(sought.traces)
    ways = sought.ways_among(perhaps)
    named = page.named(perhaps)
    about = _share(ways, named, sought, 0.5)
    say_first = 0.0
    if moment == "call":
        say_first = _SAY_FIRST * _share(ways, {term for term, spans in named.items() if spans[0][0] < page.title_end}, sought, 0.0)
    answers = _ANSWERS.get(moment, _ANSWERS_OTHERWISE)
    answering = max(about, _FOUND_OTHERWISE)
    hopes: list[tuple[float, int, float, float]] = []
    for number, (section, most) in enumerate(zip(sections, _most(page, ways, perhaps, sought), strict=True)):
        weight = _WEIGHTS.get(section.id, 1.0) - (_MEASURE_LESS * about if section.id == "measure" else 0.0)
        anyway = answering * answers.get(section.id, 0.0) + (say_first if section.id == "say" else 0.0)
        hopes.append((-(most * weight + anyway), number, weight, anyway))
    best: tuple[float, int, list[_Match]] = (0.0, -1, [])
    for hope, number, weight, anyway in sorted(hopes):
        if -hope < best[0]:
            break  # the words of the others need not be looked for: that is most of the time of a search
        matches = _matches(ways, page.spans(number, perhaps))
        score = _met(matches, sought) * weight + anyway
        if score > best[0] or (score == best[0] > 0 and number < best[1]):
            best = (score, number, matches)
    if best[1] >= 0:
        return best[1], best[2]
    return next((n for n, s in enumerate(sections) if s.id), 0), []


def _share(ways: Sequence[_Way], there: Container[str], sought: Sought, by_name: float) -> float:
    """The part of the query's meaning that texts with these terms hold, 0–1; ``by_name`` is what holding another name counts."""
    held = list(sought.named)
    for way in ways:
        trust = by_name if way.name else 1.0
        if trust > held[way.group] and all(term in there for term in way.terms):
            held[way.group] = trust
    return sum(share * trust for share, trust in zip(sought.shares, held, strict=True)) / sought.total


def _matches(ways: Sequence[_Way], found: Mapping[str, Sequence[Span]]) -> list[_Match]:
    """Where the groups of a query are met, first things first."""
    matches: set[_Match] = set()
    for way in ways:
        if all(term in found for term in way.terms):
            trust = _BY_NAME if way.name else 1.0
            matches.update((start, end, way.group, trust) for term in way.terms for start, end in found[term])
    return sorted(matches, key=lambda m: (m[0], -m[1]))


def _most(page: PageText, ways: Sequence[_Way], perhaps: Mapping[str, int], sought: Sought) -> list[float]:
    """For each section more than :func:`_met` can be, found without its words."""
    bits = page.bits[:-1]
    most = [_OFTEN + 1e-9] * len(bits)
    met: dict[int, int] = {}
    for way in ways:
        known = met.get(way.group, 0)
        where = ~known
        for term in way.terms:
            where &= perhaps[term]
        if where:
            met[way.group] = known | where
            held = sought.shares[way.group] / sought.total * (_BY_NAME if way.name else 1.0)
            for number, bit in enumerate(bits):
                if where & bit:
                    most[number] += held
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
