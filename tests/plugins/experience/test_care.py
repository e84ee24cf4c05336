"""Moderation, promotion, insight, samples and personal data: what happens to an entry after it was written."""

from __future__ import annotations

import re
import threading
import tomllib
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, func, select

from kbplatform.accounts.models import User
from kbplatform.app import make_platform, platform_of
from kbplatform.proposals.service import Proposals
from kbplatform.sdk import Conflict, Event, Forbidden, InvalidInput, NotFound, TooMany, Viewer, utcnow
from kbplatform.viewer import CLI
from kbplatform_experience import limits, personal, samples
from kbplatform_experience.insight.service import insight
from kbplatform_experience.limits import allow_writing
from kbplatform_experience.models import Comment, Decision, Entry, Notice, Promotion, Reaction, Report
from kbplatform_experience.moderation.service import ENOUGH, Moderation, first_state
from kbplatform_experience.promotion.service import follow, plan, promote, with_lessons
from kbplatform_experience.reading.notices import Notices
from kbplatform_experience.registry import MODERATE

SLUG = "complaint-handling"
MODERATOR = Viewer(id=90, name="m", permissions=frozenset({MODERATE}))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def floor(request, kb_settings):
    """A platform on each of the databases."""
    url = {"database_url": request.getfixturevalue("kb_postgres")} if request.param == "postgres" else {}
    platform = make_platform(kb_settings(**url))
    yield platform
    platform.close()


@pytest.fixture
def platform(kb_app):
    return platform_of(kb_app)


def write(platform, lesson="先复述再要照片", by=1, **more):
    with platform.db.write() as session:
        entry = Entry(kind="tip", lang="zh", lesson=lesson, slug=SLUG, section="say", user_id=by, figures=[])
        for name, value in more.items():
            setattr(entry, name, value)
        session.add(entry)
        session.flush()
        return entry.id


def report(platform, entry, by, reason="wrong", **more):
    Moderation(platform.services).report(Viewer(id=by, name=f"p{by}"), CLI, entry, reason=reason, **more)


@contextmanager
def statements(db):
    found = []

    def note(_c, _cursor, statement, *_rest):
        found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield found
    event.remove(db.engine, "before_cursor_execute", note)


def state(platform, entry):
    with platform.db.read() as session:
        return session.get_one(Entry, entry).state


def test_a_reported_entry_waits_with_what_is_said_of_it_and_is_shown_until_somebody_decides(platform):
    entry, moderation = write(platform), Moderation(platform.services)
    report(platform, entry, 2, "other", words="电话 13812345678 在里面")
    report(platform, entry, 2, "wrong")  # the same person again changes nothing
    [case] = moderation.queue(MODERATOR)
    assert [(c.reason, "13812345678" in c.words) for c in case.complaints] == [("other", False)]
    assert (moderation.waiting(MODERATOR), state(platform, entry)) == (1, "shown")


def test_several_people_take_an_entry_out_of_sight_until_it_was_judged_and_not_after(platform):
    entry = write(platform)
    for person in range(2, 2 + ENOUGH):
        report(platform, entry, person)
    assert state(platform, entry) == "waiting"
    [case] = Moderation(platform.services).queue(MODERATOR)
    Moderation(platform.services).decide(MODERATOR, CLI, entry, "show", seen=case.seen)
    for person in range(20, 20 + ENOUGH):
        report(platform, entry, person)
    assert state(platform, entry) == "shown"


def test_hiding_needs_a_reason_which_the_writer_is_told_and_who_reported_it_hears_back(platform):
    entry, moderation = write(platform, by=1), Moderation(platform.services)
    report(platform, entry, 2)
    seen = moderation.queue(MODERATOR)[0].seen
    with pytest.raises(InvalidInput):
        moderation.decide(MODERATOR, CLI, entry, "hide", seen=seen)
    with pytest.raises(InvalidInput):
        moderation.decide(MODERATOR, CLI, entry, "hide", seen=seen, reason="other")
    moderation.decide(MODERATOR, CLI, entry, "hide", seen=seen, reason="blame", words="没点名就好")
    with platform.db.read() as session:
        told = {(n.user_id, n.kind, n.words) for n in session.scalars(select(Notice))}
        assert session.scalar(select(func.count()).select_from(Report).where(Report.settled_at.is_(None))) == 0
        assert session.scalars(select(Decision)).one().reason == "blame"
    assert told == {(1, "decided.hide", "blame: 没点名就好"), (2, "reported.hide", "")}
    assert (state(platform, entry), moderation.waiting(MODERATOR)) == ("hidden", 0)


