"""Whatever a plugin's hook answers, the site stays up and every page of the core comes out."""

from __future__ import annotations

import subprocess
import sys

import pytest
from flask import Blueprint

from kbplatform import hookimpl
from kbplatform.app import platform_of
from kbplatform.bilingual import Text
from kbplatform.plugin.calls import Calls
from kbplatform.plugin.contributions import ArticlePanel, Command, HealthCheck, LinkScheme, NavLink, PackPart, PackReport, Routes, SearchDocument
from kbplatform.plugin.loader import load_plugins
from kbplatform.web.access import public

PAGES = ["/", "/articles/complaint-handling", "/search?q=tousu", "/api/v1/search?q=tousu", "/no-such-page", "/healthz", "/readyz"]
LISTS = {
    "nav_links": NavLink(Text("我的", "Mine"), "mine.page"),
    "register_link_schemes": LinkScheme("mine", str),
    "search_documents": SearchDocument("mine:a:zh", "mine", "a", "zh", "我的", "/p/mine/"),
    "health_checks": HealthCheck("mine", "ok", Text("好", "fine")),
    "article_panels": ArticlePanel(Text("我的", "Mine"), "calculators/panel.html", {"calculators": []}),
    "register_pack_parts": PackPart("mine", lambda _root: [], lambda _root: PackReport(), lambda _target: 0),
    "register_commands": Command("mine", Text("我的", "Mine"), "nowhere:mine"),
}


def plugin(**hooks):
    """A plugin with these hooks: name → function without arguments."""
    return type("Plugin", (), {name: staticmethod(hookimpl(_named(name, work))) for name, work in hooks.items()})()


def _named(name, work):
    def hook():
        return work()

    hook.__name__ = name
    return hook


def statuses(app):
    client = app.test_client()
    return {path: client.get(path).status_code for path in PAGES}


def explode():
    raise RuntimeError("not today")


UP = dict.fromkeys(PAGES, 200) | {"/no-such-page": 404}
BAD_ANSWERS = {
    "raises": lambda _good: explode(),
    "exits": lambda _good: sys.exit(2),
    "strings": lambda _good: ["nonsense"],
    "a string": lambda _good: "nonsense",
    "a number": lambda _good: 7,
    "nothing in a list": lambda _good: [None],
    "a type, not a value": lambda good: [type(good)],
    "a generator that raises": lambda _good: (1 / 0 for _ in range(1)),
}


