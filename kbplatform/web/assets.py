"""Static files: read once, compressed once, addressed by content so that browsers keep them for good."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, request

from kbplatform.web.access import public

_YEAR = "public, max-age=31536000, immutable"
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
_COMPRESS = {".js", ".css", ".svg", ".html", ".webmanifest"}
_COMMENTS = {
    ".js": re.compile(rb"""^[ \t]*(?://.*|/\*\*[^*]*\*/[ \t]*)$|(?<=[;{,})])[ ]//[ ][^"'`\n]*$""", re.MULTILINE),
    ".css": re.compile(rb"/\*.*?\*/", re.DOTALL),
}
"""Comments that fill their lines, and those without quotes that end one: what they tell is for us, and a tenth of what is sent."""
_INDENT = re.compile(rb"^\s+", re.MULTILINE)
_ROOM = re.compile(rb"\s*([{};,>])\s*|(:)\s+")
"""Room that CSS has for the eye."""
_IMPORT = re.compile(rb'(?<= from "\./)([\w-]+\.js)(?=";)')
_SERVED = {*_TYPES, ".png", ".webp", ".ico", ".html", ".woff2"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent."""

    body: bytes
    gzipped: bytes | None
    content_type: str
    version: str


class Assets:
    """The static files of the core (``""``) and of each plugin (its name)."""

    def __init__(self) -> None:
        self._files: dict[tuple[str, str], Asset] = {}

    def add_folder(self, owner: str, folder: Path) -> None:
        """Take in every file of ``folder`` that may be served. Ours travel without comments; a plugin's are sent as they are."""
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink() and path.suffix in _SERVED:
                self._files[owner, path.relative_to(folder).as_posix()] = _load(path, bare=not owner)

    def url(self, name: str, owner: str = "") -> str:
        """Address of a file, with its version; a missing file is an error of ours."""
        asset = self._files[owner, name]
        prefix = f"/p/{owner}/static" if owner else "/static"
        return f"{prefix}/{name}?v={asset.version}"

    def get(self, owner: str, name: str) -> Asset | None:
        """The file, or None."""
        return self._files.get((owner, name))


def _load(path: Path, *, bare: bool) -> Asset:
    body = path.read_bytes()
    if bare and path.suffix in _COMMENTS:
        body = _INDENT.sub(b"", _COMMENTS[path.suffix].sub(b"", body))
        body = _IMPORT.sub(lambda name: name[0] + b"?v=" + _load(path.with_name(name[0].decode()), bare=True).version.encode(), body)
        if path.suffix == ".css":
            body = _ROOM.sub(rb"\1\2", body).replace(b";}", b"}")
    content_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    gzipped = gzip.compress(body, 9, mtime=0) if path.suffix in _COMPRESS else None
    return Asset(body, gzipped, content_type, hashlib.sha256(body).hexdigest()[:10])


def install_assets(app: Flask, assets: Assets) -> None:
    """Serve the files and give templates ``asset(name)``."""
    blueprint = Blueprint("assets", __name__)

    @blueprint.get("/static/<path:name>")
    @public
    def core(name: str) -> Response:
        return _send(assets, "", name)

    @blueprint.get("/p/<plugin>/static/<path:name>")
    @public
    def of_plugin(plugin: str, name: str) -> Response:
        return _send(assets, plugin, name)

    @blueprint.get("/sw.js")
    @public
    def service_worker() -> Response:
        response = _send(assets, "", "sw.js")
        response.headers["Cache-Control"] = "no-cache"
        return response

    @blueprint.get("/favicon.ico")
    @public
    def favicon() -> Response:
        return _send(assets, "", "icon.svg")

    app.register_blueprint(blueprint)
    app.jinja_env.globals["asset"] = assets.url


def _send(assets: Assets, owner: str, name: str) -> Response:
    asset = assets.get(owner, name)
    if asset is None:
        abort(404)
    zipped = asset.gzipped is not None and "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(asset.gzipped if zipped else asset.body, content_type=asset.content_type)
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.set_etag(asset.version + ("-gz" if zipped else ""))
    response.headers["Cache-Control"] = _YEAR if request.args.get("v") == asset.version else "no-cache"
    response.make_conditional(request)
    return response
