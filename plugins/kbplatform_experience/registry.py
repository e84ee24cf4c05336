"""What the plugin may allow, and its parts, once for each platform."""

from __future__ import annotations

from kbplatform.sdk import Services
from kbplatform_experience.kinds import BUILT_IN, EntryKind

PLUGIN = "experience"
READ = "experience.read"
WRITE = "experience.write"
MODERATE = "experience.moderate"
INSIGHT = "experience.insight"
HOOK = "register_entry_kinds"
KIND = "experience"
"""The kind of our documents in search."""


def kinds_of(services: Services) -> dict[str, EntryKind]:
    """Our kinds by name, then those of other plugins whose name isn't taken."""
    return services.once(_kinds)


def _kinds(services: Services) -> dict[str, EntryKind]:
    known = {k.name: k for k in BUILT_IN}
    for theirs in services.contributed(HOOK, EntryKind):
        known.setdefault(theirs.name, theirs)
    return known


def entry_url(number: int) -> str:
    """Address of an entry's page."""
    return f"/p/experience/{number}"
