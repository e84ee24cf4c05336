"""Writing from end to end, as people do it in a hurry and as somebody does who means no good."""

from __future__ import annotations

import io
import re

from little_pictures import png
from sqlalchemy import select

from kbplatform_experience.models import Attachment

SLUG = "complaint-handling"


def write(client, press, lesson="看图", **form):
    """The number of an entry written on the page."""
    answer = press(client, "/p/experience/new", {"lesson": lesson, "kind": "tip"} | form, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return int(answer.location.rpartition("/")[2])


def file_of(site, number):
    with site.db.read() as session:
        return session.scalars(select(Attachment).where(Attachment.entry_id == number)).one()


# ---------------------------------------------------------------------- files


def test_a_file_with_a_chinese_name_opens_under_that_name(site, agent, press):
    number = write(agent, press, files=(io.BytesIO(png()), "破损\u202e照片 1.png"))
    shown = agent.get(f"/p/experience/{number}/files/{file_of(site, number).id}")
    named = shown.headers["Content-Disposition"]
    assert named.encode("latin-1").isascii(), "no server could send it otherwise"
    assert named == "inline; filename=\"__ __ 1.png\"; filename*=UTF-8''%E7%A0%B4%E6%8D%9F%20%E7%85%A7%E7%89%87%201.png"


def test_a_file_is_asked_for_again_each_time_and_not_sent_twice(site, agent, press):
    number = write(agent, press, files=(io.BytesIO(png()), "a.png"))
    address = f"/p/experience/{number}/files/{file_of(site, number).id}"
    first = agent.get(address)
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert agent.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    site.writing.withdraw(agent.viewer, agent.actor, number)
    other = site.person("agent")
    assert other.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 404, "whoever sits down next may not see it"


# ---------------------------------------------------------------------- from where one is


def test_write_one_line_beside_an_article_and_in_its_feed_begins_with_the_article(agent, site):
    site.write(agent, article=SLUG)
    for page in (f"/articles/{SLUG}?lang=zh", f"/p/experience/?slug={SLUG}"):
        link = re.search(r'href="(/p/experience/new\?[^"]+)"', agent.get(page).get_data(as_text=True))
        assert link, page
        assert f'<option value="{SLUG}" selected>' in agent.get(link[1].replace("&amp;", "&")).get_data(as_text=True), page
