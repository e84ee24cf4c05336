"""A trainer's day in a real browser: assign, find it to do, see who knows what; and a huddle by keyboard."""

from __future__ import annotations

import pytest
from looking import first_owner, violations

QUIZ = "practice-complaint-handling"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def owner(own_site, browser):
    """The first owner of a site, signed in: everybody there is, and so among those they assign to."""
    with first_owner(browser, own_site) as page:
        yield page


def overflows(page):
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_what_is_assigned_is_found_to_do_and_taking_it_changes_the_matrix(owner):
    owner.goto("/p/quizzes/assignments")
    owner.get_by_role("link", name="布置任务").click()
    assert violations(owner) == []
    owner.select_option("#f-what", f"quiz:{QUIZ}")
    owner.get_by_role("checkbox", name="陈主任").check()
    owner.fill("#f-note", "换了补发流程")
    owner.get_by_role("button", name="布置", exact=True).click()
    owner.wait_for_url("**/p/quizzes/assignments")
    assert "0／1 人" in owner.inner_text("tbody")
    assert violations(owner) == []
    owner.goto("/")
    assert "待学" in owner.locator("section", has=owner.get_by_role("heading", name="我要学的")).last.inner_text()
    owner.goto("/p/quizzes/")
    assert "换了补发流程" in owner.inner_text(".todo")
    assert violations(owner) == []
    owner.goto("/p/quizzes/matrix?group=complaints")
    assert owner.locator("tbody td:not(:nth-child(2))").all_inner_texts() == ["–"] * 7
    assert owner.inner_text("#legend").split(" · ")[-1] == "– 未开始"
    owner.goto(f"/p/quizzes/q/{QUIZ}")
    owner.locator("main form button").first.click()
    owner.wait_for_url("**/a/**")
    for width, scheme in ((1280, "light"), (360, "dark")):
        owner.set_viewport_size({"width": width, "height": 800})
        owner.emulate_media(color_scheme=scheme)
        owner.goto("/p/quizzes/matrix?group=complaints")
        assert owner.locator("tbody .g").all_inner_texts() == ["学"]
        assert violations(owner) == []
        assert overflows(owner) == 0


def test_a_huddle_goes_on_by_keyboard_and_shows_an_answer_only_when_asked(owner):
    owner.goto("/p/quizzes/huddle")
    assert owner.locator(".huddle-part").count() == 3
    assert owner.locator(".is-right").count() == 0
    assert violations(owner) == []
    owner.get_by_role("link", name="投到墙上").click()
    owner.wait_for_url("**at=1**")
    assert violations(owner) == []
    title = owner.inner_text("h1")
    owner.keyboard.press("ArrowRight")
    owner.wait_for_selector(".is-right")
    assert owner.inner_text("h1") == title
    assert violations(owner) == []
    owner.keyboard.press("PageDown")
    owner.wait_for_url("**at=2**")
    assert owner.locator(".is-right").count() == 0
    owner.keyboard.press("ArrowLeft")
    owner.wait_for_selector(".is-right")
    assert owner.inner_text("h1") == title
    owner.set_viewport_size({"width": 360, "height": 740})
    assert overflows(owner) == 0
    owner.keyboard.press("Escape")
    owner.wait_for_selector(".huddle-part")
