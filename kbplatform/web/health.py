"""Is it alive, can it answer, and what has it done: for probes and Prometheus."""

from __future__ import annotations

import ipaddress
import time
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, abort, g, jsonify, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from kbplatform.web.access import public

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

    from kbplatform.plugin.contributions import HealthCheck

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)


def install_health(app: Flask, checks: Callable[[], list[HealthCheck]]) -> None:
    """``/healthz`` (alive), ``/readyz`` (the parts it needs are there), ``/metrics`` (loopback only)."""
    registry = CollectorRegistry()
    requests = Counter("kb_requests_total", "Requests answered", ["endpoint", "method", "status"], registry=registry)
    seconds = Histogram("kb_request_seconds", "Seconds to an answer", ["endpoint"], buckets=_BUCKETS, registry=registry)
    blueprint = Blueprint("health", __name__)

    @app.before_request
    def _start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def _count(response: Response) -> Response:
        endpoint = request.endpoint or "none"
        requests.labels(endpoint, request.method if request.method in {"GET", "POST", "PUT", "HEAD"} else "other", response.status_code).inc()
        if "started" in g:
            seconds.labels(endpoint).observe(time.perf_counter() - g.started)
        return response

    @blueprint.get("/healthz")
    @public
    def healthz() -> ResponseReturnValue:
        return jsonify(status="ok")

    @blueprint.get("/readyz")
    @public
    def readyz() -> ResponseReturnValue:
        found = checks()
        broken = any(c.state == "error" for c in found)
        states = {c.name: c.state for c in found}
        return jsonify(status="error" if broken else "ok", checks=states), 503 if broken else 200

    @blueprint.get("/metrics")
    @public
    def metrics() -> ResponseReturnValue:
        if not _from_this_machine():
            abort(404)
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    app.register_blueprint(blueprint)


def _from_this_machine() -> bool:
    """A direct request over loopback: one that came through a proxy is somebody else's."""
    if any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP")):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
