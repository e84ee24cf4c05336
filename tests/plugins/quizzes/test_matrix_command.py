"""``kbplatform quiz matrix``: what the operator sees of who knows what."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from kbplatform.accounts.audit import Audit, AuditFilter
from kbplatform.accounts.people import NewPerson
from kbplatform.sdk import utcnow
from kbplatform.viewer import CLI
from kbplatform_quizzes.models import Attempt, Quiz

SLUG = "complaint-handling"


@pytest.fixture
def learners(site):
    """Two people of a team and one of none; 安娜 passed a practice, 奥托 failed it and 路人 did nothing. Their numbers by name."""
    platform = site()
    platform.accounts.teams.create(CLI, key="day", name="白班")
    numbers = {}
    for name, teams in (("安娜", ("day",)), ("奥托", ("day",)), ("路人", ())):
        new = NewPerson(name, f"p{len(numbers)}@example.com", roles=frozenset({"agent"}), teams=frozenset(teams))
        numbers[name] = platform.accounts.people.create(None, CLI, new)
    with platform.db.write() as session:
        quiz = session.scalars(select(Quiz).where(Quiz.key == f"practice-{SLUG}")).one()
        for number, (name, percent) in enumerate((("安娜", 90.0), ("奥托", 30.0))):
            row = Attempt(token=f"t{number}", quiz_id=quiz.id, user_id=numbers[name], kind="graded", number=1, rule=quiz.rule, seed="s", lang="zh", state="done")
            row.percent, row.passed, row.ended_at = percent, percent > 60, utcnow() + timedelta(minutes=1)
            session.add(row)
    return numbers


def test_the_matrix_shows_everybody_with_a_sign_for_each_practice(run, learners):
    lines = run("matrix", "--sort", "name", "--lang", "zh").output.splitlines()
    assert lines[0] == "+ 通过  ! 要重学  ~ 在学  - 未开始"
    head = lines[2].split()
    at = head.index("5")
    rows = {line.split()[0]: line.split()[1:] for line in lines[3:6]}
    assert rows.keys() == learners.keys()
    assert {name: signs[at] for name, signs in rows.items()} == {"安娜": "+", "奥托": "~", "路人": "-"}
    assert [len(signs) for signs in rows.values()] == [len(head)] * 3
    sums = {line.split()[1]: line.split()[2:] for line in lines[7:11]}
    assert {state: numbers[at] for state, numbers in sums.items()} == {"通过": "1", "要重学": "0", "在学": "1", "未开始": "1"}
    assert len(lines[12:]) == len(head) == 30
    assert len({sum(2 if "\u4e00" <= c <= "\u9fff" else 1 for c in line) for line in lines[2:6]}) == 1, "the columns stand under each other"


def test_the_matrix_as_csv_and_json_is_that_of_the_page_and_stands_in_the_audit(run, learners, site):
    rows = list(csv.reader(io.StringIO(run("matrix", "--csv", "--team", "day", "--lang", "zh").output.removeprefix("\ufeff"))))
    assert (rows[0][:2], rows[0][-4:]) == (["姓名", "团队"], ["通过", "要重学", "在学", "未开始"])
    at = next(i for i, title in enumerate(rows[0]) if title.startswith("5 "))
    assert [(row[0], row[1], row[at]) for row in rows[1:3]] == [("奥托", "白班", "在学 30"), ("安娜", "白班", "通过 90")]
    found = json.loads(run("matrix", "--json", "--state", "passed").output)
    assert (found["people"], [row["name"] for row in found["rows"]]) == (1, ["安娜"])
    assert {f["practice"]: (f["state"], f["percent"]) for f in found["rows"][0]["practices"]}[SLUG] == ("passed", 90.0)
    newest, first = Audit(site().db).page(AuditFilter(action="quizzes.matrix_exported"))
    assert [(e.address, e.object_id, e.detail) for e in (first, newest)] == [("cli", "day", {"people": 2}), ("cli", "*", {"people": 1})]


def test_a_team_or_group_that_is_none_is_named_and_an_empty_matrix_says_so(run, learners):
    wrong = run("matrix", "--team", "night")
    assert (wrong.exit_code, "There is no team night" in wrong.output) == (2, True)
    wrong = run("matrix", "--group", "nothing")
    assert (wrong.exit_code, "There is no group nothing; there are: " in wrong.output) == (2, True)
    assert run("matrix", "--state", "stale").output == "Nobody matches.\n"
