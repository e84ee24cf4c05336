"""An author writes a choice and a role-play with the keyboard only, and finds both in the bank."""

from __future__ import annotations

import pytest
from looking import first_owner, violations

NEW = "/p/quizzes/bank/new?practice=complaint-handling&kind="

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def author(own_site, browser):
    """The first owner of a site, signed in, on a phone in the dark."""
    with first_owner(browser, own_site, viewport={"width": 390, "height": 844}, color_scheme="dark") as page:
        yield page


def sound(page):
    """Nothing for axe to find, nothing wider than the screen."""
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def go_to(page, selector):
    """Tab until the focus is there."""
    for _ in range(150):
        if page.evaluate("s => document.activeElement?.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"no way to {selector} by Tab")


def write(page, **fields):
    for name, words in fields.items():
        go_to(page, f'[name="{name.replace("__", ".")}"]')
        page.keyboard.insert_text(words)


def press(page, value):
    """Press a button of the form by its key, and wait until the form has changed."""
    go_to(page, f'button[value="{value}"]:not(.offscreen)')
    page.evaluate("document.querySelector('[data-edit] > *').dataset.old = '1'")
    page.keyboard.press("Enter")
    page.locator("[data-old]").wait_for(state="detached")


def test_a_choice_and_a_role_play_are_written_with_the_keyboard_only(author):
    page = author
    page.goto(NEW + "single")
    write(page, id="kept-waiting", stem__zh="客户等了三天，第一句说什么？", stem__en="He waited three days. What first?")
    write(page, options__0__text__zh="让您等了三天，对不住。", options__0__text__en="Three days is too long, I'm sorry.")
    go_to(page, "[name='options.right']")
    page.keyboard.press("Space")
    write(page, options__1__text__zh="请报单号。", options__1__text__en="Your number, please.")
    press(page, "down:options.0")
    assert page.evaluate("document.activeElement.value") == "down:options.1"  # the same button of the row that moved
    assert page.input_value("[name='options.0.text.zh']") == "请报单号。"
    assert page.is_checked("[name='options.right'][value='1']")
    page.keyboard.press("Tab")
    write(page, options__1__worth="三")
    page.keyboard.press("Tab")
    page.locator("[data-field='options.1.worth'] .field-error").wait_for()
    sound(page)
    page.fill("[name='options.1.worth']", "")
    page.locator("[data-beside] input[type=radio]").first.wait_for()
    page.locator("[data-field='options.1.worth'] .field-error").wait_for(state="detached")
    go_to(page, "button.btn-primary[value=save]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/complaint-handling/kept-waiting")
    sound(page)
    role_play(page)
    page.goto("/p/quizzes/bank?state=own&sort=newest")
    assert page.locator(".qe-stem").all_inner_texts() == ["一通催单电话", "客户等了三天，第一句说什么？"]
    sound(page)


def role_play(page):
    page.goto(NEW + "scenario")
    write(page, id="where-is-it", stem__zh="一通催单电话", stem__en="Where is my order")
    go_to(page, "[name=start]")
    page.keyboard.press("ArrowDown")
    write(page, scenes__0__says__zh="货呢？", scenes__0__says__en="Where is it?")
    for at, words in ((0, "我查一下"), (1, "不知道")):
        write(page, **{f"scenes__0__choices__{at}__text__zh": words, f"scenes__0__choices__{at}__text__en": f"Line {at}"})
        go_to(page, f"[name='scenes.0.choices.{at}.to']")
        for _ in range(at + 2):
            page.keyboard.press("ArrowDown")
    for at, outcome in ((0, "好"), (1, "挂了")):
        press(page, f"open:endings.{at}")
        write(page, **{f"endings__{at}__text__zh": outcome, f"endings__{at}__text__en": f"End {at}"})
    assert page.locator(".graph g").count() == 3
    sound(page)
    go_to(page, "button.btn-primary[value=save]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/complaint-handling/where-is-it")
    assert page.locator(".qe-wrong").count() == 0
    sound(page)
