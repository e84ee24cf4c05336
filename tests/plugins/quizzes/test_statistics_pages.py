"""Pages, files and JSON of statistics and results: who sees whom, and who sees what about a key."""

from __future__ import annotations

import csv
import io
import re

import pytest
from openpyxl import load_workbook
from sitting import SLUG, quiz, single, sit, statement, stored
from sqlalchemy import select

from kbplatform.app import platform_of
from kbplatform.viewer import CLI
from kbplatform_quizzes.attempts.rules import Pool, Rule

KEYED = single("keyed", right=1, options=("夜莺", "画眉", "百灵", "云雀"), stem="哪一种鸟")
SECOND = statement("second", right=False)
PAGE, FILE, API = "/p/quizzes/q/basics/statistics", "/p/quizzes/q/basics/statistics.csv", "/api/v1/p/quizzes/q/basics/statistics"
NEVER = Rule(pools=(Pool(practices=(SLUG,)),), review="never")


@pytest.fixture
def site(kb_app, kb_login):
    """Two teams with people in them, a quiz of two questions, nobody has taken it."""
    platform = platform_of(kb_app)
    for key, name in (("day", "白班"), ("night", "夜班")):
        platform.accounts.teams.create(CLI, key=key, name=name)
    return _Site(kb_app, kb_login, platform)


class _Site:
    def __init__(self, app, login, platform):
        self.app, self._login, self.db, self.platform = app, login, platform.db, platform
        self.ids = stored(self.db, KEYED, SECOND)
        self.quiz = quiz(self.db)

    def client(self, *roles, teams=("day",), name=None, lang="en"):
        client = self._login(self.app, *roles, teams=teams, name=name)
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = lang
        return client

    def take(self, user, picked, said=False, sure=None, **how):
        return sit(self.db, self.quiz, user, [(self.ids["keyed"], KEYED, picked, sure), (self.ids["second"], SECOND, said, sure)], **how)

    def class_of(self, count, team="day", start=0):
        people = [self.client(teams=(team,), name=f"{team} {start + n}").person_id for n in range(count)]
        for n, person in enumerate(people):
            self.take(person, [1, 1, 0, 2][n % 4], n % 2 == 1)
        return people

    def everything(self, client):
        """What the reader gets of the statistics, in one text: page, files and JSON."""
        book = load_workbook(io.BytesIO(client.get(FILE.replace("csv", "xlsx")).data))
        cells = " ".join(str(c) for row in book.active.iter_rows(values_only=True) for c in row)
        return " ".join([client.get(PAGE).get_data(as_text=True), client.get(FILE).get_data(as_text=True), client.get(API).get_data(as_text=True), cells])


def rows_of(response):
    assert response.status_code == 200
    return list(csv.reader(io.StringIO(response.get_data(as_text=True).removeprefix("﻿"))))


def test_who_writes_questions_sees_who_chose_what_and_a_lead_sees_how_the_question_does(site):
    site.class_of(12)
    author, lead = site.everything(site.client("trainer")), site.everything(site.client("lead"))
    for text in (author, lead):
        assert "First attempts: 12." in text
        assert "哪一种鸟" in text
        assert '"facility":0.5' in text
    assert "夜莺" in author
    assert "✓ 画眉: 6" in author
    assert "Option D is chosen by nobody" in author
    assert not {"夜莺", "画眉", "百灵", "云雀"} & set(re.findall(r"\w+", lead))
    assert "Option D" not in lead
    assert '"options":null' in lead


@pytest.mark.parametrize("people", [0, 9])
def test_below_ten_no_figure_gets_out_anywhere(site, people):
    site.class_of(people)
    trainer = site.client("trainer")
    text = site.everything(trainer)
    assert f"still needed: {10 - people}." in text
    found = trainer.get(API).get_json()
    assert (found["n"], found["missing"], found["whole"]) == (people, 10 - people, None)
    figures = {"facility", "standard_deviation", "discrimination_index", "discriminative_efficiency", "effective_weight", "unanswered", "sure_and_wrong", "seconds"}
    assert [{item[name] for name in figures} | {len(item["options"]), len(item["remarks"])} for item in found["items"]] == [{None, 0}] * (2 if people else 0)
    assert [row[5:] for row in rows_of(trainer.get(FILE))[1:]] == [[""] * 10] * (2 if people else 0)
    assert "%</dd>" not in text


def test_ten_people_of_two_teams_are_not_ten_of_one(site):
    site.class_of(6)
    site.class_of(6, "night")
    lead, both, owner = site.client("lead"), site.client("lead", teams=("day", "night")), site.client("owner", teams=())
    assert [c.get(API).get_json()["n"] for c in (lead, both, owner)] == [6, 12, 12]
    assert both.get(API, query_string={"team": "night"}).get_json()["whole"] is None
    assert lead.get(API, query_string={"team": "night"}).status_code == 404
    assert lead.get(PAGE, query_string={"team": "night"}).status_code == 404
    assert site.client("lead", teams=()).get(API).get_json()["n"] == 0


