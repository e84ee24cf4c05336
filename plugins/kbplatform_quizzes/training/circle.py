"""The people whose training somebody looks after: those of their own teams; everybody, for an owner."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kbplatform.sdk import Member, team_names
from kbplatform_quizzes.attempts.people import OWNER, people_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from kbplatform.sdk import Viewer


@dataclass(frozen=True)
class Circle:
    """``members`` by name; ``teams`` are names by key; ``everybody`` where nobody is left out."""

    members: tuple[Member, ...]
    teams: Mapping[str, str]
    everybody: bool

    @cached_property
    def by_id(self) -> dict[int, Member]:
        """Members by their number."""
        return {m.id: m for m in self.members}

    def of_team(self, key: str) -> list[Member]:
        """The members of one team; all where ``key`` is empty."""
        return [m for m in self.members if not key or key in m.teams]


def circle_of(session: Session, viewer: Viewer) -> Circle:
    """Whom the viewer may assign to and whose progress they may see, given the permission for it."""
    everybody = OWNER in viewer.roles
    members = tuple(people_of(session, viewer))
    keys = {key for m in members for key in m.teams} if everybody else viewer.teams
    return Circle(members, team_names(session, keys), everybody)
