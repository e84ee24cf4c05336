"""A plugin that misbehaves costs its own part and is named; one that behaves finds every hook documented."""

from __future__ import annotations

import inspect
import re
import sys
import time
from pathlib import Path

import pytest
from flask import Blueprint

from kbplatform import hookimpl
from kbplatform.app import platform_of
from kbplatform.articles.content_root import bundled_content
from kbplatform.bilingual import Text
from kbplatform.errors import SettingsError
from kbplatform.plugin import hookspecs
from kbplatform.plugin.contributions import ArticlePanel, LinkScheme, NavLink, Routes, SearchDocument
from kbplatform.plugin.loader import load_plugins
from kbplatform.web.access import public

HOOKS = [name for name, f in vars(hookspecs).items() if inspect.isfunction(f)]
CORE_PAGES = ["/", "/articles/complaint-handling", "/search?q=tousu", "/api/v1/search?q=tousu", "/healthz"]


def record(app, name="mine"):
    return next(r for r in platform_of(app).plugins.records if r.name == name)


def assert_site_is_up(app):
    client = app.test_client()
    assert {path: client.get(path).status_code for path in CORE_PAGES} == dict.fromkeys(CORE_PAGES, 200)


class RaisesInRoutes:
    @hookimpl
    def register_routes(self):
        raise RuntimeError("no routes today")


class ExitsInRoutes:
    @hookimpl
    def register_routes(self):
        sys.exit(3)


class UnknownArgument:
    @hookimpl
    def nav_links(self, no_such_argument):
        return []


class BadPanel:
    def __init__(self, work):
        self.work = work

    @hookimpl
    def article_panels(self, article, services):
        return self.work()


def recursion():
    return recursion()


def test_a_plugin_whose_routes_fail_is_left_out_and_named(kb_plugin):
    for module in (RaisesInRoutes(), ExitsInRoutes()):
        app = kb_plugin(module)
        assert_site_is_up(app)
        assert record(app).state == "failed"


def test_a_plugin_with_a_wrong_hook_is_left_out_and_named(kb_plugin):
    app = kb_plugin(UnknownArgument())
    assert_site_is_up(app)
    assert "no_such_argument" in record(app).error


@pytest.mark.parametrize("name", ["Bad-Name", "1st", "a_b", "kb platform", ""])
def test_a_plugin_with_an_unusable_name_is_left_out(kb_plugin, name):
    app = kb_plugin(BadPanel(list), name=name)
    assert record(app, name).state == "failed"
    assert_site_is_up(app)


@pytest.mark.parametrize(
    "work",
    [lambda: 1 / 0, recursion, lambda: sys.exit(1), lambda: "not a list of panels", lambda: [ArticlePanel(Text("x", "x"), "no/such.html")]],
    ids=["raises", "recursion", "exits", "wrong type", "missing template"],
)
def test_a_panel_that_fails_costs_its_own_box(kb_plugin, work):
    app = kb_plugin(BadPanel(work))
    assert_site_is_up(app)
    assert "算一算" in app.test_client().get("/articles/complaint-handling").get_data(as_text=True)


def test_a_panel_that_hangs_is_cut_and_stays_off_after_three_times(kb_plugin):
    calls = []

    def hang():
        calls.append(1)
        time.sleep(1.5)
        return []

    app = kb_plugin(BadPanel(hang))
    client = app.test_client()
    for _ in range(5):
        assert client.get("/articles/complaint-handling").status_code == 200
    assert len(calls) == 3


def test_a_hostile_panel_title_is_escaped(kb_plugin):
    class Hostile:
        @hookimpl
        def article_panels(self, article, services):
            return [ArticlePanel(Text("<script>alert(1)</script>", "x"), "calculators/panel.html", {"calculators": []})]

    html = kb_plugin(Hostile()).test_client().get("/articles/complaint-handling").get_data(as_text=True)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


def test_a_panel_of_a_section_ends_that_section_and_one_of_no_section_stands_beside(kb_plugin):
    class Lines:
        @hookimpl
        def article_panels(self, article, services):
            assert "steps" in article.section_ids
            return [ArticlePanel(Text(f"框 {s}", s), "calculators/panel.html", {"calculators": []}, section=s) for s in ("steps", "say", "nowhere")]

    page = kb_plugin(Lines()).test_client().get("/articles/complaint-handling?lang=zh").get_data(as_text=True)
    body, _, rest = page.partition('<aside class="panels"')
    ends = re.findall(r'<aside class="hint more" lang="zh-CN" data-plugin="mine" aria-label="框 (\w+)"', body)
    assert ends == ["say", "steps"]
    assert body.index('id="steps"') < body.index('aria-label="框 steps"') < body.index("<section", body.index('id="steps"'))
    assert "<h2>框 nowhere</h2>" in rest


