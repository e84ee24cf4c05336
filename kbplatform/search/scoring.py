"""Scoring groups of alternatives over posting lists: shared by every engine that can hand those out.

Within a group the best alternative counts (dis-max), groups add up. Documents are numbers from 0 here and scores stand in
arrays with a place for each, so that a posting costs a machine's addition instead of a dictionary's look-up, and the work
for the worst query is bounded by arithmetic, not by luck.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kbplatform.search.engine import HEAD_BOOST, KIND_ORDER, PAIR_WEIGHT, Alternative, Group, MatchKind, ParsedQuery

MOST_POSTINGS = 2_000_000
"""Entries of posting lists that one search looks at before it keeps to the first alternative of each group."""

Numbers = NDArray[np.int32]
Scores = NDArray[np.float64]
Mask = NDArray[np.bool_]


class PostingList(NamedTuple):
    """The documents that hold a term, ascending, and each one's BM25 score for it."""

    docs: Numbers
    scores: Scores


NOBODY = PostingList(np.empty(0, np.int32), np.empty(0, np.float64))


class Ranked(NamedTuple):
    """A document that matches. ``reasons[i]`` is how group ``i`` was met."""

    number: int
    score: float
    reasons: tuple[MatchKind | None, ...]


class Scorer:
    """``postings(field, term)`` gives a term's list among ``size`` documents; ``NOBODY`` where nobody wrote it."""

    def __init__(self, postings: Callable[[str, str], PostingList], size: int, deadline_ms: int = 0) -> None:
        self._postings = postings
        self._size = size
        self._stop = time.perf_counter() + deadline_ms / 1000 if deadline_ms else float("inf")
        self.touched = 0
        """Entries of posting lists looked at so far."""

    def best(self, query: ParsedQuery, allowed: Mask | None, limit: int) -> list[Ranked]:
        """The best documents among the ``allowed``; ties in document order."""
        groups = sorted(enumerate(query.groups), key=lambda item: -item[1].share)
        totals = np.zeros(self._size)
        within = allowed
        found: dict[int, NDArray[np.int8]] = {}
        for done, (index, group) in enumerate(groups):
            if done and time.perf_counter() > self._stop:
                break
            scores, found[index] = self._group(group, within)
            totals += scores
            if query.every:
                within = found[index] >= 0
                if not within.any():
                    return []
        matched = within if query.every and within is not None else np.any([w >= 0 for w in found.values()], axis=0) if found else None
        if matched is None:
            return []
        for pair in query.pairs:
            docs, scores = self._list("pairs", pair)
            totals[docs] += PAIR_WEIGHT * scores
        order = range(len(query.groups))
        return [
            Ranked(int(n), float(totals[n]), tuple(KIND_ORDER[found[i][n]] if i in found and found[i][n] >= 0 else None for i in order))
            for n in best_of(np.flatnonzero(matched), totals, limit)
        ]

    def _group(self, group: Group, within: Mask | None) -> tuple[Scores, NDArray[np.int8]]:
        """Best score a document gets from any alternative; the reason is the first alternative that holds, -1 for none."""
        best = np.zeros(self._size)
        reasons = np.full(self._size, -1, np.int8)
        some = False
        for alternative in group.alternatives:
            if some and (self.touched > MOST_POSTINGS or time.perf_counter() > self._stop):
                break
            kind = KIND_ORDER.index(alternative.kind)
            for (docs, scores), weight in self._alternative(alternative):
                inside = slice(None) if within is None else within[docs]
                kept = docs[inside]
                if len(kept):
                    some = True
                    best[kept] = np.maximum(best[kept], weight * scores[inside])
                    reasons[kept[reasons[kept] < 0]] = kind
        return best, reasons

    def _alternative(self, alternative: Alternative) -> list[tuple[PostingList, float]]:
        weight = alternative.weight
        lists = [(self._together(alternative.field, alternative.terms), weight)]
        if alternative.field == "all":
            lists.append((self._together("head", alternative.terms), weight * HEAD_BOOST))
        return lists

    def _together(self, field: str, terms: tuple[str, ...]) -> PostingList:
        """Documents that hold every term, their scores added."""
        lists = sorted((self._list(field, term) for term in terms), key=lambda p: len(p.docs))
        if len(lists) < 2:
            return lists[0] if lists else NOBODY
        docs, scores = lists[0]
        for other in lists[1:]:
            places = np.minimum(np.searchsorted(other.docs, docs), max(len(other.docs) - 1, 0))
            both = other.docs[places] == docs if len(other.docs) else np.zeros(len(docs), np.bool_)
            docs, scores = docs[both], scores[both] + other.scores[places[both]]
        return PostingList(docs, scores)

    def _list(self, field: str, term: str) -> PostingList:
        found = self._postings(field, term)
        self.touched += len(found.docs)
        return found


def best_of(numbers: NDArray[np.intp], scores: Scores, limit: int) -> list[int]:
    """Those of ``numbers`` with the highest scores, best first; ties in ascending order."""
    if limit < 1 or not len(numbers):
        return []
    own = scores[numbers]
    if len(numbers) > limit:
        bar = np.partition(own, len(own) - limit)[len(own) - limit]
        numbers, own = numbers[own >= bar], own[own >= bar]
    order = np.lexsort((numbers, -own))[:limit]
    return [int(n) for n in numbers[order]]
