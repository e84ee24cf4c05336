"""Spoken codes: given once, kept for good, read however they are typed."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select, text

from kbplatform.articles.codes import FIRST_FREE, Code, read_code
from kbplatform.articles.documents import parse
from kbplatform.articles.models import Article, ArticleCode
from kbplatform.articles.packs import Pack
from kbplatform.articles.service import ArticleService
from kbplatform.articles.sync import sync_pack
from kbplatform.db.migrate import CORE, upgrade
from kbplatform.viewer import ANONYMOUS, CLI

SECTIONS = ("say", "steps", "wrong")


def take_in(db, tmp_path, slug: str, number: int | None = None, sections=SECTIONS, lang: str = "zh", kind: str = "practice") -> None:
    line = f"number: {number}\n" if number else ""
    body = "\n".join(f"## {key} {{#{key}}}\n\n- Text\n" for key in sections)
    document = parse(f"---\ntitle: Page {slug}\n{line}slug: {slug}\n---\n\n{body}", path=f"{slug}.{lang}.md", lang=lang)
    sync_pack(db, Pack(tmp_path, documents=[(kind, document)]))


@pytest.fixture
def take(kb_database, tmp_path):
    return lambda *args, **options: take_in(kb_database, tmp_path, *args, **options)


@pytest.fixture
def articles(kb_database):
    return ArticleService(kb_database)


def sections_of(articles, slug, lang="zh"):
    return {s.id: s.code for s in articles.page(slug, lang, ANONYMOUS).all_sections}


@pytest.mark.parametrize("text", ["5-3", "5.3", "5 3", "５－３", "5－3", "五杠三", "五之三", "5杠3", "5—3", "5–3", " 5-3 ", "5/3", "5。3", "5、3", "5，3", "五-3", "5 dash 3", "5点3"])
def test_a_code_is_read_however_it_is_typed(text):
    expected = None if text == "5、3" else Code(5, 3)
    assert read_code(text) == expected


@pytest.mark.parametrize(("text", "code"), [("5", Code(5, None)), ("一百零一", Code(101, None)), ("幺零一", Code(101, None)), ("十五", Code(15, None)), ("二十", Code(20, None)),
                                            ("三十杠十二", Code(30, 12)), ("0", None), ("5-0", None), ("-3", None), ("5-3-1", None), ("5-3退款", None), ("", None),
                                            ("五百一十二", Code(512, None)), ("123456", None), ("十百", None), ("五杠", None), ("投诉", None), ("5" * 31, None)])  # fmt: skip
def test_what_is_a_code_and_what_is_not(text, code):
    assert read_code(text) == code


def test_a_practice_has_its_number_and_the_others_follow_from_101(articles, take):
    take("five", 5)
    take("loose")
    take("manual", 3, kind="handbook")
    take("loose-too")
    assert articles.codes(["five", "loose", "manual", "loose-too"]) == {"five": "5", "loose": str(FIRST_FREE), "manual": "102", "loose-too": "103"}


def test_a_number_that_is_taken_is_not_given_twice(articles, take):
    take("loose")
    take("latecomer", FIRST_FREE)
    take("twin", 5)
    take("other-twin", 5)
    assert articles.codes(["loose", "latecomer", "twin", "other-twin"]) == {"loose": "101", "latecomer": "102", "twin": "5", "other-twin": "103"}


def test_sections_are_numbered_as_they_appear_alike_in_both_languages(articles, take):
    take("five", 5)
    take("five", 5, ("do", "say", "wrong"), "en")
    assert sections_of(articles, "five") == {"say": "5-1", "steps": "5-2", "wrong": "5-3"}
    assert sections_of(articles, "five", "en") == {"say": "5-1", "do": "5-4", "wrong": "5-3"}


def test_a_section_that_goes_leaves_its_number_to_nobody_and_finds_it_again(articles, take):
    take("five", 5)
    take("five", 5, ("say", "wrong"))
    take("five", 5, ("say", "wrong", "fresh"))
    assert sections_of(articles, "five") == {"say": "5-1", "wrong": "5-3", "fresh": "5-4"}
    assert articles.by_code("5-2", "zh", ANONYMOUS) is None
    take("five", 5, ("say", "steps", "wrong", "fresh"))
    assert articles.by_code("5-2", "zh", ANONYMOUS).section == "steps"


def test_a_code_outlives_its_article_and_a_new_number(kb_database, articles, take):
    take("loose")
    take("five", 5)
    take("five", 6)
    assert articles.codes(["five"]) == {"five": "5"}
    with kb_database.write() as session:
        session.execute(delete(Article).where(Article.slug == "loose"))
    take("fresh")
    assert articles.codes(["fresh"]) == {"fresh": "102"}
    with kb_database.read() as session:
        assert session.scalar(select(ArticleCode.article_id).where(ArticleCode.code == 101)) is None


def test_a_code_leads_to_the_section_in_the_language_there_is(articles, take):
    take("five", 5)
    take("five", 5, ("only",), "en")
    found = articles.by_code("五杠四", "zh", ANONYMOUS)
    assert (found.code, found.card.lang, found.section, found.url) == ("5-4", "en", "only", "/articles/five?lang=en#only")
    assert articles.by_code("5", "en", ANONYMOUS).url == "/articles/five?lang=en"


def test_a_code_tells_nothing_of_what_one_may_not_read(kb_app):
    from kbplatform.app import platform_of
    from kbplatform.articles.audience import set_audience

    platform = platform_of(kb_app)
    platform.accounts.teams.create(CLI, key="billing", name="Billing")
    set_audience(platform.db, CLI, "complaint-handling", "team:billing")
    client = kb_app.test_client()
    for code in ("5", "5-1"):
        assert client.get(f"/api/v1/codes/{code}").status_code == 404
    assert "complaint-handling" not in client.get("/desk?q=5").get_data(as_text=True)


def test_the_api_answers_json_and_sends_browsers_on(kb_client):
    found = kb_client.get("/api/v1/codes/5-4").get_json()
    assert (found["code"], found["slug"], found["section"]) == ("5-4", "complaint-handling", "steps")
    browser = kb_client.get("/api/v1/codes/５－４?lang=en", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (browser.status_code, browser.headers["Location"]) == (302, "/articles/complaint-handling?lang=en#steps")
    assert kb_client.get("/api/v1/codes/nothing").status_code == 404
    article = kb_client.get("/api/v1/articles/complaint-handling").get_json()
    assert (article["code"], article["sections"][0]["code"]) == ("5", "5-1")


def test_the_desk_goes_straight_to_a_code_and_marks_it(kb_client):
    html = kb_client.get("/desk?q=五杠四").get_data(as_text=True)
    assert html.index("代码 5-4") < html.index('class="pane-section"')
    assert 'data-answer data-slug="complaint-handling" data-lang="zh" data-section="steps"' in html


def test_the_page_shows_codes_beside_its_headings(kb_client):
    html = kb_client.get("/articles/complaint-handling").get_data(as_text=True)
    assert ">5-1</small>" in html
    assert ">5-4</small>" in html
    assert ">101</small>" in kb_client.get("/handbook/architecture").get_data(as_text=True)


def test_a_site_from_before_codes_gets_them_when_it_is_upgraded(kb_database, articles, take):
    take("loose")
    take("five", 5)
    take("five", 5, ("say", "extra"), "en")
    take("twin", 5)
    before = {slug: sections_of(articles, slug) for slug in ("loose", "five", "twin")} | {"en": sections_of(articles, "five", "en")}
    with kb_database.engine.begin() as connection:
        for table in ("kb_proposal_evidence", "kb_credit", "kb_proposal", "kb_section_code", "kb_article_code", "kb_pin", "kb_use"):
            connection.execute(text(f"DROP TABLE {table}"))
        for column in ("kb_revision DROP COLUMN asks", "kb_sync_conflict DROP COLUMN settled_at"):  # what came after
            connection.execute(text(f"ALTER TABLE {column}"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0004'"))
    upgrade(kb_database, [CORE])
    assert {slug: sections_of(articles, slug) for slug in ("loose", "five", "twin")} | {"en": sections_of(articles, "five", "en")} == before
    assert articles.codes(["loose", "five", "twin"]) == {"loose": "101", "five": "5", "twin": "102"}
    take("fresh")
    assert articles.codes(["fresh"]) == {"fresh": "103"}