@pytest.mark.parametrize("answer", BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_hooks_that_answer_nonsense_cost_their_own_part_only(kb_plugin, answer):
    app = kb_plugin(plugin(**{name: lambda good=good: answer(good) for name, good in LISTS.items()}))
    assert statuses(app) == UP
    client = app.test_client()
    assert "算一算" in client.get("/articles/complaint-handling").get_data(as_text=True)
    assert "/p/calculators/" in client.get("/").get_data(as_text=True)
    assert client.get("/readyz").get_json()["checks"]["calculators"] == "ok"


def test_a_good_item_beside_a_bad_one_is_kept(kb_plugin):
    app = kb_plugin(plugin(health_checks=lambda: ["nonsense", LISTS["health_checks"]]))
    assert app.test_client().get("/readyz").get_json()["checks"]["mine"] == "ok"


@pytest.mark.parametrize(
    "link",
    [NavLink("Mine", "mine.page"), NavLink(Text("我的", "Mine"), "mine.needs_argument"), NavLink(Text("我的", "Mine"), "mine.page", order="first"),
     NavLink(Text("我的", "Mine"), None), NavLink(Text("我的", "Mine"), ["x"])],
    ids=["label without languages", "endpoint with an argument", "order in words", "no endpoint", "endpoint of another type"],
)  # fmt: skip
def test_a_navigation_entry_that_cannot_be_shown_is_left_out(kb_plugin, link):
    def routes():
        web = Blueprint("mine", __name__)
        web.get("/", endpoint="page")(public(lambda: "hello"))
        web.get("/<name>", endpoint="needs_argument")(public(lambda name: name))
        return Routes(web=web)

    app = kb_plugin(plugin(register_routes=routes, nav_links=lambda: [link]))
    assert statuses(app) == UP
    assert "/p/calculators/" in app.test_client().get("/").get_data(as_text=True)


@pytest.mark.parametrize(
    "document",
    [SearchDocument("a", "mine", "a", "zh", None, "/p/mine/"), SearchDocument("a", "mine", "a", "zh", "好", "/p/mine/", keywords=(None,)),
     SearchDocument("a", "mine", "a", "zh", "好", "/p/mine/", sections=("text",)), SearchDocument(None, "mine", "a", "zh", "好", "/p/mine/"),
     SearchDocument("a", "mine", "a", "xx", "好", "/p/mine/"), SearchDocument("a", "mine", "a", "zh", "好" * 200_000, "/p/mine/"),
     SearchDocument("a", "mine", "a", "zh", "好", "/p/mine/", keywords=("好" * 200_000,)), SearchDocument("a", "mine", "a", "zh", "好", "/p/mine/", changed=None),
     SearchDocument("a", "mine", "a", "zh", "好", "/p/mine/", popularity=float("nan"))],
    ids=["no title", "no keyword", "sections as text", "no id", "another language", "title without end", "keyword without end", "no time", "no number"],
)  # fmt: skip
def test_a_document_that_cannot_be_indexed_stops_nobody_else_s(kb_plugin, document):
    app = kb_plugin(plugin(search_documents=lambda: [document]))
    assert statuses(app) == UP
    assert app.test_client().get("/api/v1/search?q=tousu").get_json()["hits"][0]["number"] in {5, 14, 29}


@pytest.mark.parametrize("resolve", [lambda _t: explode(), lambda _t: 7, lambda _t: "javascript:alert(1)", lambda _t: '"><script>alert(1)</script>', None])
def test_a_link_scheme_that_misbehaves_leaves_the_words(kb_plugin, resolve):
    """Articles name calculators as ``calc:``; a plugin that takes that prefix over must not break or poison them."""
    app = kb_plugin(plugin(register_link_schemes=lambda: [LinkScheme("calc", resolve)]))
    assert statuses(app) == UP
    page = app.test_client().get("/articles/complaint-handling").get_data(as_text=True)
    assert "javascript:" not in page
    assert "<script>alert" not in page


def test_a_panel_too_large_for_the_page_is_left_out(kb_plugin):
    huge = ArticlePanel(Text("大", "Huge"), "calculators/panel.html", {"calculators": [{"id": "x", "title": Text("字" * 50_000, "x")}]})
    app = kb_plugin(plugin(article_panels=lambda: [huge]))
    page = app.test_client().get("/articles/complaint-handling")
    assert page.status_code == 200
    assert len(page.data) < 30_000
    assert "算一算" in page.get_data(as_text=True)


def test_a_plugin_cannot_take_the_place_of_a_core_page(kb_plugin):
    def routes():
        web = Blueprint("articles", __name__)
        web.get("/articles", endpoint="home")(public(lambda: "taken over"))
        return Routes(web=web)

    app = kb_plugin(plugin(register_routes=routes))
    assert statuses(app) == UP
    client = app.test_client()
    assert b"taken over" not in client.get("/articles").data
    assert client.get("/p/mine/articles").data == b"taken over"


@pytest.mark.parametrize("routes", [lambda: "nonsense", lambda: Routes(web="x"), lambda: Routes(api="x"), lambda: Routes(web=Blueprint)])
def test_routes_of_another_type_take_the_plugin_out_and_name_it(kb_plugin, routes):
    app = kb_plugin(plugin(register_routes=routes))
    assert statuses(app) == UP
    assert next(r for r in platform_of(app).plugins.records if r.name == "mine").state == "failed"


def test_two_plugins_of_one_name_leave_the_first_in_place(kb_plugin):
    app = kb_plugin(plugin(health_checks=lambda: [LISTS["health_checks"]]), name="calculators")
    assert statuses(app) == UP
    states = [r.state for r in platform_of(app).plugins.records if r.name == "calculators"]
    assert sorted(states) == ["failed", "loaded"]
    assert app.test_client().get("/p/calculators/").status_code == 200


def test_a_broken_handler_of_events_does_not_keep_them_from_the_others(kb_plugin):
    class Broken:
        @hookimpl
        def on_event(self, event, session):
            raise RuntimeError("not today")

    app = kb_plugin(Broken())
    platform = platform_of(app)
    with platform.db.write() as session:
        from kbplatform.events import emit

        payload = {"slug": "service-efficiency", "lang": "zh", "title": "服务效率", "links": ["calc:resolution_rate"], "ids": []}
        emit(session, "article.changed", payload)
    platform.deliver_events()
    assert "/articles/service-efficiency" in app.test_client().get("/p/calculators/resolution_rate").get_data(as_text=True)


def test_a_plugin_with_broken_commands_leaves_help_and_every_other_command(tmp_path, monkeypatch):
    info = tmp_path / "broken-1.0.dist-info"
    info.mkdir()
    (tmp_path / "broken_commands.py").write_text(
        "from kbplatform import hookimpl\n@hookimpl\ndef register_commands():\n    return ['nonsense', None]\n",
    )
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[kbplatform.plugins]\nbroken = broken_commands\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    result = subprocess.run([sys.executable, "-m", "kbplatform", "--help"], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (result.returncode, "Traceback" in result.stderr) == (0, False)
    assert "\n  calc " in result.stdout


def test_the_plugin_loaded_last_is_asked_first():
    class First:
        @hookimpl
        def nav_links(self):
            return [NavLink(Text("一", "one"), "x")]

    class Second:
        @hookimpl
        def nav_links(self):
            return NavLink(Text("二", "two"), "y")

    calls = Calls(load_plugins(disabled=["calculators", "experience", "quizzes"], extra={"first": First(), "second": Second()}))
    assert [link.label.en for link in calls.all("nav_links")] == ["two", "one"]
    assert calls.implementers("nav_links") == ["second", "first"]
    assert calls.one("second", "nav_links").label.en == "two"
    assert calls.one("nobody", "nav_links") is None
