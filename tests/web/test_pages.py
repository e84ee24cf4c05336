"""Every page and answer: right status, right shape, bounded size, headers, languages; never a 500."""

from __future__ import annotations

import json
import re

import pytest
from flask import Blueprint

from kbplatform import hookimpl
from kbplatform.app import platform_of
from kbplatform.plugin.contributions import Routes
from kbplatform.web.access import declared_permission, public
from kbplatform.web.i18n import local_path
from kbplatform.web.security import HEADERS

PAGES = ["/", "/articles", "/articles/complaint-handling", "/articles/complaint-handling?side=1", "/groups/complaints", "/search", "/search?q=tousu",
         "/search?q=zzzzqq", "/search/preview?slug=complaint-handling", "/handbook", "/glossary", "/glossary?q=ts", "/glossary?q=zzzzqq", "/glossary/fcr", "/p/calculators/", "/p/calculators/?q=zzzzqq",
         "/p/calculators/resolution_rate?received=20&resolved=15", "/p/calculators/resolution_rate?received=20&resolved=15&b.received=9&b.resolved=8&sweep=resolved"]  # fmt: skip
MAX_PAGE_BYTES = 30_000


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_page_answers_within_its_size_and_with_every_header(kb_client, path, lang):
    response = kb_client.get(path, headers={"Accept-Language": lang})
    assert response.status_code == 200
    assert len(response.data) <= MAX_PAGE_BYTES
    for name, value in HEADERS.items():
        assert response.headers[name] == value
    assert not re.search(rb"\son\w+=|\sstyle=|<script>(?!</script>)", response.data)


def test_every_article_page_is_within_its_size_in_both_languages(kb_app, kb_client):
    cards, total = platform_of(kb_app).articles.listing("practice", "zh", _reader(), limit=100)
    assert total == 30
    for card in cards:
        for suffix in ("?lang=zh", "?lang=en", "?side=1"):
            assert len(kb_client.get(f"/articles/{card.slug}{suffix}").data) <= MAX_PAGE_BYTES


def test_every_page_of_the_handbook_is_within_its_size(kb_app, kb_client):
    cards, total = platform_of(kb_app).articles.listing("handbook", "zh", _reader(), limit=100)
    assert total == len(cards) > 20
    paths = [f"/handbook/{card.slug}?lang={lang}" for card in cards for lang in ("zh", "en")]
    assert [p for p in paths if len(kb_client.get(p).data) > MAX_PAGE_BYTES] == []


def test_every_route_declares_its_permission(kb_app):
    undeclared = [r.endpoint for r in kb_app.url_map.iter_rules() if declared_permission(kb_app.view_functions[r.endpoint]) is None]
    assert undeclared == []


def test_a_route_that_declares_nothing_is_closed(kb_plugin):
    class Forgetful:
        @hookimpl
        def register_routes(self):
            web = Blueprint("x", __name__)
            web.get("/open")(lambda: "secret")
            return Routes(web=web)

    response = kb_plugin(Forgetful()).test_client().get("/p/mine/open")
    assert response.status_code == 403
    assert b"secret" not in response.data


def test_a_closed_site_shows_nothing_to_those_not_signed_in(kb_make_app):
    app = kb_make_app(read_access="signed-in")
    client = app.test_client()
    canaries = ["complaint-handling", "如何处理客户投诉", "How to handle a customer complaint"]
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<[^>]*slug>", "complaint-handling", rule.rule).replace("<group_id>", "complaints").replace("<calculator_id>", "resolution_rate")
        path = re.sub(r"<[^>]*>", "zh", path)
        method = "POST" if "GET" not in rule.methods else "GET"
        response = client.open(f"{path}?q=tousu", method=method, json={"inputs": {}} if method == "POST" else None)
        assert response.status_code in {200, 303, 308, 400, 401, 403, 404, 405}, path
        body = response.get_data(as_text=True)
        if rule.endpoint != "openapi_json":
            assert not [c for c in canaries if c in re.sub(r'next=[^"]*', "", body)], path


