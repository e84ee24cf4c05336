"""From a link under a section to the words in the article, in a real browser."""

from __future__ import annotations

import pytest
from looking import first_owner, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]
STEP = "挂断前复述一遍下一步。"


def test_a_change_is_proposed_accepted_and_stands_in_the_article_with_its_credit(browser, own_site):
    with first_owner(browser, own_site) as page:
        page.goto("/articles/complaint-handling?lang=zh")
        page.click("#steps a[href*=propose]")
        words = page.input_value("[name=text]") + f"\n8. {STEP}"
        page.fill("[name=text]", words)
        page.locator("[data-shown] li", has_text=STEP).wait_for()  # rendered by the server while one writes
        page.fill("[name=text]", f"{words}\n\n## 新的一节")
        page.locator("[data-shown] .field-error").wait_for()
        page.fill("[name=text]", words)
        page.locator("[data-shown] li", has_text=STEP).wait_for()
        page.fill("[name=title]", "收尾多一步")
        assert violations(page) == []
        page.click("form.card .btn-primary")
        page.wait_for_url("**/proposals/*")
        assert STEP in page.locator("ins").inner_text()
        assert page.is_checked("[name=in_meaning][value=yes]")  # steps are what people do
        assert violations(page) == []
        page.click("form[action$=accept] .btn-primary")
        page.locator(".said").wait_for()
        page.goto("/articles/complaint-handling?lang=zh")
        steps = page.inner_text("#steps")
        assert STEP in steps
        assert "这里有陈主任的经验" in steps


def test_without_scripts_a_button_shows_how_it_will_read(browser, own_site):
    with first_owner(browser, own_site, java_script_enabled=False) as page:
        page.goto("/articles/complaint-handling/propose?section=steps&lang=zh")
        page.fill("[name=text]", f"1. {STEP}")
        page.fill("[name=title]", "收尾多一步")
        page.click("[name=preview]")
        assert page.locator("[data-shown] li").all_inner_texts() == [STEP]
        page.click("form.card .btn-primary")
        assert page.input_value("[name=text]") == f"1. {STEP}"
