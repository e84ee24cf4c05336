"""Names, addresses and team keys: what they are told apart by, and that nobody gets one twice."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbplatform.accounts.models import User
from kbplatform.accounts.names import clean_email, clean_name, clean_team_key, key_of
from kbplatform.accounts.sign_in import add_user, rename
from kbplatform.errors import InvalidInput
from kbplatform.viewer import CLI


def refused(clean, value) -> bool:
    try:
        clean(value)
    except InvalidInput as error:
        return bool(error.fields)
    return False


def wrong_field(work) -> str:
    with pytest.raises(InvalidInput) as caught:
        work()
    return caught.value.fields[0].field


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ｌｉ　Ｎａ", "li na"),
        ("  Li \t Na\u00a0", "LI NA"),
        ("Weiß", "WEISS"),
        ("Weiẞ", "weiß"),
        ("İlker", "I\u0307LKER"),
        ("ﬁona", "FIONA"),
        ("Jose\u0301", "JOSÉ"),
        ("ｶﾅ", "カナ"),
        ("王芳１２", "王芳12"),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
    ],
)
def test_names_that_differ_in_width_case_or_spaces_are_one(one, other):
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(("one", "other"), [("İlker", "ilker"), ("ılker", "ilker"), ("王芳", "王方"), ("Li Na", "LiNa"), ("Müller", "Muller")])
def test_names_that_people_write_differently_are_two(one, other):
    assert key_of(one) != key_of(other)


@given(st.text())
def test_a_key_is_its_own_key_and_that_of_the_name_as_shown(name):
    assert key_of(key_of(name)) == key_of(name)
    assert key_of(" ".join(name.split())) == key_of(name)


@pytest.mark.parametrize(
    ("typed", "shown"), [("  Ｌｉ　 Ｎａ\t", "Li Na"), ("王芳\n", "王芳"), ("欧阳·娜娜", "欧阳·娜娜"), ("O’Brien-Wáng (夜班)", "O’Brien-Wáng (夜班)"), ("A\nB", "A B")]
)
def test_a_name_is_shown_as_typed_in_normal_width_and_spaces(typed, shown):
    assert clean_name(typed) == shown


INVISIBLE = {
    "zero-width space": "\u200b", "zero-width joiner": "\u200d", "word joiner": "\u2060", "byte order mark": "\ufeff", "soft hyphen": "\u00ad",
    "right-to-left override": "\u202e", "right-to-left mark": "\u200f", "isolate": "\u2066", "Arabic letter mark": "\u061c", "tag": "\U000e0041",
    "bell": "\x07", "NUL": "\0", "lone surrogate": "\ud800", "private use": "\ue000", "unassigned": "\u0378",
}  # fmt: skip


@pytest.mark.parametrize("letter", INVISIBLE.values(), ids=INVISIBLE)
def test_letters_that_nobody_sees_are_refused_in_names(letter):
    assert refused(clean_name, f"王{letter}芳")


LOOK_LIKE_NOTHING = {
    "variation selector": "\ufe0f", "ideographic variation": "\U000e0100", "Mongolian variation": "\u180b", "grapheme joiner": "\u034f",
    "Hangul filler": "\u3164", "half-width filler": "\uffa0", "Hangul choseong filler": "\u115f", "Khmer inherent vowel": "\u17b4",
}  # fmt: skip


@pytest.mark.parametrize("letter", LOOK_LIKE_NOTHING.values(), ids=LOOK_LIKE_NOTHING)
def test_two_names_that_look_the_same_are_not_two_people(letter):
    """Unicode's default-ignorable letters are refused, or count for nothing."""
    assert refused(clean_name, f"王{letter}芳") or key_of(f"王{letter}芳") == key_of("王芳")
    assert refused(clean_name, letter)


@pytest.mark.parametrize("name", ["", "   ", "\u3000\n", "li@na", "li＠na", "@"])
def test_a_name_has_letters_and_no_at_sign(name):
    assert refused(clean_name, name)


@pytest.mark.parametrize(("length", "fits"), [(1, True), (60, True), (61, False)])
def test_a_name_has_at_most_sixty_characters_as_shown(length, fits):
    assert refused(clean_name, "王" * length) is not fits
    assert refused(clean_name, "Ａ" * length) is not fits
    assert clean_name(f"  {'王' * 60}  ") == "王" * 60


def test_a_letter_that_becomes_several_counts_as_several():
    assert clean_name("㍿" * 15) == "株式会社" * 15
    assert refused(clean_name, "㍿" * 16)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("li@example.com", "li@example.com"),
        ("  Li.Na+kb@Example.COM\n", "Li.Na+kb@Example.COM"),
        ("ｌｉ＠ｅｘａｍｐｌｅ．ｃｏｍ", "li@example.com"),
        ("李娜@例子.中国", "李娜@例子.中国"),
        ("o'brien_1@mail.example.co.uk", "o'brien_1@mail.example.co.uk"),
        ("l" * 64 + "@example.com", "l" * 64 + "@example.com"),
    ],
)
def test_an_address_is_kept_as_mail_is_sent_to_it(typed, kept):
    assert clean_email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "", "li", "li@", "@example.com", "li@@example.com", "a@b@c.com", "li na@example.com", "li@exam ple.com", "li@example..com", "li@.com",
        "li@example.com.", "<li@example.com>", "Li <li@example.com>", "li@example.com,x@y.com", "li@example.com;", 'l"i@example.com', "li\\@example.com",
        "li@example.com\nBcc: x@y.com", "li@example.com\r\n x", "li\u200b@example.com", "li\u202e@example.com", "li\0@example.com",
        "l" * 65 + "@example.com", "l@" + "e" * 250 + ".com",
    ],
)  # fmt: skip
def test_what_cannot_be_an_address_is_refused(typed):
    assert refused(clean_email, typed)


