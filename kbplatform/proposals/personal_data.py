"""What proposals know of a person: what they proposed and decided, and where their experience is credited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, update

from kbplatform.articles.models import Article
from kbplatform.proposals.models import CreditRow, ProposalRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def personal_data(user_id: int, session: Session, erase: bool) -> dict[str, Any]:
    """Everything known of a person; with ``erase`` proposals and credits stay, but nothing says that they were theirs."""
    if erase:
        session.execute(update(CreditRow).where(CreditRow.user_id == user_id).values(user_id=None, erased=True))
        for column in (ProposalRow.created_by, ProposalRow.decided_by):
            session.execute(update(ProposalRow).where(column == user_id).values({column: None}))
        return {}
    touched = or_(ProposalRow.created_by == user_id, ProposalRow.decided_by == user_id)
    proposals = session.execute(
        select(ProposalRow, Article.slug).join(Article, Article.id == ProposalRow.article_id).where(touched).order_by(ProposalRow.id)
    )
    credited = select(CreditRow.proposal_id, CreditRow.section, CreditRow.revision, Article.slug).join(Article, Article.id == CreditRow.article_id)
    return {
        "proposed": [_plain(p, slug) | {"text": p.text} if p.created_by == user_id else _plain(p, slug) for p, slug in proposals],
        "credited": [
            {"proposal": number, "article": slug, "section": section, "revision": revision}
            for number, section, revision, slug in session.execute(credited.where(CreditRow.user_id == user_id).order_by(CreditRow.id))
        ],
    }


def _plain(p: ProposalRow, slug: str) -> dict[str, Any]:
    return {
        "id": p.id, "article": slug, "lang": p.lang, "section": p.section, "title": p.title, "state": p.state, "at": p.created_at.isoformat(),
        "decided_at": p.decided_at.isoformat() if p.decided_at else None, "words": p.words,
    }  # fmt: skip
