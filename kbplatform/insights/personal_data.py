"""What content gaps know of a person: what they asked, and when."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from kbplatform.insights.models import GapAsk, GapWording

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def personal_data(user_id: int, session: Session, erase: bool) -> list[dict[str, Any]]:
    """Everything a person asked; with ``erase`` the questions stay and count, but nothing says that they were theirs, or one person's."""
    if erase:
        for gap_id in session.scalars(select(GapAsk.gap_id).where(GapAsk.user_id == user_id).distinct()).all():
            theirs = update(GapAsk).where(GapAsk.user_id == user_id, GapAsk.gap_id == gap_id)
            session.execute(theirs.values(user_id=None, visitor=f"gone-{secrets.token_hex(8)}"))
        return []
    asked = select(GapWording.text, GapAsk.at, GapAsk.context).join(GapAsk, GapAsk.wording_id == GapWording.id)
    rows = session.execute(asked.where(GapAsk.user_id == user_id).order_by(GapAsk.id))
    return [{"query": text, "at": at.isoformat(), "context": context} for text, at, context in rows]
