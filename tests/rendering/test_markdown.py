"""Strangers' Markdown: safe to show, cheap to make, cut into sections that keep their ids."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kbplatform.rendering import Presenter, SiteFacts, render
from kbplatform.rendering.caps import too_expensive

SCRIPTS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<svg><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)>", "<body onload=alert(1)>", "<a href=javascript:alert(1)>x</a>", "<math><mi//xlink:href='data:x,<script>'>",
    "<details open ontoggle=alert(1)>", "<style>@import 'http://x'</style>", "<base href=//evil>", "<form action=//evil><input name=x>",
    "<object data=x>", "<embed src=x>", "<link rel=stylesheet href=//x>", "<meta http-equiv=refresh content=0;url=//x>", "<p style=position:fixed>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", "<!--><img src=x onerror=alert(1)>-->", "<x onclick=alert(1)>x</x>",
    "<template><script>1</script></template>", "<video><source onerror=alert(1)>", "<marquee onstart=alert(1)>", "<isindex type=image src=1 onerror=1>",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "&#106;avascript:alert(1)", "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)", "file:///etc/passwd", "\x01javascript:alert(1)", "//evil.example", '"onmouseover="alert(1)', "'onfocus='alert(1)' autofocus='",
    '"><script>alert(1)</script>', "</script><script>alert(1)</script>", "{{site:x}}<script>", '<span class="fact" data-site="x"></span>', "{: onclick=alert(1) }",
]  # fmt: skip
SINKS = {
    "body": "{}",
    "heading": "## {} {{#a}}",
    "link text": "[{}](https://example.com)",
    "link target": "[x]({})",
    "link title": '[x](https://example.com "{}")',
    "reference": "[x][1]\n\n[1]: {}",
    "image": "![{0}]({0})",
    "admonition title": '!!! tip "{}"\n    x',
    "admonition class": "!!! {}\n    x",
    "details": '??? note "{}"\n    {}',
    "fence": "```{}\n{}\n```",
    "math fence": "```math\n{}\n```",
    "table": "| a |\n|---|\n| {} |",
    "footnote": "x[^1]\n\n[^1]: {}",
    "attributes": "**x**{{: {} }}",
    "definition": "x\n:   {}",
}
_LIVE_SCHEMES = re.compile(r"^[\s\x00-\x20]*(javascript|data|vbscript|file):", re.IGNORECASE)


class Live(HTMLParser):
    """Collects whatever could run or load."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag in {"script", "style", "iframe", "object", "embed", "svg", "math", "form", "base", "link", "meta", "template", "video", "body", "x"}:
            self.found.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name in {"style", "srcdoc", "formaction", "xlink:href"}:
                self.found.append(name)
            if name in {"href", "src"} and (_LIVE_SCHEMES.match(value or "") or (name == "src" and not re.match(r"^/[^/]", value or ""))):
                self.found.append(f"{name}={value}")


@pytest.mark.parametrize("sink", SINKS)
def test_no_payload_is_live_in_any_sink(sink):
    for payload in SCRIPTS:
        document = render(SINKS[sink].format(payload, payload), "en")
        for section in document.sections:
            live = Live()
            live.feed(section.html)
            assert live.found == [], (payload, section.html)


@given(st.text(alphabet="<>[]()!*_`~#&;:\"'{}=|-+\\\n ab\t>0.", max_size=300))
@settings(max_examples=150, deadline=None)
def test_nothing_makes_the_renderer_raise_or_go_live(source):
    for section in render(source, "zh").sections:
        live = Live()
        live.feed(section.html)
        assert live.found == []


