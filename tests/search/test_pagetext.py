"""Where the words of a page stand: worked out when it is indexed, and found again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kbplatform.articles.content_root import bundled_content
from kbplatform.plugin.contributions import SearchDocument, SearchSection
from kbplatform.search.analysis import Analyzer
from kbplatform.search.engine import Batch
from kbplatform.search.engines.memory import MemoryEngine
from kbplatform.search.pagetext import PageText, PageTexts, Terms, places_of
from kbplatform.search.pinyin import PinyinTable
from kbplatform.search.records import RecordBuilder

ODD = "dying 'tis rock'n'roll o'clock don’t 's it's ''it 投诉x'y天天天 a_b c’d_e 天'天 x' organised 客户满意度调查"


def page(*texts: str, title: str = "Title", keywords: tuple[str, ...] = ()) -> SearchDocument:
    sections = tuple(SearchSection(f"s{i}", "", text) for i, text in enumerate(texts))
    return SearchDocument(id="a", kind="article", key="a", lang="en", title=title, url="/a", keywords=keywords, sections=sections)


@pytest.fixture(scope="module")
def read(analyzer):
    """Where terms stand on a page: each with its places by the number of the part."""

    def read_(document: SearchDocument, *terms: str):
        return PageText(document, places_of(document, analyzer)).find(Terms(terms))

    return read_


def test_each_section_is_read_on_one_line_and_empty_ones_are_none(read, analyzer):
    document = page("One\ntwo", "  ", "Don't ＷＡＩＴ two two", "三")
    made = PageText(document, places_of(document, analyzer))
    assert [(s.id, made.line(n)) for n, s in enumerate(made.sections)] == [("s0", "One two"), ("s2", "Don't ＷＡＩＴ two two"), ("s3", "三")]
    assert read(document, "two", "wait", "三", "四") == {"two": {0: [(4, 7)], 1: [(11, 14), (15, 18)]}, "wait": {1: [(6, 10)]}, "三": {2: [(0, 1)]}}


def test_every_word_is_found_where_reading_the_text_finds_it_and_no_other(read, analyzer):
    every = [" ".join(path.read_text("utf-8").split()) for path in sorted(bundled_content().rglob("*.md"))[:60]]
    sought = [*{term for text in every for term in analyzer.spans(analyzer.normalise(text))}, "nowhere", "无处"]
    compared = 0
    for text in [*every, ODD]:
        aligned = analyzer.align(text)
        expected = {term: [aligned.original(*span) for span in spans] for term, spans in analyzer.spans(aligned.text).items()}
        found = read(page(text, title=""), *sought, *expected)
        assert {term: parts[0] for term, parts in found.items()} == expected
        compared += len(expected)
    assert compared > 10_000


def test_the_parts_of_a_page_of_many_sections_are_told_apart(read):
    document = page(*(f"word{n} text" for n in range(40)), title="word39", keywords=("word38", "word39"))
    found = read(document, "word3", "word20", "word38", "word39")
    assert {term: sorted(parts) for term, parts in found.items()} == {"word3": [3], "word20": [20], "word38": [38, 41], "word39": [39, 40, 41]}


def test_a_place_is_one_of_the_original_text(read):
    assert read(page("x", "ﬁrst ① 投訴"), "投诉", "first") == {"投诉": {1: [(7, 9)]}, "first": {1: [(0, 4)]}}


def test_places_far_down_a_long_text_are_kept_exactly(read):
    assert read(page("退款 " * 30_000 + "投诉"), "投诉") == {"投诉": {0: [(90_000, 90_002)]}}


def test_a_page_without_any_word_has_none(read):
    assert read(page("…", title="—"), "x") == {}
    assert read(page("text"), *()) == {}


def test_names_are_read_too(read):
    document = page("text", title="Rückgabe und ＧＥＬＤ", keywords=("退款", "geld"))
    assert read(document, "退款", "geld") == {"退款": {2: [(0, 2)]}, "geld": {1: [(13, 17)], 2: [(3, 7)]}}


class Watching(Analyzer):
    """Notes which texts it reads."""

    def __init__(self) -> None:
        self.read: list[str] = []
        super().__init__()

    def words_at(self, normal):
        self.read.append(normal)
        return super().words_at(normal)


def test_what_the_index_knows_is_taken_from_there_and_of_an_edited_text_worked_out_here():
    analyzer, engine = Watching(), MemoryEngine()
    engine.ensure("1")
    engine.rebuild([], 0)
    document = page("refund")
    edited = replace(document, sections=(SearchSection("s0", "", "the refund"),))
    engine.apply(Batch((RecordBuilder(analyzer, PinyinTable.build()).build(document),)), 1)
    texts = PageTexts(analyzer)

    def found(document: SearchDocument):
        analyzer.read.clear()
        (read,) = texts.of([document], engine)
        return read.find(Terms(["refund"])), list(analyzer.read)

    assert found(document) == ({"refund": {0: [(0, 6)]}}, [])
    assert found(edited) == ({"refund": {0: [(4, 10)]}}, ["the refund", "title", ""])
    assert found(replace(edited)) == ({"refund": {0: [(4, 10)]}}, [])  # another one that says the same
    assert found(document) == ({"refund": {0: [(0, 6)]}}, [])
    assert found(replace(document, id="new")) == ({"refund": {0: [(0, 6)]}}, ["refund", "title", ""])  # the index has not heard of it
