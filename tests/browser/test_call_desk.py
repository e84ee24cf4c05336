"""A call at the desk: the customer talks, one hand is on another system's mouse, and ours is not needed."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

pytestmark = pytest.mark.browser
COPIED = "window.copied = null; document.addEventListener('copy', () => { window.copied = String(document.activeElement.value ?? getSelection()) })"


@pytest.fixture
def desk(open_page):
    """``desk(**how)`` → the desk with the clipboard readable."""

    def open_(path: str = "/desk", **how):
        page = open_page(path, **how)
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        return page

    return open_


def type_and_wait(page, text: str, slug: str = "complaint-handling") -> None:
    page.keyboard.type(text)
    page.wait_for_selector(f"[data-answer][data-slug={slug}]")


def clipboard(page) -> str:
    """What the key just pressed has copied; the page says so first."""
    page.wait_for_selector(".toast")
    return page.evaluate("navigator.clipboard.readText()")


def copy(page, key: str) -> str:
    page.evaluate("document.getElementById('toasts').replaceChildren()")
    page.keyboard.press(key)
    return clipboard(page)


@pytest.mark.parametrize("width", [1280, 420])
def test_a_call_from_first_word_to_next_call_without_the_mouse(desk, width):
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


def test_digits_copy_in_the_language_shown(desk):
    page = desk()
    type_and_wait(page, "dao huo huai le")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("l")
    page.wait_for_selector("[data-answer][data-lang=en]")
    assert copy(page, "2") == "Let me read it back: [order number], [what happened]. Have I got that right?"


def test_one_value_serves_both_languages_until_the_other_is_given(desk):
    page = desk()
    type_and_wait(page, "dao huo huai le")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("v")
    page.keyboard.type("Tan")
    page.keyboard.press("Enter")
    assert copy(page, "e").startswith("I'm sorry, Tan,")


def test_values_stay_while_moving_among_hits_and_opening_the_whole_article(desk):
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
    assert page.locator(".answer-section").count() >= 4
    assert page.url.endswith("/desk")
    assert "陈女士" in page.locator("[data-answer] .say li").first.inner_text()
    page.keyboard.press("Escape")
    page.wait_for_selector("[data-answer]:not([data-whole])")
    assert "陈女士" in page.locator("[data-answer] .say li").first.inner_text()


def test_letters_and_digits_typed_into_box_and_strip_do_nothing_else(desk):
    page = desk()
    type_and_wait(page, "dao huo huai le")
    page.keyboard.type(" cen1?")
    assert page.input_value("#q") == "dao huo huai le cen1?"
    page.locator("[data-var=name]").first.focus()
    page.keyboard.type("nce1/?")
    assert page.locator("[data-var=name]").first.input_value() == "nce1/?"
    assert page.locator("dialog[open]").count() == 0


def test_coming_back_to_the_window_puts_the_cursor_into_the_box_with_everything_selected(desk):
    page = desk()
    type_and_wait(page, "dao huo huai le")
    page.keyboard.press("ArrowDown")
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("fapiao")
    assert page.input_value("#q") == "fapiao"


def test_coming_back_with_a_name_for_the_strip_stays_in_the_strip(desk):
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


def test_a_key_waits_for_the_answer_to_the_hit_that_is_selected(desk):
    page = desk()
    type_and_wait(page, "差评", "negative-review-handling")
    page.route("**/desk/answer**", lambda route: (page.wait_for_timeout(600), route.continue_()))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    slug = page.evaluate("document.querySelector('.hit a[aria-current]').closest('.hit').dataset.slug")
    assert slug != "negative-review-handling"
    page.keyboard.press("e")
    page.wait_for_selector(f"[data-answer][data-slug={slug}]")
    wanted = page.locator(".face[lang=en] .say li").first.inner_text().split("\n")[0]
    page.wait_for_selector(".toast")
    assert clipboard(page).split()[:4] == wanted.split()[:4]


def test_words_of_the_hit_before_are_gone_where_the_next_cannot_be_read(desk):
    page = desk()
    type_and_wait(page, "差评", "negative-review-handling")
    page.keyboard.press("ArrowDown")
    page.evaluate("() => { window.fetch = () => Promise.reject(new Error('500')); }")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector("[data-answer]", state="detached")
    page.keyboard.press("c")
    page.wait_for_timeout(200)
    assert page.locator(".toast").count() == 0


def test_keys_act_after_the_choice_of_kinds_is_ticked(desk):
    page = desk()
    type_and_wait(page, "dao huo huai le")
    page.locator("[name=all]").focus()
    page.keyboard.press("Space")
    assert page.locator("[name=all]").is_checked()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"


def test_somebody_who_was_signed_out_is_told_so_and_keeps_the_call(desk):
    page = desk()
    type_and_wait(page, "dao huo huai le")
    page.route("**/desk/hits**", lambda route: route.fulfill(status=303, headers={"Location": "/sign-in"}))
    page.keyboard.type(" x")
    assert "退出登录" in page.wait_for_selector(".toast").inner_text()
    assert page.locator("[data-answer][data-slug=complaint-handling]").count() == 1
    assert page.locator(".offline:not([hidden])").count() == 0


def test_up_on_the_first_hit_leads_back_to_the_box(desk):
    page = desk()
    type_and_wait(page, "dao huo huai le")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.closest('.hit').dataset.slug") == "complaint-handling"
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.id") == "q"


def test_an_arrow_right_after_typing_acts_on_what_was_typed(desk):
    page = desk()
    type_and_wait(page, "dao huo huai le")
    page.keyboard.press("Control+a")
    page.keyboard.type("chaping")
    page.keyboard.press("ArrowDown")
    page.wait_for_function("() => document.activeElement.closest('.hit')?.dataset.slug === 'negative-review-handling'")


def test_a_stale_answer_never_replaces_a_newer_one(desk):
    page = desk()
    held = []
    page.route("**/desk/hits?q=dao*", lambda route: held.append(route))  # noqa: PLW0108 - playwright puts an attribute on it
    page.keyboard.type("dao")
    page.wait_for_timeout(200)
    page.keyboard.press("Control+a")
    page.keyboard.type("chaping")
    page.wait_for_selector("[data-answer][data-slug=negative-review-handling]")
    for route in held:
        route.continue_()
    page.wait_for_timeout(300)
    assert held
    assert page.locator("[data-answer]").get_attribute("data-slug") == "negative-review-handling"


def test_answers_arriving_move_nothing_that_was_there(desk, shifts):
    page = desk()
    before = page.evaluate("['[data-hits-pane]', '[data-answer-pane]', '#q'].map(s => { const r = document.querySelector(s).getBoundingClientRect(); return [r.x, r.y]; })")
    type_and_wait(page, "dao huo huai le")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector("[data-answer]:not([data-slug=complaint-handling])")
    after = page.evaluate("['[data-hits-pane]', '[data-answer-pane]', '#q'].map(s => { const r = document.querySelector(s).getBoundingClientRect(); return [r.x, r.y]; })")
    assert after == before
    assert shifts(page) == []


def test_an_input_method_composing_is_left_alone(desk):
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


def test_copying_works_over_plain_http(desk):
    page = desk()
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.evaluate(COPIED)
    type_and_wait(page, "dao huo huai le")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("e")
    page.wait_for_function("window.copied")
    assert page.evaluate("window.copied").startswith("I'm sorry, [name],")
    assert page.evaluate("document.activeElement.closest('.hit') !== null")


def test_with_single_keys_off_arrows_and_enter_still_work(desk):
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


def test_the_first_line_is_in_sight_of_a_side_window(desk):
    page = desk(width=420, height=900)
    type_and_wait(page, "dao huo huai le")
    line = page.locator("[data-answer] .say li").first.bounding_box()
    assert line["y"] + line["height"] < 900
    assert line["x"] + line["width"] <= 420


CANARIES = {"zh": "金丝雀女士七七", "en": "MsCanaryBird7717", "order": "CANARY-55-881"}


def test_what_is_typed_into_the_strip_is_never_sent_and_never_stored(browser, own_site, tmp_path):
    url, _welcome = own_site
    context = browser.new_context(locale="zh-CN", permissions=["clipboard-read", "clipboard-write"])
    requests = []
    context.on("request", lambda request: requests.append(request))  # noqa: PLW0108 - playwright puts an attribute on it
    page = context.new_page()
    page.goto(f"{url}/desk")
    type_and_wait(page, "dao huo huai le")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("v")
    for text in CANARIES.values():
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert copy(page, "c").startswith(CANARIES["zh"]), "the test has data that could leak"
    assert CANARIES["en"] in copy(page, "e")
    assert CANARIES["order"] in copy(page, "2")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector("[data-answer]:not([data-slug=complaint-handling])")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-answer][data-whole]")
    page.keyboard.press("l")
    page.wait_for_selector("[data-answer][data-lang=en]")
    kept = page.evaluate(KEPT)
    page.goto(f"{url}/articles")
    page.go_back()
    page.wait_for_selector("[data-desk]")
    back = page.evaluate("[...document.querySelectorAll('input')].map(i => i.value).join('|') + document.body.innerText")
    page.goto(f"{url}/")
    storage = str(context.storage_state(indexed_db=True))
    sent = [f"{r.method} {r.url} {r.headers} {(r.post_data_buffer or b'').decode('utf-8', 'replace')}" for r in requests]
    context.close()
    assert len(sent) > 10
    for canary in _forms_of(CANARIES.values()):
        assert not any(canary in request for request in sent), canary
        assert canary not in kept + back + storage, canary
        for path in tmp_path.rglob("*"):
            if path.is_file():
                assert canary.encode() not in path.read_bytes(), f"{canary} in {path.name}"
    with closing(sqlite3.connect(next(tmp_path.glob("*.db")))) as db:
        dump = "\n".join(db.iterdump())
    assert "外箱破了没有" in dump, "the dump is of the database"
    assert not any(canary in dump for canary in CANARIES.values())


KEPT = """async () => JSON.stringify([
  {...localStorage}, {...sessionStorage}, document.cookie, history.state, location.href, window.name,
  (await indexedDB.databases()).map((d) => d.name),
  await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map((r) => r.url))),
])"""


def _forms_of(values):
    from urllib.parse import quote, quote_plus

    for value in values:
        yield from {value, quote(value), quote_plus(value), value.encode("unicode_escape").decode()}


def rows_of(tmp_path, table: str) -> list[dict]:
    with closing(sqlite3.connect(next(tmp_path.glob("*.db")))) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(f"SELECT * FROM {table}")]


@pytest.fixture
def own_desk(browser, own_site, tmp_path):
    """``own_desk()`` → the desk of a site of the test's own."""
    url, _welcome = own_site
    contexts = []

    def open_(**how):
        context = browser.new_context(locale="zh-CN", permissions=["clipboard-read", "clipboard-write"], **how)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{url}/desk")
        return page

    yield open_
    for context in contexts:
        context.close()


