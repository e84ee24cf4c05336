"""``kbplatform user …``: people, for whoever runs the machine."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from kbplatform.bilingual import Text, terminal_lang

if TYPE_CHECKING:
    from kbplatform.accounts.service import Accounts


def _say(zh: str, en: str) -> None:
    click.echo(Text(zh, en).in_(terminal_lang()))


def _accounts(ctx: click.Context) -> Accounts:
    accounts: Accounts = ctx.obj.platform().accounts
    return accounts


@click.group()
def user() -> None:
    """People: create, invite, disable, reset."""


def _who(command: Any) -> Any:  # noqa: ANN401 - click's decorators
    for option in (
        click.option("--team", "teams", multiple=True, metavar="KEY", help="A team they belong to; may be repeated."),
        click.option("--role", "roles", multiple=True, metavar="ROLE", help="agent, trainer, editor, lead …; may be repeated."),
        click.option("--owner", is_flag=True, help="Make them an owner, who may do everything."),
        click.option("--name", default="", help="Name colleagues know them by (default: the part before @)."),
        click.argument("email"),
    ):
        command = option(command)
    return command


@user.command()
@_who
@click.option("--password-stdin", is_flag=True, help="Read their password from standard input instead of making a link.")
@click.pass_context
def create(ctx: click.Context, email: str, name: str, owner: bool, roles: tuple[str, ...], teams: tuple[str, ...], password_stdin: bool) -> None:
    """Add a person. Prints the link by which they choose a password, unless one is given."""
    from kbplatform.viewer import CLI  # noqa: PLC0415 - slow import, only for this command

    accounts = _accounts(ctx)
    new = _new_person(email, name, owner, roles, teams)
    if password_stdin:
        accounts.people.create(None, CLI, new, password=_first_line())
        where = f"{accounts.settings.base_url}/sign-in"
        _say(f"{email} 已添加，可以登录：{where}", f"{email} is added and can sign in: {where}")
        return
    _invite(accounts, new)


def _first_line() -> str:
    """The first line of standard input, whatever bytes are in it; nothing where there is no standard input."""
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None:
        return sys.stdin.readline().rstrip("\r\n") if sys.stdin else ""
    line: bytes = stream.readline()
    return line.decode("utf-8", "replace").rstrip("\r\n")


@user.command()
@_who
@click.pass_context
def invite(ctx: click.Context, email: str, name: str, owner: bool, roles: tuple[str, ...], teams: tuple[str, ...]) -> None:
    """Add a person and mail (or print) their invitation."""
    _invite(_accounts(ctx), _new_person(email, name, owner, roles, teams))


def _new_person(email: str, name: str, owner: bool, roles: tuple[str, ...], teams: tuple[str, ...]) -> Any:  # noqa: ANN401 - NewPerson, imported late
    from kbplatform.accounts.names import clean_email  # noqa: PLC0415 - slow import, only for these commands
    from kbplatform.accounts.people import NewPerson  # noqa: PLC0415 - as above

    return NewPerson(name, clean_email(email), frozenset(roles) | ({"owner"} if owner else set()), frozenset(teams))


def _invite(accounts: Accounts, new: Any) -> None:  # noqa: ANN401 - as above
    from kbplatform.accounts.views.people import INVITE_SUBJECT, INVITE_WORDS  # noqa: PLC0415 - as above
    from kbplatform.viewer import CLI  # noqa: PLC0415 - as above

    _number, token = accounts.people.invite(None, CLI, new)
    _hand_over(accounts, new.email, token, INVITE_SUBJECT, INVITE_WORDS)


def _hand_over(accounts: Accounts, email: str, token: str, subject: Text, words: Text) -> None:
    if accounts.mailer.configured and email:
        accounts.mail_link(email, subject, words, token, accounts.settings.default_lang)
        accounts.mailer.flush()
    _say(f"链接（只能用一次）：\n  {accounts.address_of(token)}", f"Link (works once):\n  {accounts.address_of(token)}")


@user.command()
@click.argument("who", metavar="NAME|EMAIL")
@click.pass_context
def disable(ctx: click.Context, who: str) -> None:
    """Deactivate a person: they are signed out everywhere at once; what they did stays."""
    from kbplatform.viewer import CLI  # noqa: PLC0415 - slow import, only for this command

    accounts = _accounts(ctx)
    accounts.people.disable(None, CLI, accounts.people.find(who))
    _say(f"{who} 已停用", f"{who} is deactivated")


@user.command()
@click.argument("who", metavar="NAME|EMAIL")
@click.pass_context
def enable(ctx: click.Context, who: str) -> None:
    """Let a deactivated person in again."""
    from kbplatform.viewer import CLI  # noqa: PLC0415 - as above

    accounts = _accounts(ctx)
    accounts.people.enable(None, CLI, accounts.people.find(who))
    _say(f"{who} 已恢复", f"{who} is activated")


@user.command()
@click.argument("who", metavar="NAME|EMAIL")
@click.option("--second-factor", is_flag=True, help="Also take their second factor off: phone and recovery codes are lost.")
@click.pass_context
def reset(ctx: click.Context, who: str, second_factor: bool) -> None:
    """Print (and mail) a link by which a person chooses a new password."""
    from kbplatform.accounts.views.people import RESET_SUBJECT, RESET_WORDS  # noqa: PLC0415 - as above
    from kbplatform.viewer import CLI  # noqa: PLC0415 - as above

    accounts = _accounts(ctx)
    number = accounts.people.find(who)
    if second_factor:
        accounts.people.drop_second_factor(None, CLI, number)
    token = accounts.people.new_link(None, CLI, number)
    with accounts.db.read() as session:
        from kbplatform.accounts.models import User  # noqa: PLC0415 - as above

        email = session.get_one(User, number).email or ""
    _hand_over(accounts, email, token, RESET_SUBJECT, RESET_WORDS)


@user.command("list")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """Everybody, by name."""
    from kbplatform.accounts.permissions import MANAGE_PEOPLE  # noqa: PLC0415 - as above
    from kbplatform.viewer import Viewer  # noqa: PLC0415 - as above

    operator = Viewer(permissions=frozenset({MANAGE_PEOPLE}))
    people, page = [], 1
    accounts = _accounts(ctx)
    while found := accounts.people.page(operator, page=page)[0]:
        people += found
        page += 1
    if as_json:
        rows = [{"id": p.id, "name": p.name, "email": p.email, "active": p.active, "roles": p.roles, "teams": p.teams} for p in people]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for p in people:
        state = "" if p.active else Text("（已停用）", " (deactivated)").in_(terminal_lang())
        click.echo(f"{p.id:>5}  {p.name}{state}  {p.email}  {' '.join(p.roles)}")
    if not people:
        _say("还没有人。kbplatform user create --owner 邮箱", "Nobody yet: kbplatform user create --owner EMAIL")
