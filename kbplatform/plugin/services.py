"""What the core hands to a plugin's hooks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar

from kbplatform.db import Database
from kbplatform.mail import Mailer
from kbplatform.plugin.calls import Calls
from kbplatform.plugin.loader import load_plugins
from kbplatform.privacy import STANDARD, Rules, load_rules
from kbplatform.signing import Signer, secret_key

if TYPE_CHECKING:
    from kbplatform.settings import Settings


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of the platform that a plugin works with.

    ``masking`` are the site's rules for personal data: ``mask(text, rules=services.masking)``.
    """

    db: Database
    settings: Settings
    calls: Calls
    masking: Rules = STANDARD
    _made: dict[Any, Any] = field(default_factory=dict)
    _lock: RLock = field(default_factory=RLock)

    def contributed(self, name: str, kind: type[T]) -> list[T]:
        """What all plugins return for a hook that a plugin brought (``register_hookspecs``), called with ``services``.

        A plugin that raises costs its own items; what is not of ``kind`` is left out. Both are logged.
        """
        return self.calls.of_kind(name, kind, services=self)

    def registered(self, name: str) -> list[Any]:
        """What all plugins return for a hook of the core that is called with ``services``."""
        return self.calls.all(name, services=self)

    @property
    def mail(self) -> Mailer:
        """The site's mail: ask ``configured`` first."""
        return self.once(_mailer)

    @property
    def signer(self) -> Signer:
        """Signs links that work for whoever holds them; name the purpose after the plugin: ``hello.greet``."""
        return self.once(_signer)

    def once(self, make: Callable[[Services], T]) -> T:
        """What ``make`` returns for this platform: made at the first call, the same object ever after."""
        with self._lock:
            if make not in self._made:
                self._made[make] = make(self)
            made: T = self._made[make]
            return made


def _mailer(services: Services) -> Mailer:
    return Mailer(services.settings)


def _signer(services: Services) -> Signer:
    return Signer(secret_key(services.settings))


def services_without_platform(settings: Settings) -> Services:
    """Services for a command that needs plugins but no data: the database is named, not opened."""
    calls = Calls(load_plugins(disabled=settings.disabled_plugins))
    return Services(Database(settings.resolved_database_url), settings, calls, load_rules(settings.masking_path))
