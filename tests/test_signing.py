"""Signed values: good for their purpose, as long as the site's secret is, and made by nobody else."""

from __future__ import annotations

import pytest

from kbplatform.signing import Signer

SIGNER = Signer("k" * 64)


@pytest.mark.parametrize("value", ["7", "", "王芳 & Co.", "a" * 2000])
def test_what_was_signed_is_read_again_and_safe_in_an_address(value):
    token = SIGNER.sign("hello.stop", value)
    assert SIGNER.read("hello.stop", token) == value
    assert token.isascii()
    assert not set(token) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    assert Signer("k" * 64).read("hello.stop", token) == value


def test_of_another_purpose_secret_or_hand_it_is_nothing():
    token = SIGNER.sign("hello.stop", "7")
    value, _, mac = token.rpartition(".")
    other = SIGNER.sign("hello.stop", "8")
    assert SIGNER.read("hello.start", token) is None
    assert Signer("j" * 64).read("hello.stop", token) is None
    for forged in (f"{other.rpartition('.')[0]}.{mac}", value, mac, "", ".", "a.b.c", token + "x", token[:-1], "王.芳", "\ud800", "a" * 100_000):
        assert SIGNER.read("hello.stop", forged) is None, forged[:40]
