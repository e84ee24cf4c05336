"""The site as a whole: who may read, and what the owner should still do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request

from kbplatform.accounts.permissions import MANAGE_SITE
from kbplatform.bilingual import Text
from kbplatform.errors import InvalidInput
from kbplatform.web.access import current_actor, requires
from kbplatform.web.forms import problems_of, say, typed

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kbplatform.accounts.service import Accounts

DEMANDING = ("owner", "editor", "lead", "trainer")
"""Roles that are offered a second factor on the first page. Agents are not: phones are banned on many floors."""


def make_blueprint(accounts: Accounts) -> Blueprint:
    """``/admin/site``."""
    blueprint = Blueprint("site_admin", __name__, url_prefix="/admin/site")

    @blueprint.route("", methods=["GET", "POST"])
    @requires(MANAGE_SITE)
    def site() -> ResponseReturnValue:
        problems: dict[str, str] = {}
        if request.method == "POST":
            try:
                accounts.set_read_access(current_actor(), typed("read_access", 20))
            except InvalidInput as error:
                problems = problems_of(error)
            else:
                say(Text("已保存", "Saved"))
                return redirect("/admin/site", 303)
        roles = accounts.roles.every()
        page = render_template(
            "accounts/site.html", read_access=accounts.read_access(), fixed=accounts.settings.read_access != "auto", problems=problems,
            mail=accounts.mailer.configured, undemanding=[r for r in roles if r.name in DEMANDING and not r.second_factor],
        )  # fmt: skip
        return page, 422 if problems else 200

    return blueprint
