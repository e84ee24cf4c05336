"""What the bank knows of those who write it: the texts of a person, the flags they set or settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, select, update

from kbplatform.sdk import PersonalData, Text
from kbplatform_quizzes.models import BankQuestion, Flag, QuestionVersion, Upload

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def personal_data(user_id: int, session: Session, *, erase: bool) -> PersonalData | None:
    """Their texts and flags. With ``erase`` both stay, since they belong to the bank, and nothing says whose they were; waiting files go."""
    if erase:
        session.execute(update(QuestionVersion).where(QuestionVersion.by == user_id).values(by=None))
        session.execute(update(Flag).where(Flag.by == user_id).values(by=None, note=""))
        session.execute(update(Flag).where(Flag.settled_by == user_id).values(settled_by=None))
        session.execute(delete(Upload).where(Upload.author_id == user_id))
        return None
    place = (BankQuestion.slug, BankQuestion.key)
    written = session.execute(
        select(*place, QuestionVersion.version, QuestionVersion.created_at)
        .join(BankQuestion, BankQuestion.id == QuestionVersion.question_id)
        .where(QuestionVersion.by == user_id)
        .order_by(QuestionVersion.created_at)
    ).tuples()
    flags = session.execute(
        select(*place, Flag)
        .join(BankQuestion, BankQuestion.id == Flag.question_id)
        .where(or_(Flag.by == user_id, Flag.settled_by == user_id))
        .order_by(Flag.id)
    ).tuples()
    return PersonalData(
        Text("写的题和处理的标记", "Questions written, flags set and settled"),
        {
            "written": [{"question": f"{slug}/{key}", "version": v, "at": at.isoformat()} for slug, key, v, at in written],
            "flags": [_flag(f"{slug}/{key}", flag, user_id) for slug, key, flag in flags],
        },
    )


def _flag(question: str, flag: Flag, user_id: int) -> dict[str, object]:
    told: dict[str, object] = {"question": question, "at": flag.at.isoformat()}
    if flag.by == user_id:
        told["note"] = flag.note
    if flag.settled_by == user_id:
        told["answer"] = flag.answer or ""
    return told
