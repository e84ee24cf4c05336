"""Whose results somebody may see: those of the people of their own teams; the owner those of everybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kbplatform.sdk import NotFound, Text, members_of, team_names
from kbplatform_quizzes.attempts.people import OWNER

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform.sdk import Member, Viewer

@dataclass(frozen=True, slots=True)
class Seen:
    """``members`` are the active people asked about, by name. With ``everybody`` the erased and those who have left count too, without a name.

    ``teams`` are those one may ask for by key, with their names; ``team`` is the one that was.
    """

    members: tuple[Member, ...]
    everybody: bool
    teams: Mapping[str, str]
    team: str = ""

    @property
    def ids(self) -> frozenset[int] | None:
        """Their numbers; None for everybody."""
        return None if self.everybody else frozenset(m.id for m in self.members)


def seen_by(session: Session, viewer: Viewer, team: str = "") -> Seen:
    """Whom ``viewer`` sees, in one team or in all of theirs. Raises NotFound for a team that isn't theirs."""
    owner = OWNER in viewer.roles
    if owner:
        everyone = members_of(session, None)
        keys = frozenset(key for m in everyone for key in m.teams)
    else:
        keys = viewer.teams
        everyone = members_of(session, keys) if keys else []
    if team and team not in keys:
        raise NotFound(Text("没有这个团队，或者不是您的团队", "There is no such team, or it is not one of yours"))
    members = tuple(m for m in everyone if not team or team in m.teams)
    names = team_names(session, keys)
    return Seen(members, owner and not team, dict(sorted(names.items(), key=lambda pair: pair[1])), team)