def test_used_it_counts_once_a_call_with_a_ticket_and_copying_only_hints_at_it(own_desk, tmp_path):
    page = own_desk()
    type_and_wait(page, "dao huo huai le")
    page.keyboard.press("ArrowDown")
    copy(page, "c")
    assert page.locator("#use-said").inner_text() == "用上了？按 u 记一下"
    assert rows_of(tmp_path, "kb_use") == []
    page.keyboard.press("u")
    page.keyboard.type("13812345678")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('#use-said').textContent.includes('手机号')")
    page.keyboard.press("Control+a")
    page.keyboard.type("T-881")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('#use-said').textContent === '记下了'")
    assert page.evaluate("document.activeElement.closest('.hit') !== null")
    page.keyboard.press("u")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('#use-said').textContent === '这通已经记过了'")
    assert [(r["lang"], r["ticket"], r["user_id"]) for r in rows_of(tmp_path, "kb_use")] == [("zh", "T-881", None)]
    page.keyboard.press("n")
    type_and_wait(page, "dao huo huai le")
    assert page.locator("#use-said").inner_text() == "30 天内用过 1 次"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("u")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('#use-said').textContent === '记下了'")
    assert len({r["call"] for r in rows_of(tmp_path, "kb_use")}) == 2


def test_pins_and_recent_articles_are_at_hand_while_the_box_is_empty(own_desk):
    page = own_desk()
    type_and_wait(page, "dao huo huai le")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("p")
    page.wait_for_selector("[data-pin] button[aria-pressed=true]")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector("[data-answer]:not([data-slug=complaint-handling])")
    second = page.locator("[data-answer]").get_attribute("data-slug")
    page.keyboard.press("p")
    page.wait_for_selector("[data-pin] button[aria-pressed=true]")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector(f"[data-answer]:not([data-slug=complaint-handling]):not([data-slug={second}])")
    third = page.locator("[data-answer]").get_attribute("data-slug")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-whole]")
    page.keyboard.press("n")
    page.wait_for_selector("[data-pin-line]")
    slugs = "[...document.querySelectorAll('.hit')].map(h => h.dataset.slug)"
    assert page.evaluate(slugs) == ["complaint-handling", second, third]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector(f"[data-answer][data-slug={second}]")
    page.keyboard.press("Shift+ArrowUp")
    page.wait_for_function("s => document.querySelector('.hit').dataset.slug === s", arg=second)
    assert page.evaluate("document.activeElement.closest('.hit').dataset.slug") == second
    page.reload()
    page.wait_for_selector("[data-pin-line]")
    assert page.evaluate(slugs) == [second, "complaint-handling", third]
    page.locator("[data-pin-line] button[value=unpin]").first.click()
    page.wait_for_function("s => document.querySelector('.hit').dataset.slug === s", arg="complaint-handling")
    kept = page.evaluate("JSON.stringify({...localStorage})")
    assert "complaint-handling" in kept
    assert "huai" not in kept


