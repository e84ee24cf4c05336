"""``kbplatform user …`` as the operator of a machine types it."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from kbplatform.accounts.commands import user
from kbplatform.app import make_platform
from kbplatform.errors import KbError
from kbplatform.invocation import Invocation


@pytest.fixture
def run(kb_settings, monkeypatch):
    """``run("create", "a@example.com", input="…")`` → exit code and what was printed."""
    monkeypatch.setenv("KBPLATFORM_LANG", "en")
    data_dir = kb_settings().data_dir

    def command(*arguments: str, stdin: str | None = None, **settings: object):
        ask = Invocation(make_platform, {"search_engine": "memory", "data_dir": data_dir} | settings)
        result = CliRunner().invoke(user, list(arguments), obj=ask, input=stdin)
        if isinstance(result.exception, KbError):
            return 1, result.exception.message.en
        return result.exit_code, result.stdout

    return command


def test_an_owner_is_made_with_a_password_or_a_link_that_uses_the_public_address(run):
    assert run("create", "--owner", "a@example.com", "--password-stdin", stdin="a fine sentence to remember\n")[0] == 0
    code, out = run("create", "--owner", "b@example.com", public_url="https://kb.example.com")
    assert code == 0
    assert re.search(r"https://kb\.example\.com/welcome\?token=[\w-]{43}", out)
    people = json.loads(run("list", "--json")[1])
    assert [(p["name"], p["email"], p["roles"], p["active"]) for p in people] == [("a", "a@example.com", ["owner"], True), ("b", "b@example.com", ["owner"], True)]


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        (("create", "not an address"), None, "e-mail address"),
        (("create", ""), None, "e-mail address"),
        (("create", "x@example.com", "--role", "boss"), None, "no such role: boss"),
        (("create", "x@example.com", "--team", "nowhere"), None, "no such team: nowhere"),
        (("create", "x@example.com", "--password-stdin"), "short\n", "at least 10"),
        (("create", "x@example.com", "--password-stdin"), "", "at least 10"),
        (("create", "A@EXAMPLE.com"), None, "already"),
        (("disable", "nobody"), None, "no such person"),
        (("disable", "a"), None, "last owner"),
        (("reset", "nobody@example.com"), None, "no such person"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(run, arguments, stdin, words):
    run("create", "--owner", "a@example.com", "--password-stdin", stdin="a fine sentence to remember\n")
    before = run("list", "--json")[1]
    code, out = run(*arguments, stdin=stdin)
    assert (code, words in out) == (1, True), out
    assert run("list", "--json")[1] == before


def test_disable_enable_reset_and_invite(run):
    run("create", "--owner", "a@example.com", "--password-stdin", stdin="a fine sentence to remember\n")
    assert "welcome?token=" in run("invite", "b@example.com", "--name", "小王", "--role", "agent")[1]
    assert run("disable", "小王") == (0, "小王 is deactivated\n")
    assert run("reset", "小王")[0] == 1
    assert run("enable", "B@example.com")[0] == 0
    assert "welcome?token=" in run("reset", "小王", "--second-factor")[1]
    assert [(p["name"], p["roles"]) for p in json.loads(run("list", "--json")[1])] == [("a", ["owner"]), ("小王", ["agent"])]


def test_an_empty_site_says_how_to_begin(run):
    assert "kbplatform user create --owner EMAIL" in run("list")[1]
