"""What every engine must do, whichever it is. A plugin's engine passes this file too."""

from __future__ import annotations

import contextlib
import threading

import pytest

from kbplatform.db import Database
from kbplatform.search.engine import Alternative, Batch, EngineError, Filters, Group, IndexRecord, ParsedQuery
from kbplatform.search.engines.memory import MemoryEngine
from kbplatform.search.engines.postgres import PostgresEngine
from kbplatform.search.engines.whoosh import WhooshEngine
from kbplatform.search.phrases import Phrases

EVERYONE = Filters(frozenset({"everyone"}))


def record(id_: str, words: str, **fields) -> IndexRecord:
    tokens = tuple(words.split())
    page, _, lang = id_.partition("/")
    plain = {
        "id": id_, "page": page, "lang": lang or "zh", "kind": "article", "group": "g", "audience": frozenset({"everyone"}),
        "popularity": 0.5, "all": tokens, "head": tokens[:1], "suggest": tuple(t[:2] for t in tokens),
    }  # fmt: skip
    return IndexRecord(**(plain | fields))


def words(*terms: str, every: bool = True, kind: str = "word") -> ParsedQuery:
    return ParsedQuery(tuple(Group(t, (Alternative((t,), kind),)) for t in terms), every)


@pytest.fixture
def database(kb_postgres):
    """An empty PostgreSQL database."""
    db = Database(kb_postgres.replace("postgresql://", "postgresql+psycopg://", 1))
    yield db
    db.dispose()


@pytest.fixture(params=["memory", "whoosh", "postgres"])
def engine(request, tmp_path):
    match request.param:
        case "memory":
            made = MemoryEngine()
        case "whoosh":
            made = WhooshEngine(tmp_path / "index")
        case _:
            made = PostgresEngine(request.getfixturevalue("database"))
    made.ensure("1")
    made.rebuild([], 0)
    yield made
    made.close()


@pytest.fixture
def ids(engine):
    def ids_(query: ParsedQuery, filters: Filters = EVERYONE, limit: int = 10, offset: int = 0):
        return [h.id for h in engine.search(query, filters=filters, limit=limit, offset=offset)]

    return ids_


def test_what_is_added_is_found_once_and_what_is_deleted_is_gone(engine, ids):
    engine.apply(Batch((record("a/zh", "apple pear"), record("b/zh", "pear plum"))), 1)
    assert sorted(ids(words("pear"))) == ["a/zh", "b/zh"]
    engine.apply(Batch((), ("a/zh",)), 2)
    assert (ids(words("pear")), engine.size()) == (["b/zh"], 1)


def test_an_update_replaces_the_old_copy_however_often_it_is_applied(engine, ids):
    engine.apply(Batch((record("a/zh", "apple"),)), 1)
    for seq in (2, 3, 3):
        engine.apply(Batch((record("a/zh", "plum"),)), seq)
    assert (ids(words("plum")), ids(words("apple")), engine.size(), engine.check().seq) == (["a/zh"], [], 1, 3)


def test_an_id_that_is_deleted_and_added_in_one_batch_stays(engine, ids):
    engine.apply(Batch((record("a/zh", "apple"),)), 1)
    engine.apply(Batch((record("a/zh", "plum"),), ("a/zh",)), 2)
    assert (ids(words("plum")), engine.size()) == (["a/zh"], 1)


def test_every_word_or_some_of_them(engine, ids):
    engine.apply(Batch((record("a/zh", "apple pear"), record("b/zh", "pear plum"))), 1)
    assert ids(words("apple", "pear")) == ["a/zh"]
    assert ids(words("apple", "plum")) == []
    assert sorted(ids(words("apple", "plum", every=False))) == ["a/zh", "b/zh"]


def test_asked_for_some_words_an_engine_also_gives_the_best_that_have_all(engine, ids):
    long = " ".join([*(f"w{i}" for i in range(300)), "apple", "plum"])
    engine.apply(Batch((record("p/zh", "apple"), record("q/zh", long), *(record(f"r{i}/zh", "plum") for i in range(9)))), 1)
    assert ids(words("apple", "plum", every=False), limit=1) == ["p/zh", "q/zh"]


def test_a_hit_says_how_each_word_was_met(engine):
    engine.apply(Batch((record("a/zh", "apple pear", initials=("ap",)),)), 1)
    query = ParsedQuery((Group("ap", (Alternative(("ap",), "initials", 1.0, "initials"),)), Group("x", (Alternative(("pear",), "typo", 0.7),))))
    (hit,) = engine.search(query, filters=EVERYONE, limit=5)
    assert (hit.reasons, hit.matched_by, hit.page, hit.lang) == (("initials", "typo"), "typo", "a", "zh")


