"""A builder that remembers makes what one that forgets makes, whatever has changed in between."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kbplatform.sdk import SearchDocument, SearchSection
from kbplatform.search.analysis import Analyzer
from kbplatform.search.pinyin import PinyinTable
from kbplatform.search.records import RecordBuilder, RememberingBuilder

PAGE = SearchDocument(
    id="article:loan:zh", kind="article", key="loan", lang="zh", title="钟点工怎么改期", url="/", keywords=("改钟点工",),
    sections=(SearchSection("steps", "步骤", "先核对身份，再改钟点工，量子纠缠机一台。"),),
)  # fmt: skip


def both(analyzer, table, page=PAGE):
    made = [make(analyzer, table) for make in (RecordBuilder, RememberingBuilder)]
    assert made[0].words_to_read([page]) == made[1].words_to_read([page])
    forgets, remembers = (m.build(page) for m in made)
    assert forgets == remembers
    return remembers


@pytest.fixture
def table():
    return PinyinTable.build(["钟点工"])


def test_a_document_that_became_a_record_before_is_that_record_again(analyzer, table):
    assert both(analyzer, table) is both(analyzer, table)


@pytest.mark.parametrize("change", [{"title": "钟点工"}, {"keywords": ()}, {"sections": ()}, {"audience": frozenset({"team:1"})}, {"popularity": 2.0}], ids=lambda c: next(iter(c)))
def test_a_document_that_changed_becomes_another_record(analyzer, table, change):
    assert both(analyzer, table, replace(PAGE, **change)) != both(analyzer, table)


def test_words_that_are_read_otherwise_give_another_record(analyzer, table):
    before = both(analyzer, table)
    table.learn([], {"钟点工": ("zhong", "dian", "ren")})
    assert ("zdr" in before.initials, "zdr" in both(analyzer, table).initials) == (False, True)


def test_words_that_the_segmenter_learned_give_another_record(table):
    """It has one dictionary for the whole process: another analyzer's words are everybody's."""
    analyzer = Analyzer()
    before = both(analyzer, table)
    Analyzer(["量子纠缠机"])
    assert ("量子纠缠机" in before.all, "量子纠缠机" in both(analyzer, table).all) == (False, True)
