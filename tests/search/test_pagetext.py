"""A page's text, made ready to have the words of many queries looked for in it."""

from __future__ import annotations

import pytest

from kbplatform.articles.content_root import bundled_content
from kbplatform.plugin.contributions import SearchDocument, SearchSection
from kbplatform.search.analysis import Analyzer
from kbplatform.search.pagetext import PageTexts, Traces, on_one_line, with_text


def page(*texts: str, title: str = "Title", keywords: tuple[str, ...] = ()) -> SearchDocument:
    sections = tuple(SearchSection(f"s{i}", "", text) for i, text in enumerate(texts))
    return SearchDocument(id="a", kind="article", key="a", lang="en", title=title, url="/a", keywords=keywords, sections=sections)


@pytest.fixture(scope="module")
def texts():
    return PageTexts(Analyzer())


ODD = "dying 'tis rock'n'roll o'clock don’t 's it's ''it 投诉x'y天天天 ﬁrst ＦＩＲＳＴ a_b c’d_e 天'天 x' organised 客户满意度调查"


def read(texts: PageTexts, document: SearchDocument, *terms: str) -> list[dict[str, list[tuple[int, int]]]]:
    """Where terms stand in each section, then in the names: the first time and later alike."""
    made = texts.of(document)
    perhaps = made.perhaps(Traces(terms))
    first, *others = ([*(made.spans(n, perhaps) for n in range(len(with_text(document)))), made.named(perhaps)] for _ in range(4))
    assert others == [first] * 3
    return first


def test_each_section_is_read_on_one_line_and_empty_ones_are_none(texts):
    document = page("One\ntwo", "  ", "Don't ＷＡＩＴ two two", "三")
    assert [s.id for s in with_text(document)] == ["s0", "s2", "s3"]
    assert read(texts, document, "two", "wait", "三") == [{"two": [(4, 7)]}, {"two": [(11, 14), (15, 18)], "wait": [(6, 10)]}, {"三": [(0, 1)]}, {}]


def test_words_are_found_where_reading_everything_finds_them(analyzer):
    every = [path.read_text("utf-8") for path in sorted(bundled_content().rglob("*.md"))[:60]]
    texts = PageTexts(analyzer)
    for text in [*every, ODD]:
        line = on_one_line(text)
        expected = analyzer.spans(analyzer.normalise(line))
        made = texts.of(page(text))
        for _ in range(4):  # twice alone, then by reading everything, then by what was kept
            assert made.spans(0, made.perhaps(Traces(expected))) == expected
        assert made.spans(0, made.perhaps(Traces(["nowhere", "无处"]))) == {}


def test_sections_past_the_fifteenth_are_told_apart(texts):
    document = page(*(f"word{n} text" for n in range(40)), title="word39")
    found = read(texts, document, "word3", "word20", "word39")
    assert {n: list(terms) for n, terms in enumerate(found) if terms} == {3: ["word3"], 20: ["word20"], 39: ["word39"], 40: ["word39"]}


def test_a_place_in_a_section_is_known_in_the_original(texts):
    document = page("x", "ﬁrst ① 投訴")
    ((span,),) = read(texts, document, "投诉")[1].values()
    assert texts.of(document).original(1, *span) == (7, 9)


def test_places_far_down_a_long_text_are_kept_exactly(texts):
    text = "退款 " * 30_000 + "投诉"
    assert read(texts, page(text), "投诉")[0] == {"投诉": [(90_000, 90_002)]}


def test_no_word_of_a_page_is_ever_left_out_and_most_others_are(texts, analyzer):
    every = [path.read_text("utf-8") for path in sorted(bundled_content().glob("practices/*/*.md"))]
    parts = [part for text in every for part in text.split("\n## ")]
    words = [set(analyzer.spans(analyzer.normalise(part))) for part in parts]
    sought = Traces(set().union(*words))
    spared = 0
    for part, own in zip(parts, words, strict=True):
        perhaps = {term for term, where in texts.of(page(part)).perhaps(sought).items() if where & 1}
        assert own <= perhaps
        spared += len(set().union(*words)) - len(perhaps)
    assert spared > 0.8 * len(parts) * len(set().union(*words))


def test_names_are_looked_through_too(texts):
    document = page("text", title="Rückgabe und ＧＥＬＤ", keywords=("退款", "geld"))
    made = texts.of(document)
    assert made.title_end == len("rückgabe und geld")
    assert read(texts, document, "退款", "geld") == [{}, {"退款": [(18, 20)], "geld": [(13, 17), (21, 25)]}]
