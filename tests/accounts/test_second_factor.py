"""The second factor: each code once, a clock that is off is told so, recovery codes for a lost phone."""

from __future__ import annotations

import time
from collections import Counter
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from sqlalchemy import update

from kbplatform.accounts.models import RecoveryCode, User
from kbplatform.accounts.second_factor import (
    LOOK,
    STEP_S,
    matching_step,
    new_recovery_codes,
    new_secret,
    provisioning_uri,
    qr_svg,
    recovery_codes_left,
    turn_off,
    turn_on,
)
from kbplatform.accounts.sign_in import Known
from kbplatform.accounts.vault import Vault
from kbplatform.errors import InvalidInput, TooMany
from kbplatform.viewer import CLI

GOOD = "晴天去河边散步 42"
HERE = "192.0.2.7"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOW = 1_800_000_015.0
STEP = int(NOW // STEP_S)


def code(secret, steps=0, *, here=None):
    """What the app shows ``steps`` half minutes from now, or from the step ``here``."""
    return pyotp.TOTP(secret).generate_otp((int(time.time() // STEP_S) if here is None else here) + steps)


def wrong_code(secret, **here):
    """Six digits that belong to no moment near now."""
    near = {code(secret, n, **here) for n in range(-LOOK - 2, LOOK + 3)}
    return next(c for c in (f"{n:06d}" for n in range(100)) if c not in near)


def message(work) -> str:
    with pytest.raises(InvalidInput) as caught:
        work()
    assert [f.field for f in caught.value.fields] == ["code"]
    return caught.value.message.en


# ---------------------------------------------------------------------- which code


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_code_is_right_half_a_minute_either_way(steps):
    assert matching_step(SECRET, code(SECRET, steps, here=STEP), now=NOW) == STEP + steps


@pytest.mark.parametrize(("steps", "minutes"), [(-2, 1), (2, 1), (4, 2), (10, 5), (-10, 5), (20, 10), (-20, 10)])
def test_a_phone_whose_clock_is_off_is_told_so_and_refused(steps, minutes):
    assert message(lambda: matching_step(SECRET, code(SECRET, steps, here=STEP), now=NOW)) == (
        f"The phone's clock is about {minutes} min off: set it to automatic time, then enter a new code"
    )


@pytest.mark.parametrize("typed", [code(SECRET, 21, here=STEP), code(SECRET, -21, here=STEP), wrong_code(SECRET, here=STEP), "", "12345", "1234567", "abcdef", "一二三四五六", "x" * 10_000])
def test_any_other_code_is_not_right(typed):
    assert message(lambda: matching_step(SECRET, typed, now=NOW)).startswith("That code is not right. Use the one the app shows now")


def test_a_code_may_be_typed_with_spaces():
    shown = code(SECRET, here=STEP)
    assert matching_step(SECRET, f" {shown[:3]} {shown[3:]} ", now=NOW) == STEP


def test_the_app_reads_name_site_and_secret_from_the_picture():
    uri = provisioning_uri(SECRET, "李娜", "客服知识库")
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc, parse_qs(parts.query)["secret"], parse_qs(parts.query)["issuer"]) == ("otpauth", "totp", [SECRET], ["客服知识库"])
    assert qr_svg(uri).startswith("data:image/svg+xml")


# ---------------------------------------------------------------------- turned on


@pytest.fixture
def wang(person):
    return person("Wang Fang", password=GOOD)


class Phone:
    """Somebody's second factor: the secret in their app, and their recovery codes."""

    def __init__(self, accounts, user_id):
        self.accounts, self.user_id, self.secret = accounts, user_id, new_secret()
        self.shown = code(self.secret)
        with accounts.db.write() as session:
            self.recovery = turn_on(session, accounts.vault, session.get_one(User, user_id), self.secret, self.shown)

    def enter(self, typed):
        return self.accounts.sign_in.with_code(self.user_id, typed, HERE)

    def forget_step(self):
        """Move time: the last code was used long ago."""
        with self.accounts.db.write() as session:
            session.execute(update(User).values(totp_step=0))


@pytest.fixture
def phone(accounts, wang):
    return Phone(accounts, wang)


def test_turning_on_needs_a_right_code(accounts, wang, kb_database, column):
    secret = new_secret()

    def try_with(typed):
        with kb_database.write() as session:
            turn_on(session, accounts.vault, session.get_one(User, wang), secret, typed)

    for typed in (wrong_code(secret), "", code(secret, 10)):
        message(lambda typed=typed: try_with(typed))
    assert (column(User.totp_secret), column(RecoveryCode.id)) == ([None], [])
    assert accounts.sign_in.with_password("Wang Fang", GOOD, HERE) == Known(wang, "", "password")
    try_with(code(secret))
    assert accounts.sign_in.with_password("Wang Fang", GOOD, HERE) == Known(wang, "code", "password")


def test_the_secret_is_kept_encrypted_with_the_site_s_key(accounts, phone, where, column):
    assert where(phone.secret) == set()
    (sealed,) = column(User.totp_secret)
    assert (accounts.vault.open(sealed), Vault("other" * 20).open(sealed), accounts.vault.open("x")) == (phone.secret, None, None)


def test_a_code_is_taken_once(phone):
    shown = code(phone.secret, 1)
    assert phone.enter(shown) == "code"
    assert message(lambda: phone.enter(shown)) == "That code has been used. Wait for the next one"


def test_a_code_from_before_the_last_one_is_not_taken(phone):
    before, now = code(phone.secret, 0), code(phone.secret, 1)
    phone.forget_step()
    assert phone.enter(now) == "code"
    assert message(lambda: phone.enter(before)) == "That code has been used. Wait for the next one"


def test_the_code_that_turned_it_on_does_not_sign_in(phone):
    assert message(lambda: phone.enter(phone.shown)) == "That code has been used. Wait for the next one"


def test_of_two_who_enter_one_code_together_one_comes_in(phone, together):
    shown = code(phone.secret, 1)
    assert Counter(together(*[lambda: phone.enter(shown)] * 4)) == {"code": 1, InvalidInput: 3}


def test_with_a_clock_five_minutes_off_nobody_comes_in(phone, column):
    before = column(User.totp_step)
    assert message(lambda: phone.enter(code(phone.secret, -10))).startswith("The phone's clock is about ")
    assert message(lambda: phone.enter(code(phone.secret, 10))).startswith("That code is not right"), "a code of a time to come is not confirmed"
    assert column(User.totp_step) == before


def test_codes_are_slowed_like_passwords_and_the_right_one_starts_afresh(phone, outcome):
    bad = wrong_code(phone.secret)
    assert [outcome(lambda: phone.enter(bad)) for _ in range(4)] == [InvalidInput] * 4
    assert phone.enter(code(phone.secret, 1)) == "code"
    assert [outcome(lambda: phone.enter(bad)) for _ in range(6)] == [InvalidInput] * 5 + [TooMany]
    assert outcome(lambda: phone.enter(phone.recovery[0])) is TooMany


def test_wrong_codes_in_parallel_do_not_slip_through(phone, together):
    bad = wrong_code(phone.secret)
    assert Counter(together(*[lambda: phone.enter(bad)] * 12)) == {InvalidInput: 5, TooMany: 7}


def test_a_slowed_code_does_not_slow_the_password(accounts, wang, phone, outcome):
    for _ in range(6):
        outcome(lambda: phone.enter("000000"))
    assert accounts.sign_in.with_password("Wang Fang", GOOD, HERE) == Known(wang, "code", "password")


def test_where_the_site_s_key_has_changed_codes_say_so_and_recovery_codes_work(accounts, phone, kb_database):
    with kb_database.write() as session:
        session.execute(update(User).values(totp_secret=Vault("other" * 20).seal(phone.secret)))
    assert message(lambda: phone.enter(code(phone.secret, 1))) == "The site's key has changed: use a recovery code"
    assert phone.enter(phone.recovery[0]) == "recovery"


# ---------------------------------------------------------------------- recovery codes


def left(phone) -> int:
    with phone.accounts.db.read() as session:
        return recovery_codes_left(session, phone.user_id)


def test_there_are_ten_recovery_codes_each_different_and_easy_to_read(phone):
    assert (len(set(phone.recovery)), left(phone)) == (10, 10)
    assert {tuple(map(len, c.split("-"))) for c in phone.recovery} == {(4, 4, 4, 4, 4, 4)}
    assert set("".join(phone.recovery)) & set("il o01") == set()


def test_a_recovery_code_works_once(phone):
    assert phone.enter(phone.recovery[3]) == "recovery"
    assert message(lambda: phone.enter(phone.recovery[3])) == "That code is not right"
    assert (left(phone), phone.enter(phone.recovery[4])) == (9, "recovery")


def test_a_recovery_code_may_be_typed_in_any_case_and_spacing(phone):
    forms = [str.upper, lambda c: c.replace("-", ""), lambda c: c.replace("-", " "), lambda c: f"  {c.title()}\n", " ".join, lambda c: c.replace("-", "—")]
    assert [phone.enter(form(c)) for form, c in zip(forms, phone.recovery, strict=False)] == ["recovery"] * 6


def test_of_two_who_enter_one_recovery_code_together_one_comes_in(phone, together):
    assert Counter(together(*[lambda: phone.enter(phone.recovery[0])] * 4)) == {"recovery": 1, InvalidInput: 3}
    assert left(phone) == 9


def test_renewed_recovery_codes_make_the_old_ones_useless(phone, outcome):
    with phone.accounts.db.write() as session:
        new = new_recovery_codes(session, phone.user_id)
    assert [outcome(lambda c=c: phone.enter(c)) for c in (phone.recovery[0], phone.recovery[9], new[0])] == [InvalidInput, InvalidInput, "recovery"]


def test_recovery_codes_are_their_person_s_alone(accounts, person, phone):
    other = Phone(accounts, person("李娜"))
    assert message(lambda: phone.enter(other.recovery[0])) == "That code is not right"
    assert (left(other), left(phone)) == (10, 10)


def test_garbage_is_no_code(phone):
    for typed in ("", "----", "x" * 100_000, "\0", "１２３４５６７"):
        assert message(lambda typed=typed: phone.enter(typed)) == "That code is not right"


# ---------------------------------------------------------------------- demanded, and taken off


def test_a_role_that_demands_it_sends_its_people_to_enrol_and_nobody_else(accounts, person, wang, role):
    role("floor", second_factor=True)
    li = person("李娜", roles=["floor", "agent"], password=GOOD)
    needs = lambda name: accounts.sign_in.with_password(name, GOOD, HERE).needs  # noqa: E731 - as short as it reads
    assert (needs("李娜"), needs("Wang Fang")) == ("enrol", "")
    Phone(accounts, li)
    assert needs("李娜") == "code"


def test_the_reader_s_role_demands_it_of_everybody(accounts, wang):
    accounts.roles.change(CLI, "reader", permissions=(), second_factor=True)
    assert accounts.sign_in.with_password("Wang Fang", GOOD, HERE) == Known(wang, "enrol", "password")


def test_turned_off_the_password_is_enough_and_the_codes_are_gone(accounts, wang, phone, kb_database, column, outcome):
    with kb_database.write() as session:
        turn_off(session, session.get_one(User, wang))
    assert accounts.sign_in.with_password("Wang Fang", GOOD, HERE) == Known(wang, "", "password")
    assert (column(User.totp_secret), column(RecoveryCode.id)) == ([None], [])
    assert [outcome(lambda c=c: phone.enter(c)) for c in (code(phone.secret, 1), phone.recovery[0])] == [InvalidInput] * 2


def test_an_administrator_takes_it_off_for_somebody_who_lost_everything(accounts, wang, phone, viewer_of, browser):
    token = accounts.sign_in.open(wang, browser, method="password+code")
    accounts.people.drop_second_factor(None, CLI, wang)
    assert accounts.sign_in.with_password("Wang Fang", GOOD, HERE) == Known(wang, "", "password")
    assert accounts.gate.by_session(token) is None
