"""Tables of the plugin."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from kbplatform.sdk import Base, utcnow


class Reference(Base):
    """An article names a calculator."""

    __tablename__ = "calculators_reference"

    calculator: Mapped[str] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(primary_key=True, index=True)
    lang: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]


class SavedRun(Base):
    """A figure as it was worked out once. What the definition gave then is kept; nothing here is ever computed anew."""

    __tablename__ = "calculators_run"
    __table_args__ = (
        Index("ix_calculators_run_trend", "calculator", "team", "ends_on"),
        Index("ix_calculators_run_team", "team", "ends_on"),
        Index("ix_calculators_run_author_id", "author_id", "ends_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    calculator: Mapped[str]
    version: Mapped[int]
    """Of the definition that worked it out."""
    way: Mapped[str]
    team: Mapped[str | None]
    """Key of the team it belongs to; None where it is its author's alone."""
    author_id: Mapped[int | None]
    """By number; None once that person was erased."""
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    inputs: Mapped[dict[str, Any]]
    """As they were read."""
    outputs: Mapped[dict[str, Any]]
    words: Mapped[dict[str, Any]]
    """What was shown, by language: ``headline``, ``explanation``; and of the main figure its ``label``, ``unit``, ``decimals``."""
    value: Mapped[float | None]
    """The main figure, where it is a number."""
    low: Mapped[float | None]
    high: Mapped[float | None]
    note: Mapped[str]
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class BatchFile(Base):
    """The outcome of a file that was worked out, until it is fetched: readable only with the key that stands in its address."""

    __tablename__ = "calculators_batch"

    key_hash: Mapped[str] = mapped_column(primary_key=True)
    author_id: Mapped[int | None] = mapped_column(index=True)
    name: Mapped[str]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(index=True)
