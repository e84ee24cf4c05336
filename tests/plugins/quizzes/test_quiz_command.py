"""``kbplatform quiz``: in, out, checked, as a template; what it says and how it ends."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from click.testing import CliRunner

from kbplatform.accounts.audit import Audit, AuditFilter
from kbplatform.app import create_app, make_platform, platform_of
from kbplatform.cli import root
from kbplatform.sdk import Actor
from kbplatform_quizzes.formats.markup import ADDRESS
from kbplatform_quizzes.formats.registry import read_file
from kbplatform_quizzes.registry import bank_of
from kbplatform_quizzes.taking_in import Destination, picture, take_in

CORPUS = Path(__file__).parent / "corpus"
SLUG = "complaint-handling"


def test_a_dry_run_says_everything_as_json_and_writes_nothing(run, site):
    result = run("import", CORPUS / "traps.gift", "--dry-run", "--json")
    found = json.loads(result.output)
    assert result.exit_code == 1
    assert (found["imported"], sum(found["by_type"].values()), found["by_type"]["single"]) == (18, 18, 4)
    assert [(r["line"], r["reason"]) for r in found["refused"]][:2] == [(47, "needs at least 2 answers; there is no stem: the name stands for it"), (49, "-> is missing in a pair: c; there is no stem: the name stands for it")]
    assert {item["outcome"] for item in found["items"]} == {"imported", "changed", "refused"}
    assert "imported" not in bank_of(site().services).counts()


def test_an_element_is_named_with_its_line(run):
    found = json.loads(run("import", CORPUS / "moodle.xml", "--dry-run", "--json").output)
    places = [(r["element"], r["line"]) for r in found["refused"]]
    lines = (CORPUS / "moodle.xml").read_text("utf-8").split("\n")
    assert [element for element, _ in places] == ["question 10", "question 13", "question 14", "question 16"]
    assert ["<question " in lines[line - 1] for _, line in places] == [True] * 4
    assert 'type="ddwtos"' in lines[places[2][1] - 1]
    assert (found["by_type"]["single"], found["by_type"]["multiple"], found["pictures"]) == (2, 1, 1)


def test_a_dry_run_needs_no_site(tmp_path):
    empty = tmp_path / "nothing"
    result = CliRunner().invoke(root, ["--data-dir", str(empty), "quiz", "import", str(CORPUS / "bom-crlf.gift"), "--dry-run", "--json"])
    assert (result.exit_code, json.loads(result.output)["imported"]) == (0, 2)
    assert list(empty.glob("*")) == []


def test_an_import_goes_to_the_practice_and_section_and_again_adds_nothing(run, site):
    args = ("import", CORPUS / "bom-crlf.gift", "--practice", SLUG, "--section", "say", "--json")
    first, again = json.loads(run(*args).output), json.loads(run(*args).output)
    assert [f["sheets"][SLUG] for f in (first, again)] == [{"added": 2, "there_before": 0}, {"added": 0, "there_before": 2}]
    platform = site()
    assert [(s.question.id, s.question.section) for s in bank_of(platform.services).of(SLUG)][-2:] == [("bom", "say"), ("crlf", "say")]
    (row,) = Audit(platform.db).page(AuditFilter(action="quizzes.questions_added"))
    assert (row.address, row.object_id) == ("cli", SLUG)


def test_without_a_practice_the_category_names_the_sheet(run, site):
    assert run("import", CORPUS / "moodle.xml").exit_code == 1
    counts = bank_of(site().services).counts()
    assert counts["imported-refunds"] == 11


def test_a_picture_is_served_to_who_may_practise_and_shown_where_it_stands(run, data_dir, kb_settings):
    run("import", CORPUS / "moodle.xml", "--practice", SLUG)
    (shown,) = read_file((CORPUS / "moodle.xml").read_bytes())[1].pictures.kept.values()
    app = create_app(kb_settings(data_dir=data_dir))
    client = app.test_client()
    response = client.get(shown.address)
    assert (response.status_code, response.mimetype, response.data) == (200, "image/png", shown.data)
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in response.headers["Cache-Control"]
    assert [client.get(ADDRESS + name).status_code for name in ("0" * 64, "x", "..%2f..%2fkb.db", shown.sha256.upper())] == [404] * 4
    page = client.get(f"/p/quizzes/check/{SLUG}?q=first-sentence&lang=zh").get_data(as_text=True)
    assert f'<img src="{shown.address}" alt="碎杯子" loading="lazy">' in page
    platform_of(app).close()


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def test_pictures_and_questions_are_kept_in_either_database(kind, kb_settings, request):
    url = {"database_url": request.getfixturevalue("kb_postgres")} if kind == "postgres" else {}
    platform = make_platform(kb_settings(**url))
    imported = read_file((CORPUS / "moodle.xml").read_bytes())[1]
    for new in (11, 0):
        with platform.db.write() as session:
            sheets = take_in(session, imported, Destination(), Actor(None, "cli"))
        assert {slug: sum(a.new for a in added) for slug, added in sheets.items()} == {"imported-refunds": new}
    (shown,) = imported.pictures.kept.values()
    assert picture(platform.db, shown.sha256) == shown
    assert [s.question.written() for s in bank_of(platform.services).of("imported-refunds")] == [q.written() for q in imported.questions]
    platform.close()


def test_what_stands_in_a_text_is_never_markup(run, data_dir, kb_settings, tmp_path):
    path = tmp_path / "x.gift"
    path.write_text('::evil one:: [plain]<script>alert(1)</script> ![x" onerror="y](/p/quizzes/files/' + "0" * 64 + ") {T}", "utf-8")
    assert run("import", path, "--practice", SLUG).exit_code == 0
    app = create_app(kb_settings(data_dir=data_dir))
    page = app.test_client().get(f"/p/quizzes/check/{SLUG}?q=evil-one").get_data(as_text=True)
    assert "&lt;script&gt;alert(1)" in page
    assert '<img src="/p/quizzes/files/' + "0" * 64 + '" alt="x&#34; onerror=&#34;y" loading="lazy">' in page
    assert "<script>alert" not in page
    platform_of(app).close()


def test_a_text_to_read_is_no_question_of_a_round(run, data_dir, kb_settings):
    run("import", CORPUS / "moodle-manual.gift", "--practice", SLUG)
    app = create_app(kb_settings(data_dir=data_dir))
    page = app.test_client().get(f"/p/quizzes/check/{SLUG}?all=1").get_data(as_text=True)
    assert "pencil and paper" not in page
    platform_of(app).close()


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("import", "no-such-file.gift"), "can't be opened"),
        (("import", CORPUS / "bom-crlf.gift", "--practice", "no-such"), "no practice no-such"),
        (("import", CORPUS / "bom-crlf.gift", "--practice", "no-such", "--dry-run"), "no practice no-such"),
        (("import", CORPUS / "bom-crlf.gift", "--section", "say"), "goes with --practice"),
        (("import", CORPUS / "bom-crlf.gift", "--format", "word"), "is not one of"),
        (("export", "-o", "x.doc"), "add --format"),
        (("export", "-o", "x.gift", "--practice", "no-such"), "nothing for no-such"),
        (("template", "x.pdf"), "add --format"),
        (("template", "x.gift"), ".xlsx or .csv"),
    ],
)
def test_what_can_t_be_asked_ends_with_two(run, args, words):
    result = run(*args)
    assert result.exit_code == 2
    assert words in result.output + result.stderr


def test_an_export_lists_what_was_left_out_and_ends_with_one(run, tmp_path):
    out = tmp_path / "x.gift"
    result = run("export", "--practice", SLUG, "-o", out, "--json")
    told = json.loads(result.output)
    assert result.exit_code == 1
    assert [x["id"] for x in told["losses"] if x["left_out"]] == ["angry-caller"]
    assert len(read_file(out.read_bytes())[1].questions) == told["written"]
    words = run("export", "--practice", SLUG, "-o", out, lang="zh")
    assert "整题没写进去 (1)" in words.stderr
    assert "angry-caller：GIFT" not in words.output


def test_the_whole_bank_goes_out_as_yaml_and_is_read_back(run, tmp_path):
    out = tmp_path / "bank.yaml"
    told = json.loads(run("export", "-o", out, "--json").output)
    found = json.loads(run("check", out, "--json").output)
    assert (told["left_out"], found["imported"], found["refused"]) == (0, told["written"], [])


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_template_has_a_row_of_each_type_a_table_holds_and_comes_in_as_it_is(run, tmp_path, lang, ending):
    out = tmp_path / f"t.{ending}"
    assert run("template", out, "--lang", lang).exit_code == 0
    result = run("check", out, "--json")
    found = json.loads(result.output)
    assert (result.exit_code, found["imported"], len(found["by_type"]), found["changed"], found["hints"]) == (0, 9, 9, [], [])


def book(*rows, formats=None):
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out)
    sheet = workbook.add_worksheet()
    percent = workbook.add_format({"num_format": "0%"})
    for line, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, str) and cell.startswith("="):
                sheet.write_formula(line, column, cell, None, "cached")
            elif isinstance(cell, float) and cell < 1:
                sheet.write_number(line, column, cell, percent)
            else:
                sheet.write(line, column, cell)
    workbook.close()
    return out.getvalue()


HEAD = ("题型", "题干", "A", "B", "答案")


def test_excel_cells_are_read_as_people_see_them(run):
    found, imported = read_file(book(HEAD, ("单选", "百分之几？", 0.85, 5.0, "A"), ("单选", "公式", "=1+1", "乙", "B")))
    assert found.name == "xlsx"
    assert [[o.text.zh for o in q.body.options] for q in imported.questions] == [["85%", "5"], ["=1+1", "乙"]]


def repacked(data, **changed):
    """An Excel file with some of its parts replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changed.pop(name.rpartition("/")[2].partition(".")[0], None) or old.read(name))
        for name, body in changed.items():
            new.writestr(f"{name}.bin", body)
    return out.getvalue()


