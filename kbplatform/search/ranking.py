"""From a query to ranked pages: the ladder of readings, languages joined, and how sure the answer is."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kbplatform.search.analysis import has_han
from kbplatform.search.confidence import THRESHOLD, Evidence, confidence
from kbplatform.search.engine import (
    KIND_ORDER,
    EngineHit,
    Filters,
    Group,
    MatchKind,
    ParsedQuery,
    SearchEngine,
)
from kbplatform.search.query import QueryReader, Reading

Closeness = Callable[[Sequence["PageHit"]], Mapping[str, float]]
RERANKED = 20
"""How many of the best pages are compared with the ways people ask for them."""
CLOSENESS = 1.0
"""A page asked for word for word counts this much more than by its words alone."""
ON_TOPIC = 0.48
"""Below this part of the meaning in words of titles and keywords, a query is read once more by its sound."""
ENOUGH = 3
"""Pages at which the ladder stops."""
OTHER_LANGUAGE = 0.3
"""How much the score of a page's other language adds to its better one."""
TRUST: dict[MatchKind, float] = {
    "word": 1.0,
    "prefix": 0.95,
    "synonym": 0.95,
    "pinyin": 0.95,
    "initials": 0.9,
    "typo": 0.9,
}
_RANK = {kind: rank for rank, kind in enumerate(KIND_ORDER)}


@dataclass(slots=True)
class PageHit:
    """A page.

    ``coverage`` is the part of the query's meaning it holds, 0–1; ``topic`` what of that stands in titles or keywords of ours.
    """

    page: str
    score: float
    coverage: float
    topic: float
    reasons: tuple[MatchKind | None, ...]
    groups: tuple[Group, ...]
    """Those of the reading that found it, for its snippet."""
    closeness: float = 0.0
    """How close the query comes to a way people ask for the page, 0–1 (see :mod:`kbplatform.search.asking`)."""

    @property
    def matched_by(self) -> MatchKind:
        """The reason that most needs explaining."""
        found = [r for r in self.reasons if r]
        return max(found, key=KIND_ORDER.index) if found else "word"


@dataclass(frozen=True, slots=True)
class Ranking:
    """Pages best first. ``evidence`` is what speaks for the first; None where there is none, or the query names nothing."""

    pages: tuple[PageHit, ...]
    evidence: Evidence | None

    @property
    def sure(self) -> bool:
        """Whether the answer is likely to be what was asked."""
        return self.evidence is not None and confidence(self.evidence) >= THRESHOLD


def rank(
    engine: SearchEngine, reader: QueryReader, text: str, *, filters: Filters, limit: int, closeness: Closeness, deadline_ms: int = 0
) -> Ranking:
    """Every word; else words by their sound; else some of the words, most of the meaning first.

    Of the best pages, those come up that people ask for in such words: ``closeness`` tells of each how near it comes, 0–1.
    """
    climb = _Climb(engine, filters, 2 * limit + 10, deadline_ms)
    plain = reader.read(text)
    looked = climb.look(plain)
    climb.take(looked, looked.whole)
    broken = len(plain.groups) > 1 and any(len(g.surface) == 1 for g in plain.groups)  # 头诉 falls into characters
    if broken or len(climb.found) < ENOUGH or max(p.topic for p in climb.found.values()) < ON_TOPIC:
        heard = reader.reread(text)
        if heard:
            by_sound = climb.look(heard, every=True)
            climb.take(by_sound, by_sound.whole)
    if len(climb.found) < ENOUGH or len(plain.groups) > 1:
        climb.take(looked, looked.partly)
        strange = frozenset(g.surface for g in looked.usable) - looked.met
        if len(climb.found) < ENOUGH:
            strange |= {g.surface for g in plain.groups if g.surface.isascii() and not g.topical}
        if strange:
            plain = reader.read(text, strange)
            looked = climb.look(plain)
            climb.take(looked, looked.whole)
            climb.take(looked, looked.partly)
    pages = sorted(climb.found.values(), key=lambda p: (-p.score, p.page))[: max(limit, RERANKED)]
    near = closeness(pages[:RERANKED])
    for page in pages[:RERANKED]:
        page.closeness = near.get(page.page, 0.0)
        page.score *= 1 + CLOSENESS * page.closeness
    pages.sort(key=lambda p: (-p.score, p.page))
    return Ranking(tuple(pages[:limit]), _evidence(pages[:3], plain))