def test_who_reported_it_hears_back_also_where_it_is_hidden_now_and_the_count_is_that_of_the_list(platform, kb_app, kb_login):
    reporter = kb_login(kb_app)
    me, notices, moderation = Viewer(id=reporter.person_id, name="r"), Notices(platform.db), Moderation(platform.services)
    hidden, shown, gone = (write(platform, lesson, by=999) for lesson in ("藏起来的一句", "留着的一句", "撤回的一句"))
    report(platform, hidden, me.id)
    report(platform, shown, me.id)
    for case in moderation.queue(MODERATOR):
        moderation.decide(MODERATOR, CLI, case.entry.id, "hide" if case.entry.id == hidden else "show", seen=case.seen, reason="blame")
    with platform.db.write() as session:
        session.add(Notice(user_id=me.id, entry_id=gone, kind="followed", by=1))
    assert notices.unseen(me) == len(notices.page(me)[0]) == 3
    with platform.db.write() as session:
        session.get_one(Entry, gone).state = "withdrawn"
    told, _older = notices.page(me)
    assert [(t.kind, t.lesson) for t in told] == [("reported.show", "留着的一句"), ("reported.hide", "")]
    assert notices.unseen(me) == 2
    page = reporter.get("/p/experience/notices", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert "A moderator looked at what you reported. You can’t open it any more." in page
    assert "藏起来的一句" not in page + reporter.get("/").get_data(as_text=True)
    notices.seen(me)
    assert notices.unseen(me) == 0


def test_two_moderators_at_once_one_decides_and_the_other_is_told(floor):
    entry, moderation = write(floor, state="waiting", slug=""), Moderation(floor.services)
    seen = moderation.queue(MODERATOR)[0].seen
    outcomes = []

    def decide(what, number):
        try:
            moderation.decide(Viewer(id=number, name="m"), CLI, entry, what, seen=seen, reason="wrong")
            outcomes.append(what)
        except Conflict:
            outcomes.append("conflict")

    threads = [threading.Thread(target=decide, args=(what, 90 + i)) for i, what in enumerate(["show", "decline"] * 4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(outcomes)[:7] == ["conflict"] * 7
    with floor.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Decision)) == 1


def test_nobody_lets_their_own_words_through(platform):
    entry = write(platform, by=90, state="waiting")
    case = Moderation(platform.services).queue(MODERATOR)[0]
    with pytest.raises(Forbidden):
        Moderation(platform.services).decide(MODERATOR, CLI, entry, "show", seen=case.seen)


def test_what_is_about_an_article_a_moderator_may_not_read_is_not_theirs_to_judge(platform):
    from kbplatform.articles.models import Article

    entry = write(platform, state="waiting")
    with platform.db.write() as session:
        session.scalars(select(Article).where(Article.slug == SLUG)).one().audience = "team:night"
    moderation = Moderation(platform.services)
    assert (moderation.queue(MODERATOR), moderation.waiting(MODERATOR)) == ([], 0)
    with pytest.raises(NotFound):
        moderation.decide(MODERATOR, CLI, entry, "show", seen="1waiting")


def test_an_unnamed_writer_is_unnamed_to_moderators_too_even_in_their_own_comment(platform):
    with platform.db.write() as session:
        session.add(User(id=1, name="林小雨", name_key="linxiaoyu"))
    entry = write(platform, by=1, unnamed=True, state="waiting")
    with platform.db.write() as session:
        session.add(comment := Comment(entry_id=entry, user_id=1, text="补一句"))
        session.flush()
        number = comment.id
    report(platform, entry, 2, comment=number)
    assert {case.writer for case in Moderation(platform.services).queue(MODERATOR)} == {""}


def test_a_hidden_comment_is_counted_no_more_and_counted_again_when_shown(platform):
    entry = write(platform, comments=1)
    with platform.db.write() as session:
        session.add(comment := Comment(entry_id=entry, user_id=3, text="不对吧"))
        session.flush()
        number = comment.id
    report(platform, entry, 2, comment=number)
    moderation = Moderation(platform.services)
    counts = []
    for what, seen in (("hide", "cshown"), ("hide", "chidden"), ("show", "chidden")):
        moderation.decide(MODERATOR, CLI, entry, what, seen=seen, reason="wrong", comment=number)
        with platform.db.read() as session:
            counts.append(session.get_one(Entry, entry).comments)
    assert counts == [0, 0, 1]


def test_where_moderators_look_first_what_is_written_waits_unless_a_moderator_wrote_it(kb_settings):
    platform = make_platform(kb_settings(experience_review="first"))
    states = [first_state(platform.services, viewer) for viewer in (Viewer(id=1, name="a"), MODERATOR)]
    platform.close()
    assert states == ["waiting", "shown"]


def test_a_flood_is_stopped_and_says_when_to_go_on(platform, monkeypatch):
    monkeypatch.setattr(limits, "WRITES", (limits.Limit(3, 1),))
    now = utcnow()
    for minutes in (50, 30, 10):
        write(platform, at=now - timedelta(minutes=minutes))
    with platform.db.read() as session:
        with pytest.raises(TooMany) as refused:
            allow_writing(session, 1, now)
        allow_writing(session, 2, now)
        allow_writing(session, 1, now + timedelta(minutes=11))
    assert "11" in refused.value.message.zh


# ---------------------------------------------------------------------- promotion


def people(platform, *numbers):
    with platform.db.write() as session:
        session.add_all(User(id=n, name=f"同事{n}", name_key=f"tongshi{n}") for n in numbers)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("先听。\n\n- 一\n- 二", "先听。\n\n- 一\n- 二\n- 新"),
        ("* 一\n* 二\n", "* 一\n* 二\n* 新"),
        ("1. 一\n2. 二", "1. 一\n2. 二\n3. 新"),
        ("1. 一\n   接着\n2. 二\n   接着", "1. 一\n   接着\n2. 二\n   接着\n3. 新"),
        ("只有一段。", "只有一段。\n\n- 新"),
        ("- 一\n\n最后一段。", "- 一\n\n最后一段。\n\n- 新"),
        ("", "- 新"),
    ],
)
def test_lessons_are_added_in_the_section_s_own_style(text, expected):
    assert with_lessons(text, ["新"]) == expected


