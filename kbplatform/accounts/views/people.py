"""Managing people and teams; leads see the people of their teams here, and nothing they may not change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request

from kbplatform.accounts.audit import AuditFilter
from kbplatform.accounts.names import MAX_EMAIL, MAX_NAME
from kbplatform.accounts.people import PAGE_SIZE, Changes, NewPerson
from kbplatform.accounts.people_csv import MAX_ROWS, read_people
from kbplatform.accounts.permissions import ERASE_PEOPLE, MANAGE_PEOPLE, READ_AUDIT, SEE_TEAM
from kbplatform.accounts.views.account import as_file
from kbplatform.accounts.views.confirming import Sure, confirmed
from kbplatform.bilingual import Text
from kbplatform.errors import InvalidInput
from kbplatform.web.access import current_actor, current_viewer, may, requires
from kbplatform.web.forms import chosen, problems_of, say, typed
from kbplatform.web.i18n import ui_lang

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue

    from kbplatform.accounts.service import Accounts

MAX_CSV = 500_000
INVITE_SUBJECT = Text("邀请您加入客服知识库", "Your invitation to the service knowledge base")
INVITE_WORDS = Text(
    "请打开下面的链接，给自己设一个密码。链接 7 天内有效，只能用一次。",
    "Open this link and choose a password. It works once, within 7 days.",
)
RESET_SUBJECT = Text("重设密码", "Your new password")
RESET_WORDS = Text(
    "管理员给您发了重设密码的链接，2 小时内有效，只能用一次。",
    "Your administrator sent you a link for a new password. It works once, within 2 hours.",
)


def make_blueprint(accounts: Accounts) -> Blueprint:
    """``/admin/people`` and ``/admin/teams``."""
    blueprint = Blueprint("people", __name__, url_prefix="/admin")
    sure = confirmed(accounts)
    _list(blueprint, accounts)
    _inviting(blueprint, accounts)
    _person(blueprint, accounts, sure)
    _links(blueprint, accounts, sure)
    _personal_data(blueprint, accounts, sure)
    _teams(blueprint, accounts)
    return blueprint


def _list(blueprint: Blueprint, accounts: Accounts) -> None:
    @blueprint.get("/people")
    @requires(SEE_TEAM)
    def people() -> str:
        wanted = {name: request.args.get(name, "")[:100] for name in ("search", "team", "role", "state")}
        page = _page_number()
        rows, total = accounts.people.page(current_viewer(), **wanted, page=page)
        return render_template(
            "accounts/people.html", people=rows, total=total, page=page, pages=-(-total // PAGE_SIZE), wanted=wanted,
            roles=accounts.roles.every(), teams=accounts.teams.every(),
        )  # fmt: skip


def _inviting(blueprint: Blueprint, accounts: Accounts) -> None:
    @blueprint.route("/people/invite", methods=["GET", "POST"])
    @requires(MANAGE_PEOPLE)
    def invite() -> ResponseReturnValue:
        problems: dict[str, str] = {}
        new = NewPerson(typed("name", MAX_NAME * 2), typed("email", MAX_EMAIL + 1), frozenset(chosen("roles")), frozenset(chosen("teams")))
        if request.method == "POST":
            try:
                person_id, token = accounts.people.invite(current_viewer(), current_actor(), new)
            except InvalidInput as error:
                problems = problems_of(error)
            else:
                mailed = _mail(accounts, new.email, token)
                return render_template(
                    "accounts/invited.html", made=[(new, accounts.address_of(token))], mailed=mailed, person_id=person_id
                )
        return _invite_page(accounts, new, problems), 422 if problems else 200

    @blueprint.route("/people/import", methods=["GET", "POST"])
    @requires(MANAGE_PEOPLE)
    def from_csv() -> ResponseReturnValue:
        text = typed("csv", MAX_CSV)
        problems: list[str] = []
        if request.method == "POST":
            file = request.files.get("file")
            if file and file.filename:
                text = file.stream.read(MAX_CSV).decode("utf-8-sig", "replace").replace("\0", "�")
            try:
                known = {r.name for r in accounts.roles.every()}, {t.key for t in accounts.teams.every()}
                new = read_people(text, roles=known[0], teams=known[1])
                made = accounts.people.invite_all(current_viewer(), current_actor(), new)
            except InvalidInput as error:
                problems = list(problems_of(error).values())
            else:
                mailed = sum(_mail(accounts, person.email, token) for person, token in made) == len(made)
                return render_template("accounts/invited.html", made=[(p, accounts.address_of(t)) for p, t in made], mailed=mailed, person_id=None)
        return render_template("accounts/import.html", text=text, problems=problems, most=MAX_ROWS), 422 if problems else 200


def _person(blueprint: Blueprint, accounts: Accounts, sure: Sure) -> None:
    @blueprint.get("/people/<int:person_id>")
    @requires(SEE_TEAM)
    def person(person_id: int) -> str:
        return _person_page(accounts, person_id)

    @blueprint.post("/people/<int:person_id>")
    @requires(MANAGE_PEOPLE)
    @sure
    def change(person_id: int) -> ResponseReturnValue:
        viewer, actor = current_viewer(), current_actor()
        try:
            changes = Changes(typed("name", MAX_NAME * 2), typed("email", MAX_EMAIL + 1), chosen("roles"), chosen("teams"))
            accounts.people.update(viewer, actor, person_id, changes)
        except InvalidInput as error:
            return _person_page(accounts, person_id, problems_of(error)), 422
        say(Text("已保存", "Saved"))
        return redirect(f"/admin/people/{person_id}", 303)

    @blueprint.post('/people/<int:person_id>/<any("disable", "enable", "end-sessions", "drop-second-factor"):what>')
    @requires(MANAGE_PEOPLE)
    @sure
    def act(person_id: int, what: str) -> ResponseReturnValue:
        do, done = {
            "disable": (accounts.people.disable, Text("已停用，登录和令牌都已失效", "Deactivated: their sessions and tokens have ended")),
            "enable": (accounts.people.enable, Text("已恢复", "Activated")),
            "end-sessions": (accounts.people.end_sessions, Text("已在所有地方退出", "Signed out everywhere")),
            "drop-second-factor": (accounts.people.drop_second_factor, Text("两步验证已取消", "The second factor is off")),
        }[what]
        try:
            do(current_viewer(), current_actor(), person_id)
        except InvalidInput as error:
            return _person_page(accounts, person_id, problems_of(error)), 422
        say(done)
        return redirect(f"/admin/people/{person_id}", 303)


def _links(blueprint: Blueprint, accounts: Accounts, sure: Sure) -> None:
    @blueprint.post("/people/<int:person_id>/link")
    @requires(MANAGE_PEOPLE)
    @sure
    def new_link(person_id: int) -> ResponseReturnValue:
        found = accounts.people.get(current_viewer(), person_id)
        try:
            token = accounts.people.new_link(current_viewer(), current_actor(), person_id)
        except InvalidInput as error:
            return _person_page(accounts, person_id, problems_of(error)), 422
        mailed = _mail(accounts, found.email, token, reset=found.joined)
        new = NewPerson(found.name, found.email)
        return render_template("accounts/invited.html", made=[(new, accounts.address_of(token))], mailed=mailed, person_id=person_id)


def _personal_data(blueprint: Blueprint, accounts: Accounts, sure: Sure) -> None:
    @blueprint.get("/people/<int:person_id>/data")
    @requires(ERASE_PEOPLE)
    @sure
    def data(person_id: int) -> Response:
        return as_file(accounts.personal_data.export(current_viewer(), current_actor(), person_id), f"kbplatform-{person_id}.json")

    @blueprint.route("/people/<int:person_id>/erase", methods=["GET", "POST"])
    @requires(ERASE_PEOPLE)
    @sure
    def erase(person_id: int) -> ResponseReturnValue:
        found = accounts.people.get(current_viewer(), person_id)
        problems: dict[str, str] = {}
        if request.method == "POST":
            try:
                accounts.personal_data.erase(current_viewer(), current_actor(), person_id)
            except InvalidInput as error:
                problems = problems_of(error)
            else:
                say(Text("个人数据已删除", "Their personal data is erased"))
                return redirect("/admin/people", 303)
        return render_template("accounts/erase.html", person=found, problems=problems), 422 if problems else 200


def _teams(blueprint: Blueprint, accounts: Accounts) -> None:
    @blueprint.route("/teams", methods=["GET", "POST"])
    @requires(MANAGE_PEOPLE)
    def teams() -> ResponseReturnValue:
        problems: dict[str, str] = {}
        if request.method == "POST":
            try:
                accounts.teams.create(current_actor(), key=typed("key", 60), name=typed("name", MAX_NAME * 2))
            except InvalidInput as error:
                problems = problems_of(error)
            else:
                say(Text("团队已添加", "The team is added"))
                return redirect("/admin/teams", 303)
        return render_template("accounts/teams.html", teams=accounts.teams.every(), problems=problems, values=request.form), 422 if problems else 200

    @blueprint.post("/teams/<int:team_id>/<any(rename, delete):what>")
    @requires(MANAGE_PEOPLE)
    def change_team(team_id: int, what: str) -> ResponseReturnValue:
        try:
            if what == "rename":
                accounts.teams.rename(current_actor(), team_id, typed("name", MAX_NAME * 2))
            else:
                accounts.teams.delete(current_actor(), team_id)
        except InvalidInput as error:
            page = render_template("accounts/teams.html", teams=accounts.teams.every(), problems=problems_of(error), values={})
            return page, 422
        say(Text("已保存", "Saved"))
        return redirect("/admin/teams", 303)


def _person_page(accounts: Accounts, person_id: int, problems: dict[str, str] | None = None) -> str:
    found = accounts.people.get(current_viewer(), person_id)
    history = []
    if may(READ_AUDIT):
        history = accounts.audit.page(AuditFilter(object_kind="person", object_id=str(person_id)), limit=10)
    return render_template(
        "accounts/person.html", person=found, problems=problems or {}, roles=accounts.roles.every(), teams=accounts.teams.every(), history=history,
        values={"name": typed("name", MAX_NAME * 2), "email": typed("email", MAX_EMAIL + 1)} if problems and "name" in request.form else {},
    )  # fmt: skip


def _invite_page(accounts: Accounts, values: NewPerson, problems: dict[str, str]) -> str:
    grantable = [r for r in accounts.roles.every() if r.permissions <= current_viewer().permissions]
    return render_template("accounts/invite.html", values=values, problems=problems, roles=grantable, teams=accounts.teams.every())


def _mail(accounts: Accounts, email: str, token: str, *, reset: bool = False) -> bool:
    """Send the link if there is an address and a mail server; whether it was."""
    if not email or not accounts.mailer.configured:
        return False
    subject, words = (RESET_SUBJECT, RESET_WORDS) if reset else (INVITE_SUBJECT, INVITE_WORDS)
    accounts.mail_link(email, subject, words, token, ui_lang())
    return True


def _page_number() -> int:
    raw = request.args.get("page", "1")
    return max(1, int(raw[:6])) if raw.isascii() and raw.isdecimal() else 1
