"""Asking again who somebody is before what could lock them out or let others in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from flask import redirect, request

from kbplatform.accounts.models import UserSession
from kbplatform.accounts.sessions import FRESH
from kbplatform.db import utcnow
from kbplatform.web.access import current_viewer

if TYPE_CHECKING:
    from kbplatform.accounts.service import Accounts

Sure = Callable[[Callable[..., Any]], Callable[..., Any]]
"""What :func:`confirmed` returns."""
_SLACK = timedelta(minutes=30)
"""Time to fill in a form that was opened while fresh, so that nothing typed is lost."""


def confirmed(accounts: Accounts) -> Sure:
    """A view that opens only to a browser whose person gave their password a short while ago; others are asked for it."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def asking(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - a view's own
            viewer = current_viewer()
            if viewer.session_id is not None:
                with accounts.db.read() as session:
                    row = session.get(UserSession, viewer.session_id)
                allowed = FRESH if request.method == "GET" else FRESH + _SLACK
                if row is not None and utcnow() - row.confirmed_at < allowed:
                    return view(*args, **kwargs)
            return redirect(f"/account/confirm?next={quote(_back(), safe='/')}", 303)

        return asking

    return decorate


def _back() -> str:
    """Where to go on once confirmed: this page, or the one its form stands on."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    came = urlsplit(request.referrer or "")
    return came.path if came.netloc == request.host and came.path else "/account"
