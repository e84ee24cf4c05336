"""From a link under a section to the words in the article, in a real browser."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_change_is_proposed_accepted_and_stands_in_the_article_with_its_credit(browser, own_site):
    base, link = own_site
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(link)
    page.fill("[name=name]", "陈主任")
    page.fill("[name=email]", "chen@example.com")
    page.fill("[name=password]", "今天天气真不错啊朋友")
    page.fill("[name=again]", "今天天气真不错啊朋友")
    page.click(".entry .btn-primary")
    page.wait_for_url(lambda url: "/welcome" not in url)
    page.goto(f"{base}/articles/complaint-handling?lang=zh")
    page.click("#steps a[href*=propose]")
    page.fill("[name=text]", page.input_value("[name=text]") + "\n8. 挂断前复述一遍下一步。")
    page.fill("[name=title]", "收尾多一步")
    page.click("form.card .btn-primary")
    page.wait_for_url("**/proposals/*")
    assert "挂断前复述一遍下一步。" in page.locator("ins").inner_text()
    page.click("form[action$=accept] .btn-primary")
    page.locator(".said").wait_for()
    page.goto(f"{base}/articles/complaint-handling?lang=zh")
    steps = page.inner_text("#steps")
    assert "挂断前复述一遍下一步。" in steps
    assert "这里有陈主任的经验" in steps
    context.close()
