"""The names behind numbers and keys, for whoever keeps people by number and teams by key, as all do."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from kbplatform.accounts.models import Team, TeamMember, User

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session


def names_of(session: Session, people: Iterable[int]) -> dict[int, str]:
    """Number → present name of these people. Whether the reader may know it is for the caller to ask."""
    found = session.execute(select(User.id, User.name).where(User.id.in_(set(people))))
    return {number: name for number, name in found}  # noqa: C416 - rows become pairs


def team_names(session: Session, keys: Iterable[str] | None) -> dict[str, str]:
    """Key → name of the teams there are among ``keys``; with None of all there are."""
    asked = select(Team.key, Team.name)
    found = session.execute(asked if keys is None else asked.where(Team.key.in_(set(keys))))
    return {key: name for key, name in found}  # noqa: C416 - as above


@dataclass(frozen=True, slots=True)
class Member:
    """An active person. ``teams`` are keys: of the teams that were asked about, those they are in."""

    id: int
    name: str
    teams: frozenset[str]


def members_of(session: Session, teams: Iterable[str] | None) -> list[Member]:
    """Active people who are in any of these teams, by name; with None everybody, those in no team too.

    Whether the reader may know of them is for the caller to ask.
    """
    people = select(User.id, User.name, Team.key).where(User.active, User.erased_at.is_(None)).order_by(User.name_key)
    if teams is None:
        rows = session.execute(people.outerjoin(TeamMember, TeamMember.user_id == User.id).outerjoin(Team, Team.id == TeamMember.team_id))
    else:
        joined = people.join(TeamMember, TeamMember.user_id == User.id).join(Team, Team.id == TeamMember.team_id)
        rows = session.execute(joined.where(Team.key.in_(set(teams))))
    found: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    for number, name, key in rows:
        found[number, name] |= {key} - {None}
    return [Member(number, name, frozenset(keys)) for (number, name), keys in found.items()]
