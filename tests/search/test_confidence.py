"""Confidence: what speaks for an answer, and what against it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kbplatform.search.confidence import THRESHOLD, Evidence, confidence

GOOD = Evidence(topic=0.9, closeness=0.8, strength=1.0, words=1.1, chinese=1.0, unknown=0.0, strangers=0.0, others=0.9, mistyped=0.0, begun=0.0)


def test_confidence_is_a_probability():
    assert 0 < confidence(replace(GOOD, topic=0, closeness=0, strength=0, others=0, unknown=1)) < THRESHOLD < confidence(GOOD) < 1


@pytest.mark.parametrize(("field", "worse"), [("topic", 0.2), ("closeness", 0.1), ("strength", 0.2), ("unknown", 0.6), ("others", 0.2), ("mistyped", 1.0)])
def test_less_evidence_means_less_confidence(field, worse):
    assert confidence(replace(GOOD, **{field: worse})) < confidence(GOOD)


def test_what_names_nothing_has_no_evidence_at_all(site):
    assert site.search.judge("怎么办", audiences={"everyone"}).evidence is None
    assert site.search.judge("", audiences={"everyone"}).evidence is None


def test_an_answer_is_sure_exactly_where_its_evidence_suffices(site):
    for query in ("投诉", "今天天气", "how to bake bread", "隐私保护", "股票代码"):
        judged = site.search.judge(query, audiences={"everyone"})
        result = site.search.search(query, audiences={"everyone"})
        assert result.low_confidence == (judged.evidence is None or confidence(judged.evidence) < THRESHOLD)
