"""Managing people: who sees whom, adding, importing, changing; teams."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kbplatform.accounts.models import AuditEntry, OneTimeLink, TeamMember, User, UserRole, UserSession
from kbplatform.accounts.people import PAGE_SIZE, NewPerson
from kbplatform.db import utcnow
from kbplatform.errors import Forbidden, InvalidInput, NotFound
from kbplatform.viewer import CLI, Actor

GOOD = "晴天去河边散步 42"
HERE = "192.0.2.7"


def names(found) -> list[str]:
    people, _total = found
    return [p.name for p in people]


# ---------------------------------------------------------------------- who sees whom


@pytest.fixture
def teams(accounts, person):
    """Two teams with two people each, and who leads the first; by name."""
    accounts.teams.create(CLI, key="billing", name="账单组")
    accounts.teams.create(CLI, key="legal", name="法务组")
    return {
        "组长": person("组长", roles=["lead"], teams=["billing"]),
        "王芳": person("王芳", teams=["billing"]),
        "李娜": person("李娜", teams=["billing", "legal"]),
        "赵敏": person("赵敏", teams=["legal"]),
        "孙丽": person("孙丽"),
    }


def test_a_lead_sees_the_people_of_their_teams_and_nobody_else(accounts, teams, viewer_of, outcome):
    lead = viewer_of(teams["组长"])
    people, total = accounts.people.page(lead)
    assert ({p.name for p in people}, total) == ({"组长", "王芳", "李娜"}, 3)
    assert names(accounts.people.page(lead, search="赵")) == []
    assert names(accounts.people.page(lead, team="legal")) == ["李娜"]
    seen = {name: outcome(lambda n=n: accounts.people.get(lead, n).name) for name, n in teams.items()}
    assert seen == {"组长": "组长", "王芳": "王芳", "李娜": "李娜", "赵敏": NotFound, "孙丽": NotFound}


def test_whom_one_may_not_see_is_not_found_whatever_is_asked_and_looks_like_nobody(accounts, teams, viewer_of, by, role, outcome):
    role("hr", "people.manage")
    lead = viewer_of(teams["组长"])
    for call in by(lead).values():
        assert [outcome(lambda call=call, n=n: call(n)) for n in (teams["赵敏"], 999, 0, -1, 2**31, 2**80)] == [NotFound] * 6
    messages = set()
    for n in (teams["赵敏"], 999):
        with pytest.raises(NotFound) as caught:
            accounts.people.get(lead, n)
        messages.add((caught.value.message, caught.value.remedy))
    assert len(messages) == 1


def test_a_lead_without_a_team_sees_nobody(accounts, person, viewer_of, teams):
    assert accounts.people.page(viewer_of(person("新组长", roles=["lead"]))) == ([], 0)


def test_a_lead_does_not_touch_people_who_may_do_more_in_their_own_team(accounts, teams, viewer_of, outcome):
    accounts.people.set_roles(None, CLI, teams["王芳"], ["editor"])
    lead = viewer_of(teams["组长"])
    assert outcome(lambda: accounts.people.disable(lead, Actor(lead.id, HERE), teams["王芳"])) is Forbidden


def test_people_are_found_by_name_address_team_role_and_state(accounts, teams, person, everybody):
    person("Wang_Fang 100%", email="Fang.W@example.com", roles=["editor", "agent"])
    accounts.people.disable(None, CLI, teams["赵敏"])
    accounts.people.invite(None, CLI, NewPerson("新人", "new@example.com"))
    accounts.personal_data.erase(None, CLI, teams["孙丽"])
    find = lambda **wanted: sorted(names(accounts.people.page(everybody, **wanted)))  # noqa: E731 - as short as it reads
    everyone = sorted(["老板", "组长", "王芳", "李娜", "赵敏", "Wang_Fang 100%", "新人"])
    assert find() == everyone
    assert [find(search=s) for s in ("ｗＡＮＧ_", "芳", "fang.w@EXAMPLE", "100%", "_", "%", "no", "\\")] == [
        ["Wang_Fang 100%"], ["王芳"], ["Wang_Fang 100%"], ["Wang_Fang 100%"], ["Wang_Fang 100%"], ["Wang_Fang 100%"], [], [],
    ]  # fmt: skip
    assert (find(team="legal"), find(team="nothing")) == (sorted(["李娜", "赵敏"]), [])
    assert (find(role="editor"), find(role="owner"), find(role="reader"), find(role="nothing")) == (["Wang_Fang 100%"], ["老板"], everyone, [])
    assert (find(state="inactive"), find(state="active"), find(state="nonsense")) == (["赵敏"], [n for n in everyone if n != "赵敏"], everyone)
    assert find(state="invited") == [n for n in everyone if n != "老板"]
    assert find(state="inactive", team="legal", search="赵", role="reader") == ["赵敏"]


def test_people_come_page_by_page_in_the_order_of_their_names(accounts, everybody):
    accounts.people.invite_all(everybody, CLI, [NewPerson(f"agent {n:02d}") for n in reversed(range(PAGE_SIZE + 3))])
    pages = [accounts.people.page(everybody, page=p, search="agent") for p in (1, 2, 3)]
    assert [(len(people), total) for people, total in pages] == [(PAGE_SIZE, PAGE_SIZE + 3), (3, PAGE_SIZE + 3), (0, PAGE_SIZE + 3)]
    assert [p.name for people, _ in pages for p in people] == [f"agent {n:02d}" for n in range(PAGE_SIZE + 3)]


def test_a_person_is_shown_with_what_one_manages_them_by(accounts, teams, person, everybody, viewer_of, column):
    wang = person("Wang Fang", email="wang@example.com", roles=["editor", "agent"], teams=["legal", "billing"], password=GOOD)
    viewer_of(wang)
    shown = accounts.people.get(everybody, wang)
    assert (shown.name, shown.email, shown.roles, shown.teams) == ("Wang Fang", "wang@example.com", ("agent", "editor"), ("billing", "legal"))
    assert (shown.active, shown.joined, shown.second_factor, shown.erased) == (True, True, False, False)
    assert (utcnow() - shown.created_at < timedelta(minutes=1), shown.last_seen_at) == (True, column(UserSession.last_seen_at)[-1])
    assert accounts.people.get(everybody, teams["孙丽"]).last_seen_at is None


@pytest.mark.parametrize("letter", ["\0", "\ud800"], ids=["NUL", "lone surrogate"])
def test_letters_that_no_database_takes_find_nobody(accounts, teams, everybody, letter, outcome):
    """JSON can carry them, and so can an address."""
    actor = Actor(everybody.id, HERE)
    found = {f: outcome(lambda f=f: accounts.people.page(everybody, **{f: f"a{letter}"})) for f in ("search", "team", "role")}
    assert found == dict.fromkeys(("search", "team", "role"), ([], 0))
    assert outcome(lambda: accounts.people.find(f"a{letter}")) is NotFound
    assert outcome(lambda: accounts.people.set_teams(everybody, actor, teams["王芳"], [f"a{letter}"])) is InvalidInput
    assert outcome(lambda: accounts.people.invite(everybody, actor, NewPerson("新人", teams=frozenset({f"a{letter}"})))) is InvalidInput
    assert outcome(lambda: accounts.sign_in.with_password(f"a{letter}", GOOD, HERE)) is InvalidInput


def test_the_operator_finds_people_by_name_or_address(accounts, owner, person, outcome):
    wang = person("Wang Fang", email="wang@example.com")
    assert [accounts.people.find(t) for t in ("ｗａｎｇ fang", "WANG@example.com", "老板")] == [wang, wang, owner]
    assert outcome(lambda: accounts.people.find("nobody")) is NotFound


def test_there_is_nobody_and_then_there_is_somebody(accounts, person):
    before = accounts.people.anybody()
    person("王芳")
    assert (before, accounts.people.anybody()) == (False, True)


# ---------------------------------------------------------------------- adding and changing


def test_everybody_on_the_list_is_invited_each_with_a_link_of_their_own(accounts, teams, everybody):
    made = accounts.people.invite_all(
        everybody,
        CLI,
        [NewPerson("陈一", "chen@example.com", frozenset({"agent"}), frozenset({"legal"})), NewPerson("", "lin@example.com"), NewPerson("周三")],
    )
    assert [accounts.sign_in.look_at_link(token).name for _, token in made] == ["陈一", "lin", "周三"]
    shown = [accounts.people.get(everybody, accounts.people.find(name)) for name in ("陈一", "lin", "周三")]
    assert [(p.email, p.roles, p.teams, p.joined) for p in shown] == [
        ("chen@example.com", ("agent",), ("legal",), False), ("lin@example.com", (), (), False), ("", (), (), False),
    ]  # fmt: skip


BAD_ROWS = {
    "a wrong address": NewPerson("新人", "not an address"),
    "a name somebody has": NewPerson("王芳"),
    "a name of an earlier row": NewPerson("ｃｈｅｎ"),
    "an unknown team": NewPerson("新人", teams=frozenset({"nothing"})),
    "an unknown role": NewPerson("新人", roles=frozenset({"nothing"})),
    "neither name nor address": NewPerson(" "),
}


def test_where_one_row_is_wrong_nobody_is_invited(accounts, teams, everybody, column):
    before = column(User.name), column(OneTimeLink.id), column(AuditEntry.id), column(UserRole.user_id), column(TeamMember.user_id)
    good = NewPerson("Chen", "chen@example.com", frozenset({"agent"}), frozenset({"legal"}))
    for row in BAD_ROWS.values():
        with pytest.raises(InvalidInput):
            accounts.people.invite_all(everybody, CLI, [good, row, NewPerson("周三")])
    assert (column(User.name), column(OneTimeLink.id), column(AuditEntry.id), column(UserRole.user_id), column(TeamMember.user_id)) == before


def test_whoever_imports_is_told_which_row_is_wrong(accounts, teams, everybody):
    """Among a thousand rows "somebody has that name already" helps nobody."""
    with pytest.raises(InvalidInput) as caught:
        accounts.people.invite_all(everybody, CLI, [NewPerson("陈一"), NewPerson("王芳"), NewPerson("周三")])
    told = [caught.value.message.en, *(f"{f.field} {f.message.en}" for f in caught.value.fields)]
    assert any("王芳" in words or "2" in words for words in told), told


def test_a_lost_link_is_made_anew_as_an_invitation_or_a_new_password(accounts, person):
    joined, invited = person("王芳", password=GOOD), person("李娜")
    made = [accounts.sign_in.look_at_link(accounts.people.new_link(None, CLI, n)).purpose for n in (joined, invited)]
    assert made == ["reset", "invite"]


def test_a_name_and_an_address_are_changed_or_taken_away(accounts, person, everybody):
    wang = person("王芳", email="wang@example.com")
    accounts.people.change(everybody, CLI, wang, name="  王　芳 ", email=" W@example.com ")
    assert (accounts.people.get(everybody, wang).name, accounts.people.get(everybody, wang).email) == ("王 芳", "W@example.com")
    accounts.people.change(everybody, CLI, wang, name="王芳", email="  ")
    assert accounts.people.get(everybody, wang).email == ""


def test_the_reader_s_role_is_everybody_s_and_is_not_written_down(accounts, person, everybody, column):
    wang = person("王芳", roles=["reader", "agent"])
    accounts.people.set_roles(everybody, CLI, wang, ["reader"])
    assert (accounts.people.get(everybody, wang).roles, column(UserRole.role)) == ((), ["owner"])


def test_deactivated_twice_or_activated_twice_is_done_once(accounts, person, everybody, column):
    wang = person("王芳")
    for _ in range(2):
        accounts.people.disable(everybody, CLI, wang)
    for _ in range(2):
        accounts.people.enable(everybody, CLI, wang)
    actions = column(AuditEntry.action)
    assert (actions.count("person.disabled"), actions.count("person.enabled")) == (1, 1)


# ---------------------------------------------------------------------- teams


def test_a_team_is_added_renamed_and_deleted_and_its_people_stay(accounts, teams, everybody):
    assert [(t.key, t.name, t.members) for t in sorted(accounts.teams.every(), key=lambda t: t.key)] == [("billing", "账单组", 3), ("legal", "法务组", 2)]
    number = next(t.id for t in accounts.teams.every() if t.key == "billing")
    accounts.teams.rename(CLI, number, " 账务组 ")
    assert {t.key: t.name for t in accounts.teams.every()} == {"billing": "账务组", "legal": "法务组"}
    accounts.teams.delete(CLI, number)
    assert [t.key for t in accounts.teams.every()] == ["legal"]
    assert [accounts.people.get(everybody, teams[n]).teams for n in ("组长", "李娜")] == [(), ("legal",)]


def test_two_teams_have_neither_key_nor_name_in_common(accounts, teams):
    fields = []
    for key, name in (("Billing", "别的"), ("other", "账单组"), ("other", "法务 组"), ("bad key", "别的"), ("other", " ")):
        try:
            accounts.teams.create(CLI, key=key, name=name)
        except InvalidInput as error:
            fields.append(error.fields[0].field)
        else:
            fields.append("added")
    assert fields == ["key", "name", "added", "key", "name"]
    number = next(t.id for t in accounts.teams.every() if t.key == "legal")
    with pytest.raises(InvalidInput):
        accounts.teams.rename(CLI, number, "账单组")
    accounts.teams.rename(CLI, number, "法务组")


def test_what_is_no_team_is_not_found(accounts, teams, everybody, outcome):
    assert [outcome(lambda n=n: accounts.teams.delete(CLI, n)) for n in (999, 0, -1, 2**31, 2**80)] == [NotFound] * 5
    assert [outcome(lambda n=n: accounts.teams.rename(CLI, n, "新名")) for n in (999, 2**80)] == [NotFound] * 2
    assert outcome(lambda: accounts.people.set_teams(everybody, CLI, teams["王芳"], ["legal", "nothing"])) is InvalidInput
    assert accounts.people.get(everybody, teams["王芳"]).teams == ("billing",)
