"""Writing from end to end, as people do it in a hurry and as somebody does who means no good."""

from __future__ import annotations

import io
import re

from little_pictures import png
from sqlalchemy import select

from kbplatform_experience.models import Attachment, Draft
from kbplatform_experience.writing.forms import MAX_READ, Typed, look

SLUG = "complaint-handling"
MOBILE = "13812345678"


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


# ---------------------------------------------------------------------- twice, too much, in the wrong field


def test_a_second_click_writes_no_second_entry_and_other_words_do(site, agent, press):
    first = write(agent, press, "先道歉再问单号")
    assert write(agent, press, "先道歉再问单号") == first
    assert write(agent, press, "先道歉再问地址") != first
    assert write(site.person("agent"), press, "先道歉再问单号") != first, "somebody else may say it too"
    site.writing.withdraw(agent.viewer, agent.actor, first)
    assert write(agent, press, "先道歉再问单号") != first


def test_fields_that_are_chosen_hold_nothing_personal_in_a_draft_either(site, agent, press):
    press(agent, "/p/experience/drafts/chosen-key-1", {"lesson": "一句"} | dict.fromkeys(("kind", "lang", "article", "section", "team"), MOBILE))
    with site.db.read() as session:
        (draft,) = session.scalars(select(Draft))
    assert draft.data["lesson"] == "一句"
    assert MOBILE not in str(draft.data)


def test_a_text_that_is_far_too_long_comes_back_whole_with_by_how_much(agent, press):
    long = "长" * 12_000
    answer = press(agent, "/p/experience/new", {"lesson": "一句", "situation": long})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert long in page
    assert "最多 2000 个字，多了 10000 个" in page


def test_no_half_of_a_number_stays_where_a_draft_is_cut(site, agent, press):
    for shift in range(11):
        dense = "li.na.wang.zhang@customer-service.example.com " * 130 + " " * shift + "13812345678 " * 5
        press(agent, "/p/experience/drafts/torn-key-1", {"lesson": "一句", "situation": dense})
        with site.db.read() as session:
            (draft,) = session.scalars(select(Draft))
        assert "1381" not in draft.data["situation"]


def test_looking_for_personal_data_stops_where_nothing_can_be_saved_any_more(site):
    text = "客户 13812345678 来电，"
    looked = look(Typed(situation=text * 20_000), site.services.masking, "zh")
    assert len(looked.fields[0].pieces) < MAX_READ // len(text) * 2 + 3
