"""The week by mail: choosing it, stopping it, taking it along."""

from __future__ import annotations

import re

import pytest
from mail_room import BASE, MONDAY, Post, link
from sqlalchemy import update

from kbplatform.accounts.models import User
from kbplatform.app import platform_of
from kbplatform.viewer import CLI
from kbplatform_experience import personal
from kbplatform_experience.reading.digest import Week
from kbplatform_experience.reading.mailing import Mailing


def test_the_switch_stands_on_the_page_of_the_week_where_there_is_mail(post, kb_login, press):
    client = kb_login(post.app)
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert "Your account has no e-mail address" in client.get("/p/experience/digest").get_data(as_text=True)
    with post.db.write() as session:
        session.execute(update(User).where(User.id == client.person_id).values(email="me@example.com"))
    assert "Every Monday to me@example.com" in client.get("/p/experience/digest").get_data(as_text=True)
    assert post.choices.of(client.person_id) == ""
    for lang in ("en", "zh", ""):
        assert press(client, "/p/experience/digest", {"mail": lang}).status_code == 303
        assert post.choices.of(client.person_id) == lang
    assert press(client, "/p/experience/digest", {"mail": "fr"}).status_code == 422


@pytest.mark.parametrize("settings", [{}, {"smtp_host": "127.0.0.1", "experience_digest": "off"}])
def test_without_mail_there_is_no_switch(kb_make_app, kb_login, settings):
    page = kb_login(kb_make_app(**settings)).get("/p/experience/digest", headers={"Accept-Language": "en"})
    assert page.status_code == 200
    assert "by mail" not in page.get_data(as_text=True)


def test_the_link_in_the_mail_asks_and_then_stops_it_for_whoever_is_not_signed_in(post, smtp):
    post.used(post.entry())
    wang = post.person("Wang")
    post.run()
    stranger, path = post.app.test_client(), link(smtp.arrived[0])
    page = stranger.get(path, headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert "Shall we stop sending you the week" in page
    assert post.choices.of(wang) == "zh"  # what only looks, a mail scanner for example, stops nothing
    form = {name: re.search(f'name="{name}" value="([^"]+)"', page)[1] for name in ("csrf_token", "token")}
    assert stranger.post("/p/experience/digest/stop", data={"token": form["token"]}).status_code == 400
    assert "You get no more" in stranger.post("/p/experience/digest/stop", data=form, headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert post.choices.of(wang) == ""
    assert Mailing(post.services).run(Week(2026, 46), now=MONDAY).sent == 0


def test_mail_programs_stop_it_by_one_post_without_cookies(post, smtp):
    post.used(post.entry())
    wang = post.person("Wang")
    post.run()
    message, program = smtp.arrived[0], post.app.test_client()
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = re.fullmatch(rf"<{BASE}(/\S+)>", message["List-Unsubscribe"])[1]
    asked = program.get(address)
    assert (asked.status_code, post.choices.of(wang)) == (303, "zh")
    assert asked.headers["Location"] == link(message)
    assert program.post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 204
    assert post.choices.of(wang) == ""


def test_without_https_mail_programs_are_not_promised_one_click(kb_make_app, smtp):
    floor = Post(platform_of(kb_make_app(**smtp.settings, public_url="http://kb.example.com")))
    floor.used(floor.entry())
    floor.person("Wang")
    floor.run()
    assert (smtp.arrived[0]["List-Unsubscribe-Post"], smtp.arrived[0]["List-Unsubscribe"].startswith("<http://kb.example.com/")) == (None, True)


def test_a_forged_link_stops_nobody(post):
    wang, other = post.person("Wang"), post.person("Other")
    good = post.choices.token(wang)
    forged = [post.choices.token(other).partition(".")[0] + "." + good.partition(".")[2], good[:-1], "", "x.y", post.services.signer.sign("other.purpose", str(wang)), "é" * 600]
    client = post.app.test_client()
    for token in forged:
        assert client.post("/api/v1/p/experience/digest/stop", query_string={"token": token}).status_code in {404, 422}, token
        assert client.get("/p/experience/digest/stop", query_string={"token": token}).status_code == 404, token
    assert (post.choices.of(wang), post.choices.of(other)) == ("zh", "zh")


def test_a_person_takes_it_along_and_an_erased_one_leaves_nothing(post, smtp):
    post.used(post.entry())
    wang = post.person("Wang")
    post.run()
    token = post.choices.token(wang)
    with post.db.write() as session:
        known = personal.personal_data(wang, session, erase=False).data
    assert ([c["lang"] for c in known["week_by_mail"]], [(m["week"], m["state"]) for m in known["weeks_mailed"]]) == (["zh"], [("2026-W47", "sent")])
    post.platform.accounts.personal_data.erase(None, CLI, wang)
    post.app.test_client().post("/api/v1/p/experience/digest/stop", query_string={"token": token})
    with post.db.write() as session:
        assert personal.personal_data(wang, session, erase=False) is None
