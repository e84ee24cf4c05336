"""A call at the desk: the customer talks, one hand is on another system's mouse, and ours is not needed."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser
COPIED = "window.copied = null; document.addEventListener('copy', () => { window.copied = String(document.activeElement.value ?? getSelection()) })"


@pytest.mark.parametrize("width", [1280, 420])
def test_a_call_from_first_word_to_next_call_without_the_mouse(desk, width, type_and_wait, copy):
    page = desk(width=width)
    assert page.evaluate("document.activeElement.id") == "q"
    type_and_wait(page, "dao huo huai le")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.closest('.hit').dataset.slug") == "complaint-handling"
    page.keyboard.press("v")
    page.keyboard.type("陈女士")
    page.keyboard.press("Tab")
    page.keyboard.type("Ms Tan")
    page.keyboard.press("Tab")
    page.keyboard.type("A-1042")
    page.keyboard.press("Enter")
    assert page.locator("[data-answer] .say li").first.inner_text().startswith("陈女士，")
    assert copy(page, "c") == "陈女士，东西到手就是坏的，对不住您。外箱破了没有，还是只坏了里头？"
    assert copy(page, "e") == "I'm sorry, Ms Tan, it should never have reached you like that. Was the box damaged too?"
    assert copy(page, "2") == "我复述一遍：A-1042，[遇到的问题]。对吗？漏的您补一句，我好往下查。"
    page.keyboard.press("n")
    page.wait_for_selector("[data-answer]", state="detached")
    assert page.evaluate("[...document.querySelectorAll('[data-desk] input:not([type=hidden], [type=checkbox])')].map(i => i.value).join('')") == ""
    assert page.evaluate("document.activeElement.id") == "q"
    type_and_wait(page, "dao huo huai le")
    assert page.locator("[data-answer] .say li .slot").first.inner_text() == "称呼"
    assert "陈女士" not in page.content()


def test_digits_copy_in_the_language_shown(desk, type_and_wait, copy):
    page = desk()
    type_and_wait(page, "dao huo huai le")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("l")
    page.wait_for_selector("[data-answer][data-lang=en]")
    assert copy(page, "2") == "Let me read it back: [order number], [what happened]. Have I got that right?"


def test_one_value_serves_both_languages_until_the_other_is_given(desk, type_and_wait, copy):
    page = desk()
    type_and_wait(page, "dao huo huai le")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("v")
    page.keyboard.type("Tan")
    page.keyboard.press("Enter")
    assert copy(page, "e").startswith("I'm sorry, Tan,")


def test_values_stay_while_moving_among_hits_and_opening_the_whole_article(desk, type_and_wait):
    page = desk()
    type_and_wait(page, "dao huo huai le")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("v")
    page.keyboard.type("陈女士")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector("[data-answer]:not([data-slug=complaint-handling])")
    page.keyboard.press("ArrowUp")
    page.wait_for_selector("[data-answer][data-slug=complaint-handling]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-answer][data-whole]")
    assert page.locator(".pane-section").count() >= 4
    assert page.url.endswith("/desk")
    assert "陈女士" in page.locator("[data-answer] .say li").first.inner_text()
    page.keyboard.press("Escape")
    page.wait_for_selector("[data-answer]:not([data-whole])")
    assert "陈女士" in page.locator("[data-answer] .say li").first.inner_text()


def test_letters_and_digits_typed_into_box_and_strip_do_nothing_else(desk, type_and_wait):
    page = desk()
    type_and_wait(page, "dao huo huai le")
    page.keyboard.type(" cen1?")
    assert page.input_value("#q") == "dao huo huai le cen1?"
    page.locator("[data-var=name]").first.focus()
    page.keyboard.type("nce1/?")
    assert page.locator("[data-var=name]").first.input_value() == "nce1/?"
    assert page.locator("dialog[open]").count() == 0


def test_coming_back_to_the_window_puts_the_cursor_into_the_box_with_everything_selected(desk, type_and_wait):
    page = desk()
    type_and_wait(page, "dao huo huai le")
    page.keyboard.press("ArrowDown")
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("fapiao")
    assert page.input_value("#q") == "fapiao"


def test_coming_back_with_a_name_for_the_strip_stays_in_the_strip(desk, type_and_wait):
    page = desk()
    type_and_wait(page, "dao huo huai le")
    page.keyboard.press("ArrowDown")
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    page.keyboard.press("v")
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.keyboard.type("陈女士")
    page.wait_for_timeout(300)
    assert page.locator("#q").input_value() == "dao huo huai le"
    assert page.locator("[data-answer] .say li .slot").first.inner_text() == "陈女士"
    assert sent == []


def test_keys_act_after_the_choice_of_kinds_is_ticked(desk, type_and_wait):
    page = desk()
    type_and_wait(page, "dao huo huai le")
    page.locator("[name=all]").focus()
    page.keyboard.press("Space")
    assert page.locator("[name=all]").is_checked()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"


def test_up_on_the_first_hit_leads_back_to_the_box(desk, type_and_wait):
    page = desk()
    type_and_wait(page, "dao huo huai le")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.closest('.hit').dataset.slug") == "complaint-handling"
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.id") == "q"


def test_answers_arriving_move_nothing_that_was_there(desk, shifts, type_and_wait):
    page = desk()
    before = page.evaluate("['[data-hits-pane]', '[data-answer-pane]', '#q'].map(s => { const r = document.querySelector(s).getBoundingClientRect(); return [r.x, r.y]; })")
    type_and_wait(page, "dao huo huai le")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector("[data-answer]:not([data-slug=complaint-handling])")
    after = page.evaluate("['[data-hits-pane]', '[data-answer-pane]', '#q'].map(s => { const r = document.querySelector(s).getBoundingClientRect(); return [r.x, r.y]; })")
    assert after == before
    assert shifts(page) == []


def test_an_input_method_composing_is_left_alone(desk, type_and_wait):
    page = desk()
    type_and_wait(page, "dao huo huai le")
    page.evaluate(
        """() => { for (const at of [document.getElementById('q'), document.querySelector('[data-var]')]) {
          at.focus();
          for (const key of ['ArrowDown', 'Enter', 'Escape', 'n'])
            at.dispatchEvent(new KeyboardEvent('keydown', {key, isComposing: true, bubbles: true, cancelable: true}));
        } document.getElementById('q').focus(); }"""
    )
    page.wait_for_timeout(200)
    assert page.evaluate("document.activeElement.id") == "q"
    assert page.input_value("#q") == "dao huo huai le"
    assert page.locator("[data-answer][data-whole]").count() == 0


def test_copying_works_over_plain_http(desk, type_and_wait):
    page = desk()
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.evaluate(COPIED)
    type_and_wait(page, "dao huo huai le")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("e")
    page.wait_for_function("() => window.copied")
    assert page.evaluate("window.copied").startswith("I'm sorry, [name],")
    assert page.evaluate("document.activeElement.closest('.hit') !== null")


def test_with_single_keys_off_arrows_and_enter_still_work(desk, type_and_wait):
    page = desk()
    page.evaluate("localStorage.setItem('kb.keys', 'off')")
    page.reload()
    page.evaluate(COPIED)
    type_and_wait(page, "dao huo huai le")
    page.keyboard.press("ArrowDown")
    for key in "cen1":
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-answer][data-whole]")
    assert page.evaluate("window.copied") is None
    assert page.locator(".toast").count() == 0


def test_the_first_line_is_in_sight_of_a_side_window(desk, type_and_wait):
    page = desk(width=420, height=900)
    type_and_wait(page, "dao huo huai le")
    line = page.locator("[data-answer] .say li").first.bounding_box()
    assert line["y"] + line["height"] < 900
    assert line["x"] + line["width"] <= 420


@pytest.mark.parametrize("width", [1280, 420])
def test_a_spoken_code_leads_to_its_section(desk, width, type_and_wait):
    page = desk(width=width)
    type_and_wait(page, "5-5")
    section = page.locator("[data-answer] .pane-section h2")
    assert section.inner_text().startswith("要是不顺")
    page.wait_for_function("() => { const r = document.querySelector('.pane-section h2').getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight; }")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-answer][data-whole]")


def test_why_a_hit_was_found_is_said_on_hover_and_on_focus(desk):
    page = desk()
    page.keyboard.type("tousu")
    page.wait_for_selector("[data-results][data-status*='10']")
    second = page.locator(".hit").nth(1)
    height = second.bounding_box()["height"]
    assert not second.locator(".why p").is_visible()
    second.hover()
    assert second.locator(".why p").inner_text() == "tousu → 投诉（拼音）"
    assert second.locator(".why p").is_visible()
    assert second.bounding_box()["height"] == height
    page.mouse.move(5, 5)
    assert not second.locator(".why p").is_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert second.locator(".why p").is_visible()
