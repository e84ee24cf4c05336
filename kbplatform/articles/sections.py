"""The sections of an article as they were in a revision: what those who follow changes compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from kbplatform.articles.models import Article, Revision, Section, Translation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class SectionRef:
    """A section without its text. ``hash`` differs where heading, words or link targets do."""

    id: str
    heading: str
    hash: str


def sections_of(session: Session, slug: str, lang: str, revision: int | None = None) -> list[SectionRef]:
    """The sections of a revision, of the present one where none is named, in order; nothing where there is no such text.

    Whether the reader may know of the article is for the caller to ask.
    """
    number = Translation.revision_number if revision is None else revision
    rows = session.execute(
        select(Section.key, Section.heading, Section.hash)
        .join(Revision, Revision.id == Section.revision_id)
        .join(Translation, Translation.id == Revision.translation_id)
        .join(Article, Article.id == Translation.article_id)
        .where(Article.slug == slug, Translation.lang == lang, Revision.number == number)
        .order_by(Section.position)
    )
    return [SectionRef(*row) for row in rows]


def headings_of(session: Session, slugs: Iterable[str], lang: str) -> dict[str, dict[str, str]]:
    """Slug → id → heading of the present sections of these articles, from one query. Articles without that language are missing."""
    rows = session.execute(
        select(Article.slug, Section.key, Section.heading)
        .join(Revision, Revision.id == Section.revision_id)
        .join(Translation, (Translation.id == Revision.translation_id) & (Translation.revision_number == Revision.number))
        .join(Article, Article.id == Translation.article_id)
        .where(Article.slug.in_(sorted(set(slugs))), Translation.lang == lang)
    )
    found: dict[str, dict[str, str]] = {}
    for slug, key, heading in rows:
        found.setdefault(slug, {})[key] = heading
    return found
