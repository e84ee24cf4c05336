"""``{{calc:…}}`` in an article: a result, a short form, or the words as written; and what other plugins' embeds cost."""

from __future__ import annotations

import shutil
import time

import pytest

from kbplatform import hookimpl
from kbplatform.app import create_app, platform_of
from kbplatform.articles.checks import check_pack
from kbplatform.articles.content_root import bundled_content
from kbplatform.articles.packs import export_pack, read_pack
from kbplatform.articles.sync import sync_pack
from kbplatform.bilingual import Text
from kbplatform.plugin.contributions import Embed, EmbedView
from kbplatform.settings import load_settings
from kbplatform_calculators.embeds import pairs, problem
from kbplatform_calculators.registry import registry_of

RESULT = "{{calc:resolution_rate received=20 resolved=15}}"


@pytest.fixture
def kb_app(kb_template, tmp_path):
    """A site of its own: these tests write."""
    folder = tmp_path / "site"
    shutil.copytree(kb_template, folder)
    app = create_app(load_settings(data_dir=folder, search_engine="memory", log_level="error"))
    yield app
    platform_of(app).close()


@pytest.fixture
def pack(tmp_path):
    root = tmp_path / "pack"
    shutil.copytree(bundled_content() / "practices" / "05-complaint-handling", root / "practices" / "05-complaint-handling")
    for name in ("site.toml", "practices.toml"):
        shutil.copy(bundled_content() / name, root / name)
    return root


@pytest.fixture
def write(pack):
    """``write(app, text, lang)``: the complaints article of ``app`` gets ``text`` under "how it is measured"."""

    def put(app, text, lang="zh"):
        path = pack / "practices" / "05-complaint-handling" / f"{lang}.md"
        head, measure, rest = path.read_text("utf-8").partition("{#measure}\n")
        path.write_text(f"{head}{measure}\n{text}\n{rest}", "utf-8")
        if app:
            sync_pack(platform_of(app).db, read_pack(pack))
        return pack

    return put


def page(app, lang="zh"):
    return app.test_client().get(f"/articles/complaint-handling?lang={lang}", headers={"Accept-Language": lang}).get_data(as_text=True)


@pytest.mark.parametrize(("lang", "sentence"), [("zh", "收到 20 件，解决 15 件"), ("en", "15 of 20 cases resolved")])
def test_with_all_inputs_it_is_the_answer_with_a_link_to_the_page_with_these_inputs(kb_app, write, lang, sentence):
    write(kb_app, RESULT, lang)
    shown = page(kb_app, lang)
    assert sentence in shown
    assert '<p class="result-value">75.0%</p>' in shown
    assert "/p/calculators/resolution_rate?received=20&amp;resolved=15" in shown
    assert "{{calc" not in shown


def test_without_all_inputs_it_is_a_short_form_with_those_there_are(kb_app, write):
    write(kb_app, "{{calc:resolution_rate received=20}}")
    shown = page(kb_app)
    assert 'name="received" value="20"' in shown
    assert 'id="embed-0-resolved" name="resolved" value=""' in shown


def test_the_short_form_says_in_which_unit_a_field_counts(kb_app, write):
    write(kb_app, "{{calc:aht}}")
    assert '>通话总时长 <span class="quiet">秒</span></label>' in page(kb_app)


def test_in_running_text_it_is_a_link_with_the_figure(kb_app, write):
    write(kb_app, f"上个月 {RESULT} 左右。")
    shown = page(kb_app)
    assert '上个月 <span class="embed"><a href="/p/calculators/resolution_rate?received=20&amp;resolved=15"' in shown
    assert ">解决率 75.0%</a></span> 左右。" in shown


def test_values_with_blanks_stand_in_quotes_and_lists_are_taken(kb_app, write):
    write(kb_app, '{{calc:source.process_duration step_durations="5, 3, 2, 4" step_durations_optimized=“3 2 1 2”}}')
    shown = page(kb_app)
    assert "各步加起来 14 分" in shown
    assert "没把等待和干活分开" in shown.replace("也没把", "没把")


def test_search_text_export_and_api_keep_the_words(kb_app, write, tmp_path):
    write(kb_app, RESULT)
    platform = platform_of(kb_app)
    told = kb_app.test_client().get("/api/v1/articles/complaint-handling?lang=zh").get_json()
    assert any(RESULT in s["text"] for s in told["sections"])
    assert all("result-value" not in s["html"] for s in told["sections"])
    export_pack(platform.db, tmp_path / "out", bundled_content())
    assert RESULT in (tmp_path / "out" / "practices" / "05-complaint-handling" / "zh.md").read_text("utf-8")


def test_an_article_that_embeds_a_calculator_counts_as_using_it(kb_app, write):
    write(kb_app, "{{calc:fcr}}", "en")
    platform_of(kb_app).deliver_events()
    assert "/articles/complaint-handling" in kb_app.test_client().get("/p/calculators/fcr?lang=en", headers={"Accept-Language": "en"}).get_data(as_text=True)


@pytest.mark.parametrize(
    "written",
    [
        "{{calc:no_such_one a=1}}",
        "{{calc:resolution_rate received=20 = 15}}",
        "{{calc:resolution_rate 20 15}}",
        "{{calc:resolution_rate received=20 received=21}}",
        "{{nobody:thing}}",
    ],
)
def test_what_names_nothing_is_shown_as_its_words(kb_app, write, written):
    write(kb_app, written)
    assert written in page(kb_app)


