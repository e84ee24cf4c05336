"""Judging an ID token (OpenID Connect Core 1.0, 3.1.3.7): who signed it, for whom, when, and in answer to what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError

from kbplatform.sdk import SignInNeeded, Text
from kbplatform_oidc.provider import PAUSE_S

if TYPE_CHECKING:
    from kbplatform_oidc.provider import Provider

log = structlog.get_logger(__name__)
LEEWAY_S = 60
"""How far the provider's clock may be from ours."""
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures with a public key. Neither ``none`` nor those that anybody who knows the client secret could make."""


def read_id_token(token: object, provider: Provider, client_id: str, nonce: str) -> dict[str, Any]:
    """What the provider says in the token. Raises SignInNeeded unless all of it holds."""
    try:
        claims = _verified(str(token), provider)
        required = {name: {"essential": True} for name in ("sub", "exp", "iat")}
        expected = {"iss": provider.metadata()["issuer"], "aud": client_id, "nonce": nonce}
        valued = {name: {"essential": True, "value": value} for name, value in expected.items()}
        jwt.JWTClaimsRegistry(leeway=LEEWAY_S, **required, **valued).validate(claims)  # type: ignore[arg-type]  # a TypedDict, made in a loop
    except (JoseError, ValueError) as error:
        raise refusal(str(error)) from error
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    azp = claims.get("azp", None if several else client_id)
    if (claims["iss"], claims["nonce"], azp) != (expected["iss"], nonce, client_id):  # lists that hold the right one will not do
        raise refusal("iss, nonce or azp is not ours")
    return claims


def refusal(why: str) -> SignInNeeded:
    """What the person is told; ``why`` is for the log alone."""
    log.warning("oidc.refused", why=why[:300])
    return SignInNeeded(
        Text("登录服务的回答没有通过检查，没有让您登录", "The sign-in service's answer did not pass our checks, so you are not signed in"),
        remedy=Text("请再试一次；还不行就告诉管理员。", "Try once more; if it stays, tell your administrator."),
    )


def _verified(token: str, provider: Provider) -> dict[str, Any]:
    supported = provider.metadata().get("id_token_signing_alg_values_supported", ["RS256"])
    algorithms = [a for a in _ALGORITHMS if a in supported]
    try:
        return jwt.decode(token, provider.keys(), algorithms).claims
    except (InvalidKeyIdError, BadSignatureError):  # the provider may have changed its keys since we asked
        return jwt.decode(token, provider.keys(max_age_s=PAUSE_S), algorithms).claims
