"""Tables of content gaps: what was asked, in which words, by whom."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from kbplatform.db import Base, utcnow


class Gap(Base):
    """A question without an answer. What means the same is one gap."""

    __tablename__ = "kb_gap"
    __table_args__ = (
        Index("ix_kb_gap_state_asked", "state", "asked", "id"),
        Index("ix_kb_gap_state_last", "state", "last_asked_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    query: Mapped[str]
    """The wording asked most often."""
    lang: Mapped[str]
    meaning_version: Mapped[str] = mapped_column(index=True)
    """The analysis and glossary its terms and signatures were made with; others are made anew."""
    size: Mapped[int]
    """How many terms its meaning has."""
    state: Mapped[str] = mapped_column(default="open")
    """``open``, ``answered``, ``declined`` or ``merged``."""
    revision: Mapped[int] = mapped_column(default=1)
    """Counts changes of state: who decides on an older one is told so."""
    asked: Mapped[int] = mapped_column(default=0)
    people: Mapped[int] = mapped_column(default=0)
    first_asked_at: Mapped[datetime] = mapped_column(default=utcnow)
    last_asked_at: Mapped[datetime] = mapped_column(default=utcnow)
    answer_slug: Mapped[str] = mapped_column(default="")
    answer_section: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    """Why it was declined."""
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("kb_gap.id"), index=True)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None]
    reopened: Mapped[int] = mapped_column(default=0)
    """How often it was asked again after it had been answered."""


class GapWording(Base):
    """One way in which a gap was asked. ``signature`` is its meaning; equal ones are one gap."""

    __tablename__ = "kb_gap_wording"

    id: Mapped[int] = mapped_column(primary_key=True)
    gap_id: Mapped[int] = mapped_column(ForeignKey("kb_gap.id", ondelete="CASCADE"), index=True)
    text: Mapped[str]
    lang: Mapped[str]
    signature: Mapped[str] = mapped_column(index=True)


class GapTerm(Base):
    """A term of a gap's meaning, by which gaps that mean nearly the same are found."""

    __tablename__ = "kb_gap_term"

    term: Mapped[str] = mapped_column(primary_key=True)
    gap_id: Mapped[int] = mapped_column(ForeignKey("kb_gap.id", ondelete="CASCADE"), primary_key=True, index=True)


class GapAsk(Base):
    """Somebody asked. ``user_id`` is who; for somebody who was not signed in, ``visitor`` is a random name of their browser."""

    __tablename__ = "kb_gap_ask"
    __table_args__ = (Index("ix_kb_gap_ask_gap_id_at", "gap_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    gap_id: Mapped[int] = mapped_column(ForeignKey("kb_gap.id", ondelete="CASCADE"))
    wording_id: Mapped[int] = mapped_column(ForeignKey("kb_gap_wording.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("kb_user.id", ondelete="SET NULL"), index=True)
    visitor: Mapped[str | None]
    context: Mapped[str] = mapped_column(default="")
    """Where they asked: ``search``, ``desk`` …"""
    at: Mapped[datetime] = mapped_column(default=utcnow)
