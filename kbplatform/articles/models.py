"""Tables of the articles feature."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kbplatform.db import Base, utcnow


class PracticeGroup(Base):
    """One of the groups that the practices are sorted into."""

    __tablename__ = "kb_group"

    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    zh: Mapped[str]
    en: Mapped[str]


class Article(Base):
    """What all languages of an article share. ``kind`` is ``practice`` or ``handbook``."""

    __tablename__ = "kb_article"
    __table_args__ = (Index("ix_kb_article_kind_number", "kind", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True)
    number: Mapped[int | None]
    group_id: Mapped[str | None] = mapped_column(ForeignKey("kb_group.id"))
    related: Mapped[list[int]] = mapped_column(default=list)
    moment: Mapped[str] = mapped_column(default="manage")
    owner: Mapped[str] = mapped_column(default="")
    verify_days: Mapped[int] = mapped_column(default=180)
    audience: Mapped[str] = mapped_column(default="everyone")
    audience_set: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether somebody set the audience on this site: a pack then leaves it alone."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class Translation(Base):
    """One language of an article and its current revision."""

    __tablename__ = "kb_translation"
    __table_args__ = (
        UniqueConstraint("article_id", "lang"),
        Index("ix_kb_translation_updated_at", "updated_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("kb_article.id", ondelete="CASCADE"))
    lang: Mapped[str]
    revision_number: Mapped[int]
    pack_hash: Mapped[str | None]
    """Hash of the pack file last taken in; None for an article that never came from a pack."""
    origin: Mapped[str]
    """Where the current revision came from: ``pack``, ``browser`` or ``api``."""
    updated_at: Mapped[datetime] = mapped_column(default=utcnow)

    article: Mapped[Article] = relationship(lazy="joined", innerjoin=True)


class Revision(Base):
    """One saved text. ``source`` is the whole document, front matter included: the authority."""

    __tablename__ = "kb_revision"
    __table_args__ = (UniqueConstraint("translation_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    translation_id: Mapped[int] = mapped_column(ForeignKey("kb_translation.id", ondelete="CASCADE"))
    number: Mapped[int]
    source: Mapped[str]
    source_hash: Mapped[str]
    title: Mapped[str]
    angle: Mapped[str]
    summary: Mapped[str]
    aliases: Mapped[list[str]]
    asks: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    """How people put the need that the page answers, in their own words."""
    renderer_version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    sections: Mapped[list[Section]] = relationship(order_by="Section.position", cascade="all, delete-orphan")


class Section(Base):
    """A rendered section of a revision. ``key`` is its stable id, ``hash`` changes with its words."""

    __tablename__ = "kb_section"
    __table_args__ = (UniqueConstraint("revision_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("kb_revision.id", ondelete="CASCADE"))
    position: Mapped[int]
    key: Mapped[str]
    heading: Mapped[str]
    html: Mapped[str]
    text: Mapped[str]
    hash: Mapped[str]


class ArticleCode(Base):
    """The number one says aloud for an article. A number stays taken when its article goes."""

    __tablename__ = "kb_article_code"

    code: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    article_id: Mapped[int | None] = mapped_column(ForeignKey("kb_article.id", ondelete="SET NULL"), unique=True)


class SectionCode(Base):
    """The number of a section within its article, for all languages alike. It stays taken when the section goes."""

    __tablename__ = "kb_section_code"
    __table_args__ = (UniqueConstraint("article_id", "key"),)

    article_id: Mapped[int] = mapped_column(ForeignKey("kb_article.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str]


class SyncConflict(Base):
    """A pack file that would have overwritten somebody's edit: its text, kept until it is settled."""

    __tablename__ = "kb_sync_conflict"
    __table_args__ = (UniqueConstraint("translation_id", "pack_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    translation_id: Mapped[int] = mapped_column(ForeignKey("kb_translation.id", ondelete="CASCADE"))
    pack_hash: Mapped[str]
    pack_source: Mapped[str]
    revision_number: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    settled_at: Mapped[datetime | None]
    """When an editor chose; the text stays, so that it is known what the pack said then."""


class SiteFact(Base):
    """Something only this site knows: a limit, a time, a contact. One value per language."""

    __tablename__ = "kb_site_fact"

    key: Mapped[str] = mapped_column(primary_key=True)
    lang: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    owner: Mapped[str] = mapped_column(default="")
    expires_on: Mapped[date | None]
    updated_at: Mapped[datetime] = mapped_column(default=utcnow)
