"""What the desk keeps of a call, and what it never does."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

pytestmark = pytest.mark.browser


CANARIES = {"zh": "金丝雀女士七七", "en": "MsCanaryBird7717", "order": "CANARY-55-881"}


def test_what_is_typed_into_the_strip_is_never_sent_and_never_stored(browser, own_site, tmp_path, type_and_wait, copy):
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


def test_used_it_counts_once_a_call_with_a_ticket_and_copying_only_hints_at_it(own_desk, type_and_wait, copy, rows_of):
    page = own_desk()
    type_and_wait(page, "dao huo huai le")
    page.keyboard.press("ArrowDown")
    copy(page, "c")
    assert page.locator("#use-said").inner_text() == "用上了？按 u 记一下"
    assert rows_of("kb_use") == []
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
    assert [(r["lang"], r["ticket"], r["user_id"]) for r in rows_of("kb_use")] == [("zh", "T-881", None)]
    page.keyboard.press("n")
    type_and_wait(page, "dao huo huai le")
    assert page.locator("#use-said").inner_text() == "30 天内用过 1 次"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("u")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('#use-said').textContent === '记下了'")
    assert len({r["call"] for r in rows_of("kb_use")}) == 2


def test_pins_and_recent_articles_are_at_hand_while_the_box_is_empty(own_desk, type_and_wait):
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


def test_nothing_sure_is_asked_for_with_one_key(own_desk, rows_of):
    page = own_desk()
    page.keyboard.type("zzzzqq wombat")
    page.wait_for_selector("[data-ask]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("a")
    page.wait_for_selector(".asked")
    assert page.locator("#announce").inner_text() == "已记下，您是第一个问的。"
    assert [r["context"] for r in rows_of("kb_gap_ask")] == ["desk"]
    assert rows_of("kb_gap")[0]["query"] == "zzzzqq wombat"


def test_who_asks_at_the_desk_is_told_that_somebody_answered_before(own_desk, tmp_path):
    page = own_desk()
    page.keyboard.type("zzzzqq wombat")
    page.wait_for_selector("[data-ask]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("a")
    page.wait_for_selector(".asked")
    command = [sys.executable, "-m", "kbplatform", "gaps", "answer", "1", "complaint-handling#steps"]
    subprocess.run(command, env=os.environ | {"KBPLATFORM_DATA_DIR": str(tmp_path)}, check=True, capture_output=True)
    page.reload()
    page.keyboard.type("zzzzqq wombat")
    page.wait_for_selector("[data-ask]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("a")
    page.wait_for_selector(".asked a")
    assert page.locator(".asked a").inner_text() == "如何处理客户投诉"
    page.locator(".asked a").click()
    page.wait_for_selector("[data-answer][data-slug=complaint-handling][data-whole]")
    assert page.url.endswith("/desk")


def test_signing_out_leaves_no_list_of_what_was_read(browser, own_site, type_and_wait):
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