@pytest.mark.parametrize(
    ("settings", "access"),
    [
        ({}, "everyone"), ({"host": "0.0.0.0"}, "signed-in"), ({"public_url": "https://kb.example.com"}, "signed-in"),
        ({"trusted_proxies": 1}, "signed-in"), ({"host": "0.0.0.0", "read_access": "everyone"}, "everyone"), ({"read_access": "signed-in"}, "signed-in"),
    ],
)  # fmt: skip
def test_off_loopback_reading_is_closed_unless_said_otherwise(kb_make_app, settings, access):
    assert platform_of(kb_make_app(**settings)).accounts.read_access() == access


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/articles/no-such", 404), ("/articles/%00", 404), ("/articles/complaint-handling?lang=fr", 200), ("/groups/none", 404),
        ("/groups/complaints?page=0", 404), ("/groups/complaints?page=-1", 404), ("/groups/complaints?page=x", 404), ("/handbook/none", 404),
        ("/search?q=" + "x" * 10_000, 422), ("/search?q=%00%01", 200), ("/search?q=%ff%fe", 200), ("/search/preview", 404),
        ("/p/calculators/none", 404), ("/p/calculators/resolution_rate?received=x&resolved=1", 422), ("/nope", 404), ("/language/fr", 404),
        ("/p/calculators/resolution_rate?received=1&resolved=2", 422), ("/static/../secret.key", 404), ("/p/none/static/x.css", 404),
        ("/search?q=" + "%5B" * 200, 200), ("/search?q=%27%20OR%201%3D1--", 200), ("/articles/complaint-handling/", 404),
    ],
)  # fmt: skip
def test_bad_page_input_is_a_worded_answer(kb_client, path, status):
    response = kb_client.get(path)
    assert response.status_code == status
    assert "<h1" in response.get_data(as_text=True)
    if status >= 400 and "calculators/resolution_rate" not in path:
        assert re.search(r"[0-9a-f]{8}", response.get_data(as_text=True))


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("/api/v1/search?limit=-1", 422, "limit"), ("/api/v1/search?limit=51", 422, "limit"), ("/api/v1/search?limit=x", 422, "limit"),
        ("/api/v1/search?q=" + "x" * 10_000, 422, "q"), ("/api/v1/search?q=a&lang=fr", 422, "lang"), ("/api/v1/search?q=%00", 200, None),
        ("/api/v1/search?q=%ff", 200, None), ("/api/v1/search", 200, None), ("/api/v1/search?q=a&kind=A%27", 422, "kind"),
        ("/api/v1/articles?limit=1000", 422, "limit"), ("/api/v1/articles/none", 404, None), ("/api/v1/articles?offset=-1", 422, "offset"),
        ("/api/v1/none", 404, None), ("/api/v1/p/calculators/none/schema", 404, None), ("/api/v1/suggest?q=" + "x" * 600, 422, "q"),
    ],
)  # fmt: skip
def test_bad_api_input_is_problem_json_with_an_id(kb_client, path, status, field):
    response = kb_client.get(path)
    assert response.status_code == status
    if status >= 400:
        assert response.content_type == "application/problem+json"
        body = response.get_json()
        assert (body["status"], len(body["error_id"])) == (status, 8)
        if field:
            assert [e["field"] for e in body["errors"]] == [field]


def test_a_method_that_is_not_allowed_says_which_are(kb_client):
    response = kb_client.post("/api/v1/search")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]
    assert kb_client.delete("/articles/complaint-handling").status_code == 405


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"inputs": 1}', b'{"other": {}}', b"\xff", b"[" * 100_000, b'{"inputs": {"received": {"a": 1}}}',
                                  b'{"inputs": {"received": true, "resolved": false}}', b'{"inputs": {"received": 1e400, "resolved": NaN}}'])
def test_bad_json_is_422_or_415(kb_client, body):
    response = kb_client.post("/api/v1/p/calculators/resolution_rate/runs", data=body, content_type="application/json")
    assert response.status_code in {400, 415, 422}
    assert response.content_type == "application/problem+json"


def test_a_bug_shows_an_id_and_nothing_from_inside(kb_plugin):
    class Buggy:
        @hookimpl
        def register_routes(self):
            web = Blueprint("x", __name__)

            @web.get("/")
            @public
            def view():
                raise RuntimeError("the inside story")

            return Routes(web=web)

    response = kb_plugin(Buggy()).test_client().get("/p/mine/")
    assert response.status_code == 500
    assert b"inside story" not in response.data
    assert b"Traceback" not in response.data


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost@evil.example", ""])
def test_a_foreign_host_is_refused_and_never_echoed(kb_client, host):
    response = kb_client.get("/", headers={"Host": host}) if host else kb_client.get("/", base_url="http://evil.example/")
    assert response.status_code == 400
    assert b"evil" not in response.data


def test_the_public_url_is_an_allowed_host(kb_make_app):
    client = kb_make_app(public_url="https://kb.example.com", read_access="everyone").test_client()
    assert client.get("/healthz", base_url="https://kb.example.com").status_code == 200


def test_a_form_without_a_token_is_refused_and_an_api_call_without_cookies_is_not(kb_plugin):
    class Form:
        @hookimpl
        def register_routes(self):
            web = Blueprint("x", __name__)
            web.post("/save")(public(lambda: "saved"))
            return Routes(web=web)

    client = kb_plugin(Form()).test_client()
    assert client.post("/p/mine/save").status_code == 400
    assert client.post("/api/v1/p/calculators/resolution_rate/runs", json={"inputs": {"received": 2, "resolved": 1}}).status_code == 200


