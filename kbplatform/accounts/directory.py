"""The names behind numbers and keys, for whoever keeps people by number and teams by key, as all do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from kbplatform.accounts.models import Team, User

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session


def names_of(session: Session, people: Iterable[int]) -> dict[int, str]:
    """Number → present name of these people. Whether the reader may know it is for the caller to ask."""
    found = session.execute(select(User.id, User.name).where(User.id.in_(set(people))))
    return {number: name for number, name in found}  # noqa: C416 - rows become pairs


def team_names(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """Key → name of the teams there are among ``keys``."""
    found = session.execute(select(Team.key, Team.name).where(Team.key.in_(set(keys))))
    return {key: name for key, name in found}  # noqa: C416 - as above
