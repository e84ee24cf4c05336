"""A form that arrived from somebody who is signed out by now, or from a page that is too old: nothing of it is lost."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import request

_SECRET = ("password", "code", "token", "secret", "credential")
"""Parts of the names of fields that are never written into a page."""
_LONG = 12
"""From so many characters on a value is somebody's words, to be shown as well as kept; shorter ones are mostly choices."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """A form to be sent once more to ``address``; ``words`` are what was written in it, to be read and copied."""

    address: str
    fields: tuple[tuple[str, str], ...]
    words: tuple[str, ...]


def unsent() -> Unsent | None:
    """The form of this request; None where there is nothing to keep.

    Only one that a page of this site sent is offered again, so that nobody is led to send what another site filled in; and none with
    a password, a code or a file.
    """
    if request.method != "POST" or request.path.startswith("/api/") or request.endpoint is None or not _from_here() or request.files:
        return None
    fields = tuple((name, value) for name, values in request.form.lists() for value in values if name != "csrf_token")
    if not fields or any(part in name.casefold() for name, _ in fields for part in _SECRET):
        return None
    words = tuple(value for _, value in fields if len(value) >= _LONG)
    return Unsent(request.full_path.rstrip("?"), fields, words)


def _from_here() -> bool:
    try:
        return urlsplit(request.headers.get("Origin", "")).netloc.lower() == request.host.lower()
    except ValueError:
        return False
