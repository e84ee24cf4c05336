"""The huddle: what changed, three questions of the day, the top gap; answers only when they are asked for."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from kbplatform.app import platform_of
from kbplatform.articles.audience import set_audience
from kbplatform.insights.gaps import Asker
from kbplatform.sdk import Viewer, utcnow
from kbplatform.viewer import CLI
from kbplatform_quizzes.authoring import add_questions
from kbplatform_quizzes.bank import read_sheet
from kbplatform_quizzes.models import Attempt, AttemptItem, BankQuestion, Quiz, SectionState
from kbplatform_quizzes.training.huddle import Asked, Huddle, drawn_questions

SLUG = "complaint-handling"
HUDDLE = "/p/quizzes/huddle"


@pytest.fixture
def platform(kb_app):
    found = platform_of(kb_app)
    found.accounts.teams.create(CLI, key="day", name="白班")
    found.accounts.teams.create(CLI, key="night", name="夜班")
    return found


@pytest.fixture
def lead(kb_app, kb_login, platform):
    client = kb_login(kb_app, "lead", teams=("day",), name="林组长")
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    return client


@pytest.fixture
def huddle(platform, lead):
    viewer = Viewer(id=lead.person_id, roles=frozenset({"lead"}), teams=frozenset({"day"}))
    return lambda day=date(2026, 11, 27), **asked: Huddle(platform.services, viewer, "zh", Asked(**asked), sees_gaps=False, day=day)


@pytest.fixture
def changed(platform):
    """The steps of the practice changed in meaning three days ago."""
    with platform.db.write() as session:
        session.get(SectionState, (SLUG, "zh", "steps")).changed_at = utcnow() - timedelta(days=3)


def text(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return html.unescape(response.get_data(as_text=True))


def test_what_changed_is_named_with_links_to_its_sections_for_those_who_may_read_it(platform, lead, changed):
    page = text(lead, HUDDLE)
    assert "如何处理客户投诉" in page
    assert f"/articles/{SLUG}?lang=zh#steps" in page
    assert "这几天改了什么" not in text(lead, f"{HUDDLE}?days=1")
    set_audience(platform.db, CLI, SLUG, "team:night")
    assert "如何处理客户投诉" not in text(lead, HUDDLE)


def test_the_questions_stay_the_same_all_day_and_are_others_the_next(huddle):
    today = [q.id for q in drawn_questions(huddle())]
    assert len(set(today)) == 3
    assert today == [q.id for q in drawn_questions(huddle())]
    days = {tuple(q.id for q in drawn_questions(huddle(date(2026, 11, 28) + timedelta(days=n)))) for n in range(5)}
    assert len(days) > 1


def test_the_first_question_is_about_what_changed_then_come_the_team_s_weakest(platform, huddle, lead, changed):
    with platform.db.write() as session:
        slugs = sorted(set(session.scalars(select(BankQuestion.slug))) - {SLUG})
        weak = slugs[7]
        quiz = session.scalars(select(Quiz)).first()
        attempt = Attempt(token="t", quiz_id=quiz.id, user_id=lead.person_id, kind="graded", number=1, rule=quiz.rule, seed="s", lang="zh", state="done")
        session.add(attempt)
        session.flush()
        rows = session.scalars(select(BankQuestion).where(BankQuestion.slug == weak).limit(3)).all()
        for position, row in enumerate(rows):
            session.add(AttemptItem(attempt_id=attempt.id, position=position, question_id=row.id, version=row.version, fraction=0.2))
    drawn = drawn_questions(huddle())
    assert [q.card.slug for q in drawn][:2] == [SLUG, weak]
    assert drawn[0].section == "steps"


def test_an_answer_is_in_no_page_before_it_is_asked_for_and_then_it_is(huddle, lead):
    question = drawn_questions(huddle())[0]
    link = f"{HUDDLE}?q={question.id}"
    texts = [o.why for o in question.options if o.why] + [question.feedback] * bool(question.feedback)
    assert texts
    for hidden in (link, f"{link}&at=1"):
        page = text(lead, hidden)
        assert question.stem in page
        assert "is-right" not in page
        assert not [words for words in texts if words in page]
    for shown in (f"{link}&show=1", f"{link}&at=1&show=1"):
        page = text(lead, shown)
        right = re.findall(r'class="is-right">.*?</b> ([^<]+)', page)
        assert [words.strip() for words in right] == [o.words for o in question.options if o.right]
        assert all(words in page for words in texts)


def test_links_lead_through_all_of_it_and_back_without_a_script(lead, changed):
    seen, at = [], f"{HUDDLE}?at=1"
    while at:
        page = text(lead, at)
        seen.append(re.search(r"<h1>(.*?) <span", page)[1])
        found = re.search(r'href="([^"]+)" rel="next"', page)
        before = re.search(r'href="([^"]+)" rel="prev"', page)
        if len(seen) > 1:
            assert text(lead, before[1]).count(f"<h1>{seen[-2]}") == 1
        at = found[1] if found else ""
    assert seen == ["这几天改了什么", "第 1 问", "第 1 问", "第 2 问", "第 2 问", "第 3 问", "第 3 问"]


def test_the_top_gap_is_for_those_who_see_gaps(kb_app, kb_login, platform, lead):
    platform.gaps.ask("彩虹卡怎么退", lang="zh", asker=Asker(None, "v", "192.0.2.1"))
    assert "彩虹卡怎么退" in text(lead, HUDDLE)
    trainer = kb_login(kb_app, "trainer", teams=("day",))
    assert "彩虹卡怎么退" not in text(trainer, HUDDLE)


@pytest.mark.parametrize("query", ["at=999", "at=0&show=1", "q=1.x.99999999999", "days=x&team=no-such", "at=²", "q=" + "9" * 500])
def test_any_address_gets_a_page(lead, query):
    assert lead.get(f"{HUDDLE}?{query}").status_code == 200


def test_what_is_kept_for_exams_is_on_no_wall_not_even_by_its_number(platform, lead, huddle):
    sheet = "questions:\n- {id: kept, type: truefalse, tags: [exam], stem: 考试才问的一句, right: true}\n- {id: aloud, type: truefalse, stem: 谁都能练的一句, right: true}\n"
    with platform.db.write() as session:
        kept, aloud = add_questions(session, SLUG, read_sheet(sheet.encode()).questions, CLI)
    assert "谁都能练的一句" in text(lead, f"{HUDDLE}?q={aloud.id}&show=1")
    assert "考试才问的一句" not in text(lead, f"{HUDDLE}?q={kept.id}&show=1")
    drawn = {q.id for days in range(60) for q in drawn_questions(huddle(date(2026, 1, 1) + timedelta(days=days)))}
    assert kept.id not in drawn
