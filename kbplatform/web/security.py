"""Headers, hosts, forms: what every answer carries and every request must satisfy."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from kbplatform.bilingual import Text
from kbplatform.errors import Forbidden
from kbplatform.web.access import bearer_token, room_of

if TYPE_CHECKING:
    from kbplatform.settings import Settings

_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "font-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)
CONTENT_SECURITY_POLICY = "; ".join(_POLICY)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
}
MAX_BODY_BYTES = 2_000_000


def _require_own_origin() -> None:
    """Raise Forbidden where a page of another site sent this: the browser says so itself, token or not."""
    origin = request.headers.get("Origin")
    if (origin is not None and _host_of(origin) != request.host.lower()) or request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise Forbidden(
            Text("这个请求来自别的网站，没有执行", "That came from another site, so nothing was done"),
            remedy=Text("请在本站的页面上重新操作。", "Do it again on a page of this site."),
        )


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


class _WithoutNul:
    """NUL in an address becomes �, which no database refuses and nothing is called."""

    def __init__(self, app: Any) -> None:  # noqa: ANN401 - WSGI
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:  # noqa: ANN401 - WSGI
        environ["PATH_INFO"] = environ.get("PATH_INFO", "").replace("\0", "\xef\xbf\xbd")
        environ["QUERY_STRING"] = environ.get("QUERY_STRING", "").replace("%00", "%EF%BF%BD")
        return self._app(environ, start_response)


def install_security(app: Flask, settings: Settings, secret_key: str) -> None:
    """Secret key, cookies, allowed hosts, proxies, CSRF, headers."""
    secure = settings.public_url.startswith("https://")
    app.config.update(
        SECRET_KEY=secret_key,
        SESSION_COOKIE_NAME="__Host-kb" if secure else "kb",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES,
        TRUSTED_HOSTS=sorted(settings.hosts),
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),  # of the cookie; how long somebody stays signed in is in the database
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    app.wsgi_app = _WithoutNul(app.wsgi_app)  # type: ignore[method-assign]  # Flask's documented way
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]  # Flask's documented way
    csrf = CSRFProtect(app)

    @app.before_request
    def _forms() -> None:
        if request.routing_exception is not None or request.method in {"GET", "HEAD", "OPTIONS", "TRACE"}:
            return
        without_session = app.config["SESSION_COOKIE_NAME"] not in request.cookies or bearer_token() is not None
        if request.path.startswith("/api/") and without_session:
            return
        if (room := room_of(app.view_functions.get(request.endpoint or ""))) is not None:
            request.max_content_length = room
        _require_own_origin()
        csrf.protect()

    @app.after_request
    def _headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.is_secure or secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-cache, private"
        return response
