"""Telling search that entries came, went or say something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbplatform.sdk import LANGS, emit
from kbplatform_experience.registry import KIND

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

CHANGED = "experience.changed"


def announce(session: Session, numbers: Iterable[int]) -> None:
    """Have these entries indexed again: in the transaction that changes them."""
    ids = [f"{KIND}:{number}:{lang}" for number in numbers for lang in LANGS]
    if ids:
        emit(session, CHANGED, {"ids": ids})
