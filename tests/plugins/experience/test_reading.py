"""The feed and single entries: who sees what, in which order, and at what cost."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from flask import g
from reader_room import SLUG, person
from sqlalchemy import event, select, text

from kbplatform.articles.audience import set_audience
from kbplatform.errors import Forbidden, InvalidInput, NotFound
from kbplatform.sdk import ArticleContext
from kbplatform.viewer import CLI
from kbplatform.web.access import SESSION_KEY
from kbplatform_experience.models import Entry, Promotion
from kbplatform_experience.panels import panels_for
from kbplatform_experience.reading.following import Following
from kbplatform_experience.reading.notices import Notices
from kbplatform_experience.reading.service import Wanted

TEAM = "billing"


def secret(client):
    """What the client's browser is known by."""
    with client.session_transaction() as session:
        return session[SESSION_KEY]


def lessons(feed):
    return [c.entry.lesson for c in feed.cards]


@contextmanager
def statements(db):
    found = []

    def note(_c, _cursor, statement, *_rest):
        found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield found
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture
def walled(floor):
    """The article is for one team only."""
    floor.platform.accounts.teams.create(CLI, key=TEAM, name="Billing")
    set_audience(floor.db, CLI, SLUG, f"team:{TEAM}")
    floor.platform.deliver_events()
    return floor


def test_newest_first_page_by_page_and_every_entry_once(floor):
    floor.many(50)
    seen, after = [], ""
    while True:
        feed = floor.reading.feed(person(), "zh", Wanted(after=after))
        seen += [c.entry.id for c in feed.cards]
        after = feed.next
        if not after:
            break
    assert seen == list(range(50, 0, -1))


def test_most_used_is_in_order_of_uses_page_by_page(floor):
    floor.many(45)
    first = floor.reading.feed(person(), "zh", Wanted("used"))
    second = floor.reading.feed(person(), "zh", Wanted("used", after=first.next))
    uses = [c.entry.uses for c in (*first.cards, *second.cards)]
    assert uses == sorted(uses, reverse=True)
    assert len({c.entry.id for c in (*first.cards, *second.cards)}) == 40


@pytest.mark.parametrize("after", ["x", "1", "9" * 40 + "-1", "1-" + "9" * 12, "１-２"])
def test_a_place_that_is_none_is_refused(floor, after):
    with pytest.raises(InvalidInput):
        floor.reading.feed(person(), "zh", Wanted(after=after))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"slug": SLUG}, ["in the article"]), ({"slug": SLUG, "section": "steps"}, ["in the article"]), ({"slug": SLUG, "section": "say"}, []),
        ({"tag": "rain"}, ["tagged"]), ({"team": "blue"}, ["of a team"]), ({"kind": "question"}, ["asked"]), ({"lang": "en"}, ["in English"]),
        ({"mine": True}, ["withdrawn, mine", "mine"]),
    ],
)  # fmt: skip
def test_the_filters(floor, wanted, expected):
    floor.entry("in the article", slug=SLUG, section="steps")
    floor.entry("tagged", tags=["rain", "shine"])
    floor.entry("of a team", team="blue")
    floor.entry("of a team, unnamed", team="blue", unnamed=True)
    floor.entry("asked", kind="question")
    floor.entry("in English", lang="en")
    floor.entry("mine", user=7)
    floor.entry("withdrawn, mine", user=7, state="withdrawn")
    assert lessons(floor.reading.feed(person(), "zh", Wanted(**wanted))) == expected


def test_what_one_follows_is_a_feed_of_its_own(floor):
    following, me = Following(floor.db), person()
    floor.platform.accounts.teams.create(CLI, key="blue", name="Blue")
    for lesson, more in (("article", {"slug": SLUG}), ("tag", {"tags": ["rain"]}), ("team", {"team": "blue"}), ("none", {})):
        floor.entry(lesson, **more)
    alone = floor.entry("entry")
    for kind, key in (("article", SLUG), ("tag", "rain"), ("team", "blue"), ("entry", str(alone)), ("entry", str(alone))):
        following.follow(me, kind, key)
    assert lessons(floor.reading.feed(me, "zh", Wanted(followed=True))) == ["entry", "team", "tag", "article"]
    following.let_go(me, "tag", "rain")
    assert lessons(floor.reading.feed(me, "zh", Wanted(followed=True))) == ["entry", "team", "article"]


