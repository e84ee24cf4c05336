"""The desk as a page without scripts and as the fragments that scripts fetch."""

from __future__ import annotations

import re

import pytest

from kbplatform.app import platform_of
from kbplatform.desk.service import CALL_FIRST, call_pages_first
from kbplatform.search.service import SearchHit
from kbplatform.viewer import ANONYMOUS


def desk_of(app):
    return platform_of(app).desk


def hit(slug: str, score: float) -> SearchHit:
    return SearchHit("article", slug, None, "zh", slug, "", "", "", "", "word", score, f"/articles/{slug}", "")


def test_call_pages_come_before_others_of_nearly_their_worth_and_not_before_much_better_ones():
    moments = {"call": "call", "coach": "coach", "far": "manage"}
    near = [hit("coach", 2.0), hit("call", 1.5)]
    assert [h.slug for h in call_pages_first(near, moments)] == ["call", "coach"]
    clear = [hit("far", 1.5 * CALL_FIRST + 0.1), hit("call", 1.5)]
    assert [h.slug for h in call_pages_first(clear, moments)] == ["far", "call"]


def test_the_page_without_scripts_has_hits_and_the_first_answer(kb_client):
    html = kb_client.get("/desk?q=dao huo huai le").get_data(as_text=True)
    assert "外箱破了没有" in html
    assert html.count('class="hit"') >= 3
    assert 'value="dao huo huai le"' in html


def test_the_desk_stands_first_in_the_navigation(kb_client):
    nav = re.search(r'<nav class="site-nav".*?</nav>', kb_client.get("/").get_data(as_text=True), re.DOTALL)[0]
    assert re.findall(r'href="([^"]+)"', nav)[0] == "/desk"
    assert "通话台" in nav


def test_handbook_and_calculators_stay_out_unless_asked(kb_app):
    desk = desk_of(kb_app)
    assert {h.kind for h in desk.find("解决率", "zh", ANONYMOUS).hits} == {"article"}
    assert {"calculator"} <= {h.kind for h in desk.find("解决率", "zh", ANONYMOUS, everything=True).hits}


def test_the_answer_has_the_words_in_both_languages(kb_client):
    html = kb_client.get("/desk/answer?slug=complaint-handling&lang=zh").get_data(as_text=True)
    faces = re.findall(r'data-face lang="([^"]+)"', html)
    assert faces == ["zh-CN", "en"]
    assert "Was the box damaged too?" in html


def test_the_whole_article_has_every_section_and_the_answer_only_the_one_that_answers(kb_client):
    answer = kb_client.get("/desk/answer?slug=complaint-handling&lang=zh&section=wrong").get_data(as_text=True)
    whole = kb_client.get("/desk/answer?slug=complaint-handling&lang=zh&whole=true").get_data(as_text=True)
    assert answer.count('class="pane-section"') == 1
    assert "要是不顺" in answer
    assert whole.count('class="pane-section"') >= 4


def test_nothing_sure_offers_groups_of_what_was_found(kb_client):
    html = kb_client.get("/desk/hits?q=zzzzqq").get_data(as_text=True)
    assert "没有拿得准的答案" in html
    assert html.count("/groups/") >= 3
    assert "data-answer " not in html


def test_the_strip_asks_for_the_variables_that_articles_have(kb_app, kb_client):
    assert set(re.findall(r'data-var="(\w+)"', kb_client.get("/desk").get_data(as_text=True))) == set(platform_of(kb_app).articles.call_variables())
    assert "name" in platform_of(kb_app).articles.call_variables()


def test_the_strip_has_no_form_and_no_names(kb_client):
    html = kb_client.get("/desk").get_data(as_text=True)
    for field in re.findall(r"<input[^>]*data-var=[^>]*>", html, re.DOTALL):
        assert " name=" not in field
        assert 'autocomplete="off"' in field
        assert 'spellcheck="false"' in field
        assert html.index("<form", html.index("<main")) > html.index(field)


@pytest.mark.parametrize("path", ["/desk", "/desk?q=huai", "/desk/answer?slug=complaint-handling&whole=1"])
def test_pages_are_small(kb_client, path):
    assert len(kb_client.get(path).data) <= 30_000


def test_an_article_for_one_team_is_not_at_a_stranger_s_desk(kb_app, kb_login):
    from kbplatform.articles.audience import set_audience
    from kbplatform.viewer import CLI

    platform = platform_of(kb_app)
    platform.accounts.teams.create(CLI, key="billing", name="Billing")
    set_audience(platform.db, CLI, "complaint-handling", "team:billing")
    assert kb_app.test_client().get("/desk/answer?slug=complaint-handling").status_code == 404
    assert kb_login(kb_app, teams=("billing",)).get("/desk/answer?slug=complaint-handling").status_code == 200


def test_a_very_long_query_is_answered(kb_client):
    assert kb_client.get("/desk/hits?q=" + "投" * 3000).status_code == 200


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_answer_follows_the_content_language(kb_client, lang):
    html = kb_client.get(f"/desk?q=complaint&lang={lang}").get_data(as_text=True)
    assert re.search(r'data-answer data-slug="[^"]+" data-lang="(\w+)"', html)[1] == lang
