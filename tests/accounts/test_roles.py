"""What roles may do: what core and plugins declare, and what the owner changed of that."""

from __future__ import annotations

import pytest

from kbplatform.accounts.models import Role, RolePermission
from kbplatform.accounts.permissions import CORE_PERMISSIONS, PROPOSE, READ
from kbplatform.bilingual import Text
from kbplatform.errors import Conflict, Forbidden, InvalidInput, NotFound
from kbplatform.plugin.contributions import Permission
from kbplatform.viewer import CLI, Actor

CORE = {p.name for p in CORE_PERMISSIONS}
GRADE = Permission("quiz.grade", Text("批改测验", "Grade quizzes"), frozenset({"trainer", "lead"}))


@pytest.fixture
def change(accounts):
    return lambda name, *permissions, second_factor=False: accounts.roles.change(CLI, name, permissions=permissions, second_factor=second_factor)


@pytest.fixture
def quiz(make, plugin):
    """Accounts of a site with a plugin called ``quiz`` that declares these permissions."""
    return lambda *permissions, name="quiz": make(plugins={name: plugin(register_permissions=lambda: list(permissions))})


def core_of(accounts, name) -> set[str]:
    """What a role may do of what the core declares."""
    return accounts.roles.get(name).permissions & CORE


def wrong_field(work) -> str:
    with pytest.raises(InvalidInput) as caught:
        work()
    return caught.value.fields[0].field


def test_the_roles_there_are_from_the_start(accounts):
    assert {r.name: r.permissions & CORE for r in accounts.roles.every()} == {
        "reader": {READ, PROPOSE},
        "agent": set(),
        "trainer": {"people.see_team", "tokens.create"},
        "editor": {"articles.edit", "articles.restrict", "insights.gaps", "tokens.create"},
        "lead": {"insights.gaps", "people.see_team", "tokens.create"},
        "owner": CORE,
    }
    assert [(r.name, r.title.zh, r.second_factor, r.built_in) for r in accounts.roles.every()][-1] == ("owner", "所有者", False, True)


def test_a_permission_given_or_taken_holds_at_the_next_request(accounts, change, person, browser):
    agent, secret = person("客服", roles=["agent"]), None
    secret = accounts.sign_in.open(agent, browser, method="password")
    may = lambda: accounts.gate.by_session(secret).permissions & CORE  # noqa: E731 - as short as it reads
    assert may() == {READ, PROPOSE}
    change("agent", READ, "articles.restrict")
    assert may() == {READ, PROPOSE, "articles.restrict"}
    change("agent", READ)
    assert may() == {READ, PROPOSE}


def test_only_what_differs_from_the_declaration_is_written_down(accounts, change, column):
    defaults = accounts.roles.get("editor").permissions
    change("editor", *(defaults - {"articles.restrict"}), "audit.read")
    assert sorted(zip(column(RolePermission.permission), column(RolePermission.allowed), strict=True)) == [("articles.restrict", False), ("audit.read", True)]
    change("editor", *defaults)
    assert column(RolePermission.role) == []


def test_the_owner_s_role_always_holds_everything(accounts, change, column):
    change("owner")
    change("owner", READ)
    assert (accounts.roles.get("owner").permissions, column(RolePermission.role)) == (frozenset(accounts.permissions.all), [])


def test_reading_is_not_taken_from_the_reader(accounts, change):
    change("reader")
    assert core_of(accounts, "reader") == {READ}
    change("reader", READ)
    assert core_of(accounts, "reader") == {READ}


def test_everybody_is_a_reader_so_the_reader_is_given_nothing_that_is_not_for_everybody(accounts, change, quiz):
    for permission in ("articles.restrict", "people.manage", "audit.read"):
        assert wrong_field(lambda p=permission: change("reader", READ, p)) == "permissions"
    assert core_of(accounts, "reader") == {READ, PROPOSE}


def test_what_the_reader_may_do_everybody_may(quiz, person, browser):
    accounts = quiz(Permission("quiz.take", GRADE.label, frozenset({"reader"})))
    secret = accounts.sign_in.open(person("王芳"), browser, method="password")
    may = lambda: accounts.gate.by_session(secret).permissions & {READ, "quiz.take"}  # noqa: E731 - as short as it reads
    assert may() == {READ, "quiz.take"}
    accounts.roles.change(CLI, "reader", permissions=[READ], second_factor=False)
    assert may() == {READ}
    accounts.roles.change(CLI, "reader", permissions=[READ, "quiz.take"], second_factor=False)
    assert may() == {READ, "quiz.take"}


