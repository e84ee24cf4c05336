"""The search page in a real browser: asking for what isn't there, filters, why, and nothing that jumps."""

from __future__ import annotations

import pytest
from looking import violations

pytestmark = pytest.mark.browser


def wait_for_results(page, query: str) -> None:
    page.wait_for_function("q => document.querySelector('[data-results]').dataset.query === q", arg=query)


def test_a_question_without_an_answer_is_asked_for_with_one_key(open_page):
    page = open_page("/search?q=tousu")
    page.fill("input[name=q]", "")
    page.keyboard.type("鲸鱼怎么潜水")
    wait_for_results(page, "鲸鱼怎么潜水")
    before = page.url
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.wait_for_selector(".asked")
    assert page.locator(".asked").inner_text().strip() == "已记下，您是第一个问的。"
    assert page.locator("#announce").inner_text() == "已记下，您是第一个问的。"
    assert page.url == before
    assert page.locator("[data-ask] button").count() == 0


def test_enter_twice_asks_without_leaving_the_box_by_mouse(open_page):
    page = open_page("/search?q=白鹤几点起飞", lang="en")
    page.focus("input[name=q]")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('[data-ask]') !== null")
    page.keyboard.press("Enter")
    page.wait_for_selector(".asked")
    assert page.locator(".asked").inner_text().strip() == "Recorded. You are the first to ask."


def test_the_key_does_nothing_in_the_box_where_keys_are_off_or_an_input_method_composes(open_page):
    page = open_page("/search?q=麋鹿")
    page.focus("input[name=q]")
    page.keyboard.press("a")
    page.evaluate("document.activeElement.blur(); document.documentElement.dataset.keys = 'off'")
    page.keyboard.press("a")
    page.evaluate("delete document.documentElement.dataset.keys")
    page.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'a', isComposing: true, bubbles: true}))")
    page.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'a', keyCode: 229, bubbles: true}))")
    page.wait_for_timeout(300)
    assert page.locator(".asked").count() == 0


def test_asking_works_without_javascript(open_page):
    page = open_page("/search?q=刺猬冬眠几个月", scripts=False)
    page.locator("[data-ask] button").click()
    page.wait_for_url("**/search?q=*")
    assert page.locator(".said").inner_text().strip() == "已记下，您是第一个问的。"


def test_what_was_refused_says_why_on_the_spot(browser, site):
    context = browser.new_context(locale="zh-CN")  # not open_page: the browser itself logs an answer of 422
    page = context.new_page()
    page.goto(f"{site}/search?q=13812345678")
    page.locator("[data-ask] button").click()
    page.wait_for_selector(".asked")
    assert "号码和邮箱不会存下来" in page.locator(".asked").inner_text()
    context.close()


@pytest.mark.parametrize("path", ["/search?q=zzzzqq", "/desk?q=zzzzqq"])
def test_a_question_that_the_server_failed_to_record_is_no_lost_connection(browser, site, path):
    context = browser.new_context(locale="zh-CN")  # not open_page: the browser itself logs an answer of 502
    page = context.new_page()
    page.goto(site + path)
    page.route("**/gaps?fragment=1", lambda route: route.fulfill(status=502, content_type="text/html", body="<!doctype html><h1>Bad gateway</h1>"))
    page.locator("[data-ask] button").click()
    assert page.wait_for_selector(".toast").inner_text() == "没记上，请再试一次。"
    assert page.locator("[data-offline-bar]:not([hidden])").count() == 0
    page.unroute_all()
    page.locator("[data-ask] button").click()
    page.wait_for_selector(".asked")
    context.close()


