"""Files and people both write questions: neither undoes the other, and what both changed is told."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from kbplatform.app import platform_of
from kbplatform.sdk import Text
from kbplatform_quizzes.bank import write_sheet
from kbplatform_quizzes.kinds.choice import TrueFalse
from kbplatform_quizzes.models import BankQuestion
from kbplatform_quizzes.question import Question
from kbplatform_quizzes.registry import bank_of
from kbplatform_quizzes.store import keep_version

SLUG = "shelf-life"


def asked(key: str, words: str) -> Question:
    return Question(key, Text(words, words), TrueFalse(right=True))


@pytest.fixture
def db(kb_app):
    return platform_of(kb_app).services.db


@pytest.fixture
def file(kb_app):
    bank = bank_of(platform_of(kb_app).services)

    def take(*questions):
        return bank.take_in(SLUG, write_sheet(questions), questions)

    return take


def edit(db, key, words=None, *, retired=False):
    with db.write() as session:
        row = session.scalar(select(BankQuestion).where(BankQuestion.slug == SLUG, BankQuestion.key == key))
        row.retired = retired
        if words:
            question = asked(key, words)
            keep_version(session, row.id, question, by=1)
            row.version = question.version


def words(kb_app):
    return {s.question.id: s.question.stem.zh for s in bank_of(platform_of(kb_app).services).of(SLUG)}


def test_what_was_edited_here_stays_and_the_rest_follows_the_file(kb_app, db, file):
    assert file(asked("one", "一"), asked("two", "二")).outcome == "new"
    edit(db, "one", "一，改过")
    assert file(asked("one", "一"), asked("two", "二，新")).conflicts == ()
    assert words(kb_app) == {"one": "一，改过", "two": "二，新"}


def test_changed_on_both_sides_is_a_conflict_told_once(kb_app, db, file):
    file(asked("one", "一"))
    edit(db, "one", "一，改过")
    assert file(asked("one", "一，文件也改了")).conflicts == ("one",)
    assert file(asked("one", "一，文件也改了"), asked("two", "二")).conflicts == ()
    assert words(kb_app) == {"one": "一，改过", "two": "二"}


def test_a_file_that_catches_up_leads_again(kb_app, db, file):
    file(asked("one", "一"))
    edit(db, "one", "一，改过")
    file(asked("one", "一，改过"))
    assert file(asked("one", "一，再改")).conflicts == ()
    assert words(kb_app) == {"one": "一，再改"}


def test_retired_here_stays_retired_until_the_file_says_something_new(kb_app, db, file):
    file(asked("one", "一"))
    edit(db, "one", retired=True)
    file(asked("one", "一"), asked("two", "二"))
    assert set(words(kb_app)) == {"two"}
    file(asked("one", "一，重写"), asked("two", "二"))
    assert set(words(kb_app)) == {"one", "two"}


def test_gone_from_the_file_and_back_again(kb_app, db, file):
    file(asked("one", "一"), asked("two", "二"))
    edit(db, "two", "二，改过")
    assert file(asked("three", "三")).conflicts == ("two",)  # somebody put work into it: it stays
    assert set(words(kb_app)) == {"three", "two"}
    file(asked("one", "一"), asked("three", "三"))
    assert words(kb_app)["one"] == "一"
