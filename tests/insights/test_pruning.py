"""What was settled long ago is forgotten; what waits, was decided lately or is asked for stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from kbplatform.accounts.audit import Audit, AuditFilter
from kbplatform.app import platform_of
from kbplatform.insights.gaps import Asker
from kbplatform.insights.models import Gap, GapAsk, GapTerm, GapWording
from kbplatform.insights.pruning import Pruning
from kbplatform.viewer import CLI

QUERIES = {"open": "鲸鱼怎么潜水", "answered": "白鹤几点起飞", "declined": "刺猬冬眠几个月", "merged": "麋鹿换角要几天", "lately": "河马一天吃多少"}


@pytest.fixture
def settled(kb_database, gaps, ask):
    """One gap of each state, asked on the first day, decided on the second; ``lately`` is answered and asked again on day 300."""
    ids = {name: ask(query, who="a").id for name, query in QUERIES.items()}
    gaps.answer(CLI, ids["answered"], slug="complaint-handling")
    gaps.answer(CLI, ids["lately"], slug="complaint-handling")
    gaps.decline(CLI, ids["declined"], reason="不是客服的事")
    gaps.merge(CLI, ids["merged"], into=ids["declined"])
    with kb_database.write() as session:
        first = session.scalar(select(Gap.first_asked_at).where(Gap.id == ids["open"]))
        session.execute(update(Gap).where(Gap.decided_at.is_not(None)).values(decided_at=first + timedelta(days=1)))
        session.execute(update(Gap).where(Gap.id == ids["lately"]).values(last_asked_at=first + timedelta(days=300)))
    return ids, first


def left(db) -> set[int]:
    with db.read() as session:
        return set(session.scalars(select(Gap.id)))


def test_settled_gaps_go_when_nobody_has_asked_for_long_and_take_who_asked_along(kb_database, settled):
    ids, first = settled
    assert Pruning(kb_database, 365).prune(now=first + timedelta(days=364)) == 0
    assert Pruning(kb_database, 365).prune(now=first + timedelta(days=367)) == 3
    assert left(kb_database) == {ids["open"], ids["lately"]}
    with kb_database.read() as session:
        for table in (GapAsk, GapTerm, GapWording):
            assert set(session.scalars(select(table.gap_id))) == {ids["open"], ids["lately"]}
    entries = Audit(kb_database).page(AuditFilter(action="gap.pruned"))
    assert [e.detail for e in entries] == [{"gaps": 3}]


def test_what_was_decided_lately_stays_however_old_the_question(kb_database, settled):
    ids, first = settled
    with kb_database.write() as session:
        session.execute(update(Gap).where(Gap.id == ids["answered"]).values(decided_at=first + timedelta(days=400)))
    Pruning(kb_database, 365).prune(now=first + timedelta(days=500))
    assert ids["answered"] in left(kb_database)
    assert ids["declined"] not in left(kb_database)


def test_more_than_go_at_once_all_go(kb_database, settled):
    _ids, first = settled
    with kb_database.write() as session:
        for n in range(450):
            session.add(
                Gap(query=f"q{n}", lang="zh", meaning_version="", size=0, state="declined", reason="x", first_asked_at=first, last_asked_at=first, decided_at=first)
            )
    assert Pruning(kb_database, 30).prune(now=first + timedelta(days=367)) == 450 + 4
    with kb_database.read() as session:
        assert session.scalar(select(func.count()).select_from(Gap)) == 1


def test_nothing_goes_where_the_setting_says_for_good(kb_database, settled):
    ids, first = settled
    assert Pruning(kb_database, 0).prune(now=first + timedelta(days=36_000)) == 0
    assert left(kb_database) == set(ids.values())


def test_the_process_that_keeps_the_index_prunes_once_a_day(kb_make_app):
    platform = platform_of(kb_make_app(gaps_keep_days=30))
    asked = [platform.gaps.ask(q, lang="zh", asker=Asker(None, "a", "192.0.2.1")).id for q in ("鲸鱼怎么潜水", "白鹤几点起飞")]
    for gap_id in asked:
        platform.gaps.decline(CLI, gap_id, reason="x")

    def age(gap_id):
        with platform.db.write() as session:
            gap = session.get_one(Gap, gap_id)
            gap.last_asked_at = gap.decided_at = gap.last_asked_at - timedelta(days=31)

    age(asked[0])
    platform.pruning.run_daily()
    assert left(platform.db) == {asked[1]}
    age(asked[1])
    platform.pruning.run_daily()
    assert left(platform.db) == {asked[1]}
