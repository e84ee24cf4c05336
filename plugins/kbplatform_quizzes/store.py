"""The bank in the database: which questions each article has today, and every text they ever had."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from kbplatform_quizzes.bank import read_sheet, write_sheet
from kbplatform_quizzes.kinds import BUILT_IN, QuestionType
from kbplatform_quizzes.models import BankQuestion, QuestionVersion, Sheet

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform.sdk import Database
    from kbplatform_quizzes.question import Question


MAX_PARSED = 2_000
"""Questions kept as they were read: reading their YAML is no work for each page that shows how many there are."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A question with its number in the bank and the article it belongs to."""

    id: int
    slug: str
    question: Question


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What taking a file in did: whether it is new, and the questions that stay as they were changed on this site, though the file differs."""

    new: bool
    kept: tuple[str, ...] = ()


class Bank:
    """Questions by article. ``types`` are the kinds there are: a stored question of another kind is left out."""

    def __init__(self, db: Database, types: Iterable[QuestionType] = BUILT_IN) -> None:
        self._db = db
        self._types = tuple(types)
        self._parsed = lru_cache(maxsize=MAX_PARSED)(self._parse)

    def of(self, slug: str) -> list[Stored]:
        """The questions asked of an article today, in its order."""
        with self._db.read() as session:
            rows = session.execute(
                select(BankQuestion.id, BankQuestion.version, QuestionVersion.data)
                .join(QuestionVersion, (QuestionVersion.question_id == BankQuestion.id) & (QuestionVersion.version == BankQuestion.version))
                .where(BankQuestion.slug == slug, BankQuestion.retired.is_(False))
                .order_by(BankQuestion.position, BankQuestion.id)
            ).all()
        return [Stored(number, slug, question) for number, version, data in rows if (question := self._parsed(number, version, data["yaml"]))]

    def counts(self) -> dict[str, int]:
        """How many questions each article has."""
        with self._db.read() as session:
            asked = select(BankQuestion.slug, func.count()).where(BankQuestion.retired.is_(False)).group_by(BankQuestion.slug)
            return dict(session.execute(asked).tuples().all())

    def take_in(self, slug: str, source: bytes, questions: Iterable[Question]) -> TakenIn | None:
        """Make ``questions`` those of the article; None where its file is as it was.

        A question that is no longer there is retired, not deleted; one that comes back under its id goes on. What was added or
        changed on this site stays as it is.
        """
        digest = hashlib.sha256(source).hexdigest()
        with self._db.read() as session:
            known = session.get(Sheet, slug)
            if known is not None and known.hash == digest:
                return None
        with self._db.write() as session:
            sheet = locked_sheet(session, slug)
            if sheet.hash == digest:  # another process was first
                return None
            new, sheet.hash = not sheet.hash, digest
            kept = _replace(session, slug, list(questions))
        return TakenIn(new, tuple(kept))

    def _parse(self, _number: int, _version: str, text: str) -> Question | None:
        """A stored question; remembered by number and version, whose text never changes."""
        sheet = read_sheet(text.encode(), self._types)
        return sheet.questions[0] if sheet.questions else None


def locked_sheet(session: Session, slug: str) -> Sheet:
    """The sheet of this name, made where there is none; nobody else changes its questions until this transaction ends."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(insert(Sheet).values(slug=slug, hash="").on_conflict_do_nothing())
    return session.scalars(select(Sheet).where(Sheet.slug == slug).with_for_update()).one()


def put(session: Session, row: BankQuestion, question: Question) -> None:
    """Make ``question`` the present text of a row, and keep it for good."""
    row.version, row.retired = question.version, False
    session.add(row)
    session.flush()
    if session.get(QuestionVersion, (row.id, question.version)) is None:
        session.add(QuestionVersion(question_id=row.id, version=question.version, data={"yaml": write_sheet([question]).decode()}))


def _replace(session: Session, slug: str, questions: list[Question]) -> list[str]:
    """The rows become what the file says; the ids where this site's own text stays instead."""
    rows = {row.key: row for row in session.scalars(select(BankQuestion).where(BankQuestion.slug == slug))}
    kept = []
    for position, question in enumerate(questions):
        row = rows.pop(question.id, None) or BankQuestion(slug=slug, key=question.id)
        row.position = position
        if row.here and (row.retired or row.version != question.version):
            kept.append(question.id)
            continue
        row.here = False
        put(session, row, question)
    for row in rows.values():
        row.retired = row.retired or not row.here
    return kept
