"""The site's secret, and values signed with it: a link that says who it is for, and that nobody else can make."""

from __future__ import annotations

import secrets
import time
from hashlib import sha256
from typing import TYPE_CHECKING

from itsdangerous import BadData, URLSafeSerializer

from kbplatform.bilingual import Text
from kbplatform.errors import StorageError

if TYPE_CHECKING:
    from kbplatform.settings import Settings


def secret_key(settings: Settings) -> str:
    """The key that signs cookies: the setting, else one made once and kept in the data directory."""
    if settings.secret_key:
        return settings.secret_key
    path = settings.data_dir / "secret.key"
    try:
        with path.open("x", encoding="ascii") as file:
            path.chmod(0o600)
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    for _ in range(100):  # another process may have made the file and not yet written it
        if key := path.read_text("ascii").strip():
            return key
        time.sleep(0.02)
    raise StorageError(
        Text(f"{path} 是空的", f"{path} is empty"),
        remedy=Text("删掉它再启动，会重新生成。", "Delete it and start again: a new one is made."),
    )


class Signer:
    """Signs short texts, each purpose with a key of its own: what is signed for one is good for no other."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def sign(self, purpose: str, value: str) -> str:
        """``value`` and its signature, safe in an address. It stays good while the site's secret does."""
        return str(self._for(purpose).dumps(value))

    def read(self, purpose: str, token: str) -> str | None:
        """What was signed for this purpose; None for anything else."""
        try:
            value = self._for(purpose).loads(token)
        except (BadData, UnicodeError):
            return None
        return value if isinstance(value, str) else None

    def _for(self, purpose: str) -> URLSafeSerializer:
        return URLSafeSerializer(self._secret, salt=f"kbplatform {purpose}", signer_kwargs={"key_derivation": "hmac", "digest_method": sha256})
