"""A real OpenID provider on loopback, which also insists on PKCE, and browsers that go there and back."""

from __future__ import annotations

import html
import logging
import re
import threading
import time
import warnings
from base64 import urlsafe_b64encode
from hashlib import sha256
from importlib.metadata import entry_points
from urllib.parse import parse_qs, urlsplit

import flask
import pytest
import requests
import werkzeug.serving
from authlib.deprecate import AuthlibDeprecationWarning
from joserfc import jwk, jwt

import kbplatform_oidc
from kbplatform.accounts.people import NewPerson
from kbplatform.app import platform_of
from kbplatform.plugin.loader import GROUP
from kbplatform.viewer import CLI

with warnings.catch_warnings():
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)  # the provider still signs with authlib.jose; we do not
    import oidc_provider_mock
    from authlib import jose

INSTALLED = "oidc" in {e.name for e in entry_points(group=GROUP)}
PLUGINS = {} if INSTALLED else {"oidc": kbplatform_oidc}
"""The plugin, where the installed distribution does not name it yet."""


SECRET = "a secret between the site and the provider"


class Idp:
    """The provider. ``claims`` are laid over the next ID tokens; ``userinfo`` over what is asked with the access token."""

    def __init__(self):
        self.claims = {}
        self.left_out = set()
        self.key = None
        self.header = {}
        self.userinfo = {}
        self.metadata = {}
        self.knows_when = True
        self.unsigned = False
        self.asked = []
        self.tokens_given = 0
        self._challenges = {}
        self._made = {}
        self._new_key = None
        app = oidc_provider_mock.app()
        app.before_request(self._before)
        app.after_request(self._after)
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = werkzeug.serving.make_server("127.0.0.1", 0, app, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self.issuer = f"http://127.0.0.1:{self._server.port}"

    def start(self):
        self._thread.start()

    def stop(self):
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def person(self, subject, **claims):
        answer = requests.put(f"{self.issuer}/users/{subject}", json=claims, timeout=5)
        assert answer.status_code == 204

    def change_key(self):
        """From the next request on, another key signs."""
        self._new_key = jose.RSAKey.generate_key(is_private=True)

    def _before(self):
        request = flask.request
        self.asked.append(request.path)
        if self._new_key:
            flask.g.oidc_provider_mock_storage.jwk, self._new_key = self._new_key, None
        if request.path == "/oauth2/token":
            challenge = self._challenges.pop(request.form["code"], None)
            made = urlsafe_b64encode(sha256(request.form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
            if challenge != made:
                return flask.jsonify(error="invalid_grant"), 400
        return None

    def _after(self, response):
        request = flask.request
        if request.path == "/oauth2/authorize" and request.method == "POST" and "code=" in response.headers.get("Location", ""):
            code = parse_qs(urlsplit(response.headers["Location"]).query)["code"][0]
            assert request.args["code_challenge_method"] == "S256"
            self._challenges[code] = request.args["code_challenge"]
            self._made[code] = int(time.time()) if "max_age" in request.args and self.knows_when else None
        if request.path == "/oauth2/token" and response.status_code == 200:
            self.tokens_given += 1
            response.set_data(flask.json.dumps(self._forge(response.get_json(), self._made.pop(request.form["code"], None))))
        if request.path == "/.well-known/openid-configuration":
            response.set_data(flask.json.dumps(response.get_json() | self.metadata))
        if request.path == "/userinfo" and response.status_code == 200:
            response.set_data(flask.json.dumps(response.get_json() | self.userinfo))
        return response

    def _forge(self, answer, made_at):
        own = jwk.RSAKey.import_key(flask.g.oidc_provider_mock_storage.jwk.as_dict(is_private=True))
        token = jwt.decode(answer["id_token"], own)
        when = {"auth_time": made_at} if made_at else {}
        claims = {k: v for k, v in (token.claims | when | self.claims).items() if k not in self.left_out | ({"auth_time"} - when.keys())}
        header = token.header | self.header
        if self.unsigned:
            parts = [urlsafe_b64encode(flask.json.dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": "none"}, claims)]
            return answer | {"id_token": ".".join([*parts, ""])}
        return answer | {"id_token": jwt.encode(header, claims, self.key or own, [header["alg"]])}


@pytest.fixture
def idp(monkeypatch):
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")  # the provider's library insists on https otherwise
    idp = Idp()
    idp.start()
    yield idp
    idp.stop()


@pytest.fixture
def site(kb_make_app, idp):
    """``site(**settings)`` → an application that knows the provider, and has an owner; ``extra`` are further plugins."""

    def make(extra=None, **settings):
        given = {"oidc_issuer": idp.issuer, "oidc_client_id": "kb", "oidc_client_secret": SECRET, "oidc_label": "Acme", "public_url": "http://localhost"} | settings
        app = kb_make_app(plugins=PLUGINS | (extra or {}), read_access="signed-in", **given)
        platform_of(app).accounts.people.create(None, CLI, NewPerson("Owner", roles=frozenset({"owner"})), password="forty green bicycles")
        return app

    return make


class Browser:
    """A browser of one person: a client of the site that can go to the provider and come back."""

    def __init__(self, app, client=None, lang="en"):
        self.client = client or app.test_client()
        self.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = lang

    def token(self):
        return re.search(r'name="csrf_token" value="([^"]+)"', self.client.get("/forgot").get_data(as_text=True))[1]

    def post(self, path, **form):
        return self.client.post(path, data={"csrf_token": self.token()} | form)

    def leave(self, path="/sign-in/with/oidc", **form):
        """The provider's address that the site leads to."""
        response = self.post(path, **form)
        assert response.status_code == 200, response.get_data(as_text=True)
        return html.unescape(re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', response.get_data(as_text=True))[1])

    def agree(self, address, subject):
        """The site's address, as path and query, that the provider sends the browser to."""
        answer = requests.post(address, data={"sub": subject}, allow_redirects=False, timeout=5)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"].removeprefix("http://localhost")

    def sign_in(self, subject, path="/sign-in/with/oidc", **form):
        """The whole way; the site's answer to the browser that comes back."""
        return self.client.get(self.agree(self.leave(path, **form), subject))

    def me(self):
        return self.client.get("/api/v1/me").get_json()


@pytest.fixture
def browse():
    """``browse(app)`` → a new browser; ``browse(app, client)`` → the browser of somebody signed in."""
    return Browser
