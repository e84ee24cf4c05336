"""Each route says who may use it; one that says nothing is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from flask import Flask, g, request

from kbplatform.accounts import ANONYMOUS, Access, Viewer
from kbplatform.bilingual import Text
from kbplatform.errors import Forbidden

if TYPE_CHECKING:
    from collections.abc import Callable

View = TypeVar("View", bound="Callable[..., object]")
PUBLIC = "public"
_ATTRIBUTE = "kb_permission"


def public(view: View) -> View:
    """Anyone may use this route, signed in or not."""
    setattr(view, _ATTRIBUTE, PUBLIC)
    return view


def requires(permission: str) -> Callable[[View], View]:
    """Only those who hold ``permission`` may use this route."""

    def mark(view: View) -> View:
        setattr(view, _ATTRIBUTE, permission)
        return view

    return mark


def declared_permission(view: object) -> str | None:
    """What a view declares: a permission, ``public``, or None where it forgot."""
    return getattr(view, _ATTRIBUTE, None)


def current_viewer() -> Viewer:
    """Who is asking."""
    viewer: Viewer = g.get("viewer", ANONYMOUS)
    return viewer


def install_access(app: Flask, access: Access) -> None:
    """Check the declared permission before every request."""

    @app.before_request
    def _guard() -> None:
        g.viewer = ANONYMOUS
        if request.endpoint is None:
            return
        permission = declared_permission(app.view_functions[request.endpoint])
        if permission is None:
            raise Forbidden(Text("这个地址没有声明权限", "This address declares no permission"))
        if permission != PUBLIC:
            access.require(current_viewer(), permission)
