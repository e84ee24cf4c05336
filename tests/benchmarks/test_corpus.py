"""The generated corpus: the same everywhere, of the size asked for, shaped like the real one."""

from collections import Counter
from itertools import islice

import pytest
from corpus import Corpus, real_documents
from corpus_pack import write_pack

from kbplatform.articles.checks_face import ORDER
from kbplatform.articles.packs import read_pack
from kbplatform.search.engines.memory import MemoryEngine
from kbplatform.search.service import SearchService

REAL = 60


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus(400)


class Given:
    """A source that holds the documents it is given."""

    kinds = frozenset({"article"})
    with_program = False

    def __init__(self, documents):
        self._documents = {d.id: d for d in documents}

    def documents(self):
        return list(self._documents.values())

    def load(self, ids):
        return {i: self._documents[i] for i in ids if i in self._documents}


def test_the_same_seed_gives_the_same_pages_at_every_size_and_another_seed_gives_others(corpus):
    again, larger, other = Corpus(400), Corpus(900), Corpus(400, seed=2)

    assert list(again.documents()) == list(corpus.documents())
    assert list(islice(larger.documents(), 400)) == list(corpus.documents())
    assert list(other.documents())[:REAL] == list(corpus.documents())[:REAL]
    assert list(other.documents())[REAL] != list(corpus.documents())[REAL]


@pytest.mark.parametrize("size", [1, 60, 61, 400])
def test_it_has_exactly_the_documents_asked_for_each_once(size):
    ids = [d.id for d in Corpus(size).documents()]

    assert (len(ids), len(set(ids))) == (size, size)


def test_the_smallest_is_the_real_content(corpus):
    small = Corpus(REAL)
    real = real_documents(small.content)

    assert sorted(d.id for d in small.documents()) == sorted(d.id for documents in real.values() for d in documents)
    assert small.queries(10) == []


def test_generated_pages_have_real_shapes(corpus):
    generated = [d for d in corpus.documents() if d.key.startswith("case-")]
    languages = Counter(d.lang for d in generated)
    named = [[s.id for s in d.sections if s.id] for d in generated]

    assert 1.8 < languages["zh"] / languages["en"] < 2.2
    assert {len(ids) for ids in named} <= {6, 7, 8}
    assert set().union(*map(set, named)) == set(ORDER)
    assert len({d.title for d in generated}) == len(generated)
    assert {d.group for d in generated} == {d.group for d in real_documents(corpus.content)["zh"]}


def test_nine_in_ten_are_for_everyone(corpus):
    audiences = Counter(min(page.documents[0].audience) for page in map(corpus.page, range(2000)))

    assert 0.87 < audiences["everyone"] / 2000 < 0.93
    assert set(audiences) == {"everyone", "signed-in", "team:gold", "team:night"}


def test_twins_share_their_subject_and_most_of_their_words(corpus):
    def words(number):
        document = corpus.page(number).documents[0]
        return Counter(t for s in document.sections for t in corpus.analyzer.terms(s.text))

    def shared(a, b):
        return (words(a) & words(b)).total() / words(a).total()

    assert all(shared(n, n + 1) > shared(n - 1, n) for n in range(2, 80, 4))


def test_the_vocabulary_grows_with_the_corpus_and_is_long_tailed():
    def vocabulary(size):
        corpus = Corpus(size)
        return Counter(t for d in corpus.documents() for s in d.sections for t in corpus.analyzer.terms(s.text))

    small, large = vocabulary(REAL), vocabulary(400)

    assert len(large) > 1.4 * len(small)
    assert sum(count == 1 for count in large.values()) > len(large) / 4
    assert sum(count for _, count in large.most_common(100)) > large.total() / 4


def test_queries_are_of_every_kind_and_each_finds_its_page(corpus):
    queries = corpus.queries(300)
    engine = MemoryEngine()
    search = SearchService(engine, [Given(corpus.documents())], analyzer=corpus.analyzer, glossary=corpus.glossary)

    assert {q.kind for q in queries} == {"title", "spoken", "fragment", "pinyin", "initials", "typo", "traditional"}
    plain = [q for q in queries if q.kind == "title"]
    found = [search.search(q.text, lang=q.lang, audiences={"everyone"}, limit=1).hits[0].slug in q.keys for q in plain]
    assert sum(found) / len(found) > 0.95


def test_a_pack_of_it_reads_without_a_problem_as_the_same_pages(corpus, tmp_path):
    written = write_pack(Corpus(90), tmp_path / "pack")
    pack = read_pack(tmp_path / "pack")

    assert (written, pack.problems) == (90, [])
    assert {(d.front.slug, d.lang, d.front.title) for _, d in pack.documents} == {(d.key, d.lang, d.title) for d in Corpus(90).documents()}
