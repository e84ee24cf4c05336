"""Texts that were edited here and come differently from the pack: which they are, and settling them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from kbplatform.accounts import audit
from kbplatform.articles.audience import readable_by
from kbplatform.articles.models import Article, Revision, SyncConflict, Translation
from kbplatform.articles.pages import article_url
from kbplatform.articles.sync import take_front
from kbplatform.articles.writing import draft_merged, save, stored_text
from kbplatform.bilingual import Text
from kbplatform.conflicts.merging import FRONT, WHOLE, Difference, Version, differences, merged, version, whole
from kbplatform.db import AdvisoryLock, one_at_a_time, utcnow
from kbplatform.errors import Conflict, FieldError, InvalidInput, NotFound, StaleText

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from kbplatform.articles.writing import StoredText
    from kbplatform.bilingual import Lang
    from kbplatform.db import Database
    from kbplatform.viewer import Actor, Viewer

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class PackConflict:
    """A text that was edited here and comes differently from the pack. ``revision`` is the present one; ``parts`` are where they differ."""

    id: int
    kind: str
    slug: str
    lang: Lang
    title: str
    revision: int
    at: datetime
    parts: tuple[Difference, ...]

    @property
    def url(self) -> str:
        """Where it is settled."""
        return f"/proposals/conflicts/{self.id}"

    @property
    def article_url(self) -> str:
        """Where the text is read."""
        return article_url(self.kind, self.slug, self.lang)


@dataclass(frozen=True, slots=True)
class _Texts:
    row: SyncConflict
    current: StoredText
    base: str | None

    def versions(self) -> tuple[Version, Version, Version | None]:
        """Ours, theirs and what both began with."""
        lang = self.current.lang
        ours, theirs = version(self.current.source, lang), version(self.row.pack_source, lang)
        base = version(self.base, lang) if self.base else None
        if any(WHOLE in v.parts for v in (ours, theirs, base) if v):
            return whole(ours), whole(theirs), whole(base) if base else None
        return ours, theirs, base


def open_conflicts(session: Session, viewer: Viewer) -> int:
    """How many texts wait for an editor who is ``viewer``."""
    return session.scalar(select(func.count()).select_from(_waiting(SyncConflict.id, viewer).subquery())) or 0


class Conflicts:
    """Conflicts with packs. That somebody may edit is for the caller to ask; whether they may read the article is asked here."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def page(self, viewer: Viewer, page: int = 1) -> tuple[list[PackConflict], int]:
        """Those that wait, the newest first, and how many there are."""
        with self._db.read() as session:
            newest = _waiting(SyncConflict.id, viewer).order_by(SyncConflict.id.desc())
            ids = session.scalars(newest.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
            texts, total = [_texts(session, viewer, i) for i in ids], open_conflicts(session, viewer)
        return [_shown(t) for t in texts], total

    def get(self, viewer: Viewer, conflict_id: int) -> PackConflict:
        """One of them. Raises NotFound where there is none, or it was settled."""
        with self._db.read() as session:
            texts = _texts(session, viewer, conflict_id)
        return _shown(texts)

    def settle(self, viewer: Viewer, actor: Actor, conflict_id: int, *, revision: int, choices: Mapping[str, str]) -> int:
        """Make the text of what is chosen, ``ours`` or ``theirs`` for each part that differs; the article's revision then.

        Raises NotFound; StaleText where ``revision`` is no longer the present one; InvalidInput where a choice is missing or the
        parts make no text that can be saved; Conflict where somebody settled it meanwhile.
        """
        with self._db.read() as session:
            texts = _texts(session, viewer, conflict_id)
        current = texts.current
        if current.revision != revision:
            raise StaleText(revision=current.revision, theirs=current.source, yours=texts.row.pack_source)
        ours, theirs, base = texts.versions()
        differing = [d.part for d in differences(ours, theirs, base)]
        _all_chosen(differing, choices)
        taken = [part for part in differing if choices[part] == "theirs"]
        source = merged(ours, theirs, taken)
        draft = draft_merged(current, source) if source != current.source else None
        with self._db.write() as session:
            one_at_a_time(session, AdvisoryLock.CONTENT)
            row = texts.row
            still = update(SyncConflict).where(SyncConflict.id == row.id, SyncConflict.settled_at.is_(None)).values(settled_at=utcnow())
            if getattr(session.execute(still), "rowcount", 0) != 1:
                raise Conflict(Text("刚才有人处理过了", "Somebody has just settled this"))
            translation = session.get_one(Translation, current.translation_id, populate_existing=True)
            if translation.revision_number != revision:
                raise StaleText(revision=translation.revision_number, theirs=current.source, yours=row.pack_source)
            translation.pack_hash = row.pack_hash
            if FRONT in taken and draft is not None:
                take_front(session, current.kind, draft.document.front)
            session.flush()
            number = save(session, draft, origin="pack" if source == row.pack_source else "browser") if draft else revision
            audit.record(session, actor, "article.conflict_settled", "article", current.slug, lang=current.lang, revision=number, taken=taken)
            return number


def _waiting(what: Any, viewer: Viewer) -> Select[Any]:  # noqa: ANN401 - a column or a row, as SQLAlchemy selects them
    joined = select(what).join(Translation, Translation.id == SyncConflict.translation_id).join(Article, Article.id == Translation.article_id)
    return joined.where(SyncConflict.settled_at.is_(None), readable_by(viewer))


def _texts(session: Session, viewer: Viewer, conflict_id: int) -> _Texts:
    row = session.scalars(_waiting(SyncConflict, viewer).where(SyncConflict.id == conflict_id)).one_or_none()
    if row is None:
        raise NotFound(
            Text("没有这个冲突", "There is no such conflict"), remedy=Text("可能已经处理过了。", "It may have been settled."),
        )  # fmt: skip
    translation = session.get_one(Translation, row.translation_id)
    slug = session.get_one(Article, translation.article_id).slug
    taken = select(Revision.source).where(Revision.translation_id == translation.id, Revision.source_hash == translation.pack_hash)
    refused = select(SyncConflict.pack_source).where(
        SyncConflict.translation_id == translation.id, SyncConflict.pack_hash == translation.pack_hash, SyncConflict.settled_at.is_not(None)
    )
    base = session.scalars(taken.limit(1)).first() or session.scalars(refused.limit(1)).first()
    return _Texts(row, stored_text(session, slug, translation.lang, viewer), base)


def _shown(texts: _Texts) -> PackConflict:
    current = texts.current
    parts = tuple(differences(*texts.versions()))
    return PackConflict(texts.row.id, current.kind, current.slug, current.lang, current.title, current.revision, texts.row.created_at, parts)


def _all_chosen(differing: list[str], choices: Mapping[str, str]) -> None:
    missing = [part for part in differing if choices.get(part) not in {"ours", "theirs"}]
    if missing:
        each = Text("请选一个", "Choose one")
        raise InvalidInput(
            Text("还有没选的", "Something hasn't been chosen yet"),
            remedy=Text("每一处都要选：留本站的，还是用内容包的。", "Choose for every part: ours or the pack's."),
            fields=tuple(FieldError(f"choice-{part}", each) for part in missing),
        )
