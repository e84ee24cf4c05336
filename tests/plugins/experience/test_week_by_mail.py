"""The week by mail: to whom, what it says, once each, and how one stops it."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from reader_room import SLUG, Floor, person
from sqlalchemy import select, update

from kbplatform.accounts.models import RolePermission, User
from kbplatform.accounts.people import NewPerson
from kbplatform.app import make_platform, platform_of
from kbplatform.articles.audience import set_audience
from kbplatform.sdk import InvalidInput, Unavailable
from kbplatform.viewer import CLI
from kbplatform_experience import personal
from kbplatform_experience.models import DigestMail, Entry, Promotion, Reaction
from kbplatform_experience.reading.choices import Choices
from kbplatform_experience.reading.commands import digest
from kbplatform_experience.reading.digest import Digests, Week
from kbplatform_experience.reading.following import Following
from kbplatform_experience.reading.mailing import Mailing, forget, job

BASE = "https://kb.example.com"
WEEK = Week(2026, 47)
MONDAY = datetime(2026, 11, 23, 0, 5, tzinfo=UTC)
DURING = WEEK.begins + timedelta(days=2)
MAIL = {"public_url": BASE, "mail_from": "知识库 <kb@example.com>"}


class Post(Floor):
    """A floor whose people have addresses and want the week by mail."""

    def __init__(self, platform) -> None:
        super().__init__(platform)
        self.services, self.choices = platform.services, Choices(platform.services)

    def person(self, name, *, lang="zh", teams=(), roles=(), email=None) -> int:
        address = f"{name.lower().replace(' ', '.')}@example.com" if email is None else email
        number = self.platform.accounts.people.create(None, CLI, NewPerson(name, address, frozenset(roles), frozenset(teams)))
        if lang is not None:
            self.choices.choose(number, lang)
        return number

    def entry(self, lesson="先道歉再问单号", **more) -> int:
        return super().entry(lesson, **{"at": DURING, "uses": 3, "user": None} | more)

    def used(self, *numbers) -> None:
        """Somebody used these entries in that week, so that they are in everybody's week."""
        with self.db.write() as session:
            session.add_all(Reaction(entry_id=number, user_id=900 + number, kind="used", at=DURING) for number in numbers)

    def run(self, **more):
        return Mailing(self.services).run(WEEK, **{"now": MONDAY} | more)

    def states(self):
        with self.db.read() as session:
            return dict(session.execute(select(DigestMail.user_id, DigestMail.state)).tuples().all())


@pytest.fixture
def post(kb_make_app, smtp):
    app = kb_make_app(**smtp.settings, **MAIL)
    floor = Post(platform_of(app))
    floor.app = app
    return floor


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def two_servers(request, kb_settings, smtp):
    """Two servers of one site, on each of the databases."""
    url = {"database_url": request.getfixturevalue("kb_postgres")} if request.param == "postgres" else {}
    platforms = [make_platform(kb_settings(**smtp.settings, **MAIL, **url)) for _ in range(2)]
    yield [Post(p) for p in platforms]
    for platform in platforms:
        platform.close()


def body(message, kind="plain"):
    return message.get_body((kind,)).get_content().replace("\r\n", "\n")


def to(smtp):
    return sorted(m["To"] for m in smtp.arrived)


def link(message, path="/p/experience/digest/stop"):
    """The address in a mail that begins so, without the site's own part."""
    found = re.search(re.escape(BASE + path) + r"\S*", body(message))[0]
    return found.removeprefix(BASE)


def test_each_gets_what_they_may_see_in_their_language_with_whole_links(post, smtp):
    post.platform.accounts.teams.create(CLI, key="billing", name="Billing")
    set_audience(post.db, CLI, SLUG, "team:billing")
    post.person("Wang", teams=["billing"])
    post.person("Smith", lang="en")
    writer = post.person("Zebedee Hidden", lang="")
    shared = post.entry("先报时间<再>挂电话", user=writer, unnamed=True)
    walled = post.entry("Pangolin", slug=SLUG, section="steps")
    post.used(shared, walled)
    assert post.run().sent == 2
    by = {m["To"]: m for m in smtp.arrived}
    wang, smith = by["wang@example.com"], by["smith@example.com"]
    assert (wang["From"], wang["Subject"], smith["Subject"]) == (
        "知识库 <kb@example.com>", "一线经验周报 · 11月16日至22日", "The week in experience · 16 to 22 November"
    )  # fmt: skip
    for message, seen in ((wang, True), (smith, False)):
        for kind in ("plain", "html"):
            assert ("Pangolin" in body(message, kind)) is seen
            assert "Zebedee" not in body(message, kind)
            assert f"{BASE}/p/experience/{shared}" in body(message, kind)
    assert "一位同事 · 3 人用过" in body(wang)
    assert "A colleague · used by 3" in body(smith)
    assert "先报时间<再>挂电话" in body(wang)
    assert "先报时间&lt;再&gt;挂电话" in body(wang, "html")
    assert all(address.startswith(BASE) for address in re.findall(r"https?://[^\s\"<]+", body(wang) + body(wang, "html")))


