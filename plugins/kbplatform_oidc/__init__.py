"""Signing in with OpenID Connect. Needs the extra ``sso``; without ``oidc_issuer`` it contributes nothing.

This module only names what the plugin contributes; each part is imported when it is needed.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from kbplatform.sdk import hookimpl

if TYPE_CHECKING:
    from kbplatform.sdk import AuthProvider, HealthCheck, Services

_NEEDED = ("authlib", "joserfc", "requests")


@hookimpl
def register_auth_providers(services: Services) -> list[AuthProvider]:
    """The provider the settings name."""
    if not services.settings.oidc_issuer or _missing():
        return []
    from kbplatform_oidc.flow import make_provider  # noqa: PLC0415 - heavy, and only there with the extra

    return [make_provider(services.settings)]


@hookimpl
def health_checks(services: Services) -> list[HealthCheck]:
    """Whether the extra is installed, and the provider can be reached."""
    if not services.settings.oidc_issuer:
        return []
    from kbplatform.sdk import HealthCheck, Text  # noqa: PLC0415 - this module stays light for `--help`

    if missing := _missing():
        names = ", ".join(missing)
        return [
            HealthCheck(
                "oidc",
                "error",
                Text(f"缺少软件包：{names}，没有人能用 OpenID Connect 登录", f"missing: {names}; nobody can sign in with OpenID Connect"),
                Text("请安装：pip install 'kbplatform[sso]'，然后重启。", "Install it: pip install 'kbplatform[sso]', then restart."),
            )
        ]
    from kbplatform_oidc.checks import check  # noqa: PLC0415 - heavy, and only there with the extra

    return [check(services.settings)]


def _missing() -> list[str]:
    return [name for name in _NEEDED if find_spec(name) is None]
