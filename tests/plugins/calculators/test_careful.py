"""What a careful reader would object to: shares where numbers are asked for, unlike things compared, sweeps without end."""

from __future__ import annotations

import pytest

from kbplatform_calculators import sweep
from kbplatform_calculators.compare import compare
from kbplatform_calculators.definitions import ALL
from kbplatform_calculators.running import run

BY_ID = {c.id: c for c in ALL}


@pytest.mark.parametrize("field", ["talk", "handled"])
def test_a_share_is_no_count_and_no_duration(ask, field):
    inputs = {"talk": 60, "hold": 0, "wrap": 0, "handled": 1} | {field: "100%"}
    assert ask.refused("aht", **inputs) == {field: "This is a number, not a share: leave out the %"}


def test_percent_of_points_is_points(ask):
    assert ask.outputs("learning_gain", pre="80%", post="90%")["gain"] == 0.5
    assert ask.outputs("learning_gain", pre=80, post=90)["gain"] == 0.5


def compared(calculator, before, now):
    c = BY_ID[calculator]
    return compare(run(c, before), run(c, now))


def test_a_better_score_that_now_fails_is_not_praised():
    found = compared("qa_score", {"weights": [50, 50], "scores": [80, 80], "critical": 0}, {"weights": [50, 50], "scores": [100, 100], "critical": 1})
    assert "the right way" not in found.explanation.en
    assert "passes before, fails now" in found.explanation.en
    assert "方向是好的" not in found.explanation.zh


def test_figures_by_different_definitions_are_not_compared():
    calls = {"answered": 1000, "answered_in_T": 860, "abandoned": 60, "abandoned_in_T": 20, "abandoned_short": 10}
    found = compared("service_level", calls | {"definition": "F4"}, calls | {"definition": "F5"})
    assert (found.verdict, found.difference) == ("unknown", None)


def test_a_sweep_that_takes_too_long_says_so_for_what_it_did_not_reach(kb_client, monkeypatch):
    monkeypatch.setattr(sweep, "BUDGET_S", 0)
    page = kb_client.get("/p/calculators/resolution_rate?received=20&resolved=15&sweep=received", headers={"Accept-Language": "en"})
    assert page.status_code == 200
    assert "not reached" in page.get_data(as_text=True)
