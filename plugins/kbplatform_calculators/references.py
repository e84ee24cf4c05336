"""Which articles name which calculators: kept up to date from the events of the articles feature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from kbplatform.sdk import article_url
from kbplatform_calculators.models import Reference

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform.sdk import Database, Event


@dataclass(frozen=True, slots=True)
class Citation:
    """A page that names a calculator."""

    title: str
    url: str


def follow(event: Event, session: Session) -> None:
    """Replace what is known of the article that changed. The same event twice does no harm."""
    payload = event.payload
    links = payload.get("links")
    if event.topic != "article.changed" or not isinstance(links, list):
        return
    slug, lang = str(payload["slug"]), str(payload["lang"])
    session.execute(delete(Reference).where(Reference.slug == slug, Reference.lang == lang))
    for link in links:
        scheme, _, calculator = str(link).partition(":")
        if scheme == "calc":
            session.add(Reference(calculator=calculator, slug=slug, lang=lang, title=str(payload["title"])))


def citing(db: Database, calculator: str, lang: str, limit: int = 30) -> list[Citation]:
    """The practices that name ``calculator``, by title."""
    with db.read() as session:
        rows = session.scalars(
            select(Reference).where(Reference.calculator == calculator, Reference.lang == lang).order_by(Reference.title).limit(limit)
        )
        return [Citation(r.title, article_url("practice", r.slug, lang)) for r in rows]


def cited_by(db: Database, slug: str, lang: str) -> list[str]:
    """Ids of the calculators an article names."""
    with db.read() as session:
        return list(session.scalars(select(Reference.calculator).where(Reference.slug == slug, Reference.lang == lang)))
