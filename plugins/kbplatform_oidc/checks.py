"""The provider's state, for ``kbplatform doctor`` and ``/readyz``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbplatform.sdk import HealthCheck, Text, Unavailable
from kbplatform_oidc.flow import NAME
from kbplatform_oidc.provider import provider_at

if TYPE_CHECKING:
    from kbplatform.sdk import Settings

_RECENT_S = 60


def check(settings: Settings) -> HealthCheck:
    """Whether the settings are whole and the provider can be reached. It is asked once a minute at most."""
    if not settings.oidc_client_id:
        return HealthCheck(
            NAME,
            "error",
            Text("没有设 KBPLATFORM_OIDC_CLIENT_ID", "KBPLATFORM_OIDC_CLIENT_ID is not set"),
            Text("在登录服务那边登记本站，把得到的 client id 填进来。", "Register this site with the provider and set the client id it gives."),
        )
    try:
        provider_at(settings.oidc_issuer).metadata(max_age_s=_RECENT_S)
    except Unavailable:
        return HealthCheck(
            NAME,
            "warning",
            Text(f"连不上 {settings.oidc_issuer}，现在没有人能用它登录", f"{settings.oidc_issuer} can't be reached: nobody can sign in with it now"),
            Text(
                "在浏览器里打开它的 /.well-known/openid-configuration 看看；日志里的 oidc.unusable 说明原因。",
                "Open its /.well-known/openid-configuration; the log says why under oidc.unusable.",
            ),
        )
    return HealthCheck(NAME, "ok", Text("能用", "answers"))
