"""Reporting and moderating on the page: nothing that was chosen or typed is lost, and a hidden entry comes back as it went."""

from __future__ import annotations

import re

import pytest

MODERATION = "/p/experience/moderation"


@pytest.fixture
def lead(site):
    return site.person("lead", name="林组长")


@pytest.fixture
def reported(site, agent, press):
    """An entry that somebody says blames a colleague."""
    number = site.write(agent)
    press(site.person("agent"), f"/p/experience/{number}/reports", {"reason": "blame"})
    return number


def text(client, path):
    return client.get(path).get_data(as_text=True)


def checked(page):
    return re.findall(r'name="reason" value="(\w+)" checked', page)


def decide(press, client, number, do, *, page=MODERATION, **form):
    seen = re.search(rf'/{number}/decisions.*?name="seen" value="([^"]+)"', text(client, page), re.DOTALL)[1]
    query = "?" + page.partition("?")[2] if "?" in page else ""
    return press(client, f"/p/experience/{number}/decisions{query}", {"do": do, "seen": seen} | form)


def test_a_reason_that_lacks_words_stays_chosen(lead, reported, press):
    assert checked(text(lead, MODERATION)) == ["blame"]
    answer = decide(press, lead, reported, "hide", reason="other")
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert checked(page) == ["other"], "the next key would hide it for a reason nobody chose"
    assert page.count("请说一句原因，写的人会看到") == 1


def test_a_report_that_lacks_words_comes_back_with_what_was_chosen(site, reported, press):
    answer = press(site.person("agent"), f"/p/experience/{reported}/reports", {"reason": "other", "words": " "})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert '<option value="other" selected>' in page
    assert "请说一句是什么问题" in page


def test_what_was_hidden_is_found_on_its_page_with_who_hid_it_and_why_and_shown_again(site, agent, lead, reported, press):
    assert decide(press, lead, reported, "hide", reason="blame", words="点了名").status_code == 303
    assert site.person("agent").get(f"/p/experience/{reported}").status_code == 404
    one = f"{MODERATION}?entry={reported}"
    assert f'href="{one}"' in text(lead, f"/p/experience/{reported}")
    page = text(lead, one)
    assert re.search(r"已隐藏 · 在责怪某个人: 点了名 · 林组长", page)
    assert 'value="hide"' not in page
    assert decide(press, lead, reported, "show", page=one).status_code == 303
    assert site.person("agent").get(f"/p/experience/{reported}").status_code == 200


def test_a_hidden_comment_can_be_shown_again(site, agent, lead, press):
    number, colleague = site.write(agent), site.person("agent")
    comment = press(colleague, f"/p/experience/{number}/comments", {"text": "说得好"}).location.rpartition("-")[2]
    press(agent, f"/p/experience/{number}/reports", {"reason": "elsewhere", "comment": comment})
    decide(press, lead, number, "hide", reason="elsewhere", comment=comment)
    assert "说得好" not in text(agent, f"/p/experience/{number}")
    one = f"{MODERATION}?entry={number}"
    assert "说得好" in text(lead, one)
    press(lead, f"/p/experience/{number}/decisions?entry={number}", {"do": "show", "seen": "chidden", "comment": comment})
    assert "说得好" in text(agent, f"/p/experience/{number}")


def test_ones_own_entry_and_one_that_is_not_there_are_not_offered(site, agent, lead, press):
    own = site.write(lead)
    assert f"{MODERATION}?entry={own}" not in text(lead, f"/p/experience/{own}")
    assert lead.get(f"{MODERATION}?entry=999999").status_code == 404
    assert agent.get(f"{MODERATION}?entry={own}").status_code == 403
