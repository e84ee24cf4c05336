"""Saved figures: whose they are, what is kept of them, how they look over time and in files."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from kbplatform.app import platform_of
from kbplatform.db.migrate import CORE, Component, upgrade
from kbplatform.errors import Conflict, Forbidden, InvalidInput, NotFound
from kbplatform.sdk import Rules
from kbplatform.viewer import CLI, Actor, Viewer
from kbplatform_calculators.cards import change
from kbplatform_calculators.definitions import SOUND
from kbplatform_calculators.history import History, personal_data
from kbplatform_calculators.inputs import Label, Record, Table
from kbplatform_calculators.models import SavedRun
from kbplatform_calculators.notes import safe_inputs, safe_note
from kbplatform_calculators.registry import Registry
from kbplatform_calculators.running import run
from kbplatform_calculators.saved import Period, Wanted, next_period, picture, read_period

BASE = "/p/calculators/resolution_rate"
MONDAY = date(2026, 1, 5)
REGISTRY = Registry({c.id: c for c in SOUND})
LEAD, AGENT, STRANGER = (Viewer(id=n, teams=frozenset(teams)) for n, teams in ((1, ["billing"]), (2, ["billing"]), (3, ["night"])))
WHO = Actor(1, "192.0.2.1")


def week(n: int) -> Period:
    return Period(MONDAY + timedelta(7 * n), MONDAY + timedelta(7 * n + 6))


def rate(received: int = 20, resolved: int = 15):
    return run(REGISTRY.get("resolution_rate"), {"received": received, "resolved": resolved})


@pytest.fixture
def history(kb_database):
    from pathlib import Path

    import kbplatform_calculators.models as models

    upgrade(kb_database, [CORE, Component("calculators", "calculators", Path(models.__file__).parent / "migrations" / "versions")])
    return History(kb_database, REGISTRY)


def test_a_run_is_kept_as_it_was_worked_out(history):
    number = history.save(AGENT, rate(), team="billing", period=week(0), note="new line")
    kept = history.get(LEAD, "resolution_rate", number)
    assert (kept.value, kept.inputs, kept.version, kept.author_id, kept.note) == (0.75, {"received": 20, "resolved": 15}, 1, 2, "new line")
    assert (round(kept.low, 9), round(kept.high, 9)) == (0.531299122, 0.888138299)
    assert kept.headline.en == "75.0%"
    assert kept.interval("en") == "53.1%–88.8%"
    assert not kept.outdated


def test_a_changed_definition_marks_what_was_saved_and_changes_nothing_of_it(history, kb_database):
    from dataclasses import replace

    number = history.save(AGENT, rate(), team="billing", period=week(0), note="")
    changed = replace(REGISTRY.get("resolution_rate"), version=2, ways=(replace(REGISTRY.get("resolution_rate").ways[0], compute=lambda _v: {"rate": 0.1}),))
    kept = History(kb_database, Registry({"resolution_rate": changed})).get(AGENT, "resolution_rate", number)
    assert (kept.value, kept.headline.en, kept.outdated) == (0.75, "75.0%", True)


def test_a_team_s_runs_are_seen_by_the_team_and_one_s_own_by_nobody_else(history):
    team = history.save(AGENT, rate(), team="billing", period=week(0), note="")
    own = history.save(AGENT, rate(30, 15), team="", period=week(0), note="")
    assert [r.id for r in history.page(LEAD, "resolution_rate", Wanted("billing")).runs] == [team]
    assert [r.id for r in history.page(AGENT, "resolution_rate", Wanted("")).runs] == [own]
    for viewer, number in ((STRANGER, team), (STRANGER, own), (LEAD, own), (Viewer(), team)):
        with pytest.raises(NotFound):
            history.get(viewer, "resolution_rate", number)
    assert history.page(STRANGER, "resolution_rate", Wanted("billing")).total == 0
    assert history.trend(STRANGER, "resolution_rate", Wanted("billing")) == []
    assert list(history.everything(STRANGER, WHO, "resolution_rate", Wanted("billing"))) == []
    assert history.latest(STRANGER, most=5, length=5) == []
    assert [r.id for series in history.latest(LEAD, most=5, length=5) for r in series] == [team]


def test_nobody_saves_for_a_team_they_are_not_in(history):
    with pytest.raises(InvalidInput):
        history.save(STRANGER, rate(), team="billing", period=week(0), note="")
    assert history.page(LEAD, "resolution_rate", Wanted("billing")).total == 0


def test_the_same_sent_twice_is_kept_once(history):
    first = history.save(AGENT, rate(), team="billing", period=week(0), note="x")
    assert history.save(AGENT, rate(), team="billing", period=week(0), note="x") == first
    assert history.save(AGENT, rate(21, 15), team="billing", period=week(0), note="x") != first


def test_who_saved_it_and_the_lead_correct_and_delete_and_others_do_not(history, kb_database):
    number = history.save(AGENT, rate(), team="billing", period=week(0), note="")
    kept = history.get(AGENT, "resolution_rate", number)
    fellow = Viewer(id=9, teams=frozenset({"billing"}))
    for work in (lambda: history.delete(fellow, WHO, kept, may_manage=False),
                 lambda: history.change(fellow, WHO, kept, period=week(1), note="", revision=1, may_manage=False),
                 lambda: history.delete(STRANGER, WHO, kept, may_manage=True)):  # fmt: skip
        with pytest.raises(Forbidden):
            work()
    history.change(AGENT, Actor(2, "192.0.2.1"), kept, period=week(1), note="moved", revision=1, may_manage=False)
    moved = history.get(AGENT, "resolution_rate", number)
    assert (moved.period, moved.note, moved.value, moved.revision) == (week(1), "moved", 0.75, 2)
    with pytest.raises(Conflict):
        history.change(LEAD, WHO, kept, period=week(2), note="late", revision=1, may_manage=True)
    assert history.get(AGENT, "resolution_rate", number).note == "moved"
    history.delete(LEAD, WHO, moved, may_manage=True)
    assert history.page(LEAD, "resolution_rate", Wanted("billing")).total == 0
    from kbplatform.accounts.models import AuditEntry

    with kb_database.read() as session:
        assert session.scalars(select(AuditEntry.action)).all() == ["calculators.run_deleted"]


def test_erasing_a_person_leaves_the_team_its_figures_and_says_no_more_whose_they_were(history, kb_database):
    team = history.save(AGENT, rate(), team="billing", period=week(0), note="")
    history.save(AGENT, rate(), team="", period=week(0), note="for me")
    with kb_database.write() as session:
        known = personal_data(AGENT.id, session, erase=False)
        assert [r["note"] for r in known.data["resolution_rate"]] == ["", "for me"]
        assert personal_data(AGENT.id, session, erase=True) is None
    with kb_database.read() as session:
        assert [(r.id, r.author_id, r.value) for r in session.scalars(select(SavedRun))] == [(team, None, 0.75)]


def test_runs_are_narrowed_by_period_and_way_and_come_in_pages(history):
    for n in range(30):
        history.save(AGENT, rate(100 + n, 80), team="billing", period=week(n), note="")
    narrowed = Wanted("billing", since=week(3).starts_on, until=week(5).ends_on)
    assert [r.period for r in history.page(LEAD, "resolution_rate", narrowed).runs] == [week(5), week(4), week(3)]
    assert [len(history.page(LEAD, "resolution_rate", Wanted("billing"), page=n).runs) for n in (1, 2, 3)] == [25, 5, 0]
    assert [r.period for r in history.trend(LEAD, "resolution_rate", narrowed)] == [week(3), week(4), week(5)]
    assert history.page(LEAD, "resolution_rate", Wanted("billing", way="none")).total == 0


def test_the_line_is_broken_where_the_definition_changed(history, kb_database):
    numbers = [history.save(AGENT, rate(100 + n, 80), team="billing", period=week(n), note="") for n in range(4)]
    whole = str(picture(history.trend(AGENT, "resolution_rate", Wanted("billing"))).svg)
    with kb_database.write() as session:
        session.execute(update(SavedRun).where(SavedRun.id.in_(numbers[:2])).values(version=7))
    broken = str(picture(history.trend(AGENT, "resolution_rate", Wanted("billing"))).svg)
    line = re.compile(r'class="line-1" d="([^"]+)"')
    assert (line.search(whole)[1].count("M"), line.search(broken)[1].count("M")) == (1, 2)
    assert 'class="band"' in whole


def test_the_card_says_how_a_figure_changed_and_nothing_where_it_was_defined_otherwise(history):
    for n, resolved in enumerate((70, 75, 75)):
        history.save(AGENT, rate(100, resolved), team="billing", period=week(n), note="")
    (series,) = history.latest(LEAD, most=5, length=5)
    assert change(series[:2]).en == "up 5.0 percentage points"
    assert change(series[:2][::-1]).zh == "比上次少 5.0 个百分点"
    assert change(series).en == "as before"
    from dataclasses import replace

    assert not change([replace(series[0], version=9), series[1]])
    assert not change(series[:1])


@pytest.mark.parametrize(
    ("note", "kept", "hidden"),
    [
        ("旺季，人手少", "旺季，人手少", False),
        ("客户 138 0013 8000 来催", "客户 *** 来催", True),
        ("证件 11010519491231002X", "证件 ***", True),
        ("自 2026-03-09 起换系统", "自 2026-03-09 起换系统", False),
        ("2026年3月9日 到 2026/3/15 找 a@b.cn", "2026年3月9日 到 2026/3/15 找 ***", True),
        ("2026-03-09 13800138000", "2026-03-09 ***", True),
        ("⦃a⦄ 2026-03-09", "⦃a⦄ 2026-03-09", False),
        ("2026-03-09 2026-03-10 2026-03-11 都忙", "2026-03-09 2026-03-10 2026-03-11 都忙", False),
    ],
)
def test_a_note_is_kept_without_a_customer_s_number_and_with_its_dates(note, kept, hidden):
    safe = safe_note(note, Rules())
    assert (safe.text, safe.hidden) == (kept, hidden)


def test_names_among_the_inputs_are_looked_at_too():
    from dataclasses import replace

    from kbplatform.bilingual import Text
    from kbplatform_calculators.inputs import Count

    label = Text("", "")
    fields = (Table(name="rows", label=label, columns=(Label(name="who", label=label), Count(name="n", label=label))), Record(name="data", label=label))
    way = replace(REGISTRY.get("resolution_rate").ways[0], inputs=fields)
    values = {"rows": (("13800138000", 13_800_138_000), ("早班", 2)), "data": {"tel 13800138000": ["a@b.cn", 13_800_138_000]}}
    safe, hidden = safe_inputs(way, values, Rules())
    assert hidden
    assert safe == {"rows": (("***", 13_800_138_000), ("早班", 2)), "data": {"tel ***": ["***", 13_800_138_000]}}
    assert safe_inputs(way, safe, Rules()) == (safe, False)


@pytest.mark.parametrize(
    ("last", "following"),
    [
        (week(0), week(1)),
        (Period(date(2026, 1, 1), date(2026, 1, 31)), Period(date(2026, 2, 1), date(2026, 2, 28))),
        (Period(date(2026, 1, 5), date(2026, 1, 5)), Period(date(2026, 1, 6), date(2026, 1, 6))),
        (None, Period(date(2026, 3, 9), date(2026, 3, 11))),
    ],
)
def test_the_next_period_follows_the_last_one(last, following):
    assert next_period(last, date(2026, 3, 11)) == following


@pytest.mark.parametrize(("first", "last", "field"), [("", "2026-01-01", "from"), ("2026-01-02", "2026-01-01", "to"), ("2026-02-30", "2026-03-01", "from"),
                                                      ("2026-01-01", "2999-01-01", "to"), ("2001-01-01", "2026-01-01", "to"), ("x", "y", "from")])  # fmt: skip
def test_a_period_that_is_none_is_refused_at_its_field(first, last, field):
    with pytest.raises(InvalidInput) as caught:
        read_period(first, last)
    assert caught.value.fields[0].field == field
    assert read_period("2026年1月5日", "2026/1/11") == week(0)


@pytest.fixture
def site(kb_make_app, kb_login):
    app = kb_make_app(read_access="everyone")
    platform_of(app).accounts.teams.create(CLI, key="billing", name="账单组")
    return app, kb_login


def post(client, path, **form):
    page = client.get("/account").get_data(as_text=True)
    return client.post(path, data={"csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', page)[1]} | form)


def saving(**changes):
    return {"i.received": "20", "i.resolved": "15", "way": "", "team": "team:billing", "from": "2026-01-05", "to": "2026-01-11", "note": ""} | changes


def test_a_figure_is_saved_from_its_page_and_stands_in_history_files_and_on_the_home_page(site):
    app, login = site
    agent, lead = login(app, "agent", teams=("billing",), name="阿花"), login(app, "lead", teams=("billing",))
    assert f"{BASE}/save?received=20&amp;resolved=15" in agent.get(f"{BASE}?received=20&resolved=15").get_data(as_text=True)
    for n, resolved in enumerate(("14", "15")):
        first, last = week(n).starts_on.isoformat(), week(n).ends_on.isoformat()
        assert post(agent, f"{BASE}/save", **saving(**{"i.resolved": resolved, "from": first, "to": last, "note": '=HYPERLINK("x")'})).status_code == 303
    page = lead.get(f"{BASE}/history").get_data(as_text=True)
    assert page.index("75.0%") < page.index("70.0%")
    assert 'class="line-1"' in page
    assert "阿花" in page
    assert "阿花" not in login(app, "agent", teams=("billing",)).get(f"{BASE}/history").get_data(as_text=True)
    home = lead.get("/").get_data(as_text=True)
    assert "75.0%" in home[home.index("cards-title") :]
    assert len(home) < 30_000
    text = lead.get(f"{BASE}/history.csv", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert text.startswith("\ufeffFrom,To,Team,")
    row = next(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert (row["Received"], row["Of these, resolved"], row["Resolution rate"], row["Note"]) == ("20", "15", "0.75", "'=HYPERLINK(\"x\")")
    book = zipfile.ZipFile(io.BytesIO(lead.get(f"{BASE}/history.xlsx").data))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<v>0.75</v>" in sheet
    assert "<f>" not in sheet
    assert "HYPERLINK" in sheet + book.read("xl/sharedStrings.xml").decode() if "xl/sharedStrings.xml" in book.namelist() else "HYPERLINK" in sheet


def test_a_note_with_a_number_is_saved_only_when_somebody_says_to_mask_it(site):
    app, login = site
    agent = login(app, "agent", teams=("billing",))
    refused = post(agent, f"{BASE}/save", **saving(note="客户 13800138000"))
    assert refused.status_code == 422
    assert "客户 ***" in refused.get_data(as_text=True)
    assert 'name="masked"' in refused.get_data(as_text=True)
    assert "还没有存过" in agent.get(f"{BASE}/history", headers={"Accept-Language": "zh"}).get_data(as_text=True)
    assert post(agent, f"{BASE}/save", **saving(note="客户 13800138000", masked="1")).status_code == 303
    platform = platform_of(app)
    with platform.db.read() as session:
        assert session.scalars(select(SavedRun.note)).all() == ["客户 ***"]
    assert post(agent, f"{BASE}/history/1", do="change", note="打 13900139000", revision="1", **{"from": "2026-01-05", "to": "2026-01-11"}).status_code == 422
    with platform.db.read() as session:
        assert session.scalars(select(SavedRun.note)).all() == ["客户 ***"]


def test_a_late_correction_is_refused_with_both_texts(site):
    app, login = site
    agent, lead = login(app, "agent", teams=("billing",)), login(app, "lead", teams=("billing",))
    post(agent, f"{BASE}/save", **saving())
    days = {"from": "2026-01-05", "to": "2026-01-11", "do": "change", "revision": "1"}
    assert post(lead, f"{BASE}/history/1", note="lead's", **days).status_code == 303
    late = post(agent, f"{BASE}/history/1", note="agent's", **days)
    assert late.status_code == 409
    assert "lead&#39;s" in late.get_data(as_text=True)
    assert "agent&#39;s" in late.get_data(as_text=True)
    assert post(agent, f"{BASE}/history/1", do="delete").status_code == 303
    assert agent.get(f"{BASE}/history/1").status_code == 404


def test_what_cannot_be_worked_out_is_not_saved_and_strangers_are_kept_out(site):
    app, login = site
    agent = login(app, "agent")
    assert agent.get(f"{BASE}/save?received=20&resolved=35").status_code == 303
    assert post(agent, f"{BASE}/save", **saving()).status_code == 422  # in no team
    assert post(agent, f"{BASE}/save", **saving(team="me")).status_code == 303
    assert login(app).get(f"{BASE}/history").status_code == 403
    assert app.test_client().get(f"{BASE}/history").status_code == 303
    assert login(app, "owner").get(f"{BASE}/history/1").status_code == 404
    assert agent.get(f"{BASE}/history/{10**30}").status_code == 404
    for query in ("team=%00", "from=nonsense", "page=-1", "page=999999999999", "way=%00", "team=team:night"):
        assert agent.get(f"{BASE}/history?{query}").status_code in {200, 422}, query
