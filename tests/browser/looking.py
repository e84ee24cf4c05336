"""What browser tests share: axe over a page, and a site's first owner signed in."""

from __future__ import annotations

import re
from contextlib import contextmanager
from importlib.resources import files
from urllib.parse import parse_qs, urlsplit
from weakref import WeakKeyDictionary

AXE = (files("axe_core_python") / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SENTENCE = "今天天气真不错啊朋友"
"""The password of the first owner."""
QUIET_MS = 150
"""So long after the last answer no script asks for more: what waits for typing to pause waits for no page that was just opened."""
_under_way: WeakKeyDictionary = WeakKeyDictionary()


def watched(page):
    """The same page; from now on it is known what it has asked for and not yet got."""
    asked = _under_way.setdefault(page, set())
    page.on("request", lambda request: asked.add(request))  # noqa: PLW0108 - playwright puts an attribute on it
    for end in ("requestfinished", "requestfailed"):
        page.on(end, lambda request: asked.discard(request))  # noqa: PLW0108 - as above
    return page


def settle(page) -> None:
    """Wait until everything the page asked for has come. Half a second is what the browser itself calls idle, of pages not watched."""
    page.wait_for_load_state("load")
    asked, steps, quiet = _under_way.get(page), 600, 0
    while asked is not None and steps and quiet < QUIET_MS:
        page.wait_for_timeout(50)
        steps, quiet = steps - 1, 0 if asked else quiet + 50
    if asked is None or not steps:
        page.wait_for_load_state("networkidle")


def violations(page, without: str = "") -> list[str]:
    """What axe finds wrong, once everything the page asked for has come; ``without`` selects what is left aside."""
    settle(page)
    # axe is put in through the debugger, which the page's content security policy does not concern
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(AXE)
    # of what is no violation axe need not tell where it stands: half the time
    found = page.evaluate(
        "([without, values]) => axe.run(without ? {exclude: [without]} : document, {runOnly: values, resultTypes: ['violations']})"
        ".then(({violations}) => violations.map(({id, nodes}) => [id, nodes.map((n) => n.html.slice(0, 160))]))",
        [without, RULES],
    )
    return [f"{rule}: {html}" for rule, nodes in found for html in nodes]


@contextmanager
def first_owner(browser, own_site, **how):
    """A page of the one who took the owner's link, 陈主任; ``how`` are settings of the browser's context. Fails on any error of the page."""
    base, link = own_site
    context = browser.new_context(locale="zh-CN", base_url=base, **how)
    take(context, link)
    page = watched(context.new_page())
    complaints: list[str] = []
    page.on("pageerror", lambda e: complaints.append(str(e)))
    # a form that comes back with what is wrong is a 422, which the browser remarks on
    page.on("console", lambda m: complaints.append(m.text) if m.type in {"error", "warning"} and "status of 422" not in m.text else None)
    yield page
    context.close()
    assert complaints == []


def take(context, link: str) -> None:
    """Take the owner's link as its page would send it, and stay signed in. The page itself is looked at in test_people."""
    form = context.request.get(link).text()
    sent = {"name": "陈主任", "email": "chen@example.com", "password": SENTENCE, "again": SENTENCE}
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)[1]
    came = context.request.post(
        link.partition("?")[0], form=sent | {"csrf_token": token, "token": parse_qs(urlsplit(link).query)["token"][0]}, headers={"Referer": link}
    )
    assert (came.status, "/welcome" in came.url) == (200, False), came.text()