@pytest.mark.parametrize(("kind", "key"), [("article", "nothing"), ("tag", "nothing"), ("team", "nothing"), ("entry", "999"), ("entry", "x"), ("person", "1"), ("digest", "mail")])
def test_what_is_not_there_cannot_be_followed(floor, kind, key):
    with pytest.raises(InvalidInput):
        Following(floor.db).follow(person(), kind, key)


def test_an_entry_of_a_teams_article_is_for_that_team_only(walled):
    number = walled.entry("Pangolin", slug=SLUG, section="steps", tags=["pangolin"], user=1)
    outsider, member, writer = person(), person(8, teams=[TEAM]), person(1)
    assert lessons(walled.reading.feed(outsider, "zh", Wanted())) == []
    assert lessons(walled.reading.feed(member, "zh", Wanted())) == ["Pangolin"]
    with pytest.raises(NotFound):
        walled.reading.card(outsider, "zh", number)
    with pytest.raises(NotFound):
        walled.reading.card(person(9, permissions=["experience.moderate"]), "zh", number)
    for press in (lambda: walled.reacting.press(outsider, number, "thanks"), lambda: walled.reacting.comment(outsider, number, "?")):
        with pytest.raises(NotFound):
            press()
    for kind, key in (("entry", str(number)), ("tag", "pangolin"), ("article", SLUG)):
        with pytest.raises(InvalidInput):
            Following(walled.db).follow(outsider, kind, key)
    assert walled.reading.card(member, "zh", number).article.slug == SLUG
    assert walled.reading.card(writer, "zh", number).article is None


def test_through_no_page_api_or_search_comes_what_is_behind_the_wall(walled, kb_app, kb_login):
    number = walled.entry("Pangolin steps", slug=SLUG, section="steps", tags=["pangolin"], result="Pangolin result", user=999)
    walled.platform.indexer().rebuild()
    walled.platform.search.refresh()
    outsider, member = kb_login(kb_app), kb_login(kb_app, teams=(TEAM,))

    def knows(client, path):
        page = re.sub("</?mark>", "", client.get(path).get_data(as_text=True))
        return "Pangolin steps" in page or "Pangolin result" in page

    paths = ["/p/experience/", f"/p/experience/?slug={SLUG}", "/p/experience/?tag=pangolin", f"/p/experience/{number}", "/p/experience/digest?week=2026-W48",
             "/api/v1/p/experience/entries", f"/api/v1/p/experience/entries/{number}", f"/api/v1/p/experience/entries/{number}/comments",
             "/search?q=Pangolin&kind=experience", "/api/v1/search?q=Pangolin&kind=experience"]  # fmt: skip
    for path in paths:
        assert not knows(outsider, path), path
    for path in (paths[0], paths[3], paths[5], paths[9], f"/articles/{SLUG}?lang=zh"):
        assert knows(member, path), path
    with walled.db.write() as session:
        session.execute(text("UPDATE kb_article SET audience = 'team:other' WHERE slug = :s"), {"s": SLUG})
    for path in paths:  # from the moment the article's audience changes, before anything was indexed again
        assert not knows(member, path), path


@pytest.mark.parametrize("state", ["waiting", "hidden", "declined", "withdrawn"])
def test_what_is_not_shown_is_seen_by_its_writer_and_moderators_alone(floor, state):
    number = floor.entry("Numbat", state=state)
    assert lessons(floor.reading.feed(person(), "zh", Wanted())) == []
    with pytest.raises(NotFound):
        floor.reading.card(person(), "zh", number)
    assert floor.reading.card(person(1), "zh", number).entry.state == state
    assert floor.reading.card(person(9, permissions=["experience.moderate"]), "zh", number).entry.state == state


def test_a_writer_who_wishes_to_stay_unnamed_is_named_nowhere(floor, kb_app, kb_login, press):
    floor.platform.accounts.teams.create(CLI, key="tiny", name="Tiny Team")
    writer, reader = kb_login(kb_app, teams=("tiny",), name="Zebedee Hidden"), kb_login(kb_app, "owner")
    number = floor.entry("Numbat tip", user=writer.person_id, team="tiny", unnamed=True, slug=SLUG, section="steps")
    assert press(writer, f"/p/experience/{number}/comments", {"text": "more of it"}).status_code == 303
    press(reader, "/p/experience/follow", {"kind": "entry", "key": str(number)})
    press(writer, f"/p/experience/{number}/comments", {"text": "and more"})
    floor.platform.indexer().rebuild()
    floor.platform.search.refresh()
    for path in ("/p/experience/", f"/p/experience/{number}", "/api/v1/p/experience/entries", f"/api/v1/p/experience/entries/{number}/comments", "/p/experience/notices",
                 "/search?q=Numbat&kind=experience", "/api/v1/search?q=Numbat&kind=experience", f"/articles/{SLUG}?lang=zh", "/p/experience/digest?week=2026-W48"):  # fmt: skip
        page = reader.get(path).get_data(as_text=True)
        assert "Zebedee" not in page, path
        assert path == "/p/experience/" or "Tiny Team" not in page, path
    assert "Tiny Team" not in reader.get(f"/p/experience/{number}").get_data(as_text=True)
    assert "more of it" in reader.get(f"/p/experience/{number}").get_data(as_text=True)


