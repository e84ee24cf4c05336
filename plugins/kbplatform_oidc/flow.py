"""The authorization code flow with PKCE: the way to the provider and back."""

from __future__ import annotations

import hmac
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests
import structlog
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from kbplatform.sdk import AuthProvider, Identity, SignInNeeded, Text, Unavailable
from kbplatform_oidc.provider import TIMEOUT_S, Provider, provider_at
from kbplatform_oidc.tokens import LEEWAY_S, read_id_token, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kbplatform.sdk import Settings

log = structlog.get_logger(__name__)
NAME = "oidc"
DEFAULT_LABEL = Text("公司账号", "your company account")
_LONGEST_NAME, _LONGEST_EMAIL = 200, 254


def make_provider(settings: Settings) -> AuthProvider:
    """The settings' provider, as the core asks it. Nothing is fetched yet."""
    flow = Flow(
        provider_at(settings.oidc_issuer), settings.oidc_client_id, settings.oidc_client_secret, settings.oidc_scopes, settings.oidc_groups_claim
    )
    label = Text(settings.oidc_label, settings.oidc_label) or DEFAULT_LABEL
    return AuthProvider(NAME, label, flow.begin, flow.finish)


@dataclass(frozen=True, slots=True)
class Flow:
    """See :class:`kbplatform.sdk.AuthProvider` for what ``begin`` and ``finish`` promise."""

    provider: Provider
    client_id: str
    client_secret: str
    scopes: str
    groups_claim: str

    def begin(self, callback: str, again: bool) -> tuple[str, dict[str, str]]:
        """The provider's sign-in page."""
        metadata = self.provider.metadata()
        remembered = {
            "state": secrets.token_urlsafe(32),
            "nonce": secrets.token_urlsafe(32),
            "verifier": secrets.token_urlsafe(48),
            "again": str(int(time.time())) if again else "",
        }
        extra = {"prompt": "login", "max_age": "0"} if again else {}
        address, _state = self._session(callback, metadata).create_authorization_url(
            metadata["authorization_endpoint"],
            state=remembered["state"], nonce=remembered["nonce"], code_verifier=remembered["verifier"], **extra,
        )  # fmt: skip
        return address, remembered

    def finish(self, callback: str, arguments: Mapping[str, str], remembered: Mapping[str, str]) -> Identity:
        """Who came back."""
        self._require_ours(arguments, remembered)
        metadata = self.provider.metadata()
        tokens = self._tokens(callback, metadata, arguments.get("code", ""), remembered["verifier"])
        claims = read_id_token(tokens.get("id_token"), self.provider, self.client_id, remembered["nonce"])
        if remembered["again"]:
            _require_recent(claims.get("auth_time"), int(remembered["again"]))
        return self._identity(self._with_userinfo(metadata, tokens, claims))

    def _require_ours(self, arguments: Mapping[str, str], remembered: Mapping[str, str]) -> None:
        state = remembered.get("state", "")
        if not state or not hmac.compare_digest(arguments.get("state", "").encode("utf-8", "replace"), state.encode()):
            raise refusal("state is not ours")
        if "iss" in arguments and arguments["iss"].rstrip("/") != self.provider.issuer.rstrip("/"):
            raise refusal("the answer comes from another issuer")  # RFC 9207
        if error := arguments.get("error", ""):
            log.info("oidc.not_signed_in", error=error[:100], description=arguments.get("error_description", "")[:300])
            if error in {"server_error", "temporarily_unavailable"}:
                raise _out_of_order()
            raise SignInNeeded(
                Text("那边没有让您登录", "You were not signed in there"),
                remedy=Text("请再试一次，或用别的方式登录。", "Try once more, or sign in another way."),
            )

    def _tokens(self, callback: str, metadata: dict[str, Any], code: str, verifier: str) -> dict[str, Any]:
        try:
            with self._session(callback, metadata) as session:
                tokens: dict[str, Any] = session.fetch_token(
                    metadata["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=verifier,
                    timeout=TIMEOUT_S, allow_redirects=False,
                )  # fmt: skip
        except OAuthError as error:
            if error.error in {"invalid_client", "unauthorized_client"}:
                log.exception("oidc.client_refused", error=str(error))  # the operator's to put right: id or secret
                raise _out_of_order() from error
            raise refusal(str(error)) from error
        except (requests.RequestException, ValueError) as error:
            log.warning("oidc.no_token", error=str(error)[:300])
            raise _out_of_order() from error
        return tokens

    def _session(self, callback: str, metadata: dict[str, Any]) -> Any:  # noqa: ANN401 - Authlib has no types
        accepted = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        secret_in = "client_secret_basic" if "client_secret_basic" in accepted else "client_secret_post"
        return OAuth2Session(
            self.client_id, self.client_secret or None, scope=self.scopes, redirect_uri=callback, code_challenge_method="S256",
            token_endpoint_auth_method=secret_in if self.client_secret else "none",
        )  # fmt: skip

    def _with_userinfo(self, metadata: dict[str, Any], tokens: dict[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
        """The token's claims, with those that some providers keep for their userinfo address."""
        endpoint = metadata.get("userinfo_endpoint")
        if not endpoint or {"name", "email", self.groups_claim} <= claims.keys():
            return claims
        more = self.provider.fetch(str(endpoint), {"Authorization": f"Bearer {tokens.get('access_token', '')}"})
        if more.get("sub") != claims["sub"]:
            raise refusal("userinfo is about somebody else")
        return more | claims

    def _identity(self, claims: dict[str, Any]) -> Identity:
        if self.groups_claim in _dict(claims.get("_claim_names")):
            # Too many for a token: taking them for none would take the person's roles away.
            log.error("oidc.groups_left_out", claim=self.groups_claim)
            raise _out_of_order()
        groups = claims.get(self.groups_claim) or []
        groups = [groups] if isinstance(groups, str) else groups
        email = claims.get("email")
        return Identity(
            subject=f"{claims['iss']} {claims['sub']}",  # unique within one issuer only, and the setting may come to name another
            name=next((n for k in ("name", "preferred_username", "nickname") if isinstance(n := claims.get(k), str) and n), "")[:_LONGEST_NAME],
            email=email if isinstance(email, str) and len(email) <= _LONGEST_EMAIL else "",
            groups=frozenset(g for g in groups if isinstance(g, str)),
            email_verified=claims.get("email_verified") in (True, "true"),
        )


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _require_recent(auth_time: object, asked_at: int) -> None:
    """The browser could have dropped our wish for a fresh sign-in on its way: only the token says that there was one."""
    if not isinstance(auth_time, int | float) or auth_time < asked_at - LEEWAY_S:
        raise SignInNeeded(
            Text("登录服务没有证明您刚刚重新登录过", "The sign-in service does not say that you have just signed in again"),
            remedy=Text("请再试一次，并在那边重新输入密码。", "Try once more, and give your password there."),
        )


def _out_of_order() -> Unavailable:
    return Unavailable(
        Text("登录服务没有给出可用的回答", "The sign-in service gave no usable answer"),
        remedy=Text("请稍后再试；还不行就告诉管理员。", "Try again in a moment; if it stays, tell your administrator."),
    )
