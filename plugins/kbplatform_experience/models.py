"""Tables of the plugin. Every text in them went through masking before it came here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kbplatform.sdk import Base, utcnow

# ---------------------------------------------------------------------- entries


class Entry(Base):
    """A lesson from the floor. ``lesson`` is one line; everything else may be empty."""

    __tablename__ = "experience_entry"
    __table_args__ = (
        Index("ix_experience_entry_feed", "state", "at", "id"),
        Index("ix_experience_entry_used", "state", "uses", "id"),
        Index("ix_experience_entry_article", "slug", "state", "at"),
        Index("ix_experience_entry_best", "slug", "state", "section", "kind", "uses", "thanks", "at", "id"),
        Index("ix_experience_entry_team", "team", "state", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    """Counts changes: who saves over an older one is shown both texts."""
    kind: Mapped[str]
    """Name of an :class:`kbplatform_experience.kinds.EntryKind`."""
    lang: Mapped[str]
    """``zh`` or ``en``: what it is written in."""
    lesson: Mapped[str]
    situation: Mapped[str] = mapped_column(default="")
    action: Mapped[str] = mapped_column(default="")
    result: Mapped[str] = mapped_column(default="")
    figures: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """Calculators that were attached: ``{"label", "url"}`` each."""
    slug: Mapped[str] = mapped_column(default="")
    """The article it belongs to; empty where to none."""
    section: Mapped[str] = mapped_column(default="")
    team: Mapped[str] = mapped_column(default="")
    """Key of the writer's team it comes from; empty where from none in particular."""
    user_id: Mapped[int | None] = mapped_column(index=True)
    """Who wrote it; None for a sample, and where that person was erased."""
    unnamed: Mapped[bool] = mapped_column(default=False)
    """The writer wishes to stay unnamed to colleagues. The audit knows."""
    sample: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="shown")
    """``shown``; ``waiting`` for a moderator where these look first; ``hidden`` or ``declined`` by one; ``withdrawn`` by the writer."""
    source: Mapped[str] = mapped_column(default="page")
    """Where it was written: ``page``, ``desk``, ``api`` or ``cli``."""
    at: Mapped[datetime] = mapped_column(default=utcnow)
    changed_at: Mapped[datetime] = mapped_column(default=utcnow)
    thanks: Mapped[int] = mapped_column(default=0)
    uses: Mapped[int] = mapped_column(default=0)
    comments: Mapped[int] = mapped_column(default=0)
    """Comments that are shown. The three are kept in step with their rows in the same transaction."""


class Tag(Base):
    """A tag of an entry, as it is compared: NFKC, lower case."""

    __tablename__ = "experience_tag"
    __table_args__ = (Index("ix_experience_tag_tag", "tag", "entry_id"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("experience_entry.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True)


class Attachment(Base):
    """A picture or document that belongs to an entry."""

    __tablename__ = "experience_attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("experience_entry.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    mime: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    data: Mapped[bytes] = mapped_column(deferred=True)
    at: Mapped[datetime] = mapped_column(default=utcnow)


class Draft(Base):
    """What somebody is writing, masked like everything else. ``key`` is the page's random name for it."""

    __tablename__ = "experience_draft"

    user_id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    data: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)


# ---------------------------------------------------------------------- what colleagues do with them


class Reaction(Base):
    """``thanks`` or ``used`` of one person, once each. ``result`` is what came of using it."""

    __tablename__ = "experience_reaction"
    __table_args__ = (UniqueConstraint("entry_id", "user_id", "kind", name="uq_experience_reaction_entry_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("experience_entry.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(index=True)
    kind: Mapped[str]
    helped: Mapped[bool | None]
    """Of a use: whether it helped; None where that was not said."""
    result: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(default=utcnow)


class Comment(Base):
    """A colleague's words under an entry."""

    __tablename__ = "experience_comment"
    __table_args__ = (Index("ix_experience_comment_entry_id_at", "entry_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("experience_entry.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(index=True)
    text: Mapped[str]
    state: Mapped[str] = mapped_column(default="shown")
    """``shown``, ``hidden`` by a moderator or ``withdrawn`` by the writer."""
    at: Mapped[datetime] = mapped_column(default=utcnow)


class Follow(Base):
    """What somebody follows: an ``article`` by slug, a ``tag``, a ``team`` by key, an ``entry`` by number."""

    __tablename__ = "experience_follow"

    user_id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=utcnow)


class Notice(Base):
    """Something a person is told: their entry was thanked, used, commented, hidden, promoted …"""

    __tablename__ = "experience_notice"
    __table_args__ = (Index("ix_experience_notice_user_id_seen", "user_id", "seen_at", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int]
    entry_id: Mapped[int] = mapped_column(ForeignKey("experience_entry.id", ondelete="CASCADE"))
    kind: Mapped[str]
    by: Mapped[int | None]
    words: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(default=utcnow)
    seen_at: Mapped[datetime | None]


class DigestChoice(Base):
    """Whether somebody wants the week by mail. Who never chose has no row: for them the site's setting counts."""

    __tablename__ = "experience_digest_choice"

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    lang: Mapped[str]
    """The language of the mail; empty: they want none."""
    at: Mapped[datetime] = mapped_column(default=utcnow)


class DigestMail(Base):
    """One person's mail of one week. Its row is there before the mail goes out, so that nobody gets a week twice."""

    __tablename__ = "experience_digest_mail"

    week: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True, index=True)
    state: Mapped[str]
    """``sending``: on its way, or lost with the process that sent it; ``sent``; ``empty``: there was nothing to tell;
    ``failed``: certainly not taken by the server, to be tried again; ``unsure``: the connection was lost before the server's answer."""
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(default=utcnow)


# ---------------------------------------------------------------------- keeping it decent, and taking it further


class Report(Base):
    """Somebody says that an entry, or a comment under it, should not be there."""

    __tablename__ = "experience_report"
    __table_args__ = (Index("ix_experience_report_open", "settled_at", "entry_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("experience_entry.id", ondelete="CASCADE"))
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("experience_comment.id", ondelete="CASCADE"))
    reason: Mapped[str]
    """Name of a reason of :mod:`kbplatform_experience.moderation`."""
    words: Mapped[str] = mapped_column(default="")
    by: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(default=utcnow)
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[int | None]


class Decision(Base):
    """What a moderator decided about an entry or a comment, with the reason in words. Never changed."""

    __tablename__ = "experience_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("experience_entry.id", ondelete="CASCADE"), index=True)
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("experience_comment.id", ondelete="CASCADE"))
    what: Mapped[str]
    """``show``, ``hide`` or ``decline``."""
    reason: Mapped[str] = mapped_column(default="")
    words: Mapped[str] = mapped_column(default="")
    by: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(default=utcnow)


class Promotion(Base):
    """An entry that stands behind a proposal for an article. ``state`` follows that of the proposal."""

    __tablename__ = "experience_promotion"

    entry_id: Mapped[int] = mapped_column(ForeignKey("experience_entry.id", ondelete="CASCADE"), primary_key=True)
    proposal_id: Mapped[int] = mapped_column(index=True)
    """The latest one, where an earlier one was declined."""
    state: Mapped[str] = mapped_column(default="open")
    at: Mapped[datetime] = mapped_column(default=utcnow)
