"""What may be a password, and how it is kept."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from sqlalchemy import update

from kbplatform.accounts.models import User
from kbplatform.accounts.passwords import hash_password, is_outdated, matches, require_good
from kbplatform.accounts.people import NewPerson
from kbplatform.errors import InvalidInput
from kbplatform.viewer import CLI, Actor

TODAY = "$argon2id$v=19$m=19456,t=2,p=1$"
GOOD = "晴天去河边散步 42"


def refused(password, *others) -> bool:
    try:
        require_good(password, *others)
    except InvalidInput as error:
        return error.fields[0].field == "password"
    return False


@pytest.mark.parametrize(
    "password", ["晴天去河边散步吧朋友", "seven geese cross the bridge", "  two at both ends  ", "Tr0ub4dor&3x", "пароль из слов", "🐼🐶🐱🐭🐹🐰🦊🐻🐨🐯", "x7Kq" * 64]
)
def test_sentences_in_any_language_are_good(password):
    assert not refused(password, "王芳", "wang@example.com")


@pytest.mark.parametrize(("length", "good"), [(0, False), (9, False), (10, True), (256, True), (257, False)])
def test_a_password_has_ten_to_256_characters(length, good):
    assert refused(("晴天去河边散步吧朋友" * 26)[:length]) is not good


@pytest.mark.parametrize("password", ["password123", "1q2w3e4r5t", "PASSWORD123", "ｐａｓｓｗｏｒｄ１２３", "pass word 123", "1234567890", "qwertyuiop"])
def test_the_commonest_are_refused_however_they_are_written(password):
    assert refused(password)


@pytest.mark.parametrize("password", ["aaaaaaaaaaaa", "abcabcabcabc", "1212121212", "王王王王王王王王王王", " a  b  c  a  b "])
def test_few_different_letters_are_refused(password):
    assert refused(password)


@pytest.mark.parametrize(
    "password", ["wangfang-2026!", "WANGFANG-2026!", "my.WangFang@example.com!", "ｗａｎｇｆａｎｇ２０２６", "wang fang 2026", "x fangfang x 99"]
)
def test_ones_own_name_and_address_are_left_out(password):
    assert refused(password, "FangFang", "WangFang@example.com")


@pytest.mark.parametrize("password", ["Li Na Wang is me", "linawang-2026!", "I am LI NA WANG!"])
def test_a_name_of_several_words_is_left_out_too(password):
    assert refused(password, "Li Na Wang", "")


def test_the_site_s_own_name_and_host_are_left_out(make, outcome):
    accounts = make(site_name="Lighthouse", public_url="https://answers.example.com")
    add = lambda password: outcome(lambda: accounts.people.create(None, CLI, NewPerson("王芳"), password=password))  # noqa: E731 - as short as it reads
    assert [add(p) for p in ("Lighthouse 2026", "my-answers-2026", "kbplatform 2026", "seven geese cross")] == [InvalidInput] * 3 + [1]


def test_a_site_s_name_of_several_words_is_left_out_too(make, outcome):
    accounts = make(site_name="Service Desk")
    assert outcome(lambda: accounts.people.create(None, CLI, NewPerson("王芳"), password="our service desk 26")) is InvalidInput


def test_a_name_as_short_as_a_word_is_not_looked_for():
    assert not refused("王芳爱去河边散步吧天天", "王芳", "")
    assert not refused("banana bread at noon", "Ana", "a@example.com")


def test_a_hash_is_argon2id_as_owasp_asks_with_its_own_salt():
    one, two = hash_password(GOOD), hash_password(GOOD)
    assert (one[: len(TODAY)], two[: len(TODAY)], one != two) == (TODAY, TODAY, True)
    assert (matches(one, GOOD), matches(two, GOOD), is_outdated(one)) == (True, True, False)


def test_every_letter_counts_and_spaces_are_kept():
    hashed = hash_password(f" {GOOD} ")
    assert [matches(hashed, p) for p in (f" {GOOD} ", GOOD, f" {GOOD}", f" {GOOD.upper()} x", "")] == [True, False, False, False, False]


@pytest.mark.parametrize("hashed", [None, "", "no hash at all", "$argon2id$v=19$m=19456,t=2,p=1$x$y"])
def test_where_there_is_no_hash_nothing_is_right(hashed):
    assert [matches(hashed, p) for p in ("", GOOD, "nobody has this password", hashed or "")] == [False] * 4


def test_an_outdated_hash_is_made_anew_when_its_person_signs_in(accounts, person, kb_database, column):
    person("王芳")
    old = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(GOOD)
    with kb_database.write() as session:
        session.execute(update(User).values(password_hash=old))
    with pytest.raises(InvalidInput):
        accounts.sign_in.with_password("王芳", "another password", "192.0.2.7")
    assert column(User.password_hash) == [old]
    accounts.sign_in.with_password("王芳", GOOD, "192.0.2.7")
    (new,) = column(User.password_hash)
    assert (new[: len(TODAY)], matches(new, GOOD)) == (TODAY, True)
    accounts.sign_in.with_password("王芳", GOOD, "192.0.2.7")
    assert column(User.password_hash) == [new]


def test_every_way_to_set_a_password_refuses_a_bad_one_and_keeps_the_old(accounts, person, column, outcome):
    wang = person("Wang Fang", email="wangfang@example.com", password=GOOD)
    before = column(User.password_hash)
    link = accounts.people.new_link(None, CLI, wang)
    ways = [
        lambda p: accounts.sign_in.change_password(Actor(wang, "192.0.2.7"), p, keep_session=None),
        lambda p: accounts.sign_in.with_link(link, "192.0.2.7", password=p),
        lambda p: person("Meiling", password=p),
    ]
    bad = ["short", "password123", "wangfang-2026"]
    assert [[outcome(lambda way=way, p=p: way(p)) for p in bad] for way in ways[:2]] == [[InvalidInput] * 3] * 2
    assert [outcome(lambda p=p: ways[2](p)) for p in ("short", "password123", "meiling-2026")] == [InvalidInput] * 3
    assert column(User.password_hash) == before