def test_people_with_several_roles_may_do_what_any_of_them_may(accounts, role, person, viewer_of):
    role("counting", "audit.read")
    assert viewer_of(person("王芳", roles=["counting", "trainer"])).permissions & CORE == {READ, PROPOSE, "audit.read", "people.see_team", "tokens.create"}


def test_a_permission_nobody_declared_is_refused_and_nothing_changes(accounts, change):
    for unknown in ("quiz.grade", "", "articles.read ", "ARTICLES.READ", "a\0"):
        assert wrong_field(lambda unknown=unknown: change("agent", READ, "articles.restrict", unknown)) == "permissions"
    assert core_of(accounts, "agent") == set()


def test_the_second_factor_is_demanded_by_role(accounts, change):
    change("editor", *accounts.roles.get("editor").permissions, second_factor=True)
    assert {r.name for r in accounts.roles.every() if r.second_factor} == {"editor"}
    change("editor", *accounts.roles.get("editor").permissions, second_factor=False)
    assert {r.name for r in accounts.roles.every() if r.second_factor} == set()


def test_saving_a_role_twice_at_one_moment_is_no_error(accounts, change, together):
    for role, permission in (("editor", "audit.read"), ("agent", "audit.read"), ("lead", "roles.manage"), ("trainer", "site.manage")):
        assert together(*[lambda r=role, p=permission: change(r, READ, p)] * 3) == [None] * 3
        assert core_of(accounts, role) == {READ, permission}


def test_who_may_change_roles_gives_and_takes_only_what_they_may_do_themselves(accounts, role, person, viewer_of, outcome):
    role("deputy", "roles.manage", "audit.read")
    deputy = viewer_of(person("副手", roles=["deputy"]))
    alter = lambda name, *permissions: outcome(  # noqa: E731 - as short as it reads
        lambda: accounts.roles.change(Actor(deputy.id, "192.0.2.7"), name, permissions=permissions, second_factor=False, viewer=deputy)
    )
    assert [alter("deputy", "roles.manage", "people.manage"), alter("agent", "site.manage"), alter("editor"), alter("owner")] == [Forbidden] * 4
    assert (alter("agent", "audit.read"), core_of(accounts, "agent")) == (None, {"audit.read"})
    role("strong", "people.manage")
    assert outcome(lambda: accounts.roles.delete(Actor(deputy.id, "192.0.2.7"), "strong", viewer=deputy)) is Forbidden


def test_when_a_role_begins_to_demand_a_second_factor_sessions_without_one_end(accounts, role, person, browser):
    role("floor")
    wang, li = person("王芳", roles=["floor"]), person("李娜")
    opened = {(n, m): accounts.sign_in.open(n, browser, method=m) for n in (wang, li) for m in ("password", "link", "password+code", "password+recovery")}
    accounts.roles.change(CLI, "floor", permissions=[], second_factor=True)
    ended = {key for key, secret in opened.items() if accounts.gate.by_session(secret) is None}
    assert ended == {(wang, "password"), (wang, "link")}
    accounts.people.set_roles(None, CLI, li, ["floor"])
    assert {key for key, secret in opened.items() if accounts.gate.by_session(secret) is None} == ended | {(li, "password"), (li, "link")}


# ---------------------------------------------------------------------- roles of the site's own


def test_a_role_of_the_site_s_own_is_made_used_and_deleted(accounts, change, person, viewer_of, column):
    accounts.roles.create(CLI, name=" Night-Shift ", zh="夜班", en="Night shift")
    made = accounts.roles.get("night-shift")
    assert (made.title, made.permissions, made.built_in, made.second_factor) == (Text("夜班", "Night shift"), frozenset(), False, False)
    change("night-shift", "articles.restrict", second_factor=True)
    wang = person("王芳", roles=["night-shift"])
    assert viewer_of(wang).permissions & CORE == {READ, PROPOSE, "articles.restrict"}
    with pytest.raises(Conflict):
        accounts.roles.delete(CLI, "night-shift")
    assert accounts.roles.get("night-shift").title.zh == "夜班"
    accounts.people.set_roles(None, CLI, wang, [])
    accounts.roles.delete(CLI, "night-shift")
    assert (column(Role.name), column(RolePermission.role), viewer_of(wang).permissions & CORE) == ([], [], {READ, PROPOSE})
    with pytest.raises(NotFound):
        accounts.roles.get("night-shift")


def test_a_role_made_again_under_an_old_name_may_do_nothing_yet(accounts, role):
    role("counting", "audit.read")
    accounts.roles.delete(CLI, "counting")
    accounts.roles.create(CLI, name="counting", zh="统计", en="Counting")
    assert accounts.roles.get("counting").permissions == frozenset()


