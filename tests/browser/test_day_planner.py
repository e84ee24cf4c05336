"""A planner pastes a day, reads the plan, mends a row and takes the file away."""

from __future__ import annotations

import pytest
from looking import violations

PAGE = "/p/calculators/erlang_c/day"
DAY = "\n".join(["time\tcalls\taht_s", *(f"{i // 4:02d}:{i % 4 * 15:02d}\t{i * 7 % 90}\t3:{i % 60:02d}" for i in range(96))])

pytestmark = pytest.mark.browser


def plan(page, table: str = DAY) -> None:
    page.fill("[name=shrinkage]", "30%")
    page.fill("[name=csv]", table)
    page.click(".day-form .btn-primary")
    page.wait_for_selector(".day-sums")


def test_a_day_is_planned_mended_and_downloaded_without_scripts(open_page):
    page = open_page(PAGE, lang="en", scripts=False)
    plan(page, DAY.replace("08:15\t", "quarter past\t"))
    assert "line 35 · Write the time as 08:30" in page.inner_text("[role=alert]")
    assert page.locator(".day-table tbody tr").count() == 96
    plan(page, page.input_value("[name=csv]").replace("quarter past", "08:15"))
    assert page.locator("[role=alert]").count() == 0
    assert page.locator(".day-curve .lines .line-1, .day-curve .lines .line-2").count() == 2
    with page.expect_download() as download:
        page.click("[name=download]")
    assert len(download.value.path().read_text("utf-8-sig").splitlines()) == 97


@pytest.mark.parametrize(("lang", "dark"), [("zh", False), ("en", True)])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_plan_has_no_axe_violation_and_never_scrolls_sideways(see, lang, dark, width):
    page = see(PAGE, lang=lang, dark=dark, width=width)
    plan(page, DAY.replace("08:15\t", "?\t"))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
