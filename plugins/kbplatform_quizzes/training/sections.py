"""When a section of an article changes in meaning: its questions are flagged, and what was passed before is stale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import yaml
from sqlalchemy import func, select

from kbplatform.sdk import changed_in_meaning, sections_of
from kbplatform_quizzes.models import BankQuestion, Flag, QuestionVersion, SectionState
from kbplatform_quizzes.training.finding import announce_about
from kbplatform_quizzes.training.flags import SECTION, raise_flag

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from kbplatform.sdk import Event

GONE = ""
"""Stands for the words of a section that is no longer there."""


def follow(event: Event, session: Session) -> None:
    """Compare the article that changed with what was last seen of it. The same event twice does no harm."""
    payload = event.payload
    slug, lang, revision = payload.get("slug"), payload.get("lang"), payload.get("revision")
    if event.topic != "article.changed" or not isinstance(slug, str):
        return
    if not isinstance(lang, str) or not isinstance(revision, int):
        announce_about(session, slug)
        return
    now = {section.id: section.hash for section in sections_of(session, slug, lang, revision)}
    if not now:
        return  # that text is gone; an event that follows tells of the one there is
    meant = {s for s in _take_note(session, slug, lang, now) if changed_in_meaning(event, s.section)}
    if meant and not payload.get("rerendered"):
        for state in meant:
            state.changed_at = event.created_at
        _flag_questions(session, slug, {s.section for s in meant})


def _take_note(session: Session, slug: str, lang: str, now: dict[str, str]) -> set[SectionState]:
    """Remember the article's sections; those that were known otherwise."""
    known = {s.section: s for s in session.scalars(select(SectionState).where(SectionState.slug == slug, SectionState.lang == lang))}
    changed = set()
    for section in known.keys() | now.keys():
        state, words = known.get(section), now.get(section, GONE)
        if state is None:
            session.add(SectionState(slug=slug, lang=lang, section=section, hash=words))
        elif state.hash != words:
            state.hash = words
            changed.add(state)
    return changed


def _flag_questions(session: Session, slug: str, sections: Iterable[str]) -> None:
    asked = (
        select(BankQuestion.id, QuestionVersion.data)
        .join(QuestionVersion, (QuestionVersion.question_id == BankQuestion.id) & (QuestionVersion.version == BankQuestion.version))
        .where(BankQuestion.slug == slug, BankQuestion.retired.is_(False))
        .order_by(BankQuestion.id)
    )
    flagged = set(session.scalars(select(Flag.question_id).where(Flag.reason == SECTION, Flag.settled_at.is_(None))))
    for number, data in session.execute(asked).all():
        if number not in flagged and answered_by(data) in sections:
            raise_flag(session, number, slug, SECTION)


def answered_by(data: Mapping[str, str]) -> str:
    """The section that answers a stored question; empty where it names none. Read without its type, which may not be installed."""
    return str(yaml.safe_load(data["yaml"])["questions"][0].get("section", ""))


def last_changes(session: Session, slugs: Iterable[str]) -> dict[str, datetime]:
    """When each of these articles last changed in meaning, in either language; those that never did are missing."""
    wanted = select(SectionState.slug, func.max(SectionState.changed_at)).where(SectionState.slug.in_(sorted(set(slugs))))
    rows = session.execute(wanted.where(SectionState.changed_at.is_not(None)).group_by(SectionState.slug))
    return {slug: at for slug, at in rows if at is not None}


def changed_since(session: Session, since: datetime, lang: str) -> dict[str, list[str]]:
    """Article → ids of the sections that changed in meaning since then, the article changed last first. Those in ``lang`` where there are any."""
    rows = session.execute(
        select(SectionState.slug, SectionState.lang, SectionState.section, SectionState.hash)
        .where(SectionState.changed_at >= since)
        .order_by(SectionState.changed_at.desc(), SectionState.slug, SectionState.section)
    ).all()
    found: dict[str, list[str]] = {}
    here = {(slug, section) for slug, of, section, _ in rows if of == lang}
    for slug, of, section, words in rows:
        members = found.setdefault(slug, [])
        if (of == lang or (slug, section) not in here) and words != GONE and section not in members:
            members.append(section)
    return found
