"""The handbook tells of every calculator, in both languages, and never of another one than there is."""

from __future__ import annotations

import re
from html import unescape

import pytest
from click.testing import CliRunner

from kbplatform.articles.content_root import bundled_content
from kbplatform.bilingual import LANGS
from kbplatform.cli import root
from kbplatform_calculators.definitions import ALL
from kbplatform_calculators.reference import address, pages
from kbplatform_calculators.running import run

HANDBOOK = bundled_content() / "handbook"
MAX_PAGE_BYTES = 30_000


@pytest.mark.parametrize("lang", LANGS)
def test_the_pages_in_the_pack_are_those_that_the_definitions_give(lang):
    """Where they differ: ``kbplatform calc reference content/handbook``."""
    there = {path.parent.name: path.read_text("utf-8") for path in HANDBOOK.glob(f"calculators-*/{lang}.md")}
    assert there == pages(lang)


def test_the_command_writes_them(tmp_path):
    result = CliRunner().invoke(root, ["--data-dir", str(tmp_path / "data"), "calc", "reference", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert {p.parent.name for p in (tmp_path / "out").glob("*/zh.md")} == set(pages("zh"))


@pytest.mark.parametrize("lang", LANGS)
def test_each_page_is_light_and_tells_all_of_its_calculators(kb_site, lang):
    client, told = kb_site.test_client(), {}
    for slug in pages(lang):
        response = client.get(f"/handbook/{slug}?lang={lang}", headers={"Accept-Language": lang})
        assert (response.status_code, len(response.data) <= MAX_PAGE_BYTES) == (200, True), (slug, len(response.data))
        told[slug] = unescape(response.get_data(as_text=True))
    for calculator in ALL:
        url = address(calculator)
        slug, _, anchor = url.removeprefix("/handbook/").partition("#")
        page = told[slug]
        assert f'id="{anchor}"' in page
        text = re.sub(r"<[^>]+>", "", page)
        assert f'href="/p/calculators/{calculator.id}"' in page
        for words in (calculator.title, calculator.purpose, calculator.formula, *calculator.assumptions):
            assert " ".join(words.in_(lang).split()) in " ".join(text.split()), words.in_(lang)
        for way in calculator.ways:
            assert all(f"<code>{i.name}</code>" in page for i in way.inputs)
            assert all(o.label.in_(lang) in text for o in way.outputs)
            assert " ".join(run(calculator, way.examples[0].inputs, way).explanation.in_(lang).split()) in " ".join(text.split())


@pytest.mark.parametrize(("lang", "query", "slug"), [("zh", "缩减率 排班人数 计算器 怎么写", "calculators-staffing"), ("en", "Cohen's kappa calculator reference", "calculators-quality-2")])
def test_search_finds_them(kb_site, lang, query, slug):
    found = kb_site.test_client().get("/api/v1/search", query_string={"q": query, "lang": lang, "kind": "handbook"}, headers={"Accept-Language": lang}).get_json()
    assert slug in [hit["slug"] for hit in found["hits"]]


def test_a_calculator_s_page_leads_to_what_the_handbook_says_of_it(kb_client):
    page = kb_client.get("/p/calculators/erlang_c").get_data(as_text=True)
    assert 'href="/handbook/calculators-staffing#erlang-c"' in page


def test_a_page_about_calculators_is_no_use_of_them(kb_client):
    page = kb_client.get("/p/calculators/aht").get_data(as_text=True)
    assert "/handbook/calculators-speed-2" not in page.partition("calc-used")[2]
