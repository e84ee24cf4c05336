"""What the benchmarks count, counted by hand."""

import math
import random

import pytest
from figures import percentile, save
from keystrokes import Typed, keystrokes, middle
from memorised import Content, share
from rephrasing import Rephrasing

from kbplatform.search.pinyin import PinyinTable


@pytest.fixture(scope="module")
def content():
    return Content()


def terms(content, without):
    return {c.id: c for c in content._glossary(without).concepts}


def test_keystrokes_are_counted_until_a_right_page_is_among_the_first_three():
    shown = {"t": [9, 9, 9, 5], "to": [9, 9, 5], "tou": [5]}
    row = {"query": "tou su", "lang": "zh", "labels": {"5": 3, "9": 1}}

    assert keystrokes(row, lambda text, _lang: shown.get(text, [])) == 2


def test_a_blank_is_a_keystroke_at_which_nothing_new_is_asked_and_a_miss_is_more_than_any_number():
    asked = []
    row = {"query": "a b", "labels": {"1": 2}}

    assert keystrokes(row, lambda text, _lang: asked.append(text) or []) == math.inf
    assert asked == ["a", "a b"]
    assert Typed(row, math.inf, 3).needed == 3


def test_the_median_is_a_number_of_keystrokes_that_somebody_needed():
    assert [middle(counts) for counts in ([1], [1, 3], [1, math.inf, 2], [2, math.inf, math.inf])] == [1, 3, 2, math.inf]


@pytest.mark.parametrize(("query", "form", "part"), [("投诉", "客户投诉率", 1.0), ("投诉率", "投诉", 2 / 3), ("abc", "xyz", 0.0), ("", "x", 0.0), ("差评怎么回", "差评怎样回", 0.6)])
def test_a_share_is_the_longest_stretch_in_common(query, form, part):
    assert share(query, form) == pytest.approx(part)


def test_what_is_taken_away_is_gone_from_pages_and_glossary_and_all_else_stays(content):
    without = frozenset({content.letters("客诉"), content.letters("Customer Complaint")})
    document = next(d for d in content.documents if "客诉" in d.keywords)
    changed = content._document(document, without)
    concept = next(c for c in content.glossary.concepts if "客诉" in c.forms)
    left = terms(content, without)[concept.id]

    assert changed.keywords == tuple(k for k in document.keywords if k != "客诉")
    assert changed.sections == document.sections
    assert left.forms == tuple(f for f in concept.forms if f.lower() not in {"客诉", "customer complaint"})
    assert content._glossary(frozenset()) == content.glossary


def test_a_term_that_loses_its_name_goes_by_another_and_one_that_loses_all_is_gone(content):
    concept = next(c for c in content.glossary.concepts if c.also_zh)
    renamed = terms(content, frozenset({content.letters(concept.zh)}))[concept.id]

    assert renamed.zh == concept.also_zh[0]
    assert concept.id not in terms(content, frozenset(content.letters(f) for f in concept.forms))


@pytest.mark.parametrize("variant", ["politely", "function words", "another order", "slip of the keys"])
@pytest.mark.parametrize("text", ["怎么跟客户道歉", "how do I calm the angry caller"])
def test_a_query_said_otherwise_is_another_one_and_the_same_each_time(content, variant, text):
    def said():
        return Rephrasing(content.analyzer, content.pinyin, random.Random(7)).of(variant, {"query": text, "kind": "question"})

    assert said() not in {"", text}
    assert said() == said()


def test_what_is_mistyped_or_spelled_by_sound_already_is_not_mistyped_again(content):
    rephrasing = Rephrasing(content.analyzer, PinyinTable.build(), random.Random(1))

    assert rephrasing.of("slip of the keys", {"query": "complant", "kind": "typo_en"}) == ""
    assert rephrasing.of("another order", {"query": "kehu tousu", "kind": "pinyin_full"}) == ""


def test_figures_are_kept_with_few_digits_and_without_what_json_has_no_word_for(tmp_path):
    save(tmp_path / "f" / "x.json", {"a": 0.123456, "b": [math.nan, math.inf, 12], "c": (1.0, "—")})

    assert (tmp_path / "f" / "x.json").read_text("utf-8").split() == ['{', '"a":', '0.1235,', '"b":', '[', 'null,', 'null,', '12', '],', '"c":', '[', '1.0,', '"—"', ']', '}']
    assert percentile([5, 1, 3], 0.5) == 3
    assert math.isnan(percentile([], 0.5))
