"""Entries in search: whose they are to find, asked of the index itself and not only of what is shown in the end."""

from __future__ import annotations

import re

import pytest
from reader_room import SLUG
from sqlalchemy import update

from kbplatform.accounts.models import RolePermission
from kbplatform.articles.audience import set_audience
from kbplatform.search.engine import Filters
from kbplatform.viewer import CLI
from kbplatform_experience.models import Entry

TEAM = "billing"
EXPERIENCE = frozenset({"experience"})


@pytest.fixture
def indexed(site):
    """A site with a lesson about an article and one about none, both in the index; ``size(audience)`` asks the index alone."""
    writer = site.person("agent")
    site.platform.accounts.teams.create(CLI, key=TEAM, name="Billing")
    site.lesson = site.write(writer, "Pangolin first, then the order number", article=SLUG, section="steps")
    site.write(writer, "Pangolin of no article")
    site.size = lambda audience: site.platform.search.engine.size(Filters(frozenset({audience}), EXPERIENCE))
    site.settle()
    return site


def found(client):
    """The lessons a person finds by a word that is in both."""
    hits = client.get("/api/v1/search?q=Pangolin&kind=experience&limit=50").get_json()["hits"]
    return sorted(h["title"] for h in hits)


def test_an_article_that_becomes_for_one_team_takes_its_lessons_out_of_others_search_and_of_what_the_index_gives_them(indexed):
    member, outsider = indexed.person(teams=(TEAM,)), indexed.person()
    both = ["Pangolin first, then the order number", "Pangolin of no article"]
    assert (found(member), found(outsider), indexed.size("signed-in"), indexed.size(f"team:{TEAM}")) == (both, both, 2, 0)
    set_audience(indexed.db, CLI, SLUG, f"team:{TEAM}")
    indexed.settle()  # the article's event reaches the plugin, and its entries' event the index
    assert (indexed.size("signed-in"), indexed.size(f"team:{TEAM}")) == (1, 1)
    assert (found(member), found(outsider)) == (both, both[1:])
    set_audience(indexed.db, CLI, SLUG, "everyone")
    indexed.settle()
    assert (indexed.size("signed-in"), indexed.size(f"team:{TEAM}")) == (2, 0)
    assert (found(member), found(outsider)) == (both, both)


def test_entries_that_are_hidden_are_not_put_back_by_a_change_of_their_article(indexed):
    with indexed.db.write() as session:
        session.execute(update(Entry).where(Entry.id == indexed.lesson).values(state="hidden"))
    set_audience(indexed.db, CLI, SLUG, f"team:{TEAM}")
    indexed.settle()
    assert (found(indexed.person(teams=(TEAM,))), indexed.size(f"team:{TEAM}")) == (["Pangolin of no article"], 0)


def test_when_an_owner_takes_the_reading_of_experience_from_a_role_its_people_find_no_lesson_anywhere(indexed):
    reader, lead, owner = indexed.person(), indexed.person("lead"), indexed.person("owner")
    assert [len(found(p)) for p in (reader, lead, owner)] == [2, 2, 2]
    with indexed.db.write() as session:
        session.add(RolePermission(role="reader", permission="experience.read", allowed=False))
        session.add(RolePermission(role="lead", permission="experience.read", allowed=True))
    assert [len(found(p)) for p in (reader, lead, owner)] == [0, 2, 2]
    for path in ("/search?q=Pangolin", "/search?q=Pangolin&kind=experience", "/search?q=pangolyn", "/desk?q=Pangolin&all=1", f"/articles/{SLUG}"):
        assert "order number" not in reader.get(path).get_data(as_text=True), path
    offered = [re.search(r'<select name="kind".*?</select>', p.get("/search?q=tousu").get_data(as_text=True), re.DOTALL)[0] for p in (reader, lead)]
    assert ['value="experience"' in choice for choice in offered] == [False, True]  # not even the kind
