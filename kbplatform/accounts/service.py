"""The parts of accounts, made once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import select

from kbplatform.accounts import audit
from kbplatform.accounts.gate import READ_ACCESS, Gate, gate_of
from kbplatform.accounts.identities import Identities
from kbplatform.accounts.links import make_link
from kbplatform.accounts.models import SiteChoice, User
from kbplatform.accounts.passkeys import Passkeys
from kbplatform.accounts.people import People
from kbplatform.accounts.permissions import Permissions, permissions_of
from kbplatform.accounts.personal_data import PersonalDataService
from kbplatform.accounts.providers import Providers
from kbplatform.accounts.roles import Roles
from kbplatform.accounts.sign_in import FIRST_OWNER_LOCK, SignIn
from kbplatform.accounts.teams import Teams
from kbplatform.accounts.vault import Vault
from kbplatform.bilingual import Text
from kbplatform.db import one_at_a_time
from kbplatform.errors import wrong
from kbplatform.plugin.services import Services

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy.orm import Session

    from kbplatform.db import Database
    from kbplatform.mail import Mailer
    from kbplatform.settings import Settings
    from kbplatform.viewer import Actor


@dataclass(slots=True)
class Accounts:
    """Who people are, what they may do, and what they did."""

    db: Database
    settings: Settings
    permissions: Permissions
    vault: Vault
    gate: Gate
    sign_in: SignIn
    providers: Providers
    identities: Identities
    people: People
    teams: Teams
    roles: Roles
    passkeys: Passkeys
    personal_data: PersonalDataService
    audit: audit.Audit
    mailer: Mailer

    def owner_link(self) -> str | None:
        """The address that makes the first owner; None once there is an account."""
        with self.db.write() as session:
            one_at_a_time(session, FIRST_OWNER_LOCK)
            if session.scalar(select(User.id).limit(1)) is not None:
                return None
            return self.address_of(make_link(session, "owner"))

    def address_of(self, token: str) -> str:
        """The whole address of a one-time link."""
        return f"{self.settings.base_url}/welcome?token={token}"

    def mail_link(self, to: str, subject: Text, words: Text, token: str, lang: str) -> None:
        """Send somebody a one-time link."""
        self.mailer.send(to, subject.in_(lang), f"{words.in_(lang)}\n\n{self.address_of(token)}\n")

    def read_access(self) -> str:
        """Who may read: ``everyone`` or ``signed-in``."""
        with self.db.read() as session:
            return "everyone" if self.gate.is_open(session) else "signed-in"

    def set_read_access(self, actor: Actor, value: str) -> None:
        """The owner's choice who may read. Raises InvalidInput where the operator has fixed it."""
        if value not in {"everyone", "signed-in"}:
            raise wrong("read_access", Text("请选“所有人”或“登录的人”", "Choose everyone or signed-in people"))
        if self.settings.read_access != "auto":
            raise wrong("read_access", Text("这一项由 KBPLATFORM_READ_ACCESS 固定了", "The operator has fixed this with KBPLATFORM_READ_ACCESS"))
        with self.db.write() as session:
            row = session.get(SiteChoice, READ_ACCESS)
            before = row.value if row else ""
            session.merge(SiteChoice(key=READ_ACCESS, value=value))
            audit.record(session, actor, "site.read_access", "site", "", before=before, after=value)


def make_accounts(
    services: Services, mailer: Mailer, secret_key: str,
    personal_data: Mapping[str, Callable[[int, Session, bool], object]] | None = None,
) -> Accounts:  # fmt: skip
    """Put the parts together; permissions and providers of plugins are asked for here, once.

    ``personal_data``: other features that know something of people (see :class:`PersonalDataService`).
    """
    db, settings, calls = services.db, services.settings, services.calls
    permissions = permissions_of(services)
    providers = Providers(calls.all("register_auth_providers", services=services), settings.base_url)
    site_words = ("kbplatform", settings.site_name, urlsplit(settings.public_url).hostname or "")
    people = People(db, permissions, site_words)
    vault = Vault(secret_key)
    return Accounts(
        db=db,
        settings=settings,
        permissions=permissions,
        vault=vault,
        gate=gate_of(services),
        sign_in=SignIn(db, vault, site_words),
        providers=providers,
        identities=Identities(db, settings, permissions),
        people=people,
        teams=Teams(db),
        roles=Roles(db, permissions),
        passkeys=Passkeys(db),
        personal_data=PersonalDataService(db, people, calls, personal_data),
        audit=audit.Audit(db),
        mailer=mailer,
    )
