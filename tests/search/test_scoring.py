"""Scoring over posting lists: what counts, and that no query costs without bound."""

from __future__ import annotations

import numpy as np

from kbplatform.search.engine import HEAD_BOOST, PAIR_WEIGHT, Alternative, Group, ParsedQuery
from kbplatform.search.query import MOST_ALTERNATIVES, MOST_GROUPS
from kbplatform.search.scoring import MOST_POSTINGS, NOBODY, WORD, PostingList, Scorer, best_of, either


def scorer(size: int = 5, **lists: dict[int, float]) -> Scorer:
    """``all_pear={0: 1.0}``: document 0 scores 1 for the term in that field."""
    made = {name: PostingList(np.array(list(p), np.int32), np.array(list(p.values()))) for name, p in lists.items()}

    def postings(field: str, term: str) -> PostingList:
        return either(postings("all", term), postings("head", term)) if field == WORD else made.get(f"{field}_{term}", NOBODY)

    return Scorer(postings, size)


def one(*alternatives: Alternative) -> ParsedQuery:
    return ParsedQuery((Group("x", alternatives),))


def test_the_best_alternative_counts_and_the_first_that_holds_is_the_reason():
    s = scorer(all_pear={0: 1.0, 1: 2.0}, all_plum={1: 5.0, 2: 1.0})
    query = one(Alternative(("pear",)), Alternative(("plum",), "synonym", 0.5))
    assert s.best(query, None, 5) == [(1, 2.5, ("word",)), (0, 1.0, ("word",)), (2, 0.5, ("synonym",))]


def test_a_title_counts_more_and_pairs_add_to_what_matched_alone():
    s = scorer(all_pear={0: 1.0, 1: 1.0}, head_pear={1: 1.0}, pairs_ab={0: 1.0, 3: 9.0})
    query = ParsedQuery((Group("pear", (Alternative(("pear",)),)),), pairs=("ab",))
    assert s.best(query, None, 5) == [(0, 1.0 + PAIR_WEIGHT, ("word",)), (1, HEAD_BOOST, ("word",))]


def test_terms_of_an_alternative_must_all_be_there_and_only_allowed_documents_are_returned():
    s = scorer(all_a={0: 1.0, 2: 1.0, 4: 1.0}, all_b={2: 2.0, 3: 1.0, 4: 3.0})
    query = one(Alternative(("a", "b")))
    assert s.best(query, None, 5) == [(4, 4.0, ("word",)), (2, 3.0, ("word",))]
    assert s.best(query, np.array([1, 1, 1, 1, 0], np.bool_), 5) == [(2, 3.0, ("word",))]
    assert s.best(one(Alternative(("a", "nowhere"))), None, 5) == []


def test_the_better_of_two_fields_counts_wherever_the_term_stands():
    def lists(**fields: dict[int, float]):
        return {name: PostingList(np.array(list(p), np.int32), np.array(list(p.values()))) for name, p in fields.items()}

    def joined(text: dict[int, float], head: dict[int, float]):
        found = either(*lists(text=text, head=head).values())
        return dict(zip(found.docs.tolist(), found.scores.tolist(), strict=True))

    assert joined({1: 5.0, 2: 1.0, 7: 1.0}, {1: 1.0, 7: 1.0}) == {1: 5.0, 2: 1.0, 7: HEAD_BOOST}
    assert joined({1: 5.0}, {0: 1.0, 9: 2.0}) == {0: HEAD_BOOST, 1: 5.0, 9: 2 * HEAD_BOOST}
    assert joined({}, {3: 1.0}) == {3: HEAD_BOOST}
    assert joined({3: 1.0}, {}) == {3: 1.0}


def test_every_group_or_some():
    s = scorer(all_a={0: 1.0, 1: 1.0}, all_b={1: 1.0, 2: 1.0})
    groups = tuple(Group(t, (Alternative((t,)),), share) for t, share in (("a", 0.1), ("b", 0.9)))
    assert s.best(ParsedQuery(groups), None, 5) == [(1, 2.0, ("word", "word"))]
    assert s.best(ParsedQuery(groups, every=False), None, 5) == [(1, 2.0, ("word", "word")), (0, 1.0, ("word", None)), (2, 1.0, (None, "word"))]
    assert s.best(ParsedQuery(()), None, 5) == []


def test_those_with_some_groups_leave_room_for_the_best_that_have_all():
    s = scorer(all_a={0: 9.0, 1: 8.0, 2: 1.0, 3: 2.0}, all_b={2: 1.0, 3: 1.0})
    query = ParsedQuery(tuple(Group(t, (Alternative((t,)),)) for t in "ab"), every=False)
    assert [(hit.number, hit.reasons) for hit in s.best(query, None, 2)] == [
        (0, ("word", None)), (1, ("word", None)), (3, ("word", "word")), (2, ("word", "word")),
    ]  # fmt: skip


def test_ties_stand_in_document_order_also_at_the_cut():
    assert best_of(np.arange(6), np.array([1.0, 3.0, 3.0, 3.0, 2.0, 3.0]), 3) == [1, 2, 3]
    assert best_of(np.arange(3), np.array([1.0, 2.0, 3.0]), 0) == []


def test_the_longest_query_of_the_commonest_words_looks_at_a_bounded_number_of_postings():
    """Ten thousand documents that all hold every word, as many words and readings as a query can have."""
    size = 10_000
    everywhere = PostingList(np.arange(size, dtype=np.int32), np.ones(size))
    s = Scorer(lambda _field, _term: everywhere, size)
    groups = tuple(Group(str(g), tuple(Alternative((f"{g}.{a}",), weight=1 - a / 20) for a in range(MOST_ALTERNATIVES))) for g in range(MOST_GROUPS))
    for every in (True, False):
        s.touched = 0
        assert len(s.best(ParsedQuery(groups, every), None, 10)) == 10
        first_alternatives = size * MOST_GROUPS
        assert s.touched <= MOST_POSTINGS + first_alternatives
    assert size * MOST_GROUPS * MOST_ALTERNATIVES > MOST_POSTINGS + first_alternatives  # without the bound it would be more
