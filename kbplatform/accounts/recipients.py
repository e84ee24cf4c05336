"""Whom the site may write to, and as whom they read: for what is sent without anybody asking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from kbplatform.accounts.gate import gate_of
from kbplatform.accounts.models import User

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kbplatform.plugin.services import Services
    from kbplatform.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Recipient:
    """An active person with an e-mail address, and what they may see as it is now."""

    viewer: Viewer
    address: str


def recipients(services: Services, permission: str, among: Iterable[int] | None = None) -> Iterator[Recipient]:
    """Active people with an address who hold ``permission``, by number; of these ``among`` them alone, where that is given.

    Each is looked up when their turn comes: who was deactivated or lost the permission meanwhile is left out.
    """
    gate, theirs = gate_of(services), (User.active.is_(True), User.erased_at.is_(None), User.email.is_not(None), User.email != "")
    with services.db.read() as session:
        numbers = list(session.scalars(select(User.id).where(*theirs).order_by(User.id)))
    if among is not None:
        wanted = set(among)
        numbers = [n for n in numbers if n in wanted]
    for number in numbers:
        with services.db.read() as session:
            address = session.scalar(select(User.email).where(User.id == number, *theirs))
        viewer = gate.of_person(number) if address else None
        if viewer is not None and address and gate.allows(viewer, permission):
            yield Recipient(viewer, address)
