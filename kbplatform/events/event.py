"""What an event is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, as stored in the outbox. Delivered at least once, in order."""

    seq: int
    topic: str
    payload: Mapping[str, object]
    created_at: datetime