def test_only_those_who_may_read_are_there_and_want_it_get_it(post, smtp):
    post.used(post.entry())
    accounts = post.platform.accounts
    people = {name: post.person(name, roles=["agent"] if name == "Here" else []) for name in ("Here", "Gone", "Erased", "Barred")}
    post.person("Refused", lang="")
    post.person("Silent", lang=None)
    post.person("Unreachable", email="")
    accounts.people.disable(None, CLI, people["Gone"])
    accounts.personal_data.erase(None, CLI, people["Erased"])
    for role, allowed in (("reader", False), ("agent", True)):
        with post.db.write() as session:
            session.add(RolePermission(role=role, permission="experience.read", allowed=allowed))
    assert (post.run().sent, to(smtp)) == (1, ["here@example.com"])


def test_where_the_site_sends_it_to_everybody_those_who_never_chose_get_it_too_but_not_who_refused(kb_make_app, smtp):
    floor = Post(platform_of(kb_make_app(**smtp.settings, **MAIL, experience_digest="everyone", default_lang="en")))
    floor.used(floor.entry())
    floor.person("Silent", lang=None)
    floor.person("Asked", lang="zh")
    floor.person("Refused", lang="")
    assert (floor.run().sent, to(smtp)) == (2, ["asked@example.com", "silent@example.com"])
    words = {m["To"]: body(m) for m in smtp.arrived}
    assert "您在“本周”页打开了周报" in words["asked@example.com"]
    assert "This site sends it each week" in words["silent@example.com"]


def test_an_empty_week_and_samples_alone_bring_no_mail(post, smtp):
    post.person("Wang")
    post.used(post.entry("a sample", sample=True))
    post.entry("another week", at=WEEK.begins - timedelta(days=1))
    first = post.run()
    assert (first.sent, first.empty, post.run().empty, smtp.arrived) == (0, 1, 1, [])


def test_what_arrives_is_masked_as_what_is_stored(post, smtp, kb_login):
    from writer_room import Site

    post.person("Wang")
    site = Site(post.app, kb_login)
    number = site.write(site.person("agent"), "客户 13812345678 要退款，先报时间", situation="张先生 13912345678")
    with post.db.write() as session:
        session.execute(update(Entry).where(Entry.id == number).values(at=DURING))
    post.used(number)
    post.run()
    (message,) = smtp.arrived
    assert "先报时间" in body(message)
    assert "13812345678" not in body(message) + body(message, "html") + message["Subject"]


def test_each_lesson_stands_once_and_says_that_it_is_in_the_article(post, smtp):
    reader = post.person("Wang", lang="en")
    number = post.entry("Once", tags=["rain"])
    Following(post.db).follow(person(reader), "tag", "rain")
    post.used(number)
    with post.db.write() as session:
        session.add(Promotion(entry_id=number, proposal_id=1, state="accepted", at=DURING))
    post.run()
    (message,) = smtp.arrived
    assert body(message).count("Once") == 1
    assert "now in the article" in body(message)
    assert [line for line in body(message).splitlines() if line in {"New in what you follow and in your team", "Used most", "Now in the article"}] == [
        "New in what you follow and in your team"
    ]


# ---------------------------------------------------------------------- once each


def test_nobody_gets_a_week_twice_and_the_next_week_comes(post, smtp):
    post.used(post.entry())
    wang = post.person("Wang")
    first, second = post.run(), post.run()
    assert (first.sent, second.sent, second.before, len(smtp.arrived), post.states()) == (1, 0, 1, 1, {wang: "sent"})
    assert smtp.arrived[0]["Message-ID"] == f"<experience.2026-W47.{wang}.kb.example.com@kbplatform>"


def test_begun_on_two_servers_at_once_each_gets_one(two_servers, smtp):
    floor = two_servers[0]
    floor.used(floor.entry())
    people = [floor.person(f"Person {i}") for i in range(12)]
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda f: f.run(), two_servers))
    assert sum(o.sent for o in outcomes) == 12
    assert to(smtp) == sorted(f"person.{i}@example.com" for i in range(12))
    assert floor.states() == dict.fromkeys(people, "sent")


