"""Writing into the bank from outside the files: what is imported and what is edited.

Each function is called inside one ``db.write()`` and leaves one line in the audit. Editing leaves ``file_version`` alone: it says what
the file says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from kbplatform.sdk import Conflict, FieldError, InvalidInput, NotFound, Text, record_audit, utcnow
from kbplatform_quizzes.models import BankQuestion, Flag, QuestionVersion
from kbplatform_quizzes.private import note
from kbplatform_quizzes.store import keep_version, locked_sheet, put

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform.sdk import Actor, Rules
    from kbplatform_quizzes.question import Question

ADDED = "quizzes.questions_added"
CHANGED = "quizzes.question_changed"
RETIRED = "quizzes.question_retired"
ASKED_AGAIN = "quizzes.question_asked_again"
KEPT = "quizzes.question_kept"
FLAG_SETTLED = "quizzes.flag_settled"
_OBJECT = "quizzes.question"
NO_QUESTION = Text("没有这道题", "There is no such question")
_TAKEN = Text("这个编号已经有了，换一个", "This id is taken: choose another one")
_OTHERS = Text("您打开之后，别人改过这道题", "Somebody else has changed this question since you opened it")
MAX_ANSWER = 500
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


def create_question(session: Session, slug: str, question: Question, actor: Actor) -> BankQuestion:
    """A new question behind those the sheet has. Raises InvalidInput where its id is taken, also by a retired one."""
    locked_sheet(session, slug)
    taken = select(BankQuestion.key, BankQuestion.position).where(BankQuestion.slug == slug)
    known = dict(session.execute(taken).tuples().all())
    if question.id in known:
        raise InvalidInput(_TAKEN, fields=(FieldError("id", _TAKEN),))
    row = BankQuestion(slug=slug, key=question.id, position=max(known.values(), default=-1) + 1)
    put(session, row, question, actor.id)
    record_audit(session, actor, ADDED, "quizzes.sheet", slug, questions=[question.id])
    return row


def save_question(session: Session, slug: str, question: Question, seen: str, actor: Actor) -> BankQuestion:
    """Make ``question`` the present text of the question of its id; a retired one stays retired.

    ``seen`` is the version that it was written over. Raises NotFound; Conflict where it is another one by now.
    """
    row = _locked(session, slug, question.id, seen)
    if row.version != question.version:
        keep_version(session, row.id, question, actor.id)
        _use(session, row, question.version, actor)
    return row


def reuse_version(session: Session, slug: str, key: str, version: str, seen: str, actor: Actor) -> BankQuestion:
    """Make a former text, or that of the file, the present one. Raises NotFound, Conflict as :func:`save_question`."""
    row = _locked(session, slug, key, seen)
    if session.get(QuestionVersion, (row.id, version)) is None:
        raise NotFound(Text("没有这个版本", "There is no such version"))
    if row.version != version:
        _use(session, row, version, actor)
    return row


def _use(session: Session, row: BankQuestion, version: str, actor: Actor) -> None:
    record_audit(session, actor, CHANGED, _OBJECT, f"{row.slug}/{row.key}", before=row.version, version=version)
    row.version, row.kept_against = version, row.file_version


def keep_ours(session: Session, slug: str, key: str, seen: str, actor: Actor) -> BankQuestion:
    """Keep what was written here although the file says something else by now. Raises NotFound, Conflict."""
    row = _locked(session, slug, key, seen)
    if row.kept_against != row.file_version:
        row.kept_against = row.file_version
        record_audit(session, actor, KEPT, _OBJECT, f"{slug}/{key}", version=row.version, file=row.file_version)
    return row


def retire(session: Session, slug: str, key: str, seen: str, actor: Actor, *, retired: bool = True) -> BankQuestion:
    """Ask a question no more, or again. Its history stays, and so do the attempts in which it was asked. Raises NotFound, Conflict."""
    row = _locked(session, slug, key, seen)
    if row.retired != retired:
        row.retired = retired
        record_audit(session, actor, RETIRED if retired else ASKED_AGAIN, _OBJECT, f"{slug}/{key}")
    return row


def settle_flag(session: Session, slug: str, key: str, flag: int, answer: str, actor: Actor, rules: Rules) -> None:
    """Settle a flag with what is said to it, without what ``rules`` mask. One that somebody settled already stays as it is. Raises NotFound."""
    row = session.scalar(
        select(Flag).join(BankQuestion, BankQuestion.id == Flag.question_id)
        .where(Flag.id == flag, BankQuestion.slug == slug, BankQuestion.key == key).with_for_update(of=Flag)
    )  # fmt: skip
    if row is None:
        raise NotFound(Text("没有这条标记", "There is no such flag"))
    if row.settled_at is None:
        row.settled_at, row.settled_by, row.answer = utcnow(), actor.id, note(answer, MAX_ANSWER, rules).text
        record_audit(session, actor, FLAG_SETTLED, _OBJECT, f"{slug}/{key}", flag=flag)


def _locked(session: Session, slug: str, key: str, seen: str) -> BankQuestion:
    """The row of a question that nobody else changes until this transaction ends."""
    locked_sheet(session, slug)
    row = session.scalar(select(BankQuestion).where(BankQuestion.slug == slug, BankQuestion.key == key))
    if row is None:
        raise NotFound(NO_QUESTION)
    if row.version != seen:
        raise Conflict(_OTHERS)
    return row