def test_nothing_sure_is_asked_for_with_one_key(own_desk, tmp_path):
    page = own_desk()
    page.keyboard.type("zzzzqq wombat")
    page.wait_for_selector("[data-ask]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("a")
    page.wait_for_selector(".toast")
    assert [r["context"] for r in rows_of(tmp_path, "kb_gap_ask")] == ["desk"]
    assert rows_of(tmp_path, "kb_gap")[0]["query"] == "zzzzqq wombat"


@pytest.mark.parametrize("width", [1280, 420])
def test_a_spoken_code_leads_to_its_section(desk, width):
    page = desk(width=width)
    type_and_wait(page, "5-5")
    section = page.locator("[data-answer] .answer-section h2")
    assert section.inner_text().startswith("要是不顺")
    page.wait_for_function("() => { const r = document.querySelector('.answer-section h2').getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight; }")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-answer][data-whole]")


def test_signing_out_leaves_no_list_of_what_was_read(browser, own_site):
    url, welcome = own_site
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(welcome)
    page.fill("[name=name]", "Chen")
    page.fill("[name=email]", "chen@example.com")
    page.fill("[name=password]", "correct horse battery staple of ours")
    page.fill("[name=again]", "correct horse battery staple of ours")
    page.click(".entry .btn-primary")
    page.wait_for_url(lambda at: "/welcome" not in at)
    page.goto(f"{url}/desk")
    type_and_wait(page, "5")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-answer][data-whole]")
    page.keyboard.press("p")
    page.wait_for_selector("[data-pin] button[aria-pressed=true]")
    page.keyboard.press("n")
    page.wait_for_selector("[data-pin-line]")
    assert "complaint-handling" in page.evaluate("JSON.stringify({...localStorage})")
    page.locator("[data-menu] summary").click()
    page.locator("[data-menu] form button").click()
    page.wait_for_selector("a[href^='/sign-in']")
    assert "complaint-handling" not in page.evaluate("JSON.stringify({...localStorage})")
    context.close()
