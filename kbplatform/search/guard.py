"""Kinds of page that only holders of a permission find: as whom somebody searches says which permissions they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kbplatform.viewer import Viewer

_HOLDS = "holds:"
"""How an audience begins that stands for a permission. No document has one: it opens kinds, and engines never see it."""


def nobody(_viewer: Viewer, _permission: str) -> bool:
    """Nobody holds anything."""
    return False


class Guard:
    """Which permission which kind of page asks for, and who holds it. What nobody asked about stays closed."""

    def __init__(self, wanted: Iterable[tuple[str, str]] = (), allows: Callable[[Viewer, str], bool] = nobody) -> None:
        """``wanted`` are pairs (kind, permission): a kind named twice asks for both. ``allows`` says who holds one."""
        self._wanted = frozenset(wanted)
        self._allows = allows

    def held(self, viewer: Viewer) -> frozenset[str]:
        """The permissions to kinds of page that somebody holds, as audiences."""
        return frozenset(_HOLDS + permission for permission in {p for _kind, p in self._wanted} if self._allows(viewer, permission))

    def closed(self, audiences: Iterable[str]) -> frozenset[str]:
        """The kinds of which these readers find nothing."""
        theirs = set(audiences)
        return frozenset(kind for kind, permission in self._wanted if _HOLDS + permission not in theirs)

    def without_permissions(self, audiences: Iterable[str]) -> frozenset[str]:
        """The audiences that documents are for."""
        return frozenset(a for a in audiences if not a.startswith(_HOLDS))
