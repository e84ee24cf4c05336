"""Taking a content pack in: idempotent by content hash, never over somebody's edit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from kbplatform.articles.audience import announce
from kbplatform.articles.codes import give_codes
from kbplatform.articles.models import Article, PracticeGroup, Revision, SyncConflict, Translation
from kbplatform.articles.revisions import add_revision, section_rows
from kbplatform.db import AdvisoryLock, one_at_a_time, utcnow
from kbplatform.events import emit
from kbplatform.plugin.contributions import PackReport
from kbplatform.rendering import RENDERER_VERSION, RenderedDocument, render

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from kbplatform.articles.documents import Document, FrontMatter
    from kbplatform.articles.packs import Pack
    from kbplatform.db import Database

BATCH = 50
"""One process at a time takes texts in: each then sees what the one before it added."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    kind: str
    document: Document
    rendered: RenderedDocument


def sync_pack(db: Database, pack: Pack, progress: Callable[[int, int], None] = lambda _done, _total: None) -> PackReport:
    """Bring the database to what ``pack`` says. Rendering happens before, and outside, each transaction."""
    report = PackReport(problems=list(pack.problems))
    known = _known_hashes(db)
    fresh = [(kind, d) for kind, d in pack.documents if known.get((d.front.slug, d.lang)) != d.hash]
    report.unchanged = len(pack.documents) - len(fresh)
    _sync_groups(db, pack)
    for start in range(0, len(fresh), BATCH):
        batch = [_Prepared(kind, d, render(d.body, d.lang)) for kind, d in fresh[start : start + BATCH]]
        with db.write() as session:
            one_at_a_time(session, AdvisoryLock.CONTENT)
            for prepared in batch:
                _take_in(session, prepared, report)
        progress(min(start + BATCH, len(fresh)), len(fresh))
    return report


def _known_hashes(db: Database) -> dict[tuple[str, str], str | None]:
    with db.read() as session:
        rows = session.execute(select(Article.slug, Translation.lang, Translation.pack_hash).join(Translation.article))
        return {(slug, lang): pack_hash for slug, lang, pack_hash in rows}


def _sync_groups(db: Database, pack: Pack) -> None:
    with db.read() as session:
        have = [(g.id, g.zh, g.en, g.position) for g in session.scalars(select(PracticeGroup))]
    want = [(g.id, g.zh, g.en, i) for i, g in enumerate(pack.groups)]
    if set(want) - set(have):
        with db.write() as session:
            one_at_a_time(session, AdvisoryLock.CONTENT)
            for group_id, zh, en, position in want:
                session.merge(PracticeGroup(id=group_id, zh=zh, en=en, position=position))


def _take_in(session: Session, prepared: _Prepared, report: PackReport) -> None:
    d = prepared.document
    known = select(Translation).join(Translation.article).where(Article.slug == d.front.slug, Translation.lang == d.lang)
    translation = session.scalar(known)
    if translation is not None and translation.origin != "pack" and translation.pack_hash != d.hash:
        if _same_text(session, translation, d):
            translation.pack_hash = d.hash
            _settle(session, translation)
            report.unchanged += 1
            return
        _keep_conflict(session, translation, d)  # before the article: what languages share was edited with the text
        report.conflicts.append(d.path)
        return
    article = take_front(session, prepared.kind, d.front)
    if translation is None:
        translation = Translation(article_id=article.id, lang=d.lang, revision_number=0, origin="pack")
        session.add(translation)
        session.flush()
        report.added.append(d.path)
    elif translation.pack_hash == d.hash:  # another process was first
        report.unchanged += 1
        return
    else:
        report.changed.append(d.path)
    translation.pack_hash = d.hash
    add_revision(session, translation, d, prepared.rendered, origin="pack")


def rerender_outdated(db: Database) -> int:
    """Render current revisions made by an older renderer again; how many there were."""
    from kbplatform.articles.documents import parse  # noqa: PLC0415 - only needed after an upgrade

    with db.read() as session:
        rows = session.execute(
            select(Revision.id, Revision.source, Revision.number, Translation.lang, Translation.article_id, Article.slug)
            .join(Translation, (Revision.translation_id == Translation.id) & (Revision.number == Translation.revision_number))
            .join(Article, Article.id == Translation.article_id)
            .where(Revision.renderer_version < RENDERER_VERSION)
        ).all()
    for revision_id, source, number, lang, article_id, slug in rows:
        rendered = render(parse(source, path="", lang=lang).body, lang)
        with db.write() as session:
            revision = session.get_one(Revision, revision_id)
            revision.sections.clear()
            session.flush()
            revision.sections.extend(section_rows(rendered))
            give_codes(session, article_id, (s.id for s in rendered.sections))
            revision.renderer_version = RENDERER_VERSION
            again = {"ids": [f"article:{article_id}:{lang}"], "slug": slug, "lang": lang, "revision": number, "rerendered": True}
            emit(session, "article.changed", again)
    return len(rows)


def take_front(session: Session, kind: str, front: FrontMatter) -> Article:
    """The article of a document's front matter, made where there is none, with what its languages share as it stands there."""
    article = session.scalar(select(Article).where(Article.slug == front.slug))
    if article is None:
        article = Article(slug=front.slug, kind=kind)
        session.add(article)
    group = front.group if front.group and session.get(PracticeGroup, front.group) else None
    article.kind, article.number, article.group_id, article.related = kind, front.number, group, front.related
    article.moment, article.owner, article.verify_days = front.moment, front.owner, front.verify_days
    if article.audience != front.audience and not article.audience_set:
        article.audience = front.audience
        if article.id is not None:
            announce(session, article)  # the other language's file may not have changed: search must learn of it all the same
    session.flush()
    return article


def _same_text(session: Session, translation: Translation, document: Document) -> bool:
    now = select(Revision.source_hash).where(Revision.translation_id == translation.id, Revision.number == translation.revision_number)
    return session.scalar(now) == document.hash


def _settle(session: Session, translation: Translation, but: str = "") -> None:
    """Conflicts over what the pack no longer says are none."""
    waiting = update(SyncConflict).where(SyncConflict.translation_id == translation.id, SyncConflict.settled_at.is_(None))
    session.execute(waiting.where(SyncConflict.pack_hash != but).values(settled_at=utcnow()))


def _keep_conflict(session: Session, translation: Translation, document: Document) -> None:
    """Keep the pack's text beside ours until an editor chooses; one that was settled before and comes again waits again."""
    _settle(session, translation, but=document.hash)
    same = select(SyncConflict).where(SyncConflict.translation_id == translation.id, SyncConflict.pack_hash == document.hash)
    kept = session.scalar(same)
    if kept is None:
        kept = SyncConflict(translation_id=translation.id, pack_hash=document.hash, pack_source=document.source)
        session.add(kept)
    kept.revision_number, kept.settled_at = translation.revision_number, None