def test_an_address_that_fails_costs_nobody_else_and_is_tried_again(post, smtp):
    post.used(post.entry())
    ann, bob = post.person("Ann"), post.person("Bob")
    smtp.unknown.add("ann@example.com")
    first = post.run()
    assert (first.failed, to(smtp), post.states()) == ([(ann, "550 no such mailbox")], ["bob@example.com"], {ann: "failed", bob: "sent"})
    smtp.unknown.clear()
    assert (post.run().sent, to(smtp)) == (1, ["ann@example.com", "bob@example.com"])


def test_by_itself_an_address_that_fails_is_tried_later_and_later_and_not_for_ever(post, smtp):
    post.used(post.entry())
    post.person("Ann")
    smtp.unknown.add("ann@example.com")
    tried = []
    for hour in range(47):
        done = post.run(patient=True, now=datetime.now(UTC) + timedelta(hours=hour))
        with post.db.write() as session:  # as if each hour had really gone by
            row = session.scalars(select(DigestMail)).one()
            if done.failed:
                tried.append(hour)
                row.at = datetime.now(UTC) + timedelta(hours=hour)
    assert tried == [0, 1, 3, 7, 15, 31]


def test_a_week_that_cannot_be_made_costs_nobody_else(post, smtp, monkeypatch):
    post.used(post.entry())
    ann, _bob = post.person("Ann"), post.person("Bob")
    plain = Digests.of

    def broken(self, viewer, *arguments, **named):
        if viewer.id == ann:
            raise RuntimeError
        return plain(self, viewer, *arguments, **named)

    monkeypatch.setattr(Digests, "of", broken)
    assert (post.run().failed, to(smtp)) == ([(ann, "RuntimeError")], ["bob@example.com"])
    monkeypatch.setattr(Digests, "of", plain)
    assert (post.run().sent, to(smtp)) == (1, ["ann@example.com", "bob@example.com"])


def test_where_the_line_went_dead_before_the_answer_it_is_not_sent_again(post, smtp):
    post.used(post.entry())
    ann, bob = post.person("Ann"), post.person("Bob")
    smtp.silent_after = 1
    first = post.run()
    assert ([p for p, _words in first.unsure], first.sent, post.states()) == ([ann], 1, {ann: "unsure", bob: "sent"})
    second = post.run()
    assert ([p for p, _words in second.unsure], second.sent, to(smtp)) == ([ann], 0, ["ann@example.com", "bob@example.com"])


def test_one_connection_carries_many_and_is_opened_again_where_the_server_closes_it(post, smtp):
    post.used(post.entry())
    for i in range(6):
        post.person(f"Person {i}")
    smtp.most = 4
    assert (post.run().sent, len(smtp.arrived), smtp.connections) == (6, 6, 2)


def test_a_server_that_is_not_there_costs_nobody_their_mail(post, smtp, kb_settings, monkeypatch):
    post.used(post.entry())
    post.person("Ann")
    port = smtp.server_address[1]
    with socket.socket() as nowhere:
        nowhere.bind(("127.0.0.1", 0))
        dead = make_platform(kb_settings(data_dir=post.platform.settings.data_dir, **smtp.settings | {"smtp_port": nowhere.getsockname()[1]}))
    with pytest.raises(Unavailable, match="can't be reached"):
        Mailing(dead.services).run(WEEK, now=MONDAY)
    monkeypatch.setattr("kbplatform_experience.reading.mailing.utcnow", lambda: MONDAY)
    job(dead.services).work(lambda: False)  # it only waits for the next time
    dead.close()
    assert (post.states(), port, post.run().sent) == ({}, smtp.settings["smtp_port"], 1)


@pytest.mark.slow
def test_killed_halfway_it_goes_on_where_it_was_and_nobody_gets_it_twice(post, smtp, tmp_path):
    post.used(post.entry(at=Week.of("").beside(-1).begins + timedelta(hours=1)))
    with post.db.write() as session:
        session.execute(update(Reaction).values(at=Week.of("").beside(-1).begins + timedelta(hours=1)))
    people = [post.person(f"Person {i}") for i in range(4)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KBPLATFORM_")} | {
        "KBPLATFORM_DATA_DIR": str(post.platform.settings.data_dir), "KBPLATFORM_SEARCH_ENGINE": "memory", "KBPLATFORM_PUBLIC_URL": BASE,
        **{f"KBPLATFORM_{k.upper()}": str(v) for k, v in smtp.settings.items()},
    }  # fmt: skip
    command = [sys.executable, "-m", "kbplatform", "experience", "digest", "--mail", "--json"]
    smtp.may_answer.clear()
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        until = time.monotonic() + 60
        while not smtp.arrived and time.monotonic() < until:
            time.sleep(0.02)
        process.kill()
    smtp.may_answer.set()
    assert post.states() == {people[0]: "sending"}
    again = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (again.returncode, json.loads(again.stdout)["sent"], again.stderr) == (0, 3, "")
    assert to(smtp) == [f"person.{i}@example.com" for i in range(4)]


