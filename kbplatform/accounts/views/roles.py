"""What roles may do: the owner's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request

from kbplatform.accounts.names import MAX_NAME
from kbplatform.accounts.permissions import MANAGE_ROLES, READER
from kbplatform.accounts.views.confirming import confirmed
from kbplatform.bilingual import Text
from kbplatform.errors import Conflict, InvalidInput
from kbplatform.web.access import current_actor, current_viewer, requires
from kbplatform.web.forms import chosen, problems_of, say, typed

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kbplatform.accounts.service import Accounts


def make_blueprint(accounts: Accounts) -> Blueprint:
    """``/admin/roles``."""
    blueprint = Blueprint("roles", __name__, url_prefix="/admin/roles")
    sure = confirmed(accounts)

    @blueprint.route("", methods=["GET", "POST"])
    @requires(MANAGE_ROLES)
    @sure
    def roles() -> ResponseReturnValue:
        problems: dict[str, str] = {}
        if request.method == "POST":
            try:
                accounts.roles.create(current_actor(), name=typed("name", 60), zh=typed("zh", MAX_NAME * 2), en=typed("en", MAX_NAME * 2))
            except InvalidInput as error:
                problems = problems_of(error)
            else:
                return redirect(f"/admin/roles/{typed('name', 60).strip().lower()}", 303)
        page = render_template(
            "accounts/roles.html", roles=accounts.roles.every(), permissions=accounts.permissions.all, problems=problems, values=request.form
        )
        return page, 422 if problems else 200

    @blueprint.route("/<name>", methods=["GET", "POST"])
    @requires(MANAGE_ROLES)
    @sure
    def role(name: str) -> ResponseReturnValue:
        found = accounts.roles.get(name)
        if request.method == "POST":
            demanded = bool(request.form.get("second_factor"))
            try:
                accounts.roles.change(current_actor(), name, permissions=chosen("permissions"), second_factor=demanded, viewer=current_viewer())
            except InvalidInput as error:
                say(error.message)
                return redirect(f"/admin/roles/{name}", 303)
            say(Text("角色已保存，下一次点击就生效", "The role is saved and holds from the next click"))
            return redirect("/admin/roles", 303)
        everybody = accounts.roles.get(READER).permissions
        return render_template("accounts/role.html", role=found, permissions=accounts.permissions.all, everybody=everybody)

    @blueprint.post("/<name>/delete")
    @requires(MANAGE_ROLES)
    @sure
    def delete(name: str) -> ResponseReturnValue:
        try:
            accounts.roles.delete(current_actor(), name, viewer=current_viewer())
        except Conflict as error:
            say(error.message)
            return redirect(f"/admin/roles/{name}", 303)
        say(Text("角色已删除", "The role is deleted"))
        return redirect("/admin/roles", 303)

    return blueprint