def reasons(data, name="x.xlsx"):
    return [r.en for item in read_file(data, name)[1].report for r in item.reasons]


def test_broken_strange_and_bursting_excel_files_are_refused_in_words():
    good = book(HEAD, ("单选", "题", "甲", "乙", "A"))
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&b;</t></si></sst>'
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("readme.txt", "x")
    assert openpyxl.DEFUSEDXML
    assert reasons(good) == []
    assert reasons(good[:200]) == ["this is no whole Excel file (.xlsx)"]
    assert reasons(other.getvalue()) == ["this zip file is no Excel file"]
    assert reasons(repacked(good, big=b"0" * 61_000_000)) == ["unpacked it is over 60 MB, which isn't taken"]
    assert reasons(repacked(good, sharedStrings=bomb)) == ["this Excel file can't be read and may be damaged: open it in Excel, save it again and retry"]
    assert reasons(repacked(good, sheet1=b"<worksheet")) == ["this Excel file can't be read and may be damaged: open it in Excel, save it again and retry"]


def test_a_sheet_that_claims_a_million_rows_is_read_as_far_as_it_may_be():
    far = book(HEAD, ("单选", "题", "甲", "乙", "A"))
    with zipfile.ZipFile(io.BytesIO(far)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    stretched = repacked(far, sheet1=sheet.replace('ref="A1:E2"', 'ref="A1:XFD1048576"').replace("</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>').encode())
    _, imported = read_file(stretched)
    assert len(imported.questions) == 1
