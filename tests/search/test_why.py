"""Each hit says which of its words the query was read as."""

from __future__ import annotations

import pytest


def first_why(site, query, **options):
    hit = site.search.search(query, **({"audiences": {"everyone"}, "explain": True} | options)).hits[0]
    return [(w.typed, w.matched, w.kind) for w in hit.why]


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("tousu", [("tousu", "投诉", "pinyin")]),
        ("ts", [("ts", "投诉", "initials")]),
        ("khmyd", [("khmyd", "客户满意度", "initials")]),
        ("头诉", [("头诉", "投诉", "typo")]),
        ("tousu chuli", [("tousu", "投诉", "pinyin"), ("chuli", "处理", "pinyin")]),
        ("投诉", []),
        ("complaint", []),
    ],
)
def test_a_hit_says_what_the_query_was_read_as(site, query, why):
    assert first_why(site, query) == why


def test_the_english_page_shows_its_own_spelling(site):
    assert ("complant", "complaint", "typo") in first_why(site, "complant", lang="en")


def test_what_is_shown_stands_on_the_page_in_one_language_or_the_other(site):
    for query in ("tuikuan", "退钱", "escalatoin", "kh满意度", "jinji"):
        for hit in site.search.search(query, audiences={"everyone"}, explain=True).hits:
            texts = [d for s in site.sources for d in s.documents() if (d.kind, d.key) == (hit.kind, hit.slug)]
            for why in hit.why:
                page = " ".join([d.title + " ".join([*d.keywords, d.angle, *d.asks, *(s.text for s in d.sections)]) for d in texts])
                assert all(word in page for word in why.matched.split()), (query, hit.slug, why)