def test_thanks_and_use_count_once_and_can_be_taken_back(floor):
    number, me = floor.entry(), person()
    for _ in range(2):
        floor.reacting.press(me, number, "thanks")
    floor.reacting.press(me, number, "used", helped=True, result="电话 13812345678 的客户笑了")
    assert (floor.get(number).thanks, floor.get(number).uses) == (1, 1)
    (use,) = floor.reacting.uses(floor.get(number))
    assert use.helped
    assert "13812345678" not in use.result
    assert "客户笑了" in use.result
    assert floor.reading.card(me, "zh", number).pressed == {"thanks", "used"}
    assert [(t.kind, t.new) for t in Notices(floor.db).page(person(1))[0]] == [("used", True), ("thanked", True)]
    floor.reacting.undo(me, number, "thanks")
    floor.reacting.undo(me, number, "thanks")
    assert (floor.get(number).thanks, floor.get(number).uses) == (0, 1)
    assert [t.kind for t in Notices(floor.db).page(person(1))[0]] == ["used"]


def test_that_it_did_not_help_is_shown_to_nobody(floor):
    number = floor.entry()
    floor.reacting.press(person(), number, "used", helped=False, result="没用")
    assert floor.reacting.uses(floor.get(number)) == []
    assert floor.get(number).uses == 1


def test_nobody_thanks_themselves_and_nobody_what_is_not_shown(floor):
    own, waiting = floor.entry(user=7), floor.entry(state="waiting")
    with pytest.raises(Forbidden):
        floor.reacting.press(person(), own, "thanks")
    with pytest.raises(NotFound):
        floor.reacting.press(person(), waiting, "thanks")
    with pytest.raises(InvalidInput):
        floor.reacting.press(person(), waiting, "hate")


def test_forty_presses_at_once_leave_the_counters_in_step(crowded_floor):
    number = crowded_floor.entry()
    people = [person(i) for i in range(2, 12)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda p: crowded_floor.reacting.press(p, number, "thanks"), people * 2))
        list(pool.map(lambda p: crowded_floor.reacting.press(p, number, "used"), people * 2))
        list(pool.map(lambda p: crowded_floor.reacting.undo(p, number, "thanks"), people[:4] * 2))
    row = crowded_floor.get(number)
    assert (row.thanks, row.uses) == (6, 10)


def test_comments_are_masked_counted_paged_and_ones_own_to_withdraw(floor):
    number, me = floor.entry(), person()
    made = [floor.reacting.comment(person(100 + i), number, f"第 {i} 句") for i in range(22)]
    mine = floor.reacting.comment(me, number, "打 13812345678 找我")
    said, after = floor.reacting.comments(me, floor.get(number))
    rest, end = floor.reacting.comments(me, floor.get(number), after)
    assert [c.id for c in (*said, *rest)] == [*made, mine]
    assert end == 0
    assert "13812345678" not in rest[-1].text
    assert floor.get(number).comments == 23
    with pytest.raises(NotFound):
        floor.reacting.withdraw(me, number, made[0])
    floor.reacting.withdraw(me, number, mine)
    assert floor.get(number).comments == 22


def test_an_entry_in_the_article_says_so(floor, kb_app, kb_login):
    number = floor.entry(slug=SLUG, section="steps")
    with floor.db.write() as session:
        session.add(Promotion(entry_id=number, proposal_id=42, state="accepted"))
    page = kb_login(kb_app).get(f"/p/experience/{number}").get_data(as_text=True)
    assert 'href="/proposals/42"' in page


