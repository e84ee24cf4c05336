"""No axe violation on the pages people use, in both themes and languages, wide and narrow."""

from __future__ import annotations

from importlib.resources import files

import pytest

AXE = (files("axe_core_python") / "axe.min.js").read_text("utf-8")
PAGES = {
    "home": "/",
    "search": "/search?q=tousu",
    "nothing sure": "/search?q=zzzzqq",
    "article": "/articles/complaint-handling",
    "side by side": "/articles/complaint-handling?side=1",
    "group": "/groups/complaints",
    "calculator": "/p/calculators/resolution_rate?received=20&resolved=15",
    "handbook": "/handbook",
    "glossary": "/glossary",
    "term": "/glossary/occupancy",
}

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_page_has_no_axe_violation(open_page, name, dark, lang):
    page = open_page(PAGES[name], lang=lang, dark=dark)
    assert _violations(page) == []


@pytest.mark.parametrize("name", ["home", "search", "article"])
def test_page_has_no_axe_violation_on_a_phone(open_page, name):
    page = open_page(PAGES[name], width=390, height=844)
    assert _violations(page) == []


@pytest.mark.parametrize("width", [360, 390, 1280, 1920, 3840])
@pytest.mark.parametrize("name", PAGES)
def test_page_never_scrolls_sideways(open_page, name, width):
    page = open_page(PAGES[name], width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def _violations(page) -> list[str]:
    page.wait_for_load_state("networkidle")
    # axe is put in through the debugger, which the page's content security policy does not concern
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})")
    return [f"{v['id']}: {n['html'][:160]}" for v in found["violations"] for n in v["nodes"]]
