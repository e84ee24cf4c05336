"""Tables of the desk: what was used on a call, and what people keep at hand."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kbplatform.db import Base, utcnow


class Use(Base):
    """Somebody used an article on a call; once per call and article. Of the customer it knows at most a ticket number."""

    __tablename__ = "kb_use"
    __table_args__ = (UniqueConstraint("call", "article_id"), Index("ix_kb_use_article_id_at", "article_id", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=utcnow)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("kb_user.id", ondelete="SET NULL"), index=True)
    """None for a reader of an open site, and for somebody whose data was erased."""
    article_id: Mapped[int] = mapped_column(ForeignKey("kb_article.id", ondelete="CASCADE"))
    lang: Mapped[str]
    revision: Mapped[int]
    """Number of the revision that was on the screen."""
    section: Mapped[str] = mapped_column(default="")
    call: Mapped[str]
    """A random name that the page gave the call; it leads to nobody."""
    ticket: Mapped[str] = mapped_column(default="")


class Pin(Base):
    """An article somebody keeps at hand. ``position`` orders a person's pins."""

    __tablename__ = "kb_pin"

    user_id: Mapped[int] = mapped_column(ForeignKey("kb_user.id", ondelete="CASCADE"), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("kb_article.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int]