def test_filters_narrow_while_typing_goes_on_and_stay_in_the_address(open_page):
    page = open_page("/search?q=客户")
    page.locator(".narrow summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "kind"
    page.select_option("select[name=group]", "complaints")
    page.wait_for_url("**&group=complaints")
    page.wait_for_function("() => [...document.querySelectorAll('.hit-why span:first-child')].every(s => s.innerText === '投诉与突发')")
    page.focus("input[name=q]")
    page.keyboard.press("End")
    page.keyboard.type("投诉")
    wait_for_results(page, "客户投诉")
    assert page.url.endswith("&group=complaints")
    page.reload()
    assert page.locator("select[name=group]").input_value() == "complaints"
    assert page.locator("[data-other-lang]").get_attribute("href").endswith("&group=complaints")
    page.locator("[data-clear]").click()
    page.wait_for_load_state("domcontentloaded")
    assert "group" not in page.url


def test_filters_work_without_javascript(open_page):
    page = open_page("/search?q=客户", scripts=False)
    page.locator(".narrow summary").click()
    page.select_option("select[name=only]", "en")
    page.locator(".narrow button").click()
    page.wait_for_url("**only=en**")
    assert set(page.locator(".hit-angle").evaluate_all("hits => hits.map(h => h.lang)")) == {"en"}


def test_filters_are_folded_on_a_phone(open_page):
    page = open_page("/search?q=客户", width=390, height=844)
    assert not page.locator("select[name=kind]").is_visible()
    page.locator(".narrow summary").click()
    assert page.locator("select[name=kind]").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_why_is_shown_on_hover_and_on_focus_and_nothing_moves(open_page):
    page = open_page("/search?q=tousu")
    second = page.locator(".hit").nth(1)
    assert not second.locator(".why p").is_visible()
    top = page.locator(".hit").nth(2).bounding_box()
    second.hover()
    assert second.locator(".why p").inner_text() == "tousu → 投诉（拼音）"
    assert second.locator(".why p").is_visible()
    assert page.locator(".hit").nth(2).bounding_box() == top
    page.mouse.move(5, 5)
    assert not second.locator(".why p").is_visible()
    second.locator("h2 a").focus()
    assert second.locator(".why p").is_visible()


def test_why_is_a_small_disclosure_where_nothing_can_hover(browser, site):
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{site}/search?q=tousu")
    why = page.locator(".hit").nth(1).locator(".why")
    assert not why.locator("p").is_visible()
    why.locator("summary").tap()
    assert why.locator("p").inner_text() == "tousu → 投诉（拼音）"
    assert page.url.endswith("/search?q=tousu")
    context.close()


@pytest.mark.parametrize(("width", "times_slower"), [(1280, 1), (390, 1), (1280, 8)])
def test_nothing_jumps_while_somebody_types(open_page, shifts, width, times_slower):
    page = open_page("/search?q=客户", width=width, height=800)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": times_slower})
    page.focus("input[name=q]")
    for query in ("tousu", "鲸鱼", "refund", "zzzzqq", "投诉"):
        page.fill("input[name=q]", "")
        page.keyboard.type(query, delay=40)
        wait_for_results(page, query)
    page.wait_for_timeout(700)
    assert shifts(page) == []


@pytest.mark.parametrize("path", ["/search?q=客户", "/desk?q=客户", "/articles/complaint-handling"])
def test_nothing_jumps_while_a_slow_machine_opens_a_page(browser, site, shifts, path):
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 20})
    page.goto(site + path)
    page.wait_for_timeout(300)
    assert shifts(page) == []
    context.close()


def test_stale_keystrokes_are_cancelled_and_the_last_one_wins(open_page):
    page = open_page("/search?q=客户")
    cancelled = []
    page.on("requestfailed", lambda r: cancelled.append(r.url))
    page.route("**/search?q=tou&*", lambda route: None)  # an answer that never comes
    page.fill("input[name=q]", "tou")
    page.wait_for_timeout(250)
    page.fill("input[name=q]", "tousu")
    wait_for_results(page, "tousu")
    assert any("q=tou&" in url for url in cancelled)
    page.unroute_all(behavior="ignoreErrors")


def test_copying_waits_for_the_preview_of_the_hit_that_is_selected(open_page):
    page = open_page("/search?q=客户")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    held = []
    page.route("**/search/preview**", lambda route: held.append(route))  # noqa: PLW0108 - playwright puts an attribute on it
    page.evaluate("document.activeElement.blur()")
    before = page.locator("[data-preview-pane] h2").first.inner_text()
    page.keyboard.press("j")
    page.keyboard.press("c")
    page.wait_for_timeout(400)
    assert page.locator(".toast").count() == 0
    held[0].continue_()
    page.wait_for_selector(".toast")
    assert page.locator("[data-preview-pane] h2").first.inner_text() != before
    line = page.locator("[data-preview-pane] [data-face] .say li .line").first.inner_text()
    assert page.evaluate("navigator.clipboard.readText()")[:6] == line[:6]
    page.evaluate("document.getElementById('toasts').replaceChildren()")
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('no')); }")
    page.keyboard.press("j")
    page.keyboard.press("c")
    page.wait_for_timeout(400)
    assert page.locator(".toast").count() == 0
    assert page.locator("[data-preview-pane] [data-face]").count() == 0
    page.unroute_all(behavior="ignoreErrors")


@pytest.mark.slow
def test_a_lead_works_through_the_gaps_without_the_mouse(own_site, browser):
    base, link = own_site
    context = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(link)
    for name, value in {"name": "林组长", "email": "lin@example.com", "password": "今天天气真不错啊朋友", "again": "今天天气真不错啊朋友"}.items():
        page.fill(f"[name={name}]", value)
    page.click(".entry .btn-primary")
    page.wait_for_url(lambda url: "/welcome" not in url)
    for query in ("鲸鱼怎么潜水", "白鹤几点起飞", "鲸鱼 潜水"):
        page.goto(f"{base}/search?q={query}")
        page.locator("[data-ask] button").click()
        page.wait_for_selector(".asked")
    page.goto(f"{base}/insights/gaps")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page) == []
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    first = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    page.wait_for_url("**/insights/gaps/*")
    assert page.locator("h1").inner_text() == first
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page) == []
    page.keyboard.press("d")
    page.keyboard.type("不是客服的事")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.endswith("/insights/gaps"))
    assert page.locator("[data-rows] h2").count() == 1
    page.goto(f"{base}/insights/gaps?state=declined")
    assert "不做的理由： 不是客服的事" in page.locator("[data-rows]").inner_text()
    context.close()


def test_a_new_offline_helper_waits_for_its_turn(open_page):
    """One that took over at once left a page without an answer that was just being loaded, after a change of language."""
    page = open_page("/")
    page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    page.goto(page.url + "language/en?next=/")
    page.wait_for_function("() => navigator.serviceWorker.getRegistration().then((r) => r.waiting?.scriptURL.includes('lang=en'))")
    assert "lang=zh" in page.evaluate("() => navigator.serviceWorker.controller.scriptURL")
