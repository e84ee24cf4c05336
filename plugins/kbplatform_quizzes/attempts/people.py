"""Whose attempts somebody may see: trainers and leads those of their own teams, owners everybody's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbplatform.sdk import members_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform.sdk import Member, Viewer

OWNER = "owner"


def people_of(session: Session, viewer: Viewer) -> list[Member]:
    """The active people whose results ``viewer`` may see, by name."""
    return members_of(session, None if OWNER in viewer.roles else viewer.teams)
