"""Whole files: read as spreadsheets write them, a wrong row costs itself, and nothing in them is ever run."""

from __future__ import annotations

import csv
import io
import re

import pytest

from kbplatform.app import platform_of
from kbplatform.bilingual import Text
from kbplatform.errors import InvalidInput
from kbplatform.sdk import as_xlsx
from kbplatform_calculators.batch import MAX_ROWS, decode, plan, read_sheet, template, work_sheet
from kbplatform_calculators.definitions import SOUND

CALCULATORS = {c.id: c for c in SOUND}
RATE = CALCULATORS["resolution_rate"]
BASE = "/p/calculators/resolution_rate"
ROWS = "班次,收到,其中已解决\n早班,20,15\n晚班,10,20\n夜班,abc,1\n空,0,0\n"


def table(text):
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_file_is_read_as_spreadsheets_write_it(encoding, mark):
    sheet = read_sheet(decode(ROWS.replace(",", mark).encode(encoding)))
    assert sheet.heading == ("班次", "收到", "其中已解决")
    assert sheet.rows[0] == (2, ("早班", "20", "15"))


def test_a_wrong_row_costs_itself_and_says_why_in_words():
    outcome = work_sheet(RATE, read_sheet(ROWS), "zh")
    assert (outcome.done, outcome.failed, outcome.unknown) == (2, 2, ("班次",))
    head, morning, late, night, none = table(outcome.csv)
    assert head == ["班次", "收到", "其中已解决", "解决率", "95% 区间下端", "95% 区间上端", "结果", "问题"]
    assert morning[:4] == ["早班", "20", "15", "0.75"]
    assert late[3:7] == ["", "", "", ""]
    assert late[7].startswith("其中已解决：解决的不能多于收到的")
    assert night[7].startswith("收到：要写成数字")
    assert none[3:6] == ["", "", ""]
    assert none[6].startswith("数据不够")
    assert [line for line, _ in outcome.problems] == [3, 4]


@pytest.mark.parametrize("heading", ["received,resolved", "Received,Of these, resolved", "收到（件）,其中已解决 (件)", " RECEIVED ,Resolved", "收到,resolved"])
def test_columns_are_found_by_name_or_label_in_either_language(heading):
    cells = ["Received", "Of these, resolved"] if heading.count(",") > 1 else heading.split(",")
    assert plan(RATE, cells).columns == {"received": 0, "resolved": 1}


