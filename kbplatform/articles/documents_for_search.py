"""Articles as search sees them."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from kbplatform.articles.models import Article, Revision, Translation
from kbplatform.articles.pages import article_url
from kbplatform.articles.sitefacts import STAMP, facts_stamp, load_facts
from kbplatform.plugin.contributions import SearchDocument, SearchSection

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform.db import Database
    from kbplatform.rendering import SiteFacts

_CHUNK = 500
_KEPT = 2_000
"""Documents kept in memory, about 10 kB each."""


class ArticleDocuments:
    """The document source for articles and the handbook; ids are ``article:<article id>:<lang>``.

    A text never changes within its revision, so documents are kept; that they still are what the
    reader may see is asked of the database every time, in one narrow query.
    """

    kinds = frozenset({"article", "handbook"})
    with_program = False

    def __init__(self, db: Database) -> None:
        self._db = db
        self._kept: OrderedDict[_Version, SearchDocument] = OrderedDict()
        self._lock = Lock()

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

    def _chunk(self, ids: list[str]) -> list[SearchDocument]:
        wanted = {i for i in ids if i.startswith("article:") and i.count(":") == 2}
        numbers = {int(i.split(":")[1]) for i in wanted if i.split(":")[1].isdecimal()}
        if not numbers:
            return []
        with self._db.read() as session:
            rows = session.execute(_VERSIONS.where(Translation.article_id.in_(numbers))).all()
            facts = facts_stamp(*rows[0][-2:]) if rows else ""
            versions = [v for row in rows if (v := _Version._make((*row[:-2], facts))).id in wanted]
            with self._lock:
                kept = {v: self._kept[v] for v in versions if v in self._kept}
            fresh = self._read(session, [v for v in versions if v not in kept])
        with self._lock:
            self._kept.update(fresh)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return [kept.get(v) or fresh[v] for v in versions if v in kept or v in fresh]

    def _read(self, session: Session, versions: list[_Version]) -> dict[_Version, SearchDocument]:
        if not versions:
            return {}
        facts = {lang: load_facts(session, lang) for lang in ("zh", "en")}
        revisions = session.scalars(
            select(Revision)
            .join(Translation, (Revision.translation_id == Translation.id) & (Revision.number == Translation.revision_number))
            .options(selectinload(Revision.sections))
            .where(Translation.id.in_([v.translation for v in versions]))
        )
        by_translation = {r.translation_id: r for r in revisions}
        return {v: _document(v, by_translation[v.translation], facts[v.lang]) for v in versions if v.translation in by_translation}


class _Version(NamedTuple):
    """Everything a document depends on: where one of these differs, it is read anew."""

    translation: int
    article: int
    lang: str
    revision: int
    kind: str
    slug: str
    number: int | None
    group: str | None
    moment: str
    audience: str
    facts: str

    @property
    def id(self) -> str:
        return f"article:{self.article}:{self.lang}"


_VERSIONS = select(
    Translation.id, Translation.article_id, Translation.lang, Translation.revision_number,
    Article.kind, Article.slug, Article.number, Article.group_id, Article.moment, Article.audience, *STAMP,
).join(Article, Article.id == Translation.article_id)  # fmt: skip


def _document(v: _Version, revision: Revision, facts: SiteFacts) -> SearchDocument:
    lead = (SearchSection("", "", revision.summary),) if revision.summary else ()
    return SearchDocument(
        id=v.id,
        kind="article" if v.kind == "practice" else v.kind,
        key=v.slug,
        lang=v.lang,
        title=revision.title,
        url=article_url(v.kind, v.slug),
        angle=revision.angle,
        number=v.number,
        group=v.group or "",
        moment=v.moment,
        keywords=tuple(revision.aliases),
        asks=tuple(revision.asks),
        sections=lead + tuple(SearchSection(s.key, s.heading, facts.fill(s.text)) for s in revision.sections),
        audience=frozenset({v.audience}),
        popularity=1.0 if v.moment == "call" else 0.5,
        changed=revision.created_at.timestamp(),
    )
