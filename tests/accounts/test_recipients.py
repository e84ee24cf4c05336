"""Whom the site may write to: active people with an address who hold the permission, as they are when their turn comes."""

from __future__ import annotations

import pytest

from kbplatform.accounts.permissions import EDIT, READ
from kbplatform.accounts.recipients import recipients
from kbplatform.plugin.calls import Calls
from kbplatform.plugin.loader import load_plugins
from kbplatform.plugin.services import Services
from kbplatform.viewer import CLI


@pytest.fixture
def services(kb_database, kb_settings):
    """``services(plugins)``: on the test's database."""
    return lambda plugins=None: Services(kb_database, kb_settings(), Calls(load_plugins(disabled=["calculators", "experience", "quizzes"], extra=plugins)))


def addresses(*arguments):
    return [r.address for r in recipients(*arguments)]


def test_people_who_are_active_have_an_address_and_hold_the_permission(accounts, person, services):
    reader, _writer, gone = (person(n, email=f"{n}@example.com", roles=roles) for n, roles in (("reader", []), ("writer", ["editor"]), ("gone", ["editor"])))
    person("nowhere")
    erased = person("erased", email="erased@example.com")
    accounts.people.disable(None, CLI, gone)
    accounts.personal_data.erase(None, CLI, erased)
    assert addresses(services(), READ) == ["reader@example.com", "writer@example.com"]
    assert addresses(services(), EDIT) == ["writer@example.com"]
    assert addresses(services(), "no.such") == []
    assert addresses(services(), READ, [reader, gone, erased, 999]) == ["reader@example.com"]
    assert addresses(services(), READ, []) == []


def test_each_comes_as_the_viewer_they_are(accounts, person, services):
    accounts.teams.create(CLI, key="night", name="Night")
    ann = person("ann", email="ann@example.com", teams=["night"])
    (found,) = recipients(services(), READ)
    assert (found.viewer.id, found.viewer.name, found.viewer.teams) == (ann, "ann", {"night"})


def test_who_is_deactivated_while_others_are_written_to_is_left_out(accounts, person, services):
    people = [person(n, email=f"{n}@example.com") for n in ("ann", "bob", "cid")]
    found = recipients(services(), READ)
    assert next(found).address == "ann@example.com"
    accounts.people.disable(None, CLI, people[1])
    assert [r.address for r in found] == ["cid@example.com"]


def test_what_a_plugin_says_of_a_permission_counts(person, services, plugin):
    ann, _bob = person("ann", email="ann@example.com"), person("bob", email="bob@example.com")
    forbids = plugin(permission_allowed=lambda viewer, permission: False if viewer.id == ann else None)
    assert addresses(services({"forbids": forbids}), READ) == ["bob@example.com"]