def test_an_accepted_proposal_writes_the_section_credits_the_writers_and_tells_them(platform):
    people(platform, 1, 2, 3, 9)
    named, unnamed = write(platform, by=1), write(platform, "说完方案停三秒", by=2, unnamed=True)
    with platform.db.write() as session:
        session.add_all(Reaction(entry_id=named, user_id=n, kind="used", helped=n != 3, result=f"第{n}次也管用") for n in (2, 3))
    proposer, editor = Viewer(id=3, name="同事3"), Viewer(id=9, name="同事9")
    planned = plan(platform.services, proposer, [named, unnamed])
    assert (planned.section, planned.backing[named].helped, planned.backing[named].useless) == ("say", 1, 1)
    number = promote(platform.services, proposer, CLI, planned, text=planned.suggestion, title="两条一线经验", revision=planned.revision)
    proposal = Proposals(platform.db).get(editor, number, editor=True)
    assert {(c.user_id, c.ref) for c in proposal.credits} == {(1, str(named)), (None, str(unnamed))}
    assert any(e.number == 2.0 for e in proposal.evidence)
    assert any("管用" in e.value for e in proposal.evidence)

    Proposals(platform.db).accept(editor, CLI, number)
    event = decided(number, "accepted", named, unnamed)
    for _ in range(2):
        with platform.db.write() as session:
            follow(event, session)
    with platform.db.read() as session:
        assert set(session.scalars(select(Promotion.state))) == {"accepted"}
        kinds = sorted((n.user_id, n.kind) for n in session.scalars(select(Notice)))
    assert kinds == [(1, "promoted.accepted"), (1, "promoted.open"), (2, "promoted.accepted"), (2, "promoted.open")]
    assert "先复述再要照片" in platform.articles.page(SLUG, "zh", editor).face.say.text


def decided(number, state, *entries):
    return Event(
        seq=1,
        topic="proposal.decided",
        payload={"proposal": number, "plugin": "experience", "state": state, "by": 9, "words": "", "credits": [str(e) for e in entries]},
        created_at=utcnow(),
    )


def test_what_cannot_go_into_one_article_is_refused_in_words(platform):
    viewer = Viewer(id=3, name="p")
    other, nowhere, sample = write(platform, slug="service-efficiency"), write(platform, slug=""), write(platform, sample=True)
    hidden, fine = write(platform, state="hidden"), write(platform)
    for numbers in ([], [fine, other], [nowhere], [sample], list(range(1, 12))):
        with pytest.raises(InvalidInput):
            plan(platform.services, viewer, numbers)
    for numbers in ([hidden], [fine, 999_999]):
        with pytest.raises(NotFound):
            plan(platform.services, viewer, numbers)


# ---------------------------------------------------------------------- insight


