"""Coming in and going out: signing in, the second factor, one-time links, forgotten passwords."""

from __future__ import annotations

import time
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, render_template, request, session

from kbplatform.accounts import audit
from kbplatform.accounts.models import User
from kbplatform.accounts.names import MAX_EMAIL, MAX_NAME
from kbplatform.accounts.passwords import MIN_LENGTH
from kbplatform.accounts.second_factor import new_secret, provisioning_uri, qr_svg, turn_on
from kbplatform.accounts.sessions import Browser
from kbplatform.accounts.sign_in import stamp_of
from kbplatform.accounts.tries import person_key, take
from kbplatform.bilingual import Text
from kbplatform.errors import InvalidInput, SignInNeeded, TooMany, wrong
from kbplatform.viewer import Actor
from kbplatform.web.access import SESSION_KEY, current_actor, current_viewer, public, signed_in
from kbplatform.web.forms import problems_of, typed
from kbplatform.web.i18n import local_path, ui_lang

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kbplatform.accounts.service import Accounts
    from kbplatform.accounts.sign_in import Known

PENDING = "pending"
PENDING_S = 600
"""How long somebody may take between the password and the code."""
RESET_SUBJECT = Text("重设密码", "Your new password")
RESET_WORDS = Text(
    "有人（应该是您）要为这个账号设一个新密码。请在 2 小时内打开下面的链接。不是您的话，不用理会，密码不变。",
    "Somebody, probably you, asked for a new password for this account. Open this link within 2 hours. "
    "If it was not you, do nothing: the password stays as it is.",
)


def make_blueprint(accounts: Accounts) -> Blueprint:
    """``/sign-in``, ``/sign-out``, ``/welcome``, ``/forgot``."""
    blueprint = Blueprint("entry", __name__, template_folder=str(Path(__file__).parent.parent / "templates"))
    _signing_in(blueprint, accounts)
    _code(blueprint, accounts)
    _enrolling(blueprint, accounts)
    _signing_out(blueprint, accounts)
    _welcome(blueprint, accounts)
    _forgotten(blueprint, accounts)
    return blueprint


def _signing_in(blueprint: Blueprint, accounts: Accounts) -> None:
    @blueprint.route("/sign-in", methods=["GET", "POST"])
    @public
    def sign_in() -> ResponseReturnValue:
        target = local_path(request.values.get("next", "/"))
        if request.method == "GET":
            if current_viewer().session_id is not None:
                return redirect(target, 303)
            return _sign_in_page(target)
        try:
            known = accounts.sign_in.with_password(typed("who", MAX_EMAIL), typed("password"), request.remote_addr or "")
        except (InvalidInput, TooMany) as error:
            return _sign_in_page(target, error)
        return _go_on(accounts, known, target, remember=bool(request.form.get("remember")))


def _code(blueprint: Blueprint, accounts: Accounts) -> None:
    @blueprint.route("/sign-in/code", methods=["GET", "POST"])
    @public
    def code() -> ResponseReturnValue:
        pending = _pending()
        problems: dict[str, str] = {}
        status = HTTPStatus.OK
        if request.method == "POST":
            try:
                kind = accounts.sign_in.with_code(pending["user"], typed("code", 64), request.remote_addr or "", stamp=pending["stamp"])
            except (InvalidInput, TooMany) as error:
                problems, status = problems_of(error), HTTPStatus(error.status)
            else:
                return enter(accounts, pending, f"{pending['method']}+{kind}")
        return render_template("accounts/code.html", problems=problems), status


def _enrolling(blueprint: Blueprint, accounts: Accounts) -> None:
    @blueprint.route("/sign-in/second-factor", methods=["GET", "POST"])
    @public
    def enrol() -> ResponseReturnValue:
        """For people whose role demands a second factor and who have none yet."""
        pending = _pending()
        if pending["needs"] != "enrol":
            raise _start_again()
        with accounts.db.read() as db:
            user = db.get_one(User, pending["user"])
        if user.totp_secret or not user.active or stamp_of(user) != pending["stamp"]:  # changed since the password was given
            raise _start_again()
        secret = pending.setdefault("secret", new_secret())
        session.modified = True
        problems: dict[str, str] = {}
        if request.method == "POST":
            try:
                take(accounts.db, [person_key("code", pending["user"])])
                with accounts.db.write() as db:
                    user = db.get_one(User, pending["user"])
                    codes = turn_on(db, accounts.vault, user, secret, typed("code", 64))
                    audit.record(db, Actor(user.id, request.remote_addr or ""), "second_factor.on", "person", user.id)
            except (InvalidInput, TooMany) as error:
                problems = problems_of(error)
            else:
                target = pending["next"]
                enter(accounts, pending, f"{pending['method']}+code")
                return render_template("accounts/recovery_codes.html", codes=codes, target=target)
        qr = qr_svg(provisioning_uri(secret, user.name, accounts.settings.site_name or "kbplatform"))
        return render_template("accounts/enrol.html", qr=qr, secret=secret, problems=problems, required=True), 422 if problems else 200


