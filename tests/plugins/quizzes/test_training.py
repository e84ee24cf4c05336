"""Assignments, the matrix and flags: who sees what of whom, what counts as done, what goes stale."""

from __future__ import annotations

import csv
import html
import io
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from kbplatform.accounts.people import NewPerson
from kbplatform.app import platform_of
from kbplatform.articles.audience import set_audience
from kbplatform.events.models import OutboxRow
from kbplatform.sdk import InvalidInput, NotFound, Text, Viewer, utcnow
from kbplatform.viewer import CLI
from kbplatform_quizzes.attempts.quizzes import Wanted as WantedQuiz
from kbplatform_quizzes.attempts.rules import Pool, Rule
from kbplatform_quizzes.models import Assignment, Attempt, BankQuestion, Flag, Quiz, Reading, SectionState
from kbplatform_quizzes.registry import quizzes_of
from kbplatform_quizzes.training.assignments import Assignments, Wanted
from kbplatform_quizzes.training.flags import flag
from kbplatform_quizzes.training.progress import Best, best_by_practice, today

SLUG = "complaint-handling"
KEY = f"practice-{SLUG}"


@pytest.fixture
def platform(kb_app):
    found = platform_of(kb_app)
    for key, name in (("day", "白班"), ("night", "夜班")):
        found.accounts.teams.create(CLI, key=key, name=name)
    return found


@pytest.fixture
def db(platform):
    return platform.db


@pytest.fixture
def assignments(platform):
    return Assignments(platform.services)


@pytest.fixture
def crew(kb_app, kb_login, platform):
    """Clients: an agent and the lead of each team, an owner, and somebody in no team."""
    made = {
        "agent": kb_login(kb_app, "agent", teams=("day",), name="安娜"),
        "lead": kb_login(kb_app, "lead", teams=("day",), name="林组长"),
        "other": kb_login(kb_app, "agent", teams=("night",), name="奥托"),
        "other lead": kb_login(kb_app, "lead", teams=("night",), name="夜班长"),
        "trainer": kb_login(kb_app, "trainer", teams=("day",), name="田老师"),
        "owner": kb_login(kb_app, "owner", name="老板"),
        "alone": kb_login(kb_app, "agent", name="路人"),
    }
    for client in made.values():
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    return made


@pytest.fixture
def viewer(crew):
    def as_viewer(name):
        client = crew[name]
        team = {"agent": "day", "lead": "day", "trainer": "day", "other": "night", "other lead": "night"}.get(name)
        roles = frozenset({name.split()[-1] if name not in {"other", "alone"} else "agent"})
        return Viewer(id=client.person_id, name=name, roles=roles, teams=frozenset({team} - {None}))

    return as_viewer


@pytest.fixture
def attempt(db):
    """``attempt(user, percent, passed)``: a graded attempt at the practice's quiz that ended ``days`` days ago."""
    made = iter(range(1, 1000))

    def add(user, percent=None, passed=None, *, days=1, key=KEY, kind="graded", state="done"):
        with db.write() as session:
            quiz = session.scalars(select(Quiz).where(Quiz.key == key)).one()
            n = next(made)
            ended = utcnow() - timedelta(days=days) if state == "done" else None
            row = Attempt(token=f"t{n}", quiz_id=quiz.id, user_id=user, kind=kind, number=n, rule=quiz.rule, seed="s", lang="zh", state=state)
            row.percent, row.passed, row.ended_at = percent, passed, ended
            session.add(row)

    return add


def change(db, *, days=0, slug=SLUG):
    """The steps of the practice changed in meaning so many days ago."""
    with db.write() as session:
        state = session.get(SectionState, (slug, "zh", "steps"))
        state.changed_at = utcnow() - timedelta(days=days)


def text(client, path, **how):
    response = client.get(path, **how)
    assert response.status_code == 200, path
    return html.unescape(response.get_data(as_text=True))


def token(client, path):
    return re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).get_data(as_text=True))[1]


# ---------------------------------------------------------------------- progress


def test_the_best_attempt_counts_and_a_change_after_it_makes_it_stale(db, crew, attempt):
    user = crew["agent"].person_id
    attempt(user, 95, passed=True, days=9)
    attempt(user, 40, passed=False, days=1)
    attempt(user, 100, passed=True, days=1, kind="again")
    with db.read() as session:
        (best,) = best_by_practice(session, [user]).values()
    assert best.percent == 95
    changed = [utcnow() - timedelta(days=d) for d in (10, 8)]
    assert [best.state(at) for at in (None, *changed)] == ["passed", "passed", "stale"]


