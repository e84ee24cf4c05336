"""The reader, as every layer below the views knows them."""

from __future__ import annotations

from dataclasses import dataclass

EVERYONE = "everyone"
SIGNED_IN = "signed-in"


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person or nobody in particular (``id`` None). Passed down; never looked up below the views."""

    id: int | None = None
    roles: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()

    @property
    def audiences(self) -> frozenset[str]:
        """The audiences this reader belongs to: what search engines and queries filter by."""
        own = {f"team:{team}" for team in self.teams}
        return frozenset({EVERYONE} | ({SIGNED_IN} | own if self.id is not None else set()))


ANONYMOUS = Viewer()
"""Nobody in particular."""
