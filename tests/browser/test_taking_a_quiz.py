"""A whole attempt in a real browser: by keyboard alone, in both languages, offline for a while, after a reload, to its result."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from looking import take, violations, watched
from sqlalchemy import select

from kbplatform.app import make_platform
from kbplatform.db import Database
from kbplatform.sdk import Text
from kbplatform.settings import load_settings
from kbplatform.viewer import CLI
from kbplatform_quizzes.attempts.quizzes import Wanted
from kbplatform_quizzes.attempts.rules import Pool, Rule
from kbplatform_quizzes.authoring import add_questions
from kbplatform_quizzes.bank import read_sheet
from kbplatform_quizzes.models import Attempt
from kbplatform_quizzes.registry import quizzes_of

SHEET = (Path(__file__).parents[1] / "plugins" / "quizzes" / "ten_kinds.yaml").read_bytes()
SLUG = "complaint-handling"
KEYS = "one many truth words number pairs order gaps call long"
WORDS = {
    "zh": {"start": "开始", "finish": "答完了……", "submit": "交卷", "saved": "已保存", "waiting": "先存在这台设备上", "title": "十种题", "in": "交卷了",
           "elsewhere": "用这里的", "broken": "坏了", "over": "电话打完了"},
    "en": {"start": "Start", "finish": "Finish …", "submit": "Hand in", "saved": "Saved", "waiting": "Kept on this device", "title": "Ten kinds",
           "in": "It is handed in", "elsewhere": "Keep what stands here", "broken": "Broken", "over": "The call is over"},
}  # fmt: skip

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def quiz_site(own_site, tmp_path, browser):
    """``quiz_site(lang)`` → a page of somebody signed in, on a site with quizzes of every kind of question."""
    base, welcome = own_site
    platform = make_platform(load_settings(data_dir=tmp_path, search_engine="memory", log_level="error"))
    with platform.db.write() as session:
        add_questions(session, SLUG, read_sheet(SHEET).questions, CLI)
    pools = (Pool(practices=(SLUG,), keys=tuple(f"{SLUG}/{k}" for k in KEYS.split())),)
    for key, more in (("zh", {}), ("en", {}), ("short", {"minutes": 1}), ("exam", {"exam": True})):
        quizzes_of(platform.services).create(Wanted(key, Text("十种题", "Ten kinds"), "open", Rule(pools=pools, shuffled=False, **more)), CLI)
    platform.close()
    complaints, contexts = [], []

    def open_(lang="zh", state=None, **how):
        context = browser.new_context(locale={"zh": "zh-CN", "en": "en-US"}[lang], base_url=base, storage_state=state, reduced_motion="reduce", **how)
        contexts.append(context)
        page = watched(context.new_page())
        page.on("pageerror", lambda e: complaints.append(str(e)))
        return page

    signed_in = browser.new_context(base_url=base)
    contexts.append(signed_in)
    take(signed_in, welcome)
    state = signed_in.storage_state()
    yield lambda lang="zh", **how: open_(lang, state, **how)
    for context in contexts:
        context.close()
    assert complaints == []


# what is folded keeps the colours of the scheme it was drawn in, which axe takes for those it would have
violations = partial(violations, without=".menu")


def looks_right(page):
    """Clean in light and dark, and nothing to scroll sideways on a phone."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function("(s) => matchMedia(`(prefers-color-scheme: ${s})`).matches", arg=scheme)
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        found += violations(page)
    page.set_viewport_size({"width": 390, "height": 800})
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append(f"{page.url} scrolls sideways")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")
    return found


def tab_to(page, words):
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()").startswith(words):
            return
    pytest.fail(f"no way to {words} by Tab")


def status(page, position):
    return page.inner_text(f"[data-question='{position}'] [data-state]")


def until(page, position, words):
    page.wait_for_function("([p, w]) => document.querySelector(`[data-question='${p}'] [data-state]`).textContent.startsWith(w)", arg=[position, words])