def test_all_terms_of_an_alternative_must_be_there(engine, ids):
    engine.apply(Batch((record("a/zh", "first response time"), record("b/zh", "response plan"))), 1)
    query = ParsedQuery((Group("frt", (Alternative(("first", "respons", "time")), Alternative(("first", "response", "time")))),))
    assert ids(query) == ["a/zh"]


def test_a_word_in_the_title_counts_more_than_one_in_the_text(engine, ids):
    long = "filler " * 30
    engine.apply(Batch((record("a/zh", long + "pear", head=("filler",)), record("b/zh", "pear pear " + long, head=("pear",)))), 1)
    assert ids(words("pear")) == ["b/zh", "a/zh"]


def test_the_order_is_the_same_every_time_and_pages_of_results_do_not_overlap(engine, ids):
    engine.apply(Batch(tuple(record(f"p{i:02}/zh", "same words here") for i in range(30))), 1)
    once = ids(words("same"), limit=30)
    assert len(set(once)) == 30
    assert [*ids(words("same"), limit=10), *ids(words("same"), limit=10, offset=10), *ids(words("same"), limit=10, offset=20)] == once


def test_nothing_leaks_to_an_audience_that_may_not_see_it(engine, ids):
    secret = record("s/zh", "pear canary", audience=frozenset({"team:legal"}), popularity=9.0)
    engine.apply(Batch((secret, record("a/zh", "pear"))), 1)
    legal = Filters(frozenset({"everyone", "team:legal"}))
    for filters in (EVERYONE, Filters(frozenset()), Filters(frozenset({"team"})), Filters(frozenset({"legal"}))):
        assert "s/zh" not in ids(words("pear"), filters)
        assert ids(words("canary"), filters) == []
        assert [h.id for h in engine.suggest(["ca"], filters=filters, limit=5)] == []
        assert engine.languages(["s"], filters=filters) == {}
    assert ids(words("canary"), legal) == ["s/zh"]
    assert [h.id for h in engine.suggest(["pe"], filters=legal, limit=5)] == ["s/zh", "a/zh"]


def test_kinds_and_groups_restrict(engine, ids):
    engine.apply(Batch((record("a/zh", "pear"), record("b/zh", "pear", kind="handbook"), record("c/zh", "pear", group="h"))), 1)
    assert ids(words("pear"), Filters(frozenset({"everyone"}), kinds=frozenset({"handbook"}))) == ["b/zh"]
    assert ids(words("pear"), Filters(frozenset({"everyone"}), groups=frozenset({"h"}))) == ["c/zh"]


def test_languages_restrict_and_a_page_is_then_known_in_those_alone(engine, ids):
    engine.apply(Batch((record("a/zh", "pear"), record("a/en", "pear"), record("b/en", "pear"))), 1)
    english = Filters(frozenset({"everyone"}), langs=frozenset({"en"}))
    assert sorted(ids(words("pear"), english)) == ["a/en", "b/en"]
    assert sorted(ids(words("pear"), Filters(frozenset({"everyone"}), langs=frozenset({"en", "zh"})))) == ["a/en", "a/zh", "b/en"]
    assert engine.languages(["a", "b"], filters=english) == {"a": {"en": "a/en"}, "b": {"en": "b/en"}}
    assert sorted(h.id for h in engine.suggest(["pe"], filters=english, limit=5)) == ["a/en", "b/en"]
    assert (engine.size(english), dict(engine.terms("all", english))) == (2, {"pear": 2})


def test_what_changed_since_a_moment(engine, ids):
    days = {"a/zh": 0.0, "b/zh": 86_400.0, "c/zh": 172_800.0}
    engine.apply(Batch(tuple(record(id_, "pear", changed=moment) for id_, moment in days.items())), 1)
    since = {moment: Filters(frozenset({"everyone"}), changed_since=moment) for moment in (0.0, 86_400.0, 86_400.5, 200_000.0)}
    assert [sorted(ids(words("pear"), f)) for f in since.values()] == [["a/zh", "b/zh", "c/zh"], ["b/zh", "c/zh"], ["c/zh"], []]
    assert [h.id for h in engine.suggest(["pe"], filters=since[86_400.5], limit=5)] == ["c/zh"]
    engine.apply(Batch((record("a/zh", "pear", changed=200_000.0),)), 2)
    assert ids(words("pear"), since[200_000.0]) == ["a/zh"]


