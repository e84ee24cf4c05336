"""Entries as search finds them: by the lesson, what happened, the tags; by whoever may read the article they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kbplatform.sdk import ArticleService, ChangingDocuments, SearchDocument, SearchSection, Text
from kbplatform_experience.announcing import announce
from kbplatform_experience.models import Entry, Tag
from kbplatform_experience.reach import SHOWN
from kbplatform_experience.registry import KIND, READ, entry_url, kinds_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from kbplatform.sdk import Event, Services
    from kbplatform_experience.kinds import EntryKind

EVERYONE, SIGNED_IN = "everyone", "signed-in"
PARTS = {"situation": Text("情况", "Situation"), "action": Text("做法", "Action"), "result": Text("结果", "Result")}
HALF = 5
"""Uses at which an entry has half of the popularity there is."""
_BATCH = 500


def documents_for(services: Services) -> ChangingDocuments:
    """The shown entries of this platform, each in the language it was written in."""
    articles, kinds = ArticleService(services.db), kinds_of(services)

    def read(*where: Any) -> dict[str, SearchDocument]:  # noqa: ANN401 - conditions of SQLAlchemy
        with services.db.read() as session:
            rows = list(session.scalars(select(Entry).where(Entry.state == SHOWN, *where).order_by(Entry.id)))
            tags: dict[int, list[str]] = {}
            tagged = select(Tag.entry_id, Tag.tag).join(Entry, Entry.id == Tag.entry_id).where(Entry.state == SHOWN, *where)
            for number, tag in session.execute(tagged):
                tags.setdefault(number, []).append(tag)
        slugs = {row.slug for row in rows if row.slug}
        audiences = articles.audiences(slugs)
        documents = (_document(row, _audience(row, audiences), tags.get(row.id, ()), kinds) for row in rows if not row.slug or row.slug in audiences)
        return {d.id: d for d in documents}

    def load(ids: list[str]) -> dict[str, SearchDocument]:
        numbers = {int(part) for i in ids if (part := i.split(":")[1]).isdecimal() and len(part) < 10}
        return read(Entry.id.in_(numbers))

    return ChangingDocuments(KIND, lambda: list(read().values()), load, permission=READ)


def follow_article(event: Event, session: Session) -> None:
    """An article changed, perhaps in whom it is for: have its entries indexed again."""
    slug = event.payload.get("slug")
    if event.topic != "article.changed" or not isinstance(slug, str):
        return
    numbers = list(session.scalars(select(Entry.id).where(Entry.slug == slug, Entry.state == SHOWN).order_by(Entry.id)))
    for start in range(0, len(numbers), _BATCH):
        announce(session, numbers[start : start + _BATCH])


def _audience(row: Entry, audiences: dict[str, str]) -> str:
    """Experience is for people who have signed in, whomever the article is for."""
    article = audiences.get(row.slug, EVERYONE)
    return SIGNED_IN if article == EVERYONE else article


def _document(row: Entry, audience: str, tags: Iterable[str], kinds: dict[str, EntryKind]) -> SearchDocument:
    written = ((part, heading, getattr(row, part)) for part, heading in PARTS.items())
    return SearchDocument(
        id=f"{KIND}:{row.id}:{row.lang}",
        kind=KIND,
        key=str(row.id),
        lang=row.lang,
        title=row.lesson,
        url=entry_url(row.id),
        keywords=(*((kinds[row.kind].label.in_("en" if row.lang == "en" else "zh"),) if row.kind in kinds else ()), *sorted(tags)),
        sections=tuple(SearchSection(part, heading.in_("en" if row.lang == "en" else "zh"), text) for part, heading, text in written if text),
        audience=frozenset({audience}),
        popularity=row.uses / (row.uses + HALF),
        changed=row.changed_at.timestamp(),
    )
