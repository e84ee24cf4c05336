"""Pages of a plugin that come and go with the data: found at once, gone at once, and never anybody else's trouble."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from kbplatform import hookimpl
from kbplatform.accounts.models import RolePermission, UserRole
from kbplatform.app import platform_of
from kbplatform.events import emit
from kbplatform.sdk import ChangingDocuments, Permission, SearchDocument, SearchSection, Text


def page(name: str, title: str, **fields: object) -> SearchDocument:
    return SearchDocument(f"board:{name}:zh", "board", name, "zh", title, f"/p/mine/{name}", **fields)


class Board:
    """A plugin whose pages are in ``pages``."""

    def __init__(self) -> None:
        self.pages: dict[str, SearchDocument] = {}
        self.broken = False

    def documents(self) -> list[SearchDocument]:
        if self.broken:
            raise RuntimeError
        return list(self.pages.values())

    def load(self, ids: list[str]) -> dict[str, SearchDocument]:
        return {f"board:{name}:zh": d for name, d in zip(self.pages, self.documents(), strict=True)}

    @hookimpl
    def changing_documents(self) -> list[ChangingDocuments]:
        return [ChangingDocuments("board", self.documents, self.load)]


@pytest.fixture
def board():
    return Board()


@pytest.fixture
def indexed(kb_plugin, board):
    """``indexed(*ids)``: the application, after an event with these ids was applied."""
    app = kb_plugin(board)
    platform = platform_of(app)
    indexer = platform.indexer()
    indexer.run_once()

    def apply(*ids):
        with platform.db.write() as session:
            emit(session, "mine.changed", {"ids": list(ids)})
        indexer.catch_up()
        return app

    yield apply
    indexer.close()


def titles(app, query="独角兽须知", kind="board"):
    return [h["title"] for h in app.test_client().get(f"/api/v1/search?q={query}&kind={kind}").get_json()["hits"]]


def test_a_page_is_found_once_its_event_is_told_under_its_new_name_after_the_next_and_no_more_when_it_is_gone(indexed, board):
    board.pages["a"] = page("a", "独角兽须知")
    assert titles(indexed("board:a:zh")) == ["独角兽须知"]
    board.pages["a"] = page("a", "独角兽须知第二版")
    assert titles(indexed("board:a:zh")) == ["独角兽须知第二版"]
    del board.pages["a"]
    assert titles(indexed()) == []  # before any event: what is shown is read anew each time
    assert titles(indexed("board:a:zh")) == []


def test_a_page_is_found_by_its_audience_only_also_where_that_changed_after_it_was_indexed(indexed, board, kb_login):
    board.pages["a"] = page("a", "独角兽须知")
    app = indexed("board:a:zh")
    assert titles(app) == ["独角兽须知"]
    board.pages["a"] = page("a", "独角兽须知", audience=frozenset({"team:night"}))
    assert titles(app) == []


@pytest.fixture
def guarded(kb_plugin, board, kb_login):
    """``guarded(verdict=None)`` → (application, somebody who holds ``mine.board``, somebody who does not): the pages ask for it.

    ``verdict`` is what the plugin itself says of the permission; None leaves it to the roles.
    """

    class Guarded(Board):
        verdict = None

        @hookimpl
        def changing_documents(self):
            return [ChangingDocuments("board", board.documents, board.load, permission="mine.board")]

        @hookimpl
        def register_permissions(self):
            return [Permission("mine.board", Text("看板", "The board"), frozenset({"agent"}))]

        @hookimpl
        def permission_allowed(self, viewer, permission):
            return self.verdict if permission == "mine.board" else None

    def make(verdict=None, **settings):
        board.pages["a"] = page("a", "独角兽须知", sections=(SearchSection("s", "Zebrafish", "zebrafish quokka"),))
        board.pages["b"] = page("b", "独角兽守则", audience=frozenset({"signed-in"}))
        plugin = Guarded()
        plugin.verdict = verdict
        app = kb_plugin(plugin, **settings)
        indexer = platform_of(app).indexer()
        indexer.run_once()
        indexer.close()
        platform_of(app).search.refresh()
        return app, kb_login(app, "agent"), kb_login(app)

    return make


def seen(client):
    """Every page of the board that a reader comes by, wherever they search, and the words they learn of it."""
    found = set()
    for path in ("/api/v1/search?kind=board&q=", "/api/v1/search?kind=article,board&q=", "/api/v1/search?kind=board,handbook&q=", "/search?kind=board&q=", "/search?q=",
                 "/desk?all=1&q=", "/desk/hits?all=1&q="):  # fmt: skip
        for query in ("独角兽须知", "djs", "zebrafsh", "zebrafish"):
            page = client.get(path + query).get_data(as_text=True)
            found |= {word for word in ("独角兽须知", "独角兽守则", "zebrafish") if word in page.replace("<mark>", "").replace("</mark>", "") and word != query}
    return found


@pytest.mark.parametrize("engine", ["memory", "whoosh"])
def test_where_the_kind_asks_for_a_permission_only_who_holds_it_finds_any_or_learns_a_word(guarded, engine):
    app, holder, other = guarded(search_engine=engine)
    assert seen(holder) >= {"独角兽须知", "独角兽守则", "zebrafish"}
    assert seen(other) == set()
    assert seen(app.test_client()) == set()
    search = platform_of(app).search
    viewers = [platform_of(app).accounts.gate.of_person(c.person_id) for c in (holder, other)]
    assert ["board" in search.kinds_for(v) for v in viewers] == [True, False]
    for kinds in ({"board"}, {"board", "article"}, ()):
        hits = [[h.slug for h in search.search("独角兽须知", kinds=kinds, audiences=search.audiences_of(v)).hits if h.kind == "board"] for v in viewers]
        assert hits == [["a", "b"], []], kinds
        assert [p.page for p in search.judge("独角兽须知", kinds=kinds, audiences=search.audiences_of(viewers[1])).pages if p.page.startswith("board")] == []
        assert [s for s in search.suggest("独角兽", kinds=kinds, audiences=search.audiences_of(viewers[1])) if s.kind == "board"] == []
    assert [s.slug for s in search.suggest("独角兽", kinds={"board"}, audiences=search.audiences_of(viewers[0]))] == ["a", "b"]
    assert search.search("独角兽须知", kinds={"board"}, audiences={"everyone", "signed-in"}).hits == ()  # who does not say what they hold


def test_the_engine_is_asked_for_no_kind_that_the_reader_may_not_find(guarded, monkeypatch):
    app, holder, other = guarded()
    search, asked = platform_of(app).search, []
    engine = type(search.engine)
    for name in ("search", "suggest", "terms"):
        plain = getattr(engine, name)

        def noting(self, *arguments, plain=plain, **named):
            asked.append(named.get("filters") or arguments[1])
            return plain(self, *arguments, **named)

        monkeypatch.setattr(engine, name, noting)
    seen(other)
    assert asked
    assert {f.kinds for f in asked if not f.kinds or "board" in f.kinds} == set()
    asked.clear()
    seen(holder)
    assert any("board" in f.kinds for f in asked)


def test_what_a_plugin_says_of_the_permission_counts_in_search_too(guarded):
    _app, holder, other = guarded(verdict=False)
    assert seen(holder) | seen(other) == set()


def test_when_a_role_loses_the_permission_its_people_find_nothing_from_then_on(guarded):
    app, holder, other = guarded()
    assert "独角兽须知" in seen(holder)
    with platform_of(app).db.write() as session:
        session.add_all([RolePermission(role="agent", permission="mine.board", allowed=False), RolePermission(role="reader", permission="mine.board", allowed=True)])
        session.flush()
        session.execute(update(UserRole).values(role="lead"))
    assert "独角兽须知" in seen(other)
    with platform_of(app).db.write() as session:
        session.execute(update(RolePermission).where(RolePermission.role == "reader").values(allowed=False))
    assert seen(holder) | seen(other) == set()


@pytest.mark.parametrize(
    "wrong", [SearchDocument("board:b:zh", "article", "b", "zh", "独角兽", "/p/"), SearchDocument("article:1:zh", "board", "b", "zh", "独角兽", "/p/"), "独角兽"]
)
def test_what_is_no_document_of_the_kind_is_left_out_and_the_rest_is_found(indexed, board, wrong):
    board.pages["a"] = page("a", "独角兽须知")
    board.pages["b"] = wrong
    app = indexed("board:a:zh", "board:b:zh", "article:1:zh")
    assert "独角兽须知" in titles(app, "独角兽", "article,board")
    assert "独角兽" not in titles(app, "独角兽", "article,board")


def test_a_plugin_that_raises_costs_its_own_pages_only(indexed, board):
    board.pages["a"] = page("a", "独角兽须知")
    app = indexed("board:a:zh")
    board.broken = True
    assert titles(app) == []
    assert app.test_client().get("/api/v1/search?q=tousu").get_json()["hits"][0]["number"] in {5, 14, 29}
