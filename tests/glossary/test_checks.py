"""What a check of the glossary says, and where."""

from __future__ import annotations

import pytest

from kbplatform.articles.checks import check_pack
from kbplatform.articles.content_root import bundled_content
from kbplatform.articles.packs import read_pack
from kbplatform.glossary import glossary_files
from kbplatform.glossary.checks import check_glossary

ONE = '[[term]]\nid = "csat"\nzh = "满意度"\nen = "customer satisfaction"\nabbr = ["CSAT"]\nalso_zh = ["客户满意度"]\n\n'


def findings(*paths):
    return [(f.line, f.level, f.message.en) for f in check_glossary(paths)]


def test_the_bundled_glossary_is_without_fault_and_explains_at_least_eighty_terms(bundled):
    assert check_glossary(glossary_files(bundled_content())) == []
    assert sum(c.means is not None for c in bundled.concepts) >= 80


@pytest.mark.parametrize(
    ("second", "form"),
    [
        ('zh = "满意度"\nen = "b"', "满意度"), ('zh = "滿意度"\nen = "b"', "滿意度"), ('zh = "乙"\nen = "b"\nabbr = ["ｃｓａｔ"]', "ｃｓａｔ"),
        ('zh = "乙"\nen = "Customer Satisfaction"', "Customer Satisfaction"), ('zh = "乙"\nen = "b"\nalso_en = ["csat"]', "csat"),
    ],
)  # fmt: skip
def test_a_form_in_two_terms_is_found_however_it_is_written(write, second, form):
    text = f"{ONE}[[term]]\nid = \"other\"\n{second}\n"
    line = next(n for n, words in enumerate(text.split("\n"), 1) if n > 8 and f'"{form}"' in words)
    assert findings(write(text)) == [(line, "error", f"“{form}” belongs to the term csat (glossary.toml:1) already: one form, one term")]


def test_a_form_given_twice_in_one_term_is_remarked(write):
    assert findings(write(ONE.replace("客户满意度", "滿意度"))) == [(6, "warning", "“滿意度” is given twice")]


def test_a_replaced_term_does_not_collide_with_what_it_replaces(write):
    own = write('[[term]]\nid = "csat"\nzh = "满意度"\nen = "satisfaction"\n', "own.toml")
    assert findings(write(ONE), own) == []


@pytest.mark.parametrize(
    ("reading", "wrong"),
    [("huan", "还款 has 2 characters, its reading 1 syllables"), ("huán kuǎn", "the reading of 还款: small letters without tones, ü as v"), ("huan kuan", None)],
)
def test_a_reading_has_a_syllable_for_each_character(write, reading, wrong):
    expected = [(9, "error", wrong)] if wrong else []
    assert findings(write(f'{ONE}[readings]\n"还款" = "{reading}"\n')) == expected
    in_term = write(f'{ONE.rstrip()}\npinyin = {{ "还款" = "{reading}" }}\n')
    assert findings(in_term) == [(7, level, message) for _, level, message in expected]


def test_a_meaning_is_short_and_in_both_languages(write):
    assert findings(write(f'{ONE.rstrip()}\nmeans_zh = "{"字" * 61}"\nmeans_en = "{"word " * 31}"\n')) == [
        (7, "error", "term csat: means_zh has 61, at most 60 (characters in Chinese, words in English)"),
        (8, "error", "term csat: means_en has 31, at most 30 (characters in Chinese, words in English)"),
    ]
    assert findings(write(f'{ONE.rstrip()}\nmeans_zh = "字"\n')) == [(7, "warning", "term csat: means_en is missing")]


def practice(number: int, title: str, alias: str, related: str = "[]") -> str:
    return f"---\ntitle: {title}\nnumber: {number}\nslug: p{number}\ngroup: g\nrelated: {related}\nangle: a\naliases: [{alias}]\n---\n\n## Say {{#say}}\n\n- x\n"


def test_a_pack_is_checked_with_its_glossary_and_an_alias_that_is_another_pages_term_is_remarked(write, tmp_path):
    write(ONE.replace("CSAT", "CSAT\", \"满意度"), "pack/glossary.toml")
    write(practice(1, "如何提高满意度", "提分"), "pack/practices/01-p1/zh.md")
    write(practice(2, "如何排班", "客户满意度"), "pack/practices/02-p2/zh.md")
    write(practice(3, "问卷", "CSAT", related="[1]"), "pack/practices/03-p3/zh.md")
    problems = [p for p in check_pack(read_pack(tmp_path / "pack")) if "满意度" in p.message.zh]
    assert [(p.path, p.line, p.level) for p in problems] == [("glossary.toml", 5, "warning"), ("practices/02-p2/zh.md", 8, "warning")]
    assert problems[1].message.en == "alias “客户满意度” is the term csat, which is in the title of practice 1"