@pytest.mark.parametrize(
    "arguments",
    [
        'received="<script>alert(1)</script>" resolved=1',
        "received={{7*7}} resolved=1",
        'received="1&quot; onfocus=alert(1) x=&quot;" resolved=1',
        "received='><img src=x onerror=alert(1)>' resolved=1",
        "received=20 resolved=25",
        "received=1e999 resolved=NaN",
        "received=20 resolved=15 __class__=x",
        "received=javascript:alert(1) resolved=1",
    ],
)
def test_hostile_arguments_are_words_in_a_field_or_nothing(kb_app, write, arguments):
    write(kb_app, f"{{{{calc:resolution_rate {arguments}}}}}")
    response = kb_app.test_client().get("/articles/complaint-handling?lang=zh")
    shown = response.get_data(as_text=True)
    assert response.status_code == 200
    assert not [bad for bad in ("<script>alert", "<img src=x", "result-value", 'href="javascript', '" onfocus', ">49<") if bad in shown]


def test_many_embeds_stay_within_the_weight_of_a_page(kb_app, write):
    write(kb_app, "\n\n".join([RESULT] * 300))
    shown = page(kb_app)
    assert 5 < shown.count("result-value") <= 40
    assert shown.count(RESULT) == 300 - shown.count("result-value")


@pytest.mark.parametrize(
    ("target", "arguments", "words"),
    [
        ("no_such_one", "", "no such calculator"),
        ("resolution_rate", "received=20 resolved=25", "resolved: Can't be more"),
        ("resolution_rate", "received=abc resolved=1", "received: Write a"),
        ("resolution_rate", "nobody=1", "nobody: There is no such field"),
        ("resolution_rate", "received=20 resolved", "name=value"),
        ("resolution_rate", "received=20", ""),
        ("resolution_rate", "", ""),
        ("resolution_rate", "received=20 resolved=15", ""),
    ],
)
def test_a_mark_is_checked_before_anybody_reads_it(kb_site, target, arguments, words):
    found = problem(registry_of(platform_of(kb_site).services), target, arguments)
    assert words in found.en if words else found is None


def test_content_check_names_the_mark_with_file_and_line(write):
    root = write(None, "{{calc:gone}}\n\n{{nobody:thing}}\n\n{{calc:fine}}")
    checks = {"calc": lambda target, _arguments: Text("没有", "there is none") if target == "gone" else None}
    found = {(p.path.rsplit("/", 1)[-1], p.message.en) for p in check_pack(read_pack(root), {"calc"}, checks) if "{{" in p.message.en or "embedded" in p.message.en}
    assert found == {("zh.md", "{{calc:gone}}: there is none"), ("zh.md", "nothing is embedded as nobody:")}


@pytest.mark.parametrize(
    ("arguments", "read"),
    [
        ("", {}),
        ("a=1 b=2", {"a": "1", "b": "2"}),
        ('a="1 2" b=“三 四”', {"a": "1 2", "b": "三 四"}),
        ("a = 1  b＝2", {"a": "1", "b": "2"}),
        ("a=1 a=2", None),
        ("a=1 b", None),
        ('a="1', None),
        ("=1", None),
    ],
)
def test_arguments_are_names_and_values(arguments, read):
    assert pairs(arguments) == read


def test_arguments_are_read_in_time_that_grows_with_their_length():
    """Doubling what upsets a careless pattern doubles the work, no more."""

    def took(n):
        started = time.perf_counter()
        for _ in range(20):
            pairs("a" * n + " " * n + "=" * n)
        return time.perf_counter() - started

    assert took(8_000) < 40 * took(1_000) + 0.05


class Other:
    """A plugin with an embed of its own."""

    def __init__(self, show, name="mine"):
        self._embed = Embed(name, show, lambda _target, _arguments: None)

    @hookimpl
    def register_embeds(self):
        return [self._embed]


def explode(_call):
    raise RuntimeError("not today")


@pytest.mark.parametrize(
    "show",
    [
        explode,
        lambda _call: None,
        lambda _call: "nonsense",
        lambda _call: EmbedView("no/such.html"),
        lambda _call: EmbedView("calculators/embed.html", {"alone": False, "url": "/", "title": "x" * 5_000}),
        lambda _call: time.sleep(2),
    ],
    ids=["raises", "nothing", "of another kind", "no template", "too long", "hangs"],
)
def test_an_embed_that_fails_is_its_words_and_the_others_stand(kb_plugin, write, show):
    app = kb_plugin(Other(show))
    write(app, f"{{{{mine:thing}}}}\n\n{RESULT}")
    shown = page(app)
    assert "{{mine:thing}}" in shown
    assert "result-value" in shown


def test_a_name_that_is_taken_stays_with_whom_it_is(kb_plugin, write):
    app = kb_plugin(Other(lambda _call: EmbedView("calculators/embed.html", {"alone": False, "url": "/", "title": "taken over"}), name="calc"))
    write(app, RESULT)
    shown = page(app)
    assert ("result-value" in shown) != ("taken over" in shown)


def test_where_the_calculators_are_switched_off_the_words_remain(kb_make_app, write):
    app = kb_make_app(disabled_plugins=("calculators",))
    write(app, RESULT)
    assert RESULT in page(app)