def test_the_columns_choose_the_way_unless_it_is_named():
    fcr = CALCULATORS["fcr"]
    assert plan(fcr, ["contacts", "problems"]).way.name == "repeats"
    assert plan(fcr, ["contacts", "resolved_first"]).way.name == "solved"
    with pytest.raises(InvalidInput):
        plan(fcr, ["contacts", "problems"], "solved")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "line of column names"),
        (b"received,resolved\n", "line of column names"),
        (b"a,b\n1,2\n", "columns are missing: "),
        (b"received,\xe6\x94\xb6\xe5\x88\xb0,resolved\n1,2,3\n", "Two columns"),
        (b"\x89PNG\r\n\0\0", "not a text file"),
        (b"received,resolved\n" + b"1,1\n" * (MAX_ROWS + 1), "At most 10,000 rows"),
        (b"received,resolved\n" + b"x" * 2_000_001, "2 MB"),
        (b'received,resolved\n1,"' + b"y" * 200_000 + b'"\n', "can't be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_words(data, words):
    with pytest.raises(InvalidInput) as caught:
        work_sheet(RATE, read_sheet(decode(data)), "en")
    assert words in caught.value.message.en
    assert caught.value.message.zh


def test_a_line_break_inside_quotes_keeps_the_lines_counted():
    outcome = work_sheet(RATE, read_sheet('note,received,resolved\n"two\nlines",1,1\n\nx,1,2\n'), "en")
    assert [line for line, _ in outcome.problems] == [5]


def test_what_there_is_no_time_for_says_so():
    outcome = work_sheet(RATE, read_sheet(ROWS), "en", seconds=-1.0)
    assert (outcome.done, outcome.failed) == (0, 4)
    assert "takes too long" in outcome.csv


def test_an_excel_file_holds_text_as_text_and_numbers_as_numbers():
    import zipfile

    book = zipfile.ZipFile(io.BytesIO(as_xlsx("解决率: a/b?", ["数", "备注"], [[-0.5, "=1+1"], [None, "http://x.example"]])))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<v>-0.5</v>" in sheet
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert 'quotePrefix="1"' in book.read("xl/styles.xml").decode()


@pytest.mark.parametrize("calculator", CALCULATORS.values(), ids=CALCULATORS)
def test_the_file_to_fill_in_works_out_as_it_is(calculator):
    for way in calculator.ways:
        for lang in ("zh", "en"):
            outcome = work_sheet(calculator, read_sheet(template(way, lang)), lang, way=way.name)
            assert (outcome.failed, outcome.unknown) == (0, ()), outcome.problems


@pytest.fixture
def site(kb_make_app):
    app = kb_make_app(read_access="everyone")
    return app, app.test_client()


def send(client, data, **more):
    page = client.get(f"{BASE}/batch").get_data(as_text=True)
    form = {"csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', page)[1], "file": (io.BytesIO(data), "in.csv")} | more
    return client.post(f"{BASE}/batch", data=form, content_type="multipart/form-data")


def test_a_file_sent_from_the_page_comes_back_with_a_summary_and_the_outcome_for_whoever_sent_it(site, kb_login):
    app, _client = site
    client = kb_login(app, "agent")
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    answer = send(client, ROWS.replace("早班", "=早班").encode("gb18030"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "算好 2 行，2 行没算出来" in page
    assert "第 3 行" in page
    url = re.search(rf'{BASE}/batch/[^"]+\.csv', page)[0]
    rows = table(client.get(url).get_data(as_text=True))
    assert rows[1][:4] == ["'=早班", "20", "15", "0.75"]
    assert kb_login(app, "owner").get(url).status_code == 404
    assert client.get(url.replace("/batch/", "/batch/x")).status_code == 404
    assert client.get(url.replace("/resolution_rate/", "/aht/")).status_code == 404


def test_an_outcome_cannot_be_read_in_the_database_and_goes_after_an_hour(site, kb_login):
    from datetime import timedelta

    from sqlalchemy import select, update

    from kbplatform.db import utcnow
    from kbplatform_calculators.models import BatchFile

    app, client = site
    url = re.search(rf'{BASE}/batch/[^"]+\.csv', send(client, ROWS.encode()).get_data(as_text=True))[0]
    assert client.get(url).status_code == 200
    db = platform_of(app).db
    with db.write() as session:
        row = session.scalars(select(BatchFile)).one()
        assert "早班".encode() not in row.sealed
        assert row.key_hash not in url
        session.execute(update(BatchFile).values(expires_at=utcnow() - timedelta(seconds=1)))
    assert client.get(url).status_code == 404
    send(client, ROWS.encode())
    with db.read() as session:
        assert len(session.scalars(select(BatchFile)).all()) == 1


def test_a_file_that_is_none_is_refused_on_the_page(site):
    _app, client = site
    assert send(client, b"a,b\n1,2\n").status_code == 422
    assert send(client, b"").status_code == 422
    page = client.get(f"{BASE}/batch").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    assert client.post(f"{BASE}/batch", data={"csrf_token": token}).status_code == 422


def test_the_api_works_out_rows_and_parts_of_files(site):
    _app, client = site
    url = f"/api/v1{BASE}/batches"
    client = _app.test_client()
    body = client.post(url, json={"rows": [{"received": 20, "resolved": 15}, {"received": 1, "resolved": 2}]}).get_json()
    assert (body["done"], body["failed"], body["problems"][0]["row"]) == (1, 1, 2)
    assert body["results"][0]["outputs"]["rate"] == 0.75
    assert body["results"][1]["outputs"] is None
    body = client.post(url, json={"csv": "received,resolved,x\n20,15,=1\n"}).get_json()
    assert body["unknown"] == ["x"]
    assert ",'=1,0.75," in body["csv"]
    for wrong in ({}, {"rows": [], "csv": "x"}, {"rows": [{}] * 501}, {"csv": "received,resolved\n" + "1,1\n" * 501}, {"csv": "a\n1\n"}, {"rows": [{}], "csv": "a\n1"}):
        assert client.post(url, json=wrong).status_code == 422, wrong


def test_the_words_for_a_wrong_row_are_there_in_both_languages():
    outcome = work_sheet(RATE, read_sheet(ROWS), "en")
    assert all(isinstance(m, Text) and m.zh and m.en for _, messages in outcome.problems for m in messages)
