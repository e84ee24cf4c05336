"""The pages of the calculators: answer first, everything typed kept, mistakes at their fields, one address for all."""

from __future__ import annotations

import gzip
import re
from html import unescape
from pathlib import Path

import pytest
from own_calculators import MANY, TIME

import kbplatform_calculators
from kbplatform.app import platform_of
from kbplatform.viewer import Viewer
from kbplatform_calculators.forms import understood
from kbplatform_calculators.index import DAILY, QUESTIONS
from kbplatform_calculators.inputs import Count, Duration, Matrix, Number, Share, Table
from kbplatform_calculators.registry import registry_of

RATE = "/p/calculators/resolution_rate"
MAX_PAGE_BYTES = 30_000


def body(client, address, lang="zh", status=200):
    response = client.get(address, headers={"Accept-Language": lang})
    assert response.status_code == status, address
    return response.get_data(as_text=True)


def field(page, name):
    """The tag of a field."""
    return re.search(rf'<(?:input|textarea|select)[^>]*\sname="{re.escape(name)}"[^>]*>', page)[0]


def links(page):
    return [unescape(u) for u in re.findall(r'href="(/[^"]*)"', page)]


def test_the_answer_comes_first_with_its_interval_as_a_picture_the_numbers_in_the_formula_and_what_to_bear_in_mind(kb_client):
    page = body(kb_client, f"{RATE}?received=20&resolved=15")
    order = ["75.0%", "calc-band", 'name="received"', "不到 30 个", "15 ÷ 20 = 75.0%", "解决率 = 这批里已解决", "JASA 22", "/articles/complaint-handling"]
    places = [page.index(words) for words in order]
    assert places == sorted(places)


def test_an_empty_form_shows_the_worked_example_and_tries_it_in_one_click(kb_client):
    page = body(kb_client, RATE, "en")
    assert 'placeholder="e.g. 20"' in field(page, "received")
    assert "field-error" not in page
    example = next(u for u in links(page) if "received=20" in u)
    assert "75.0%" in body(kb_client, example, "en")


def test_a_mistake_stands_at_its_field_and_everything_typed_is_kept(kb_client):
    page = body(kb_client, f"{RATE}?received=%E4%BA%8C%E5%8D%81&resolved=15", status=422)
    assert 'value="二十"' in field(page, "received")
    assert 'aria-invalid="true"' in field(page, "received")
    assert 'value="15"' in field(page, "resolved")
    assert 'href="#resolution_rate-received"' in page


def test_a_missing_field_is_a_mistake_once_sent_off_and_none_while_somebody_types(kb_client):
    assert "必填" in body(kb_client, f"{RATE}?received=20&resolved=", status=422)
    assert "必填" not in body(kb_client, f"{RATE}?received=20")
    piece = body(kb_client, f"{RATE}?received=20&fragment=1")
    assert "必填" not in piece
    assert "<!doctype" not in piece
    wrong = body(kb_client, f"{RATE}?received=20&resolved=25&fragment=1")
    assert "不能多于" in wrong


def test_the_pieces_are_small_and_each_has_its_place_on_the_page(own_client):
    for address in (f"{RATE}?received=20&resolved=15", "/p/calculators/own_time?talk=9&calls=1&b.talk=3&b.calls=1", "/p/calculators/own_staff?load=8", "/p/calculators/source.own?received=4&resolved=3"):
        page, pieces = body(own_client, address), body(own_client, f"{address}&fragment=1")
        assert len(pieces) < 5_000
        parts = re.findall(r'data-part="([^"]+)"', pieces)
        assert parts
        assert len(parts) == len(set(parts)) == page.count("data-part=")
        assert {p for p in parts if f'data-part="{p}"' not in page} == set()


@pytest.mark.parametrize(
    ("kind", "typed", "shown"),
    [
        (Count(name="n", label=TIME.title), "20", ""), (Count(name="n", label=TIME.title), "1,200", ""), (Count(name="n", label=TIME.title), "１２００", "= 1,200"),
        (Count(name="n", label=TIME.title), "1.2万", "= 12,000"), (Count(name="n", label=TIME.title), "x", ""), (Count(name="n", label=TIME.title), "", ""),
        (Share(name="n", label=TIME.title), "0.85", "= 85%"), (Share(name="n", label=TIME.title), "85%", ""),
        (Duration(name="n", label=TIME.title, unit="s"), "3分20秒", "= 200 s"), (Duration(name="n", label=TIME.title, unit="s"), "3:20", "= 200 s"),
        (Duration(name="n", label=TIME.title, unit="s"), "200", "= 3 min 20 s"), (Duration(name="n", label=TIME.title, unit="s"), "20", ""),
        (Duration(name="n", label=TIME.title, unit="h"), "90分", "= 1.5 h"), (MANY.ways[0].inputs[0], "1\n2\n3", "= 3 numbers"), (MANY.ways[0].inputs[0], "7", "= 1 number"),
        (Matrix(name="n", label=TIME.title, item=Count(name="m", label=TIME.title)), "1 2\n3 4", "= 2 × 2"),
        (Table(name="n", label=TIME.title, columns=(Number(name="a", label=TIME.title), Number(name="b", label=TIME.title))), "1\t2\n3\t4", "= 2 rows"),
    ],
)  # fmt: skip
def test_what_was_understood_is_said_where_it_is_not_plain_to_see(kind, typed, shown):
    assert understood(kind, typed, "en") == shown


