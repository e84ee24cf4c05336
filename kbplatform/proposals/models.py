"""Tables of edit proposals: what was proposed, on what it rests, and whose experience it carries."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kbplatform.db import Base, utcnow


class ProposalRow(Base):
    """Other words for one section of one language of an article."""

    __tablename__ = "kb_proposal"
    __table_args__ = (
        Index("ix_kb_proposal_state_id", "state", "id"),
        Index("ix_kb_proposal_article_state", "article_id", "lang", "state"),
        Index("ix_kb_proposal_origin", "plugin", "ref"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("kb_article.id", ondelete="CASCADE"))
    lang: Mapped[str]
    section: Mapped[str]
    """The section's stable id; empty for the text before the first heading."""
    heading: Mapped[str]
    """The section's heading when it was proposed."""
    base_revision: Mapped[int]
    base_text: Mapped[str]
    """The section's Markdown in the revision that the proposer had before them."""
    text: Mapped[str]
    """The Markdown proposed."""
    title: Mapped[str]
    """What changes and why, in a line."""
    state: Mapped[str] = mapped_column(default="open")
    """``open``, ``accepted``, ``declined``, ``withdrawn`` or ``outdated``."""
    version: Mapped[int] = mapped_column(default=1)
    """Counts changes of state: who decides on an older one is told so."""
    created_by: Mapped[int | None] = mapped_column(ForeignKey("kb_user.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("kb_user.id", ondelete="SET NULL"), index=True)
    decided_at: Mapped[datetime | None]
    words: Mapped[str] = mapped_column(default="")
    """What was said with the decision."""
    accepted_revision: Mapped[int | None]
    """The revision of the article that it became."""
    accepted_text: Mapped[str] = mapped_column(default="")
    """What the editor made of it."""
    in_meaning: Mapped[bool | None]
    """Whether accepting it changed the section in meaning, as the editor had it; None until then."""
    plugin: Mapped[str] = mapped_column(default="")
    ref: Mapped[str] = mapped_column(default="")
    """Plugin and its own name for whatever the proposal came from; empty for one that a person wrote here."""

    credits: Mapped[list[CreditRow]] = relationship(order_by="CreditRow.id", cascade="all, delete-orphan")
    evidence: Mapped[list[EvidenceRow]] = relationship(order_by="EvidenceRow.position", cascade="all, delete-orphan")


class CreditRow(Base):
    """Whose experience a proposal carries and, once it is accepted, the section: kept for good with the revision."""

    __tablename__ = "kb_credit"
    __table_args__ = (Index("ix_kb_credit_section", "article_id", "lang", "section"), Index("ix_kb_credit_ref", "ref"))

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("kb_proposal.id", ondelete="CASCADE"), index=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("kb_article.id", ondelete="CASCADE"))
    lang: Mapped[str]
    section: Mapped[str]
    revision: Mapped[int | None]
    """The article's revision that holds the experience; None until the proposal is accepted."""
    user_id: Mapped[int | None] = mapped_column(ForeignKey("kb_user.id", ondelete="SET NULL"), index=True)
    """None for a colleague who wishes to stay unnamed, and for one whose data was erased."""
    erased: Mapped[bool] = mapped_column(default=False, server_default=false())
    ref: Mapped[str] = mapped_column(default="")
    """The plugin's own name for what the colleague gave."""


class EvidenceRow(Base):
    """One thing that speaks for a proposal: a label in both languages and what it says, a figure or words."""

    __tablename__ = "kb_proposal_evidence"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("kb_proposal.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    zh: Mapped[str]
    en: Mapped[str]
    value: Mapped[str]
    number: Mapped[float | None]
    link: Mapped[str]
