"""What a careful reader would object to: shares where numbers are asked for, unlike things compared, sweeps without end."""

from __future__ import annotations

import pytest

from kbplatform_calculators import sweep
from kbplatform_calculators.compare import compare
from kbplatform_calculators.definitions import ALL
from kbplatform_calculators.figures import written
from kbplatform_calculators.running import run
from kbplatform_calculators.typed import Unreadable, cut, read_number

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


@pytest.mark.parametrize(("typed", "value"), [("1.2w", 12_000), ("3千", 3_000), ("3.5k", 3_500), ("２万", 20_000)])
def test_thousands_and_ten_thousands_are_read_as_people_write_them(typed, value):
    assert read_number(typed) == value


@pytest.mark.parametrize("typed", ["1,200", "120,340", "1,200,300"])
def test_what_may_be_one_number_or_several_is_asked_about(typed):
    with pytest.raises(Unreadable, match="one number or several"):
        cut(typed)
    assert cut(typed.replace(",", ", ")) == typed.split(",")


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [(0.9999, "proportion", "99.99%"), (99.97, "percent", "99.97%"), (1, "proportion", "100.0%"), (100.0, "percent", "100.0%"), (0.5, "proportion", "50.0%"), (1 - 1e-12, "proportion", ">99.999999%")],
)
def test_a_share_just_short_of_all_does_not_look_like_all(value, unit, words):
    assert written(float(value), unit, "en", 1) == words


def test_contacts_about_nothing_are_no_rate(ask):
    found = ask.answer("fcr", contacts=100, problems=0)
    assert set(found["outputs"].values()) == {None}
    assert "ot enough data" in found["explanation"]


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [(35_999, "9 小时 59 分 59 秒", "9 h 59 min 59 s"), (36_000, "10 小时", "10 h"), (37_259, "10 小时 21 分", "10 h 21 min"), (37_229, "10 小时 20 分", "10 h 20 min"), (39_599, "11 小时", "11 h")],
)
def test_from_ten_hours_up_times_are_rounded_to_the_minute_not_cut(seconds, zh, en):
    assert (written(seconds, "s", "zh"), written(seconds, "s", "en")) == (zh, en)


def test_the_working_of_shrinkage_shows_its_parts_and_the_roster():
    result = run(BY_ID["shrinkage"], {"parts": "10%, 20%", "required": 21})
    assert result.working.en == "1 − (1 − 10%) × (1 − 20%) = 28.0%; 21 agents ÷ (1 − 28.0%) = 29.17 agents, rounded up to 30 agents"


def test_two_checkers_who_never_differ_get_no_interval_and_are_told_why(ask):
    found = ask.answer("cohen_kappa", table=[[30, 0], [0, 12]])
    assert (found["outputs"]["kappa"], found["outputs"]["ci_low"], found["outputs"]["ci_high"], found["interval"]) == (1, None, None, None)
    assert "interval" not in found["explanation"]
    assert BY_ID["cohen_kappa"].version == 2  # version 1 gave 1 to 1
    assert any("never differed in 42 contacts" in w for w in found["warnings"])


@pytest.mark.parametrize(("actual", "target", "direction", "last"), [(0.5, 0.9, "higher", "0.9"), (100, 1_000, "higher", "1,000"), (40, 5, "lower", "5"), (7, 7, "higher", "7"), (0, 5, "lower", "5")])
def test_the_what_if_of_a_goal_reaches_the_goal(kb_client, actual, target, direction, last):
    page = kb_client.get(f"/p/calculators/goal_attainment?actual={actual}&target={target}&direction={direction}&sweep=actual", headers={"Accept-Language": "en"})
    assert f'<th scope="row">{last}' in page.get_data(as_text=True)
