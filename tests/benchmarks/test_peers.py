"""Every peer does the tasks it is timed at: otherwise its figures would say nothing."""

from dataclasses import replace

import pytest
from corpus import Corpus
from ours import ENGINES, Ours
from peers import Absent, Fts5, Tantivy, Task, Tokens, Trigram, marked
from peers_node import MiniSearch, MiniSearchOwn

from kbplatform.search.pinyin import PinyinTable
from kbplatform.search.records import RecordBuilder

NEW = "zqwxkvjb"


@pytest.fixture(scope="module")
def corpus():
    return Corpus(120)


@pytest.fixture(scope="module")
def tokens(corpus):
    return Tokens(corpus.analyzer, RecordBuilder(corpus.analyzer, corpus.pinyin))


@pytest.fixture(scope="module", params=["memory", "whoosh", Fts5, Trigram, Tantivy, MiniSearch, MiniSearchOwn], ids=lambda p: getattr(p, "__name__", p))
def peer(request, corpus, tokens, tmp_path_factory):
    folder = tmp_path_factory.mktemp("peer")
    try:
        if isinstance(request.param, str):
            made = Ours(folder, tokens, corpus.glossary, PinyinTable.build(), request.param, ENGINES[request.param])
        else:
            made = request.param(folder, tokens)
    except Absent as reason:
        pytest.skip(f"a peer that is not installed: {reason}")
    made.build([tokens.prepare(d) for d in corpus.documents()])
    yield made
    made.close()


@pytest.fixture
def page(corpus):
    return corpus.page(2).documents[0]


def test_it_finds_a_page_by_words_of_its_title_with_and_without_excerpts(peer, page):
    task = Task(page.title)

    assert peer.find(task)[1][0] == page.key
    assert peer.excerpt(task)[1][0] == page.key


def test_filters_keep_other_languages_and_groups_out(peer, page, corpus):
    groups = {d.key: d.group for d in corpus.documents()}
    found = peer.filtered(Task("投诉", "zh", page.group))[1]

    assert found
    assert {groups[key] for key in found} == {page.group}


def test_what_is_being_typed_is_completed(peer, page):
    assert page.key in peer.keystroke(Task(page.keywords[0][:4]))[1]


def test_a_page_that_was_changed_is_found_by_its_new_word(peer, page, tokens):
    changed = tokens.prepare(replace(page, title=f"{page.title} {NEW}"))

    assert peer.update(changed, NEW) >= 0


def test_excerpts_are_escaped_marked_and_short():
    text = "前面很长" * 60 + "<b>退款</b>要三天" + "后面也长" * 60
    excerpt = marked(text, ["退款", "三天"])

    assert "&lt;b&gt;<mark>退款</mark>&lt;/b&gt;要<mark>三天</mark>" in excerpt
    assert len(excerpt) < 200
