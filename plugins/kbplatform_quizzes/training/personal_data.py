"""What training knows of a person: what they were to learn, what they said they read, what they flagged; and taking it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from kbplatform_quizzes.models import Assignment, Flag, Reading

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def exported(user_id: int, session: Session) -> dict[str, Any]:
    """The person's data as plain values."""
    tasks = session.scalars(select(Assignment).where(Assignment.user_id == user_id).order_by(Assignment.id))
    read = session.scalars(select(Reading).where(Reading.user_id == user_id).order_by(Reading.slug))
    flags = session.scalars(select(Flag).where(Flag.by == user_id).order_by(Flag.id))
    return {
        "assignments": [_task(t) for t in tasks],
        "read": [{"article": r.slug, "at": r.at.isoformat()} for r in read],
        "flags": [{"question": f.question_id, "note": f.note, "at": f.at.isoformat()} for f in flags],
    }


def _task(row: Assignment) -> dict[str, Any]:
    due = row.due_on.isoformat() if row.due_on else None
    return {"quiz": row.quiz_id, "article": row.slug, "due_on": due, "note": row.note, "at": row.at.isoformat()}


def erase(user_id: int, session: Session) -> None:
    """What was for them alone goes; what they did for others stays, and nothing says whose it was. Their words in flags go too."""
    session.execute(delete(Assignment).where(Assignment.user_id == user_id))
    session.execute(delete(Reading).where(Reading.user_id == user_id))
    session.execute(update(Assignment).where(Assignment.by == user_id).values(by=None))
    session.execute(update(Flag).where(Flag.by == user_id).values(by=None, note=""))
    session.execute(update(Flag).where(Flag.settled_by == user_id).values(settled_by=None))
