"""Pages of accounts: coming in, one's own account, and managing people and the site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from kbplatform.accounts.audit import ACTIONS
from kbplatform.accounts.sessions import browser_name
from kbplatform.accounts.views import account, audit, entry, passkeys, people, providers, roles, site
from kbplatform.bilingual import Text

if TYPE_CHECKING:
    from flask import Flask, Response

    from kbplatform.accounts.service import Accounts


def install_pages(app: Flask, accounts: Accounts) -> None:
    """Mount every page of accounts, and give templates what they say people and actions with."""
    for part in (entry, providers, account, passkeys, people, roles, site, audit):
        blueprint = part.make_blueprint(accounts)
        blueprint.after_request(_keep_nowhere)
        app.register_blueprint(blueprint)
    known: list[bool] = []

    def accounts_exist() -> bool:
        """Whether there is anybody to sign in as. Asked until it is so: people are never deleted, only erased."""
        try:
            if not known and accounts.people.anybody():
                known.append(True)
        except SQLAlchemyError:  # an error page must not need the database
            return False
        return bool(known)

    app.jinja_env.globals["accounts_exist"] = accounts_exist
    app.jinja_env.globals["auth_providers"] = list(accounts.providers.all.values())
    app.jinja_env.filters["browser"] = browser_name
    app.jinja_env.filters["action_words"] = lambda name: ACTIONS.get(name, Text(name, name))


def _keep_nowhere(response: Response) -> Response:
    """Pages about people stay in no cache, not even the browser's own."""
    response.headers["Cache-Control"] = "no-store"
    return response
