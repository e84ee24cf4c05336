"""Whose learning somebody looks after and whose attempts they may see: people of their own teams; everybody, for an owner."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kbplatform.sdk import NotFound, Text, members_of, team_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from kbplatform.sdk import Member, Viewer

OWNER = "owner"


def people_of(session: Session, viewer: Viewer) -> list[Member]:
    """The active people whose results ``viewer`` may see, by name."""
    return members_of(session, None if OWNER in viewer.roles else viewer.teams)


@dataclass(frozen=True)
class Circle:
    """``members`` are active people, by name. With ``everybody`` nobody is left out: the erased and those who have left count too, without a name.

    ``teams`` are those one may ask for, by key with their names in order; ``team`` is the one that ``members`` are of, ``""`` for all.
    """

    members: tuple[Member, ...]
    teams: Mapping[str, str]
    everybody: bool
    team: str = ""

    @cached_property
    def by_id(self) -> dict[int, Member]:
        """Members by their number."""
        return {m.id: m for m in self.members}

    @property
    def ids(self) -> frozenset[int] | None:
        """Their numbers; None for everybody."""
        return None if self.everybody else frozenset(m.id for m in self.members)

    def of_team(self, key: str) -> list[Member]:
        """The members of one team; all where ``key`` is empty."""
        return [m for m in self.members if not key or key in m.teams]


def circle_of(session: Session, viewer: Viewer, team: str = "") -> Circle:
    """The viewer's people, in one team or in all of theirs, given the permission for it. Raises NotFound for a team that isn't theirs."""
    owner = OWNER in viewer.roles
    members = people_of(session, viewer)
    keys = frozenset(key for m in members for key in m.teams) if owner else viewer.teams
    if team and team not in keys:
        raise NotFound(Text("没有这个团队，或者不是您的团队", "There is no such team, or it is not one of yours"))
    names = dict(sorted(team_names(session, keys).items(), key=lambda pair: pair[1]))
    return Circle(tuple(m for m in members if not team or team in m.teams), names, everybody=owner and not team, team=team)
