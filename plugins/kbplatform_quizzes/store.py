"""The bank in the database: which questions each article has today, and every text they ever had."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from kbplatform.sdk import Text, Unavailable
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
class Taken:
    """What a file brought, and the keys of questions that it and somebody here both changed."""

    outcome: Literal["new", "changed", "as it was"]
    conflicts: tuple[str, ...] = ()


class Bank:
    """Questions by article. ``types`` are the kinds there are: a stored question of another kind is left out."""

    def __init__(self, db: Database, types: Iterable[QuestionType] = BUILT_IN) -> None:
        self._db = db
        self._types = tuple(types)
        self._parsed = lru_cache(maxsize=MAX_PARSED)(self._parse)

    def of(self, *slugs: str) -> list[Stored]:
        """The questions asked of these articles today, in their order; of all articles where none is named."""
        wanted = (
            select(BankQuestion.slug, BankQuestion.id, BankQuestion.version, QuestionVersion.data)
            .join(QuestionVersion, (QuestionVersion.question_id == BankQuestion.id) & (QuestionVersion.version == BankQuestion.version))
            .where(BankQuestion.retired.is_(False), *([BankQuestion.slug.in_(slugs)] if slugs else []))
            .order_by(BankQuestion.slug, BankQuestion.position, BankQuestion.id)
        )
        with self._db.read() as session:
            return self._stored(session.execute(wanted).tuples())

    def present(self, session: Session, numbers: Iterable[int]) -> list[Stored]:
        """Questions by number as they are today, retired ones too, in no order."""
        rows = session.execute(
            select(BankQuestion.slug, BankQuestion.id, BankQuestion.version, QuestionVersion.data)
            .join(QuestionVersion, (QuestionVersion.question_id == BankQuestion.id) & (QuestionVersion.version == BankQuestion.version))
            .where(BankQuestion.id.in_(set(numbers)))
        ).tuples()
        return self._stored(rows)

    def texts(self, session: Session, wanted: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Stored]:
        """Questions as they once were, by number and version. Raises Unavailable where the plugin of a kind among them is off."""
        pairs = set(wanted)
        rows = session.execute(
            select(BankQuestion.slug, BankQuestion.id, QuestionVersion.version, QuestionVersion.data)
            .join(QuestionVersion, QuestionVersion.question_id == BankQuestion.id)
            .where(BankQuestion.id.in_({number for number, _ in pairs}), QuestionVersion.version.in_({version for _, version in pairs}))
        ).tuples()
        found = {(stored.id, stored.question.version): stored for stored in self._stored(row for row in rows if (row[1], row[2]) in pairs)}
        if len(found) < len(pairs):
            raise Unavailable(Text("有的题目要用的插件没有启用", "Some questions need a plugin that is switched off"))
        return found

    def _stored(self, rows: Iterable[tuple[str, int, str, dict[str, Any]]]) -> list[Stored]:
        return [Stored(number, slug, question) for slug, number, version, data in rows if (question := self._parsed(number, version, data["yaml"]))]

    def counts(self) -> dict[str, int]:
        """How many questions each article has."""
        with self._db.read() as session:
            asked = select(BankQuestion.slug, func.count()).where(BankQuestion.retired.is_(False)).group_by(BankQuestion.slug)
            return dict(session.execute(asked).tuples().all())

    def take_in(self, slug: str, source: bytes, questions: Iterable[Question]) -> Taken:
        """Bring the article's questions up to its file.

        A question that is no longer there is retired, not deleted; one that comes back under its id goes on. What people edited here
        stays as they left it, also where the file has changed since: those are the conflicts.
        """
        digest = hashlib.sha256(source).hexdigest()
        with self._db.read() as session:
            known = session.get(Sheet, slug)
            if known is not None and known.hash == digest:
                return Taken("as it was")
        with self._db.write() as session:
            sheet = locked_sheet(session, slug)
            if sheet.hash == digest:  # another process was first
                return Taken("as it was")
            new, sheet.hash = not sheet.hash, digest
            conflicts = _take_in(session, slug, list(questions))
        return Taken("new" if new else "changed", tuple(conflicts))

    def _parse(self, _number: int, _version: str, text: str) -> Question | None:
        """A stored question; remembered by number and version, whose text never changes."""
        sheet = read_sheet(text.encode(), self._types)
        return sheet.questions[0] if sheet.questions else None


def locked_sheet(session: Session, slug: str) -> Sheet:
    """The sheet of this name, made where there is none; nobody else changes its questions until this transaction ends."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(insert(Sheet).values(slug=slug, hash="").on_conflict_do_nothing())
    return session.scalars(select(Sheet).where(Sheet.slug == slug).with_for_update()).one()


def put(session: Session, row: BankQuestion, question: Question, by: int | None = None) -> None:
    """Make ``question``, written by ``by``, the present text of a row, and keep it for good."""
    row.version, row.retired = question.version, False
    session.add(row)
    session.flush()
    keep_version(session, row.id, question, by)


def _take_in(session: Session, slug: str, questions: list[Question]) -> list[str]:
    """Keys of the questions that both the file and somebody here changed."""
    rows = {row.key: row for row in session.scalars(select(BankQuestion).where(BankQuestion.slug == slug))}
    conflicts: list[str] = []
    for position, question in enumerate(questions):
        row = rows.pop(question.id, None)
        if row is None:
            row = BankQuestion(slug=slug, key=question.id, position=position, version=question.version, file_version=question.version)
            session.add(row)
            session.flush()
        elif row.version == row.file_version or (row.retired and row.file_version is None):  # nobody edited it here
            row.retired = row.retired and row.file_version == question.version
            row.position, row.version, row.file_version = position, question.version, question.version
        elif question.version not in {row.version, row.file_version}:
            conflicts.append(question.id)
        row.file_version = question.version
        keep_version(session, row.id, question)
    for row in rows.values():
        if row.file_version is None:
            continue  # made here
        if row.version == row.file_version:
            row.retired = True
        elif not row.retired:
            conflicts.append(row.key)
        row.file_version = None
    return conflicts


def keep_version(session: Session, number: int, question: Question, by: int | None = None) -> None:
    """Keep the text of a question, if it is new, under its version."""
    if session.get(QuestionVersion, (number, question.version)) is None:
        data = {"yaml": write_sheet([question]).decode()}
        session.add(QuestionVersion(question_id=number, version=question.version, data=data, by=by))
        session.flush()