def test_fields_suit_what_goes_in(own_client):
    page = body(own_client, "/p/calculators/own_time", "en")
    assert "inputmode" not in field(page, "talk")  # a telephone's digits can't write 3:20
    assert 'inputmode="numeric"' in field(page, "calls")
    assert field(page, "kind").startswith("<select")
    assert '<span class="calc-unit">calls</span>' in page
    many = body(own_client, "/p/calculators/own_many", "en")
    assert field(many, "times").startswith("<textarea")
    assert "paste from a spreadsheet" in many


def test_a_list_pasted_from_a_spreadsheet_is_added_up_and_kept(own_client):
    page = body(own_client, "/p/calculators/own_many?times=1,200%0D%0A30%0D%0A4")
    assert 'result-value">1,234<' in page
    assert "1,200\n30\n4" in page.replace("\r", "")


def test_a_way_is_chosen_with_a_click_that_carries_over_what_fits(own_client):
    page = body(own_client, "/p/calculators/own_staff?load=8&most=80%25")
    given = next(u for u in links(page) if "way=given" in u)
    assert given == "/p/calculators/own_staff?way=given&load=8"
    assert '<input type="hidden" name="way" value="need">' in page
    other = body(own_client, given, "en")
    assert "field-error" not in other
    assert 'aria-current="true">with so many</a>' in other
    assert 'value="8"' in field(other, "load")


def test_one_agent_fewer_and_more_stand_beside_each_other_where_they_differ(own_client):
    page = body(own_client, "/p/calculators/own_staff?load=8")
    table = re.search(r"calc-neighbours.*?</table>", page, re.DOTALL)[0]
    assert re.findall(r'class="n">([^<]+)<', table) == ["9", "10", "11", "88.9%", "80.0%", "72.7%"]
    assert "always the same" not in table


def test_nobody_below_one_agent(own_client):
    page = body(own_client, "/p/calculators/own_staff?load=0.5")
    table = re.search(r"calc-neighbours.*?</table>", page, re.DOTALL)[0]
    assert re.findall(r'<th scope="col" class="n">([^<]+)<', table) == ["1", "2"]


def test_a_formula_of_the_source_says_first_what_it_is_and_leads_to_the_sound_one_with_what_was_typed(own_client):
    page = body(own_client, "/p/calculators/source.own?received=4&resolved=3&other=9")
    assert page.index("it is too simple") < page.index("no interval") < page.index("result-value")
    assert page.count("it is too simple") == 1
    sound = next(u for u in links(page) if u.startswith(RATE))
    assert sound == f"{RATE}?received=4&resolved=3"
    assert "75.0%" in body(own_client, sound)


def test_the_source_s_own_is_reached_from_its_sound_twin_and_the_article_and_listed_nowhere(own_client):
    assert "/p/calculators/source.own" in links(body(own_client, RATE))
    article = body(own_client, "/articles/complaint-handling")
    assert [u for u in links(article) if u.startswith("/p/calculators/")][-1] == "/p/calculators/source.own"
    for address in ("/p/calculators/", "/p/calculators/?q=own", "/p/calculators/?q=source"):
        assert "source.own" not in body(own_client, address)
    hits = own_client.get("/api/v1/search?q=source.own&kind=calculator&limit=50").get_json()["hits"]
    assert "source.own" not in {h["slug"] for h in hits}


def test_the_first_screen_has_the_daily_ones_then_every_question(kb_app, kb_client):
    known = registry_of(platform_of(kb_app).services).calculators
    page = body(kb_client, "/p/calculators/")
    listed = [u.removeprefix("/p/calculators/") for u in links(page) if re.fullmatch(r"/p/calculators/[\w.]+", u)]
    daily = [i for i in DAILY if i in known]
    assert listed[: len(daily)] == daily
    assert sorted(listed[len(daily) :]) == sorted(i for i, c in known.items() if c.as_in_source is None)
    groups = list(dict.fromkeys(known[i].group for i in listed[len(daily) :]))
    assert groups == [g for g in QUESTIONS if g in groups]


@pytest.mark.parametrize("query", ["FCR", "fcr", "ｆｃｒ", "一次解决", "first contact", "Resolution first"])
def test_a_name_an_abbreviation_or_an_alias_finds_it_on_the_first_screen_and_in_search(kb_client, query):
    page = body(kb_client, f"/p/calculators/?q={query}")
    assert "/p/calculators/fcr" in links(page)
    assert "天天用的" not in page
    assert body(kb_client, f"/p/calculators/?q={query}&fragment=1").startswith('<div class="calc-index"')


