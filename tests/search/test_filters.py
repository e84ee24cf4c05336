"""Filters as pages, API and command line take them."""

from __future__ import annotations

import re

import pytest
from werkzeug.datastructures import MultiDict

from kbplatform.search.forms import Wanted, wanted

KINDS = ("article", "handbook", "calculator")
GROUPS = {"complaints": "投诉与突发"}


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ({}, Wanted()),
        ({"kind": "", "group": "", "only": "", "since": ""}, Wanted()),
        ({"kind": "article"}, Wanted()),
        ({"kind": "handbook,calculator", "group": "complaints", "only": "en", "since": "30"}, Wanted("handbook,calculator", "complaints", "en", 30)),
        ({"kind": "nonsense,handbook,handbook", "group": "gone", "only": "fr", "since": "8"}, Wanted("handbook")),
        ({"since": "-7"}, Wanted()),
        ({"since": "٣٠"}, Wanted()),
    ],
)
def test_an_address_asks_for_what_there_is(address, expected):
    assert wanted(MultiDict(address), KINDS, GROUPS) == expected


def test_the_address_of_a_search_holds_what_narrows_it_and_nothing_else():
    assert Wanted().url(q="a b", lang="zh") == "/search?q=a+b&lang=zh"
    assert Wanted("handbook", "complaints", "en", 7).url(q="x") == "/search?q=x&kind=handbook&group=complaints&only=en&since=7"


@pytest.fixture
def client(kb_site):
    client = kb_site.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    return client


def hits(client, **arguments):
    return client.get("/api/v1/search", query_string={"limit": 50} | arguments).get_json()["hits"]


def test_kinds_stay_out_unless_asked_for(client):
    assert {h["kind"] for h in hits(client, q="search 搜索")} <= {"article"}
    assert {h["kind"] for h in hits(client, q="search 搜索", kind="handbook")} == {"handbook"}
    assert {h["kind"] for h in hits(client, q="解决率", kind="article,calculator")} == {"article", "calculator"}


def test_a_group_and_a_language_restrict(client):
    everything, narrowed = hits(client, q="客户"), hits(client, q="客户", group="complaints")
    complaints = {h["slug"] for h in narrowed}
    assert 0 < len(narrowed) < len(everything)
    page = client.get("/groups/complaints").get_data(as_text=True)
    assert all(f"/articles/{slug}" in page for slug in complaints)
    assert {h["lang"] for h in hits(client, q="客户 customer", only="en", lang="zh")} == {"en"}


def test_what_changed_lately_restricts(client):
    assert hits(client, q="投诉", since=7) == hits(client, q="投诉")  # the content came in today


@pytest.mark.parametrize("bad", [{"only": "fr"}, {"since": "0"}, {"since": "x"}, {"since": "3651"}, {"group": "A B"}, {"kind": "a b"}, {"kind": "x" * 101}])
def test_a_filter_that_cannot_be_is_422(client, bad):
    response = client.get("/api/v1/search", query_string={"q": "投诉"} | bad)
    assert response.status_code == 422
    assert response.get_json()["errors"][0]["field"] == next(iter(bad))


def test_the_description_of_the_api_names_the_filters(client):
    search = client.get("/api/v1/openapi.json").get_json()["paths"]["/api/v1/search"]["get"]
    assert {"q", "lang", "limit", "kind", "group", "only", "since", "explain"} == {p["name"] for p in search["parameters"]}


def test_the_page_keeps_the_filters_in_its_links(client):
    html = client.get("/search?q=客户&lang=zh&group=complaints&since=30").get_data(as_text=True)
    assert re.search(r'<option value="complaints" selected>', html)
    assert re.search(r'<option value="30" selected>', html)
    assert 'href="/search?q=%E5%AE%A2%E6%88%B7&amp;lang=en&amp;group=complaints&amp;since=30"' in html
    assert 'href="/search?q=%E5%AE%A2%E6%88%B7&amp;lang=zh"' in html


def test_filters_that_leave_nothing_can_be_taken_off(client):
    html = client.get("/search?q=投诉&lang=zh&group=team&only=en&kind=calculator").get_data(as_text=True)
    assert re.search(r'class="unsure">.*href="/search\?q=%E6%8A%95%E8%AF%89&amp;lang=zh">', html, re.DOTALL)


def test_the_page_offers_what_is_surely_in_the_handbook(client):
    html = client.get("/search?q=备份&lang=zh").get_data(as_text=True)
    link = re.search(r'href="(/search\?[^"]*kind=handbook[^"]*)">手册', html)
    assert link
    assert "/handbook/" in client.get(link[1].replace("&amp;", "&")).get_data(as_text=True)


def test_the_groups_of_what_was_guessed_come_first(client):
    from kbplatform.app import platform_of

    result = platform_of(client.application).search.search("发票抬头开错了怎么改", audiences={"everyone"})
    assert result.low_confidence
    assert result.hits
    html = client.get("/search?q=发票抬头开错了怎么改&lang=zh").get_data(as_text=True)
    groups = re.findall(r'href="/groups/([a-z-]+)"', html)
    guessed = list(dict.fromkeys(h.group for h in result.hits))
    assert groups[: len(guessed)] == guessed
    assert len(groups) == len(set(groups)) >= len(guessed)


@pytest.mark.parametrize("query", ["x" * 501, "x" * 10_000])
def test_an_endless_query_is_refused_by_the_page(client, query):
    assert client.get("/search", query_string={"q": query}).status_code == 422
