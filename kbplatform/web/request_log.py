"""One line a request: what was asked, how it ended, how long it took. Never a query string: people search for names."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import structlog
from flask import g, request

if TYPE_CHECKING:
    from flask import Flask, Response

log = structlog.get_logger(__name__)
_SECRET = re.compile(r"(?=[^/]*[A-Z])(?=[^/]*\d)[A-Za-z0-9_=-]{40,}")
"""What looks like a key in an address: whoever reads the log must not be able to use it."""
_QUIET = ("/static/", "/healthz", "/readyz", "/metrics")


def install_request_log(app: Flask) -> None:
    """Log each request but those of probes and static files. Install first: its clock starts before the others."""

    @app.before_request
    def _start() -> None:
        g.request_started = time.perf_counter()

    @app.after_request
    def _log(response: Response) -> Response:
        if not request.path.startswith(_QUIET):
            took = (time.perf_counter() - g.get("request_started", time.perf_counter())) * 1000
            log.info("request", method=request.method, path=_SECRET.sub("…", request.path)[:200], status=response.status_code, ms=round(took, 1))
        return response
