"""Each route says who may use it; one that says nothing is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from flask import Flask, current_app, g, request, session

from kbplatform.bilingual import Text
from kbplatform.errors import Forbidden, SignInNeeded
from kbplatform.viewer import ANONYMOUS, Actor, Viewer

if TYPE_CHECKING:
    from collections.abc import Callable

View = TypeVar("View", bound="Callable[..., object]")
PUBLIC = "public"
SIGNED_IN = "signed-in"
SESSION_KEY = "sid"
_ATTRIBUTE = "kb_permission"
_PERSON = "kb_needs_person"
_ROOM = "kb_room"
_BEARER = "Bearer "


class Gate(Protocol):
    """What the web asks of accounts."""

    def anonymous(self) -> Viewer:
        """Nobody in particular."""

    def by_session(self, token: str) -> Viewer | None:
        """Whose session this is, if it still works."""

    def by_token(self, token: str) -> Viewer | None:
        """Whose API token this is, if it still works."""

    def allows(self, viewer: Viewer, permission: str) -> bool:
        """Whether ``viewer`` holds ``permission``."""

    def require(self, viewer: Viewer, permission: str) -> None:
        """Raise SignInNeeded or Forbidden unless ``viewer`` holds ``permission``."""


def public(view: View) -> View:
    """Anyone may use this route, signed in or not."""
    setattr(view, _ATTRIBUTE, PUBLIC)
    return view


def signed_in(view: View) -> View:
    """Anyone who has signed in with a browser may use this route: it is about themselves. API tokens may not."""
    setattr(view, _ATTRIBUTE, SIGNED_IN)
    return view


def requires(permission: str, *, person: bool = False) -> Callable[[View], View]:
    """Only those who hold ``permission`` may use this route. With ``person`` nobody in particular is asked to sign in: it is about themselves."""

    def mark(view: View) -> View:
        setattr(view, _ATTRIBUTE, permission)
        setattr(view, _PERSON, person)
        return view

    return mark


def large_body(most: int) -> Callable[[View], View]:
    """The forms of this route may have up to ``most`` bytes, files included; those of others have what the site allows."""

    def mark(view: View) -> View:
        setattr(view, _ROOM, most)
        return view

    return mark


def room_of(view: object) -> int | None:
    """How large a view's forms may be; None where it says nothing."""
    return getattr(view, _ROOM, None)


def needs_person(view: object) -> bool:
    """Whether a view is for people with an account only, by browser or API token."""
    return bool(getattr(view, _PERSON, False)) or declared_permission(view) == SIGNED_IN


def declared_permission(view: object) -> str | None:
    """What a view declares: a permission, ``public``, ``signed-in``, or None where it forgot."""
    return getattr(view, _ATTRIBUTE, None)


def current_viewer() -> Viewer:
    """Who is asking; looked up once a request, and only where somebody wants to know."""
    if "viewer" not in g:
        g.viewer = _identify(current_app.extensions["kb_gate"])
    viewer: Viewer = g.viewer
    return viewer


def current_actor() -> Actor:
    """Who is asking and from where, for the audit."""
    return Actor(current_viewer().id, request.remote_addr or "")


def may(permission: str) -> bool:
    """Whether whoever is asking holds ``permission``."""
    gate: Gate = current_app.extensions["kb_gate"]
    return gate.allows(current_viewer(), permission)


def bearer_token() -> str | None:
    """The API token of the request, if it has one."""
    header = request.headers.get("Authorization", "")
    return header.removeprefix(_BEARER).strip() if header.startswith(_BEARER) else None


def install_access(app: Flask, gate: Gate) -> None:
    """Check the declared permission before every request."""
    app.extensions["kb_gate"] = gate

    @app.before_request
    def _guard() -> None:
        if request.endpoint is None:
            return
        view = app.view_functions[request.endpoint]
        permission = declared_permission(view)
        if permission is None:
            raise Forbidden(Text("这个地址没有声明权限", "This address declares no permission"))
        if permission == SIGNED_IN:
            if current_viewer().session_id is None:
                raise SignInNeeded(Text("请先登录", "Sign in first"))
        elif permission != PUBLIC:
            gate.require(current_viewer(), permission)
            if needs_person(view) and current_viewer().id is None:
                raise SignInNeeded(Text("请先登录", "Sign in first"))

    @app.context_processor
    def _who() -> dict[str, object]:
        try:
            viewer = current_viewer()
        except Exception:  # noqa: BLE001 - an error page must not need the database; whatever is wrong is logged already
            viewer = g.viewer = ANONYMOUS
        return {"viewer": viewer, "may": may}


def _identify(gate: Gate) -> Viewer:
    """A token is taken by itself: whoever sends a wrong one is told so, not taken for somebody with a cookie."""
    token = bearer_token()
    if token is not None:
        viewer = gate.by_token(token) if request.path.startswith("/api/") else None
        if viewer is None:
            g.viewer = ANONYMOUS
            raise SignInNeeded(
                Text("API 令牌无效、已过期或已撤销", "That API token is wrong, has expired or was revoked"),
                remedy=Text("请在“我的账号”里新建一个。", "Make another one under “My account”."),
            )
        return viewer
    sid = session.get(SESSION_KEY)
    if isinstance(sid, str):
        viewer = gate.by_session(sid)
        if viewer:
            return viewer
        session.pop(SESSION_KEY, None)
    return gate.anonymous()