@pytest.mark.parametrize(("percent", "passed", "state"), [(40, False, "done"), (None, None, "going"), (None, None, "paused"), (70, None, "done")])
def test_what_is_not_ended_not_passed_or_not_marked_yet_is_under_way(db, crew, attempt, percent, passed, state):
    user = crew["agent"].person_id
    attempt(user, percent, passed=passed, state=state)
    with db.read() as session:
        (best,) = best_by_practice(session, [user]).values()
    assert best == Best(percent, None)
    assert best.state(utcnow()) == "going"


# ---------------------------------------------------------------------- assignments


def test_a_task_is_due_then_overdue_done_once_passed_and_to_do_again_once_changed(db, assignments, viewer, attempt):
    lead, agent = viewer("lead"), viewer("agent")
    (number,) = assignments.assign(lead, CLI, Wanted(quiz=KEY, teams=("day",), due_on=today()))

    def standing():
        return [t.standing for t in assignments.to_do(agent)]

    assert standing() == ["due"]
    with db.write() as session:
        session.get(Assignment, number).due_on = today() - timedelta(days=1)
    assert standing() == ["overdue"]
    assert [(a.id, n) for a, n in assignments.overdue(lead)] == [(number, 3)]  # agent, lead and trainer of that team
    attempt(agent.id, 85, passed=True, days=1)
    assert standing() == ["done"]
    assert [(a.id, n) for a, n in assignments.overdue(lead)] == [(number, 2)]
    change(db)
    assert standing() == ["again"]
    person = next(p for p in assignments.get(lead, number).people if p.id == agent.id)
    assert (person.name, person.standing, person.percent) == ("安娜", "again", 85)


def test_an_article_is_read_when_its_reader_says_so_until_it_changes_in_meaning(db, assignments, viewer, crew):
    agent = viewer("agent")
    assignments.assign(viewer("lead"), CLI, Wanted(article=SLUG, people=(agent.id,), note="回电 13812345678"))
    page = text(crew["agent"], f"/articles/{SLUG}")
    assert "我读过了" in page
    assert "13812345678" not in page
    assert "我读过了" not in text(crew["other"], f"/articles/{SLUG}")
    sent = {"csrf_token": token(crew["agent"], f"/articles/{SLUG}"), "next": f"/articles/{SLUG}"}
    assert crew["agent"].post(f"/p/quizzes/read/{SLUG}", data=sent).status_code == 303
    assert "我读过了" not in text(crew["agent"], f"/articles/{SLUG}")
    assert [t.standing for t in assignments.to_do(agent)] == ["done"]
    change(db)
    assert [t.standing for t in assignments.to_do(agent)] == ["again"]
    assert "做法改了" in text(crew["agent"], f"/articles/{SLUG}")
    with pytest.raises(NotFound):
        assignments.read(viewer("other"), SLUG)
    with db.read() as session:
        assert session.scalars(select(Reading.user_id)).all() == [agent.id]


def test_the_same_assigned_again_takes_the_new_day_and_a_thing_assigned_twice_stands_once(assignments, viewer):
    lead, agent = viewer("lead"), viewer("agent")
    first = assignments.assign(lead, CLI, Wanted(quiz=KEY, teams=("day",), people=(agent.id,), due_on=today() + timedelta(days=9)))
    assert len(first) == 2
    assert assignments.assign(lead, CLI, Wanted(quiz=KEY, people=(agent.id,), due_on=today() + timedelta(days=2), note="快")) == first[1:]
    assert [(t.due_on, t.note) for t in assignments.to_do(agent)] == [(today() + timedelta(days=2), "快")]
    assignments.withdraw(lead, CLI, first[1])
    assert [t.due_on for t in assignments.to_do(agent)] == [today() + timedelta(days=9)]
    assignments.withdraw(lead, CLI, first[0])
    assert assignments.to_do(agent) == []
    assert assignments.page(lead) == ([], 0)


def test_nobody_assigns_to_people_of_other_teams_or_sees_or_withdraws_theirs(assignments, viewer):
    (number,) = assignments.assign(viewer("lead"), CLI, Wanted(quiz=KEY, teams=("day",)))
    for wanted in (Wanted(quiz=KEY, teams=("night",)), Wanted(quiz=KEY, people=(viewer("other").id,)), Wanted(quiz=KEY)):
        with pytest.raises(InvalidInput) as error:
            assignments.assign(viewer("lead"), CLI, wanted)
        assert [f.field for f in error.value.fields] == ["whom"]
    assert assignments.page(viewer("other lead")) == ([], 0)
    for work in (assignments.get, lambda v, n: assignments.withdraw(v, CLI, n)):
        with pytest.raises(NotFound):
            work(viewer("other lead"), number)
    assert [a.id for a in assignments.page(viewer("owner"))[0]] == [number]
    assert len(assignments.assign(viewer("owner"), CLI, Wanted(quiz=KEY, teams=("night",), people=(viewer("alone").id,)))) == 2


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Wanted(teams=("day",)), "what"),
        (Wanted(quiz="no-such", teams=("day",)), "what"),
        (Wanted(article="no-such", teams=("day",)), "what"),
        (Wanted(quiz=KEY, article=SLUG, teams=("day",)), "what"),
        (Wanted(quiz=KEY, teams=("day",), due_on=today() - timedelta(days=2)), "due"),
        (Wanted(quiz=KEY, people=(10**9,)), "whom"),
    ],
)
def test_what_cannot_be_assigned_is_said_at_its_field(assignments, viewer, wanted, field):
    with pytest.raises(InvalidInput) as error:
        assignments.assign(viewer("lead"), CLI, wanted)
    assert [f.field for f in error.value.fields] == [field]


