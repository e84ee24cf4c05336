"""The bank: taken in with a pack, idempotent, with every text kept."""

from __future__ import annotations

import json
import shutil

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from kbplatform.app import make_platform
from kbplatform.articles.content_root import bundled_content
from kbplatform.cli import root
from kbplatform.sdk import Text
from kbplatform.serving import sync_content
from kbplatform.viewer import CLI
from kbplatform_quizzes.authoring import add_questions
from kbplatform_quizzes.bank import read_sheet
from kbplatform_quizzes.kinds.choice import TrueFalse
from kbplatform_quizzes.models import QuestionVersion
from kbplatform_quizzes.question import Question
from kbplatform_quizzes.registry import bank_of

SLUG = "complaint-handling"
FOLDER = f"practices/05-{SLUG}"


@pytest.fixture
def pack(tmp_path):
    """A pack of one practice."""
    folder = tmp_path / "pack"
    shutil.copytree(bundled_content() / FOLDER, folder / FOLDER)
    return folder


@pytest.fixture
def site(pack, kb_settings):
    platform = make_platform(kb_settings(content_dir=pack))
    sync_content(platform)
    yield platform
    platform.close()


def questions(platform):
    return [s.question for s in bank_of(platform.services).of(SLUG)]


def replace(pack, old, new):
    path = pack / FOLDER / "quiz.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def versions(platform):
    with platform.db.read() as session:
        return session.scalar(select(func.count()).select_from(QuestionVersion))


def test_the_questions_come_in_with_the_articles_in_their_order(site):
    assert [q.id for q in questions(site)][:2] == ["first-sentence-broken", "beyond-authority"]
    assert bank_of(site.services).counts() == {SLUG: len(questions(site))}


def test_the_same_file_again_changes_nothing(site):
    before = versions(site)
    sync_content(site)
    assert versions(site) == before


def test_a_changed_question_keeps_its_number_and_its_former_text(site, pack):
    before = {s.question.id: s.id for s in bank_of(site.services).of(SLUG)}
    count = versions(site)
    replace(pack, "你接起来第一句说什么？", "你接起来，第一句话说什么？")
    sync_content(site)
    assert {s.question.id: s.id for s in bank_of(site.services).of(SLUG)} == before
    assert versions(site) == count + 1
    assert "第一句话" in questions(site)[0].stem.zh


def test_a_question_that_went_is_asked_no_more_and_comes_back_as_itself(site, pack):
    path = pack / FOLDER / "quiz.yaml"
    whole = path.read_text("utf-8")
    numbers = {s.question.id: s.id for s in bank_of(site.services).of(SLUG)}
    path.write_text("questions:\n" + whole.split("- id: beyond-authority")[0].removeprefix("questions:\n"), "utf-8")
    sync_content(site)
    assert [q.id for q in questions(site)] == ["first-sentence-broken"]
    path.write_text(whole, "utf-8")
    sync_content(site)
    assert {s.question.id: s.id for s in bank_of(site.services).of(SLUG)} == numbers


def test_a_broken_file_changes_nothing_and_is_named(site, pack):
    before = questions(site)
    replace(pack, "type: single", "type: singel")
    report = next(iter(site.pack_parts())).take_in(pack)
    assert questions(site) == before
    assert [(p.path, p.line) for p in report.problems] == [(f"{FOLDER}/quiz.yaml", 3)]


def test_an_export_comes_back_without_a_difference(site, tmp_path, kb_settings):
    before = questions(site)
    runner = CliRunner(env={"KBPLATFORM_DATABASE_URL": site.settings.resolved_database_url, "KBPLATFORM_CONTENT_DIR": str(site.content)})
    out = tmp_path / "out"
    assert runner.invoke(root, ["--data-dir", str(site.settings.data_dir), "content", "export", str(out)]).exit_code == 0
    again = make_platform(kb_settings(content_dir=out, data_dir=tmp_path / "again"))
    sync_content(again)
    assert questions(again) == before
    again.close()


def test_more_questions_than_anybody_writes_by_hand_go_out_and_come_back(site, tmp_path):
    many = tuple(Question(f"imported-{n}", Text(f"第 {n} 题", f"Question {n}"), TrueFalse(right=bool(n % 2))) for n in range(501))
    with site.db.write() as session:
        add_questions(session, SLUG, many, CLI)
    before = questions(site)
    (tmp_path / FOLDER).mkdir(parents=True)
    part = next(iter(site.pack_parts()))
    assert part.write(tmp_path) == 1
    assert part.take_in(tmp_path).problems == []
    assert questions(site) == before
    assert len(before) > 501


def test_a_file_with_too_many_says_how_many_and_what_to_do():
    entry = "- {id: q%d, type: truefalse, stem: S, answer: true}\n"
    sheet = read_sheet(("questions:\n" + "".join(entry % n for n in range(501))).encode())
    assert sheet.questions == ()
    assert [f.message.en for f in sheet.faults] == [
        "at most 500 questions a file, here are 501: move some to another practice, or split it and use kbplatform quiz import"
    ]


def test_content_check_tells_faults_of_questions_by_file_and_line(pack):
    replace(pack, "type: single", "type: singel")
    result = CliRunner().invoke(root, ["content", "check", str(pack), "--json"])
    found = [(p["path"], p["line"]) for p in json.loads(result.output)["problems"] if p["path"].endswith("quiz.yaml")]
    assert (f"{FOLDER}/quiz.yaml", 3) in found


def test_a_question_is_read_from_its_text_once_however_many_pages_show_it(site):
    bank = bank_of(site.services)
    first = bank.of(SLUG)
    before = bank._parsed.cache_info().misses
    assert bank.of(SLUG) == first
    assert bank._parsed.cache_info().misses == before
