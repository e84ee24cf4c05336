"""What a command of the command line is given: how to open the platform, and with which settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kbplatform.settings import Settings


@dataclass(frozen=True, slots=True)
class Invocation:
    """Kept in click's ``ctx.obj``. ``given`` are the settings of the command line itself; ``bundled`` finds the content
    that came with the program."""

    open: Callable[[Settings], Any]
    given: dict[str, object] = field(default_factory=dict)
    bundled: Callable[[], Path] = Path.cwd
    plugins: Callable[[Settings], Any] = lambda _settings: None

    def settings(self, **overrides: object) -> Settings:
        """Settings from every source; those of the command line win. Raises SettingsError."""
        from kbplatform.settings import load_settings  # noqa: PLC0415 - slow import, only where a command needs settings

        return load_settings(**(self.given | {k: v for k, v in overrides.items() if v is not None}))

    def content(self) -> Path:
        """The content folder in use: the setting, else the bundled one."""
        return self.settings().content_dir or self.bundled()

    def services(self) -> Any:  # noqa: ANN401 - the type is above this module
        """What plugins work with, for a command that needs them but no data: the database is named, not opened."""
        return self.plugins(self.settings())

    def platform(self, **overrides: object) -> Any:  # noqa: ANN401 - the composition root's type is above this module
        """Everything but HTTP, logging only what is wrong. Raises KbError with a remedy."""
        return self.open(self.settings(**({"log_level": "warning"} | overrides)))
