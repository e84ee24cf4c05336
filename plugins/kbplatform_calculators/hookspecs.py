"""The hook this plugin offers to others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbplatform.sdk import hookspec

if TYPE_CHECKING:
    from kbplatform.sdk import Services
    from kbplatform_calculators.calculator import Calculator


@hookspec
def register_calculators(services: Services) -> list[Calculator]:  # type: ignore[empty-body]
    """Calculators of another plugin. Each is run on its own examples when it is taken in; one that differs is left out."""