# ---------------------------------------------------------------------- by command, and by itself


def command(post, *arguments):
    """The command's exit code and output, on the test's own platform."""
    result = CliRunner().invoke(digest, list(arguments), obj=SimpleNamespace(platform=lambda: post.platform))
    return result.exit_code, result.output


def test_the_command_counts_first_and_sends_when_told_to(post, smtp):
    week = Week.of("").beside(-1)
    post.used(post.entry(at=week.begins + timedelta(days=1)))
    with post.db.write() as session:
        session.execute(update(Reaction).values(at=week.begins + timedelta(days=1)))
    post.person("Wang")
    for arguments in (["--json"], ["--mail", "--dry-run", "--json"]):
        code, output = command(post, *arguments)
        assert (code, json.loads(output)) == (0, {"week": str(week), "dry_run": True, "sent": 0, "would_send": 1, "empty": 0, "before": 0, "failed": [], "unsure": []})
    assert (post.states(), smtp.arrived) == ({}, [])
    assert json.loads(command(post, "--mail", "--week", str(week), "--json")[1])["sent"] == 1
    assert to(smtp) == ["wang@example.com"]


def test_the_command_exits_with_1_where_an_address_failed(post, smtp):
    week = Week.of("").beside(-1)
    post.used(post.entry(at=week.begins))
    with post.db.write() as session:
        session.execute(update(Reaction).values(at=week.begins))
    ann = post.person("Ann")
    smtp.unknown.add("ann@")
    code, output = command(post, "--mail", "--json")
    assert (code, json.loads(output)["failed"]) == (1, [{"person": ann, "error": "550 no such mailbox"}])


def test_without_a_mail_server_it_says_what_to_set(kb_app):
    with pytest.raises(Unavailable) as refused:
        Mailing(platform_of(kb_app).services).run(WEEK, now=MONDAY)
    assert "KBPLATFORM_SMTP_HOST" in refused.value.remedy.zh
    assert "KBPLATFORM_SMTP_HOST" in refused.value.remedy.en


def test_switched_off_for_all_nothing_is_sent(kb_make_app, smtp):
    floor = Post(platform_of(kb_make_app(**smtp.settings, experience_digest="off")))
    with pytest.raises(Unavailable, match="switch the weekly mail off"):
        floor.run()


@pytest.mark.parametrize(("week", "now"), [(WEEK, WEEK.ends - timedelta(seconds=1)), (Week(2026, 30), MONDAY)])
def test_a_week_that_is_not_over_or_long_ago_is_not_sent(post, week, now):
    with pytest.raises(InvalidInput):
        Mailing(post.services).run(week, now=now)


@pytest.mark.parametrize(("after", "sent"), [(timedelta(0), 1), (timedelta(hours=47), 1), (timedelta(hours=49), 0)])
def test_by_itself_it_goes_out_on_monday_or_tuesday(post, smtp, monkeypatch, after, sent):
    monkeypatch.setattr("kbplatform_experience.reading.mailing.utcnow", lambda: WEEK.ends + after)
    post.used(post.entry())
    post.person("Wang")
    (plugin, digest_job), = [(p, j) for p, j in post.platform.calls.owned("register_jobs", services=post.services) if p == "experience"]
    for _ in range(2):
        digest_job.work(lambda: False)
    assert (plugin, len(smtp.arrived)) == ("experience", sent)


def test_asked_to_stop_it_stops_between_two_people(post, smtp):
    post.used(post.entry())
    for name in ("Ann", "Bob", "Cid"):
        post.person(name)
    assert (post.run(stopping=lambda: bool(smtp.arrived)).sent, post.run().sent) == (1, 2)


def test_the_process_that_keeps_the_index_sends_it(post, smtp, monkeypatch):
    monkeypatch.setattr("kbplatform_experience.reading.mailing.utcnow", lambda: MONDAY)
    post.used(post.entry())
    post.person("Wang")
    stop = Event()
    runner = Thread(target=post.platform.run_indexer, args=(stop,))
    runner.start()
    until = time.monotonic() + 30
    while not post.states() and time.monotonic() < until:
        time.sleep(0.02)
    stop.set()
    runner.join(30)
    assert to(smtp) == ["wang@example.com"]


def test_who_got_which_week_is_forgotten_after_two_months(post):
    wang = post.person("Wang")
    with post.db.write() as session:
        session.add_all([DigestMail(week=week, user_id=wang, state="sent") for week in ("2026-W30", "2026-W46")])
    forget(post.services, MONDAY)
    with post.db.read() as session:
        assert list(session.scalars(select(DigestMail.week))) == ["2026-W46"]


# ---------------------------------------------------------------------- choosing, and stopping


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
