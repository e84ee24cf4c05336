"""A page's text, made ready to have the words of many queries looked for in it."""

from __future__ import annotations

import pytest

from kbplatform.articles.content_root import bundled_content
from kbplatform.plugin.contributions import SearchDocument, SearchSection
from kbplatform.search.analysis import Analyzer
from kbplatform.search.pagetext import PageTexts, Traces


def page(*texts: str, title: str = "Title", keywords: tuple[str, ...] = ()) -> SearchDocument:
    sections = tuple(SearchSection(f"s{i}", "", text) for i, text in enumerate(texts))
    return SearchDocument(id="a", kind="article", key="a", lang="en", title=title, url="/a", keywords=keywords, sections=sections)


@pytest.fixture(scope="module")
def texts():
    return PageTexts(Analyzer())


def test_each_section_stands_on_its_line_and_empty_ones_nowhere(texts):
    made = texts.of(page("One\ntwo", "  ", "Don't ＷＡＩＴ", "三"))
    lines = [made.text[made.starts[i] : made.starts[i + 1] - 1] for i in range(len(made.sections))]
    assert ([s.id for s in made.sections], lines) == (["s0", "s2", "s3"], ["one two", "don't wait", "三"])
    assert made.letters == "one two\ndont wait\n三"


def test_letters_stand_in_the_sections_that_have_them(texts):
    made = texts.of(page("refund, refund", "don't", "our refunds", "退款"))
    assert [made.standing(letters) for letters in ("refu", "dont", "退款", "pear")] == [0b101, 0b010, 0b1000, 0]


def test_a_place_in_a_section_is_known_in_the_original(texts):
    made = texts.of(page("x", "ﬁrst ① 投訴"))
    start = made.text.index("投诉")
    assert made.original(1, start, start + 2) == (7, 9)


def test_no_word_of_a_page_is_ever_left_out_and_most_others_are(texts):
    analyzer = Analyzer()
    every = [path.read_text("utf-8") for path in sorted(bundled_content().glob("practices/*/*.md"))]
    words = [set(analyzer.spans(analyzer.normalise(text))) for text in every]
    sought = Traces(set().union(*words))
    spared = 0
    for text, own in zip(every, words, strict=True):
        perhaps = sought.perhaps_in(texts.of(page(text)).pairs)
        assert own <= perhaps.keys()
        spared += len(set().union(*words)) - len(perhaps)
    assert spared > 0.5 * len(every) * len(set().union(*words))


def test_names_are_looked_through_too(texts):
    made = texts.of(page("text", title="Rückgabe und ＧＥＬＤ", keywords=("退款",)))
    assert (made.names, made.names[: made.title_end]) == ("rückgabe und geld\n退款", "rückgabe und geld")
    assert Traces(["退款", "geld"]).perhaps_in(made.pairs) == {"退款": "退款", "geld": "ge"}
