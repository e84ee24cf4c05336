"""Saving a text: its revision, its sections, their codes and the event that tells everybody, in the caller's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from kbplatform.articles.codes import give_codes
from kbplatform.articles.models import Revision, Section, Translation
from kbplatform.bilingual import Text
from kbplatform.db import utcnow
from kbplatform.errors import Conflict
from kbplatform.events import emit
from kbplatform.rendering import RENDERER_VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from kbplatform.articles.documents import Document
    from kbplatform.rendering import RenderedDocument


def add_revision(
    session: Session, translation: Translation, document: Document, rendered: RenderedDocument, *, origin: str,
    meaning: Mapping[str, bool] | None = None,
) -> Revision:  # fmt: skip
    """Append a revision, make it current and put the change into the outbox. Raises Conflict where another became current meanwhile.

    ``meaning``: whether the change of a section is one in meaning, for those of which somebody says so.
    """
    number = translation.revision_number + 1
    front = document.front
    still = update(Translation).where(Translation.id == translation.id, Translation.revision_number == number - 1)
    moved = session.execute(still.values(revision_number=number, origin=origin, updated_at=utcnow()))
    if getattr(moved, "rowcount", 0) != 1:
        raise Conflict(
            Text("刚才有人保存了这篇文章", "Somebody has just saved this article"),
            remedy=Text("请看看现在的内容，再改一次。", "Look at it as it stands now, then make your change again."),
        )
    revision = Revision(
        translation_id=translation.id, number=number, source=document.source, source_hash=document.hash, title=front.title,
        angle=front.angle, summary=front.summary, aliases=front.aliases, asks=front.asks, renderer_version=RENDERER_VERSION,
        sections=section_rows(rendered),
    )  # fmt: skip
    session.add(revision)
    give_codes(session, translation.article_id, (s.id for s in rendered.sections))
    emit(
        session,
        "article.changed",
        {
            "ids": [f"article:{translation.article_id}:{translation.lang}"],
            "slug": front.slug,
            "lang": translation.lang,
            "revision": number,
            "title": front.title,
            "links": sorted({link for section in rendered.sections for link in section.links}),
        }
        | ({"meaning": dict(meaning)} if meaning else {}),
    )
    return revision


def section_rows(rendered: RenderedDocument) -> list[Section]:
    """The sections of a rendered text as they are stored."""
    return [
        Section(position=i, key=s.id, heading=s.heading, html=s.html, text=s.text, hash=s.hash)
        for i, s in enumerate(rendered.sections)
    ]
