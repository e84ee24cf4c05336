"""What an underlined term means: by pointer, by keyboard, by touch, and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

ARTICLE = "/articles/support-team-efficiency?lang=zh"
AHT = 'a.term[href="/glossary/aht"]'
MEANS = "每单平均花的处理时间"


@pytest.fixture
def card(open_page):
    """``page, card`` of an article whose terms answer."""
    page = open_page(ARTICLE)
    return page, page.locator(".term-card")


def test_the_pointer_opens_the_card_may_go_into_it_and_closes_it_by_leaving(card):
    page, card = card
    page.locator(AHT).first.hover()
    expect(card).to_contain_text(MEANS)
    expect(card).to_contain_text("average handling time")
    card.hover()
    page.wait_for_timeout(500)  # longer than it stays open without a pointer: the claim is that nothing happens
    expect(card).to_be_visible()
    page.locator("h1").hover()
    expect(card).to_be_hidden()


def test_escape_closes_the_card_while_the_pointer_stays(card):
    page, card = card
    page.locator(AHT).first.hover()
    expect(card).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()


def test_the_keyboard_opens_the_card_and_enter_goes_to_the_term(card):
    page, card = card
    page.locator(AHT).first.focus()
    expect(card).to_contain_text(MEANS)
    page.mouse.move(5, 5)
    page.wait_for_timeout(500)  # as above: a pointer elsewhere takes nothing from the focus
    expect(card).to_be_visible()
    page.keyboard.press("Shift+Tab")
    expect(card).to_be_hidden()
    page.locator(AHT).first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/glossary/aht")


def test_the_card_stays_inside_the_window(open_page):
    page = open_page(ARTICLE, width=360, height=640)
    for term in page.locator("a.term:visible").all():
        term.scroll_into_view_if_needed()
        term.focus()
        box = page.locator(".term-card").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 640


def test_the_first_tap_shows_the_second_follows_and_a_tap_elsewhere_closes(browser, site):
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", has_touch=True)
    page = context.new_page()
    page.goto(site + ARTICLE)
    card = page.locator(".term-card")
    page.locator(AHT).first.tap()
    expect(card).to_contain_text(MEANS)
    page.locator("h1").tap()
    expect(card).to_be_hidden()
    page.locator(AHT).first.tap()
    expect(card).to_be_visible()
    page.locator(AHT).first.tap()
    page.wait_for_url("**/glossary/aht")
    context.close()


def test_without_scripts_a_term_is_a_link_and_its_meaning_stands_at_the_foot(open_page):
    page = open_page(ARTICLE, scripts=False)
    page.locator("#terms summary").click()
    expect(page.locator("#term-aht")).to_contain_text(MEANS)
    page.locator(AHT).first.click()
    page.wait_for_url("**/glossary/aht")


def test_a_screen_reader_hears_the_meaning_with_the_term(card):
    page, _card = card
    expect(page.locator(AHT).first).to_have_accessible_description(re.compile(MEANS))


def test_the_words_to_say_are_copied_as_before_and_hold_no_mark(card):
    page, _card = card
    assert page.locator("[data-face] .say a.term").count() == 0
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator(".say .copy").nth(1).click()
    expect(page.locator("#toasts")).to_contain_text("我不追你哪通打得久")


def test_a_selected_step_is_copied_as_plain_words(card):
    page, _card = card
    item = page.locator("li", has=page.locator(AHT)).first
    selected = item.evaluate("e => { getSelection().selectAllChildren(e); return getSelection().toString().trim() }")
    assert selected == item.inner_text().strip()
    assert "平均处理时长" in selected


def test_the_filter_works_without_scripts(open_page):
    page = open_page("/glossary", scripts=False)
    page.locator("#term-filter").fill("pjcl")
    page.keyboard.press("Enter")
    page.wait_for_url("**/glossary?q=pjcl")
    expect(page.locator(".terms-all dt a")).to_have_text(["平均处理时长"])
