"""The glossary as pages and JSON, and the terms in an article."""

from __future__ import annotations

import re
from html import unescape

import pytest

from kbplatform.app import create_app, platform_of
from kbplatform.glossary.service import PAGE_SIZE

MAX_PAGE_BYTES = 30_000


def names(html: str) -> list[str]:
    return [unescape(n) for n in re.findall(r'<dt><a href="/glossary/[^"]+" lang="[^"]+">([^<]+)</a>', html)]


def test_every_page_of_the_glossary_is_within_its_size_and_together_they_hold_every_term(kb_site, kb_client, bundled):
    for lang in ("zh", "en"):
        found: list[str] = []
        pages = kb_client.get(f"/api/v1/glossary?lang={lang}").json["pages"]
        for page in range(1, pages + 1):
            response = kb_client.get(f"/glossary?lang={lang}&page={page}")
            assert len(response.data) <= MAX_PAGE_BYTES
            found += names(response.text)
        assert sorted(found) == sorted(c.name(lang) for c in bundled.concepts)
        assert kb_client.get(f"/glossary?page={pages + 1}").status_code == 404


def test_chinese_terms_stand_in_the_order_of_their_pinyin_with_readings_of_their_own(kb_client):
    order = [t["zh"] for page in (1, 2) for t in kb_client.get(f"/api/v1/glossary?page={page}").json["terms"]]
    in_order = ["安抚", "百分点", "抱怨", "差评", "承诺", "重复扣款", "重开率", "处理率"]
    assert [t for t in order if t in in_order] == in_order


def test_english_terms_stand_from_a_to_z(kb_client):
    order = [t["en"].casefold() for t in kb_client.get("/api/v1/glossary?lang=en").json["terms"]]
    assert len(order) == PAGE_SIZE
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("query", "term"),
    [("AHT", "aht"), ("ａｈｔ", "aht"), ("平均", "aht"), ("處理時長", "aht"), ("pingjunchuli", "aht"), ("pjcl", "aht"), ("handling", "aht"),
     ("average handling", "aht"), ("重开", "reopen"), ("chongkai", "reopen"), ("after call", "after-call-work")],
)  # fmt: skip
def test_a_term_is_found_by_name_abbreviation_synonym_pinyin_and_initials(kb_client, query, term):
    found = kb_client.get("/api/v1/glossary", query_string={"q": query}).json
    assert term in [t["id"] for t in found["terms"]]
    assert found["total"] < PAGE_SIZE
    assert f'href="/glossary/{term}"' in kb_client.get("/glossary", query_string={"q": query}).text


def test_a_letter_in_the_middle_of_a_word_is_no_match(kb_client):
    assert kb_client.get("/api/v1/glossary?q=compl").json["total"] > 0
    assert kb_client.get("/api/v1/glossary?q=ompl").json["total"] == 0


def test_a_filter_that_finds_nothing_leads_to_the_search(kb_client):
    page = kb_client.get("/glossary?q=<zz>&lang=en", headers={"Accept-Language": "en"}).text
    assert 'href="/search?q=%3Czz%3E"' in page
    assert "<zz>" not in page


@pytest.mark.parametrize("path", ["/glossary?page=0", "/glossary?page=x", "/glossary?page=999999", "/glossary/none", "/api/v1/glossary/none", "/api/v1/glossary?page=99"])
def test_what_is_not_there_is_not_found(kb_client, path):
    assert kb_client.get(path).status_code == 404


def test_a_term_has_a_page_with_both_languages_and_its_neighbours(kb_client):
    page = kb_client.get("/glossary/occupancy", headers={"Accept-Language": "en"}).text
    term = kb_client.get("/api/v1/glossary/occupancy").json
    assert term["zh"] == "占用率"
    for words in (term["zh"], term["en"], term["means_zh"], term["means_en"], "zhan yong lü", 'href="/glossary/utilisation"', "/search?q=occupancy"):
        assert words in page


def test_the_json_names_every_field(kb_client):
    assert kb_client.get("/api/v1/glossary/fcr").json.keys() == {
        "id", "zh", "en", "abbr", "also_zh", "also_en", "near", "means_zh", "means_en", "url",
    }  # fmt: skip


def test_an_article_marks_its_terms_and_says_at_its_foot_what_they_mean(kb_client):
    page = kb_client.get("/articles/support-team-efficiency?lang=zh").text
    say = page[page.index('class="say"') : page.index('class="face-pair"')]
    marks = re.findall(r'<a class="term" href="/glossary/([^"]+)" aria-describedby="([^"]+)">([^<]+)</a>', page)
    assert ("aht", "term-aht", "平均处理时长") in marks
    assert 'class="term"' not in say
    for term, described, _words in marks:
        meaning = kb_client.get(f"/api/v1/glossary/{term}").json["means_zh"]
        assert re.search(rf'<dd lang="zh-CN" id="{described}">{re.escape(meaning)}</dd>', page)
    assert page.count("<dd lang") == len({term for term, _, _ in marks})


def test_the_second_language_of_a_page_and_the_handbook_are_not_marked(kb_client):
    side = kb_client.get("/articles/support-team-efficiency?lang=zh&side=1").text
    assert "平均处理时长</a>" in side
    assert ">average handling time</a>" not in side.split('id="terms"')[0]
    assert 'class="term"' not in kb_client.get("/handbook/operating?lang=zh").text


def test_the_api_gives_articles_as_they_are_written(kb_client):
    sections = kb_client.get("/api/v1/articles/support-team-efficiency?lang=zh").json["sections"]
    assert [s["id"] for s in sections if 'class="term"' in s["html"]] == []


def test_a_sites_own_terms_are_on_its_pages_and_found_by_search(kb_make_app, tmp_path, kb_settings, kb_template):
    import shutil

    folder = tmp_path / "own"
    shutil.copytree(kb_template, folder)
    (folder / "glossary.toml").write_text(
        '[[term]]\nid = "complaint"\nzh = "投诉"\nen = "complaint"\nalso_zh = ["炸单"]\nmeans_zh = "我们说的投诉。"\nmeans_en = "Ours."\n', "utf-8"
    )
    app = create_app(kb_settings(data_dir=folder))
    try:
        client = app.test_client()
        assert client.get("/api/v1/glossary/complaint").json["also_zh"] == ["炸单"]
        assert "我们说的投诉。" in client.get("/articles/complaint-handling?lang=zh").text
        found = platform_of(app).search.search("炸单", lang="zh", audiences={"everyone"})
        assert 5 in [hit.number for hit in found.hits[:3]]
    finally:
        platform_of(app).close()


def test_who_may_not_read_gets_no_terms(kb_make_app):
    client = kb_make_app(read_access="signed-in").test_client()
    for path in ("/glossary", "/glossary/aht", "/api/v1/glossary", "/api/v1/glossary/aht"):
        response = client.get(path)
        assert response.status_code in {303, 401}
        assert "平均处理时长" not in response.text
