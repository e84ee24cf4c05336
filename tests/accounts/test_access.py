"""Who may read, and which audiences a reader belongs to."""

from __future__ import annotations

import pytest

from kbplatform.accounts import ANONYMOUS, Access, Viewer
from kbplatform.accounts.access import KNOWN_PERMISSIONS, READ
from kbplatform.errors import Forbidden

SIGNED_IN = Viewer(id=1, teams=frozenset({"billing"}))


@pytest.mark.parametrize(
    ("open_to_readers", "viewer", "may"), [(True, ANONYMOUS, True), (True, SIGNED_IN, True), (False, ANONYMOUS, False), (False, SIGNED_IN, True)]
)
def test_reading_is_for_everybody_on_an_open_site_and_for_the_signed_in_on_a_closed_one(open_to_readers, viewer, may):
    assert Access(open_to_readers=open_to_readers).allows(viewer, READ) is may


@pytest.mark.parametrize("permission", ["", "articles.edit", "READ", "public", "articles.read "])
def test_a_permission_nobody_has_defined_is_denied_to_everybody(permission):
    assert permission not in KNOWN_PERMISSIONS
    assert not Access(open_to_readers=True).allows(Viewer(id=1, roles=frozenset({"admin"})), permission)


def test_who_is_turned_away_reads_why_and_what_to_do_in_both_languages():
    with pytest.raises(Forbidden) as caught:
        Access(open_to_readers=False).require(ANONYMOUS, READ)
    assert "signed-in" in caught.value.message.en
    assert "登录" in caught.value.message.zh
    assert "KBPLATFORM_READ_ACCESS=everyone" in caught.value.remedy.en
    assert "KBPLATFORM_READ_ACCESS=everyone" in caught.value.remedy.zh


def test_audiences_grow_with_signing_in_and_never_by_a_team_alone():
    assert ANONYMOUS.audiences == {"everyone"}
    assert SIGNED_IN.audiences == {"everyone", "signed-in", "team:billing"}
    assert Viewer(id=None, teams=frozenset({"billing"})).audiences == {"everyone"}
