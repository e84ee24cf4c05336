"""Who sees which entry, said in one place.

An entry that belongs to an article is for those who may read that article; one without is for everybody who has signed in.
Others see what is ``shown``; the writer sees their own whatever its state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from kbplatform.sdk import NotFound, Text, readable_article
from kbplatform_experience.models import Entry
from kbplatform_experience.registry import MODERATE

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kbplatform.sdk import Services, Viewer

SHOWN = "shown"
TOO_BIG = 2**31
"""No row has such a number, and no database would look for it."""


def within_reach(viewer: Viewer) -> ColumnElement[bool]:
    """Condition of a query over entries: what they belong to is for the viewer, whatever the entry's state."""
    return or_(Entry.slug == "", readable_article(Entry.slug, viewer))


def seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """Condition of a query over entries: what the viewer may open. Moderators see every state within their reach."""
    states = within_reach(viewer) if MODERATE in viewer.permissions else and_(Entry.state == SHOWN, within_reach(viewer))
    return or_(Entry.user_id == viewer.id, states) if viewer.id is not None else states


def readable(services: Services, viewer: Viewer, number: int) -> Entry:
    """The entry, where the viewer may open it. Raises NotFound."""
    with services.db.read() as session:
        return entry_for(session, viewer, number)


def entry_for(session: Session, viewer: Viewer, number: int, *, lock: bool = False) -> Entry:
    """As :func:`readable`, in a session; with ``lock`` nobody else changes it until the transaction ends. Raises NotFound."""
    wanted = select(Entry).where(Entry.id == number, seen_by(viewer))
    row = session.scalars(wanted.with_for_update() if lock else wanted).one_or_none() if number < TOO_BIG else None
    if row is None:
        raise NotFound(Text("没有这条经验", "There is no such entry"), remedy=Text("它可能撤回了。", "It may have been withdrawn."))
    return row
