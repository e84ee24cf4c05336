"""What readers get: pages, lists, site facts, and the JSON of articles."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from markupsafe import escape
from sqlalchemy import select, update

from kbplatform.articles.documents import parse
from kbplatform.articles.models import Article, PracticeGroup, SiteFact, Translation
from kbplatform.articles.packs import Pack
from kbplatform.articles.service import PAGE_SIZE, ArticleService
from kbplatform.articles.sitefacts import SiteFactService
from kbplatform.articles.sync import sync_pack
from kbplatform.bilingual import Text
from kbplatform.db import utcnow
from kbplatform.errors import InvalidInput, NotFound
from kbplatform.viewer import Viewer

ANYONE = Viewer()
TEXT = """---
title: {title}
number: {number}
slug: {slug}
group: complaints
related: {related}
moment: call
angle: angle of {slug}
summary: summary
aliases: []
owner: lead
verify_days: 180
---
## Say {{#say}}

- Up to {{{{site:limit}}}} at once, {{name}}.

## Steps {{#steps}}

1. See [the next](article:page-2#say) and [nothing](article:gone).
"""


def document(number: int, lang: str = "zh", related: str = "[]"):
    source = TEXT.format(title=f"{lang} {number}", number=number, slug=f"page-{number}", related=related)
    return "practice", parse(source, path=f"practices/{number:02d}-page-{number}/{lang}.md", lang=lang)


@pytest.fixture
def articles(kb_database, tmp_path):
    """Three practices in Chinese, the first in English too."""
    with kb_database.write() as session:
        session.add(PracticeGroup(id="complaints", position=0, zh="投诉", en="Complaints"))
    documents = [document(1, related="[2, 3, 9]"), document(1, "en", related="[2, 3, 9]"), document(2), document(3)]
    sync_pack(kb_database, Pack(tmp_path, documents=documents))
    return ArticleService(kb_database)


def hide(db, number: int, audience: str = "team:legal") -> None:
    with db.write() as session:
        session.execute(update(Article).where(Article.number == number).values(audience=audience))


def test_a_page_answers_in_the_language_asked_for_or_in_the_one_there_is(articles):
    assert (articles.page("page-1", "en", ANYONE).title, articles.page("page-1", "en", ANYONE).requested_lang) == ("en 1", None)
    assert (articles.page("page-2", "en", ANYONE).title, articles.page("page-2", "en", ANYONE).requested_lang) == ("zh 2", "en")
    assert articles.page("page-1", "zh", ANYONE).langs == ("zh", "en")
    assert articles.pair("page-1", "zh", ANYONE).title == "en 1"
    assert articles.pair("page-2", "zh", ANYONE) is None


def test_a_page_knows_its_neighbours_and_related_pages(articles):
    page = articles.page("page-2", "zh", ANYONE)
    assert (page.previous.slug, page.next.slug) == ("page-1", "page-3")
    assert [c.slug for c in articles.page("page-1", "zh", ANYONE).related] == ["page-2", "page-3"]


def test_inner_links_lead_to_pages_that_are_there(articles):
    html = "".join(s.html for s in articles.page("page-1", "zh", ANYONE).all_sections)
    assert 'href="/articles/page-2?lang=zh#say"' in html
    assert "nothing" in html
    assert "gone" not in html


def test_a_hidden_page_shows_nowhere(articles, kb_database):
    hide(kb_database, 2)
    with pytest.raises(NotFound):
        articles.page("page-2", "zh", ANYONE)
    page = articles.page("page-1", "zh", ANYONE)
    assert [c.slug for c in page.related] == ["page-3"]
    assert page.next is None
    assert "page-2" not in "".join(s.html for s in page.all_sections)
    assert articles.pair("page-2", "en", ANYONE) is None
    group = articles.group("complaints", "zh", ANYONE)
    assert ([c.slug for c in group.practices], group.total) == (["page-1", "page-3"], 2)
    assert [c.slug for c in articles.recent("zh", ANYONE)]
    assert "page-2" not in [c.slug for c in articles.recent("zh", ANYONE)]
    cards, total = articles.listing("practice", "zh", ANYONE)
    assert ([c.slug for c in cards], total) == (["page-1", "page-3"], 2)
    assert articles.groups("zh", ANYONE)[0].total == 2


def test_those_it_is_for_see_it(articles, kb_database):
    hide(kb_database, 2)
    legal = Viewer(id=1, teams=frozenset({"legal"}))
    assert articles.page("page-2", "zh", legal).title == "zh 2"
    assert articles.listing("practice", "zh", legal)[1] == 3


def test_a_group_is_read_page_by_page(kb_database, tmp_path, articles):
    more = [document(n) for n in range(4, PAGE_SIZE + 12)]
    sync_pack(kb_database, Pack(tmp_path, documents=more))
    first, second = (articles.group("complaints", "zh", ANYONE, page=p) for p in (1, 2))
    assert (len(first.practices), len(second.practices), first.total) == (PAGE_SIZE, 11, PAGE_SIZE + 11)
    assert not {c.slug for c in first.practices} & {c.slug for c in second.practices}
    assert articles.group("complaints", "zh", ANYONE, page=99).practices == ()
    assert articles.groups("zh", ANYONE, per_group=3)[0].total == PAGE_SIZE + 11
    with pytest.raises(NotFound):
        articles.group("no-such-group", "zh", ANYONE)


def test_a_list_is_read_in_slices_in_order(articles):
    assert [articles.listing("practice", "en", ANYONE, limit=1, offset=n)[0][0].title for n in range(3)] == ["en 1", "zh 2", "zh 3"]


# ---------------------------------------------------------------------- site facts


@pytest.fixture
def facts(kb_database):
    return SiteFactService(kb_database, {"limit": Text("额度", "Limit"), "other": Text("别的", "Other")})


def say(articles) -> str:
    return str(articles.page("page-1", "zh", ANYONE).face.say.html)


def test_an_unset_fact_tells_whom_to_ask_and_a_set_one_is_shown_escaped(articles, facts):
    assert '<span class="fact fact-unset">未填，问组长</span>' in say(articles)
    facts.set("limit", {"zh": "<i>200</i> 元 & 起"}, owner="lead")
    assert '<span class="fact">&lt;i&gt;200&lt;/i&gt; 元 &amp; 起</span>' in say(articles)
    assert "fact-unset" in str(articles.page("page-1", "en", ANYONE).face.say.html)


def test_an_expired_fact_counts_as_unset_the_day_after(articles, facts, kb_database):
    facts.set("limit", {"zh": "200 元"}, expires_on=utcnow().date())
    assert "200 元" in say(articles)
    with kb_database.write() as session:
        session.scalar(select(SiteFact)).expires_on = utcnow().date() - timedelta(days=1)
    assert "fact-unset" in say(ArticleService(kb_database))


def test_an_unset_fact_can_be_unset_again_and_says_so(facts, articles):
    facts.set("limit", {"zh": "200 元"})
    assert (facts.unset("limit"), facts.unset("limit")) == (True, False)
    assert "fact-unset" in say(articles)


@pytest.mark.parametrize(
    ("key", "values"), [("unknown", {"zh": "x"}), ("limit", {"fr": "x"}), ("limit", {"zh": " "}), ("limit", {"zh": "a\nb"}), ("limit", {"zh": "x" * 201})]
)
def test_a_fact_that_cannot_be_is_refused_and_nothing_is_stored(facts, key, values):
    with pytest.raises(InvalidInput):
        facts.set(key, values)
    assert [row.values for row in facts.rows()] == [{}, {}]


def test_a_fact_may_not_expire_in_the_past(facts):
    with pytest.raises(InvalidInput):
        facts.set("limit", {"zh": "x"}, expires_on=utcnow().date() - timedelta(days=1))


def test_the_list_of_facts_shows_values_owner_and_expiry(facts):
    day = utcnow().date() + timedelta(days=9)
    facts.set("limit", {"zh": "200 元", "en": "¥200"}, owner="lead", expires_on=day)
    limit, other = facts.rows()
    assert (limit.key, limit.values, limit.owner, limit.expires_on) == ("limit", {"zh": "200 元", "en": "¥200"}, "lead", day)
    assert (other.values, other.expires_on) == ({}, None)


# ---------------------------------------------------------------------- JSON, over the bundled content


def test_an_article_that_has_not_changed_is_304(kb_client):
    first = kb_client.get("/api/v1/articles/complaint-handling?lang=en")
    assert (first.status_code, first.json["lang"], first.headers["ETag"]) == (200, "en", f'"{first.json["revision"]}"')
    again = kb_client.get("/api/v1/articles/complaint-handling?lang=en", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert kb_client.get("/api/v1/articles/complaint-handling", headers={"If-None-Match": '"0"'}).status_code == 200


def test_the_json_holds_what_the_page_shows(kb_client):
    article = kb_client.get("/api/v1/articles/complaint-handling?lang=zh").json
    assert (article["number"], article["group"], article["kind"]) == (5, "complaints", "practice")
    assert [s["id"] for s in article["sections"]] == ["say", "do", "dont", "steps", "wrong", "measure", "source-sum", "twins"]
    assert 2 <= len(article["face"]["say"]) <= 3
    assert article["markdown"].startswith("---\n")


def test_the_practices_come_in_six_groups_of_thirty(kb_client):
    groups = kb_client.get("/api/v1/practices?lang=en").json["groups"]
    assert (len(groups), sum(g["total"] for g in groups)) == (6, 30)
    assert sorted(p["number"] for g in groups for p in g["practices"]) == list(range(1, 31))
    listing = kb_client.get("/api/v1/articles?limit=7&offset=28").json
    assert (listing["total"], [a["number"] for a in listing["articles"]]) == (30, [29, 30])


def test_side_by_side_shows_both_languages(kb_client):
    html = re.sub(r'<a class="term"[^>]*>(.*?)</a>', r"\1", kb_client.get("/articles/complaint-handling?lang=zh&side=1").text)
    for lang in ("zh", "en"):
        sections = kb_client.get(f"/api/v1/articles/complaint-handling?lang={lang}").json["sections"]
        assert [s["heading"] for s in sections if str(escape(s["heading"])) not in html] == []
        assert sections[3]["html"] in html


def test_a_page_of_another_kind_is_found_at_its_own_address(kb_client):
    response = kb_client.get("/handbook/complaint-handling?lang=en")
    assert (response.status_code, response.headers["Location"]) == (301, "/articles/complaint-handling?lang=en")


def test_translations_are_kept_apart(kb_database, articles):
    with kb_database.read() as session:
        rows = session.execute(select(Translation.lang, Translation.revision_number, Translation.origin)).all()
    assert sorted(rows) == [("en", 1, "pack"), ("zh", 1, "pack"), ("zh", 1, "pack"), ("zh", 1, "pack")]
