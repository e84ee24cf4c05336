"""Experience: what worked on the floor, in one line, becomes what everyone knows.

This module only names what the plugin contributes; each part is imported when it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbplatform.sdk import hookimpl

if TYPE_CHECKING:
    from types import ModuleType

    from kbplatform.sdk import Permission


@hookimpl
def register_hookspecs() -> list[ModuleType]:
    """``register_entry_kinds``, for other plugins."""
    from kbplatform_experience import hookspecs  # noqa: PLC0415 - this module stays light for `--help`

    return [hookspecs]


@hookimpl
def register_permissions() -> list[Permission]:
    """Everybody who may read may read and write experience, once signed in; leads and editors keep it decent."""
    from kbplatform.sdk import Permission, Text  # noqa: PLC0415 - as above
    from kbplatform_experience import registry  # noqa: PLC0415 - as above

    return [
        Permission(registry.READ, Text("看同事的经验", "Read what colleagues have learned"), frozenset({"reader"})),
        Permission(registry.WRITE, Text("写经验、留言、说声谢谢", "Write experience, comment and thank"), frozenset({"reader"})),
        Permission(registry.MODERATE, Text("审核、隐藏经验", "Moderate and hide experience"), frozenset({"lead", "editor"})),
        Permission(registry.INSIGHT, Text("看经验的统计", "See figures about experience"), frozenset({"lead", "editor"})),
    ]
