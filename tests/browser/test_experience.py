"""What worked on one call becomes what everybody knows: written, found, used, taken into the article, in a real browser."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager

import pytest
from looking import SENTENCE, first_owner

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LESSON = "先问哪一件最要紧，再决定要不要转给经理"


@pytest.fixture
def people(browser, own_site, tmp_path):
    """``people(name, email)`` → a page of somebody who has just signed in."""
    base, _link = own_site

    @contextmanager
    def join(name: str, email: str):
        environment = os.environ | {"KBPLATFORM_DATA_DIR": str(tmp_path)}
        command = [sys.executable, "-m", "kbplatform", "user", "create", email, "--name", name, "--role", "agent", "--password-stdin"]
        subprocess.run(command, input=SENTENCE.encode(), env=environment, cwd=tmp_path, check=True, capture_output=True)
        context = browser.new_context(locale="zh-CN", base_url=base)
        page = context.new_page()
        page.goto("/sign-in")
        page.fill("[name=who]", email)
        page.fill("[name=password]", SENTENCE)
        page.click(".entry .btn-primary")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        yield page
        context.close()

    return join


def test_a_line_after_a_call_is_found_by_pinyin_used_promoted_and_the_article_names_its_writer(browser, own_site, people):
    with first_owner(browser, own_site) as editor, people("林小雨", "lin@example.com") as agent, people("周强", "zhou@example.com") as colleague:
        agent.goto("/desk?q=投诉&lang=zh")
        agent.wait_for_selector("[data-answer]")
        slug = agent.get_attribute("[data-answer]", "data-slug")
        agent.keyboard.press("ArrowDown")
        agent.keyboard.press("w")
        agent.wait_for_selector("dialog[open]")
        agent.keyboard.type(LESSON)
        agent.keyboard.press("Enter")
        agent.wait_for_selector("dialog[data-desk-action]:not([open])", state="attached")

        hit = colleague.locator(".hit a", has_text=LESSON)
        for _ in range(40):
            colleague.goto("/search?q=zhuan gei jingli&kind=experience")
            if hit.count():
                break
            colleague.wait_for_timeout(250)
        colleague.goto(hit.first.get_attribute("href"))
        colleague.click("button[value^=used], button[value$=used], .x-do button:has-text('我也用了')")
        colleague.wait_for_selector(".x-do [aria-pressed=true]")
        number = colleague.url.rstrip("/").rpartition("/")[2].partition("?")[0]
        colleague.goto(f"/p/experience/{number}")
        colleague.check(".x-came [value=yes]")
        colleague.fill(".x-came [name=result]", "没转，当场结了")
        colleague.click(".x-came .btn")
        colleague.wait_for_url("**/p/experience/**")

        editor.goto(f"/p/experience/{number}")
        editor.click(f"a[href='/p/experience/promote?entry={number}']")
        editor.select_option("[name=section]", "steps")
        editor.click("button[value=section]")
        editor.wait_for_function("() => document.querySelector('[name=section]').value === 'steps'")
        assert editor.input_value("[name=text]").endswith(LESSON)
        editor.click(".page-plugin .form .btn-primary")
        editor.wait_for_url("**/proposals/*")
        assert "没转，当场结了" in editor.inner_text("main")
        editor.click("form[action$=accept] .btn-primary")
        editor.locator(".said").wait_for()

        colleague.goto(f"/articles/{slug}?lang=zh")
        steps = colleague.inner_text("#steps")
        assert LESSON in steps
        assert "这里有林小雨的经验" in steps
        for _ in range(40):
            agent.goto(f"/p/experience/{number}")
            if agent.locator(".x-in").count():
                break
            agent.wait_for_timeout(250)
        assert agent.locator(f".x-in a[href*='/articles/{slug}']").count() == 1
        agent.goto("/p/experience/notices")
        told = agent.inner_text("main")
        assert "周强" in told
        assert "文章" in told