def test_interface_language_follows_choice_then_browser_then_site(kb_app):
    client = kb_app.test_client()
    assert 'lang="zh' in client.get("/").get_data(as_text=True)[:400]
    assert 'lang="en' in client.get("/", headers={"Accept-Language": "fr, en;q=0.5"}).get_data(as_text=True)[:400]
    switched = client.get("/language/en?next=/articles")
    assert (switched.status_code, switched.headers["Location"]) == (303, "/articles")
    assert 'lang="en' in client.get("/", headers={"Accept-Language": "zh"}).get_data(as_text=True)[:400]


_ELSEWHERE = [
    "http://evil", "https://evil", "//evil", "///evil", "////evil", "/\\evil", "\\\\evil", "\\evil", "/\\/evil", "//\\evil", "http:evil", "http:/evil",
    "https:///evil", "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", " //evil", "\t//evil", "\n//evil", "/\t/evil", "/\n/evil", "/\r/evil",
    "//evil@good", "//evil:80", "//evil/%2f..", "evil", "evil.com", ".evil", "..//evil", "http://good@evil", "//[::1]", "//0", "/\x00/evil", "/\x0b/evil",
    "ftp://evil", "mailto:a@evil", "//evil?x=/", "//evil#/", "http://", "//", "?next=//evil", "#//evil", "", "http:\\\\evil", "/\\\\evil", "\x08//evil",
    "\u2028//evil", "/\u2028/evil", "https:evil", "HTTP://evil", "hTtP:/\\evil", "//evil\\@good", "/\\\tevil", "\\/evil", "\\/\\/evil", "///\\evil",
    "view-source:http://evil", "blob:http://evil", "wss://evil", "about:blank",
]  # fmt: skip


def test_nobody_is_sent_elsewhere_by_any_of_sixty_spellings():
    assert len(_ELSEWHERE) >= 60
    assert {local_path(target) for target in _ELSEWHERE} == {"/"}
    assert local_path("/articles/x?lang=en") == "/articles/x?lang=en"


def test_content_language_is_asked_for_by_itself_and_falls_back_in_words(kb_client):
    assert "How to handle a customer complaint" in kb_client.get("/articles/complaint-handling?lang=en").get_data(as_text=True)


def test_assets_are_compressed_kept_for_good_and_small_together(kb_app, kb_client):
    html = kb_client.get("/search?q=tousu").get_data(as_text=True) + kb_client.get("/articles/complaint-handling").get_data(as_text=True)
    urls = set(re.findall(r'"(/static/[^"]+)"', html))
    assert urls
    for url in urls:
        response = kb_client.get(url, headers={"Accept-Encoding": "gzip"})
        assert response.headers.get("Content-Encoding") == "gzip"
        assert "immutable" in response.headers["Cache-Control"]
    from kbplatform.web import static_folder

    names = [p.relative_to(static_folder()).as_posix() for p in static_folder().rglob("*") if p.is_file()]
    assert sum(len(kb_client.get(f"/static/{n}", headers={"Accept-Encoding": "gzip"}).data) for n in names) <= 30_000


def test_a_script_names_the_version_of_what_it_imports(kb_client):
    imported = re.search(r'from "\./(finding\.js)(\?v=\w+)"', kb_client.get("/static/search.js").get_data(as_text=True))
    assert "immutable" in kb_client.get(f"/static/{imported[1]}{imported[2]}").headers["Cache-Control"]


def test_metrics_are_for_this_machine_only(kb_client):
    kb_client.get("/")
    assert b"kb_requests_total" in kb_client.get("/metrics").data
    assert kb_client.get("/metrics", environ_base={"REMOTE_ADDR": "10.0.0.8"}).status_code == 404
    assert kb_client.get("/metrics", headers={"X-Forwarded-For": "10.0.0.8"}).status_code == 404


def test_live_and_ready(kb_client):
    assert kb_client.get("/healthz").get_json() == {"status": "ok"}
    body = kb_client.get("/readyz").get_json()
    assert body["status"] == "ok"
    assert {"database", "index", "plugins", "calculators"} <= body["checks"].keys()


def test_openapi_describes_every_api_route(kb_app, kb_client):
    document = kb_client.get("/api/v1/openapi.json").get_json()
    assert document["openapi"].startswith("3.1")
    described = set(document["paths"])
    routes = {re.sub(r"<(?:[^:>]*:)?([^>]*)>", r"{\1}", r.rule) for r in kb_app.url_map.iter_rules() if r.rule.startswith("/api/")}
    assert routes - described == {"/api/v1/openapi.json"}
    assert None not in json.loads(json.dumps(document["components"])).values()


def _reader():
    from kbplatform.viewer import ANONYMOUS

    return ANONYMOUS


def test_a_spoken_code_in_the_search_box_leads_straight_there(kb_client):
    assert kb_client.get("/search?q=5-3").headers["Location"].startswith("/articles/complaint-handling?lang=zh#")
    assert kb_client.get("/search?q=5-99").status_code == 200
    assert kb_client.get("/search?q=5-3&fragment=1").status_code == 200  # while it is typed nobody is sent away