def test_what_somebody_may_not_read_is_never_named_to_them(platform, assignments, viewer, crew):
    quizzes_of(platform.services).create(WantedQuiz("secret", Text("夜班密件", "Night secret"), "open", Rule(pools=(Pool(practices=(SLUG,)),))), CLI)
    owner = viewer("owner")
    assignments.assign(owner, CLI, Wanted(quiz="secret", teams=("day",)))
    assignments.assign(owner, CLI, Wanted(article=SLUG, teams=("day",)))
    set_audience(platform.db, CLI, SLUG, "team:night")
    assert assignments.to_do(viewer("agent")) == []
    listing = text(crew["lead"], "/p/quizzes/assignments")
    assert "夜班密件" not in listing
    assert "如何处理客户投诉" not in listing
    assert "夜班密件" not in text(crew["lead"], "/p/quizzes/assignments/new")
    with pytest.raises(InvalidInput) as error:
        assignments.assign(replace(owner, teams=frozenset({"night"})), CLI, Wanted(quiz="secret", teams=("day",)))
    assert "白班" in error.value.message.zh


# ---------------------------------------------------------------------- matrix


def states(client, query=""):
    """Name → the words of each field, over all practices, from the file."""
    rows = list(csv.reader(io.StringIO(client.get(f"/p/quizzes/matrix.csv?{query}").get_data(as_text=True).lstrip("\ufeff"))))
    return rows[0], {row[0]: row for row in rows[1:]}


def test_the_matrix_says_who_stands_how_and_counts_by_practice(db, crew, attempt):
    agent, lead = crew["agent"].person_id, crew["lead"].person_id
    attempt(agent, 90, passed=True, days=5)
    attempt(lead, 50, passed=False)
    change(db, days=3)
    heading, rows = states(crew["lead"])
    at = next(i for i, name in enumerate(heading) if name.endswith("如何处理客户投诉"))
    assert [rows[name][at] for name in ("安娜", "林组长", "田老师")] == ["要重学 90", "在学 50", "未开始"]
    assert [rows[word][at] for word in ("通过", "要重学", "在学", "未开始")] == ["0", "1", "1", "1"]
    attempt(agent, 80, passed=True, days=0)
    assert states(crew["lead"])[1]["安娜"][at] == "通过 90"


def test_filters_and_order(db, crew, attempt):
    attempt(crew["agent"].person_id, 90, passed=True)
    assert list(states(crew["lead"], "sort=need")[1])[:3] == ["林组长", "田老师", "安娜"]
    assert list(states(crew["lead"], "state=passed")[1])[:1] == ["安娜"]
    assert set(states(crew["owner"], "team=night")[1]) - {"通过", "要重学", "在学", "未开始"} == {"奥托", "夜班长"}
    whole, part = states(crew["lead"])[0], states(crew["lead"], "group=complaints")[0]
    assert 6 < len(part) < len(whole)


def test_a_lead_sees_their_own_teams_people_see_themselves_and_an_owner_all(crew):
    marks = {"通过", "要重学", "在学", "未开始"}
    assert set(states(crew["lead"])[1]) - marks == {"安娜", "林组长", "田老师"}
    assert set(states(crew["owner"])[1]) - marks == {"安娜", "林组长", "田老师", "奥托", "夜班长", "老板", "路人"}
    page = "/p/quizzes/people/{}"
    agent, other = crew["agent"].person_id, crew["other"].person_id
    assert "安娜" in text(crew["agent"], page.format(agent))
    assert "路人" in text(crew["alone"], page.format(crew["alone"].person_id))
    for name, whom, status in [("agent", other, 404), ("agent", crew["lead"].person_id, 404), ("lead", other, 404), ("lead", agent, 200), ("owner", other, 200)]:
        assert crew[name].get(page.format(whom)).status_code == status, (name, whom)


