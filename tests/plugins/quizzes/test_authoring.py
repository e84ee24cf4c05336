"""Adding questions from outside the files: ids stay unique, files leave them alone, the audit knows."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from kbplatform.accounts.audit import Audit, AuditFilter
from kbplatform.app import make_platform
from kbplatform.articles.content_root import bundled_content
from kbplatform.sdk import Actor, Text
from kbplatform.serving import sync_content
from kbplatform_quizzes.authoring import add_questions
from kbplatform_quizzes.kinds.choice import TrueFalse
from kbplatform_quizzes.models import BankQuestion
from kbplatform_quizzes.question import Question
from kbplatform_quizzes.registry import bank_of
from kbplatform_quizzes.store import keep_version

SLUG = "complaint-handling"
FOLDER = f"practices/05-{SLUG}"
ACTOR = Actor(None, "cli")


@pytest.fixture
def pack(tmp_path):
    folder = tmp_path / "pack"
    shutil.copytree(bundled_content() / FOLDER, folder / FOLDER)
    return folder


@pytest.fixture
def site(pack, kb_settings):
    platform = make_platform(kb_settings(content_dir=pack))
    sync_content(platform)
    yield platform
    platform.close()


def question(name="added", stem="先认事再问号。", right=True):
    return Question(name, Text(stem, "Listen first."), TrueFalse(right))


def add(platform, *questions, slug=SLUG):
    with platform.db.write() as session:
        return add_questions(session, slug, questions, ACTOR)


def ids(platform, slug=SLUG):
    return [s.question.id for s in bank_of(platform.services).of(slug)]


def touch(pack):
    path = pack / FOLDER / "quiz.yaml"
    path.write_bytes(path.read_bytes() + b"# another day\n")


def test_what_is_added_stands_behind_the_rest_and_outlives_a_changed_file(site, pack):
    before = ids(site)
    add(site, question())
    assert ids(site) == [*before, "added"]
    touch(pack)
    sync_content(site)
    assert set(ids(site)) == {*before, "added"}


def test_an_id_that_is_taken_gets_a_number_and_the_same_question_is_not_added_twice(site):
    first = add(site, question(), question(stem="别的"), question(stem="又一个"))
    again = add(site, question(), question(stem="别的"))
    assert [(a.question.id, a.new) for a in first] == [("added", True), ("added-2", True), ("added-3", True)]
    assert [(a.id, a.question.id, a.new) for a in again] == [(first[0].id, "added", False), (first[1].id, "added-2", False)]


def test_a_long_id_stays_short_with_its_number(site):
    name = "a" * 60
    assert [len(a.question.id) for a in add(site, question(name), question(name, "别的"))] == [60, 60]


def test_a_retired_question_comes_back_under_its_number(site):
    (first,) = add(site, question())
    with site.db.write() as session:
        session.get(BankQuestion, first.id).retired = True
    assert "added" not in ids(site)
    (again,) = add(site, question())
    assert (again.id, again.new, "added" in ids(site)) == (first.id, True, True)


def test_a_question_changed_here_is_not_overwritten_and_sync_says_so(site, pack):
    with site.db.write() as session:
        row = session.scalars(select(BankQuestion).where(BankQuestion.key == "beyond-authority")).one()
        changed = question("beyond-authority")
        row.version = changed.version
        keep_version(session, row.id, changed)
    path = pack / FOLDER / "quiz.yaml"
    path.write_text(path.read_text("utf-8").replace("id: beyond-authority\n", "id: beyond-authority\n  difficulty: 3\n"), "utf-8")
    report = next(iter(site.pack_parts())).take_in(pack)
    assert next(s.question for s in bank_of(site.services).of(SLUG) if s.question.id == "beyond-authority").stem.zh == "先认事再问号。"
    assert [(p.level, "beyond-authority" in p.message.en, p.line > 1) for p in report.problems] == [("warning", True, True)]


def test_a_sheet_without_a_file_is_made_and_the_audit_names_what_came(site):
    add(site, question(), slug="imported")
    assert ids(site, "imported") == ["added"]
    (row,) = Audit(site.db).page(AuditFilter(action="quizzes.questions_added"))
    assert (row.object_id, row.detail) == ("imported", {"questions": ["added"]})


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def test_several_may_add_at_once(kind, pack, kb_settings, request):
    url = {"database_url": request.getfixturevalue("kb_postgres")} if kind == "postgres" else {}
    platform = make_platform(kb_settings(content_dir=pack, **url))
    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda n: add(platform, question(stem=f"第 {n} 题"), slug="imported"), range(12)))
    assert len({added.question.id for (added,) in done}) == 12
    assert len(ids(platform, "imported")) == 12
    platform.close()