@pytest.mark.parametrize("path", ["/p/quizzes/results", "/p/quizzes/results/basics", "/p/quizzes/results.csv", "/p/quizzes/results/basics.csv", "/api/v1/p/quizzes/results", "/api/v1/p/quizzes/q/basics/results"])
def test_a_lead_sees_the_people_of_their_own_teams_and_nobody_else(site, path):
    site.class_of(2)
    site.class_of(2, "night")
    own = site.client("lead").get(path).get_data(as_text=True)
    assert ("day 0" in own, "day 1" in own, "night 0" in own, "night 1" in own) == (True, True, False, False)
    assert site.client("lead").get(path, query_string={"team": "night"}).status_code == 404
    assert "night" not in site.client("lead", teams=()).get(path).get_data(as_text=True)
    assert site.client("agent").get(path).status_code == 403
    assert site.client("editor").get(path).status_code == 403
    everyone = site.client("owner", teams=()).get(path).get_data(as_text=True)
    assert all(name in everyone for name in ("day 0", "night 1"))


def test_results_count_people_by_the_rule_of_the_quiz(site):
    one, two, three = (site.client(name=name).person_id for name in ("Ann", "Bo", "=Cy"))
    site.take(one, 0, sure=True)
    site.take(one, 1, number=2, day=1)
    site.take(two, 1, True, sure=True)
    site.take(three, 0, waiting=1)
    site.client(name="Dee")
    lead = site.client("lead", name="Zed")
    found = lead.get("/api/v1/p/quizzes/results").get_json()
    assert found["quizzes"] == [{"quiz": "basics", "title": "Quiz basics", "taken": 3, "passed": 1, "median": 75.0, "waiting": 1, "sure_and_wrong": 1}]
    people = {p["name"]: (p["attempts"], p["percent"], p["passed"], p["waiting"], p["sure_and_wrong"]) for p in found["people"]}
    assert people == {"Ann": (2, 100.0, True, 0, 0), "Bo": (1, 50.0, False, 0, 1), "=Cy": (1, None, None, 1, 0)}
    of_quiz = lead.get("/api/v1/p/quizzes/q/basics/results").get_json()
    assert (of_quiz["summary"], [p["name"] for p in of_quiz["people"]]) == (found["quizzes"][0], ["=Cy", "Ann", "Bo"])
    assert (of_quiz["absent"], of_quiz["nameless"], of_quiz["total"], of_quiz["pages"]) == (2, 0, 3, 1)
    page = lead.get("/p/quizzes/results/basics").get_data(as_text=True)
    assert "waits for marking" in page
    assert re.search(r"Not finished by</b> Dee, Zed<", page)
    rows = rows_of(lead.get("/p/quizzes/results/basics.csv"))
    assert [row[:1] + row[4:9] for row in rows[1:]] == [["'=Cy", "1", "", "", "1", "0"], ["Ann", "2", "100.0", "yes", "0", "0"], ["Bo", "1", "50.0", "no", "0", "1"]]
    from kbplatform.accounts.models import AuditEntry

    with site.db.read() as session:
        written = session.scalars(select(AuditEntry).where(AuditEntry.action == "quizzes.results_exported")).all()
    assert [(e.actor_id, e.object_id) for e in written] == [(lead.person_id, "basics")]


def test_results_in_json_come_by_pages_of_a_hundred(site):
    for user in range(10_000, 10_101):
        site.take(user, 1)
    owner = site.client("owner", teams=())
    for path in ("/api/v1/p/quizzes/results", "/api/v1/p/quizzes/q/basics/results"):
        first, second, third = (owner.get(f"{path}?page={n}").get_json() for n in (1, 2, 3))
        assert [(len(p["people"]), p["total"], p["pages"]) for p in (first, second, third)] == [(100, 101, 2), (1, 101, 2), (0, 101, 2)]


def test_erased_people_count_without_a_name(site):
    site.class_of(9)
    site.take(None, 1)
    site.take(None, 2, number=2)
    owner, lead = site.client("owner", teams=()), site.client("lead")
    assert (owner.get(API).get_json()["n"], lead.get(API).get_json()["n"]) == (10, 9)
    nameless = [p for p in owner.get("/api/v1/p/quizzes/results").get_json()["people"] if p["person"] is None]
    assert [(p["name"], p["attempts"], p["percent"]) for p in nameless] == [(None, 1, 100.0)]
    assert "Results of people who were erased or have left: 1." in owner.get("/p/quizzes/results").get_data(as_text=True)
    assert rows_of(owner.get("/p/quizzes/results.csv"))[-1][0] == "(erased or gone)"


