"""Names and addresses, and the keys that tell people apart: NFKC, case folded, spaces made one."""

from __future__ import annotations

import re
import unicodedata

from kbplatform.bilingual import Text
from kbplatform.errors import wrong

MAX_NAME = 60
MAX_EMAIL = 254
_EMAIL = re.compile(r"[^@\s<>(),;:\"\\]{1,64}@[^@\s<>(),;:\"\\.]+(\.[^@\s<>(),;:\"\\.]+)*")
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef\u2800]")
"""Letters that Unicode says may be shown as nothing, besides those of category Cf."""
_UNSTORABLE = re.compile("[\\0\ud800-\udfff]")
_TEAM_KEY = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")


def key_of(name: str) -> str:
    """What two names are compared by: ``Ｌi  Na`` and ``li na`` are one."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", storable(name)).casefold()).split())


def storable(text: str) -> str:
    """``text`` as every database takes it: NUL and lone surrogates, which some refuse, become �."""
    return _UNSTORABLE.sub("�", text)


def clean_name(name: str, field: str = "name") -> str:
    """The name as it is shown. Raises InvalidInput where it is empty, too long or has invisible characters."""
    cleaned = " ".join(unicodedata.normalize("NFKC", storable(name)).split())
    if not cleaned:
        raise wrong(field, Text("请填写名字", "Give a name"))
    if len(cleaned) > MAX_NAME:
        raise wrong(field, Text(f"名字不能超过 {MAX_NAME} 个字符", f"A name has at most {MAX_NAME} characters"))
    invisible = not cleaned.isprintable() or _INVISIBLE.search(name) or any(unicodedata.category(c) == "Cf" for c in name)
    if invisible or {"@", "�"} & set(cleaned) or not any(c.isalnum() for c in cleaned):
        raise wrong(field, Text("名字里有不能用的字符（@ 或看不见的字符）", "The name has characters that can't be used (@ or invisible ones)"))
    return cleaned


def clean_email(email: str, field: str = "email") -> str:
    """The address as mail is sent to it. Raises InvalidInput where it can't be one."""
    cleaned = unicodedata.normalize("NFKC", email).strip()
    if len(cleaned) > MAX_EMAIL or not _EMAIL.fullmatch(cleaned) or not cleaned.isprintable() or "=?" in cleaned:
        raise wrong(field, Text("这不像邮箱地址，应像 name@example.com", "That is not an e-mail address like name@example.com"))
    return cleaned


def clean_team_key(key: str, field: str = "key") -> str:
    """A team's short name, as articles write it. Raises InvalidInput."""
    cleaned = key.strip().lower()
    if not _TEAM_KEY.fullmatch(cleaned):
        raise wrong(field, Text("短名只能用小写字母、数字和连字符，最多 40 个", "A short name has small letters, digits and hyphens, at most 40"))
    return cleaned
