"""A pack that says something else than a text edited here: what is shown, and what becomes of each choice."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from kbplatform.accounts.models import AuditEntry
from kbplatform.articles.models import Article, SyncConflict, Translation
from kbplatform.articles.packs import export_pack, read_pack
from kbplatform.articles.sync import sync_pack
from kbplatform.articles.writing import draft_section, save, stored_text
from kbplatform.conflicts.merging import differences, merged, version, whole
from kbplatform.conflicts.service import Conflicts, open_conflicts
from kbplatform.errors import Conflict, InvalidInput, NotFound, StaleText
from kbplatform.events import Outbox
from kbplatform.viewer import Actor, Viewer

SOURCE = """---
title: Angry callers
number: 905
slug: angry-callers
audience: everyone
owner: lead
---

A word before.

## Say {#say}

- I am sorry.

## Steps {#steps}

1. Listen.
2. Write it down.

Wrong turns
-----------

Never argue.
"""
EDITOR = Viewer(id=1, name="Bo")


class Site:
    """A site that took in a pack of one article, and what happens to both."""

    def __init__(self, db, root: Path) -> None:
        self.db, self.root, self.conflicts = db, root, Conflicts(db)
        self.pack(SOURCE)

    def pack(self, source: str):
        """A pack with this text comes; what taking it in reports."""
        path = self.root / "practices" / "905-angry-callers" / "en.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, "utf-8")
        return sync_pack(self.db, read_pack(self.root))

    def edit(self, section: str, text: str) -> None:
        """Somebody changes a section here."""
        with self.db.read() as session:
            draft = draft_section(stored_text(session, "angry-callers", "en", EDITOR), section, text)
        with self.db.write() as session:
            save(session, draft, origin="browser")

    def source(self) -> str:
        with self.db.read() as session:
            return stored_text(session, "angry-callers", "en", EDITOR).source

    def waiting(self):
        return self.conflicts.page(EDITOR)[0]

    def settle(self, **choices: str) -> int:
        (found,) = self.waiting()
        named = {{"before": "", "front": "---", "wrong": "wrong-turns"}.get(k, k): v for k, v in choices.items()}
        return self.conflicts.settle(EDITOR, Actor(None, "192.0.2.1"), found.id, revision=found.revision, choices=named)

    def origin(self) -> str:
        with self.db.read() as session:
            return session.scalars(select(Translation.origin)).one()


@pytest.fixture
def site(kb_database, tmp_path) -> Site:
    """On SQLite and on PostgreSQL in turn."""
    return Site(kb_database, tmp_path / "pack")


def test_a_conflict_names_the_parts_with_both_texts_and_who_changed_them(site):
    site.edit("steps", "1. Listen twice.")
    site.pack(SOURCE.replace("I am sorry.", "I hear you.").replace("2. Write it down.", "2. Repeat it."))
    (found,) = site.waiting()
    assert (found.slug, found.lang, found.title, found.revision) == ("angry-callers", "en", "Angry callers", 2)
    assert [(p.part, p.heading, p.suggested) for p in found.parts] == [("say", "Say", "theirs"), ("steps", "Steps", None)]
    assert found.parts[1].ours == "## Steps {#steps}\n\n1. Listen twice."
    assert found.parts[1].theirs == "## Steps {#steps}\n\n1. Listen.\n2. Repeat it."


def test_parts_of_both_make_the_text_and_the_same_pack_is_no_conflict_again(site):
    site.edit("steps", "1. Listen twice.")
    theirs = SOURCE.replace("I am sorry.", "I hear you.").replace("Never argue.", "Argue never.")
    site.pack(theirs)
    assert site.settle(say="theirs", steps="ours", wrong="theirs") == 3
    assert site.source() == theirs.replace("1. Listen.\n2. Write it down.", "1. Listen twice.")
    assert site.waiting() == []
    assert site.pack(theirs).conflicts == []
    assert (site.origin(), site.waiting()) == ("browser", [])
    told = [e for e in Outbox(site.db).after(0, 100) if e.topic == "article.changed"][-1]
    assert (told.payload["revision"], "meaning" in told.payload) == (3, False)
    with site.db.read() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "article.conflict_settled")).one()
        assert (entry.object_id, entry.detail["taken"]) == ("angry-callers", ["say", "wrong-turns"])


def test_with_all_of_the_pack_taken_the_text_is_the_packs_own_and_follows_it_again(site):
    site.edit("steps", "1. Listen twice.")
    theirs = SOURCE.replace("1. Listen.", "1. Hear them out.")
    site.pack(theirs)
    site.settle(steps="theirs")
    assert (site.source(), site.origin()) == (theirs, "pack")
    assert site.pack(SOURCE).conflicts == []
    assert site.source() == SOURCE


def test_with_all_of_ours_kept_nothing_is_written_and_the_next_pack_is_compared_with_the_refused_one(site):
    site.edit("steps", "1. Listen twice.")
    ours = site.source()
    refused = SOURCE.replace("1. Listen.", "1. Hear them out.")
    site.pack(refused)
    assert site.settle(steps="ours") == 2
    assert site.source() == ours
    assert site.pack(refused).conflicts == []
    site.pack(refused.replace("I am sorry.", "I hear you."))
    assert [(p.part, p.suggested) for p in site.waiting()[0].parts] == [("say", "theirs"), ("steps", "ours")]


def test_sections_that_came_or_went_are_choices_too(site):
    site.edit("say", "- Tell me.")
    theirs = SOURCE.replace("## Steps", "## Measure {#measure}\n\nCount them.\n\n## Steps").replace("\nWrong turns\n-----------\n\nNever argue.\n", "")
    site.pack(theirs)
    parts = {p.part: (p.ours is None, p.theirs is None, p.suggested) for p in site.waiting()[0].parts}
    assert parts == {"say": (False, False, "ours"), "measure": (True, False, "theirs"), "wrong-turns": (False, True, "theirs")}
    site.settle(say="ours", measure="theirs", wrong="theirs")
    assert site.source() == theirs.replace("- I am sorry.", "- Tell me.")


def test_what_languages_share_is_taken_with_the_front_matter(site):
    site.edit("say", "- Tell me.")
    site.pack(SOURCE.replace("owner: lead", "owner: quality"))
    assert [p.part for p in site.waiting()[0].parts] == ["---", "say"]
    site.settle(front="theirs", say="ours")
    with site.db.read() as session:
        assert session.scalars(select(Article.owner)).one() == "quality"
    assert "- Tell me." in site.source()


def test_every_part_has_to_be_chosen(site):
    site.edit("steps", "1. Listen twice.")
    site.pack(SOURCE.replace("I am sorry.", "I hear you."))
    with pytest.raises(InvalidInput) as refused:
        site.settle(say="theirs", steps="both")
    assert [f.field for f in refused.value.fields] == ["choice-steps"]


def test_an_edit_meanwhile_is_not_overwritten(site):
    site.edit("steps", "1. Listen twice.")
    site.pack(SOURCE.replace("I am sorry.", "I hear you."))
    (found,) = site.waiting()
    site.edit("wrong-turns", "Argue never.")
    with pytest.raises(StaleText):
        site.conflicts.settle(EDITOR, Actor(None, "x"), found.id, revision=found.revision, choices={"say": "theirs", "steps": "ours"})
    assert "I am sorry." in site.source()


def test_it_is_settled_once(site):
    site.edit("steps", "1. Listen twice.")
    site.pack(SOURCE.replace("1. Listen.", "1. Hear them out."))
    (found,) = site.waiting()
    site.settle(steps="ours")
    for again in (lambda: site.conflicts.get(EDITOR, found.id), lambda: site.conflicts.settle(EDITOR, Actor(None, "x"), found.id, revision=2, choices={})):
        with pytest.raises((NotFound, Conflict)):
            again()


def test_only_what_the_pack_says_now_waits(site):
    site.edit("steps", "1. Listen twice.")
    first = SOURCE.replace("1. Listen.", "1. Hear them out.")
    site.pack(first)
    site.pack(first.replace("I am sorry.", "I hear you."))
    assert [[p.part for p in c.parts] for c in site.waiting()] == [["say", "steps"]]
    site.pack(first)
    assert [[p.part for p in c.parts] for c in site.waiting()] == [["steps"]]
    with site.db.read() as session:
        assert len(session.scalars(select(SyncConflict)).all()) == 2


def test_a_pack_that_says_what_was_edited_here_is_no_conflict(site, tmp_path):
    site.edit("steps", "1. Listen twice.")
    export_pack(site.db, tmp_path / "out", site.root)
    report = sync_pack(site.db, read_pack(tmp_path / "out"))
    assert (report.conflicts, report.unchanged, site.waiting()) == ([], 1, [])


def test_where_sections_cannot_be_told_apart_the_text_below_the_front_matter_is_one_choice():
    ours, theirs = (whole(version(source, "en")) for source in (SOURCE.replace("1. Listen.", "1. Wait."), SOURCE.replace("owner: lead", "owner: qa")))
    assert [(d.part, d.suggested) for d in differences(ours, theirs, None)] == [("---", None), ("*", None)]
    assert merged(ours, theirs, ["---"]) == ours.source.replace("owner: lead", "owner: qa")
    assert merged(ours, theirs, ["---", "*"]) == theirs.source
    assert merged(ours, theirs, []) == ours.source


def test_whoever_may_not_read_the_article_knows_nothing_of_it(site):
    site.edit("steps", "1. Listen twice.")
    site.pack(SOURCE.replace("1. Listen.", "1. Hear them out."))
    (found,) = site.waiting()
    with site.db.write() as session:
        session.scalars(select(Article)).one().audience = "team:billing"
    with pytest.raises(NotFound):
        site.conflicts.get(EDITOR, found.id)
    with site.db.read() as session:
        assert (site.waiting(), open_conflicts(session, EDITOR)) == ([], 0)
        assert open_conflicts(session, Viewer(id=1, teams=frozenset({"billing"}))) == 1
