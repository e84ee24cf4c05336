"""Nobody hands out, or touches somebody with, more than they may do themselves; and an owner always stays."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update

from kbplatform.accounts.models import AuditEntry, OneTimeLink, User, UserRole
from kbplatform.accounts.people import Changes, NewPerson
from kbplatform.errors import Forbidden, InvalidInput
from kbplatform.viewer import CLI, Actor

GOOD = "晴天去河边散步 42"
HERE = "192.0.2.7"


@pytest.fixture
def hr(person, role, viewer_of):
    """Somebody who may manage people and read, and nothing more."""
    role("hr", "articles.read", "people.manage")
    return viewer_of(person("人事", roles=["hr"]))


def roles_of(accounts, viewer, user_id):
    return accounts.people.get(viewer, user_id).roles


# ---------------------------------------------------------------------- nobody becomes more than they are


def test_who_manages_people_without_owning_the_site_cannot_touch_an_owner(by, hr, owner, everybody, accounts, outcome):
    before = accounts.people.get(everybody, owner)
    assert {name: outcome(lambda call=call: call(owner)) for name, call in by(hr).items()} == dict.fromkeys(by(hr), Forbidden)
    assert accounts.people.get(everybody, owner) == before
    assert accounts.sign_in.with_password("老板", GOOD, HERE).user_id == owner


def test_who_manages_people_cannot_touch_somebody_who_may_do_one_thing_more(by, hr, person, outcome):
    editor = person("编辑", roles=["editor"])
    assert {name: outcome(lambda call=call: call(editor)) for name, call in by(hr).items()} == dict.fromkeys(by(hr), Forbidden)


def test_who_manages_people_may_do_all_of_it_with_people_who_may_do_no_more(by, hr, person, outcome):
    agents = {name: person(f"客服 {name}", roles=["agent"]) for name in by(hr)}
    done = {name: outcome(lambda call=call, name=name: call(agents[name])) for name, call in by(hr).items()}
    assert (len(done.pop("new_link")), done) == (43, dict.fromkeys(done))


def test_who_manages_people_gives_roles_that_may_do_no_more_than_themselves(accounts, hr, person, role, outcome):
    role("counting", "audit.read")
    agent = person("客服", roles=["agent"])
    give = lambda *roles: outcome(lambda: accounts.people.set_roles(hr, Actor(hr.id, HERE), agent, roles))  # noqa: E731 - as short as it reads
    assert [give(*roles) for roles in (["owner"], ["editor"], ["agent", "lead"], ["counting"], ["agent", "hr"])] == [Forbidden] * 4 + [None]
    assert roles_of(accounts, hr, agent) == ("agent", "hr")


def test_who_manages_people_does_not_make_themselves_owner(accounts, hr, outcome):
    for roles in (["hr", "owner"], ["hr", "editor"]):
        assert outcome(lambda roles=roles: accounts.people.set_roles(hr, Actor(hr.id, HERE), hr.id, roles)) is Forbidden
    assert roles_of(accounts, hr, hr.id) == ("hr",)


def test_who_manages_people_does_not_add_somebody_who_may_do_more(accounts, hr, outcome, column):
    before = column(User.name), column(AuditEntry.id), column(OneTimeLink.id)
    new, actor = NewPerson("新人", "new@example.com", frozenset({"owner"})), Actor(hr.id, HERE)
    assert [
        outcome(lambda: accounts.people.create(hr, actor, new, password=GOOD)),
        outcome(lambda: accounts.people.invite(hr, actor, new)),
        outcome(lambda: accounts.people.invite_all(hr, actor, [NewPerson("客服"), new])),
    ] == [Forbidden] * 3
    assert (column(User.name), column(AuditEntry.id), column(OneTimeLink.id)) == before


def test_what_may_be_given_follows_what_the_role_may_do_today(accounts, hr, person, outcome):
    agent = person("客服")
    give = lambda: outcome(lambda: accounts.people.set_roles(hr, Actor(hr.id, HERE), agent, ["agent"]))  # noqa: E731 - as above
    accounts.roles.change(CLI, "agent", permissions=["articles.read", "articles.restrict"], second_factor=False)
    assert give() is Forbidden
    accounts.roles.change(CLI, "agent", permissions=["articles.read"], second_factor=False)
    assert give() is None


def test_there_is_no_giving_a_role_that_is_not(accounts, owner, everybody, outcome):
    actor = Actor(owner, HERE)
    for roles in (["boss"], ["owner", "Owner"], [""], ["agent\0"]):
        assert outcome(lambda roles=roles: accounts.people.set_roles(everybody, actor, owner, roles)) is InvalidInput
    assert outcome(lambda: accounts.people.invite(everybody, actor, NewPerson("新人", roles=frozenset({"boss"})))) is InvalidInput
    assert roles_of(accounts, everybody, owner) == ("owner",)


def test_the_owner_may_do_everything_with_everybody(by, owner, everybody, person, role, outcome):
    role("hr", "people.manage")
    others = {name: person(f"同事 {name}", roles=["owner", "editor"]) for name in by(everybody)}
    done = {name: outcome(lambda call=call, name=name: call(others[name])) for name, call in by(everybody).items()}
    assert (len(done.pop("new_link")), done) == (43, dict.fromkeys(done))


def test_what_one_would_do_for_another_who_lost_everything_one_does_not_do_to_oneself(by, owner, everybody, accounts, outcome):
    """A session left open must be worth no new password."""
    calls = by(everybody)
    assert [outcome(lambda call=calls[name]: call(owner)) for name in ("new_link", "drop_second_factor")] == [InvalidInput] * 2
    assert accounts.sign_in.with_password("老板", GOOD, HERE).user_id == owner


def test_several_changes_at_once_happen_all_or_not_at_all(accounts, hr, person, column):
    agent, editor = person("客服", email="a@example.com"), person("编辑", roles=["editor"])
    actor = Actor(hr.id, HERE)
    before = column(AuditEntry.id)
    for wrong_one, error in (
        (Changes(name="新名", email="b@example.com", roles=["owner"], active=False), Forbidden),
        (Changes(name="新名", roles=["agent"], teams=["nothing"]), InvalidInput),
        (Changes(name="编辑", roles=["agent"], active=False), InvalidInput),
        (Changes(name="新名", email="no address", active=False), InvalidInput),
    ):
        with pytest.raises(error):
            accounts.people.update(hr, actor, agent, wrong_one)
    with pytest.raises(Forbidden):
        accounts.people.update(hr, actor, editor, Changes(name="新名"))
    shown = accounts.people.get(hr, agent)
    assert ((shown.name, shown.email, shown.roles, shown.active), column(AuditEntry.id)) == (("客服", "a@example.com", (), True), before)
    accounts.people.update(hr, actor, agent, Changes(name="新名", roles=["agent"], active=False))
    shown = accounts.people.get(hr, agent)
    assert (shown.name, shown.email, shown.roles, shown.active) == ("新名", "a@example.com", ("agent",), False)


# ---------------------------------------------------------------------- an owner stays


def ways_out(accounts, viewer, actor, user_id):
    return {
        "demoted": lambda: accounts.people.set_roles(viewer, actor, user_id, ["editor"]),
        "disabled": lambda: accounts.people.disable(viewer, actor, user_id),
        "erased": lambda: accounts.personal_data.erase(viewer, actor, user_id),
    }


@pytest.mark.parametrize("who", ["themselves", "the operator"])
def test_the_last_owner_is_not_demoted_disabled_or_erased(accounts, owner, everybody, outcome, who):
    viewer, actor = (everybody, Actor(owner, HERE)) if who == "themselves" else (None, CLI)
    before = accounts.people.get(everybody, owner)
    assert {k: outcome(way) for k, way in ways_out(accounts, viewer, actor, owner).items()} == dict.fromkeys(("demoted", "disabled", "erased"), InvalidInput)
    assert accounts.people.get(everybody, owner) == before
    assert accounts.sign_in.with_password("老板", GOOD, HERE).user_id == owner


@pytest.mark.parametrize("way", ["demoted", "disabled", "erased"])
def test_an_owner_may_go_where_another_stays(accounts, owner, person, outcome, everybody, way):
    other = person("二老板", roles=["owner"], password=GOOD)
    assert outcome(ways_out(accounts, None, CLI, other)[way]) is None
    assert outcome(ways_out(accounts, None, CLI, owner)[way]) is InvalidInput
    assert roles_of(accounts, everybody, owner) == ("owner",)


def test_an_owner_who_cannot_come_in_does_not_count(accounts, owner, person, outcome):
    away = person("二老板", roles=["owner"], password=GOOD)
    accounts.people.disable(None, CLI, away)
    assert {outcome(way) for way in ways_out(accounts, None, CLI, owner).values()} == {InvalidInput}
    accounts.people.enable(None, CLI, away)
    assert outcome(ways_out(accounts, None, CLI, owner)["demoted"]) is None


def test_an_owner_who_has_not_accepted_the_invitation_does_not_count(accounts, owner, outcome):
    """Nobody could manage the site if the invitation ran out."""
    accounts.people.invite(None, CLI, NewPerson("二老板", "second@example.com", frozenset({"owner"})))
    assert {k: outcome(way) for k, way in ways_out(accounts, None, CLI, owner).items()} == dict.fromkeys(("demoted", "disabled", "erased"), InvalidInput)


@pytest.mark.parametrize("way", ["demoted", "disabled"])
def test_of_two_owners_who_remove_each_other_at_one_moment_one_stays(accounts, person, viewer_of, together, kb_database, way):
    one, two = (person(name, roles=["owner"], password=GOOD) for name in ("老板", "二老板"))
    viewers = viewer_of(one), viewer_of(two)
    for _ in range(5):
        came = together(
            ways_out(accounts, viewers[0], Actor(one, HERE), two)[way],
            ways_out(accounts, viewers[1], Actor(two, HERE), one)[way],
        )
        assert sorted(map(str, came)) == sorted(map(str, (None, InvalidInput)))
        with kb_database.write() as session:
            session.execute(delete(UserRole))
            session.add_all([UserRole(user_id=n, role="owner") for n in (one, two)])
            session.execute(update(User).values(active=True))


def test_of_two_owners_who_erase_each_other_at_one_moment_one_stays(accounts, person, viewer_of, together, column):
    one, two = (person(name, roles=["owner"], password=GOOD) for name in ("老板", "二老板"))
    viewers = viewer_of(one), viewer_of(two)
    came = together(
        ways_out(accounts, viewers[0], Actor(one, HERE), two)["erased"],
        ways_out(accounts, viewers[1], Actor(two, HERE), one)["erased"],
    )
    assert sorted(map(str, came)) == sorted(map(str, (None, InvalidInput)))
    assert sorted(column(User.active)) == [False, True]


def test_saving_the_same_form_twice_at_one_moment_is_no_error(accounts, owner, person, together, everybody):
    """A double click: two requests at one moment."""
    actor = Actor(owner, HERE)
    for key in ("billing", "legal"):
        accounts.teams.create(CLI, key=key, name=key)
    for n in range(5):
        wang = person(f"王芳{n}")
        came = together(*[lambda wang=wang: accounts.people.set_roles(everybody, actor, wang, ["agent", "editor"])] * 3)
        came += together(*[lambda wang=wang: accounts.people.set_teams(everybody, actor, wang, ["billing", "legal"])] * 3)
        assert came == [None] * 6
        assert accounts.people.get(everybody, wang).roles == ("agent", "editor")
        assert accounts.people.get(everybody, wang).teams == ("billing", "legal")
