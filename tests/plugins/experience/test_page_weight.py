"""The heaviest entries that can be written keep the feed light, and every one of them has its page."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import insert

from kbplatform_experience.models import Comment, Entry, Tag

SLUG = "complaint-handling"


@pytest.fixture
def heavy(site):
    """Fifty entries as long as they may be, each with eight tags."""
    rows = [
        {"kind": "tip", "lang": "zh", "lesson": f"{i:03}" + "测" * 197, "result": "果" * 2000, "situation": "", "action": "", "slug": SLUG, "section": "steps",
         "user_id": 1, "figures": [], "team": ""}
        for i in range(50)
    ]  # fmt: skip
    with site.db.write() as session:
        session.execute(insert(Entry), rows)
        session.flush()
        numbers = [n for (n,) in session.query(Entry.id)]
        session.execute(insert(Tag), [{"entry_id": n, "tag": f"{k}" + "签" * 23} for n in numbers for k in range(8)])
    return numbers


@pytest.mark.parametrize("tab", ["newest", "used"])
def test_the_feed_stays_light_and_leads_to_every_entry_once(tab, site, heavy):
    agent, address, seen = site.person("agent"), f"/p/experience/?tab={tab}&slug={SLUG}", []
    while address:
        page = agent.get(address).get_data(as_text=True)
        assert len(page.encode()) < 30_000
        seen += re.findall(r'id="e(\d+)"', page)
        more = re.search(r'rel="next" href="([^"]+)"', page)
        address = more[1].replace("&amp;", "&") if more else ""
    assert sorted(map(int, seen)) == sorted(heavy)


def test_who_says_too_much_at_once_keeps_what_was_typed(site, agent, press):
    number, other = site.write(agent), site.person("agent")
    with site.db.write() as session:
        session.add_all(Comment(entry_id=number, user_id=other.person_id, text=f"{n}") for n in range(30))
    answer = press(other, f"/p/experience/{number}/comments", {"text": "第三十一条，也别丢"})
    assert answer.status_code == 429
    assert "第三十一条，也别丢</textarea>" in answer.get_data(as_text=True)