def test_insight_counts_what_happened_and_where_it_speaks_against_the_article(platform):
    now = utcnow()
    first = write(platform, by=1)
    write(platform, "先道歉反而更气", by=2, kind="failed", section="steps")
    write(platform, "旧事", by=2, at=now - timedelta(days=200))
    write(platform, "样例", by=None, sample=True)
    write(platform, "看不见", state="hidden")
    with platform.db.write() as session:
        session.add_all(Reaction(entry_id=first, user_id=n, kind="used", helped=h) for n, h in ((3, True), (4, True), (5, True), (6, False)))
        session.add(Reaction(entry_id=first, user_id=7, kind="thanks"))
    found = insight(platform.db, Viewer(id=9, name="lead"), "zh", days=90, now=now)
    [row] = found.practices
    assert (row.card.slug, row.entries, row.failed, row.writers, row.uses, row.helped, row.useless, row.thanks) == (SLUG, 2, 1, 2, 4, 3, 1, 1)
    assert [(s.section, s.failed, s.useless) for s in found.spots] == [("say", 0, 1), ("steps", 1, 0)]
    assert [x.number for x in found.ready] == [first]
    assert found.most_used[0].uses == 4
    assert (sum(n for _, n, _ in found.weeks), sum(n for _, _, n in found.weeks)) == (2, 4)
    assert insight(platform.db, Viewer(id=9, name="lead"), "zh", days=0, now=now).total == 3


def test_the_weeks_are_counted_by_the_database_each_from_its_monday(floor):
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    moments = [monday, now, monday - timedelta(microseconds=1), monday - timedelta(weeks=11), monday - timedelta(weeks=11, microseconds=1), monday - timedelta(weeks=5)]
    numbers = [write(floor, f"第 {i} 句", slug="", section="", at=at) for i, at in enumerate(moments)]
    with floor.db.write() as session:
        session.add_all(Reaction(entry_id=numbers[0], user_id=i, kind=kind, at=at) for i, (kind, at) in enumerate([("used", monday), ("used", moments[2]), ("thanks", monday)]))
    with statements(floor.db) as asked:
        weeks = insight(floor.db, Viewer(id=9, name="lead"), "zh", now=now).weeks
    assert {begins: (written, used) for begins, written, used in weeks if written or used} == {
        monday: (2, 1), monday - timedelta(weeks=1): (1, 1), monday - timedelta(weeks=5): (1, 0), monday - timedelta(weeks=11): (1, 0),
    }  # fmt: skip
    assert len(weeks) == 12
    assert not [s for s in asked if re.match(r"SELECT experience_(entry|reaction)\.at\b", s)]


def test_insight_leaves_out_articles_the_reader_may_not_read(platform):
    from kbplatform.articles.models import Article

    write(platform)
    with platform.db.write() as session:
        session.scalars(select(Article).where(Article.slug == SLUG)).one().audience = "team:night"
    assert insight(platform.db, Viewer(id=9, name="lead"), "zh").practices == ()
    assert insight(platform.db, Viewer(id=9, name="lead", teams=frozenset({"night"})), "zh").total == 1


# ---------------------------------------------------------------------- samples, persons


def test_samples_come_once_in_both_languages_for_every_group_and_go_again(platform):
    data = tomllib.loads(samples.FILE.read_text("utf-8"))["entry"]
    practices = tomllib.loads((platform.content / "practices.toml").read_text("utf-8"))
    group_of = {p["slug"]: p["group"] for p in practices["practice"]}
    assert {group_of[s["slug"]] for s in data} == {g["id"] for g in practices["group"]}
    assert (samples.load_samples(platform.db), samples.load_samples(platform.db)) == (2 * len(data), 0)
    mine = write(platform)
    with platform.db.read() as session:
        counted = session.execute(select(Entry.lang, func.count()).where(Entry.sample).group_by(Entry.lang)).tuples()
        assert dict(counted.all()) == {"zh": len(data), "en": len(data)}
    assert samples.remove_samples(platform.db) == 2 * len(data)
    assert state(platform, mine) == "shown"


def test_a_person_takes_everything_along_and_an_erased_one_leaves_lessons_without_a_name(platform):
    entry, other = write(platform, by=1), write(platform, by=2)
    with platform.db.write() as session:
        session.add_all([
            Comment(entry_id=other, user_id=1, text="我也是"), Reaction(entry_id=other, user_id=1, kind="used", result="好了"),
            Notice(user_id=1, entry_id=entry, kind="thanked", by=2), Notice(user_id=2, entry_id=other, kind="commented", by=1),
        ])  # fmt: skip
    report(platform, other, 1)
    with platform.db.write() as session:
        known = personal.personal_data(1, session, erase=False)
        assert [known.data[name] != [] for name in ("entries", "comments", "reactions", "reports", "notices")] == [True] * 5
        personal.personal_data(1, session, erase=True)
    with platform.db.read() as session:
        assert personal.personal_data(1, session, erase=False) is None
        assert session.get_one(Entry, entry).lesson == "先复述再要照片"
        assert [n.by for n in session.scalars(select(Notice))] == [None]
