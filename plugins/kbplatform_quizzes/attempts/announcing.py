"""Telling search that quizzes came, went or are called otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbplatform.sdk import LANGS, emit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

KIND = "quiz"
CHANGED = "quizzes.changed"


def announce(session: Session, numbers: Iterable[int]) -> None:
    """Have these quizzes indexed again: in the transaction that adds, renames, opens or closes them."""
    ids = [f"{KIND}:{number}:{lang}" for number in numbers for lang in LANGS]
    if ids:
        emit(session, CHANGED, {"ids": ids})
