"""Figures as pictures: what is drawn, what is refused in words, and that nothing of a stranger's gets out."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kbplatform.rendering import render
from kbplatform.rendering.caps import CHART_FRAME, MAX_CHARS, MAX_CHART_CELLS
from kbplatform.rendering.charts import MAX_CELL, MAX_ROWS, BrokenChart, ceiling, parse_chart

PAYLOADS = [
    "<script>alert(1)</script>", "</td></table><img src=x onerror=alert(1)>", '"><svg onload=alert(1)>', "</svg><script>alert(1)</script>",
    "<style>@import 'http://x'</style>", "<a href=javascript:alert(1)>x</a>", '" onmouseover="alert(1)', "&#60;script&#62;", "<foreignObject>",
]  # fmt: skip
BARS = "bars: Seconds to the first answer\nteam | week 1 | week 2\nphone | 12 | 6\nmail | 1,200 ms | -\n"
LINES = "lines: Learned\nday | zh | en\n1 | 10% | 20%\n2 | 40% |\n3 | 80% | 100%\n"


class Drawing(HTMLParser):
    """Tags with their attributes, and the text of each cell."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.cells: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in {"td", "th"}:
            self.cells.append("")

    def handle_data(self, data):
        if self.cells:
            self.cells[-1] += data

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def drawn(source: str, lang: str = "en") -> Drawing:
    return Drawing(render(f"## A {{#a}}\n\n```chart\n{source}```\n", lang).sections[0].html)


def test_bars_are_a_table_whose_cells_hold_a_bar_as_long_as_their_figure():
    drawing = drawn(BARS)

    assert drawing.cells == ["team", "week 1", "week 2", "phone", "12", "6", "mail", "1,200 ms", "–"]
    assert [bar["width"] for bar in drawing.of("rect")] == ["1%", "0.5%", "100%"]


def test_lines_have_a_path_for_each_series_and_a_gap_where_a_figure_is_missing():
    drawing = drawn(LINES)
    paths = {p["class"]: p["d"] for p in drawing.of("path") if p["class"] != "grid" and p["d"] != "M0 4H24"}

    assert paths == {"line-1": "M8 191.6h.1L240 130.4L472 48.8", "line-2": "M8 171.2h.1M472 8h.1"}
    assert drawing.cells[:5] == ["day", "zh", "en", "1", "10%"]


def test_figures_and_names_are_found_by_search_and_read_aloud_but_the_drawing_is_not():
    section = render(f"## A {{#a}}\n\n```chart\n{LINES}```\n", "en").sections[0]

    assert section.text == "Learned · 0–100\nday zh en\n1 10% 20%\n2 40% –\n3 80% 100%"
    assert all(svg["aria-hidden"] == "true" for svg in drawn(LINES).of("svg"))


def test_a_chart_has_no_style_no_script_and_only_known_classes():
    for name, attributes in [*drawn(BARS).tags, *drawn(LINES).tags]:
        assert name in {"figure", "figcaption", "svg", "path", "rect", "table", "thead", "tbody", "tr", "th", "td"}
        assert set(attributes) <= {"class", "align", "viewbox", "aria-hidden", "width", "d"}


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("", 1, "begin with"),
        ("pie: x\na | b\nc | 1", 1, "begin with"),
        ("bars: x\na | b", 2, "needs a line of column names"),
        ("bars: x\na\nb", 2, "needs 1 to"),
        ("bars: x\na | b\nc | 1 | 2", 3, "should have 2 cells"),
        ("bars: x\na | b\nc | many", 3, "not a figure"),
        ("bars: x\na | b\nc | -5", 3, "not a figure"),
        ("bars: x\na | b\n\nc | 99999999999999", 4, "not a figure"),
        (f"bars: {'x' * 200}\na | b\nc | 1", 1, "title"),
        (f"bars: x\na | b\n{'c' * (MAX_CELL + 1)} | 1", 3, "a cell may have"),
        ("bars: x\n" + " | ".join("a" * 10) + "\nc | 1", 2, "needs 1 to 8"),
        ("lines: x\n" + " | ".join("a" * 7) + "\nc | 1", 2, "needs 1 to 5"),
        ("bars: x\na | b\n" + "c | 1\n" * (MAX_ROWS + 1), MAX_ROWS + 3, "at most"),
    ],
)
def test_what_cannot_be_drawn_is_named_with_its_line(source, line, words):
    with pytest.raises(BrokenChart, match=rf"line {line}: .*{words}"):
        parse_chart(source)


