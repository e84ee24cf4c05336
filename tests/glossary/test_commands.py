"""``kbplatform glossary``."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from kbplatform.cli import root
from kbplatform.errors import NotFound, SettingsError


@pytest.fixture
def run(tmp_path, monkeypatch):
    """``run("glossary", …)`` in English with a data directory of its own."""
    monkeypatch.setenv("KBPLATFORM_LANG", "en")

    def run_(*arguments: str):
        return CliRunner().invoke(root, ["--data-dir", str(tmp_path / "data"), *arguments])

    return run_


def test_the_glossary_in_use_is_checked_a_sites_own_file_too(run, write, tmp_path):
    assert run("glossary", "check").exit_code == 0
    own = write('[[term]]\nid = "mine"\nzh = "投诉"\nen = "mine"\n', "data/glossary.toml")
    result = run("glossary", "check")
    assert result.exit_code == 1
    assert f"{own}:3: “投诉” belongs to the term complaint" in result.stderr
    answer = json.loads(run("glossary", "check", "--json").stdout)
    assert (answer["errors"], answer["warnings"], answer["problems"][0]["line"], answer["files"][-1]) == (1, 0, 3, str(own))


def test_given_files_are_checked_alone_and_warnings_fail_only_when_asked(run, write):
    path = str(write('[[term]]\nid = "a"\nzh = "甲"\nen = "a"\nmeans_zh = "一。"\n'))
    assert run("glossary", "check", path).exit_code == 0
    assert run("glossary", "check", path, "--strict").exit_code == 1
    assert run("glossary", "check", path + "x").exit_code == 2


def test_a_term_is_shown_by_any_of_its_names(run):
    for name in ("AHT", "aht", "处理时长", "處理時長", "Handle Time"):
        assert run("glossary", "show", name).stdout.startswith("平均处理时长 · average handling time · AHT\n  Talk plus hold plus after-call work")
    assert json.loads(run("glossary", "show", "aht", "--json").stdout)[0]["id"] == "aht"


def test_an_unknown_term_and_a_broken_file_are_said_so(run, write):
    assert isinstance(run("glossary", "show", "nothing").exception, NotFound)
    write("[[term]", "data/glossary.toml")
    assert isinstance(run("glossary", "show", "aht").exception, SettingsError)
    assert run("glossary", "check").exit_code == 1
