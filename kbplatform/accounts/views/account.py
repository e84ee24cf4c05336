"""One's own account: name, password, second factor, sessions, API tokens, data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, render_template, request, session

from kbplatform.accounts import audit
from kbplatform.accounts.models import User
from kbplatform.accounts.passwords import MIN_LENGTH
from kbplatform.accounts.permissions import MAKE_TOKENS
from kbplatform.accounts.second_factor import new_recovery_codes, new_secret, provisioning_uri, qr_svg, recovery_codes_left, turn_off, turn_on
from kbplatform.accounts.sessions import confirm, end_sessions, list_sessions
from kbplatform.accounts.sign_in import second_factor_need
from kbplatform.accounts.tokens import MAX_DAYS, list_tokens, make_token, revoke_token
from kbplatform.accounts.tries import person_key, take
from kbplatform.accounts.views.confirming import Sure, confirmed
from kbplatform.bilingual import Text
from kbplatform.errors import InvalidInput, NotFound, TooMany, wrong
from kbplatform.web.access import current_actor, current_viewer, requires, signed_in
from kbplatform.web.forms import chosen, problems_of, say, typed
from kbplatform.web.i18n import local_path

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kbplatform.accounts.service import Accounts

_ENROLLING = "enrolling"
TOKEN_DAYS = (30, 90, 180, MAX_DAYS)


def make_blueprint(accounts: Accounts) -> Blueprint:
    """``/account`` and what is under it."""
    blueprint = Blueprint("account", __name__, url_prefix="/account")
    sure = confirmed(accounts)
    _overview(blueprint, accounts)
    _confirming(blueprint, accounts)
    _password(blueprint, accounts)
    _second_factor(blueprint, accounts, sure)
    _second_factor_off(blueprint, accounts, sure)
    _sessions(blueprint, accounts)
    _tokens(blueprint, accounts, sure)
    return blueprint


def _overview(blueprint: Blueprint, accounts: Accounts) -> None:
    @blueprint.get("")
    @signed_in
    def overview() -> str:
        viewer = current_viewer()
        with accounts.db.read() as db:
            user = db.get_one(User, viewer.id)
            return render_template(
                "accounts/account.html", user=user, linked={i.provider: i for i in accounts.identities.linked(user.id)},
                passkeys=len(accounts.passkeys.list(user.id)), codes_left=recovery_codes_left(db, user.id),
                sessions=list_sessions(db, user.id, viewer.session_id),
                roles=[r for r in accounts.permissions.roles(db) if r.name in viewer.roles], tokens=[t for t in list_tokens(db, user.id) if t.works],
            )  # fmt: skip


def _confirming(blueprint: Blueprint, accounts: Accounts) -> None:
    @blueprint.route("/confirm", methods=["GET", "POST"])
    @signed_in
    def ask() -> ResponseReturnValue:
        target = local_path(request.values.get("next", "/account"))
        viewer = current_viewer()
        problems: dict[str, str] = {}
        if request.method == "POST":
            try:
                accounts.sign_in.confirm_password(viewer.id or 0, typed("current"), request.remote_addr or "")
            except (InvalidInput, TooMany) as error:
                problems = problems_of(error)
            else:
                with accounts.db.write() as db:
                    confirm(db, viewer.session_id or 0)
                return redirect(target, 303)
        linked = [accounts.providers.all[i.provider] for i in accounts.identities.linked(viewer.id or 0) if i.provider in accounts.providers.all]
        page = render_template(
            "accounts/confirm.html", target=target, problems=problems, providers=linked, has_password=_has_password(accounts, viewer.id)
        )
        return page, 422 if problems else 200


def _password(blueprint: Blueprint, accounts: Accounts) -> None:
    @blueprint.route("/password", methods=["GET", "POST"])
    @signed_in
    def password() -> ResponseReturnValue:
        viewer = current_viewer()
        problems: dict[str, str] = {}
        if request.method == "POST":
            try:
                accounts.sign_in.confirm_password(viewer.id or 0, typed("current"), request.remote_addr or "")
                if typed("password") != typed("again"):
                    raise wrong("again", Text("两次输入的密码不一样", "The two passwords differ"))
                accounts.sign_in.change_password(current_actor(), typed("password"), keep_session=viewer.session_id)
            except (InvalidInput, TooMany) as error:
                problems = problems_of(error)
            else:
                say(Text("密码已改，其他登录都已退出", "Password changed. Your other sessions have ended"))
                return redirect("/account", 303)
        page = render_template("accounts/password.html", problems=problems, shortest=MIN_LENGTH, has_password=_has_password(accounts, viewer.id))
        return page, 422 if problems else 200


def _has_password(accounts: Accounts, user_id: int | None) -> bool:
    with accounts.db.read() as db:
        return db.get_one(User, user_id).password_hash is not None


def _second_factor(blueprint: Blueprint, accounts: Accounts, sure: Sure) -> None:
    @blueprint.route("/second-factor", methods=["GET", "POST"])
    @signed_in
    @sure
    def second_factor() -> ResponseReturnValue:
        viewer = current_viewer()
        with accounts.db.read() as db:
            if db.get_one(User, viewer.id).totp_secret:
                return redirect("/account#second-factor", 303)
        secret = session.setdefault(_ENROLLING, new_secret())
        problems: dict[str, str] = {}
        if request.method == "POST":
            try:
                take(accounts.db, [person_key("code", viewer.id or 0)])
                with accounts.db.write() as db:
                    codes = turn_on(db, accounts.vault, db.get_one(User, viewer.id), secret, typed("code", 64))
                    end_sessions(db, viewer.id or 0, but=viewer.session_id)
                    audit.record(db, current_actor(), "second_factor.on", "person", viewer.id)
            except (InvalidInput, TooMany) as error:
                problems = problems_of(error)
            else:
                session.pop(_ENROLLING)
                return render_template("accounts/recovery_codes.html", codes=codes, target="/account")
        qr = qr_svg(provisioning_uri(secret, viewer.name, accounts.settings.site_name or "kbplatform"))
        return render_template("accounts/enrol.html", qr=qr, secret=secret, problems=problems, required=False), 422 if problems else 200


def _second_factor_off(blueprint: Blueprint, accounts: Accounts, sure: Sure) -> None:
    @blueprint.route("/second-factor/off", methods=["GET", "POST"])
    @signed_in
    @sure
    def second_factor_off() -> ResponseReturnValue:
        viewer = current_viewer()
        if request.method == "POST":
            with accounts.db.write() as db:
                turn_off(db, db.get_one(User, viewer.id))
                if second_factor_need(db, viewer.id or 0) == "enrol":
                    db.rollback()
                    raise InvalidInput(Text("您的角色必须用两步验证，不能关闭", "A role of yours demands the second factor: it can't be turned off"))
                audit.record(db, current_actor(), "second_factor.off", "person", viewer.id)
            say(Text("两步验证已关闭", "The second factor is off"))
            return redirect("/account", 303)
        return render_template("accounts/second_factor_off.html")

    @blueprint.route("/recovery-codes", methods=["GET", "POST"])
    @signed_in
    @sure
    def recovery_codes() -> ResponseReturnValue:
        viewer = current_viewer()
        if request.method == "GET":
            return redirect("/account#second-factor", 303)
        with accounts.db.write() as db:
            if not db.get_one(User, viewer.id).totp_secret:
                raise NotFound(Text("还没有开启两步验证", "The second factor is not on"))
            codes = new_recovery_codes(db, viewer.id or 0)
            audit.record(db, current_actor(), "second_factor.recovery_renewed", "person", viewer.id)
        return render_template("accounts/recovery_codes.html", codes=codes, target="/account")


def _sessions(blueprint: Blueprint, accounts: Accounts) -> None:
    @blueprint.post("/sessions/end")
    @signed_in
    def end_all() -> ResponseReturnValue:
        viewer = current_viewer()
        with accounts.db.write() as db:
            ended = end_sessions(db, viewer.id or 0, but=viewer.session_id)
            audit.record(db, current_actor(), "session.all_ended", "person", viewer.id)
        say(Text(f"已退出其他 {ended} 个登录", f"Signed out of {ended} other sessions"))
        return redirect("/account#sessions", 303)

    @blueprint.post("/sessions/<int:session_id>/end")
    @signed_in
    def end_one(session_id: int) -> ResponseReturnValue:
        viewer = current_viewer()
        with accounts.db.write() as db:
            if session_id >= 2**31 or not end_sessions(db, viewer.id or 0, only=session_id):
                raise NotFound(Text("没有这个登录", "There is no such session"))
            audit.record(db, current_actor(), "session.ended", "session", session_id)
        return redirect("/account#sessions", 303)


def _tokens(blueprint: Blueprint, accounts: Accounts, sure: Sure) -> None:
    @blueprint.route("/tokens", methods=["GET", "POST"])
    @requires(MAKE_TOKENS)
    @sure
    def tokens() -> ResponseReturnValue:
        viewer = current_viewer()
        problems: dict[str, str] = {}
        secret = ""
        if request.method == "POST":
            days = typed("days", 5)
            try:
                with accounts.db.write() as db:
                    secret = make_token(
                        db, viewer, current_actor(), name=typed("name", 200), scopes=chosen("scopes"), days=int(days) if days.isdecimal() else 0
                    )
            except InvalidInput as error:
                problems = problems_of(error)
        with accounts.db.read() as db:
            rows = list_tokens(db, viewer.id or 0)
        context = {"tokens": rows, "secret": secret, "problems": problems, "all_days": TOKEN_DAYS, "typed": request.form}
        own = [p for p in accounts.permissions.all.values() if p.name in viewer.permissions]
        return render_template("accounts/tokens.html", own=own, **context), 422 if problems else 200

    @blueprint.post("/tokens/<int:token_id>/revoke")
    @signed_in
    def revoke(token_id: int) -> ResponseReturnValue:
        if token_id >= 2**31:
            raise NotFound(Text("没有这个令牌", "There is no such token"))
        with accounts.db.write() as db:
            revoke_token(db, current_actor(), token_id, current_viewer().id or 0)
        say(Text("令牌已撤销", "The token works no more"))
        return redirect("/account/tokens", 303)

    @blueprint.get("/data")
    @signed_in
    @sure
    def data() -> Response:
        viewer = current_viewer()
        known = accounts.personal_data.export(viewer, current_actor(), viewer.id or 0)
        return as_file(known, f"kbplatform-{viewer.id}.json")


def as_file(known: object, name: str) -> Response:
    """JSON as a file to keep."""
    body = json.dumps(known, ensure_ascii=False, indent=1)
    return Response(body, mimetype="application/json", headers={"Content-Disposition": f'attachment; filename="{name}"'})