@pytest.mark.parametrize("query", ["FCR", "fcr", "一次性解决率", "首解率", "first call resolution", "one-touch resolution"])
def test_site_search_finds_it_by_every_name(kb_client, query):
    assert kb_client.get(f"/api/v1/search?q={query}&kind=calculator").get_json()["hits"][0]["slug"] == "fcr"


def test_a_name_nobody_knows_is_said_so(kb_client):
    page = body(kb_client, "/p/calculators/?q=%3Cb%3Ezebra")
    assert "没有叫“&lt;b&gt;zebra”的计算器" in page


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_of_every_calculator_is_within_its_size_empty_with_its_example_compared_and_swept(kb_app, kb_client, lang):
    calculators = registry_of(platform_of(kb_app).services).calculators
    for c in calculators.values():
        address = f"/p/calculators/{c.id}"
        empty = body(kb_client, address, lang)
        example = next((u for u in links(empty) if u.startswith(f"{address}?")), address)
        pages = [empty, body(kb_client, example, lang)]
        compared = example + "".join(f"&b.{pair}" for pair in example.partition("?")[2].split("&") if not pair.startswith("way="))
        pages.append(body(kb_client, compared, lang))
        pages += [body(kb_client, f"{compared}&sweep={name}", lang) for name in re.findall(r'name="sweep" value="([^"]+)"', pages[2])[:1]]
        for page in pages:
            assert len(page.encode()) <= MAX_PAGE_BYTES, (c.id, len(page.encode()))
            main = page.partition("<main")[2].partition("</main>")[0]
            assert not re.search(r"\{[a-z_0-9A-Z]+\}|>None<|\bnan\b", main), c.id


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_practice_with_a_calculator_has_its_box_within_what_a_box_may_take(kb_app, kb_client, lang):
    platform = platform_of(kb_app)
    serving = {n for c in registry_of(platform.services).calculators.values() for n in c.practices}
    cards, _total = platform.articles.listing("practice", lang, Viewer(None), limit=100)
    for card in cards:
        page = body(kb_client, f"{card.url}?lang={lang}", lang)
        if card.number in serving:
            assert ("算一算" if lang == "zh" else "Work it out") in page, card.slug
            assert len(page.encode()) <= MAX_PAGE_BYTES


def test_the_box_beside_an_article_computes_and_compares(kb_client):
    page = body(kb_client, "/articles/complaint-handling")
    form = re.search(r'<form class="form more" action="/p/calculators/resolution_rate">.*?</form>', page, re.DOTALL)[0]
    assert re.findall(r'name="([^"]+)"', form) == ["received", "resolved", "compare"]


def test_hostile_addresses_are_shown_as_what_they_are(own_client):
    for value in ("%3Cscript%3Ealert(1)%3C/script%3E", "%00", "9" * 3000, "%F0%9F%98%80", "{{7*7}}", "nan", "1e999", "-0", "∞"):
        for name in ("received", "b.received", "way", "compare", "sweep", "sweep.from", "fragment", "times", "talk", "kind"):
            for c in ("resolution_rate", "own_many", "own_time", "own_staff"):
                response = own_client.get(f"/p/calculators/{c}?{name}={value}&resolved=1&calls=2&load=4")
                assert response.status_code in {200, 422}, (c, name, value)
                assert b"<script>alert" not in response.data


def test_style_and_script_together_stay_light():
    static = Path(kbplatform_calculators.__file__).parent / "static"
    assert sum(len(gzip.compress((static / f"calculators.{kind}").read_bytes(), 9)) for kind in ("css", "js")) <= 6_000


def test_the_api_lists_what_there_is_and_a_run_says_interval_working_and_version(own_client):
    listed = {c["id"]: c for c in own_client.get("/api/v1/p/calculators").get_json()["calculators"]}
    assert [i["name"] for i in listed["resolution_rate"]["ways"][0]["inputs"]] == ["received", "resolved"]
    assert (listed["resolution_rate"]["group"], listed["resolution_rate"]["sound"]) == ("quality", None)
    assert listed["source.own"]["sound"] == ["resolution_rate"]
    assert [(i["name"], i["required"], i["unit"]) for i in listed["own_time"]["ways"][0]["inputs"]] == [("talk", True, "s"), ("calls", True, "calls"), ("kind", False, None)]
    run = own_client.post("/api/v1/p/calculators/resolution_rate/runs", json={"inputs": {"received": 20, "resolved": 15}}).get_json()
    assert [round(end, 6) for end in run["interval"]] == [0.531299, 0.888138]
    assert (run["working"], run["version"]) == ("15 ÷ 20 = 75.0%", 1)
    assert own_client.post("/api/v1/p/calculators/own_many/runs", json={"inputs": {"times": [1]}}).get_json()["interval"] is None