def kept(page):
    return page.evaluate("Object.keys(localStorage).filter((k) => k.startsWith('kb.quiz.')).length")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_ten_kinds_by_keyboard_alone_offline_for_a_while_and_after_a_reload(quiz_site, lang):
    page, words = quiz_site(lang), WORDS[lang]
    keys = page.keyboard
    page.goto(f"/p/quizzes/q/{lang}")
    assert looks_right(page) == []
    tab_to(page, words["start"])
    keys.press("Enter")
    page.wait_for_selector("[data-question='9']", state="attached")  # the other page came along
    assert looks_right(page) == []

    keys.press("Control+Enter")
    keys.press("1")
    keys.press("Control+Enter")
    keys.press("1")
    keys.press("2")
    for position in (0, 1):
        until(page, position, words["saved"])
    page.context.set_offline(True)
    keys.press("Control+Enter")
    keys.press("2")
    keys.press("Control+Enter")
    keys.press("Tab")
    keys.type("可以退款 1 2 p")
    keys.press("Control+Enter")
    keys.press("Tab")
    keys.type("二十")
    page.wait_for_selector("[data-note]:visible")
    until(page, 4, words["waiting"])
    assert (kept(page), "3" in page.inner_text("[data-note]")) == (3, True)
    keys.press("Control+A")
    keys.type("20")
    keys.press("Control+Enter")
    for _ in range(2):
        keys.press("Tab")
        keys.press("ArrowDown")
    keys.press("Control+Enter")
    assert page.locator("[data-question='6']").evaluate("(q) => document.activeElement === q && q.offsetParent !== null")
    for times in (1, 2, 3):
        keys.press("Tab")
        for _ in range(times):
            keys.press("ArrowDown")
    until(page, 6, words["waiting"])
    page.context.set_offline(False)
    for position in (2, 3, 4, 5, 6):
        until(page, position, words["saved"])
    page.wait_for_selector("[data-note]", state="hidden")
    assert kept(page) == 0

    page.reload()
    page.wait_for_selector("[data-question='0']", state="attached")
    assert [page.input_value(f"[name=q{n}]") for n in (3, 4)] == ["可以退款 1 2 p", "20"]
    assert page.locator("[data-question='1'] input:checked").count() == 2
    page.locator("[data-to='7']").focus()
    keys.press("Enter")
    for filled in ("1", "二"):
        keys.press("Tab")
        keys.type(filled)
    keys.press("Control+Enter")
    keys.press("1")
    page.wait_for_selector(f"[data-question='8'] [aria-current=step]:has-text('{words['broken']}')")
    keys.press("1")
    page.wait_for_selector(f"[data-question='8']:has-text('{words['over']}')")
    keys.press("Control+Enter")
    keys.press("Tab")
    keys.type("我会先道歉，再给时限。")
    until(page, 9, words["saved"])
    assert page.inner_text("[data-summary]").count("10") == 2
    tab_to(page, words["finish"])
    keys.press("Enter")
    page.wait_for_url("**/submit?**")
    assert looks_right(page) == []
    tab_to(page, words["submit"])
    keys.press("Enter")
    page.wait_for_url("**/result?**")
    assert page.inner_text("h1") == words["in"]
    assert looks_right(page) == []
    assert kept(page) == 0


def shorten(folder):
    """Five seconds are left of the attempt."""
    db = Database(f"sqlite:///{next(folder.glob('*.db'))}")
    with db.write() as session:
        session.scalars(select(Attempt)).one().deadline_at = datetime.now(UTC) + timedelta(seconds=5)
    db.dispose()


def test_tabs_pauses_sessions_and_the_clock(quiz_site, tmp_path):
    page = quiz_site()
    page.goto("/p/quizzes/q/short")
    page.get_by_role("button", name="开始").click()
    page.wait_for_selector("[data-question='9']", state="attached")
    place = page.url.split("?")[0]
    other = page.context.new_page()
    other.goto(place)
    other.wait_for_selector("[data-question='9']", state="attached")

    page.fill("[name=q3]", "第一个标签页")
    until(page, 3, "已保存")
    other.fill("[name=q3]", "第二个标签页")
    other.get_by_role("button", name="用这里的").wait_for()
    assert "第一个标签页" in other.inner_text("#q3-error")
    assert violations(other) == []
    other.get_by_role("button", name="用这里的").click()
    until(other, 3, "已保存")
    page.reload()
    assert page.input_value("[name=q3]") == "第二个标签页"

    page.locator("#q0").focus()
    page.keyboard.press("p")
    page.get_by_role("button", name="继续").click()
    page.wait_for_selector("[data-clock]:not([hidden])")

    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.fill("[name=q4]", "21")
    page.wait_for_selector("[data-note]:has-text('登录已失效') >> text=登录")
    page.context.add_cookies(cookies)
    until(page, 4, "已保存")

    page.locator("[data-to='9']").click()
    page.locator("[name=q9]").evaluate("(area) => { area.value = 'x'.repeat(20001); area.dispatchEvent(new Event('input', {bubbles: true})); }")
    page.wait_for_selector("#q9-error:has-text('20,000')", state="attached")
    page.fill("[name=q9]", "没写完")
    until(page, 9, "已保存")
    shorten(tmp_path)
    page.reload()
    page.wait_for_url("**/result?**", timeout=90_000)  # at nought everything is handed in by itself
    page.goto(f"{place}/result?page=2")
    assert page.input_value("textarea") == "没写完"
    assert kept(page) == 0


