"""Other services that people sign in with: what they break costs one sign-in, never a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import structlog

from kbplatform.bilingual import Text
from kbplatform.errors import InvalidInput, NotFound, SignInNeeded, Unavailable
from kbplatform.plugin.calls import well_made
from kbplatform.plugin.contributions import AuthProvider, Identity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

T = TypeVar("T")
log = structlog.get_logger(__name__)
_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_OWN_METHODS = frozenset({"password", "link", "passkey"})
"""What sessions call our own ways of signing in."""


class Providers:
    """The providers of all plugins by name, and asking them."""

    def __init__(self, offered: Iterable[AuthProvider], base_url: str) -> None:
        self.all: dict[str, AuthProvider] = {}
        self._base_url = base_url
        for provider in offered:
            if not _NAME.fullmatch(provider.name) or provider.name in _OWN_METHODS or provider.name in self.all:
                log.error("provider.name_refused", provider=provider.name)  # a name taken twice would let in other people's subjects
                continue
            self.all[provider.name] = provider

    def get(self, name: str) -> AuthProvider:
        """One provider. Raises NotFound."""
        if name not in self.all:
            raise NotFound(Text("没有这种登录方式", "There is no such way to sign in"))
        return self.all[name]

    def begin(self, name: str, *, again: bool) -> tuple[str, dict[str, str]]:
        """Where to send the browser, and what to remember. Raises what refuses, and Unavailable for everything else."""
        provider = self.get(name)
        return _asked(provider, lambda: _address(*provider.begin(self._callback(name), again)))

    def finish(self, name: str, arguments: Mapping[str, str], remembered: Mapping[str, str]) -> Identity:
        """Who the browser came back as. Raises as :meth:`begin` does."""
        provider = self.get(name)
        return _asked(provider, lambda: _sound(provider.finish(self._callback(name), arguments, remembered)))

    def _callback(self, name: str) -> str:
        return f"{self._base_url}/sign-in/from/{name}"


def _asked(provider: AuthProvider, work: Callable[[], T]) -> T:
    try:
        return work()
    except (SignInNeeded, InvalidInput) as error:
        log.info("provider.refused", provider=provider.name, reason=str(error))
        raise
    except Unavailable as error:
        log.warning("provider.unavailable", provider=provider.name, reason=str(error))
        raise
    except (Exception, SystemExit) as error:  # a stranger's code and a stranger's server
        log.exception("provider.failed", provider=provider.name)
        raise Unavailable(
            Text(f"“{provider.label.zh}”现在没有正确回答", f"“{provider.label.en}” does not answer properly just now"),
            remedy=Text("请稍后再试，或用别的方式登录。", "Try again in a moment, or sign in another way."),
        ) from error


def _address(address: str, remembered: dict[str, str]) -> tuple[str, dict[str, str]]:
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        msg = f"not an address of the web: {address[:100]!r}"
        raise ValueError(msg)
    return address, {str(k): str(v) for k, v in remembered.items()}


def _sound(answer: Any) -> Identity:  # noqa: ANN401 - a stranger's answer
    if not isinstance(answer, Identity) or not well_made(answer) or not answer.subject:
        msg = f"not an identity: {type(answer).__name__}"
        raise TypeError(msg)
    return answer
