"""Experience: what worked on the floor, in one line, becomes what everyone knows.

This module only names what the plugin contributes; each part is imported when it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbplatform.sdk import hookimpl

if TYPE_CHECKING:
    from types import ModuleType

    from sqlalchemy.orm import Session

    from kbplatform.sdk import Event, Permission, PersonalData, Services


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


@hookimpl
def load_samples(services: Services) -> int:
    """Entries of every group of practices, in both languages, shown as samples."""
    from kbplatform_experience import samples  # noqa: PLC0415 - as above

    return samples.load_samples(services.db)


@hookimpl
def personal_data(user_id: int, session: Session, erase: bool) -> PersonalData | None:
    """What a person wrote, said and follows here."""
    from kbplatform_experience import personal  # noqa: PLC0415 - as above

    return personal.personal_data(user_id, session, erase=erase)


@hookimpl
def on_event(event: Event, session: Session) -> None:
    """A proposal that entries stand behind was decided."""
    from kbplatform_experience import promotion  # noqa: PLC0415 - as above

    promotion.follow(event, session)
