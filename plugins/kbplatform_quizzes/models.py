"""Tables of the plugin."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kbplatform.sdk import Base, UtcDateTime, utcnow


class Sheet(Base):
    """The file of an article's questions as it was last taken in; ``hash`` is empty where there was none yet."""

    __tablename__ = "quizzes_sheet"

    slug: Mapped[str] = mapped_column(primary_key=True)
    hash: Mapped[str]


class BankQuestion(Base):
    """A question, whatever its text is today. ``retired`` ones are asked no more, but their history stays."""

    __tablename__ = "quizzes_question"
    __table_args__ = (UniqueConstraint("slug", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str]
    key: Mapped[str]
    position: Mapped[int]
    version: Mapped[str]
    retired: Mapped[bool] = mapped_column(default=False)
    here: Mapped[bool] = mapped_column(default=False)
    """Added or changed on this site: a file that is taken in later neither overwrites nor retires it."""


class QuestionVersion(Base):
    """A question's text as it was from ``created_at`` on. Never changed, so that an attempt can be marked again."""

    __tablename__ = "quizzes_version"

    question_id: Mapped[int] = mapped_column(ForeignKey("quizzes_question.id"), primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    data: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class Attachment(Base):
    """A picture that came in with a question, under the SHA-256 of its bytes. Never changed."""

    __tablename__ = "quizzes_attachment"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    mime: Mapped[str]
    data: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
