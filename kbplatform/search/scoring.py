"""Scoring groups of alternatives over posting lists: shared by engines that can hand those out.

Within a group the best alternative counts (dis-max), groups add up. Whoosh's own dis-max matcher is
not used: in 2.7.4 it takes the larger of both sides' scores even when they stand at different documents.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Container, Mapping
from typing import Generic, TypeVar

from kbplatform.search.engine import HEAD_BOOST, PAIR_WEIGHT, Alternative, Group, MatchKind, ParsedQuery

Doc = TypeVar("Doc", bound=int | str)


class Scorer(Generic[Doc]):
    """``postings(field, term)`` gives every document's BM25 score for a term; empty where nobody wrote it."""

    def __init__(self, postings: Callable[[str, str], Mapping[Doc, float]], deadline_ms: int = 0) -> None:
        self._postings: Callable[[str, str], Mapping[Doc, float]] = postings
        self._stop = time.perf_counter() + deadline_ms / 1000 if deadline_ms else float("inf")

    def best(
        self, query: ParsedQuery, allowed: Container[Doc] | None, limit: int
    ) -> list[tuple[Doc, float, tuple[MatchKind | None, ...]]]:
        """The best documents with score and, for each group, how it matched; ties in document order."""
        groups: list[tuple[int, Group]] = sorted(enumerate(query.groups), key=lambda item: -item[1].share)
        totals: dict[Doc, float] = {}
        found: dict[int, dict[Doc, MatchKind]] = {}
        for done, (index, group) in enumerate(groups):
            if done and time.perf_counter() > self._stop:
                break
            within = totals if query.every and done else None
            scores, found[index] = self._group(group, within)
            if query.every:
                totals = {doc: scores[doc] + totals.get(doc, 0.0) for doc in scores}
            else:
                for doc, score in scores.items():
                    totals[doc] = totals.get(doc, 0.0) + score
            if query.every and not totals:
                return []
        for pair in query.pairs:
            for doc, score in self._postings("pairs", pair).items():
                if doc in totals:
                    totals[doc] += PAIR_WEIGHT * score
        visible = totals.items() if allowed is None else ((d, s) for d, s in totals.items() if d in allowed)
        top = heapq.nsmallest(limit, visible, key=lambda item: (-item[1], item[0]))
        order = range(len(query.groups))
        return [(doc, score, tuple(found.get(i, {}).get(doc) for i in order)) for doc, score in top]

    def _group(self, group: Group, within: Container[Doc] | None) -> tuple[dict[Doc, float], dict[Doc, MatchKind]]:
        """Best score a document gets from any alternative; the reason is the first alternative that holds."""
        best: dict[Doc, float] = {}
        reasons: dict[Doc, MatchKind] = {}
        for alternative in group.alternatives:
            if best and time.perf_counter() > self._stop:
                break
            for doc, score in self._alternative(alternative).items():
                if within is not None and doc not in within:
                    continue
                known = best.get(doc)
                if known is None:
                    best[doc] = score
                    reasons[doc] = alternative.kind
                elif score > known:
                    best[doc] = score
        return best, reasons

    def _alternative(self, alternative: Alternative) -> dict[Doc, float]:
        weight = alternative.weight
        scores = {doc: weight * score for doc, score in self._together(alternative.field, alternative.terms).items()}
        if alternative.field == "all":
            for doc, score in self._together("head", alternative.terms).items():
                boosted = weight * HEAD_BOOST * score
                if boosted > scores.get(doc, 0.0):
                    scores[doc] = boosted
        return scores

    def _together(self, field: str, terms: tuple[str, ...]) -> Mapping[Doc, float]:
        """Documents that hold every term, their scores added."""
        lists: list[Mapping[Doc, float]] = sorted((self._postings(field, term) for term in terms), key=len)
        if len(lists) < 2:
            return lists[0] if lists else {}
        first, rest = lists[0], lists[1:]
        return {doc: score + sum(r[doc] for r in rest) for doc, score in first.items() if all(doc in r for r in rest)}