def test_a_broken_chart_shows_what_is_wrong_in_the_readers_language_and_the_text_as_it_is():
    html = render("## A {#a}\n\n```chart\nbars: x\na | b\nc | <b>\n```\n", "zh").sections[0].html

    assert html == '<p class="notice">图表第 3 行：“&lt;b&gt;” 不是 0 以上的数</p><pre>bars: x\na | b\nc | &lt;b&gt;</pre>'


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_a_stranger_writes_into_a_chart_becomes_markup(payload):
    drawing = drawn(f"bars: {payload}\n{payload} | {payload}\n{payload} | 1 {payload}\n")

    assert {name for name, _ in drawing.tags} <= {"figure", "figcaption", "svg", "rect", "table", "thead", "tbody", "tr", "th", "td", "p", "pre"}
    assert not [n for _, attributes in drawing.tags for n in attributes if n.startswith("on") or n in {"style", "href", "src"}]


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_any_text_is_drawn_or_refused_in_words(text):
    try:
        chart = parse_chart(text)
    except BrokenChart as broken:
        chart, reason = None, broken.reason
    if chart is None:
        assert reason.zh.startswith("图表第")
    else:
        assert all(len(row) == len(chart.series) for row in chart.values)


@pytest.mark.parametrize(("value", "top"), [(1, 1), (1.2, 2), (2.4, 2.5), (3, 5), (51, 100), (0.03, 0.05), (100, 100), (1e12, 1e12)])
def test_scales_end_at_round_figures(value, top):
    assert ceiling(value) == pytest.approx(top)


FULL = "bars: x\n" + "|".join("a" * 9) + "\n" + ("c" + "|1" * 8 + "\n") * MAX_ROWS
FLOODS = [FULL, "lines: x\na|b\nc|1\n", "lines: x\na|b|c|d|e|f\nc|1|1|1|1|1\n", "bars: x\na|b\nc|1\n", "", "x\n", "|" * 60 + "\n"]


def page_of(fence: str) -> str:
    block = f"```chart\n{fence}```\n\n"
    return "## A {#a}\n\n" + block * (56_000 // len(block))


def html_of(source: str, lang: str = "en") -> str:
    return "".join(section.html for section in render(source, lang).sections)


@pytest.mark.parametrize("fence", FLOODS)
def test_charts_of_one_text_draw_no_more_than_their_budget(fence):
    source = page_of(fence)
    html = html_of(source)
    drawing = Drawing(html)

    assert len(source) < MAX_CHARS
    assert len(drawing.cells) <= MAX_CHART_CELLS
    assert len(drawing.of("figure")) + len(drawing.of("p")) <= MAX_CHART_CELLS // CHART_FRAME + 1
    assert html.count("too many charts") == 1
    assert len(html) < 6 * MAX_CHARS


def test_a_text_may_use_its_whole_budget_and_what_is_beyond_stays_code_below_one_notice():
    rows, spare = divmod(MAX_CHART_CELLS // 4 - CHART_FRAME - 1, 9)  # the title is one, each other line nine
    chart = "```chart\nbars: x" + "|" * spare + "\n" + "|".join("a" * 9) + "\n" + ("c" + "|1" * 8 + "\n") * (rows - 1) + "```\n\n"
    late = "```chart\nbars: <b>\na|b\nc|1\n```\n\n"

    whole = html_of("## A {#a}\n\n" + chart * 4)
    assert (whole.count("<figure"), whole.count("notice")) == (4, 0)
    after = html_of("## A {#a}\n\n" + chart * 4 + late * 2, "zh").rpartition("</figure>")[2].strip()
    code = "<pre><code>bars: &lt;b&gt;\na|b\nc|1</code></pre>"
    assert after.replace("\n\n", "\n") == f'<p class="notice">这一篇的图表太多，从这里起按文字显示。请把它拆短一些。</p>{code}\n{code}'


def test_one_text_s_charts_take_nothing_from_another_s_even_at_one_moment():
    small, flood = f"## A {{#a}}\n\n```chart\n{BARS}```\n", page_of(FULL)
    alone = {source: html_of(source) for source in (small, flood)}

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(html_of, [flood, small] * 4)) == [alone[flood], alone[small]] * 4
    assert "<figure" in alone[small]


def test_other_fences_stay_code():
    html = render("## A {#a}\n\n```python\nbars: x\n```\n", "en").sections[0].html

    assert html == "<pre><code>bars: x</code></pre>"
    assert not re.search("<svg|<table", html)
