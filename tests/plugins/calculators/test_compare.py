"""Before and after: a change is called one only where it is more than chance, and the page says on what that rests."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from own_calculators import LEVEL, SCORE, SPAN, TIME

from kbplatform.errors import InvalidInput
from kbplatform_calculators.compare import compare
from kbplatform_calculators.definitions import ALL
from kbplatform_calculators.definitions.quality import FCR, RESOLUTION_RATE
from kbplatform_calculators.definitions.scores import GOAL_ATTAINMENT
from kbplatform_calculators.definitions.speed_responses import WEB_VITALS
from kbplatform_calculators.inputs import Count, Number, Series
from kbplatform_calculators.running import run
from kbplatform_calculators.statistics import newcombe


def compared(calculator, before, now):
    return compare(run(calculator, before), run(calculator, now))


def rate(resolved, received):
    return {"received": received, "resolved": resolved}


@pytest.mark.parametrize(
    ("before", "now", "verdict"),
    [(rate(120, 180), rate(170, 200), "better"), (rate(170, 200), rate(120, 180), "worse"), (rate(12, 20), rate(15, 20), "unclear"), (rate(15, 20), rate(15, 20), "unclear")],
)
def test_two_rates_are_judged_by_newcombe_s_interval(before, now, verdict):
    found = compared(RESOLUTION_RATE, before, now)
    assert (found.verdict, found.basis) == (verdict, "newcombe")
    assert found.interval == newcombe(now["resolved"], now["received"], before["resolved"], before["received"])


def test_newcombe_s_interval_is_that_of_the_paper():
    """R. G. Newcombe (1998), Statistics in Medicine 17, 873-890, table II: 56/70 against 48/80, method 10."""
    assert newcombe(56, 70, 48, 80) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_the_sentence_names_both_figures_and_the_difference_with_its_interval():
    found = compared(RESOLUTION_RATE, rate(48, 80), rate(56, 70))
    assert found.explanation.en == (
        "From 60.0% to 80.0%: up by 20.0 percentage points; the 95% interval of the difference is +5.2 percentage points to +33.4 percentage points."
    )
    assert found.explanation.zh == "从 60.0% 到 80.0%，高了 20.0 个百分点；差的 95% 区间是 +5.2 个百分点 到 +33.4 个百分点。"


def test_another_way_of_the_same_calculator_has_its_own_sample():
    found = compare(run(FCR, {"contacts": 200, "problems": 100}), run(FCR, {"contacts": 200, "problems": 150}))
    assert (found.verdict, found.basis) == ("better", "newcombe")


@pytest.mark.parametrize(("a", "b", "verdict"), [((30, 3), (35, 3.9), "better"), ((30, 3), (35, 4.1), "unclear"), ((35, 3), (30, 3), "worse")])
def test_two_margins_together_are_the_root_of_the_sum_of_their_squares(a, b, verdict):
    found = compared(SCORE, {"score": a[0], "half": a[1]}, {"score": b[0], "half": b[1]})
    assert (found.verdict, found.basis) == (verdict, "margins")


@pytest.mark.parametrize(("now", "verdict"), [((4, 6), "higher"), ((2.5, 4), "unclear"), ((0, 0.5), "lower")])
def test_two_intervals_must_not_overlap_and_a_figure_without_direction_is_higher_or_lower(now, verdict):
    found = compared(SPAN, {"low": 1, "high": 3}, {"low": now[0], "high": now[1]})
    assert (found.verdict, found.basis) == (verdict, "intervals")
    assert "strict" in found.method.en


@pytest.mark.parametrize(("talk", "verdict", "words"), [(500, "different", "down by 33.3 s, the right way"), (700, "different", "up by 33.3 s, the wrong way"), (600, "same", "both times")])
def test_a_figure_without_interval_is_exact_arithmetic_and_chance_is_not_spoken_of(talk, verdict, words):
    found = compared(TIME, {"talk": 600, "calls": 3}, {"talk": talk, "calls": 3})
    assert (found.verdict, found.basis, found.interval) == (verdict, "exact", None)
    assert words in found.explanation.en
    assert "exact arithmetic" in found.method.en


def test_two_words_without_an_order_are_the_same_or_not_and_it_says_that_there_is_no_order():
    found = compared(LEVEL, {"value": 1}, {"value": 9})
    assert (compared(LEVEL, {"value": 1}, {"value": 2}).verdict, found.verdict) == ("same", "different")
    assert found.method.en == "This answer is words, neither a number nor a rating: all that can be said is whether they are the same."


def goal(actual):
    return {"actual": actual, "target": 5, "direction": "lower"}


@pytest.mark.parametrize(
    ("calculator", "before", "now", "verdict"),
    [
        (GOAL_ATTAINMENT, goal(0), goal(8), "worse"), (GOAL_ATTAINMENT, goal(8), goal(0), "better"), (GOAL_ATTAINMENT, goal(0), goal(4), "same"),
        (WEB_VITALS, {"lcp_s": 8}, {"lcp_s": 2}, "better"), (WEB_VITALS, {"lcp_s": 3}, {"lcp_s": 8}, "worse"), (WEB_VITALS, {"lcp_s": 3}, {"lcp_s": 2}, "better"),
        (WEB_VITALS, {"lcp_s": 8}, {"lcp_s": 5}, "same"),
    ],
)  # fmt: skip
def test_a_rating_that_rose_is_better_whether_or_not_there_is_a_number_on_both_sides(calculator, before, now, verdict):
    found = compared(calculator, before, now)
    assert (found.verdict, found.basis) == (verdict, "rating")


def test_the_page_of_a_rating_says_in_which_order_the_ratings_stand(kb_client):
    page = kb_client.get("/p/calculators/web_vitals?lcp_s=2&b.lcp_s=8", headers={"Accept-Language": "zh"}).get_data(as_text=True)
    assert re.search(r'result-value">([^<]+)<', page)[1] == "变好了"
    assert "之前：差；现在：良好。" in page
    assert "从差到好：差、待改进、良好。" in page


def moved(way, inputs, factor):
    """Inputs with every number scaled, within its bounds."""
    fields = {i.name: i for i in way.inputs}
    scaled = {n: scale(fields[n], v, factor) for n, v in inputs.items() if n in fields and v is not None}
    try:
        return run(CALCULATOR_OF[id(way)], scaled, way)
    except InvalidInput:
        return None


def scale(field, value, factor):
    if isinstance(field, Number) and isinstance(value, int | float):
        value = min(field.maximum, max(field.minimum, value * factor))
        return round(value) if isinstance(field, Count) else value
    return [scale(field.item, v, factor) for v in value] if isinstance(field, Series) else value


CALCULATOR_OF = {id(w): c for c in ALL for w in c.ways}


@pytest.mark.parametrize("way", [w for c in ALL for w in c.ways], ids=lambda w: f"{CALCULATOR_OF[id(w)].id}{':' + w.name if w.name else ''}")
def test_no_comparison_of_the_registry_is_left_without_a_verdict_unless_it_says_why(way):
    calculator = CALCULATOR_OF[id(way)]
    results = [run(calculator, e.inputs, way) for e in way.examples]
    results += [r for e in way.examples for factor in (0, 0.3, 0.6, 1.7, 4) if (r := moved(way, e.inputs, factor))]
    for before in results:
        for now in results:
            found = compare(before, now)
            assert found.explanation.zh
            assert found.explanation.en
            if found.verdict == "different":
                assert found.basis in {"exact", "word"}
                assert found.method.en
            if calculator.better in {"higher", "lower"} and any(isinstance(r.main, str) for r in (before, now)):
                assert found.verdict in {"better", "worse", "same", "unknown"}, (before.headline, now.headline)


@pytest.mark.parametrize(("before", "now", "which"), [(rate(0, 0), rate(1, 2), "Before"), (rate(1, 2), rate(0, 0), "Now")])
def test_where_one_side_has_too_little_data_it_says_which(before, now, which):
    found = compared(RESOLUTION_RATE, before, now)
    assert found.verdict == "unknown"
    assert found.explanation.en.startswith(f"{which}: Not enough data")


@given(st.integers(1, 500), st.integers(1, 500), st.data())
def test_swapping_before_and_now_turns_the_verdict_round(n1, n2, data):
    k1, k2 = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n2))
    there, back = compared(RESOLUTION_RATE, rate(k1, n1), rate(k2, n2)), compared(RESOLUTION_RATE, rate(k2, n2), rate(k1, n1))
    assert {there.verdict, back.verdict} in ({"better", "worse"}, {"unclear"})
    assert there.difference == pytest.approx(-back.difference)
    assert there.interval == pytest.approx((-back.interval[1], -back.interval[0]))


BOTH = "/p/calculators/resolution_rate?received=200&resolved=170&b.received=180&b.resolved=120"


@pytest.mark.parametrize(("lang", "verdict", "labels"), [("zh", "变好了", ("之前", "现在")), ("en", "Better", ("Before", "Now"))])
def test_the_address_alone_holds_a_comparison(kb_client, lang, verdict, labels):
    page = kb_client.get(BOTH, headers={"Accept-Language": lang}).get_data(as_text=True)
    assert re.search(r'result-value">([^<]+)<', page)[1] == verdict
    assert all(f"<span>{label}</span>" in page for label in labels)
    assert page.index("result-value") < page.index('name="received"') < page.index('name="b.received"')


def test_comparing_begins_with_one_click_and_keeps_what_was_typed(kb_client):
    page = kb_client.get("/p/calculators/resolution_rate?received=20&resolved=15&compare=1").get_data(as_text=True)
    assert 'name="b.received" value=""' in page
    assert 'name="received" value="20"' in page
    assert "75.0%" in page
    assert re.search(r'name="b.received"[^>]*autofocus', page)


def test_a_mistake_in_the_figures_of_before_stands_at_its_field(kb_client):
    response = kb_client.get("/p/calculators/resolution_rate?received=20&resolved=15&b.received=10&b.resolved=11")
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert re.search(r'name="b.resolved" value="11"[^>]*aria-invalid="true"', page)
    assert not re.search(r'name="resolved"[^>]*aria-invalid="true"', page)


def test_one_choice_from_a_list_is_not_yet_a_comparison(own_client):
    page = own_client.get("/p/calculators/own_time?talk=600&calls=3&b.kind=out").get_data(as_text=True)
    assert 'name="b.talk"' not in page
