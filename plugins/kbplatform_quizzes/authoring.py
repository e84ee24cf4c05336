"""Writing into the bank from outside the files: what is imported and, in time, what is edited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from kbplatform.sdk import record_audit
from kbplatform_quizzes.models import BankQuestion
from kbplatform_quizzes.store import locked_sheet, put

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform.sdk import Actor
    from kbplatform_quizzes.question import Question

ADDED = "quizzes.questions_added"
MAX_ID = 60


@dataclass(frozen=True, slots=True)
class Added:
    """A question in the bank: its number, itself under the id it got, and False for ``new`` where the sheet asked exactly this before."""

    id: int
    question: Question
    new: bool


def add_questions(session: Session, slug: str, questions: Iterable[Question], actor: Actor) -> list[Added]:
    """Add questions to the sheet ``slug``, behind those it has. Call it inside one ``db.write()``.

    An id that is taken by another question gets ``-2``, ``-3`` …; the very same question is not added twice, and comes back if it was
    retired. What is added belongs to this site: a ``quiz.yaml`` taken in later doesn't retire it. Leaves one line in the audit.
    """
    locked_sheet(session, slug)
    rows = {row.key: row for row in session.scalars(select(BankQuestion).where(BankQuestion.slug == slug))}
    behind = max((row.position for row in rows.values()), default=-1) + 1
    done = []
    for question in questions:
        named, row = _place(rows, question)
        new = row is None or row.retired
        if row is None:
            row = rows[named.id] = BankQuestion(slug=slug, key=named.id, position=behind)
            behind += 1
        if new:
            put(session, row, named, actor.id)
        done.append(Added(row.id, named, new))
    keys = [added.question.id for added in done if added.new]
    if keys:
        record_audit(session, actor, ADDED, "quizzes.sheet", slug, questions=keys)
    return done


def _place(rows: dict[str, BankQuestion], question: Question) -> tuple[Question, BankQuestion | None]:
    """The question under an id that is free, with None; or under the id where it already stands, with its row."""
    number = 1
    while True:
        ending = "" if number == 1 else f"-{number}"
        named = replace(question, id=question.id[: MAX_ID - len(ending)].rstrip("-") + ending)
        row = rows.get(named.id)
        if row is None or row.version == named.version:
            return named, row
        number += 1