def test_all_filters_hold_at_once(engine, ids):
    plain = {"kind": "handbook", "group": "h", "changed": 5.0, "audience": frozenset({"team:legal"})}
    wrong = {"kind": "article", "group": "g", "changed": 4.0, "audience": frozenset({"everyone"})}
    one_wrong = (record(f"{name}/en", "pear", **(plain | {name: value})) for name, value in wrong.items())
    engine.apply(Batch((record("a/en", "pear", **plain), record("z/zh", "pear", **plain), *one_wrong)), 1)
    assert ids(words("pear"), Filters(frozenset({"team:legal"}), frozenset({"handbook"}), frozenset({"h"}), frozenset({"en"}), 5.0)) == ["a/en"]


def test_suggestions_hold_every_beginning_strongest_then_most_popular_first(engine):
    batch = (
        record("a/zh", "pear", suggest=("pe", "ap"), popularity=0.1),
        record("b/zh", "pear", suggest=("pe",), popularity=0.9),
        record("c/zh", "pear", suggest=("pe", "pe", "pe"), popularity=0.0),
    )
    engine.apply(Batch(batch), 1)
    assert [h.id for h in engine.suggest(["pe"], filters=EVERYONE, limit=5)] == ["c/zh", "b/zh", "a/zh"]
    assert [h.id for h in engine.suggest(["pe", "ap"], filters=EVERYONE, limit=5)] == ["a/zh"]
    assert engine.suggest([], filters=EVERYONE, limit=5) == []


def test_the_languages_of_a_page_are_known(engine):
    engine.apply(Batch((record("a/zh", "pear"), record("a/en", "pear"), record("b/en", "pear"))), 1)
    assert engine.languages(["a", "b", "none"], filters=EVERYONE) == {"a": {"zh": "a/zh", "en": "a/en"}, "b": {"en": "b/en"}}


def test_what_a_page_is_asked_by_is_given_back_for_documents_that_may_be_found(engine):
    kept = {id_: Phrases(id_, (1, 2), {"pear": 0b11, "梨": 0b10}) for id_ in ("a/zh", "a/en", "s/zh")}
    secret = {"audience": frozenset({"team:legal"})}
    records = [record(id_, "pear", asked=phrases.dumps(), **(secret if id_ == "s/zh" else {})) for id_, phrases in kept.items()]
    engine.rebuild([*records[:2], record("b/zh", "pear")], 1)
    engine.apply(Batch((records[2],)), 2)

    def asked(*pages: str, filters: Filters = EVERYONE):
        return {page: sorted(found, key=str) for page, found in engine.asked(pages, filters=filters).items()}

    assert asked("a", "b", "s", "none") == {"a": [kept["a/en"], kept["a/zh"]], "b": [Phrases()]}
    assert asked("s", filters=Filters(frozenset({"team:legal"}))) == {"s": [kept["s/zh"]]}
    engine.apply(Batch((record("a/zh", "pear", asked=kept["s/zh"].dumps()),), ("s/zh",)), 3)
    assert asked("a", "s") == {"a": [kept["a/en"], kept["s/zh"]]}
    engine.tidy()
    assert asked("a", "b") == {"a": [kept["a/en"], kept["s/zh"]], "b": [Phrases()]}


def test_where_words_stand_is_given_back_for_documents_that_are_there(engine):
    engine.rebuild([record("a/zh", "pear", places=b"\x00a\xff"), record("b/zh", "pear")], 1)
    engine.apply(Batch((record("c/zh", "pear", places=b"c"),)), 2)
    assert engine.places(["a/zh", "b/zh", "c/zh", "d/zh"]) == {"a/zh": b"\x00a\xff", "b/zh": b"", "c/zh": b"c"}
    engine.apply(Batch((record("a/zh", "pear", places=b"new"),), ("c/zh",)), 3)
    assert engine.places(["a/zh", "c/zh"]) == {"a/zh": b"new"}
    engine.tidy()
    assert engine.places(["a/zh", "b/zh", "c/zh"]) == {"a/zh": b"new", "b/zh": b""}


def test_terms_count_documents_not_occurrences(engine):
    engine.apply(Batch((record("a/zh", "pear pear plum"), record("b/zh", "pear"))), 1)
    assert dict(engine.terms("all")) == {"pear": 2, "plum": 1}


