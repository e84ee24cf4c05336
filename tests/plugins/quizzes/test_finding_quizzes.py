"""Quizzes are found by title in both languages, by those who may read all they ask about; never by a question or a key."""

from __future__ import annotations

import pytest

from kbplatform.app import platform_of
from kbplatform.articles.audience import set_audience
from kbplatform.sdk import Text
from kbplatform.viewer import CLI
from kbplatform_quizzes.attempts.quizzes import Wanted
from kbplatform_quizzes.attempts.rules import Pool, Rule
from kbplatform_quizzes.registry import bank_of, quizzes_of


@pytest.fixture
def platform(kb_app):
    return platform_of(kb_app)


@pytest.fixture
def practices(platform):
    """Slugs of two practices that have questions."""
    return sorted(bank_of(platform.services).counts())[:2]


@pytest.fixture
def index(platform):
    indexer = platform.indexer()
    indexer.run_once()

    def again():
        platform.deliver_events()
        indexer.catch_up()

    again()
    yield again
    indexer.close()


@pytest.fixture
def made(platform, index):
    """``made("key", zh, en, *practices)``: an open quiz, indexed."""

    def make(key, zh, en, *practices, state="open"):
        rule = Rule(pools=tuple(Pool(practices=(slug,)) for slug in practices) or (Pool(),))
        quiz = quizzes_of(platform.services).create(Wanted(key, Text(zh, en), state, rule), CLI)
        index()
        return quiz

    return make


@pytest.fixture
def titles(kb_app, kb_client):
    def find(query, client=kb_client, lang="zh"):
        hits = client.get(f"/api/v1/search?q={query}&kind=quiz&lang={lang}").get_json()["hits"]
        return [h["title"] for h in hits]

    return find


def test_a_quiz_is_found_by_its_title_in_either_language_and_by_pinyin(made, titles):
    made("night", "夜班红灯演练", "Night shift red light drill")
    assert titles("红灯演练")[0] == "夜班红灯演练"
    assert titles("hongdeng")[0] == "夜班红灯演练"
    assert titles("red light drill", lang="en")[0] == "Night shift red light drill"


def test_each_practice_s_own_quiz_is_found_once_content_was_taken_in(index, titles):
    assert any(t.startswith("考核：") for t in titles("考核 投诉"))


def test_nothing_of_a_question_finds_it(platform, index, practices):
    for slug in practices:
        for stored in bank_of(platform.services).of(slug):
            for lang in ("zh", "en"):
                for document in platform.sources[-1].documents():
                    assert stored.question.stem.in_(lang) not in repr(document)
                    assert all(words not in repr(document) for words in stored.question.body.solution(lang) if len(words) > 12)


def test_drafts_are_not_found_and_a_quiz_that_closes_is_found_no_more(platform, made, index, titles):
    quiz = made("draft", "未发布的红灯演练", "Unpublished", state="draft")
    assert "未发布的红灯演练" not in titles("红灯演练")
    opened = quizzes_of(platform.services).change(Wanted(quiz.key, quiz.title, "open", quiz.rule), quiz.revision, CLI)
    index()
    assert titles("红灯演练")[0] == "未发布的红灯演练"
    quizzes_of(platform.services).change(Wanted(quiz.key, quiz.title, "closed", quiz.rule), opened.revision, CLI)
    index()
    assert "未发布的红灯演练" not in titles("红灯演练")


def test_who_may_not_read_an_article_does_not_find_the_quizzes_that_ask_about_it(kb_app, kb_login, platform, made, index, titles, practices):
    accounts = platform.accounts
    accounts.teams.create(CLI, key="night", name="夜班")
    accounts.teams.create(CLI, key="day", name="白班")
    one, two = practices
    made("secret", "红灯演练甲", "A", one)
    made("mixed", "红灯演练乙", "B", one, two)
    inside, outside = kb_login(kb_app, "agent", teams=("night",)), kb_login(kb_app, "agent", teams=("day",))
    set_audience(platform.db, CLI, one, "team:night")
    assert "红灯演练甲" not in titles("红灯演练", outside)  # before the index knows: what is shown is read anew
    index()
    assert {"红灯演练甲", "红灯演练乙"} <= set(titles("红灯演练", inside))
    assert not {"红灯演练甲", "红灯演练乙"} & set(titles("红灯演练", outside))
    set_audience(platform.db, CLI, two, "team:day")
    index()
    assert "红灯演练乙" not in titles("红灯演练", inside) + titles("红灯演练", outside)
