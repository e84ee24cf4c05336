"""Whose name stands at what was proposed and accepted, once its giver changed their mind about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from kbplatform.proposals.models import CreditRow, ProposalRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def credit_as(session: Session, plugin: str, ref: str, user_id: int | None) -> None:
    """From now on ``user_id`` is credited for what ``plugin`` calls ``ref``, in what waits and in what was accepted.

    None is a colleague without a name. Those whose data was erased stay forgotten. Doing it twice changes nothing.
    """
    theirs = select(ProposalRow.id).where(ProposalRow.plugin == plugin)
    given = update(CreditRow).where(CreditRow.ref == ref, CreditRow.erased.is_(False), CreditRow.proposal_id.in_(theirs))
    session.execute(given.values(user_id=user_id))