def test_one_language_is_enough_for_a_role_s_name(accounts):
    accounts.roles.create(CLI, name="night", zh="夜班", en="")
    accounts.roles.create(CLI, name="day", zh="", en="Day shift")
    assert [accounts.roles.get(n).title for n in ("night", "day")] == [Text("夜班", "夜班"), Text("Day shift", "Day shift")]


def test_a_role_that_cannot_be_is_refused(accounts, role):
    role("counting")
    names = ["owner", "reader", "Agent", "counting", "", "x", "9a", "-a", "a b", "夜班", "a_b", "a" * 32]
    assert [wrong_field(lambda n=n: accounts.roles.create(CLI, name=n, zh="名", en="name")) for n in names] == ["name"] * len(names)
    assert wrong_field(lambda: accounts.roles.create(CLI, name="night", zh="", en=" ")) in {"zh", "en"}
    assert [r.name for r in accounts.roles.every() if not r.built_in] == ["counting"]


def test_built_in_and_unknown_roles_are_not_deleted_and_unknown_ones_not_changed(accounts, change, outcome):
    change("editor", READ)  # so that there is a row
    assert [outcome(lambda n=n: accounts.roles.delete(CLI, n)) for n in ("owner", "reader", "editor", "nothing", "")] == [NotFound] * 5
    assert (outcome(lambda: change("nothing", READ)), core_of(accounts, "editor")) == (NotFound, {READ})


# ---------------------------------------------------------------------- permissions of plugins


def test_a_plugin_s_permission_is_there_with_the_roles_it_names(quiz, person, viewer_of):
    accounts = quiz(GRADE)
    assert {r.name for r in accounts.roles.every() if "quiz.grade" in r.permissions} == {"trainer", "lead", "owner"}
    assert accounts.permissions.all["quiz.grade"].label == Text("批改测验", "Grade quizzes")
    accounts.roles.change(CLI, "lead", permissions=[READ], second_factor=False)
    accounts.roles.change(CLI, "agent", permissions=[READ, "quiz.grade"], second_factor=False)
    assert {r.name for r in accounts.roles.every() if "quiz.grade" in r.permissions} == {"trainer", "agent", "owner"}


def test_a_plugin_s_permission_may_be_of_a_role_of_the_site_s_own(quiz, role):
    role("examiner")
    accounts = quiz(Permission("quiz.grade", GRADE.label, frozenset({"examiner"})))
    assert accounts.roles.get("examiner").permissions == {"quiz.grade"}


def test_a_plugin_declares_permissions_of_its_own_only(quiz):
    names = ["grade", "quizgrade", "other.grade", "Quiz.grade", " quiz.grade", "articles.read", "people.manage", "calculators.use"]
    before = quiz().permissions.all
    accounts = quiz(*[Permission(name, GRADE.label, frozenset({"agent"})) for name in names], GRADE)
    assert accounts.permissions.all == before | {"quiz.grade": GRADE}
    assert accounts.roles.get("agent").permissions == set()


def test_a_plugin_called_like_a_part_of_the_core_cannot_declare_the_core_s_permissions_anew(quiz):
    accounts = quiz(Permission("people.manage", GRADE.label, frozenset({"reader"})), Permission("people.greet", GRADE.label), name="people")
    assert (core_of(accounts, "reader"), "people.greet" in accounts.permissions.all) == ({READ, PROPOSE}, True)


def test_a_plugin_that_raises_costs_its_own_permissions_only(logged, make, plugin):
    accounts = make(plugins={"bad": plugin(register_permissions=lambda: 1 / 0), "quiz": plugin(register_permissions=lambda: [GRADE, "nonsense"])})
    assert accounts.permissions.all.keys() >= CORE | {"quiz.grade"}


def test_what_was_changed_of_a_plugin_s_permission_outlasts_its_absence(quiz, make):
    """Taken from trainers stays taken, though somebody saves the role while the plugin is switched off."""
    quiz(GRADE).roles.change(CLI, "trainer", permissions=[READ], second_factor=False)
    without = make()
    without.roles.change(CLI, "trainer", permissions=[READ, "audit.read"], second_factor=False)
    assert quiz(GRADE).roles.get("trainer").permissions == {READ, "audit.read"}


def test_what_a_plugin_declares_it_imports_from_the_sdk():
    from kbplatform import sdk

    assert {"Permission", "PersonalData"} - set(sdk.__all__) == set()
