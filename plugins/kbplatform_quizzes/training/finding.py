"""Quizzes as search finds them: by their title, by who may read every practice they ask about; never by a question or a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kbplatform.sdk import LANGS, ArticleService, ChangingDocuments, SearchDocument
from kbplatform_quizzes.attempts.announcing import KIND, announce
from kbplatform_quizzes.models import Quiz
from kbplatform_quizzes.registry import quiz_url

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform.sdk import Lang, Services

EVERYONE, SIGNED_IN = "everyone", "signed-in"


def documents_for(services: Services) -> ChangingDocuments:
    """The open quizzes of this platform."""
    articles = ArticleService(services.db)

    def read(*where: Any) -> dict[str, SearchDocument]:  # noqa: ANN401 - conditions of SQLAlchemy
        with services.db.read() as session:
            rows = list(session.scalars(select(Quiz).where(Quiz.state == "open", *where).order_by(Quiz.id)))
        audiences = articles.audiences({slug for row in rows for slug in practices_of(row)})
        documents = (_document(row, lang, audience) for row in rows if (audience := _audience(row, audiences)) for lang in LANGS)
        return {d.id: d for d in documents}

    def load(ids: list[str]) -> dict[str, SearchDocument]:
        numbers = {int(part) for i in ids if (part := i.split(":")[1]).isdecimal() and len(part) < 10}
        return read(Quiz.id.in_(numbers))

    return ChangingDocuments(KIND, lambda: list(read().values()), load)


def announce_about(session: Session, slug: str) -> None:
    """Have the quizzes about an article indexed again: who may read it may have changed."""
    announce(session, [row.id for row in session.scalars(select(Quiz).where(Quiz.state == "open")) if slug in practices_of(row)])


def practices_of(row: Quiz) -> set[str]:
    """Slugs of the articles that a quiz names: the one it proves, and those its questions come from."""
    named = {row.practice} if row.practice else set()
    for pool in row.rule.get("pools", ()):
        named |= {*pool.get("practices", ()), *(key.partition("/")[0] for key in pool.get("keys", ()))}
    return named


def _audience(row: Quiz, audiences: dict[str, str]) -> str:
    """The readers who may read all of it, as search tells them apart; empty where nobody may: an article is gone, or is for another team."""
    found = {audiences.get(slug, "") for slug in practices_of(row)} or {EVERYONE}
    teams = found - {EVERYONE, SIGNED_IN}
    if len(teams) > 1 or "" in found:
        return ""
    return next(iter(teams), SIGNED_IN if SIGNED_IN in found else EVERYONE)


def _document(row: Quiz, lang: Lang, audience: str) -> SearchDocument:
    return SearchDocument(
        id=f"{KIND}:{row.id}:{lang}",
        kind=KIND,
        key=row.key,
        lang=lang,
        title=row.zh if lang == "zh" else row.en,
        url=quiz_url(row.key),
        audience=frozenset({audience}),
        changed=row.changed_at.timestamp(),
    )
