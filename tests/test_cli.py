"""The command line: quick help, worded errors, output that machines can read."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys

import pytest

from kbplatform import __version__


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli") / "data"
    assert kb("content", "sync", data_dir=folder).returncode == 0
    return folder


def kb(*arguments: str, data_dir=None, lang: str = "en", **extra: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KBPLATFORM_")} | {"KBPLATFORM_LANG": lang, **extra}
    if data_dir is not None:
        environment["KBPLATFORM_DATA_DIR"] = str(data_dir)
    return subprocess.run([sys.executable, "-m", "kbplatform", *arguments], capture_output=True, text=True, timeout=120, env=environment, check=False)


def test_help_lists_every_command_and_imports_nothing_heavy():
    code = (
        "import sys; from kbplatform.cli import root\n"
        "try: root(['--help'])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('flask', 'sqlalchemy', 'whoosh', 'alembic', 'pypinyin', 'opencc', 'markdown') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for name in ("serve", "search", "content", "site", "index", "gaps", "proposal", "plugin", "doctor", "calc"):
        assert f"\n  {name} " in result.stdout
    assert result.stdout.strip().splitlines()[-1] == "[]"


def test_version():
    assert kb("--version").stdout.strip() == f"kbplatform, version {__version__}"


def test_a_second_sync_changes_nothing(data_dir):
    report = json.loads(kb("content", "sync", "--json", data_dir=data_dir).stdout)
    assert (report["added"], report["changed"], report["conflicts"], report["problems"]) == ([], [], [], [])
    assert report["unchanged"] >= 60


def test_search_answers_in_words_and_in_json(data_dir):
    kb("index", "rebuild", data_dir=data_dir)
    assert json.loads((data_dir / "index" / "state.json").read_text("utf-8"))["schema"]  # else the sources answer
    body = json.loads(kb("search", "tousu", "--lang", "zh", "--json", data_dir=data_dir).stdout)
    assert body["hits"][0]["number"] in {5, 14, 29}
    assert {"kind", "slug", "lang", "title", "angle", "section", "snippet", "matched_by", "score", "url"} <= body["hits"][0].keys()
    assert "投诉" in kb("search", "ts", "--lang", "zh", data_dir=data_dir).stdout


def test_search_is_narrowed_by_kind_group_language_and_days(data_dir):
    kb("index", "rebuild", data_dir=data_dir)

    def hits(*arguments):
        return json.loads(kb("search", *arguments, "--limit", "50", "--json", data_dir=data_dir).stdout)["hits"]

    assert {h["kind"] for h in hits("search", "--kind", "handbook")} == {"handbook"}
    assert {h["lang"] for h in hits("customer 客户", "--only", "zh")} == {"zh"}
    assert 0 < len(hits("客户", "--group", "complaints", "--since", "7")) < len(hits("客户"))
    assert kb("search", "x", "--since", "0", data_dir=data_dir).returncode == 2


def test_content_gaps_are_listed_answered_and_declined(data_dir):
    from kbplatform.app import make_platform
    from kbplatform.insights.gaps import Asker
    from kbplatform.settings import load_settings

    platform = make_platform(load_settings(data_dir=data_dir, search_engine="memory", log_level="error"))
    first, second = (platform.gaps.ask(q, lang="zh", asker=Asker(None, "a", "127.0.0.1")).id for q in ("鲸鱼怎么潜水", "白鹤几点起飞"))
    platform.close()
    assert kb("gaps", "list", data_dir=data_dir).stdout.split()[:4] == [str(second), "白鹤几点起飞", "asked", "1"]
    assert kb("gaps", "answer", str(first), "complaint-handling#steps", data_dir=data_dir).returncode == 0
    assert kb("gaps", "decline", str(second), "not ours", data_dir=data_dir).returncode == 0
    body = json.loads(kb("gaps", "list", "--state", "all", "--json", data_dir=data_dir).stdout)
    rows = {g["id"]: (g["state"], g["answer_slug"], g["answer_section"], g["reason"]) for g in body["gaps"]}
    assert rows == {first: ("answered", "complaint-handling", "steps", ""), second: ("declined", "", "", "not ours")}
    assert "no such article" in kb("gaps", "answer", str(first), "nope", data_dir=data_dir).stderr
    assert kb("gaps", "prune", "--days", "1", data_dir=data_dir).stdout.split()[0] == "0"
    assert kb("gaps", "decline", "99", "x", data_dir=data_dir).returncode == 1
    assert kb("gaps", "list", data_dir=data_dir).stdout.strip() == "No content gaps"


def test_content_check_passes_on_the_bundled_content_and_counts(data_dir):
    result = kb("content", "check", "--json", data_dir=data_dir)
    body = json.loads(result.stdout)
    assert (result.returncode, body["errors"], body["warnings"]) == (0, 0, 0)


def test_content_check_prints_file_and_line(tmp_path, data_dir):
    folder = tmp_path / "practices" / "01-x"
    folder.mkdir(parents=True)
    (folder / "zh.md").write_text("---\ntitle: x\nslug: [\n---\n", "utf-8")
    result = kb("content", "check", str(tmp_path), data_dir=data_dir)
    assert result.returncode == 1
    assert "practices/01-x/zh.md:" in result.stderr


def test_export_into_a_new_folder(tmp_path, data_dir):
    assert kb("content", "export", str(tmp_path / "out"), data_dir=data_dir).returncode == 0
    assert (tmp_path / "out" / "practices" / "05-complaint-handling" / "zh.md").is_file()
    again = kb("content", "export", str(tmp_path / "out"), data_dir=data_dir)
    assert (again.returncode, "Traceback" in again.stderr) == (1, False)


def test_a_site_fact_is_set_listed_and_unset(data_dir):
    assert kb("site", "set", "refund_limit", "--zh", "200元", "--en", "CNY 200", "--owner", "lead", data_dir=data_dir).returncode == 0
    rows = {r["key"]: r for r in json.loads(kb("site", "list", "--json", data_dir=data_dir).stdout)}
    assert rows["refund_limit"]["values"] == {"zh": "200元", "en": "CNY 200"}
    assert "is unset" in kb("site", "unset", "refund_limit", data_dir=data_dir).stdout


@pytest.mark.parametrize(
    "arguments",
    [("site", "set", "no_such", "--zh", "x"), ("site", "set", "refund_limit"), ("site", "set", "refund_limit", "--zh", "x", "--expires", "2001-01-01"),
     ("content", "sync", "/no/such/folder"), ("calc", "no_such"), ("calc", "resolution_rate", "--received", "1", "--resolved", "2")],
)  # fmt: skip
def test_a_mistake_is_explained_without_a_traceback(data_dir, arguments):
    for lang, words in (("en", "✗"), ("zh", "✗")):
        result = kb(*arguments, data_dir=data_dir, lang=lang)
        assert result.returncode == 1
        assert words in result.stderr
        assert "Traceback" not in result.stderr


def test_plugin_list_shows_hooks_and_state(data_dir):
    rows = {r["name"]: r for r in json.loads(kb("plugin", "list", "--json", data_dir=data_dir).stdout)}
    assert rows["calculators"]["state"] == "loaded"
    assert "article_panels" in rows["calculators"]["hooks"]
    off = {r["name"]: r for r in json.loads(kb("plugin", "list", "--json", data_dir=data_dir, KBPLATFORM_DISABLED_PLUGINS='["calculators"]').stdout)}
    assert off["calculators"]["state"] == "disabled"


def test_calc_lists_and_computes(data_dir):
    assert "resolution_rate" in kb("calc", data_dir=data_dir).stdout
    assert "75.0%" in kb("calc", "resolution_rate", "--received", "20", "--resolved", "15", data_dir=data_dir).stdout


def test_doctor_checks_each_part_and_says_what_to_do(data_dir):
    rows = {r["name"]: r for r in json.loads(kb("doctor", "--json", data_dir=data_dir).stdout)}
    assert {"settings", "disk", "content", "database", "index", "plugins", "calculators"} <= rows.keys()
    assert {r["state"] for r in rows.values()} <= {"ok", "warning"}
    broken = kb("doctor", data_dir=data_dir, KBPLATFORM_PORT="x")
    assert (broken.returncode, "KBPLATFORM_PORT" in broken.stdout) == (1, True)


def test_wrong_settings_busy_port_bad_directory_and_damaged_database_are_each_explained(tmp_path, data_dir):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        results = {"port": kb("serve", "--port", str(busy.getsockname()[1]), data_dir=tmp_path / "a")}
    (tmp_path / "file").write_text("x")
    results["directory"] = kb("serve", "--data-dir", str(tmp_path / "file" / "sub"))
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "kbplatform.db").write_bytes(b"not a database" * 500)
    results["database"] = kb("serve", "--data-dir", str(tmp_path / "bad"))
    results["setting"] = kb("serve", KBPLATFORM_LOG_LEVEL="loud")
    assert {name: (r.returncode, "Traceback" in r.stderr) for name, r in results.items()} == dict.fromkeys(results, (1, False))
    words = {"port": "--port", "directory": "--data-dir", "database": "damaged", "setting": "KBPLATFORM_LOG_LEVEL"}
    assert {name: words[name] in r.stderr for name, r in results.items()} == dict.fromkeys(words, True)
