"""Who is asking, as every layer below the views knows them; and who did it, as the audit does."""

from __future__ import annotations

from dataclasses import dataclass

EVERYONE = "everyone"
SIGNED_IN = "signed-in"


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person or nobody in particular (``id`` None). Passed down; never looked up below the views.

    ``teams`` are team keys. ``permissions`` are what the roles grant; ``scopes``, where not None, are all
    that the API token in use may do of it. Ask :meth:`kbplatform.accounts.gate.Gate.allows`, not this.
    """

    id: int | None = None
    name: str = ""
    roles: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    scopes: frozenset[str] | None = None
    session_id: int | None = None
    reads_all_teams: frozenset[str] = frozenset()
    """Keys of the teams whose articles they read without being in them: those who say who may read an article see them all."""

    @property
    def audiences(self) -> frozenset[str]:
        """The audiences this reader belongs to: what search engines and queries filter by."""
        own = {f"team:{team}" for team in self.teams | self.reads_all_teams}
        return frozenset({EVERYONE} | ({SIGNED_IN} | own if self.id is not None else set()))


ANONYMOUS = Viewer()
"""Nobody in particular."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something that is worth remembering, and from where: an address, ``cli`` or ``system``."""

    id: int | None
    address: str


CLI = Actor(None, "cli")
"""Whoever may run commands on the machine itself."""
SYSTEM = Actor(None, "system")
"""The program itself."""
