"""What an agent does while a customer is talking: type, read, copy, without the mouse."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


def test_typing_pinyin_suggests_and_enter_opens_the_results(open_page):
    page = open_page("/")
    page.keyboard.type("tousu")
    page.wait_for_selector("[role=option]")
    assert "投诉" in page.locator("[role=option]").first.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    assert page.locator("[data-hits] .hit").count() >= 3


def test_slash_focuses_the_box_and_letters_typed_there_do_nothing_else(open_page):
    page = open_page("/articles/complaint-handling")
    page.keyboard.press("/")
    page.keyboard.type("gh?c1")
    assert page.evaluate("document.activeElement.value") == "gh?c1"
    assert page.url.endswith("/articles/complaint-handling")


def test_arrows_move_through_hits_and_the_answer_follows(open_page):
    page = open_page("/search?q=tousu")
    first = page.locator("[data-preview-pane] .pane-title").inner_text()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.wait_for_function("first => document.querySelector('[data-preview-pane] .pane-title').innerText !== first", arg=first)
    current = page.locator("[data-hits] [aria-current=true]").first.inner_text()
    assert page.locator("[data-preview-pane] .pane-title").inner_text().lstrip("0123456789 ").strip() in current


def test_enter_on_a_selected_hit_opens_the_article(open_page):
    page = open_page("/search?q=tousu")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/articles/**")
    assert page.locator("h1").count() == 1


def test_c_copies_the_first_line_over_plain_http_and_says_so(open_page):
    page = open_page("/articles/complaint-handling")
    said = page.locator("#say li").first
    page.evaluate("window.copied = null; document.addEventListener('copy', () => { window.copied = String(document.activeElement.value ?? getSelection()) })")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.keyboard.press("c")
    page.wait_for_function("() => window.copied")
    words = page.evaluate("window.copied")
    assert words[-12:] in said.inner_text().replace("\n", "")


def test_a_line_with_an_unset_site_fact_is_not_copied(open_page):
    page = open_page("/articles/complaint-handling")
    page.evaluate("window.copied = null; document.addEventListener('copy', () => { window.copied = 'something' })")
    page.keyboard.press("3")
    page.wait_for_timeout(300)
    assert page.evaluate("window.copied") is None


def test_single_key_shortcuts_can_be_switched_off(open_page):
    page = open_page("/articles/complaint-handling")
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    page.locator("dialog input[type=checkbox]").first.click()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_timeout(300)
    assert page.url.endswith("/articles/complaint-handling")


def test_an_input_method_composing_is_left_alone(open_page):
    page = open_page("/search?q=tousu")
    before = page.url
    page.evaluate(
        """() => {
          const box = document.querySelector('input[name=q]');
          box.focus();
          box.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}));
          box.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowDown', isComposing: true, bubbles: true, cancelable: true}));
        }"""
    )
    page.wait_for_timeout(200)
    assert page.url == before
    assert page.evaluate("document.activeElement.name") == "q"


@pytest.mark.parametrize("query", ["tousu", "complaint"])
def test_everything_works_without_javascript(open_page, query):
    page = open_page("/", scripts=False)
    page.locator("main input[name=q]").fill(query)
    page.locator("main input[name=q]").press("Enter")
    page.wait_for_url("**/search?**")
    page.locator("[data-hits] .hit a").first.click()
    page.wait_for_url("**/articles/**")
    assert page.locator("#say li").count() >= 2


def test_interface_and_content_language_are_two_choices(open_page):
    page = open_page("/articles/complaint-handling?lang=en", lang="zh")
    assert page.locator("h1").inner_text().endswith("How to handle a customer complaint")
    assert page.evaluate("document.documentElement.lang").startswith("zh")


def test_the_theme_chosen_by_hand_is_remembered(open_page):
    page = open_page("/")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("[data-theme-toggle], button[aria-label*='深'], button[title*='深']").first.click()
    after = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert after != before
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == after


def test_print_shows_the_words_and_not_the_frame(open_page):
    page = open_page("/articles/complaint-handling")
    page.emulate_media(media="print")
    assert page.locator("#say li").first.is_visible()
    assert not page.locator("header input[name=q]").is_visible()
