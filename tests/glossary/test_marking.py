"""Terms in a page's HTML: which mentions are marked, and that nothing else changes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kbplatform.glossary import Glossary
from kbplatform.glossary.marking import TermMarker
from kbplatform.rendering import render
from kbplatform.rendering.text import text_of

TERMS = """
[[term]]
id = "complaint-rate"
zh = "投诉率"
en = "complaint rate"
means_zh = "每千位客户里有几件。"
means_en = "Per thousand customers."

[[term]]
id = "complaint"
zh = "投诉"
en = "complaint"
also_zh = ["客户投诉", "客诉"]
means_zh = "说了不满意。"
means_en = "Said to be unhappy."

[[term]]
id = "ces"
zh = "费力度"
en = "customer effort score"
abbr = ["CES"]
means_zh = "容易不容易。"
means_en = "How easy."

[[term]]
id = "p90"
zh = "九成分位"
en = "R&D quantile"
abbr = ["P90"]
means_zh = "十单有九单不超过。"
means_en = "Nine in ten."

[[term]]
id = "agent"
zh = "坐席"
en = "agent"
means_zh = "接待的人。"
means_en = "Who serves."
mark = false

[[term]]
id = "agent-desk"
zh = "坐席台"
en = "desk"

[[term]]
id = "amp"
zh = "放大"
en = "amp"
means_zh = "放大。"
means_en = "Louder."
"""
_MARK = re.compile(r'<a class="term" href="/glossary/([a-z0-9-]+)" aria-describedby="term-\1">(.*?)</a>')


@pytest.fixture(scope="module")
def marker(tmp_path_factory):
    path = tmp_path_factory.mktemp("terms") / "glossary.toml"
    path.write_text(TERMS, "utf-8")
    return TermMarker(Glossary.load(path))


def marked(marker, html):
    """``[(id, words)]`` in order."""
    return _MARK.findall(marker.mark(html).html)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>投诉来了，又一件投诉。</p>", [("complaint", "投诉")]),
        ("<p>投诉率和投诉</p>", [("complaint-rate", "投诉率"), ("complaint", "投诉")]),
        ("<p>客户投诉多</p>", [("complaint", "客户投诉")]),
        ("<p>客诉多</p>", []),
        ("<p>Two Complaints, one complainant.</p>", [("complaint", "Complaints")]),
        ("<p>uncomplaint complaints2</p>", []),
        ("<p>用CES看，别用ces</p>", [("ces", "CES")]),
        ("<p>succes ACES CESs</p>", [("ces", "CESs")]),
        ("<p>median, p90</p>", [("p90", "p90")]),
        ("<p>an R&amp;D quantile</p>", [("p90", "R&amp;D quantile")]),
        ("<p>salt &amp; pepper, amp</p>", [("amp", "amp")]),
        ("<p>坐席</p><p>坐席台</p>", []),
        ('<p><a href="/x">投诉</a> 投诉</p>', [("complaint", "投诉")]),
        ('<h3>投诉</h3><p><code>投诉</code><span class="fact">投诉</span><var class="slot" data-slot="issue">投诉</var></p>', []),
        ("<details><summary>投诉</summary><p>投诉率</p></details>", [("complaint-rate", "投诉率")]),
        ('<div class="admonition"><p class="admonition-title">投诉</p><p>CES</p></div>', [("ces", "CES")]),
        ("<table><tr><th>投诉</th><td>投诉</td></tr></table>", [("complaint", "投诉")]),
        ('<p><span class="fact"><span>x</span>投诉</span>投诉率</p>', [("complaint-rate", "投诉率")]),
        ('<img src="/static/x.png" alt="投诉 > CES"><p>ok</p>', []),
        ("<p><strong>投</strong>诉</p>", []),
    ],
)  # fmt: skip
def test_the_first_mention_in_running_text_is_marked(marker, html, expected):
    result = marker.mark(html)
    assert marked(marker, html) == expected
    assert result.terms == tuple(i for i, _ in expected)
    assert _MARK.sub(r"\2", result.html) == html


def test_a_letter_whose_small_form_is_longer_leaves_the_text_alone(marker):
    assert marker.mark("<p>İ CES</p>").html == "<p>İ CES</p>"


def test_without_terms_nothing_is_marked():
    assert TermMarker(Glossary()).mark("<p>CES &amp; 投诉</p>").html == "<p>CES &amp; 投诉</p>"


words = st.sampled_from([
    "投诉", "投诉率", "客户", "CES", "complaint", " ", "\n\n", "- ", "# ", "**", "`", "[CES](article:x)", "&", "<", ">", '"', "'", "&lt;", "&amp;", "|",
    "{name}", "{{site:limit}}", "1. ", "> ", "!!! tip\n    ", "R&D quantile", "p90", "a", "<b>", "</a>", "https://x.example/?a=投诉&b=CES", "[^1]", "İ",
])  # fmt: skip
markdown = st.lists(words | st.text(max_size=8), max_size=40).map("".join)


def tags(html):
    return re.findall(r"<[^>]*>", _MARK.sub(r"\2", html))


@settings(max_examples=300, deadline=None)
@given(markdown)
def test_whatever_is_written_the_text_and_every_tag_stay_what_they_were(marker, source):
    for section in render(source, "zh").sections:
        result = marker.mark(section.html)
        assert _MARK.sub(r"\2", result.html) == section.html
        assert text_of(result.html).text == text_of(section.html).text
        assert tags(result.html) == tags(section.html)
        assert len(set(result.terms)) == len(result.terms)
        assert not re.search(r"<a\b[^>]*>(?:(?!</a>).)*<a\b", result.html, re.DOTALL)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from('<>&;"= aCES投诉率/p'), max_size=80))
def test_even_what_was_never_sanitised_is_only_added_to(marker, html):
    assert _MARK.sub(r"\2", marker.mark(html).html) == html


def test_the_bundled_articles_keep_their_words_and_few_of_them_are_underlined(bundled):
    from kbplatform.articles.content_root import bundled_content
    from kbplatform.articles.packs import read_pack

    marker = TermMarker(bundled)
    for kind, document in read_pack(bundled_content()).documents:
        if kind == "practice":
            results = [(s, marker.mark(s.html)) for s in render(document.body, document.lang).sections if s.id != "say"]
            assert [text_of(r.html).text for _, r in results] == [s.text for s, _ in results]
            assert sum(len(r.terms) for _, r in results) <= 20, document.path