def test_an_article_shows_its_best_lessons_and_each_section_its_own(floor, kb_app, kb_login):
    floor.many(200)
    floor.entry("Wombat line", slug=SLUG, section="steps", uses=900)
    client = kb_login(kb_app)
    page = client.get(f"/articles/{SLUG}?lang=zh").get_data(as_text=True)
    assert len(page.encode()) <= 30_000
    body, _, aside = page.partition('<aside class="panels"')
    assert "Wombat line" in body
    assert "Wombat line" in aside
    assert body.count('data-plugin="experience"') == 1


def test_the_best_of_an_article_are_found_in_an_index_by_two_statements_however_many_there_are(floor, kb_app, kb_login):
    floor.many(3_000)
    client, context = kb_login(kb_app), ArticleContext(SLUG, 2, "zh", "zh", ("say", "steps"))
    with kb_app.test_request_context():
        g.viewer = floor.platform.accounts.gate.by_session(secret(client))
        with statements(floor.db) as asked:
            beside, *under = panels_for(context, floor.platform.services)
    with floor.db.read() as session:
        every = list(session.scalars(select(Entry).where(Entry.slug == SLUG, Entry.state == "shown")))
    every.sort(key=lambda e: (e.kind == "question", -e.uses - e.thanks, -e.at.timestamp(), -e.id))
    steps = [e.id for e in every if e.section == "steps"]
    assert (len(every) > 500, len(steps) > 100, beside.context["total"]) == (True, True, len(every))
    assert [r.id for r in beside.context["rows"]] == [e.id for e in every[:3]]
    assert [(p.section, [r.id for r in p.context["rows"]]) for p in under] == [("steps", steps[:2])]
    asked = [s for s in asked if "experience_entry" in s]
    assert len(asked) == 2
    for statement in asked:
        with floor.db.engine.connect() as connection:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", tuple(["1"] * statement.count("?")))]
        reads = [step for step in plan if "experience_entry" in step]
        assert all("COVERING INDEX" in step or "PRIMARY KEY (rowid=?)" in step for step in reads), plan
        assert any("COVERING INDEX" in step for step in reads)


def test_ten_thousand_entries_cost_no_more_statements_and_no_more_bytes_than_a_hundred(floor, kb_app, kb_login):
    client, counts, sizes = kb_login(kb_app), [], []
    client.get("/p/experience/")
    for more in (100, 9_900):
        floor.many(more)
        for path in ("/p/experience/", "/p/experience/?tab=used", f"/p/experience/?slug={SLUG}"):
            with statements(floor.db) as asked:
                page = client.get(path)
            counts.append(len(asked))
            sizes.append(len(page.data))
    assert counts[:3] == counts[3:]
    assert max(sizes) <= 30_000


@pytest.mark.parametrize(
    ("wanted", "index"),
    [({}, "ix_experience_entry_feed"), ({"order": "used"}, "ix_experience_entry_used"), ({"slug": SLUG}, "ix_experience_entry_article"), ({"team": "blue"}, "ix_experience_entry_team")],
)  # fmt: skip
def test_the_feed_is_read_through_its_indexes(floor, wanted, index):
    floor.many(300)
    with floor.db.write() as session:
        session.execute(text("ANALYZE"))
    with statements(floor.db) as asked:
        first = floor.reading.feed(person(), "zh", Wanted(**wanted))
        floor.reading.feed(person(), "zh", Wanted(**wanted, after=first.next))
    feeds = [s for s in asked if "FROM experience_entry" in s and "LIMIT" in s]
    assert len(feeds) == 2
    for statement in feeds:
        count = statement.count("?")
        with floor.db.engine.connect() as connection:
            plan = " ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", tuple(["1"] * count)))
        assert index in plan
        assert "TEMP B-TREE" not in plan


def test_found_by_pinyin_and_gone_at_once_when_hidden(floor, kb_app, kb_login):
    number = floor.entry("雨天延误先报预计时间", action="别等客户问", tags=["雨天"])
    floor.platform.indexer().rebuild()
    floor.platform.search.refresh()
    client = kb_login(kb_app)

    def hits(query):
        found = client.get("/api/v1/search", query_string={"q": query, "kind": "experience"}).get_json()
        return [h["url"].partition("?")[0].partition("#")[0] for h in found["hits"]]

    for query in ("延误", "yanwu", "ytyw", "雨天", "别等客户问"):
        assert hits(query) == [f"/p/experience/{number}"], query
    assert "/p/experience/" not in kb_app.test_client().get("/api/v1/search?q=延误&kind=experience").get_data(as_text=True)
    with floor.db.write() as session:
        session.execute(text("UPDATE experience_entry SET state = 'hidden'"))
    assert hits("延误") == []
