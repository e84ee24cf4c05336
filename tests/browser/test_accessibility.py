"""No axe violation on the pages people use, in both themes and languages, wide and narrow."""

from __future__ import annotations

import pytest
from looking import violations

PAGES = {
    "home": "/",
    "search": "/search?q=tousu",
    "nothing sure": "/search?q=zzzzqq",
    "narrowed": "/search?q=search&kind=handbook&since=30",
    "article": "/articles/complaint-handling",
    "side by side": "/articles/complaint-handling?side=1",
    "group": "/groups/complaints",
    "calculator": "/p/calculators/resolution_rate?received=20&resolved=15",
    "handbook": "/handbook",
    "call desk": "/desk?q=tousu",
    "call desk, empty": "/desk",
    "glossary": "/glossary",
    "term": "/glossary/occupancy",
    "practice": "/p/quizzes/",
    "questions": "/p/quizzes/check/complaint-handling?all=1",
    "role-play": "/p/quizzes/play/complaint-handling/angry-caller?path=1",
    "role-play, over": "/p/quizzes/play/complaint-handling/angry-caller?path=1.0.0",
    "day planner": "/p/calculators/erlang_c/day",
    "whole file": "/p/calculators/resolution_rate/batch",
}

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("lang", "dark"), [("zh", False), ("en", True)], ids=["zh-light", "en-dark"])
@pytest.mark.parametrize("name", PAGES)
def test_page_has_no_axe_violation(see, name, dark, lang):
    page = see(PAGES[name], lang=lang, dark=dark)
    assert violations(page) == []


@pytest.mark.parametrize("name", ["home", "search", "nothing sure", "narrowed", "article"])
def test_page_has_no_axe_violation_on_a_phone(see, name):
    page = see(PAGES[name], width=390, height=844)
    assert violations(page) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["call desk", "call desk, empty"])
def test_the_call_desk_has_no_axe_violation_in_a_side_window(see, name, dark):
    page = see(PAGES[name], dark=dark, width=420, height=900)
    assert violations(page) == []


@pytest.mark.parametrize("name", PAGES)
def test_page_never_scrolls_sideways(see, name):
    page = see(PAGES[name])
    wide = []
    for width in (3840, 1920, 1280, 420, 390, 360):
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(width)
    assert wide == []