def test_a_practice_somebody_may_not_read_is_no_column_of_theirs(platform, crew):
    set_audience(platform.db, CLI, SLUG, "team:night")
    assert not any("投诉" in name and name.startswith("5 ") for name in states(crew["lead"])[0])
    assert any(name.startswith("5 ") for name in states(crew["other lead"])[0])


def test_two_hundred_people_by_thirty_practices_stay_light_and_cost_no_more_queries(platform, crew, attempt):
    counted = []
    event.listen(platform.db.engine, "before_cursor_execute", lambda *_a: counted.append(1))
    crew["lead"].get("/p/quizzes/matrix")
    few = len(counted)
    for n in range(200):
        platform.accounts.people.create(None, CLI, NewPerson(f"组员{n:03}", "", frozenset({"agent"}), frozenset({"day"})))
    for user in range(10, 60):
        attempt(user, 90, passed=True)
    counted.clear()
    response = crew["lead"].get("/p/quizzes/matrix")
    assert len(counted) <= few
    page = html.unescape(response.get_data(as_text=True))
    assert page.count('<th scope=row><a href="/p/quizzes/people/') == 25
    assert "203 人" in page
    assert "1 / 9" in page


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_full_page_of_the_matrix_weighs_less_than_thirty_kilobytes(platform, db, crew, attempt, lang):
    people = [platform.accounts.people.create(None, CLI, NewPerson(f"Bartholomäus 组员{n:03}", "", frozenset(), frozenset({"day"}))) for n in range(25)]
    with db.read() as session:
        keys = session.scalars(select(Quiz.key).where(Quiz.practice.is_not(None))).all()
    assert len(keys) == 30
    for user in people:
        for key in keys:
            attempt(user, 100, passed=True, key=key)
    crew["lead"].environ_base["HTTP_ACCEPT_LANGUAGE"] = lang
    response = crew["lead"].get("/p/quizzes/matrix?state=passed")
    page = response.get_data(as_text=True)
    assert page.count("<td class=p>") == 25 * 30
    assert ("过 100" if lang == "zh" else "P 100") in page
    assert len(response.data) < 30_000


def test_more_practices_than_stand_side_by_side_come_page_by_page(crew, monkeypatch):
    from kbplatform_quizzes.training import matrix, matrix_views

    monkeypatch.setattr(matrix, "MAX_COLUMNS", 12)
    monkeypatch.setattr(matrix_views, "MAX_COLUMNS", 12)
    pages = [text(crew["lead"], f"/p/quizzes/matrix?across={n}") for n in (1, 2, 3, 99)]
    numbers = [re.findall(r'<th scope=col><a href="[^"]+">(\d+) ', page) for page in pages]
    assert [len(n) for n in numbers] == [12, 12, 6, 6]
    assert [int(n) for page in numbers[:3] for n in page] == list(range(1, 31))
    assert "across=2" in pages[0]
    assert "1–12 / 30" in pages[0]
    assert all("<b>0</b>/30" in page for page in pages)


# ---------------------------------------------------------------------- flags


@pytest.fixture
def question(db):
    with db.read() as session:
        return session.scalars(select(BankQuestion.id).where(BankQuestion.slug == SLUG).order_by(BankQuestion.id)).first()


def test_each_taker_has_one_open_flag_on_a_question_and_no_customer_s_number_stands_in_it(platform, db, viewer, question):
    first = flag(platform.services, viewer("agent"), question, "打 13812345678 的客户说题干不清")
    assert flag(platform.services, viewer("agent"), question, "选项 B 也对") == first
    second = flag(platform.services, viewer("other"), question, "")
    with db.read() as session:
        rows = session.execute(select(Flag.id, Flag.note, Flag.reason).order_by(Flag.id)).all()
        told = session.scalars(select(OutboxRow).where(OutboxRow.topic == "quizzes.question_flagged")).all()
    assert [tuple(r) for r in rows] == [(first, "选项 B 也对", "taker"), (second, "", "taker")]
    assert [t.payload for t in told] == [{"flag": n, "question": question, "slug": SLUG, "reason": "taker"} for n in (first, second)]
    with db.write() as session:
        session.get(Flag, first).settled_at = utcnow()
    third = flag(platform.services, viewer("agent"), question, "客户电话 13812345678")
    with db.read() as session:
        assert third not in {first, second}
        assert "13812345678" not in session.get(Flag, third).note


def test_nobody_flags_what_is_not_there_or_not_for_them(platform, viewer, question):
    for who, number in (("agent", 10**8), ("agent", 0), ("agent", 2**40)):
        with pytest.raises(NotFound):
            flag(platform.services, viewer(who), number, "")
    with pytest.raises(InvalidInput):
        flag(platform.services, Viewer(), question, "")
    set_audience(platform.db, CLI, SLUG, "team:night")
    with pytest.raises(NotFound):
        flag(platform.services, viewer("agent"), question, "")
