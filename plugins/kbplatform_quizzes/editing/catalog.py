"""The bank as its authors look through it: every question with its state, narrowed and in order, and all there is to know of one."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import func, select

from kbplatform.sdk import NotFound, Text, names_of
from kbplatform_quizzes.attempts.rules import Rule
from kbplatform_quizzes.authoring import NO_QUESTION
from kbplatform_quizzes.bank import read_sheet
from kbplatform_quizzes.models import AttemptItem, BankQuestion, Flag, QuestionVersion, Quiz
from kbplatform_quizzes.store import Stored

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from kbplatform.sdk import Database
    from kbplatform_quizzes.kinds import QuestionType
    from kbplatform_quizzes.question import Question

PAGE_SIZE = 25
MAX_KEPT = 20_000
"""Texts that stay read."""
_AT_ONCE = 400
State = Literal["asked", "retired", "flagged", "edited", "own", "conflict", "all"]


@dataclass(frozen=True, slots=True)
class Record:
    """A question of the bank as it is now. ``flags`` counts the open ones; ``since`` is when its present text was written."""

    id: int
    slug: str
    position: int
    question: Question
    retired: bool
    file_version: str | None
    kept_against: str | None
    since: datetime
    flags: int = 0

    @property
    def key(self) -> str:
        """Its id within the article."""
        return self.question.id

    @property
    def version(self) -> str:
        """Of its present text."""
        return self.question.version

    @property
    def states(self) -> frozenset[State]:
        """Everything that is true of it."""
        edited = self.file_version not in {None, self.version}
        found: dict[State, bool] = {
            "all": True, "asked": not self.retired, "retired": self.retired, "flagged": self.flags > 0, "edited": edited,
            "own": self.file_version is None and not self.retired, "conflict": edited and self.kept_against != self.file_version,
        }  # fmt: skip
        return frozenset(state for state, holds in found.items() if holds)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which questions; empty fields ask for nothing. ``practices`` are those whose questions the reader may see, in their order."""

    practices: tuple[str, ...]
    kind: str = ""
    tag: str = ""
    difficulty: int = 0
    state: State = "asked"
    search: str = ""
    newest: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The questions wanted, all of them in order; how many there are in each state; the tags there are."""

    records: tuple[Record, ...]
    states: Mapping[State, int]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """A text of a question: when it was written and by whom (``""`` where it came from a file)."""

    version: str
    at: datetime
    by: int | None
    name: str
    question: Question


@dataclass(frozen=True, slots=True)
class FlagView:
    """A flag with the names of who set and who settled it."""

    id: int
    reason: str
    note: str
    at: datetime
    by: str
    settled_at: datetime | None
    settled_by: str
    answer: str


class Catalog:
    """Reads the bank for its authors. ``types`` are the kinds there are: a question of another kind is left out."""

    def __init__(self, db: Database, types: Iterable[QuestionType]) -> None:
        self._db = db
        self.types = tuple(types)
        self._read: dict[tuple[int, str], Question | None] = {}

    def slugs(self) -> set[str]:
        """The articles that have questions, retired ones too."""
        with self._db.read() as session:
            return set(session.scalars(select(BankQuestion.slug).distinct()))

    def find(self, wanted: Wanted) -> Found:
        """The questions that are wanted."""
        with self._db.read() as session:
            every = self._records(session, wanted.practices)
        tags = sorted({tag for record in every for tag in record.question.tags})
        fitting = [record for record in every if _fits(record, wanted)]
        states = Counter(state for record in fitting for state in record.states)
        chosen = [record for record in fitting if wanted.state in record.states]
        order = {slug: place for place, slug in enumerate(wanted.practices)}
        if wanted.newest:
            chosen.sort(key=lambda r: (r.since, r.id), reverse=True)
        else:
            chosen.sort(key=lambda r: (order[r.slug], r.position, r.id))
        return Found(tuple(chosen), states, tuple(tags))

    def get(self, slug: str, key: str) -> Record:
        """One question. Raises NotFound."""
        with self._db.read() as session:
            found = self._records(session, [slug], key)
        if not found:
            raise NotFound(NO_QUESTION)
        return found[0]

    def _records(self, session: Session, slugs: Collection[str], key: str = "") -> list[Record]:
        query = (
            select(BankQuestion, QuestionVersion.created_at)
            .join(QuestionVersion, (QuestionVersion.question_id == BankQuestion.id) & (QuestionVersion.version == BankQuestion.version))
            .where(BankQuestion.slug.in_(slugs), *([BankQuestion.key == key] if key else []))
        )
        rows = session.execute(query).tuples().all()
        flagged = select(Flag.question_id, func.count()).where(Flag.settled_at.is_(None)).group_by(Flag.question_id)
        flags = dict(session.execute(flagged).tuples().all())
        texts = self._texts(session, [(row.id, row.version) for row, _ in rows])
        return [
            Record(row.id, row.slug, row.position, question, row.retired, row.file_version, row.kept_against, since, flags.get(row.id, 0))
            for row, since in rows
            if (question := texts[row.id, row.version]) is not None
        ]

    def _texts(self, session: Session, wanted: list[tuple[int, str]]) -> dict[tuple[int, str], Question | None]:
        """Texts by number and version, which are read once: they never change."""
        found = {pair: self._read[pair] for pair in wanted if pair in self._read}
        unread = [pair for pair in wanted if pair not in found]
        for i in range(0, len(unread), _AT_ONCE):
            part = set(unread[i : i + _AT_ONCE])
            numbers, versions = {number for number, _ in part}, {version for _, version in part}
            rows = select(QuestionVersion).where(QuestionVersion.question_id.in_(numbers), QuestionVersion.version.in_(versions))
            for row in session.scalars(rows):
                sheet = read_sheet(row.data["yaml"].encode(), self.types)
                found[row.question_id, row.version] = sheet.questions[0] if sheet.questions else None
        if len(self._read) > MAX_KEPT:
            self._read.clear()
        self._read.update(found)
        return found

    def versions(self, record: Record) -> list[Version]:
        """Every text a question had, newest first."""
        query = select(QuestionVersion).where(QuestionVersion.question_id == record.id)
        with self._db.read() as session:
            rows = session.scalars(query.order_by(QuestionVersion.created_at.desc(), QuestionVersion.version)).all()
            texts = self._texts(session, [(row.question_id, row.version) for row in rows])
            names = names_of(session, {row.by for row in rows if row.by is not None})
        return [
            Version(row.version, row.created_at, row.by, names.get(row.by or 0, ""), question)
            for row in rows
            if (question := texts[row.question_id, row.version]) is not None
        ]

    def text(self, record: Record, version: str) -> Question | None:
        """One of its texts; None where there is none, or no plugin reads it."""
        with self._db.read() as session:
            return self._texts(session, [(record.id, version)]).get((record.id, version))

    def flags(self, record: Record) -> list[FlagView]:
        """Its flags, open ones first, then the newest."""
        query = select(Flag).where(Flag.question_id == record.id).order_by(Flag.settled_at.is_not(None), Flag.at.desc(), Flag.id.desc())
        with self._db.read() as session:
            rows = session.scalars(query.limit(100)).all()
            people = {number for row in rows for number in (row.by, row.settled_by) if number is not None}
            names = names_of(session, people)
        return [
            FlagView(f.id, f.reason, f.note, f.at, names.get(f.by or 0, ""), f.settled_at, names.get(f.settled_by or 0, ""), f.answer or "")
            for f in rows
        ]

    def quizzes(self, record: Record) -> list[tuple[str, Text]]:
        """Key and title of the quizzes that may draw it, by key."""
        stored = Stored(record.id, record.slug, record.question)
        with self._db.read() as session:
            rows = session.scalars(select(Quiz).order_by(Quiz.key)).all()
        return [(row.key, Text(row.zh, row.en)) for row in rows if any(pool.has(stored) for pool in Rule.read(row.rule).pools)]

    def times_asked(self, record: Record) -> int:
        """In how many attempts it was drawn."""
        with self._db.read() as session:
            return session.scalar(select(func.count()).select_from(AttemptItem).where(AttemptItem.question_id == record.id)) or 0


def _fits(record: Record, wanted: Wanted) -> bool:
    question = record.question
    return (
        wanted.kind in {"", question.body.kind}
        and (not wanted.tag or wanted.tag in question.tags)
        and wanted.difficulty in {0, question.difficulty}
        and _says(question, wanted.search)
    )


def _says(question: Question, search: str) -> bool:
    """Whether all words of ``search`` stand in the stem or in the id, whatever their width and case."""
    words = one_form(search).split()
    there = f"{one_form(question.stem.zh)}\n{one_form(question.stem.en)}\n{question.id}"
    return all(word in there for word in words)


def one_form(text: str) -> str:
    """Half width, one case."""
    return unicodedata.normalize("NFKC", text).casefold()
