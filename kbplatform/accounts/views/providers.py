"""Signing in with another service, connecting with it, and proving with it who one is.

One page leads there and one address takes the browser back; in between, the signed session remembers what it is for.
"""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Blueprint, redirect, render_template, request, session

from kbplatform.accounts import audit
from kbplatform.accounts.sessions import confirm
from kbplatform.accounts.tries import address_key, give_back, take
from kbplatform.accounts.views.confirming import Sure, confirmed
from kbplatform.accounts.views.entry import PENDING_S, enter
from kbplatform.bilingual import Text
from kbplatform.errors import InvalidInput, KbError, SignInNeeded, TooMany, Unavailable
from kbplatform.viewer import Actor
from kbplatform.web.access import current_actor, current_viewer, public, signed_in
from kbplatform.web.forms import say
from kbplatform.web.i18n import local_path, ui_lang

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kbplatform.accounts.service import Accounts
    from kbplatform.plugin.contributions import Identity

ASKED = "asked"
"""Where the session keeps what was asked of a provider; taken out when the browser is back, so that an answer counts once."""
SIGN_IN, CONNECT, CONFIRM = "sign-in", "connect", "confirm"


def make_blueprint(accounts: Accounts) -> Blueprint:
    """``/sign-in/with``, ``/sign-in/from``, and what ``/account`` does with providers."""
    blueprint = Blueprint("providers", __name__)
    _coming_in(blueprint, accounts)
    _own_account(blueprint, accounts, confirmed(accounts))
    return blueprint


def _coming_in(blueprint: Blueprint, accounts: Accounts) -> None:
    @blueprint.post("/sign-in/with/<provider>")
    @public
    def leave(provider: str) -> ResponseReturnValue:
        target = local_path(request.form.get("next", "/"))
        if current_viewer().session_id is not None:
            return redirect(target, 303)
        return _lead_to(accounts, provider, SIGN_IN, target)

    @blueprint.get("/sign-in/from/<provider>")
    @public
    def come_back(provider: str) -> ResponseReturnValue:
        accounts.providers.get(provider)
        asked = session.pop(ASKED, None)
        if not isinstance(asked, dict) or asked["provider"] != provider or time.time() - asked["at"] > PENDING_S:
            return _refused(SIGN_IN, "/", _start_again())
        place = address_key(request.remote_addr or "")
        try:
            if asked["user"] != current_viewer().id:
                raise _start_again()
            take(accounts.db, [place])
            identity = _answer(accounts, asked)
            with accounts.db.write() as db:
                give_back(db, place[0])
            return _go_on(accounts, asked, identity)
        except KbError as error:
            return _refused(asked["purpose"], asked["next"], error)


def _own_account(blueprint: Blueprint, accounts: Accounts, sure: Sure) -> None:
    @blueprint.route("/account/connect/<provider>", methods=["GET", "POST"])
    @signed_in
    @sure
    def connect(provider: str) -> ResponseReturnValue:
        if request.method == "GET":
            return redirect("/account#providers", 303)
        return _lead_to(accounts, provider, CONNECT, "/account#providers")

    @blueprint.route("/account/disconnect/<provider>", methods=["GET", "POST"])
    @signed_in
    @sure
    def disconnect(provider: str) -> ResponseReturnValue:
        if request.method == "POST":
            try:
                accounts.identities.unlink(current_actor(), provider)
            except InvalidInput as error:
                say(error.message)
        return redirect("/account#providers", 303)

    @blueprint.post("/account/confirm/with/<provider>")
    @signed_in
    def prove(provider: str) -> ResponseReturnValue:
        return _lead_to(accounts, provider, CONFIRM, local_path(request.form.get("next", "/account")))


def _lead_to(accounts: Accounts, name: str, purpose: str, target: str) -> ResponseReturnValue:
    """A page that goes on to the provider by itself.

    Not a redirect: browsers hold the answer to a form to ``form-action 'self'``, and that includes where it redirects to.
    """
    provider = accounts.providers.get(name)
    session.pop(ASKED, None)
    try:
        address, remembered = accounts.providers.begin(name, again=purpose == CONFIRM)
    except KbError as error:
        return _refused(purpose, target, error)
    session[ASKED] = {
        "provider": name, "purpose": purpose, "user": current_viewer().id, "next": target, "at": int(time.time()), "remembered": remembered,
    }  # fmt: skip
    return render_template("accounts/going_on.html", address=address, provider=provider)


def _answer(accounts: Accounts, asked: dict[str, Any]) -> Identity:
    try:
        return accounts.providers.finish(asked["provider"], request.args.to_dict(), asked["remembered"])
    except (SignInNeeded, InvalidInput):
        actor = Actor(asked["user"], request.remote_addr or "")
        with accounts.db.write() as db:
            audit.record(db, actor, "sign_in.failed", "person", asked["user"] or "", method=asked["provider"])
        raise


def _go_on(accounts: Accounts, asked: dict[str, Any], identity: Identity) -> ResponseReturnValue:
    viewer = current_viewer()
    if asked["purpose"] == SIGN_IN:
        known = accounts.identities.sign_in(asked["provider"], identity, request.remote_addr or "")
        return enter(accounts, {"user": known.user_id, "next": asked["next"], "remember": False}, known.method)
    if asked["purpose"] == CONNECT:
        accounts.identities.link(current_actor(), asked["provider"], identity)
        say(Text("已连接", "Connected"))
    else:
        accounts.identities.require_same(viewer.id or 0, asked["provider"], identity)
        with accounts.db.write() as db:
            confirm(db, viewer.session_id or 0)
    return redirect(asked["next"], 303)


def _refused(purpose: str, target: str, error: KbError) -> ResponseReturnValue:
    """The page people came from, saying why."""
    words = _words(error)
    if purpose != SIGN_IN:
        say(words)
        return redirect(target if purpose == CONNECT else f"/account/confirm?next={quote(target, safe='/')}", 303)
    page = render_template("accounts/sign_in.html", target=target, who="", problems={"": words.in_(ui_lang())})
    if isinstance(error, TooMany):
        return page, error.status, {"Retry-After": str(error.retry_after_s)}
    return page, HTTPStatus.BAD_GATEWAY if isinstance(error, Unavailable) else HTTPStatus.UNAUTHORIZED


def _words(error: KbError) -> Text:
    if not error.remedy:
        return error.message
    return Text(f"{error.message.zh}。{error.remedy.zh}", f"{error.message.en}. {error.remedy.en}")


def _start_again() -> SignInNeeded:
    return SignInNeeded(
        Text("这次登录已经用过，或者等得太久了", "That sign-in was used already, or took too long"),
        remedy=Text("请从这里重新开始。", "Start again from here."),
    )
