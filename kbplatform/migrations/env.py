"""Runs migrations for one component on the connection it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alembic import context

from kbplatform.db import Base

if TYPE_CHECKING:
    from kbplatform.db.migrate import Component

connection = context.config.attributes["connection"]
component: Component = context.config.attributes["component"]


def _ours(name: str | None, type_: str, _parents: Any) -> bool:  # noqa: ANN401 - Alembic's signature
    return type_ != "table" or (name or "").startswith(f"{component.prefix}_")


context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    version_table=component.version_table,
    include_name=_ours,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    user_module_prefix="",
)
with context.begin_transaction():
    context.run_migrations()
