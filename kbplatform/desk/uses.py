"""“Used it”: which words helped on a call. Once per call and article; of the customer at most a ticket number."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from kbplatform.accounts.tries import take, use_keys
from kbplatform.articles.models import Article
from kbplatform.bilingual import Text
from kbplatform.db import utcnow
from kbplatform.desk.models import Use
from kbplatform.errors import wrong

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from kbplatform.articles.service import ArticleService
    from kbplatform.bilingual import Lang
    from kbplatform.db import Database
    from kbplatform.viewer import Viewer

SHOWN_FOR = timedelta(days=30)
"""How far back the figure beside an article looks."""
MAX_TICKET = 40
CALL = r"^[A-Za-z0-9_-]{22,64}$"
"""A call's random name: at least 128 bits."""
_TICKET = re.compile(rf"[A-Za-z0-9][A-Za-z0-9 #./_-]{{0,{MAX_TICKET - 1}}}")
_BETWEEN = re.compile(r"[ #./_-]")
_MOBILE = re.compile(r"(?<!\d)(?:(?:00)?86)?1[3-9]\d{9}(?!\d)")
_IDENTITY = re.compile(r"(?<!\d)(?:\d{15}|\d{17}[\dXx])(?!\d)")
_SLOWER = Text("稍等一下再记。话照常能复制。", "Wait a little before you record more. Copying works as ever.")


@dataclass(frozen=True, slots=True)
class Used:
    """``counted`` is False where this call had counted the article already; ``count`` is of the last 30 days."""

    counted: bool
    count: int


class Uses:
    """Recording and counting uses."""

    def __init__(self, db: Database, articles: ArticleService) -> None:
        self._db = db
        self._articles = articles

    def record(
        self, viewer: Viewer, address: str, *, slug: str, lang: Lang, call: str, section: str = "", ticket: str = ""
    ) -> Used:
        """Count an article as used on a call. Raises NotFound, InvalidInput (``call``, ``section``, ``ticket``), TooMany."""
        if not re.fullmatch(CALL, call):
            raise wrong("call", Text("这通电话的编号不对，请重新打开通话台", "That is no name of a call: open the desk again"))
        ticket = clean_ticket(ticket)
        article = self._articles.reference(slug, lang, viewer)
        if section and section not in article.sections:
            raise wrong("section", Text("这篇文章里没有这一节", "That article has no such section"))
        take(self._db, use_keys(viewer.id, address), remedy=_SLOWER)
        with self._db.write() as session:
            insert = sqlite_insert if self._db.is_sqlite else pg_insert
            row = insert(Use).values(
                at=utcnow(), user_id=viewer.id, article_id=article.id, lang=article.lang, revision=article.revision, section=section,
                call=call, ticket=ticket,
            )  # fmt: skip
            once = row.on_conflict_do_nothing(index_elements=["call", "article_id"]).returning(Use.id)
            counted = session.execute(once).first() is not None
        return Used(counted, self.counts([slug]).get(slug, 0))

    def counts(self, slugs: Iterable[str], since: datetime | None = None) -> dict[str, int]:
        """How often each of these articles was used since then (30 days where not said); those never used are missing."""
        wanted = sorted(set(slugs))
        if not wanted:
            return {}
        with self._db.read() as session:
            found = (
                select(Article.slug, func.count(Use.id).label("uses"))
                .join(Use, Use.article_id == Article.id)
                .where(Article.slug.in_(wanted), Use.at >= (since or utcnow() - SHOWN_FOR))
                .group_by(Article.slug)
            )
            return {row.slug: row.uses for row in session.execute(found)}


def clean_ticket(text: str) -> str:
    """A ticket number as it is stored. Raises InvalidInput for what isn't one, or looks like a customer's own number."""
    ticket = " ".join(unicodedata.normalize("NFKC", text).split())
    if not ticket:
        return ""
    if not _TICKET.fullmatch(ticket):
        raise wrong(
            "ticket",
            Text(
                f"工单号最多 {MAX_TICKET} 位，只用字母、数字和 # - _ . /",
                f"A ticket number has at most {MAX_TICKET} letters, digits and # - _ . /",
            ),
        )
    digits = _BETWEEN.sub("", ticket)
    if _MOBILE.search(digits) or _IDENTITY.search(digits):
        raise wrong(
            "ticket",
            Text(
                "这像手机号或身份证号。客户的号码不存在这里，请填工单号。",
                "That looks like a mobile or identity number. A customer’s own numbers are not kept here: give the ticket.",
            ),
        )
    return ticket


def personal_data(user_id: int, session: Session, erase: bool) -> list[dict[str, Any]]:
    """What somebody used on calls; with ``erase`` the uses still count, and nothing says whose they were."""
    if erase:
        session.execute(update(Use).where(Use.user_id == user_id).values(user_id=None))
        return []
    rows = session.execute(select(Use, Article.slug).join(Article, Article.id == Use.article_id).where(Use.user_id == user_id).order_by(Use.id))
    return [
        {"article": slug, "at": use.at.isoformat(), "lang": use.lang, "section": use.section, "call": use.call, "ticket": use.ticket}
        for use, slug in rows
    ]
