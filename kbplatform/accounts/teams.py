"""Teams: people belong to them, articles may be for them only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from kbplatform.accounts import audit
from kbplatform.accounts.models import Team, TeamMember
from kbplatform.accounts.names import clean_name, clean_team_key, key_of
from kbplatform.accounts.permissions import PEOPLE_LOCK
from kbplatform.bilingual import Text
from kbplatform.db import one_at_a_time
from kbplatform.errors import NotFound, wrong

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kbplatform.db import Database
    from kbplatform.viewer import Actor


@dataclass(frozen=True, slots=True)
class TeamView:
    """A team and how many people are in it."""

    id: int
    key: str
    name: str
    members: int


class Teams:
    """Adding, renaming and deleting teams. Who is in one is a matter of :class:`kbplatform.accounts.people.People`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def every(self) -> list[TeamView]:
        """Every team, by name."""
        count = select(func.count()).where(TeamMember.team_id == Team.id).scalar_subquery()
        with self._db.read() as session:
            return [TeamView(t.id, t.key, t.name, n) for t, n in session.execute(select(Team, count).order_by(Team.name_key))]

    def create(self, actor: Actor, *, key: str, name: str) -> int:
        """Add a team; its number. Raises InvalidInput."""
        key, name = clean_team_key(key), clean_name(name)
        with self._db.write() as session:
            _require_unused(session, key, name, but=None)
            team = Team(key=key, name=name, name_key=key_of(name))
            session.add(team)
            session.flush()
            audit.record(session, actor, "team.created", "team", team.id, key=key)
            return team.id

    def rename(self, actor: Actor, team_id: int, name: str) -> None:
        """Give a team another name; its key stays, because articles name it."""
        name = clean_name(name)
        with self._db.write() as session:
            team = _find(session, team_id)
            _require_unused(session, "", name, but=team.id)
            team.name, team.name_key = name, key_of(name)
            audit.record(session, actor, "team.changed", "team", team.id)

    def delete(self, actor: Actor, team_id: int) -> None:
        """Delete a team; its people stay. Articles for this team alone are then read by nobody until somebody changes that."""
        with self._db.write() as session:
            team = _find(session, team_id)
            audit.record(session, actor, "team.deleted", "team", team.id, key=team.key)
            session.delete(team)


def _find(session: Session, team_id: int) -> Team:
    team = session.get(Team, team_id) if team_id < 2**31 else None
    if team is None:
        raise NotFound(Text("没有这个团队", "There is no such team"))
    return team


def _require_unused(session: Session, key: str, name: str, *, but: int | None) -> None:
    one_at_a_time(session, PEOPLE_LOCK)
    for field, column, value in (("key", Team.key, key), ("name", Team.name_key, key_of(name))):
        found = session.scalar(select(Team.id).where(column == value)) if value else None
        if found is not None and found != but:
            raise wrong(field, Text("已经有这个团队了", "There is such a team already"))
