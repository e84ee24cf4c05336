"""The open gaps that most people met, for those who talk about them with their team."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from kbplatform.insights.gaps import OPEN
from kbplatform.insights.models import Gap

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class OpenGap:
    """A question without an answer, in the words most used for it: how often it was asked, by how many people."""

    id: int
    query: str
    lang: str
    asked: int
    people: int


def open_gaps(session: Session, limit: int) -> list[OpenGap]:
    """The open gaps, most asked first. Show them to those who ``may(GAPS)``."""
    order = (Gap.asked.desc(), Gap.last_asked_at.desc(), Gap.id.desc())
    rows = session.execute(select(Gap.id, Gap.query, Gap.lang, Gap.asked, Gap.people).where(Gap.state == OPEN).order_by(*order).limit(limit))
    return [OpenGap(*row) for row in rows]
