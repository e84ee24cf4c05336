"""Which articles name which calculators: kept up to date from the events of the articles feature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from kbplatform.sdk import ArticleService
from kbplatform_calculators.models import Reference

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform.sdk import ArticleCard, Database, Event, Lang, Viewer
    from kbplatform_calculators.calculator import Calculator


REFERENCE = "calculators-"
"""Begins the slugs of the handbook's pages about the calculators. They name every one, which says nothing of where it is used."""


def follow(event: Event, session: Session) -> None:
    """Replace what is known of the article that changed. The same event twice does no harm."""
    payload = event.payload
    links = payload.get("links")
    if event.topic != "article.changed" or not isinstance(links, list):
        return
    slug, lang = str(payload["slug"]), str(payload["lang"])
    session.execute(delete(Reference).where(Reference.slug == slug, Reference.lang == lang))
    for link in links if not slug.startswith(REFERENCE) else ():
        scheme, _, calculator = str(link).partition(":")
        if scheme == "calc":
            session.add(Reference(calculator=calculator, slug=slug, lang=lang, title=str(payload["title"])))


def used_in(db: Database, calculator: Calculator, lang: Lang, viewer: Viewer, limit: int = 30) -> list[ArticleCard]:
    """The practices that ``calculator`` serves or that name it, and that ``viewer`` may read, by number."""
    with db.read() as session:
        slugs = session.scalars(select(Reference.slug).where(Reference.calculator == calculator.id, Reference.lang == lang).limit(500)).all()
    articles = ArticleService(db)
    practices, _total = articles.listing("practice", lang, viewer, limit=100)
    cards = {c.slug: c for c in (*articles.cards(slugs, lang, viewer), *(p for p in practices if p.number in calculator.practices))}
    return sorted(cards.values(), key=lambda card: (card.number is None, card.number or 0, card.title))[:limit]


def cited_by(db: Database, slug: str, lang: str) -> list[str]:
    """Ids of the calculators an article names."""
    with db.read() as session:
        return list(session.scalars(select(Reference.calculator).where(Reference.slug == slug, Reference.lang == lang)))
