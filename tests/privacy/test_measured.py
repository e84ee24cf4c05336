"""Recall and false positives over sentences made from a seed."""

from __future__ import annotations

import pytest
from masking import by_kind, share
from masking_samples import negatives, positives


@pytest.mark.parametrize("seed", [7, 2026])
def test_at_least_99_of_100_personal_values_are_found_whole(seed):
    counts = by_kind(positives(seed))

    assert sum(seen for seen, _ in counts.values()) >= 2_000
    assert share(counts) >= 0.99, counts
    assert all(right / seen >= 0.97 for seen, right in counts.values()), counts


@pytest.mark.parametrize("seed", [11, 2027])
def test_at_most_one_look_alike_in_a_hundred_is_taken_for_personal(seed):
    counts = by_kind(negatives(seed))

    assert sum(seen for seen, _ in counts.values()) >= 2_000
    assert share(counts) >= 0.99, counts
