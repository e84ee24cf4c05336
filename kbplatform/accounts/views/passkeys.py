"""Passkeys: one's own list, and the two steps of making and of using one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, redirect, render_template, request, session

from kbplatform.accounts import audit
from kbplatform.accounts.passkeys import Place
from kbplatform.accounts.sessions import browser_name
from kbplatform.accounts.tries import address_key, give_back, take
from kbplatform.accounts.views.confirming import confirmed
from kbplatform.accounts.views.entry import enter
from kbplatform.bilingual import Text
from kbplatform.errors import InvalidInput, KbError
from kbplatform.viewer import Actor
from kbplatform.web.access import current_actor, current_viewer, public, signed_in
from kbplatform.web.forms import problems_of, say
from kbplatform.web.i18n import local_path

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kbplatform.accounts.service import Accounts

_CHALLENGE = "challenge"


def make_blueprint(accounts: Accounts) -> Blueprint:
    """``/account/passkeys`` and ``/sign-in/passkey``."""
    blueprint = Blueprint("passkeys", __name__)
    sure = confirmed(accounts)

    @blueprint.get("/account/passkeys")
    @signed_in
    @sure
    def passkeys() -> str:
        here = browser_name(request.headers.get("User-Agent", ""))
        return render_template("accounts/passkeys.html", passkeys=accounts.passkeys.list(current_viewer().id or 0), viewer_browser=here)

    @blueprint.post("/account/passkeys/options")
    @signed_in
    @sure
    def offer() -> Response:
        viewer = current_viewer()
        options, session[_CHALLENGE] = accounts.passkeys.offer(viewer.id or 0, viewer.name, _place(accounts))
        return Response(options, mimetype="application/json")

    @blueprint.post("/account/passkeys")
    @signed_in
    @sure
    def add() -> ResponseReturnValue:
        body = _body()
        try:
            accounts.passkeys.add(current_actor(), body["credential"], session.pop(_CHALLENGE, ""), _place(accounts), str(body.get("name") or ""))
        except KbError as error:
            return _problem(error)
        say(Text("通行密钥已添加", "The passkey is added"))
        return jsonify({"next": "/account/passkeys"})

    @blueprint.post("/account/passkeys/<int:passkey_id>/remove")
    @signed_in
    @sure
    def remove(passkey_id: int) -> ResponseReturnValue:
        accounts.passkeys.remove(current_actor(), min(passkey_id, 2**31 - 1))
        return redirect("/account/passkeys", 303)

    @blueprint.post("/sign-in/passkey/options")
    @public
    def ask() -> Response:
        take(accounts.db, [address_key(request.remote_addr or "")])
        options, session[_CHALLENGE] = accounts.passkeys.ask(_place(accounts))
        return Response(options, mimetype="application/json")

    @blueprint.post("/sign-in/passkey")
    @public
    def sign_in() -> ResponseReturnValue:
        body, address = _body(), request.remote_addr or ""
        try:
            take(accounts.db, [address_key(address)])
            user_id = accounts.passkeys.judge(body["credential"], session.pop(_CHALLENGE, ""), _place(accounts))
        except KbError as error:
            with accounts.db.write() as db:
                audit.record(db, Actor(None, address), "sign_in.failed", "person", "", passkey=True)
            return _problem(error)
        with accounts.db.write() as db:
            for _ in ("for the options", "for the answer"):
                give_back(db, address_key(address)[0])
        target = local_path(str(body.get("next") or "/"))
        enter(accounts, {"user": user_id, "remember": bool(body.get("remember")), "next": target}, "passkey")
        return jsonify({"next": target})

    return blueprint


def _place(accounts: Accounts) -> Place:
    origin = accounts.settings.public_url or request.host_url.rstrip("/")
    return Place(urlsplit(origin).hostname or "", origin, accounts.settings.site_name or "kbplatform")


def _body() -> dict[str, Any]:
    try:
        body = json.loads(request.get_data(cache=True)[:100_000])
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict) or not isinstance(body.get("credential"), dict):
        raise InvalidInput(Text("浏览器的回答不完整", "The browser's answer is not complete"))
    return body


def _problem(error: KbError) -> ResponseReturnValue:
    return jsonify({"problem": " ".join(problems_of(error).values())}), error.status