@pytest.mark.parametrize("engine", ["whoosh"], indirect=True)
def test_words_are_those_of_the_newest_generation_also_while_somebody_else_is_opening_it(engine):
    """Readers keep them under that generation's number: older ones would stay until the next change."""
    engine.rebuild([record("a/zh", "pear")], 1)
    assert dict(engine.terms("all")) == {"pear": 1}
    known: list[tuple[dict[str, int], int, frozenset[str]]] = []
    reader = threading.Thread(target=lambda: known.append((dict(engine.terms("all")), engine.size(), engine.audiences())))
    with engine._opening:
        engine.apply(Batch((record("b/zh", "plum", audience=frozenset({"team:legal"})),)), 2)
        reader.start()
        reader.join(0.3)
    reader.join()
    assert known == [({"pear": 1, "plum": 1}, 2, frozenset({"everyone", "team:legal"}))]


def test_the_generation_grows_with_what_can_be_seen(engine):
    seen = [engine.generation()]
    engine.apply(Batch((record("a/zh", "pear"),)), 1)
    seen.append(engine.generation())
    engine.rebuild([record("b/zh", "plum")], 2)
    seen.append(engine.generation())
    assert seen == sorted(set(seen))


def test_a_rebuild_replaces_everything_and_a_failing_one_nothing(engine, ids):
    engine.apply(Batch((record("a/zh", "pear"),)), 1)

    def broken():
        yield record("b/zh", "plum")
        raise ValueError("source died")

    with pytest.raises(ValueError, match="source died"):
        engine.rebuild(broken(), 9)
    assert (ids(words("pear")), ids(words("plum")), engine.check().seq) == (["a/zh"], [], 1)
    engine.rebuild([record("c/zh", "plum"), record("c/zh", "plum pear")], 9)
    assert (ids(words("plum")), engine.size(), engine.check().seq) == (["c/zh"], 1, 9)


def test_upkeep_changes_nothing_that_is_found(engine, ids):
    engine.apply(Batch(tuple(record(f"old{i}/zh", f"pear n{i}", popularity=i / 100) for i in range(5))), 1)
    for i in range(20):
        engine.apply(Batch((record(f"p{i:02}/zh", f"pear n{i}"),), (f"p{i - 9:02}/zh",) if i > 12 else ()), i + 2)
    before = sorted(ids(words("pear"), limit=50))
    state = (before, ids(words("n3")), engine.size(), dict(engine.terms("all")), engine.check().seq)
    for _ in range(20):
        if not engine.tidy():
            break
    assert not engine.tidy()
    assert state == (sorted(ids(words("pear"), limit=50)), ids(words("n3")), engine.size(), dict(engine.terms("all")), engine.check().seq)
    assert before == sorted([f"old{i}/zh" for i in range(5)] + [f"p{i:02}/zh" for i in range(20) if not 4 <= i < 11])


def test_readers_see_whole_states_while_a_writer_works(engine):
    """Two documents always change together: no reader ever sees one of them alone."""
    engine.rebuild([record("a/zh", "even x"), record("b/zh", "even x")], 0)
    torn: list[list[str]] = []
    stop = threading.Event()

    def read():
        while not stop.is_set():
            for term in ("even", "odd"):
                found = [h.id for h in engine.search(words(term), filters=EVERYONE, limit=5)]
                if len(found) == 1:
                    torn.append(found)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for i in range(12):
        term = "odd" if i % 2 else "even"
        engine.apply(Batch((record("a/zh", f"{term} x"), record("b/zh", f"{term} x"))), i + 1)
    stop.set()
    for reader in readers:
        reader.join()
    assert torn == []


def test_another_schema_version_is_not_usable(engine):
    engine.apply(Batch((record("a/zh", "pear"),)), 1)
    assert not engine.ensure("2").usable
    assert engine.generation() == 0


def test_past_its_deadline_a_search_answers_with_what_it_has(engine):
    engine.apply(Batch(tuple(record(f"p{i}/zh", "common words") for i in range(200))), 1)
    query = ParsedQuery(tuple(Group(str(i), tuple(Alternative(("common",), weight=1 - j / 20) for j in range(14))) for i in range(16)), every=False)
    assert len(engine.search(query, filters=EVERYONE, limit=5, deadline_ms=1)) == 5


def test_what_is_kept_beside_the_index_is_the_last_that_was(engine):
    assert engine.kept("pinyin.json") == ""
    for value in ("一", "二\n" * 5000):
        engine.keep("pinyin.json", value)
        assert engine.kept("pinyin.json") == value


