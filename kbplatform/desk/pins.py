"""What somebody keeps at hand at the desk: up to twenty articles, in their own order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from kbplatform.accounts.models import User
from kbplatform.articles.models import Article
from kbplatform.bilingual import Text
from kbplatform.desk.models import Pin
from kbplatform.errors import SignInNeeded, wrong

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform.articles.service import ArticleService
    from kbplatform.db import Database
    from kbplatform.viewer import Viewer

MOST = 20


class Pins:
    """The pins of signed-in people; those of others stay in their browser."""

    def __init__(self, db: Database, articles: ArticleService) -> None:
        self._db = db
        self._articles = articles

    def of(self, viewer: Viewer) -> list[str]:
        """Slugs of the pinned articles that are still to be read, in order; none for nobody in particular."""
        if viewer.id is None:
            return []
        with self._db.read() as session:
            slugs = list(session.scalars(select(Article.slug).join(Pin).where(Pin.user_id == viewer.id).order_by(Pin.position, Pin.article_id)))
        seen = {card.slug for card in self._articles.cards(slugs, "zh", viewer)}
        return [s for s in slugs if s in seen]

    def put(self, viewer: Viewer, slug: str, position: int | None = None) -> list[str]:
        """Pin an article at the end, or move it to be the ``position``-th (from 1). Raises NotFound, InvalidInput, SignInNeeded."""
        person = _person(viewer)
        article = self._articles.reference(slug, "zh", viewer)
        with self._db.write() as session:
            order = _locked(session, person)
            if article.id not in order and len(order) >= MOST:
                raise wrong("slug", Text(f"最多置顶 {MOST} 篇，先取下一篇", f"At most {MOST} articles can be pinned: take one off first"))
            if article.id not in order or position is not None:
                order = [i for i in order if i != article.id]
                order.insert(len(order) if position is None else max(0, position - 1), article.id)
                _store(session, person, order)
        return self.of(viewer)

    def take_off(self, viewer: Viewer, slug: str) -> list[str]:
        """Unpin an article; one that is not pinned is left as it is. Raises SignInNeeded."""
        person = _person(viewer)
        with self._db.write() as session:
            gone = set(session.scalars(select(Article.id).where(Article.slug == slug)))
            _store(session, person, [i for i in _locked(session, person) if i not in gone])
        return self.of(viewer)


def _person(viewer: Viewer) -> int:
    if viewer.id is None:
        raise SignInNeeded(Text("登录后才能把置顶存在账号里", "Sign in to keep pins under your name"))
    return viewer.id


def _locked(session: Session, person: int) -> list[int]:
    """A person's pins in order; until the transaction ends nobody else changes them."""
    session.execute(select(User.id).where(User.id == person).with_for_update()).all()
    return list(session.scalars(select(Pin.article_id).where(Pin.user_id == person).order_by(Pin.position, Pin.article_id)))


def _store(session: Session, person: int, order: list[int]) -> None:
    session.execute(delete(Pin).where(Pin.user_id == person))
    session.add_all(Pin(user_id=person, article_id=i, position=n) for n, i in enumerate(order))


def personal_data(user_id: int, session: Session, erase: bool) -> list[dict[str, Any]]:
    """What somebody has pinned; with ``erase`` nothing any more."""
    if erase:
        session.execute(delete(Pin).where(Pin.user_id == user_id))
        return []
    rows = session.execute(select(Article.slug, Pin.position).join(Pin).where(Pin.user_id == user_id).order_by(Pin.position))
    return [{"article": slug, "position": position + 1} for slug, position in rows]
