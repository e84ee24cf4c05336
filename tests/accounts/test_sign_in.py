"""Signing in: one answer for everything that is wrong, and slower and slower for whoever guesses."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, select, update

from kbplatform.accounts import tries
from kbplatform.accounts.models import Tries, User
from kbplatform.accounts.passwords import hash_password
from kbplatform.accounts.people import NewPerson
from kbplatform.accounts.sign_in import Known
from kbplatform.accounts.tries import PER_ACCOUNT, PER_ACCOUNT_HERE, PER_ADDRESS, Limit, address_key, person_key, sign_in_keys, take
from kbplatform.db import utcnow
from kbplatform.errors import InvalidInput, TooMany
from kbplatform.viewer import CLI, Actor

GOOD = "晴天去河边散步 42"
BAD = "雨天在家里读书 42"
HERE, THERE = "192.0.2.7", "192.0.2.8"


@pytest.fixture
def wang(person):
    return person("Wang Fang", email="Wang@example.com", password=GOOD)


@pytest.fixture
def tries_of(accounts, outcome):
    """``tries_of("name", password, times)`` → what came of that many tries, one after the other."""

    def run(who, password, times, address=HERE):
        return [outcome(lambda: accounts.sign_in.with_password(who, password, address)) for _ in range(times)]

    return run


def wait_over(db):
    """Move time: every wait is over now."""
    with db.write() as session:
        session.execute(update(Tries).values(blocked_until=utcnow() - timedelta(seconds=1)))


def test_people_sign_in_by_name_or_address_in_any_case_and_width(accounts, wang):
    forms = ["Wang Fang", "ｗａｎｇ　ＦＡＮＧ", " wang  fang ", "wang@example.com", "WANG@EXAMPLE.COM", "ｗａｎｇ＠ｅｘａｍｐｌｅ．ｃｏｍ"]
    assert [accounts.sign_in.with_password(typed, GOOD, HERE) for typed in forms] == [Known(wang, "", "password")] * 6


def test_whatever_is_wrong_the_answer_is_the_same(accounts, person, wang):
    gone, left = person("赵敏", password=GOOD), person("李娜", password=GOOD)
    accounts.people.disable(None, CLI, gone)
    accounts.personal_data.erase(None, CLI, left)
    accounts.people.invite(None, CLI, NewPerson("孙丽", "sun@example.com"))
    answers = set()
    for who, password in [
        ("Wang Fang", BAD), ("wang@example.com", BAD), ("Wang Fang", ""), ("nobody", GOOD), ("nobody@example.com", GOOD), ("", GOOD), ("赵敏", GOOD),
        ("李娜", GOOD), ("孙丽", GOOD), ("孙丽", ""), ("sun@example.com", "nobody has this password"), ("Wang Fang", GOOD + "x" * 300),
    ]:  # fmt: skip
        with pytest.raises(InvalidInput) as caught:
            accounts.sign_in.with_password(who, password, HERE)
        answers.add((caught.value.message, caught.value.fields, caught.value.remedy))
    assert len(answers) == 1


def test_a_person_who_was_activated_again_signs_in_as_before(accounts, wang):
    accounts.people.disable(None, CLI, wang)
    accounts.people.enable(None, CLI, wang)
    assert accounts.sign_in.with_password("Wang Fang", GOOD, HERE).user_id == wang


# ---------------------------------------------------------------------- slowing down


def test_the_sixth_wrong_try_waits_and_says_how_long(accounts, wang, tries_of):
    assert tries_of("Wang Fang", BAD, 5) == [InvalidInput] * 5
    with pytest.raises(TooMany) as caught:
        accounts.sign_in.with_password("Wang Fang", BAD, HERE)
    assert (caught.value.retry_after_s, caught.value.status) == (15, 429)
    assert ("15 seconds" in caught.value.message.en, "15 秒" in caught.value.message.zh) == (True, True)


def test_while_a_name_waits_the_right_password_does_not_help_and_afterwards_it_does(accounts, wang, tries_of, kb_database):
    tries_of("Wang Fang", BAD, 5)
    assert tries_of("ｗａｎｇ　fang", GOOD, 1) == [TooMany]
    wait_over(kb_database)
    assert tries_of("Wang Fang", GOOD, 1) == [Known(wang, "", "password")]


def test_nobody_keeps_a_colleague_out_from_another_address(accounts, wang, tries_of):
    tries_of("Wang Fang", BAD, 6)
    assert tries_of("Wang Fang", GOOD, 1, address=THERE) == [Known(wang, "", "password")]


def test_one_name_guessed_from_a_hundred_addresses_is_slowed_everywhere(accounts, wang, tries_of, kb_database):
    everywhere = sign_in_keys("wang fang", HERE)[1][0]
    with kb_database.write() as session:
        session.add(Tries(key=everywhere, count=PER_ACCOUNT.free - 2, last_at=utcnow()))
    assert [tries_of("Wang Fang", BAD, 1, address=f"192.0.2.{n}")[0] for n in range(3)] == [InvalidInput, InvalidInput, TooMany]
    assert tries_of("Wang Fang", GOOD, 1, address=THERE) == [TooMany]


def test_all_of_an_ipv6_network_is_one_place_and_its_neighbour_another(accounts, wang, tries_of):
    assert [tries_of("Wang Fang", BAD, 1, address=f"2001:db8:0:1::{n}")[0] for n in range(6)] == [InvalidInput] * 5 + [TooMany]
    assert tries_of("Wang Fang", BAD, 1, address="2001:db8:0:2::1") == [InvalidInput]


def test_a_new_password_ends_the_wait(accounts, wang, tries_of):
    tries_of("Wang Fang", BAD, 6)
    tries_of("wang@example.com", BAD, 6)
    accounts.sign_in.with_link(accounts.people.new_link(None, CLI, wang), THERE, password=BAD)
    assert tries_of("Wang Fang", BAD, 1) + tries_of("wang@example.com", BAD, 1) == [Known(wang, "", "password")] * 2


def test_a_name_that_nobody_has_is_slowed_the_same_way(accounts, wang, tries_of, kb_database):
    def story(who, other_form):
        seen = tries_of(who, BAD, 3) + tries_of(other_form, BAD, 3)
        wait_over(kb_database)
        return seen + tries_of(who, BAD, 2)

    expected = [InvalidInput] * 5 + [TooMany, InvalidInput, TooMany]
    assert story("Wang Fang", "ＷＡＮＧ fang") == expected
    assert story("No Body", "ＮＯ body") == expected


def test_deactivated_and_invited_people_are_slowed_the_same_way(accounts, person, tries_of):
    accounts.people.disable(None, CLI, person("赵敏", password=GOOD))
    person("孙丽")
    assert [tries_of(who, GOOD, 6) for who in ("赵敏", "孙丽")] == [[InvalidInput] * 5 + [TooMany]] * 2


def test_one_account_s_wait_slows_nobody_else(accounts, person, wang, tries_of):
    li = person("李娜", password=GOOD)
    tries_of("Wang Fang", BAD, 6)
    assert tries_of("李娜", GOOD, 1) == [Known(li, "", "password")]


def test_signing_in_starts_the_count_afresh(wang, tries_of):
    known = Known(wang, "", "password")
    assert tries_of("Wang Fang", BAD, 4) + tries_of("Wang Fang", GOOD, 1) == [InvalidInput] * 4 + [known]
    assert tries_of("Wang Fang", BAD, 6) == [InvalidInput] * 5 + [TooMany]


def waits(db, key, limit, times) -> list[int]:
    """The waits somebody is given who comes back as soon as allowed, that many times."""
    now, given = utcnow(), []
    while len(given) < times:
        try:
            take(db, [(key, limit)], now=now)
            now += timedelta(milliseconds=1)
        except TooMany as error:
            given.append(error.retry_after_s)
            now += timedelta(seconds=error.retry_after_s)
    return given


def test_waits_double_up_to_the_longest(kb_database):
    assert waits(kb_database, "x", PER_ACCOUNT_HERE, 9) == [15, 30, 60, 120, 240, 480, 900, 900, 900]
    assert waits(kb_database, "y", Limit(free=1, first_wait_s=30, longest_wait_s=100), 4) == [30, 60, 100, 100]


def test_asking_while_waiting_makes_the_wait_no_longer(kb_database, outcome):
    now = utcnow()
    for _ in range(5):
        take(kb_database, [("k", PER_ACCOUNT_HERE)], now=now)
    assert [outcome(lambda s=s: take(kb_database, [("k", PER_ACCOUNT_HERE)], now=now + timedelta(seconds=s))) for s in (1, 5, 14, 15.5)] == [TooMany] * 3 + [None]


def test_while_one_key_waits_nothing_is_counted_for_the_other(kb_database, outcome):
    now = utcnow()
    for _ in range(5):
        take(kb_database, [("slow", PER_ACCOUNT_HERE)], now=now)
    assert [outcome(lambda: take(kb_database, [("slow", PER_ACCOUNT_HERE), ("fine", PER_ACCOUNT_HERE)], now=now)) for _ in range(9)] == [TooMany] * 9
    assert [outcome(lambda: take(kb_database, [("fine", PER_ACCOUNT_HERE)], now=now)) for _ in range(6)] == [None] * 5 + [TooMany]


def test_tries_are_forgotten_little_by_little_and_all_of_them_after_a_quiet_hour(kb_database, outcome):
    begin = utcnow()
    tries_at = lambda minutes, times: [  # noqa: E731 - as short as it reads
        outcome(lambda: take(kb_database, [("k", PER_ACCOUNT_HERE)], now=begin + timedelta(minutes=minutes))) for _ in range(times)
    ]
    assert tries_at(0, 6) == [None] * 5 + [TooMany]
    assert tries_at(11, 2) == [None, TooMany], "a fifth of an hour gives one back"
    assert tries_at(11 + 61, 6) == [None] * 5 + [TooMany]


def test_rows_are_gone_after_a_day(kb_database, column):
    now = utcnow()
    take(kb_database, [("old", PER_ACCOUNT_HERE), ("newer", PER_ACCOUNT_HERE)], now=now)
    take(kb_database, [("newer", PER_ACCOUNT_HERE)], now=now + timedelta(hours=1))
    take(kb_database, [("newest", PER_ACCOUNT_HERE)], now=now + timedelta(days=1, seconds=1))
    assert column(Tries.key) == ["newer", "newest"]


def test_what_was_typed_is_not_kept_in_the_counters(tries_of, where):
    tries_of("Kanarienvogel", BAD, 1)
    tries_of("kanarienvogel@example.com", BAD, 1)
    assert (where("kanarienvogel"), where(HERE)) == (set(), {"kb_audit.address"})


# ---------------------------------------------------------------------- an address is a whole floor


@pytest.fixture
def floor(accounts, kb_database):
    """Forty people with one password."""
    names = [f"客服{n:02d}" for n in range(40)]
    accounts.people.invite_all(None, CLI, [NewPerson(name) for name in names])
    with kb_database.write() as session:
        session.execute(update(User).values(password_hash=hash_password(GOOD)))
    return names


def count_of(db, key) -> int:
    with db.read() as session:
        row = session.get(Tries, key)
    return row.count if row else 0


def test_an_address_where_forty_people_sign_in_rightly_is_never_slowed_and_keeps_no_count(accounts, floor, together, kb_database):
    came = Counter()
    for start in range(0, 40, 8):
        came.update(map(type, together(*[lambda name=name: accounts.sign_in.with_password(name, GOOD, HERE) for name in floor[start : start + 8]])))
    assert (came, count_of(kb_database, address_key(HERE)[0])) == ({Known: 40}, 0)


def test_an_address_that_guesses_hundreds_of_names_is_slowed(accounts, kb_database, tries_of):
    with kb_database.write() as session:
        session.add(Tries(key=address_key(HERE)[0], count=PER_ADDRESS.free - 2, last_at=utcnow()))
    assert [tries_of(f"name {n}", BAD, 1)[0] for n in range(3)] == [InvalidInput, InvalidInput, TooMany]
    assert tries_of("name 4", BAD, 1, address=THERE) == [InvalidInput]
    assert (PER_ADDRESS.wait_s(299), PER_ADDRESS.wait_s(300), PER_ADDRESS.wait_s(400)) == (0, 30, 300)


def test_a_right_sign_in_does_not_slow_its_address(accounts, floor, tries_of, kb_database):
    """However many wrong ones there were before it, one less than too many."""
    with kb_database.write() as session:
        session.add(Tries(key=address_key(HERE)[0], count=PER_ADDRESS.free - 1, last_at=utcnow()))
    assert [type(tries_of(name, GOOD, 1)[0]) for name in floor[:3]] == [Known] * 3
    assert count_of(kb_database, address_key(HERE)[0]) == PER_ADDRESS.free - 1


def test_mistakes_spread_over_days_do_not_add_up_at_a_floor_that_never_sleeps(kb_database, outcome):
    """A centre that works round the clock has a wrong password now and then, never an hour without a sign-in."""
    now, key = utcnow(), address_key(HERE)[0]
    with kb_database.write() as session:
        session.add(Tries(key=key, count=PER_ADDRESS.free - 20, last_at=now))
    for _ in range(30):  # a day and an hour
        now += timedelta(minutes=50)
        assert outcome(lambda now=now: take(kb_database, [(key, PER_ADDRESS)], now=now)) is None
    now += timedelta(minutes=50)
    assert [outcome(lambda s=s: take(kb_database, [(key, PER_ADDRESS)], now=now + timedelta(seconds=s))) for s in range(3)] == [None] * 3


# ---------------------------------------------------------------------- at one moment


def test_wrong_tries_in_parallel_do_not_slip_through(accounts, wang, together):
    came = together(*[lambda: accounts.sign_in.with_password("Wang Fang", BAD, HERE)] * 16)
    assert Counter(came) == {InvalidInput: 5, TooMany: 11}


def test_one_person_may_sign_in_in_several_windows_at_once(accounts, wang, together):
    for _ in range(6):
        came = together(*[lambda: accounts.sign_in.with_password("Wang Fang", GOOD, HERE)] * 4)
        assert came == [Known(wang, "", "password")] * 4


def test_a_try_is_counted_even_where_the_count_is_forgotten_at_that_moment(kb_database, outcome):
    """Somebody signs in rightly while somebody else is at the same door."""
    key, limit = person_key("code", 1)
    take(kb_database, [(key, limit)])
    begun = []

    def forget():
        with kb_database.write() as session:
            tries.forget(session, key)

    def in_between(_connection, _cursor, statement, *_rest):
        if statement.startswith("INSERT INTO kb_tries") and not begun:
            begun.append(pool.submit(forget))
            wait(begun, 0.2)  # or until it waits for us, which is as good

    with ThreadPoolExecutor(1) as pool:
        event.listen(kb_database.engine, "after_cursor_execute", in_between)
        came = outcome(lambda: take(kb_database, [(key, limit)]))
        assert (came, begun[0].result(), len(begun)) == (None, None, 1)


# ---------------------------------------------------------------------- the password again, another password


def test_who_is_signed_in_is_asked_for_the_password_again(accounts, wang):
    assert accounts.sign_in.confirm_password(wang, GOOD, HERE) is None
    with pytest.raises(InvalidInput) as caught:
        accounts.sign_in.confirm_password(wang, BAD, HERE)
    assert [f.field for f in caught.value.fields] == ["current"]


def test_guessing_it_on_that_form_is_slowed_wherever_it_is_done_and_keeps_nobody_out_at_the_door(accounts, wang, tries_of, outcome):
    confirm = lambda password, address=HERE: outcome(lambda: accounts.sign_in.confirm_password(wang, password, address))  # noqa: E731 - as short as it reads
    assert [confirm(BAD, f"192.0.2.{n}") for n in range(6)] == [InvalidInput] * 5 + [TooMany]
    assert [confirm(GOOD), *tries_of("Wang Fang", GOOD, 1)] == [TooMany, Known(wang, "", "password")]


def test_a_changed_password_is_the_one_that_works(accounts, wang, tries_of, kb_database):
    accounts.sign_in.change_password(Actor(wang, HERE), BAD, keep_session=None)
    assert tries_of("Wang Fang", GOOD, 1) + tries_of("Wang Fang", BAD, 1) == [InvalidInput, Known(wang, "", "password")]
    with kb_database.read() as session:
        assert utcnow() - session.scalar(select(User.password_changed_at)) < timedelta(minutes=1)


def test_a_password_changed_while_somebody_signs_in_with_the_old_one_stays_changed(accounts, wang, tries_of, kb_database, outcome):
    """The old hash is outdated, so that signing in makes it anew."""
    with kb_database.write() as session:
        session.execute(update(User).values(password_hash=PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(GOOD)))
    changing = []

    def in_between(_connection, _cursor, statement, *_rest):
        if statement.startswith("SELECT kb_user") and not changing:
            changing.append(pool.submit(accounts.sign_in.change_password, Actor(wang, HERE), BAD, keep_session=None))
            wait(changing, 5)

    with ThreadPoolExecutor(1) as pool:
        event.listen(kb_database.engine, "after_cursor_execute", in_between)
        tries_of("Wang Fang", GOOD, 1)
        event.remove(kb_database.engine, "after_cursor_execute", in_between)
    assert changing[0].result() is None
    assert tries_of("Wang Fang", GOOD, 1) + tries_of("Wang Fang", BAD, 1) == [InvalidInput, Known(wang, "", "password")]


# ---------------------------------------------------------------------- forgotten passwords


def test_a_forgotten_password_is_mailed_to_whom_it_belongs_and_to_nobody_else(accounts, person, wang):
    person("李娜", password=GOOD)
    accounts.people.disable(None, CLI, person("赵敏", email="zhao@example.com", password=GOOD))
    made = {who: accounts.sign_in.make_reset(accounts.sign_in.ask_reset(who, HERE), HERE) for who in ("WANG fang", "李娜", "赵敏", "nobody")}
    assert {who: answer[0] for who, answer in made.items() if answer} == {"WANG fang": "Wang@example.com"}
    assert accounts.sign_in.look_at_link(made["WANG fang"][1]).purpose == "reset"


def test_asking_too_often_is_slowed_whether_the_name_exists_or_not(accounts, wang, outcome):
    asked = {who: [outcome(lambda who=who: accounts.sign_in.ask_reset(who, HERE)) for _ in range(6)] for who in ("wang fang", "no body")}
    assert asked == {who: [who] * 5 + [TooMany] for who in asked}


def test_asking_for_a_new_password_does_not_slow_signing_in(accounts, wang, tries_of, outcome):
    for _ in range(6):
        outcome(lambda: accounts.sign_in.ask_reset("Wang Fang", HERE))
    assert tries_of("Wang Fang", GOOD, 1) == [Known(wang, "", "password")]
