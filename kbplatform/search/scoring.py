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
_REASONS: tuple[MatchKind | None, ...] = (*KIND_ORDER, None)
"""By number; the last one is also -1."""
WORD = "word"
"""Instead of a field: a term in the text or, for more, in title and keywords (see :func:`either`)."""


def either(text: PostingList, head: PostingList) -> PostingList:
    """The documents that hold a term in one of these fields, with the better score."""
    if not len(head.docs):
        return text
    docs = text.docs
    places = np.minimum(np.searchsorted(docs, head.docs), max(len(docs) - 1, 0))
    if not len(docs) or (docs[places] != head.docs).any():
        docs = np.union1d(docs, head.docs)
        places = np.searchsorted(docs, head.docs)
        scores = np.zeros(len(docs))
        scores[np.searchsorted(docs, text.docs)] = text.scores
    else:
        scores = text.scores.copy()
    scores[places] = np.maximum(scores[places], HEAD_BOOST * head.scores)
    return PostingList(docs, scores)


class Ranked(NamedTuple):
    """A document that matches. ``reasons[i]`` is how group ``i`` was met."""

    number: int
    score: float
    reasons: tuple[MatchKind | None, ...]


class Scorer:
    """``postings(field, term)`` gives a term's list among ``size`` documents; ``NOBODY`` where nobody wrote it.

    It is also asked for ``WORD``.
    """

    def __init__(self, postings: Callable[[str, str], PostingList], size: int, deadline_ms: int = 0) -> None:
        self._postings = postings
        self._size = size
        self._stop = time.perf_counter() + deadline_ms / 1000 if deadline_ms else float("inf")
        self.touched = 0
        """Entries of posting lists looked at so far."""

    def best(self, query: ParsedQuery, allowed: Mask | None, limit: int) -> list[Ranked]:
        """The best documents among the ``allowed``; ties in document order.

        Where not ``every`` group must match: the best ``limit``, and the best ``limit`` of those in which all do.
        """
        groups = sorted(enumerate(query.groups), key=lambda item: -item[1].share)
        totals = np.zeros(self._size)
        found: dict[int, NDArray[np.int8]] = {}
        whole = np.ones(self._size, np.bool_) if allowed is None else allowed.copy()
        some = np.zeros(self._size, np.bool_)
        for done, (index, group) in enumerate(groups):
            if done and time.perf_counter() > self._stop:
                break
            scores, found[index] = self._group(group)
            totals += scores
            met = found[index] >= 0
            whole &= met
            some |= met
            if query.every and not whole.any():
                return []
        if not found:
            return []
        for pair in query.pairs:
            docs, scores = self._list("pairs", pair)
            totals[docs] += PAIR_WEIGHT * scores
        best = best_of(np.flatnonzero(whole), totals, limit)
        if not query.every:
            if allowed is not None:
                some &= allowed
            best = best_of(np.array(sorted({*best, *best_of(np.flatnonzero(some), totals, limit)}), np.intp), totals, 2 * limit)
        nothing = np.full(self._size, -1, np.int8)
        kinds = [[_REASONS[kind] for kind in found.get(i, nothing)[best].tolist()] for i in range(len(query.groups))]
        return [Ranked(*hit) for hit in zip(best, totals[best].tolist(), zip(*kinds, strict=True), strict=True)]

    def _group(self, group: Group) -> tuple[Scores, NDArray[np.int8]]:
        """Best score a document gets from any alternative; the reason is the first alternative that holds, -1 for none."""
        found: list[tuple[PostingList, float, int]] = []
        for alternative in group.alternatives:
            if found and (self.touched > MOST_POSTINGS or time.perf_counter() > self._stop):
                break
            kind = KIND_ORDER.index(alternative.kind)
            found += [(postings, weight, kind) for postings, weight in self._alternative(alternative) if len(postings.docs)]
        best = np.zeros(self._size)
        reasons = np.full(self._size, -1, np.int8)
        for (docs, scores), weight, kind in reversed(found):  # the first one has the last word
            np.maximum.at(best, docs, weight * scores)
            reasons[docs] = kind
        return best, reasons

    def _alternative(self, alternative: Alternative) -> list[tuple[PostingList, float]]:
        if len(alternative.terms) == 1:
            return [(self._list(WORD if alternative.field == "all" else alternative.field, alternative.terms[0]), alternative.weight)]
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
