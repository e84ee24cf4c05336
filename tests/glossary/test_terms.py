"""Reading glossary files: terms, readings, a site's own over the bundled ones, faults with their lines."""

from __future__ import annotations

import pytest

from kbplatform.bilingual import Text
from kbplatform.errors import SettingsError
from kbplatform.glossary import Glossary, GlossaryError, load_glossary

AHT = """# the bundled one

[[term]]
id = "aht"
zh = "平均处理时长"
en = "average handling time"
abbr = ["AHT"]
also_zh = ["处理时长"]
means_zh = "每单平均花的时间。"
means_en = "Mean time per contact."
"""


def test_a_term_has_names_synonyms_and_a_meaning_in_both_languages(write):
    (concept,) = Glossary.load(write(AHT)).concepts
    assert concept.forms == ("平均处理时长", "average handling time", "AHT", "处理时长")
    assert concept.means == Text("每单平均花的时间。", "Mean time per contact.")
    assert (concept.name("zh"), concept.name("en")) == ("平均处理时长", "average handling time")


def test_a_meaning_in_one_language_stands_in_for_the_other(write):
    (concept,) = Glossary.load(write('[[term]]\nzh = "甲"\nen = "first thing"\nmeans_en = "One."\n')).concepts
    assert (concept.id, concept.means) == ("first-thing", Text("One.", "One."))


def test_a_sites_own_file_replaces_a_term_of_the_same_id_and_adds_others(write):
    own = write('[[term]]\nid = "aht"\nzh = "均时"\nen = "mean time"\n\n[[term]]\nzh = "小休"\nen = "short break"\n[readings]\n"小休" = "xiao xiu"\n', "own.toml")
    glossary = Glossary.load(write(AHT), own)
    assert [(c.id, c.zh) for c in glossary.concepts] == [("aht", "均时"), ("short-break", "小休")]
    assert glossary.pinyin == (("小休", ("xiao", "xiu")),)


def test_the_files_of_a_site_are_those_of_its_content_and_its_data(write, tmp_path):
    write(AHT, "content/glossary.toml")
    write('[[term]]\nid = "aht"\nzh = "均时"\nen = "mean time"\n', "data/glossary.toml")
    assert [c.zh for c in load_glossary(tmp_path / "content", tmp_path / "data").concepts] == ["均时"]
    assert [c.zh for c in load_glossary(tmp_path / "content", tmp_path / "nothing").concepts] == ["平均处理时长"]


def test_without_a_file_there_are_no_terms(tmp_path):
    assert Glossary.load(tmp_path / "none.toml") == Glossary()


def test_what_search_uses_changes_the_digest_and_a_reworded_meaning_does_not(write):
    digest = Glossary.load(write(AHT)).digest
    assert Glossary.load(write(AHT.replace("每单", "一单"))).digest == digest
    assert Glossary.load(write(AHT.replace('"处理时长"', '"通话时长"'))).digest != digest
    assert Glossary.load(write(AHT + '[readings]\n"还款" = "huan kuan"\n')).digest != digest


@pytest.mark.parametrize(
    ("text", "line", "wrong"),
    [
        ("[[term]", 1, "not valid TOML"),
        (AHT + '\n[[term]]\nzh = "a"\n', 12, "term a: needs zh and en"),
        (AHT + '\n[[term]]\nzh = "a"\nen = "b"\nxx = 1\n', 15, "term b: unknown keys xx"),
        (AHT + '\n[[term]]\nzh = "a"\nen = "b"\nabbr = "CSAT"\n', 15, "term b: abbr"),
        (AHT + '\n[[term]]\nzh = "a"\nen = "b"\nnear = ["none"]\n', 15, "term b: near names none, which isn't there"),
        (AHT + '\n[[term]]\nid = "aht"\nzh = "a"\nen = "b"\n', 13, "id aht is taken by the term at line 3"),
        (AHT + '\n[readings]\n"还款" = 3\n', 13, "reading 还款"),
        (AHT + "\n[terms]\n", 12, "unknown table terms"),
        ("\udcff", 0, "not UTF-8 (byte 0)"),
    ],
)
def test_a_fault_is_named_with_file_and_line(write, text, line, wrong):
    path = write(text)
    with pytest.raises(GlossaryError) as raised:
        Glossary.load(path)
    assert str(raised.value).startswith(f"{path}:{line}: {wrong}")


def test_every_fault_is_named_at_once_in_the_readers_language(write, tmp_path):
    write('[[term]]\nzh = "a"\n\n[[term]]\nen = "b"\nxx = 1\n', "content/glossary.toml")
    with pytest.raises(SettingsError) as raised:
        load_glossary(tmp_path / "content", tmp_path)
    assert raised.value.message.zh.count("glossary.toml:") == 3
    assert "glossary check" in raised.value.remedy.en
