"""Who is in a team, for plugins."""

from __future__ import annotations

import pytest

from kbplatform.sdk import Actor, Member, members_of
from kbplatform.viewer import CLI


@pytest.fixture(autouse=True)
def _teams(accounts):
    accounts.teams.create(CLI, key="hotline", name="热线组")
    accounts.teams.create(CLI, key="chat", name="在线组")


def members(kb_database, teams):
    with kb_database.read() as session:
        return members_of(session, teams)


def test_the_people_of_teams_are_named_with_the_teams_that_were_asked_about(kb_database, person):
    both, one = person("a 李娜", teams=["hotline", "chat"]), person("b 王磊", teams=["hotline"])
    person("c 陈静", teams=["chat"])
    assert members(kb_database, ["hotline"]) == [Member(both, "a 李娜", frozenset({"hotline"})), Member(one, "b 王磊", frozenset({"hotline"}))]
    assert members(kb_database, []) == []
    assert members(kb_database, ["no-such-team"]) == []


def test_everybody_are_also_those_who_are_in_no_team(kb_database, person):
    both, alone = person("a 李娜", teams=["hotline", "chat"]), person("b 王磊")
    assert members(kb_database, None) == [Member(both, "a 李娜", frozenset({"hotline", "chat"})), Member(alone, "b 王磊", frozenset())]


def test_who_was_disabled_or_erased_is_no_member_any_more(kb_database, accounts, owner, everybody, person):
    stays, left, erased = (person(name, teams=["chat"]) for name in ("a 李娜", "b 王磊", "c 陈静"))
    accounts.people.disable(everybody, Actor(owner, "192.0.2.7"), left)
    accounts.personal_data.erase(everybody, Actor(owner, "192.0.2.7"), erased)
    assert members(kb_database, ["chat"]) == [Member(stays, "a 李娜", frozenset({"chat"}))]
    assert {m.id for m in members(kb_database, None)} == {owner, stays}
