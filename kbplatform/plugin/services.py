"""What the core hands to a plugin's hooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kbplatform.db import Database
    from kbplatform.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of the platform that a plugin works with."""

    db: Database
    settings: Settings
