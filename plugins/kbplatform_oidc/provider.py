"""What the provider publishes about itself: its addresses and its keys, fetched when first needed and kept for a while."""

from __future__ import annotations

import time
from functools import lru_cache
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import requests
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from kbplatform.sdk import Text, Unavailable

log = structlog.get_logger(__name__)
TIMEOUT_S = 5
KEEP_S = 3600
PAUSE_S = 10
"""How long nothing is asked again: after a failure, so that a provider that hangs holds up few requests, and for unknown keys."""
_OK = 200


class Provider:
    """One issuer. Every method raises Unavailable where it does not answer as it must."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self._lock = Lock()
        self._kept: dict[str, tuple[float, dict[str, Any]]] = {}
        self._failed: dict[str, float] = {}

    def metadata(self, *, max_age_s: float = KEEP_S) -> dict[str, Any]:
        """Its discovery document (OpenID Connect Discovery 1.0), with an issuer and addresses that may be used."""
        found = self._cached(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration", max_age_s)
        if str(found.get("issuer")).rstrip("/") != self.issuer.rstrip("/"):
            raise _unusable(self.issuer, f"it calls itself {found.get('issuer')!r}")
        schemes = {"https"} if urlsplit(self.issuer).scheme == "https" else {"http", "https"}
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if urlsplit(str(found.get(name))).scheme not in schemes:
                raise _unusable(self.issuer, f"{name} is {found.get(name)!r}")
        return found

    def keys(self, *, max_age_s: float = KEEP_S) -> KeySet:
        """The keys it signs with; kinds we do not know are left out."""
        keys = []
        for jwk in self._cached(str(self.metadata()["jwks_uri"]), max_age_s).get("keys", []):
            try:
                if jwk.get("use", "sig") == "sig" and jwk.get("kty") != "oct":
                    keys += KeySet.import_key_set({"keys": [jwk]}).keys
            except (JoseError, ValueError, KeyError) as error:
                log.warning("oidc.key_left_out", issuer=self.issuer, error=str(error))
        return KeySet(keys)

    def fetch(self, address: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        """A JSON object of the provider's."""
        try:
            response = requests.get(address, headers=headers, timeout=TIMEOUT_S, allow_redirects=False)
            found = response.json() if response.status_code == _OK else None
        except (requests.RequestException, ValueError) as error:
            raise _unusable(address, str(error)) from error
        if not isinstance(found, dict):
            raise _unusable(address, f"status {response.status_code}")
        return found

    def _cached(self, address: str, max_age_s: float) -> dict[str, Any]:
        with self._lock:
            now = time.monotonic()
            at, found = self._kept.get(address, (0.0, None))
            if found is not None and now - at < max_age_s:
                return found
            if now - self._failed.get(address, -PAUSE_S) < PAUSE_S:
                raise _unusable(address, "it failed a moment ago")
            try:
                found = self.fetch(address)
            except Unavailable:
                self._failed[address] = time.monotonic()
                raise
            self._kept[address] = (now, found)
            return found


@lru_cache(maxsize=16)
def provider_at(issuer: str) -> Provider:
    """The provider of an issuer: one for sign-in and health checks alike, so that they share what is kept."""
    return Provider(issuer)


def _unusable(what: str, why: str) -> Unavailable:
    log.warning("oidc.unusable", what=what, why=why[:300])
    return Unavailable(
        Text("登录服务现在连不上", "The sign-in service can't be reached just now"),
        remedy=Text("请稍后再试，或用别的方式登录。", "Try again in a moment, or sign in another way."),
    )
