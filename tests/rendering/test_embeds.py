"""Embeds are stored as harmless words and replaced when a page is shown."""

from __future__ import annotations

import pytest

from kbplatform.rendering import EmbedMark, embeds_in, render, with_embeds


def section(source):
    return render(source, "zh").sections[0]


def test_an_embed_is_stored_as_its_own_words_and_counts_as_a_link():
    found = section("{{calc:resolution_rate received=20 resolved=15}}")
    words = "{{calc:resolution_rate received=20 resolved=15}}"
    assert found.html == f'<p><span class="embed" data-embed="calc:resolution_rate">{words}</span></p>'
    assert found.text == words
    assert found.links == ("calc:resolution_rate",)


def test_a_mark_knows_whether_it_stands_alone():
    html = section("前面 {{calc:aht talk=20}} 后面\n\n{{calc:csat}}\n\n- {{calc:nps}}").html
    assert embeds_in(html) == [
        EmbedMark("calc", "aht", "talk=20", alone=False),
        EmbedMark("calc", "csat", "", alone=True),
        EmbedMark("calc", "nps", "", alone=False),
    ]


def test_each_mark_is_replaced_in_its_place_and_one_without_an_answer_keeps_its_words():
    html = section("a {{calc:one}} b\n\n{{calc:two x=1}}\n\n{{calc:three}}").html
    shown = with_embeds(html, ["<b>1</b>", "<p>2</p>", None])
    assert '<p>a <span class="embed"><b>1</b></span> b</p>' in shown
    assert '<div class="embed"><p>2</p></div>' in shown
    assert '<p><span class="embed" data-embed="calc:three">{{calc:three}}</span></p>' in shown


@pytest.mark.parametrize(
    "written",
    [
        "`{{calc:aht}}`",
        "```\n{{calc:aht}}\n```",
        "{{calc:}}",
        "{{CALC:aht}}",
        "{{calc:a b\nc=1}}",
        "{{calc:aht {{calc:x}}",
        "{{calc:" + "a" * 90 + "}}",
        "{{calc:aht " + "x" * 400 + "}}",
        "{{site:refund_limit}}",
        "{{calc:../../etc}}",
    ],
)
def test_what_is_not_written_as_an_embed_is_none(written):
    html = "".join(s.html for s in render(written, "zh").sections)
    assert [m for m in embeds_in(html) if m and m.target != "x"] == []


def test_words_that_look_like_markup_stay_words():
    html = section('{{calc:aht talk="<script>alert(1)</script>" hold=*a* wrap=[x](calc:y)}}').html
    assert "<script" not in html
    assert "<em>" not in html
    assert "<a" not in html
    assert embeds_in(html)[0].arguments == 'talk="<script>alert(1)</script>" hold=*a* wrap=[x](calc:y)'


def test_attributes_that_a_text_sets_itself_make_no_embed():
    html = section('*x*{: class="embed" data-embed="calc:aht" } {{site:phone}}{: class="embed" data-embed="calc:aht" }').html
    assert embeds_in(html) == []