def _signing_out(blueprint: Blueprint, accounts: Accounts) -> None:
    @blueprint.post("/sign-out")
    @signed_in
    def sign_out() -> ResponseReturnValue:
        session_id = current_viewer().session_id
        assert session_id is not None  # noqa: S101 - what @signed_in demands
        accounts.sign_in.sign_out(session_id, current_actor())
        session.clear()
        response = redirect("/", 303)
        response.headers["Clear-Site-Data"] = '"cache"'
        return response


def _welcome(blueprint: Blueprint, accounts: Accounts) -> None:
    @blueprint.route("/welcome", methods=["GET", "POST"])
    @public
    def welcome() -> ResponseReturnValue:
        """A one-time link: the first owner, an invitation, a new password."""
        token = request.values.get("token", "")[:100]
        link = accounts.sign_in.look_at_link(token)
        values = {"name": link.name, "email": link.email}
        problems: dict[str, str] = {}
        if request.method == "POST":
            values = {"name": typed("name", MAX_NAME * 2), "email": typed("email", MAX_EMAIL + 1)}
            try:
                if typed("password") != typed("again"):
                    raise wrong("again", _DIFFERENT)
                known = accounts.sign_in.with_link(token, request.remote_addr or "", password=typed("password"), **values)
            except InvalidInput as error:
                problems = problems_of(error)
            else:
                return _go_on(accounts, known, "/admin/site" if link.purpose == "owner" else "/")
        page = render_template("accounts/welcome.html", link=link, token=token, values=values, problems=problems, shortest=MIN_LENGTH)
        return page, 422 if problems else 200


def _forgotten(blueprint: Blueprint, accounts: Accounts) -> None:
    @blueprint.route("/forgot", methods=["GET", "POST"])
    @public
    def forgot() -> ResponseReturnValue:
        problems: dict[str, str] = {}
        done = False
        if request.method == "POST":
            try:
                address, lang = request.remote_addr or "", ui_lang()
                key = accounts.sign_in.ask_reset(typed("who", MAX_EMAIL), address)
            except TooMany as error:
                problems = problems_of(error)
            else:
                accounts.mailer.later(partial(_mail_reset, accounts, key, address, lang))
                done = True
        return render_template("accounts/forgot.html", problems=problems, done=done), 429 if problems else 200


def _mail_reset(accounts: Accounts, key: str, address: str, lang: str) -> None:
    made = accounts.sign_in.make_reset(key, address)
    if made:
        accounts.mail_link(made[0], RESET_SUBJECT, RESET_WORDS, made[1], lang)


def _sign_in_page(target: str, error: InvalidInput | TooMany | None = None) -> ResponseReturnValue:
    problems = problems_of(error) if error else {}
    page = render_template("accounts/sign_in.html", target=target, who=typed("who", MAX_EMAIL), problems=problems)
    headers = {"Retry-After": str(error.retry_after_s)} if isinstance(error, TooMany) else {}
    return page, error.status if error else 200, headers


def _go_on(accounts: Accounts, known: Known, target: str, *, remember: bool = False) -> ResponseReturnValue:
    """In, or to the second factor first. What the browser kept of whoever was here before is gone either way."""
    pending = {"user": known.user_id, "needs": known.needs, "method": known.method, "next": target, "remember": remember,
               "stamp": known.stamp, "at": int(time.time())}  # fmt: skip
    if not known.needs:
        return enter(accounts, pending, known.method)
    session.clear()
    session[PENDING] = pending
    return redirect("/sign-in/code" if known.needs == "code" else "/sign-in/second-factor", 303)


def enter(accounts: Accounts, pending: dict[str, Any], method: str) -> ResponseReturnValue:
    """Open a session for ``pending["user"]`` and lead on to ``pending["next"]``. What the browser kept from before is gone."""
    before = current_viewer()
    if before.session_id is not None:  # somebody else, or the same person again, was signed in here
        accounts.sign_in.sign_out(before.session_id, current_actor())
    browser = Browser(request.remote_addr or "", request.headers.get("User-Agent", ""))
    secret = accounts.sign_in.open(pending["user"], browser, method=method, remember=pending["remember"], stamp=pending.get("stamp"))
    session.clear()
    session[SESSION_KEY] = secret
    session.permanent = pending["remember"]
    return redirect(pending["next"], 303)


def _pending() -> dict[str, Any]:
    pending = session.get(PENDING)
    if not isinstance(pending, dict) or time.time() - pending["at"] > PENDING_S:
        session.pop(PENDING, None)
        raise _start_again()
    return pending


def _start_again() -> SignInNeeded:
    return SignInNeeded(Text("等得太久了，请重新登录", "That took too long: sign in again"))


_DIFFERENT = Text("两次输入的密码不一样", "The two passwords differ")
