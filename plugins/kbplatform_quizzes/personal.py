"""What the plugin knows of a person, and how it forgets them: marks stay for the figures of a quiz, without whose they were."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from kbplatform.sdk import PersonalData, Text
from kbplatform_quizzes.bank import read_sheet
from kbplatform_quizzes.editing import people
from kbplatform_quizzes.models import (
    Allowance,
    Assignment,
    Attempt,
    AttemptEvent,
    AttemptItem,
    BankQuestion,
    QuestionVersion,
    Quiz,
    Reading,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def personal_data(user_id: int, session: Session, *, erase: bool) -> PersonalData | None:
    """Attempts with their answers and events, readings, flags, assignments and extra time of a person.

    With ``erase`` finished attempts stay without a name, so that a quiz's figures stay true; essays, comments on them and notes go,
    and so does everything else. Who marked or regraded stays a number: two markers must be told apart, and the number has no name
    any more.
    """
    bank = people.personal_data(user_id, session, erase=erase)
    if erase or bank is None:
        _erase(session, user_id)
        return None
    known = {
        "attempts": _attempts(session, user_id),
        "readings": [{"article": r.slug, "at": _when(r.at)} for r in session.scalars(select(Reading).where(Reading.user_id == user_id))],
        **bank.data,
        "assignments": [_assignment(a) for a in session.scalars(select(Assignment).where(Assignment.user_id == user_id).order_by(Assignment.id))],
        "given": [_assignment(a) for a in session.scalars(select(Assignment).where(Assignment.by == user_id).order_by(Assignment.id))],
        "more_time_percent": session.scalar(select(Allowance.percent).where(Allowance.user_id == user_id)),
        "quizzes_changed": list(session.scalars(select(Quiz.key).where(Quiz.by == user_id).order_by(Quiz.key))),
    }
    return PersonalData(Text("练习和测验", "Quizzes and training"), known)


def _when(value: datetime | date | None) -> str | None:
    return value.isoformat() if value else None


def _assignment(row: Assignment) -> dict[str, Any]:
    return {"quiz": row.quiz_id, "article": row.slug, "team": row.team, "due_on": _when(row.due_on), "note": row.note, "at": _when(row.at)}


def _attempts(session: Session, user_id: int) -> list[dict[str, Any]]:
    rows = session.execute(select(Attempt, Quiz.key).join(Quiz, Quiz.id == Attempt.quiz_id).where(Attempt.user_id == user_id).order_by(Attempt.id))
    attempts = rows.tuples().all()
    numbers = [attempt.id for attempt, _ in attempts]
    items = session.execute(
        select(AttemptItem, BankQuestion.slug, BankQuestion.key)
        .join(BankQuestion, BankQuestion.id == AttemptItem.question_id)
        .where(AttemptItem.attempt_id.in_(numbers))
        .order_by(AttemptItem.attempt_id, AttemptItem.position)
    ).tuples()
    answers: dict[int, list[dict[str, Any]]] = {}
    for item, slug, key in items:
        answers.setdefault(item.attempt_id, []).append({
            "question": f"{slug}/{key}", "answer": item.answer, "typed": item.sent, "sure": item.sure, "marked": item.later,
            "fraction": item.fraction,
        })  # fmt: skip
    events: dict[int, list[dict[str, Any]]] = {}
    for event in session.scalars(select(AttemptEvent).where(AttemptEvent.attempt_id.in_(numbers)).order_by(AttemptEvent.id)):
        events.setdefault(event.attempt_id, []).append({"kind": event.kind, "question": event.position, "data": event.data, "at": _when(event.at)})
    return [
        {
            "quiz": key, "kind": a.kind, "number": a.number, "state": a.state, "started_at": _when(a.started_at), "ended_at": _when(a.ended_at),
            "percent": a.percent, "passed": a.passed, "answers": answers.get(a.id, []), "events": events.get(a.id, []),
        }
        for a, key in attempts
    ]  # fmt: skip


def _erase(session: Session, user_id: int) -> None:
    theirs = Attempt.user_id == user_id
    session.execute(delete(Attempt).where(theirs, (Attempt.state != "done") | (Attempt.kind != "graded")))
    for attempt in session.scalars(select(Attempt).where(theirs)).all():
        _without_words(session, attempt)
        attempt.user_id = None
    session.execute(delete(Reading).where(Reading.user_id == user_id))
    session.execute(delete(Allowance).where(Allowance.user_id == user_id))
    session.execute(delete(Assignment).where(Assignment.user_id == user_id))
    for table in (Assignment, Allowance, Quiz):
        session.execute(update(table).where(table.by == user_id).values(by=None))
    session.flush()


def _without_words(session: Session, attempt: Attempt) -> None:
    """Take the essays out of an attempt, and what trainers wrote about it. What nobody has marked can not be marked any more."""
    asked = session.execute(
        select(AttemptItem, QuestionVersion.data)
        .join(QuestionVersion, (QuestionVersion.question_id == AttemptItem.question_id) & (QuestionVersion.version == AttemptItem.version))
        .where(AttemptItem.attempt_id == attempt.id)
    ).tuples()
    essays = {item.position: item for item, data in asked if _is_essay(data["yaml"])}
    for item in essays.values():
        item.answer, item.sent = None, {}
        if item.waiting:
            item.waiting, attempt.waiting = False, attempt.waiting - 1
    for event in session.scalars(select(AttemptEvent).where(AttemptEvent.attempt_id == attempt.id, AttemptEvent.position.is_not(None))):
        data = dict(event.data)
        if event.position in essays:
            data |= {name: None for name in ("answer", "sent") if name in data}
        if data.get("comment"):
            data["comment"] = ""
        if data != event.data:
            event.data = data


def _is_essay(text: str) -> bool:
    return any(q.body.kind == "essay" for q in read_sheet(text.encode()).questions)