N = 20_000
EXPENSIVE = {
    "brackets": "[" * N, "links": "[a](" * (N // 4), "images": "![](" * (N // 4), "quotes": ">" * N, "quotes spaced": "> " * (N // 2),
    "back-ticks": "`a" * (N // 2), "emphasis": "*a " * (N // 3), "mixed emphasis": "*a_ " * (N // 4), "entities": "&amp;" * (N // 5),
    "nested list": "\n".join(" " * 4 * i + "- a" for i in range(120)), "list in list": "- " * (N // 2), "headings": "## a\n\n" * (N // 6),
    "definitions": "a\n: b\n" * (N // 6), "angle": "<a " * (N // 3), "table": ("|a" * 800 + "\n") * 12, "too long": "字" * 70_000,
}  # fmt: skip


@pytest.mark.parametrize("family", EXPENSIVE)
def test_an_expensive_text_costs_no_more_than_ordinary_ones(family):
    ordinary = "一段普通的话，*强调*一下，再来个[链接](article:x)。\n\n" * 1200
    assert not too_expensive(ordinary)
    budget = _cpu(ordinary)
    assert _cpu(EXPENSIVE[family]) < 5 * budget


def _cpu(source: str) -> float:
    started = time.process_time()
    render(source, "zh")
    return time.process_time() - started


def test_beyond_the_caps_the_text_is_shown_plain_with_a_notice():
    document = render("[" * N + "<b>", "zh")
    assert document.plain
    assert "按纯文本显示" in document.sections[0].text
    assert "&lt;b&gt;" in document.sections[0].html


def test_sections_keep_the_ids_they_are_given_and_get_stable_ones_otherwise():
    once = render("intro\n\n## 这样说 {#say}\n\n- a\n\n## Steps to take\n\nb\n\n## 没有编号\n\nc\n\n## Steps to take\n\nd", "zh")
    ids = [s.id for s in once.sections]
    assert ids[:3] == ["", "say", "steps-to-take"]
    assert ids[4] == "steps-to-take-2"
    assert ids == [s.id for s in render("intro\n\n## 这样说 {#say}\n\nchanged\n\n## Steps to take\n\n## 没有编号\n\n## Steps to take", "zh").sections]


def test_a_section_hash_changes_with_its_words_and_with_nothing_else():
    def hashes(source: str) -> dict[str, str]:
        return {s.id: s.hash for s in render(source, "en").sections}

    before = hashes("## A {#a}\n\none two\n\n## B {#b}\n\nthree {{site:x}}")
    assert hashes("## A {#a}\n\none  two\n\n\n## B {#b}\n\nthree {{site:x}}") == before
    after = hashes("## A {#a}\n\none two\n\n## B {#b}\n\nthree {{site:y}}")
    assert (after["a"] == before["a"], after["b"] == before["b"]) == (True, False)


def test_only_top_level_headings_cut_sections():
    assert [s.id for s in render("> ## quoted\n\n- ## listed\n\n## real {#r}", "en").sections] == ["", "r"]


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("- [ ] todo\n- [x] done", 'type="checkbox"'),
        ("| a | b |\n|:-:|--:|\n| 1 | 2 |", '<th align="center">'),
        ("term\n:   meaning", "<dd>meaning</dd>"),
        ("x[^1]\n\n[^1]: note", 'class="footnote"'),
        ('!!! warning "小心"\n    看清', '<div class="admonition warning">'),
        ('??? warning "折起"\n    看清', '<details class="warning">'),
        ("```python\nx = 1\n```", "<code>x = 1"),
        ("您好，{name}", '<var class="slot" data-slot="name">称呼</var>'),
        ("弄清{issue}是怎么回事", '弄清<var class="slot" data-slot="issue">遇到的问题</var>是'),
    ],
)
def test_the_marks_writers_use_come_out(source, html):
    assert html in "".join(s.html for s in render(source, "zh").sections)


def test_a_site_fact_is_filled_escaped_or_says_whom_to_ask():
    html = render("按{{site:limit}}办，{{site:other}}", "zh").sections[0].html
    shown = Presenter({}).present(html, SiteFacts("zh", {"limit": "<b>200</b>元"}))
    assert '<span class="fact">&lt;b&gt;200&lt;/b&gt;元</span>' in shown
    assert '<span class="fact fact-unset">未填，问组长</span>' in shown


def test_an_inner_link_leads_where_its_scheme_says_or_is_shown_as_words():
    html = render("[a](calc:known) [b](calc:unknown) [c](article:x) [d](https://example.com/)", "en").sections[0].html
    shown = Presenter({"calc": lambda t, _l: "/p/k" if t == "known" else None}).present(html, SiteFacts("en"))
    assert '<a href="/p/k">a</a> b c <a href="https://example.com/"' in shown


def test_text_cannot_pretend_to_be_a_fact_inside_an_attribute():
    html = render('[x](https://e.com "<span class=\\"fact\\" data-site=\\"limit\\"></span>")', "en").sections[0].html
    shown = Presenter({}).present(html, SiteFacts("en", {"limit": '"><script>alert(1)</script>'}))
    assert "<script" not in shown
