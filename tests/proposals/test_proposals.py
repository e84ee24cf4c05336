"""Proposing other words for a section and deciding on it: one decision, nothing overwritten, credit where it is due."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from kbplatform.accounts.models import AuditEntry
from kbplatform.articles.meaning import changed_in_meaning
from kbplatform.articles.packs import read_pack
from kbplatform.articles.sync import sync_pack
from kbplatform.bilingual import Text
from kbplatform.errors import Conflict, Forbidden, InvalidInput, NotFound, StaleText
from kbplatform.events import EventRelay, Outbox
from kbplatform.proposals.personal_data import personal_data
from kbplatform.proposals.proposal import PROPOSAL_DECIDED, Credit, Evidence, Origin
from kbplatform.proposals.reading import credits_of, page_of, proposals_of, waiting
from kbplatform.proposals.service import MOST_OPEN, close_outdated
from kbplatform.viewer import Viewer

BETTER = "1. Listen.\n2. Repeat it."


def test_accepting_writes_the_section_and_keeps_the_credit(floor):
    number = floor.propose(credits=(Credit(floor.ana.id, "entry:1"), Credit(None, "entry:2")))
    assert "Write it down" in floor.text()
    assert floor.accept(number) == 2
    assert floor.text() == BETTER
    with floor.db.read() as session:
        held = [(c.section, c.revision, [x.name for x in c.credits]) for c in credits_of(session, "angry-callers", "en")]
    assert held == [("steps", 2, ["Ana", ""])]


def test_what_is_not_accepted_gives_no_credit(floor):
    number = floor.propose(credits=(Credit(floor.ana.id),))
    floor.proposals.decline(floor.bo, floor.actor(floor.bo), number, words="No")
    with floor.db.read() as session:
        assert credits_of(session, "angry-callers", "en") == []


def test_two_editors_accept_at_once_and_one_of_them_is_told(floor):
    number = floor.propose()

    def accept(who):
        try:
            return floor.accept(number, who)
        except Conflict:
            return None

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(accept, (floor.bo, floor.chen)))
    assert sorted(outcomes, key=str) == [2, None]


def test_two_sections_of_an_article_are_accepted_at_once_and_both_stand(floor):
    numbers = [floor.propose(), floor.propose(section="say", text="- I hear you, {name}.")]
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(floor.accept, numbers)) == [2, 3]
    assert (floor.text("steps"), floor.text("say")) == (BETTER, "- I hear you, {name}.")


def test_a_section_that_changed_meanwhile_is_not_overwritten(floor):
    number = floor.propose()
    floor.edit("steps", "1. Breathe.")
    with pytest.raises(StaleText) as stale:
        floor.accept(number)
    assert (stale.value.revision, stale.value.theirs, stale.value.yours) == (2, "1. Breathe.", BETTER)
    assert floor.text() == "1. Breathe."
    assert floor.accept(number, text="1. Breathe.\n2. Repeat it.", revision=2) == 3
    assert floor.text() == "1. Breathe.\n2. Repeat it."


def test_another_section_may_change_meanwhile(floor):
    number = floor.propose()
    floor.edit("say", "- Tell me.")
    assert floor.accept(number) == 3


def test_the_editor_may_change_the_wording_and_both_are_kept(floor):
    number = floor.propose()
    floor.accept(number, text="1. Listen well.", words="Shorter")
    p = floor.proposals.get(floor.bo, number, editor=True)
    assert (p.text, p.accepted_text, p.words, p.decided_by_name, floor.text()) == (BETTER, "1. Listen well.", "Shorter", "Bo", "1. Listen well.")


def test_a_decision_stands(floor):
    number = floor.propose()
    floor.proposals.decline(floor.bo, floor.actor(floor.bo), number, words="Said already")
    for again in (
        lambda: floor.accept(number),
        lambda: floor.proposals.decline(floor.chen, floor.actor(floor.chen), number, words="Me too"),
        lambda: floor.proposals.withdraw(floor.ana, floor.actor(floor.ana), number),
    ):
        with pytest.raises(Conflict):
            again()
    assert (floor.state(number), floor.source().count("Repeat it")) == ("declined", 0)


def test_declining_needs_a_reason_and_withdrawing_ones_own(floor):
    number = floor.propose()
    with pytest.raises(InvalidInput):
        floor.proposals.decline(floor.bo, floor.actor(floor.bo), number, words=" \n ")
    with pytest.raises(NotFound):
        floor.proposals.withdraw(floor.bo, floor.actor(floor.bo), number)
    floor.proposals.withdraw(floor.ana, floor.actor(floor.ana), number)
    accepted = floor.propose()
    floor.accept(accepted)
    with pytest.raises(Forbidden):
        floor.proposals.withdraw(floor.bo, floor.actor(floor.bo), accepted)


def test_the_event_tells_the_plugin_what_became_of_it(floor):
    number = floor.propose(origin=Origin("experience", "p:1"), credits=(Credit(floor.ana.id, "entry:1"),))
    floor.accept(number)
    event = [e for e in Outbox(floor.db).after(0, 100) if e.topic == PROPOSAL_DECIDED]
    assert [dict(e.payload) for e in event] == [{
        "proposal": number, "plugin": "experience", "ref": "p:1", "credits": ["entry:1"], "slug": "angry-callers", "lang": "en", "section": "steps",
        "state": "accepted", "revision": 2, "in_meaning": True, "by": floor.bo.id, "to": floor.ana.id, "words": "",
    }]  # fmt: skip
    with floor.db.read() as session:
        found = proposals_of(session, "experience", ["p:1", "entry:1", "entry:2"])
        assert {ref: [p.id for p in ps] for ref, ps in found.items()} == {"p:1": [number], "entry:1": [number]}
        assert proposals_of(session, "other", ["p:1", "entry:1"]) == {}
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["proposal.made", "proposal.accepted", "article.edited"]


@pytest.mark.parametrize(
    ("section", "text", "said", "meant"),
    [
        ("steps", BETTER, None, True), ("steps", BETTER, False, False), ("say", "- I hear you.", None, True),
        ("wrong-turns", "Argue never.", None, False), ("wrong-turns", "Argue never.", True, True), ("", "Another word.", None, False),
    ],
)  # fmt: skip
def test_the_editor_says_whether_the_meaning_changes_and_else_the_kind_of_section_does(floor, section, text, said, meant):
    number = floor.propose(section=section, text=text)
    assert floor.proposals.get(floor.bo, number, editor=True).in_meaning is None
    floor.accept(number, in_meaning=said)
    assert floor.proposals.get(floor.bo, number, editor=True).in_meaning is meant
    told = [e for e in Outbox(floor.db).after(0, 100) if e.topic == "article.changed"][-1]
    assert told.payload["meaning"] == {section: meant}
    assert changed_in_meaning(told, section) is meant


def test_a_proposal_for_a_section_that_is_gone_is_out_of_date(floor):
    gone, stays = floor.propose(section="wrong-turns", text="Argue never."), floor.propose()
    path = floor.root / "practices" / "905-angry-callers" / "en.md"
    path.write_text(path.read_text("utf-8").replace("Wrong turns\n-----------\n\nNever argue.\n", ""), "utf-8")
    sync_pack(floor.db, read_pack(floor.root))
    with pytest.raises(Conflict):
        floor.accept(gone)
    relay = EventRelay(floor.db, {"core.proposals": close_outdated})
    relay.run_once()
    relay.run_once()
    assert (floor.state(gone), floor.state(stays)) == ("outdated", "open")
    assert [e.payload["state"] for e in Outbox(floor.db).after(0, 100) if e.topic == PROPOSAL_DECIDED] == ["outdated"]


def test_the_same_twice_is_one_and_nobody_floods_the_editors(floor):
    assert floor.propose() == floor.propose()
    for n in range(MOST_OPEN - 1):
        floor.propose(text=f"1. Way {n}.")
    with pytest.raises(InvalidInput, match="waiting"):
        floor.propose(text="1. One more.")
    floor.propose(floor.chen)


def test_who_may_know_of_a_proposal(floor):
    number = floor.propose(credits=(Credit(floor.chen.id),))
    everyone = {"ana": floor.ana, "bo": floor.bo, "chen": floor.chen}

    def known() -> set[str]:
        with floor.db.read() as session:
            return {n for n, v in everyone.items() if page_of(session, v, editor=False).total}

    assert known() == {"ana", "chen"}
    with pytest.raises(NotFound):
        floor.proposals.get(floor.bo, number, editor=False)
    floor.accept(number)
    assert known() == {"ana", "bo", "chen"}


def test_whoever_may_not_read_the_article_knows_nothing_of_it(floor):
    number = floor.propose()
    from kbplatform.articles.models import Article

    with floor.db.write() as session:
        session.scalars(select(Article)).one().audience = "team:billing"
    with pytest.raises(NotFound):
        floor.proposals.get(floor.ana, number, editor=True)
    with pytest.raises(NotFound):
        floor.propose(text="1. Else.")
    with pytest.raises(NotFound):
        floor.accept(number)
    with floor.db.read() as session:
        assert (page_of(session, floor.ana, editor=True).total, waiting(session, floor.ana)) == (0, 0)
        assert waiting(session, Viewer(id=floor.bo.id, teams=frozenset({"billing"}))) == 1


GOOD = Evidence(Text("用过", "Used"), number=17)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"), ({"title": "x" * 121}, "title"), ({"text": " "}, "text"), ({"text": "x" * 20_001}, "text"),
        ({"text": "## New\n"}, "text"), ({"revision": 9}, "revision"),
        ({"evidence": (Evidence(Text("用过", "Used")),)}, "evidence"),
        ({"evidence": (Evidence(Text("", "Used"), number=1),)}, "evidence"),
        ({"evidence": (GOOD,) * 31}, "evidence"),
        *(({"evidence": (Evidence(GOOD.label, "x", link=link),)}, "evidence")
          for link in ("javascript:alert(1)", "//evil.example", "http://evil.example", "https://u@evil.example", "/\\evil.example", "/" + "x" * 300)),
        ({"credits": (Credit(999_999),)}, "credits"), ({"credits": tuple(Credit(None, str(n)) for n in range(51))}, "credits"),
    ],
)  # fmt: skip
def test_what_cannot_be_proposed_is_refused_by_field(floor, changes, field):
    with pytest.raises(InvalidInput) as refused:
        floor.propose(**changes)
    assert [f.field for f in refused.value.fields] == [field]


def test_an_erased_person_is_named_nowhere_and_the_experience_stays(floor):
    number = floor.propose(credits=(Credit(floor.ana.id, "entry:1"),))
    floor.accept(number)
    with floor.db.write() as session:
        held = personal_data(floor.ana.id, session, False)
        assert [p["id"] for p in held["proposed"]] == [c["proposal"] for c in held["credited"]] == [number]
        personal_data(floor.ana.id, session, True)
    with floor.db.read() as session:
        assert [(c.name, c.user_id, c.erased) for s in credits_of(session, "angry-callers", "en") for c in s.credits] == [("", None, True)]
    p = floor.proposals.get(floor.bo, number, editor=True)
    assert (p.created_by, p.created_by_name) == (None, "")
