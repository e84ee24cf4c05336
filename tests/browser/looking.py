"""What browser tests share: axe over a page, and a site's first owner signed in."""

from __future__ import annotations

from contextlib import contextmanager
from importlib.resources import files

AXE = (files("axe_core_python") / "axe.min.js").read_text("utf-8")
RULES = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"
SENTENCE = "今天天气真不错啊朋友"
"""The password of the first owner."""


def violations(page) -> list[str]:
    """What axe finds wrong, once everything the page asked for has come."""
    page.wait_for_load_state("networkidle")
    # axe is put in through the debugger, which the page's content security policy does not concern
    page.evaluate(AXE)
    found = page.evaluate(f"axe.run(document, {{runOnly: {RULES}}})")
    return [f"{v['id']}: {n['html'][:160]}" for v in found["violations"] for n in v["nodes"]]


@contextmanager
def first_owner(browser, own_site, **how):
    """A page of the one who took the owner's link, 陈主任; ``how`` are settings of the browser's context. Fails on any error of the page."""
    base, link = own_site
    context = browser.new_context(locale="zh-CN", base_url=base, **how)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda e: complaints.append(str(e)))
    # a form that comes back with what is wrong is a 422, which the browser remarks on
    page.on("console", lambda m: complaints.append(m.text) if m.type in {"error", "warning"} and "status of 422" not in m.text else None)
    page.goto(link)
    for name, value in (("name", "陈主任"), ("email", "chen@example.com"), ("password", SENTENCE), ("again", SENTENCE)):
        page.fill(f"[name={name}]", value)
    page.click(".entry .btn-primary")
    page.wait_for_url(lambda url: "/welcome" not in url)
    yield page
    context.close()
    assert complaints == []