def test_an_answer_kept_for_a_page_that_is_not_here_yet_is_sent_and_marks_follow_to_another_device(quiz_site):
    page = quiz_site()
    page.goto("/p/quizzes/q/zh")
    page.get_by_role("button", name="开始").click()
    page.wait_for_selector("[data-question='9']", state="attached")
    place = page.url.split("?")[0]
    page.context.set_offline(True)
    page.locator("[data-to='9']").click()
    page.fill("[name=q9]", "先道歉，再补发")
    until(page, 9, "先存在这台设备上")
    page.locator("[data-question='9'] [data-mark]").click()
    state = page.context.storage_state()
    page.context.close()  # the browser is closed while there is no connection

    page = quiz_site()
    page.goto(place)
    page.evaluate("(items) => items.forEach(({ name, value }) => localStorage.setItem(name, value))", state["origins"][0]["localStorage"])
    page.reload()
    page.wait_for_selector("[data-question='9']", state="attached")
    page.wait_for_function("!Object.keys(localStorage).some((k) => /^kb[.]quiz[.].*[.]9$/.test(k))")
    assert "is-marked" in page.get_attribute("[data-to='9']", "class")

    other = quiz_site()  # another device: nothing in its storage
    other.goto(f"{place}?page=2")
    assert other.input_value("[name=q9]") == "先道歉，再补发"
    assert other.get_attribute("[data-question='9'] [data-mark]", "aria-pressed") == "true"
    other.locator("[data-finish]").click()
    other.wait_for_url("**/submit?**")
    assert "您说要回头再看的" in other.inner_text("main")


def test_without_scripts_a_call_pauses_and_nothing_typed_is_lost_when_signed_out(quiz_site):
    page = quiz_site(java_script_enabled=False)
    page.goto("/p/quizzes/q/zh")
    page.get_by_role("button", name="开始").click()
    place = page.url.split("?")[0]
    page.fill("[name=q3]", "可以退款")
    page.get_by_role("button", name="暂停").click()
    assert "暂停中" in page.inner_text("main")
    page.get_by_role("button", name="继续").click()
    assert page.input_value("[name=q3]") == "可以退款"
    page.goto(f"{place}?page=2")
    page.fill("[name=q9]", "先道歉，再说清楚三天内补发。\n最后核对地址。")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.get_by_role("button", name="答完了").click()
    assert page.input_value("main textarea") == "先道歉，再说清楚三天内补发。\n最后核对地址。"
    page.context.clear_cookies()
    page.context.add_cookies(cookies)
    while page.get_by_role("button", name="再送一次").count():
        page.get_by_role("button", name="再送一次").click()
    assert page.url.startswith(f"{place}/submit")
    page.goto(f"{place}?page=2")
    assert page.input_value("[name=q9]") == "先道歉，再说清楚三天内补发。\n最后核对地址。"


@pytest.mark.parametrize(("length", "told"), [(20_500, "20,000"), (1_000_000, "内容太大")])
def test_an_essay_that_is_far_too_long_is_told_and_stays(quiz_site, length, told):
    page = quiz_site("zh")
    page.goto("/p/quizzes/q/zh")
    page.click("main form .btn-primary")
    page.wait_for_selector("[data-attempt]")
    page.click("[data-to='9']")
    page.fill("#q9 textarea", "先道歉。")
    until(page, 9, "已保存")
    page.evaluate("(n) => { const e = document.querySelector('#q9 textarea'); e.value = '字'.repeat(n); e.dispatchEvent(new Event('input', {bubbles: true})) }", length)
    page.wait_for_function("(w) => document.querySelector('#q9 [data-error]').textContent.includes(w)", arg=told)
    assert page.is_visible("#q9 [data-error]")
    assert (len(page.input_value("#q9 textarea")), kept(page)) == (length, 1)
    page.fill("#q9 textarea", "先道歉，再说时限。")
    until(page, 9, "已保存")
    assert (page.is_hidden("#q9 [data-error]"), kept(page)) == (True, 0)