def test_terms_without_end_are_found_and_told_apart(engine, ids):
    long = "x" * 5000
    engine.rebuild([record("a/zh", f"{long}a pear"), record("b/zh", f"{long}b")], 1)
    assert (ids(words(f"{long}a")), ids(words(f"{long}b")), ids(words(long))) == (["a/zh"], ["b/zh"], [])


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Whoosh leaves a damaged file open
class TestWhooshHeals:
    """Damage to files: found by ``ensure``, never an exception of Whoosh's own, repaired by a rebuild."""

    @pytest.fixture
    def engine(self, tmp_path):
        engine = WhooshEngine(tmp_path / "index")
        engine.ensure("1")
        engine.rebuild([record("a/zh", "pear")], 7)
        engine.close()
        return engine

    @pytest.mark.parametrize("damage", ["no folder", "no state", "broken state", "state elsewhere", "no segments", "cut segment", "broken toc"])
    def test_damage_is_noticed_and_a_rebuild_repairs_it(self, engine, tmp_path, damage):
        import shutil

        root = tmp_path / "index"
        (folder,) = root.glob("ix-*")
        state, segment, toc = root / "state.json", next(folder.glob("*.seg")), next(folder.glob("_MAIN_*.toc"))
        match damage:
            case "no folder":
                shutil.rmtree(root)
            case "no state":
                state.unlink()
            case "broken state":
                state.write_text('{"schema"')
            case "state elsewhere":
                state.write_text(state.read_text().replace(folder.name, "../ix-1"))
            case "no segments":
                segment.unlink()
            case "cut segment":
                segment.write_bytes(segment.read_bytes()[:200])
            case "broken toc":
                toc.write_bytes(b"\0" * 50)
        fresh = WhooshEngine(root)
        assert not fresh.ensure("1").usable
        fresh.rebuild([record("a/zh", "pear")], 7)
        assert [h.id for h in fresh.search(words("pear"), filters=EVERYONE, limit=5)] == ["a/zh"]
        fresh.close()

    def test_after_an_edit_only_the_new_document_is_read(self, tmp_path):
        engine = WhooshEngine(tmp_path / "index")
        engine.ensure("1")
        engine.rebuild([record(f"p{i}/zh", "pear") for i in range(50)], 1)
        assert engine.size() == 50
        (before,) = engine._view.segments.values()
        engine.apply(Batch((record("p7/zh", "plum"),)), 2)
        assert [h.id for h in engine.search(words("plum"), filters=EVERYONE, limit=5)] == ["p7/zh"]
        kept, new = engine._view.segments.values()
        assert (kept is before, new.size, dict(engine.terms("all"))) == (True, 1, {"pear": 49, "plum": 1})
        engine.close()

    def test_upkeep_keeps_segments_few(self, tmp_path):
        engine = WhooshEngine(tmp_path / "index")
        engine.ensure("1")
        engine.rebuild([], 1)
        for i in range(40):
            engine.apply(Batch((record(f"p{i}/zh", "pear"),)), i)
            if i % 10 == 9:
                while engine.tidy():
                    pass
        assert engine.size() == 40
        assert len(engine._view.segments) < 8
        engine.close()

    def test_a_stale_lock_file_of_a_dead_writer_does_not_stop_the_next(self, engine, tmp_path):
        (folder,) = (tmp_path / "index").glob("ix-*")
        (folder / "MAIN_WRITELOCK").write_text("")
        fresh = WhooshEngine(tmp_path / "index")
        assert fresh.ensure("1").usable
        fresh.apply(Batch((record("b/zh", "plum"),)), 8)
        assert fresh.size() == 2
        fresh.close()

    def test_an_index_that_vanishes_under_an_open_reader_is_noticed_and_never_another_error(self, engine, tmp_path):
        import shutil

        engine.search(words("pear"), filters=EVERYONE, limit=5)
        shutil.rmtree(tmp_path / "index")
        assert engine.generation() == 0
        with contextlib.suppress(EngineError):
            assert [h.id for h in engine.search(words("pear"), filters=EVERYONE, limit=5)] == ["a/zh"]

    def test_a_closed_engine_opens_again_when_it_is_asked(self, engine):
        engine.search(words("pear"), filters=EVERYONE, limit=5)
        engine.close()
        assert [h.id for h in engine.search(words("pear"), filters=EVERYONE, limit=5)] == ["a/zh"]
        engine.close()
