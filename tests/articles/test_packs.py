"""A pack comes in once, goes out without a difference, and a broken file costs only itself."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from kbplatform.articles.checks import check_pack
from kbplatform.articles.content_root import bundled_content
from kbplatform.articles.models import Revision, SyncConflict, Translation
from kbplatform.articles.packs import export_pack, read_pack
from kbplatform.articles.sync import sync_pack
from kbplatform.errors import InvalidInput
from kbplatform.rendering import render


@pytest.fixture
def pack(tmp_path) -> Path:
    """Three practices of the bundled pack, to be spoilt at will."""
    root = tmp_path / "pack"
    for name in ("05-complaint-handling", "14-common-complaint-issues", "29-complaints-and-grievances"):
        shutil.copytree(bundled_content() / "practices" / name, root / "practices" / name)
    for name in ("site.toml", "practices.toml"):
        shutil.copy(bundled_content() / name, root / name)
    return root


def edit(root: Path, old: str, new: str, lang: str = "zh") -> Path:
    path = root / "practices" / "05-complaint-handling" / f"{lang}.md"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


def test_the_second_sync_changes_nothing(kb_database, pack):
    first = sync_pack(kb_database, read_pack(pack))
    second = sync_pack(kb_database, read_pack(pack))
    assert (len(first.added), first.problems) == (6, [])
    assert (second.added, second.changed, second.unchanged) == ([], [], 6)


def test_a_changed_file_becomes_a_new_revision_and_the_old_one_stays(kb_database, pack):
    sync_pack(kb_database, read_pack(pack))
    edit(pack, "title: 如何处理客户投诉", "title: 接住一件投诉")
    report = sync_pack(kb_database, read_pack(pack))
    assert report.changed == ["practices/05-complaint-handling/zh.md"]
    with kb_database.read() as session:
        titles = session.scalars(select(Revision.title).where(Revision.title.in_(["如何处理客户投诉", "接住一件投诉"])).order_by(Revision.number)).all()
    assert list(titles) == ["如何处理客户投诉", "接住一件投诉"]


def test_an_article_edited_on_the_site_is_not_overwritten_and_both_texts_are_kept(kb_database, pack):
    sync_pack(kb_database, read_pack(pack))
    with kb_database.write() as session:
        for t in session.scalars(select(Translation)):
            t.origin = "browser"
    path = edit(pack, "title: 如何处理客户投诉", "title: 包里的新名字")
    for _ in range(2):
        report = sync_pack(kb_database, read_pack(pack))
        assert report.conflicts == ["practices/05-complaint-handling/zh.md"]
    with kb_database.read() as session:
        assert [c.pack_source for c in session.scalars(select(SyncConflict))] == [path.read_text("utf-8")]
        assert session.scalar(select(Revision.title).where(Revision.title == "包里的新名字")) is None


def test_a_broken_file_is_named_with_its_line_and_the_rest_is_taken_in(kb_database, pack):
    edit(pack, "number: 5", "number: five")
    (pack / "practices" / "14-common-complaint-issues" / "en.md").write_bytes(b"---\ntitle: x\n---\n\xff\xfe")
    report = sync_pack(kb_database, read_pack(pack))
    assert [(p.path, p.line) for p in report.problems] == [
        ("practices/05-complaint-handling/zh.md", 3),
        ("practices/14-common-complaint-issues/en.md", 4),
    ]
    assert len(report.added) == 4


@pytest.mark.parametrize(
    ("text", "line"),
    [("no front matter", 1), ("---\ntitle: [a\n---\n", 3), ("---\n- a\n---\n", 1), ("---\ntitle: a\nslug: A B\n---\n", 3), ("---\ntitle: a\x00\n---\n", 2)],
)
def test_every_kind_of_broken_front_matter_has_a_line(pack, text, line):
    (pack / "practices" / "05-complaint-handling" / "zh.md").write_text(text, "utf-8")
    assert line in [p.line for p in read_pack(pack).problems]


def test_export_then_sync_into_an_empty_place_is_equal(kb_database, tmp_path):
    sync_pack(kb_database, read_pack(bundled_content()))
    export_pack(kb_database, tmp_path / "out", bundled_content())
    for folder in ("practices", "handbook"):
        ours = sorted(p.relative_to(bundled_content()) for p in (bundled_content() / folder).rglob("*.md"))
        theirs = sorted(p.relative_to(tmp_path / "out") for p in (tmp_path / "out" / folder).rglob("*.md"))
        assert ours == theirs
        assert all((bundled_content() / p).read_text("utf-8") == (tmp_path / "out" / p).read_text("utf-8") for p in ours)
    again = sync_pack(kb_database, read_pack(tmp_path / "out"))
    assert (again.wrote, again.problems) == (False, [])


def test_export_never_overwrites(kb_database, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("x")
    with pytest.raises(InvalidInput):
        export_pack(kb_database, tmp_path / "out", bundled_content())


def test_an_absent_or_empty_folder_says_what_is_wanted(tmp_path):
    for folder in (tmp_path / "absent", tmp_path):
        with pytest.raises(InvalidInput) as caught:
            read_pack(folder)
        assert caught.value.remedy


def test_the_bundled_content_has_nothing_to_complain_about():
    pack = read_pack(bundled_content())
    assert [str(p) for p in check_pack(pack, {"calc"})] == []
    assert sum(kind == "practice" for kind, _ in pack.documents) == 60


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("## 这样说 {#say}", "# 这样说 {#say}", "no first-level heading"),
        ("{{site:damage_remedy}}", "{{site:nonsense}}", "no such site fact"),
        ("{name}", "{nobody}", "no variable {nobody}"),
        ("article:common-complaint-issues", "article:no-such-page", "there is no article"),
        ("article:common-complaint-issues", "javascript:alert", "write article:slug"),
        ("number: 5", "number: 6", "number-slug"),
        ("related: [14, 29, 23, 27]", "related: [14]", "differ from practices.toml"),
        ("## 要是不顺 {#wrong}", "## 要是不顺 {#other}", "sections missing: wrong"),
        ("## 怎么衡量 {#measure}", "## 怎么衡量 {#steps}", "used twice"),
        ("{issue}", "退您200元", "can't promise"),
        ("，{issue}", "，给您带来不便", "not “给您带来不便”"),
        ("moment: call", "moment: manage", "differs from zh.md"),
        ("aliases: [客户投诉", "aliases: [隐私保护法务, 客户投诉, 客户投诉", "alias given twice"),
    ],
)
def test_check_names_each_fault_with_its_file_and_line(pack, old, new, complaint):
    path = edit(pack, old, new)
    file = "05-complaint-handling/en.md" if complaint == "differs from zh.md" else "05-complaint-handling/zh.md"
    found = [p for p in check_pack(read_pack(pack), {"calc"}) if complaint in p.message.en and p.path.endswith(file)]
    assert found, [str(p) for p in check_pack(read_pack(pack), {"calc"})][:5]
    assert 0 <= found[0].line <= len(path.read_text("utf-8").split("\n"))


def test_check_reports_a_missing_language_and_words_shared_by_twins(pack):
    (pack / "practices" / "14-common-complaint-issues" / "en.md").unlink()
    five = (pack / "practices" / "05-complaint-handling" / "zh.md").read_text("utf-8").split("---", 2)[2]
    path = pack / "practices" / "29-complaints-and-grievances" / "zh.md"
    path.write_text("---".join([*path.read_text("utf-8").split("---", 2)[:2], ""]) + five, "utf-8")
    words = " ".join(p.message.en for p in check_pack(read_pack(pack), {"calc"}))
    assert "the en text of common-complaint-issues is missing" in words
    assert "of the wording is the same as in practices/05-complaint-handling/zh.md" in words


def charts(number: int, rows: int) -> str:
    lines = "\n".join(f"r{row} | {row}" for row in range(rows))
    return f"\n```chart\nbars: n\n | v\n{lines}\n```\n" * number


def test_check_warns_of_more_charts_than_are_drawn_at_the_first_that_is_too_much(pack):
    path = pack / "practices" / "05-complaint-handling" / "zh.md"
    path.write_text(path.read_text("utf-8") + "\n~~~markdown" + charts(40, 50) + "~~~\n" + charts(16, 60), "utf-8")
    document = next(d for _, d in read_pack(pack).documents if d.path.endswith("05-complaint-handling/zh.md"))
    drawn = sum(section.html.count('<figure class="chart">') for section in render(document.body, "zh").sections)
    assert 0 < drawn < 16
    opened = [n for n, line in enumerate(path.read_text("utf-8").split("\n"), 1) if line == "```chart"][40 + drawn]
    found = [p for p in check_pack(read_pack(pack), {"calc"}) if "charts come to more" in p.message.en]
    assert [(p.path, p.line, p.level) for p in found] == [("practices/05-complaint-handling/zh.md", opened, "warning")]


def test_check_names_the_line_of_a_chart_that_cannot_be_drawn(pack):
    path = pack / "practices" / "05-complaint-handling" / "zh.md"
    path.write_text(path.read_text("utf-8") + "\n```chart\nbars: n\n | v\na | 1\nb | many\n```\n", "utf-8")
    wrong = path.read_text("utf-8").split("\n").index("b | many") + 1
    found = [p for p in check_pack(read_pack(pack), {"calc"}) if "not a figure" in p.message.en]
    assert [(p.line, p.level) for p in found] == [(wrong, "error")]
