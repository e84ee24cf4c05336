"""The statistics of a quiz, results and one's own results in a real browser: at every width, light and dark, by keyboard."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from looking import first_owner, violations

from kbplatform.db import Database

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "plugins" / "quizzes"))

from sitting import quiz, single, sit, statement, stored

PAGE = "/p/quizzes/q/basics/statistics"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def owner(own_site, browser, tmp_path):
    """The first owner of a site where fourteen people took a quiz; the owner did too, and was sure of what was wrong."""
    with first_owner(browser, own_site) as page:
        db = Database(f"sqlite:///{next(tmp_path.glob('*.db'))}")
        questions = [single("bird", right=1, options=("夜莺", "画眉", "百灵", "云雀"), stem="哪一种鸟"), statement("truth"), statement("again"), single("wrong-way", stem="反着的题")]
        ids = stored(db, *questions)
        number = quiz(db, zh="鸟的测验", practice=None)
        for n in range(14):
            strong = n % 2
            picked = [1 if strong else n % 3, bool(strong), bool(strong), 1 if strong else 0]
            sit(db, number, n + 1, [(ids[q.id], q, a, True) for q, a in zip(questions, picked, strict=True)])
        db.dispose()
        yield page


def test_statistics_read_at_every_width_and_lead_from_the_quiz_to_people_and_back(owner):
    owner.goto(PAGE)
    assert owner.locator(".stat-bar").count() >= 2
    assert owner.locator(".stat-dot").count() >= 2
    first = owner.locator(".stat-item").first
    assert first.locator("h3").inner_text() == "反着的题"
    assert "先查答案有没有标错" in first.inner_text()
    summary = first.get_by_text("各选项谁在选")
    summary.focus()
    owner.keyboard.press("Enter")
    first.get_by_role("cell", name="B 乙").wait_for()
    for width, scheme in ((360, "dark"), (1280, "light"), (2560, "dark")):
        owner.set_viewport_size({"width": width, "height": 900})
        owner.emulate_media(color_scheme=scheme)
        owner.reload()  # colours fade when the scheme changes under an open page
        assert violations(owner) == []
        assert owner.evaluate("document.documentElement.scrollWidth") <= width
    owner.emulate_media(media="print")
    assert not owner.locator(".stat-filters").is_visible()
    assert owner.locator(".stat-item").last.is_visible()
    owner.emulate_media(media="screen")
    owner.get_by_role("link", name="各人成绩").click()
    owner.wait_for_url("**/results/basics**")
    assert owner.locator("tbody tr").first.inner_text().split()[:3] == ["陈主任", "25%", "✗"]
    assert violations(owner) == []
    owner.goto("/p/quizzes/mine")
    assert "哪一种鸟" in owner.inner_text(".stat-wrong")
    owner.set_viewport_size({"width": 360, "height": 800})
    assert owner.evaluate("document.documentElement.scrollWidth") <= 360
    assert violations(owner) == []
