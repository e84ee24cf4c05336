"""Flags: a question that somebody should look at, because a taker says so or because the section that answers it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from kbplatform.sdk import ArticleService, InvalidInput, NotFound, Text, emit
from kbplatform_quizzes.models import BankQuestion, Flag
from kbplatform_quizzes.private import note as kept_note

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform.sdk import Services, Viewer

FLAGGED = "quizzes.question_flagged"
TAKER, SECTION = "taker", "section"
MAX_NOTE = 300
_NONE = Text("没有这道题", "There is no such question")
_WHO = Text("登录后才能报题目有误", "Sign in to report a question")


def raise_flag(session: Session, question_id: int, slug: str, reason: str, *, note: str = "", by: int | None = None) -> int:
    """Flag a question and tell everybody who follows events; the flag's number."""
    flag = Flag(question_id=question_id, reason=reason, note=note, by=by)
    session.add(flag)
    session.flush()
    emit(session, FLAGGED, {"flag": flag.id, "question": question_id, "slug": slug, "reason": reason})
    return flag.id


def flag(services: Services, viewer: Viewer, question_id: int, note: str) -> int:
    """A taker says that a question should be looked at; the flag's number. Who flags again says it anew: they have one open flag each.

    What the site masks is taken out of ``note``, which is cut at 300 characters. Raises InvalidInput for nobody in particular;
    NotFound, also where they may not read the question's article.
    """
    db = services.db
    if viewer.id is None:
        raise InvalidInput(_WHO)
    with db.read() as session:
        row = session.get(BankQuestion, question_id) if 0 < question_id < 2**31 else None
    if row is None or not ArticleService(db).cards([row.slug], "zh", viewer):
        raise NotFound(_NONE)
    words = kept_note(note, MAX_NOTE, services.masking).text
    with db.write() as session:
        session.scalars(select(BankQuestion).where(BankQuestion.id == question_id).with_for_update()).one()  # two tabs: one flag
        mine = select(Flag).where(Flag.question_id == question_id, Flag.by == viewer.id, Flag.reason == TAKER, Flag.settled_at.is_(None))
        known = session.scalars(mine).first()
        if known is None:
            return raise_flag(session, question_id, row.slug, TAKER, note=words, by=viewer.id)
        known.note = words or known.note
        return known.id


def open_flags(session: Session) -> int:
    """How many questions have an open flag."""
    return session.scalar(select(func.count(Flag.question_id.distinct())).where(Flag.settled_at.is_(None))) or 0
