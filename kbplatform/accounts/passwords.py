"""Passwords: argon2id, and what may be one.

Memory and time are OWASP's first choice for argon2id (19 MiB, 2 passes, 1 lane): about 20 ms on a
small machine, and eight sign-ins at once stay under 160 MiB.
Length and list checks follow NIST SP 800-63B §3.1.1: no rules of composition, no forced change.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kbplatform.accounts.names import key_of
from kbplatform.bilingual import Text
from kbplatform.errors import wrong

MIN_LENGTH = 10
MAX_LENGTH = 256
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_COMMON = Path(__file__).parent / "common_passwords.txt"


def hash_password(password: str) -> str:
    """The argon2id hash, with its own salt."""
    return _hasher.hash(password)


def matches(hashed: str | None, password: str) -> bool:
    """Whether ``password`` is the one that was hashed. Takes as long where there is no hash."""
    if len(password) > MAX_LENGTH:  # nobody's: judged all the same, so that it takes as long
        password, hashed = password[:MAX_LENGTH], None
    try:
        return _hasher.verify(hashed or _nobody(), password) and bool(hashed)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(hashed: str) -> bool:
    """Whether the hash was made with other settings than today's."""
    return _hasher.check_needs_rehash(hashed)


def require_good(password: str, *others: str, field: str = "password") -> None:
    """Raise InvalidInput where it is too short, too long, among the commonest, or holds one of ``others`` (name, address, words of the site)."""
    if len(password) < MIN_LENGTH:
        raise wrong(
            field,
            Text(
                f"密码至少 {MIN_LENGTH} 个字符，一句话最好记",
                f"A password has at least {MIN_LENGTH} characters; a short sentence is easiest to keep in mind",
            ),
        )
    if len(password) > MAX_LENGTH:
        raise wrong(field, Text(f"密码最多 {MAX_LENGTH} 个字符", f"A password has at most {MAX_LENGTH} characters"))
    plain = key_of(password).replace(" ", "")
    if plain in _common() or len(set(plain)) < 4:
        raise wrong(field, Text("这个密码太常见，别人一猜就中，请换一个", "That password is among the first that anybody tries. Choose another"))
    if any(len(own) >= 4 and own in plain for own in _own_words(others)):
        raise wrong(
            field, Text("密码里不要有自己的名字、邮箱或本站的名字", "Leave your name, your address and the name of this site out of the password")
        )


def _own_words(others: tuple[str, ...]) -> list[str]:
    """Each name and address, whole and in parts, as it would stand in a password."""
    return [key_of(part).replace(" ", "") for other in others for part in (other, *re.split(r"[@.]", other))]


@cache
def _nobody() -> str:
    return _hasher.hash("nobody has this password")


@cache
def _common() -> frozenset[str]:
    return frozenset(_COMMON.read_text("utf-8").split())
