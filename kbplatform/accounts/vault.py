"""Random secrets, their hashes, and values that are kept encrypted."""

from __future__ import annotations

import base64
import hashlib
import secrets

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def new_token() -> str:
    """256 random bits, safe in an address."""
    return secrets.token_urlsafe(32)


def fingerprint(token: str) -> str:
    """What is stored of a random secret: SHA-256. Enough, because nobody can guess 256 bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class Vault:
    """Encrypts what must be read again, such as the secret of an authenticator app, with a key derived from the site's own."""

    def __init__(self, secret_key: str) -> None:
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"kbplatform vault").derive(secret_key.encode())
        self._box = Fernet(base64.urlsafe_b64encode(derived))

    def seal(self, value: str) -> str:
        """``value``, encrypted and signed."""
        return self._box.encrypt(value.encode()).decode("ascii")

    def open(self, sealed: str) -> str | None:
        """What was sealed, or None where the site's key has changed since."""
        try:
            return self._box.decrypt(sealed.encode("ascii")).decode()
        except (InvalidToken, UnicodeEncodeError):
            return None