class _Looked:
    """What looking for a reading found. ``usable`` are the words of it that somebody wrote, ``met`` those that some of the best hits have."""

    def __init__(self, reading: Reading, usable: tuple[Group, ...], hits: Sequence[EngineHit], want: int) -> None:
        self.asked = reading.groups
        self.usable = usable
        best = hits[:want]
        self.met = {g.surface for i, g in enumerate(usable) if any(h.reasons[i] for h in best)}
        self.whole = _by_page([h for h in hits if None not in h.reasons][:want])
        """Hits that have every word."""
        self.partly = {page: members for page, members in _by_page(best).items() if any(None in h.reasons for h in members)}
        """Hits that have some; without pages that have nothing but whole ones."""


class _Climb:
    """The pages found so far, each with its best score over the readings tried."""

    def __init__(self, engine: SearchEngine, filters: Filters, want: int, deadline_ms: int) -> None:
        self._engine, self._filters, self._want, self._deadline_ms = engine, filters, want, deadline_ms
        self.found: dict[str, PageHit] = {}

    def look(self, reading: Reading, *, every: bool = False) -> _Looked:
        """Look for a reading: for ``every`` word of it, or at once for those that have all and those that have some."""
        usable = tuple(g for g in reading.groups if g.alternatives)
        query = ParsedQuery(usable, every or len(usable) == 1, reading.pairs)
        hits = self._engine.search(query, filters=self._filters, limit=self._want, deadline_ms=self._deadline_ms) if usable else []
        return _Looked(reading, usable, hits, self._want)

    def take(self, looked: _Looked, joined: Mapping[str, list[EngineHit]]) -> None:
        """Keep each page of these that scores more than it did before."""
        for page in _pages(joined, looked.usable, looked.asked):
            known = self.found.get(page.page)
            if known is None or page.score > known.score:
                self.found[page.page] = page


def _evidence(pages: Sequence[PageHit], reading: Reading) -> Evidence | None:
    if not pages or reading.only_stops:
        return None
    first = pages[0]
    meaning = sum(g.share for g in reading.groups) or 1.0
    unknown = [g.share for g in reading.groups if not g.alternatives]
    return Evidence(
        topic=first.topic,
        closeness=first.closeness,
        strength=math.log1p(first.score / max(meaning, 0.05)),
        words=math.log1p(len(reading.groups)),
        chinese=float(any(has_han(g.surface) for g in reading.groups)),
        unknown=sum(unknown) / meaning,
        strangers=float(len(unknown)),
        others=sum(p.coverage for p in pages) / len(pages),
        mistyped=float("typo" in first.reasons),
        begun=float("prefix" in first.reasons),
    )


def _by_page(hits: Sequence[EngineHit]) -> dict[str, list[EngineHit]]:
    joined: dict[str, list[EngineHit]] = {}
    for hit in hits:
        joined.setdefault(hit.page, []).append(hit)
    return joined


def _pages(joined: Mapping[str, list[EngineHit]], usable: tuple[Group, ...], asked: tuple[Group, ...]) -> list[PageHit]:
    """Pages with these hits, scored by how well and how much of the query they match."""
    total = sum(g.share for g in asked) or 1.0
    held = [{None: 0.0, **{r: g.share * TRUST[r] * (g.trust if r == "typo" else 1.0) for r in KIND_ORDER}} for g in usable]
    topical = [g.topical for g in usable]
    parts: dict[tuple[MatchKind | None, ...], tuple[float, float]] = {}
    """Coverage and topic by reasons: most pages are met in one of a few ways."""
    out: list[PageHit] = []
    for page, members in joined.items():
        reasons, score = members[0].reasons, members[0].score
        if len(members) > 1:
            members.sort(key=lambda h: -h.score)
            reasons = tuple(map(_plainest, *(m.reasons for m in members)))
            score = members[0].score + OTHER_LANGUAGE * sum(m.score for m in members[1:])
        if reasons not in parts:
            shares = [known[r] for known, r in zip(held, reasons, strict=True)]
            parts[reasons] = sum(shares) / total, sum(share for share, counts in zip(shares, topical, strict=True) if counts) / total
        coverage, topic = parts[reasons]
        out.append(PageHit(page, score * coverage, coverage, topic, reasons, asked))
    return out


def _plainest(*reasons: MatchKind | None) -> MatchKind | None:
    return min((r for r in reasons if r), key=_RANK.__getitem__, default=None)
