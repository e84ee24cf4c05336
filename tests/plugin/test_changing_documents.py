"""Pages of a plugin that come and go with the data: found at once, gone at once, and never anybody else's trouble."""

from __future__ import annotations

import pytest

from kbplatform import hookimpl
from kbplatform.app import platform_of
from kbplatform.events import emit
from kbplatform.sdk import ChangingDocuments, SearchDocument


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
