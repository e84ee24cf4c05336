"""Who may read an article: everyone, people who have signed in, or one team. Set here, a pack no longer changes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import exists, select

from kbplatform.accounts.audit import record
from kbplatform.accounts.models import Team
from kbplatform.articles.documents import AUDIENCE
from kbplatform.articles.models import Article, Translation
from kbplatform.bilingual import Text
from kbplatform.errors import NotFound, wrong
from kbplatform.events import emit
from kbplatform.viewer import EVERYONE

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute, Session

    from kbplatform.db import Database
    from kbplatform.viewer import Actor, Viewer


def readable_by(viewer: Viewer) -> ColumnElement[bool]:
    """The articles that ``viewer`` may read, as a condition of a query."""
    return Article.audience.in_(sorted(viewer.audiences | {EVERYONE}))


def readable_article(slug: ColumnElement[str] | InstrumentedAttribute[str], viewer: Viewer) -> ColumnElement[bool]:
    """Condition of a query over what belongs to articles by ``slug``: there is that article, and it is for the viewer.

    Asked of the article itself, so that it holds from the moment its audience changes.
    """
    return exists().where(Article.slug == slug, readable_by(viewer))


def set_audience(db: Database, actor: Actor, slug: str, audience: str) -> None:
    """Say who may read an article, in every language of it. Raises NotFound, InvalidInput."""
    if not re.fullmatch(AUDIENCE, audience):
        raise wrong("audience", Text("只能是 everyone、signed-in 或 team:短名", "It is everyone, signed-in or team:short-name"))
    with db.write() as session:
        team = audience.removeprefix("team:")
        if team != audience and session.scalars(select(Team.id).where(Team.key == team)).first() is None:
            raise wrong("audience", Text(f"没有这个团队：{team}", f"There is no such team: {team}"))
        article = session.scalars(select(Article).where(Article.slug == slug)).one_or_none()
        if article is None:
            raise NotFound(Text("没有这篇文章", "There is no such article"))
        before = article.audience
        article.audience, article.audience_set = audience, True
        if before != audience:
            announce(session, article)
            record(session, actor, "article.audience", "article", slug, before=before, after=audience)


def announce(session: Session, article: Article) -> None:
    """Have every language of the article indexed again."""
    langs = session.scalars(select(Translation.lang).where(Translation.article_id == article.id)).all()
    emit(session, "article.changed", {"ids": [f"article:{article.id}:{lang}" for lang in langs], "slug": article.slug})
