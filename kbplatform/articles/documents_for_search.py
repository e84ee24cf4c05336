"""Articles as search sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from kbplatform.articles.models import Article, Revision, Translation
from kbplatform.articles.pages import article_url
from kbplatform.articles.sitefacts import load_facts
from kbplatform.plugin.contributions import SearchDocument, SearchSection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbplatform.db import Database
    from kbplatform.rendering import SiteFacts

_CHUNK = 500


class ArticleDocuments:
    """The document source for articles and the handbook; ids are ``article:<article id>:<lang>``."""

    kinds = frozenset({"article", "handbook"})

    def __init__(self, db: Database) -> None:
        self._db = db

    def documents(self) -> list[SearchDocument]:
        """Every language of every article."""
        with self._db.read() as session:
            ids = [f"article:{a}:{lang}" for a, lang in session.execute(select(Translation.article_id, Translation.lang).order_by(Translation.id))]
        return list(self.load(ids).values())

    def load(self, ids: list[str]) -> dict[str, SearchDocument]:
        """Current texts by id; what is gone is missing."""
        found: dict[str, SearchDocument] = {}
        for start in range(0, len(ids), _CHUNK):
            found.update((d.id, d) for d in self._chunk(ids[start : start + _CHUNK]))
        return {i: found[i] for i in ids if i in found}

    def _chunk(self, ids: list[str]) -> Iterator[SearchDocument]:
        wanted = {i for i in ids if i.startswith("article:") and i.count(":") == 2}
        numbers = {int(i.split(":")[1]) for i in wanted if i.split(":")[1].isdecimal()}
        with self._db.read() as session:
            facts = {lang: load_facts(session, lang) for lang in ("zh", "en")}
            rows = session.execute(
                select(Translation, Revision)
                .join(Article, Article.id == Translation.article_id)
                .join(Revision, (Revision.translation_id == Translation.id) & (Revision.number == Translation.revision_number))
                .options(selectinload(Revision.sections))
                .where(Translation.article_id.in_(numbers))
            ).all()
        for translation, revision in rows:
            document = _document(translation, revision, facts[translation.lang])
            if document.id in wanted:
                yield document


def _document(t: Translation, revision: Revision, facts: SiteFacts) -> SearchDocument:
    a = t.article
    lead = (SearchSection("", "", revision.summary),) if revision.summary else ()
    return SearchDocument(
        id=f"article:{a.id}:{t.lang}",
        kind="article" if a.kind == "practice" else a.kind,
        key=a.slug,
        lang=t.lang,
        title=revision.title,
        url=article_url(a.kind, a.slug),
        angle=revision.angle,
        number=a.number,
        group=a.group_id or "",
        moment=a.moment,
        keywords=tuple(revision.aliases),
        sections=lead + tuple(SearchSection(s.key, s.heading, facts.fill(s.text)) for s in revision.sections),
        audience=frozenset({a.audience}),
        popularity=1.0 if a.moment == "call" else 0.5,
    )
