"""How much of one answer's history is kept: a text that is saved as it is typed would else be stored hundreds of times over."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Text, cast, delete, func, select

from kbplatform_quizzes.models import AttemptEvent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

SENT = ("answered", "drafted")
LATE = ("late",)
MOST_EVENTS = 60
MOST_CHARS = 400_000
"""Of the JSON of what lies between the first answer and the newest."""


class Step(NamedTuple):
    """An event that brought an answer: its number, its kind, the length of its JSON."""

    id: int
    kind: str
    size: int


def thin(session: Session, attempt_id: int, position: int, kinds: Sequence[str]) -> None:
    """Forget steps of an answer that has too many or too long ones. What counts, and what regrades replay, stays as it is."""
    session.flush()
    of_it = (AttemptEvent.attempt_id == attempt_id, AttemptEvent.position == position, AttemptEvent.kind.in_(kinds))
    size = func.length(cast(AttemptEvent.data, Text))
    steps = [Step(*row) for row in session.execute(select(AttemptEvent.id, AttemptEvent.kind, size).where(*of_it).order_by(AttemptEvent.id))]
    if gone := surplus(steps):
        session.execute(delete(AttemptEvent).where(AttemptEvent.id.in_(gone)).execution_options(synchronize_session=False))


def surplus(steps: Sequence[Step]) -> list[int]:
    """The numbers of those that may go, of ``steps`` in the order they came.

    The first stays, since it says when somebody began, and so does the newest of each kind, which is what was confirmed last. Of
    those between every second goes, the oldest first, until they are few and short enough: what is left is thinner the older it is.
    """
    newest = {step.kind: step.id for step in steps}
    between = [s for s in steps[1:] if s.id != newest[s.kind]]
    gone: list[int] = []
    while between and (len(between) > MOST_EVENTS or sum(s.size for s in between) > MOST_CHARS):
        gone += [s.id for s in between[::2]]
        between = between[1::2]
    return gone
