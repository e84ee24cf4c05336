"""The hook this plugin offers to others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbplatform.sdk import hookspec

if TYPE_CHECKING:
    from kbplatform.sdk import Services
    from kbplatform_experience.kinds import EntryKind


@hookspec
def register_entry_kinds(services: Services) -> list[EntryKind]:  # type: ignore[empty-body]
    """Kinds of entry of another plugin. A name that is taken keeps its first owner."""