@pytest.mark.parametrize(("typed", "kept"), [("billing", "billing"), (" Billing-2 ", "billing-2"), ("b", "b"), ("7", "7"), ("a" * 40, "a" * 40)])
def test_a_team_key_is_what_articles_write(typed, kept):
    assert clean_team_key(typed) == kept


@pytest.mark.parametrize("typed", ["", "-a", "a-", "a_b", "a b", "a.b", "账单", "team:a", "é", "a" * 41])
def test_other_team_keys_are_refused(typed):
    assert refused(clean_team_key, typed)


# ---------------------------------------------------------------------- nobody gets one twice


def test_a_name_is_taken_in_every_width_and_case(person):
    person("Li Na")
    assert [wrong_field(lambda name=name: person(name)) for name in ("Li Na", "ｌｉ　ｎａ", " LI  NA ")] == ["name"] * 3


def test_an_address_is_taken_in_every_width_and_case(person):
    person("Li Na", email="li@example.com")
    assert [wrong_field(lambda e=e: person("Other", email=e)) for e in ("li@example.com", "LI@Example.COM", "ｌｉ＠example.com")] == ["email"] * 3


def test_a_person_may_change_case_and_width_of_their_own_name(person, accounts, column):
    li = person("li na", email="li@example.com")
    accounts.people.change(None, CLI, li, name="Li Na", email="Li@Example.com")
    assert (column(User.name), column(User.email)) == (["Li Na"], ["Li@Example.com"])


def test_a_person_cannot_be_renamed_to_somebody_else(person, accounts, column):
    person("Li Na", email="li@example.com")
    wang = person("Wang Fang", email="wang@example.com")
    assert wrong_field(lambda: accounts.people.change(None, CLI, wang, name="LI NA", email="wang@example.com")) == "name"
    assert wrong_field(lambda: accounts.people.change(None, CLI, wang, name="Wang Fang", email="LI@example.com")) == "email"
    assert column(User.name) == ["Li Na", "Wang Fang"]


def test_many_people_may_have_no_address(person, column):
    for name in ("王芳", "李娜", "赵敏"):
        person(name)
    assert column(User.email) == [None, None, None]


def test_of_people_added_at_one_moment_with_one_name_there_is_one(person, together, column):
    for n in range(5):
        made = together(*[lambda n=n: person(f"王芳{n}")] * 4)
        assert sorted(isinstance(m, int) for m in made) == [False, False, False, True]
        assert {m for m in made if not isinstance(m, int)} == {InvalidInput}
    assert column(User.name) == [f"王芳{n}" for n in range(5)]


def test_who_comes_second_with_a_name_is_told_so(accounts, person, overtaken):
    first = lambda session: add_user(session, CLI, name="王芳", email="", roles=set())  # noqa: E731 - read in one breath
    assert overtaken(first, lambda: wrong_field(lambda: person("王芳"))) == "name"


def test_who_comes_second_with_an_address_is_told_that_it_is_the_address(accounts, person, overtaken):
    first = lambda session: add_user(session, CLI, name="王芳", email="wang@example.com", roles=set())  # noqa: E731 - as above
    assert overtaken(first, lambda: wrong_field(lambda: person("李娜", email="wang@example.com"))) == "email"


def test_who_is_second_to_be_renamed_to_a_name_is_told_so(accounts, person, overtaken):
    one, two = person("王芳"), person("李娜")
    first = lambda session: rename(session, session.get_one(User, one), "赵敏")  # noqa: E731 - as above
    assert overtaken(first, lambda: accounts.people.change(None, CLI, two, name="赵敏", email="")) is InvalidInput


def test_of_teams_added_at_one_moment_with_one_name_there_is_one(accounts, together):
    for n in range(5):
        came = together(*[lambda n=n, k=k: accounts.teams.create(CLI, key=f"team-{n}-{k}", name=f"账单组 {n}") for k in range(2)] * 2)
        assert sorted(isinstance(c, int) for c in came) == [False, False, False, True]
        assert {c for c in came if not isinstance(c, int)} == {InvalidInput}
    assert sorted(t.name for t in accounts.teams.every()) == [f"账单组 {n}" for n in range(5)]


def test_of_roles_added_at_one_moment_with_one_name_there_is_one(accounts, together):
    for n in range(5):
        came = together(*[lambda n=n: accounts.roles.create(CLI, name=f"night-{n}", zh="夜班", en="Night")] * 4)
        assert Counter(came) == {None: 1, InvalidInput: 3}
