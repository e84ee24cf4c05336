"""A section that changes in meaning flags its questions; another change, another rendering and the same event twice do not."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from kbplatform.accounts.models import User
from kbplatform.app import platform_of
from kbplatform.articles.documents import parse
from kbplatform.articles.models import Article, Revision, Translation
from kbplatform.articles.sync import add_revision, rerender_outdated
from kbplatform.articles.writing import stored_text
from kbplatform.events import emit
from kbplatform.events.models import OutboxRow
from kbplatform.proposals.proposal import NewProposal
from kbplatform.rendering import render
from kbplatform.viewer import Actor, Viewer
from kbplatform_quizzes.models import BankQuestion, Flag, SectionState
from kbplatform_quizzes.registry import bank_of
from kbplatform_quizzes.training.sections import changed_since, last_changes

SLUG = "complaint-handling"


@pytest.fixture
def platform(kb_app):
    found = platform_of(kb_app)
    found.deliver_events()
    return found


@pytest.fixture
def edit(platform):
    """``edit("steps", lang)``: a new revision in which that section has one more sentence."""

    def change(section, lang="zh", words="多一句。"):
        with platform.db.write() as session:
            translation = session.scalars(select(Translation).join(Article).where(Article.slug == SLUG, Translation.lang == lang)).one()
            number = translation.revision_number
            old = session.scalars(select(Revision).where(Revision.translation_id == translation.id, Revision.number == number)).one()
            source = re.sub(rf"(^## .*\{{#{section}\}}\n)", rf"\1\n{words}\n", old.source, flags=re.MULTILINE)
            assert source != old.source
            document = parse(source, path="zh.md", lang=lang)
            add_revision(session, translation, document, render(document.body, lang), origin="browser")
        platform.deliver_events()

    return change


def flags(platform):
    with platform.db.read() as session:
        rows = session.execute(select(BankQuestion.key, Flag.reason).join(Flag, Flag.question_id == BankQuestion.id).where(Flag.settled_at.is_(None)))
        return sorted(tuple(r) for r in rows)


def questions_about(platform, section):
    return sorted((s.question.id, "section") for s in bank_of(platform.services).of(SLUG) if s.question.section == section)


def test_the_first_sight_of_an_article_only_takes_note(platform):
    assert flags(platform) == []
    with platform.db.read() as session:
        assert {"say", "steps", "twins"} <= set(session.scalars(select(SectionState.section).where(SectionState.slug == SLUG)))
        assert last_changes(session, [SLUG]) == {}


def test_changed_steps_flag_the_questions_they_answer_once_whatever_the_language(platform, edit):
    expected = questions_about(platform, "steps")
    assert expected
    edit("steps")
    assert flags(platform) == expected
    edit("steps", "en", "One more sentence.")
    edit("steps", words="又一句。")
    assert flags(platform) == expected
    with platform.db.read() as session:
        told = [row.payload for row in session.scalars(select(OutboxRow).where(OutboxRow.topic == "quizzes.question_flagged"))]
        assert [(t["slug"], t["reason"]) for t in told] == [(SLUG, "section")] * len(expected)
        newest = session.scalars(select(OutboxRow).where(OutboxRow.topic == "article.changed").order_by(OutboxRow.seq.desc())).first()
        assert last_changes(session, [SLUG, "no-such"]) == {SLUG: newest.created_at}
        assert changed_since(session, newest.created_at, "zh") == {SLUG: ["steps"]}


def test_a_better_explanation_flags_nothing(platform, edit):
    edit("twins")
    assert flags(platform) == []
    with platform.db.read() as session:
        assert last_changes(session, [SLUG]) == {}


@pytest.fixture
def accept(platform):
    """``accept(section, in_meaning)``: somebody proposes a sentence for it and an editor accepts that, saying what it is."""

    def decide(section, in_meaning):
        with platform.db.write() as session:
            person = User(name="Ana", name_key="ana")
            session.add(person)
            session.flush()
            viewer, actor = Viewer(id=person.id, name="Ana"), Actor(person.id, "192.0.2.1")
        with platform.db.read() as session:
            now = stored_text(session, SLUG, "zh", viewer)
        text = now.piece(section).text + "\n\n多一句。"
        number = platform.proposals.propose(viewer, actor, NewProposal(SLUG, "zh", section, now.revision, text, "多一句"))
        platform.proposals.accept(viewer, actor, number, in_meaning=in_meaning)
        platform.deliver_events()

    return decide


@pytest.mark.parametrize(
    ("section", "said", "flagged"), [("steps", None, True), ("steps", False, False), ("twins", None, False), ("measure", True, True)]
)
def test_an_editor_who_accepts_says_whether_questions_are_flagged(platform, accept, section, said, flagged):
    accept(section, said)
    assert flags(platform) == (questions_about(platform, section) if flagged else [])
    with platform.db.read() as session:
        assert bool(last_changes(session, [SLUG])) is flagged


def test_an_explanation_that_an_editor_calls_a_change_in_meaning_is_one(platform, accept):
    accept("twins", True)
    with platform.db.read() as session:
        at = last_changes(session, [SLUG])[SLUG]
        assert changed_since(session, at, "zh") == {SLUG: ["twins"]}
    assert flags(platform) == questions_about(platform, "twins")


def test_a_section_that_goes_has_changed_and_is_linked_no_more(platform):
    with platform.db.write() as session:
        translation = session.scalars(select(Translation).join(Article).where(Article.slug == SLUG, Translation.lang == "zh")).one()
        number = translation.revision_number
        old = session.scalars(select(Revision).where(Revision.translation_id == translation.id, Revision.number == number)).one()
        source = re.sub(r"^## [^\n]*\{#dont\}\n.*?(?=^## )", "", old.source, flags=re.MULTILINE | re.DOTALL)
        document = parse(source, path="zh.md", lang="zh")
        add_revision(session, translation, document, render(document.body, "zh"), origin="browser")
    platform.deliver_events()
    assert flags(platform) == questions_about(platform, "dont")
    with platform.db.read() as session:
        assert changed_since(session, last_changes(session, [SLUG])[SLUG], "zh") == {SLUG: []}


def test_the_same_event_twice_and_another_rendering_change_nothing(platform, edit):
    edit("say")
    before = flags(platform)
    assert before
    with platform.db.write() as session:
        newest = session.scalars(select(OutboxRow).where(OutboxRow.topic == "article.changed").order_by(OutboxRow.seq.desc())).first()
        emit(session, "article.changed", dict(newest.payload))
    platform.deliver_events()
    assert flags(platform) == before
    with platform.db.write() as session:
        for state in session.scalars(select(SectionState)):
            state.hash = "as another renderer had it"
        for revision in session.scalars(select(Revision)):
            revision.renderer_version = 0
    assert rerender_outdated(platform.db) > 0
    platform.deliver_events()
    assert flags(platform) == before
    edit("twins")
    assert flags(platform) == before