def test_a_quiz_about_what_one_may_not_read_is_not_there(site):
    hidden = quiz(site.db, "hidden", practice="no-such-article", zh="袋熊", en="Wombat")
    person = site.client()
    sit(site.db, hidden, person.person_id, [(site.ids["keyed"], KEYED, 1)])
    lead = site.client("lead")
    assert lead.get("/p/quizzes/q/hidden/statistics").status_code == 404
    assert lead.get("/p/quizzes/results/hidden").status_code == 404
    for path in ("/p/quizzes/results", "/p/quizzes/results.csv", "/api/v1/p/quizzes/results"):
        assert "Wombat" not in lead.get(path).get_data(as_text=True)
    assert "Wombat" not in person.get("/p/quizzes/mine").get_data(as_text=True)


def test_one_s_own_results_with_what_one_was_sure_of(site):
    me, other = site.client(), site.client()
    site.take(me.person_id, 0, sure=True)
    token = site.take(me.person_id, 0, number=2, day=1, sure=True)
    site.take(other.person_id, 1)
    found = me.get("/api/v1/p/quizzes/mine").get_json()
    assert [(q["quiz"], q["percent"], q["passed"], len(q["attempts"])) for q in found["quizzes"]] == [("basics", 50.0, False, 2)]
    assert [(w["stem"], w["slug"], w["attempt"]) for w in found["sure_and_wrong"]] == [("哪一种鸟", SLUG, token)]
    page = me.get("/p/quizzes/mine").get_data(as_text=True)
    assert "You were sure, and it was not so" in page
    assert f"/articles/{SLUG}?lang=" in page
    assert "夜莺" not in page
    assert len(rows_of(me.get("/p/quizzes/mine.csv"))) == 3
    site.take(me.person_id, 1, number=1, kind="again", day=2)
    assert me.get("/api/v1/p/quizzes/mine").get_json()["sure_and_wrong"] == []
    assert len(other.get("/api/v1/p/quizzes/mine").get_json()["quizzes"][0]["attempts"]) == 1
    nobody = site.app.test_client()
    assert nobody.get("/api/v1/p/quizzes/mine").status_code == 401


def test_a_quiz_that_shows_no_marks_does_not_tell_what_was_wrong(site):
    me = site.client()
    site.take(me.person_id, 0, sure=True, rule=NEVER)
    assert me.get("/api/v1/p/quizzes/mine").get_json()["sure_and_wrong"] == []
    assert "哪一种鸟" not in me.get("/p/quizzes/mine").get_data(as_text=True)


@pytest.mark.parametrize("query", ["from=yesterday", "to=2026-13-01", "from=0001-01-01"])
def test_what_is_no_day_is_said_at_its_field(site, query):
    response = site.client("lead").get(f"{PAGE}?{query}")
    assert response.status_code == 422
    assert "Write a date, for example 2026-03-09" in response.get_data(as_text=True)


def test_many_questions_and_people_stay_within_the_weight_of_a_page(site):
    questions = [single(f"long-{n}", options=tuple(f"选项{letter}：先听客户把话说完，再按流程记录、确认、回访，别打断{n}" for letter in "甲乙丙丁"), stem=f"第 {n} 题：客户第三次来电，情绪激动，你先做什么，再做什么？") for n in range(60)]
    ids = stored(site.db, *questions)
    number = quiz(site.db, "long")
    for n in range(30):
        person = site.client(name=f"一个名字不短的人 {n:03}").person_id
        sit(site.db, number, person, [(ids[q.id], q, (n * 7 + i) % 4, n % 2 == 0) for i, q in enumerate(questions)])
    owner = site.client("owner", teams=(), lang="zh-CN")
    for path in ("/p/quizzes/q/long/statistics", "/p/quizzes/q/long/statistics?page=12", "/p/quizzes/results", "/p/quizzes/results/long"):
        assert len(owner.get(path).data) <= 30_000, path
    assert owner.get("/p/quizzes/q/long/statistics?page=99999999").status_code == 200


def test_attempts_taken_for_real_are_what_statistics_count(room, person):
    from kbplatform_quizzes.statistics.analysis import analyse
    from kbplatform_quizzes.statistics.sample import Scope, load

    room.quiz(keys="one truth number")
    quiz_ = room.quizzes.get("shelf")
    for n in range(12):
        viewer = person(n + 1)
        token = room.start(quiz_, viewer)
        room.answer(token, viewer, one=0 if n % 3 else 1, truth=n % 2 == 0, number="20")
        room.clock.go(minutes=5)
        room.sittings.pause(viewer, token)
        room.clock.go(minutes=60)
        room.sittings.resume(viewer, token)
        room.sittings.submit(viewer, token)
    with room.db.read() as session:
        stats = analyse(load(session, room.bank, quiz_.id, Scope()))
    by = {i.wording.question.id: i.figures for i in stats.items}
    assert (stats.n, stats.whole.seconds) == (12, 300)
    assert [by[k].facility for k in ("one", "truth", "number")] == pytest.approx([8 / 12, 0.5, 1])
    assert by["number"].discrimination is None
    assert [(r.chosen, r.right) for r in by["one"].options] == [(8, True), (4, False)]
    assert stats.whole.mean == pytest.approx(100 * (8 + 6 + 12) / 36)
