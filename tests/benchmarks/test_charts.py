"""The handbook's figures are those the benchmarks wrote, in both languages."""

import pytest
from charts import DRAWN, HANDBOOK, PAGES, number, page, pages, read_figures

from kbplatform.rendering import render

FIGURES = {
    "engines": {
        "command": "python benchmarks/engines.py 60", "made": "2026-01-02", "commit": "abc1234", "machine": "2 × x", "load": 0.5,
        "sizes": {"60": {
            "ours": {"ms": {t: {"p50": 1.0, "p95": 2.5} for t in ("keystroke", "two words", "filtered", "excerpt", "update")},
                     "relevance": {"all": {"mrr": 0.9}, "zh_keyword": {"mrr": 0.95}}},
            "theirs": {"ms": {t: {"p50": 0.012345, "p95": None} for t in ("keystroke", "two words", "filtered", "excerpt", "update")}, "relevance": {}},
            "gone": {"absent": "pip install it"},
        }},
    },
}  # fmt: skip


def test_a_place_becomes_a_chart_with_one_row_for_each_peer_that_ran():
    text = page("[[speed-60]]", FIGURES, "en")

    assert text == (
        "```chart\nbars: 60 documents, p95, ms\n | a keystroke | two words | filtered | search + excerpt\n"
        "ours | 2.5 | 2.5 | 2.5 | 2.5\ntheirs | - | - | - | -\n```\n\ndid not take part: gone"
    )
    assert "notice" not in render(f"## A {{#a}}\n\n{text}\n", "en").sections[0].html


def test_both_languages_name_what_they_show():
    assert page("[[relevance-60]]", FIGURES, "zh").splitlines()[1:4] == [
        "bars: 60 篇，MRR@10（满分 1）", " | 全部 | 中文关键词 | 中文问句 | 英文问句 | 错别字", "ours | 0.900 | 0.950 | - | - | -",
    ]  # fmt: skip


@pytest.mark.parametrize(("lang", "words"), [("zh", "这一项还没有测。"), ("en", "Not measured yet.")])
@pytest.mark.parametrize("name", ["speed-10000", "keystrokes", "wikis"])
def test_a_figure_nobody_took_is_said_to_be_missing(name, lang, words):
    assert page(f"[[{name}]]", FIGURES, lang) == words


def test_how_a_figure_was_taken_stands_beside_it():
    told = page("[[made-compared]]", FIGURES, "en")

    assert told == "- `python benchmarks/engines.py 60` on 2026-01-02, revision abc1234, 2 × x, load at the start 0.5"


def test_every_place_of_every_page_has_a_drawing_and_both_languages_have_the_same_places():
    places = {p.stem: [line[2:-2] for line in p.read_text("utf-8").splitlines() if line.startswith("[[")] for p in PAGES.glob("*.md")}

    assert set().union(*map(set, places.values())) <= set(DRAWN)
    assert {name.split(".")[0] for name in places} == {"measured", "compared"}
    assert all(places[f"{name}.zh"] == places[f"{name}.en"] for name in ("measured", "compared"))


def test_the_handbook_shows_the_figures_that_were_written_last():
    for path, text in pages(read_figures()).items():
        assert path.read_text("utf-8") == text, f"run python benchmarks/charts.py: {path.relative_to(HANDBOOK)} is behind its figures"


@pytest.mark.parametrize(("value", "shown"), [(None, "-"), (0.012345, "0.012"), (3.14159, "3.14"), (27.0, "27"), (1234.5, "1,234")])
def test_numbers_are_shown_with_no_more_digits_than_they_deserve(value, shown):
    assert number(value) == shown
