"""Tables of the plugin."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kbplatform.sdk import Base, utcnow

# ---------------------------------------------------------------------- the bank


class Sheet(Base):
    """The file of an article's questions as it was last taken in; ``hash`` is empty where there was none yet."""

    __tablename__ = "quizzes_sheet"

    slug: Mapped[str] = mapped_column(primary_key=True)
    hash: Mapped[str]


class BankQuestion(Base):
    """A question, whatever its text is today. ``retired`` ones are asked no more, but their history stays."""

    __tablename__ = "quizzes_question"
    __table_args__ = (UniqueConstraint("slug", "key", name="uq_quizzes_question_slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str]
    key: Mapped[str]
    position: Mapped[int]
    version: Mapped[str]
    retired: Mapped[bool] = mapped_column(default=False)
    file_version: Mapped[str | None]
    """The version its file had when it was last taken in; None for a question that no file has. Where it is not ``version``,
    the question was edited here, and what the file says then is kept beside it."""
    kept_against: Mapped[str | None]
    """The file's version that whoever last edited the question here had before them: where ``file_version`` has moved on from it, somebody
    has to choose."""


class QuestionVersion(Base):
    """A question's text as it was from ``created_at`` on. Never changed, so that an attempt can be marked again."""

    __tablename__ = "quizzes_version"

    question_id: Mapped[int] = mapped_column(ForeignKey("quizzes_question.id"), primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    data: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    by: Mapped[int | None]
    """Who wrote it, by number; None where it came from a file or that person was erased."""


class Attachment(Base):
    """A picture that came in with a question, under the SHA-256 of its bytes. Never changed."""

    __tablename__ = "quizzes_attachment"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    mime: Mapped[str]
    data: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class Upload(Base):
    """A file of questions that waits until its report was read. Sealed with a key that only the page has; gone within the hour."""

    __tablename__ = "quizzes_upload"

    key_hash: Mapped[str] = mapped_column(primary_key=True)
    author_id: Mapped[int | None]
    name: Mapped[str]
    sealed: Mapped[bytes]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Flag(Base):
    """Somebody, or a change of the section that answers it, says that a question should be looked at."""

    __tablename__ = "quizzes_flag"
    __table_args__ = (Index("ix_quizzes_flag_open", "settled_at", "question_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("quizzes_question.id"))
    reason: Mapped[str]
    """``taker`` or ``section``."""
    note: Mapped[str] = mapped_column(default="")
    by: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(default=utcnow)
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[int | None]
    answer: Mapped[str | None]
    """What whoever settled it said."""


class SectionState(Base):
    """The last known words of an article's section, and when they last changed in meaning."""

    __tablename__ = "quizzes_section"

    slug: Mapped[str] = mapped_column(primary_key=True)
    lang: Mapped[str] = mapped_column(primary_key=True)
    section: Mapped[str] = mapped_column(primary_key=True)
    hash: Mapped[str]
    changed_at: Mapped[datetime | None]
    """None where it never changed since it was first seen."""


# ---------------------------------------------------------------------- quizzes and attempts


class Quiz(Base):
    """A quiz: which questions, under which rule (see :class:`kbplatform_quizzes.attempts.rules.Rule`)."""

    __tablename__ = "quizzes_quiz"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    practice: Mapped[str | None] = mapped_column(index=True)
    """Slug of the practice that passing it proves one knows; None where it proves none in particular."""
    zh: Mapped[str]
    en: Mapped[str]
    state: Mapped[str] = mapped_column(default="draft")
    """``draft``, ``open`` or ``closed``."""
    rule: Mapped[dict[str, Any]]
    own: Mapped[bool] = mapped_column(default=True)
    """Whether people made or changed it; else it is the quiz that each practice has by itself."""
    revision: Mapped[int] = mapped_column(default=1)
    by: Mapped[int | None]
    changed_at: Mapped[datetime] = mapped_column(default=utcnow)


class Attempt(Base):
    """A person's way through a quiz. What happened stands in its events; everything from ``state`` on follows from them."""

    __tablename__ = "quizzes_attempt"
    __table_args__ = (
        UniqueConstraint("quiz_id", "user_id", "kind", "number"),
        Index(
            "uq_quizzes_attempt_open", "quiz_id", "user_id", "kind", unique=True,
            sqlite_where=text("state <> 'done'"), postgresql_where=text("state <> 'done'"),
        ),
        Index("ix_quizzes_attempt_user", "user_id", "started_at"),
        Index("ix_quizzes_attempt_quiz", "quiz_id", "state", "ended_at"),
        Index("ix_quizzes_attempt_due", "state", "deadline_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    """What stands in its address."""
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quizzes_quiz.id"))
    user_id: Mapped[int | None]
    """None once that person was erased."""
    kind: Mapped[str]
    """``graded``; ``again`` for going over the wrong ones and ``tried`` for an author's look at a draft, which count for nothing."""
    number: Mapped[int]
    """From 1, by kind."""
    rule: Mapped[dict[str, Any]]
    """As it was at the start."""
    seed: Mapped[str]
    lang: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(default=utcnow)
    state: Mapped[str] = mapped_column(default="going")
    """``going``, ``paused`` or ``done``."""
    deadline_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    """``taker`` or ``time``."""
    percent: Mapped[float | None]
    passed: Mapped[bool | None]
    """None while it is going or an answer waits for a person."""
    waiting: Mapped[int] = mapped_column(default=0)
    """Answers that a person must mark first."""


class AttemptItem(Base):
    """A question of an attempt as it was drawn, and what became of it."""

    __tablename__ = "quizzes_item"
    __table_args__ = (Index("ix_quizzes_item_question", "question_id", "version"), Index("ix_quizzes_item_waiting", "waiting", "attempt_id"))

    attempt_id: Mapped[int] = mapped_column(ForeignKey("quizzes_attempt.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    """From 0, in the order they are asked."""
    question_id: Mapped[int] = mapped_column(ForeignKey("quizzes_question.id"))
    version: Mapped[str]
    """The text that was shown. A regrade marks by another one, which its event names."""
    points: Mapped[float] = mapped_column(default=1.0)
    answer: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    """The newest one, as the question's kind marks it; None where nothing was answered or what was typed is no answer yet."""
    sent: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the form held last, to go on with."""
    rev: Mapped[int] = mapped_column(default=0)
    """Counts what was sent; an older one that arrives late changes nothing."""
    sure: Mapped[bool | None]
    """What the taker said of it; None where they did not say."""
    later: Mapped[bool] = mapped_column(default=False)
    """Whether the taker wants to come back to it."""
    fraction: Mapped[float | None]
    """0 to 1; None until the attempt is done or while a person must mark it."""
    waiting: Mapped[bool] = mapped_column(default=False)


class AttemptEvent(Base):
    """What happened in an attempt. Never changed; of what was saved while somebody was still typing, only so much is kept (see ``thinning``)."""

    __tablename__ = "quizzes_event"
    __table_args__ = (Index("ix_quizzes_event_attempt", "attempt_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("quizzes_attempt.id", ondelete="CASCADE"))
    kind: Mapped[str]
    """See :mod:`kbplatform_quizzes.attempts.replay`."""
    position: Mapped[int | None]
    """The question it is about, if one."""
    by: Mapped[int | None]
    """Who did it, where it wasn't the taker."""
    data: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(default=utcnow)


class Allowance(Base):
    """More time for a person, in percent of every time limit."""

    __tablename__ = "quizzes_allowance"

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    percent: Mapped[int]
    by: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(default=utcnow)


# ---------------------------------------------------------------------- training


class Assignment(Base):
    """A quiz to pass or an article to read, for a person or a team, by a day."""

    __tablename__ = "quizzes_assignment"
    __table_args__ = (Index("ix_quizzes_assignment_team", "team"), Index("ix_quizzes_assignment_user", "user_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int | None] = mapped_column(ForeignKey("quizzes_quiz.id"))
    slug: Mapped[str | None]
    """Of the article to read, where it is no quiz."""
    user_id: Mapped[int | None]
    team: Mapped[str | None]
    due_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")
    by: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(default=utcnow)
    withdrawn_at: Mapped[datetime | None]


class Reading(Base):
    """Somebody says that they read an article, as it was then."""

    __tablename__ = "quizzes_reading"

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    slug: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=utcnow)
