"""Three questions answered in the box beside the article, without leaving it."""

from __future__ import annotations

import pytest
from looking import violations

ARTICLE = "/articles/complaint-handling"
BOX = "[data-check]"

pytestmark = pytest.mark.browser


def draw(page) -> None:
    page.click(f"{BOX} a[href*='/p/quizzes/check/']")
    page.wait_for_selector(f"{BOX} form[data-check-here]")


@pytest.mark.parametrize(("lang", "dark", "width"), [("zh", False, 1280), ("en", True, 390)])
def test_questions_come_and_are_marked_beside_the_article(see, lang, dark, width):
    page = see(f"{ARTICLE}?lang={lang}", lang=lang, dark=dark, width=width)
    draw(page)
    assert page.locator(f"{BOX} fieldset.question").count() == 3
    for question in page.locator(f"{BOX} fieldset.question").all():
        option = question.locator("input[type=radio], input[type=checkbox]")
        if option.count():
            option.first.check()
    assert violations(page) == []
    page.click(f"{BOX} form [type=submit]")
    page.wait_for_selector(f"{BOX} [data-check-here=marked]")
    assert "3" in page.evaluate("() => document.activeElement.textContent")
    assert page.locator(f"{BOX} section.question").count() == 3
    assert page.locator(f"{BOX} [data-elsewhere]").count() == 0
    assert violations(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    page.click(f"{BOX} section.question a")
    assert page.evaluate("() => location.pathname + location.hash.slice(0, 1)") == f"{ARTICLE}#"
    assert page.locator(f"{BOX} section.question").count() == 3
    page.click(f"{BOX} .actions a:last-child")
    page.wait_for_selector(f"{BOX} form[data-check-here]")


def test_without_a_connection_the_answers_stay_and_it_says_so(browser, site):
    page = browser.new_page(base_url=site, locale="zh-CN")
    page.goto(ARTICLE)
    draw(page)
    page.locator(f"{BOX} input[type=radio], {BOX} input[type=checkbox]").first.check()
    page.context.set_offline(True)
    page.click(f"{BOX} form [type=submit]")
    page.wait_for_selector(f"{BOX} [role=status]")
    assert "没发出去" in page.inner_text(f"{BOX} [role=status]")
    assert page.locator(f"{BOX} :checked").count() >= 1
    page.context.set_offline(False)
    page.click(f"{BOX} form [type=submit]")
    page.wait_for_selector(f"{BOX} [data-check-here=marked]")
    page.close()


def test_without_scripts_the_questions_have_a_page_of_their_own(open_page):
    page = open_page(ARTICLE, scripts=False)
    page.click(f"{BOX} a[href*='/p/quizzes/check/']")
    page.click("main form [type=submit]")
    assert page.locator("main section.question").count() == 3