@pytest.mark.parametrize("source", ["def broken(:\n", "import no_such_module_anywhere\n", "raise SystemExit(4)\n", "1/0\n"])
def test_a_module_that_cannot_be_imported_is_left_out_and_named(tmp_path, monkeypatch, source):
    _install(tmp_path, monkeypatch, "broken_plugin", source)
    records = {r.name: r for r in load_plugins().records}
    assert (records["broken"].state, records["calculators"].state) == ("failed", "loaded")
    assert records["broken"].error
    with pytest.raises(SettingsError, match="broken"):
        load_plugins(strict=True)


def test_a_failing_migration_takes_its_plugin_out_and_nothing_else(tmp_path, monkeypatch, kb_make_app):
    folder = _install(tmp_path, monkeypatch, "broken_plugin", "")
    package = folder / "broken_plugin"
    (folder / "broken_plugin.py").unlink()
    (package / "migrations" / "versions").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "migrations" / "versions" / "0001.py").write_text("revision = '1'\ndown_revision = None\ndef upgrade():\n    raise RuntimeError('no')\n")
    app = kb_make_app()
    assert record(app, "broken").state == "failed"
    assert_site_is_up(app)


def test_a_disabled_plugin_leaves_no_trace(kb_make_app):
    app = kb_make_app(disabled_plugins=["calculators"])
    client = app.test_client()
    assert record(app, "calculators").state == "disabled"
    assert client.get("/p/calculators/").status_code == 404
    page = client.get("/articles/complaint-handling").get_data(as_text=True)
    assert "/p/calculators" not in page
    assert "算一算" not in page
    assert client.get("/api/v1/search?q=解决率&kind=calculator").get_json()["hits"] == []


def test_every_hook_has_a_section_in_the_manual_in_both_languages():
    for lang in ("zh", "en"):
        manual = "".join(f.read_text("utf-8") for f in (bundled_content() / "handbook").glob(f"plugin-hooks*/{lang}.md"))
        assert [h for h in HOOKS if f"### {h}" not in manual and f"### `{h}`" not in manual] == []


FOR_OTHERS = {"permission_allowed", "register_search_engines"}
"""The core calls these; no bundled plugin decides on permissions, and the engines that are offers of this kind are the core's own.
Tested in tests/accounts and tests/search."""


def test_every_hook_has_a_user_in_the_bundled_plugins(kb_app):
    used = {h for r in platform_of(kb_app).plugins.loaded for h in r.hooks}
    assert sorted(set(HOOKS) - used - FOR_OTHERS) == []


def test_routes_navigation_links_search_and_commands_of_a_plugin_arrive(kb_plugin):
    class Whole:
        @hookimpl
        def register_routes(self):
            web = Blueprint("mine", __name__)
            web.get("/")(public(lambda: "hello from mine"))
            return Routes(web=web)

        @hookimpl
        def nav_links(self):
            return [NavLink(Text("我的", "Mine"), "mine.<lambda>")]

        @hookimpl
        def register_link_schemes(self):
            return [LinkScheme("mine", lambda target: f"/p/mine/{target}")]

        @hookimpl
        def search_documents(self):
            return [SearchDocument("mine:a:zh", "mine", "a", "zh", "独一无二的插件页", "/p/mine/", angle="试")]

    app = kb_plugin(Whole())
    client = app.test_client()
    assert client.get("/p/mine/").data == b"hello from mine"
    hits = client.get("/api/v1/search?q=独一无二&kind=mine").get_json()["hits"]
    assert [h["title"] for h in hits] == ["独一无二的插件页"]


def test_core_code_never_calls_a_hook_naked():
    root = Path(hookspecs.__file__).parent.parent
    callers = [p.relative_to(root).as_posix() for p in root.rglob("*.py") if re.search(r"\bhook\b[.,] ?\w", p.read_text("utf-8"))]
    assert callers == ["plugin/calls.py"]


def _install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, source: str) -> Path:
    """A distribution on the path with an entry point ``broken`` → ``module``."""
    folder = tmp_path / "site"
    info = folder / "broken-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / f"{module}.py").write_text(source)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[kbplatform.plugins]\nbroken = {module}\n")
    monkeypatch.syspath_prepend(str(folder))
    sys.modules.pop(module, None)
    return folder
