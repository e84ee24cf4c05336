"""Saving a figure, seeing how it went, and a long file with its progress, in a real browser."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from looking import first_owner, violations

BASE = "/p/calculators/resolution_rate"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def owner(own_site, browser):
    """The first owner of a site, signed in; nobody is in a team yet."""
    with first_owner(browser, own_site) as page:
        yield page


def save(page, resolved, first, last):
    page.goto(f"{BASE}?received=20&resolved={resolved}")
    page.get_by_role("link", name="存下这个结果").click()
    page.fill("#f-from", first)
    page.fill("#f-to", last)
    page.get_by_role("button", name="保存", exact=True).click()
    page.wait_for_url("**/history?**")


def test_two_saved_figures_are_a_line_with_a_table_and_a_noted_number_is_asked_about(owner):
    save(owner, 14, "2026-01-05", "2026-01-11")
    assert owner.locator("figure svg").count() == 0
    save(owner, 15, "2026-01-12", "2026-01-18")
    assert owner.locator("figure svg .line-1").count() == 1
    assert owner.locator("tbody tr strong").all_inner_texts() == ["75.0%", "70.0%"]
    assert violations(owner) == []
    owner.locator("tbody a").first.click()
    owner.fill("#f-note", "客户 13800138000 催过")
    owner.get_by_role("button", name="保存", exact=True).click()
    owner.get_by_text("遮住以后：客户 *** 催过").wait_for()
    assert violations(owner) == []
    owner.get_by_role("button", name="遮住再保存").click()
    owner.wait_for_url("**/history?**")
    assert "客户 *** 催过" in owner.inner_text("tbody")
    owner.locator("tbody a").first.click()
    owner.locator("summary", has_text="删除这条").click()
    owner.get_by_role("button", name="彻底删除").click()
    owner.wait_for_url("**/history?**")
    assert owner.locator("tbody tr strong").all_inner_texts() == ["70.0%"]


def test_a_long_file_is_worked_out_in_parts_as_the_whole_would_be(owner, tmp_path):
    rows = [["班次", "收到", "其中已解决"], *([f'早班 "{n}"\n二', str(100 + n % 50), str(60 + n % 90)] for n in range(1_200))]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    file = tmp_path / "in.csv"
    file.write_bytes(out.getvalue().encode("gb18030"))
    owner.goto(f"{BASE}/batch")
    assert violations(owner) == []
    owner.set_input_files("#f-file", str(file))
    owner.get_by_role("button", name="开始算").click()
    owner.locator("[data-batch-state] progress").wait_for()
    link = owner.locator("[data-batch-state] a")
    link.wait_for()
    assert owner.inner_text("[data-batch-state] li:first-child").startswith("第 102 行")  # the 51st row, two lines each
    with owner.expect_download() as download:
        link.click()
    got = list(csv.reader(io.StringIO(Path(download.value.path()).read_bytes().decode("utf-8-sig"), newline="")))
    assert len(got) == 1_201
    assert got[0][:4] == ["班次", "收到", "其中已解决", "解决率"]
    assert [row[:3] for row in got] == rows
    assert all((row[3] == "") == (int(row[2]) > int(row[1])) for row in got[1:])
