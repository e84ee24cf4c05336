"""How likely a search's best answer is what was asked: a logistic regression over what the ranking saw.

The weights are fitted, not guessed: ``benchmarks/fit_confidence.py`` makes them from graded queries and prints how
they do on queries they were not fitted on. None of the evidence depends on how many documents there are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from operator import attrgetter

THRESHOLD = 0.35
"""The least :func:`confidence` of an answer that is shown as sure: saying "nothing sure" to a good question costs more
than showing a few pages to somebody who asked for what is not here."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for the best page. Parts are 0–1 and of the query's meaning (idf).

    ``topic`` is the part it holds in words that stand in titles or keywords; ``closeness`` see
    :mod:`kbplatform.search.asking`; ``strength`` ln(1 + its score over the query's meaning); ``words`` ln(1 + how many
    words were asked); ``chinese`` 1 where Chinese was typed; ``unknown`` the part nobody ever wrote; ``strangers`` how
    many words those are; ``others`` the mean part that the best three pages hold; ``mistyped`` and ``begun`` 1 where a
    word was taken for a typo or for the beginning of another.
    """

    topic: float
    closeness: float
    strength: float
    words: float
    chinese: float
    unknown: float
    strangers: float
    others: float
    mistyped: float
    begun: float


WEIGHTS = Evidence(
    topic=3.274, closeness=1.751, strength=2.684, words=0.566, chinese=1.548,
    unknown=-4.330, strangers=0.255, others=2.172, mistyped=-1.141, begun=-0.812,
)  # fmt: skip
BIAS = -6.753
_in_order = attrgetter(*(f.name for f in fields(Evidence)))


def confidence(evidence: Evidence) -> float:
    """The probability, 0–1, that queries with such evidence have their answer here."""
    z = BIAS + sum(w * x for w, x in zip(_in_order(WEIGHTS), _in_order(evidence), strict=True))
    return 1 / (1 + math.exp(-z))
