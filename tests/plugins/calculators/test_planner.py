"""A day in intervals: what a planner pastes or uploads, what comes back, and what is said about rows that can't be used."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from kbplatform.errors import InvalidInput
from kbplatform_calculators.definitions.staffing import ERLANG_C
from kbplatform_calculators.planner import plan_day, read_rows, written
from kbplatform_calculators.planner_views import staffing_curve
from kbplatform_calculators.running import run

PAGE = "/p/calculators/erlang_c/day"


def day_of(rows: int, *, heading: str = "time,calls,aht_s") -> str:
    step = 24 * 60 // rows
    return "\n".join([heading, *(f"{i * step // 60:02d}:{i * step % 60:02d},{i * 7 % 90},{150 + i % 90}" for i in range(rows))])


@pytest.fixture
def send(kb_client):
    token = re.search(r'name="csrf_token" value="([^"]+)"', kb_client.get(PAGE).get_data(as_text=True))[1]

    def post(lang="en", **form):
        return kb_client.post(PAGE, data={"csrf_token": token} | form, headers={"Accept-Language": lang}, content_type="multipart/form-data")

    return post


@pytest.mark.parametrize(("rows", "minutes"), [(96, 15), (48, 30), (24, 60)])
def test_every_interval_gets_the_answer_of_the_erlang_c_calculator(rows, minutes):
    typed = {"target_sl": "85%", "target_s": "15", "max_occupancy": "90%", "shrinkage": "30%"}
    day = plan_day(day_of(rows), typed)
    assert (day.minutes, len(day.planned), day.problems) == (minutes, rows, [])
    for interval, line in zip(day.intervals, day_of(rows).splitlines()[1:], strict=True):
        _, calls, aht = line.split(",")
        assert interval.outputs == run(ERLANG_C, {"calls": calls, "aht_s": aht, "period_s": minutes * 60} | typed).outputs
    assert day.hours("scheduled") == sum(i.scheduled for i in day.intervals) * minutes / 60
    assert day.calls == sum(i * 7 % 90 for i in range(rows))
    answered = sum(i.calls * i.outputs["service_level"] for i in day.intervals if i.calls)
    assert day.service_level == pytest.approx(answered / day.calls)


def test_the_busiest_interval_and_the_sums_lead_and_the_page_stays_light(send):
    page = send(csv=day_of(96), shrinkage="30%").get_data(as_text=True)
    day = plan_day(day_of(96), {"shrinkage": "30%"})
    assert f'<p class="result-value">{day.busiest.agents} agents</p>' in page
    assert f"On the phone {day.hours('agents'):,.1f} agent-hours, on the roster {day.hours('scheduled'):,.1f}" in page
    assert page.count('<tr><th scope="row">') == 96
    assert page.count("<path class=\"line-") == 4  # two curves and their keys
    assert len(page.encode()) <= 30_000
    assert len(send(lang="zh", csv=day_of(96), shrinkage="30%").get_data()) <= 30_000


def test_both_languages_are_whole(send):
    chinese, english = (send(lang=lang, csv=day_of(24)).get_data(as_text=True) for lang in ("zh", "en"))
    main = re.compile(r"<main.*</main>", re.DOTALL)
    assert not re.search(r"[\u4e00-\u9fff]", main.search(english)[0])
    words = re.sub(r"<textarea.*?</textarea>|<[^>]*>|Erlang C|AHT|CSV", " ", main.search(chinese)[0], flags=re.DOTALL)
    assert not re.search(r"[A-Za-z]{2}", words)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_files_are_read_as_spreadsheets_write_them(send, encoding, mark):
    text = "\r\n".join(line.replace(",", mark) for line in day_of(24, heading="时间,来电量,平均处理时长（秒）").splitlines())
    page = send(file=(io.BytesIO(text.encode(encoding)), "day.csv")).get_data(as_text=True)
    assert page.count('<tr><th scope="row">') == 24
    assert f">{plan_day(day_of(24), {}).busiest.agents} agents<" in page


def test_a_table_without_heading_is_time_calls_and_handling_time():
    bare = "\n".join(day_of(24).splitlines()[1:])
    assert [i.outputs for i in plan_day(bare, {}).intervals] == [i.outputs for i in plan_day(day_of(24), {}).intervals]
    assert plan_day("08:00\t12\t180", {"period_s": "30min"}).intervals[0].agents == run(ERLANG_C, {"calls": 12, "aht_s": 180, "period_s": 1800}).main


@pytest.mark.parametrize(
    ("cell", "shown"),
    [("8:00", "08:00"), ("08:00:00", "08:00"), ("2026-11-27 08:00", "08:00"), ("08:00-08:30", "08:00"), ("8:00 PM", "20:00"), ("下午8:30", "20:30"), ("8点半", "08:30"), ("８：００", "08:00"), ("12:15 am", "00:15")],
)  # fmt: skip
def test_times_are_read_as_people_write_them(cell, shown):
    assert plan_day(f"time,calls\n{cell},5", {"aht_s": "180", "period_s": "30min"}).intervals[0].time == shown


def test_the_length_of_an_interval_follows_from_the_times_and_a_night_goes_on_past_midnight():
    day = plan_day("time,calls\n22:00,5\n22:30,5\n23:00,5\n23:30,5\n00:00,5\n00:30,5\n02:00,5", {"aht_s": "180"})
    assert (day.minutes, [i.begins for i in day.intervals]) == (30, [1320, 1350, 1380, 1410, 1440, 1470, 1560])
    assert plan_day("time,calls\n" + "\n".join(f"part {i},3" for i in range(48)), {"aht_s": "180"}).minutes == 30
    with pytest.raises(InvalidInput) as error:
        plan_day("time,calls\nmorning,3\nnoon,4", {"aht_s": "180"})
    assert [f.field for f in error.value.fields] == ["period_s"]


def test_a_row_that_cannot_be_used_costs_itself_only_and_says_why(send):
    table = "time,calls,aht_s\n08:00,12,180\n08:15,x,180\n08:30,,180\nlunch,3,180\n08:00,4,180\n09:00,5,0\n09:15,1e11,180\n09:30,6,180"
    response = send(csv=table)
    page = response.get_data(as_text=True)
    assert response.status_code == 200
    for said in ("line 3 · Calls: Write a number", "line 4 · No calls given", "line 5 · Write the time as 08:30", "line 6 · The same time as line 2", "line 7 · Average handling time: Must be from 1", "line 8 · This would take more than 10,000 agents"):  # fmt: skip
        assert said in page
    day = plan_day(table, {})
    assert [i.line for i in day.planned] == [2, 9]
    assert day.calls == 18
    assert page.count(">left out") == 6
    nothing = send(csv="time,calls\n08:00,x\n08:15,y", aht_s="180")
    assert nothing.status_code == 422
    assert "Rows left out of the plan and its sums: 2" in nothing.get_data(as_text=True)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"csv": ""}, "csv"),
        ({"csv": "a,b\n1,2"}, "csv"),
        ({"csv": "time\n08:00"}, "csv"),
        ({"csv": day_of(96) + "\n24:00,1,1"}, "csv"),
        ({"csv": 'time,calls\n"08:00,1'}, "aht_s"),
        ({"csv": "time,calls\n08:00,1\n08:15,2"}, "aht_s"),
        ({"csv": day_of(24), "target_sl": "85"}, "target_sl"),
        ({"csv": day_of(24), "shrinkage": "100%"}, "shrinkage"),
        ({"csv": day_of(24), "period_s": "2s"}, "period_s"),
        ({"csv": day_of(24), "max_occupancy": "<script>alert(1)</script>"}, "max_occupancy"),
        ({"csv": "x" * 30_000}, "csv"),
    ],
)
def test_what_is_wrong_with_the_whole_stands_at_its_field_and_what_was_typed_stays(send, form, field):
    for lang in ("zh", "en"):
        response = send(lang=lang, **form)
        page = response.get_data(as_text=True)
        assert response.status_code == 422
        assert re.search(rf'id="d-{field}-error">[^<]{{4}}', page)
        assert re.search(rf'name="{field}"[^>]*aria-invalid="true"', page)
        assert "<script>alert" not in page
        if len(form["csv"]) <= 10_000:
            assert form["csv"].replace("&", "&amp;").replace('"', "&#34;") in page.replace("\r\n", "\n")
        assert len(page.encode()) <= 30_000


def test_a_file_that_is_no_text_or_too_long_is_refused_in_words(send):
    for data in (b"PK\x03\x04\x00\x00\x00", b"time,calls\n" + b"08:00,1\n" * 20_000):
        response = send(file=(io.BytesIO(data), "day.xlsx"))
        assert response.status_code == 422
        assert re.search(r'id="d-csv-error">[^<]{10}', response.get_data(as_text=True))


def test_the_plan_comes_as_a_file_that_no_spreadsheet_runs(send):
    table = "time,calls,aht_s\n08:00,12,180\n=cmd|'/c calc'!A1,5,180\n08:30,20,200"
    response = send(csv=table, download="csv", shrinkage="30%")
    assert response.headers["Content-Disposition"] == 'attachment; filename="day-plan.csv"'
    text = response.get_data().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][:3] == ["Time", "Calls", "Handling time (s)"]
    assert [row[0] for row in rows[1:]] == ["08:00", "'=cmd|'/c calc'!A1", "08:30"]
    assert rows[2][-1] == "Write the time as 08:30"
    agents = run(ERLANG_C, {"calls": 20, "aht_s": 200, "period_s": 1800, "shrinkage": 0.3}).outputs
    assert [float(rows[3][4]), float(rows[3][5])] == [agents["agents"], agents["scheduled"]]


def test_what_goes_back_into_the_form_gives_the_same_plan_with_the_same_lines():
    table = "note;time;calls\n\na;08:00;1,200\nb;08:15;x\n\nc;08:30;7"
    rows = read_rows(table)
    again = read_rows(written(rows))
    assert [(r.line, r.cells) for r in again] == [(r.line, r.cells) for r in rows]


def test_the_curve_is_stairs_with_a_gap_where_the_lines_are_closed():
    day = plan_day("time,calls\n08:00,5\n08:30,9\n14:00,5", {"aht_s": "180"})
    agents = re.findall(r'class="line-2" d="([^"]*)"', staffing_curve(day).svg)[0]
    assert agents.count("M") == 2  # two runs
    assert agents.count("L") == 4


def test_the_form_can_be_prefilled_from_the_address(kb_client):
    page = kb_client.get(f"{PAGE}?aht_s=3:20&target_sl=%22%3E%3Cb%3E").get_data(as_text=True)
    assert 'value="3:20"' in page
    assert "<b>" not in page


def test_the_command_plans_a_day_and_ends_with_1_where_rows_are_left_out(tmp_path):
    from click.testing import CliRunner

    from kbplatform.cli import root

    good, out = tmp_path / "day.csv", tmp_path / "plan.csv"
    good.write_bytes(day_of(48).encode("gb18030"))
    done = CliRunner().invoke(root, ["calc", "day", str(good), "--target-sl", "85%", "--shrinkage=30%", "--out", str(out), "--json"])
    plan = json.loads(done.output)
    day = plan_day(day_of(48), {"target_sl": "85%", "shrinkage": "30%"})
    assert (done.exit_code, plan["scheduled_hours"], len(plan["intervals"])) == (0, day.hours("scheduled"), 48)
    assert len(out.read_text("utf-8-sig").splitlines()) == 49
    partly = CliRunner().invoke(root, ["calc", "day", "-", "--aht-s", "180"], input="time,calls\n08:00,5\n08:30,x\n")
    assert partly.exit_code == 1
    assert "08:00" in partly.output
    wrong = CliRunner().invoke(root, ["calc", "day", str(good), "--shrinkage", "130%"])
    assert wrong.exit_code == 1


def test_the_calculator_leads_to_the_planner_and_search_finds_it_by_name(kb_client):
    assert f'href="{PAGE}"' in kb_client.get("/p/calculators/erlang_c").get_data(as_text=True)
    assert f'href="{PAGE}"' not in kb_client.get("/p/calculators/erlang_b").get_data(as_text=True)
    for query in ("全天排班", "day planner"):
        assert kb_client.get(f"/api/v1/search?q={query}&kind=calculator").get_json()["hits"][0]["slug"] == "erlang_c"
