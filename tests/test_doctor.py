"""The doctor names what is wrong with each part and what to do about it; only an error makes it fail."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from kbplatform.app import make_platform, platform_of
from kbplatform.bilingual import Text
from kbplatform.doctor import doctor
from kbplatform.invocation import Invocation
from kbplatform.plugin.contributions import HealthCheck


@pytest.fixture
def examine(kb_settings, monkeypatch):
    """``examine(**settings)`` → exit code and rows by name, in English."""

    data_dir = kb_settings().data_dir

    def run(lang: str = "en", plugins: dict[str, object] | None = None, **given: object):
        monkeypatch.setenv("KBPLATFORM_LANG", lang)
        settings = {"search_engine": "memory", "data_dir": data_dir} | given
        ask = Invocation(lambda s: make_platform(s, plugins=plugins), settings)
        result = CliRunner().invoke(doctor, ["--json"], obj=ask)
        return result.exit_code, {r["name"]: r for r in json.loads(result.stdout)}

    return run


def test_every_part_of_a_sound_site_is_well(kb_app, examine):
    code, rows = examine(data_dir=platform_of(kb_app).settings.data_dir)
    states = {name: row["state"] for name, row in rows.items() if name != "disk"}
    assert (code, set(states.values())) == (0, {"ok"})
    assert {"settings", "content", "database", "index", "plugins", "calculators"} <= states.keys()


def test_a_wrong_setting_is_an_error_that_names_it(examine, monkeypatch):
    monkeypatch.setenv("KBPLATFORM_THREADS", "many")
    code, rows = examine()
    assert (code, list(rows)) == (1, ["settings"])
    assert "KBPLATFORM_THREADS = 'many'" in rows["settings"]["message"]


def test_a_damaged_database_is_an_error_with_a_remedy(examine, kb_settings):
    folder = kb_settings().data_dir
    folder.mkdir()
    (folder / "kbplatform.db").write_bytes(b"not a database" * 500)
    code, rows = examine()
    assert code == 1
    assert "damaged" in rows["platform"]["message"]
    assert "backup" in rows["platform"]["remedy"]


def test_a_broken_text_is_a_warning_with_its_file_and_line(examine, tmp_path):
    folder = tmp_path / "pack" / "practices" / "01-x"
    folder.mkdir(parents=True)
    (folder / "zh.md").write_text("---\ntitle: x\nslug: [\n---\n", "utf-8")
    code, rows = examine(content_dir=tmp_path / "pack")
    assert (code, rows["content"]["state"]) == (0, "warning")
    assert "practices/01-x/zh.md:" in rows["content"]["message"]
    assert "kbplatform content check" in rows["content"]["remedy"]


def test_a_missing_content_folder_is_an_error_with_its_path(examine, tmp_path):
    code, rows = examine(content_dir=tmp_path / "nowhere")
    assert (code, rows["content"]["state"]) == (1, "error")
    assert str(tmp_path / "nowhere") in rows["content"]["message"]


def test_a_plugin_that_was_left_out_is_a_warning_that_names_it(examine):
    code, rows = examine(plugins={"Bad-Name": object()})
    assert (code, rows["plugins"]["state"]) == (0, "warning")
    assert "Bad-Name" in rows["plugins"]["message"]
    assert "kbplatform plugin list" in rows["plugins"]["remedy"]


def test_a_site_without_an_index_yet_is_a_warning_that_says_how_to_build_it(examine):
    code, rows = examine(search_engine="whoosh")
    assert (code, rows["index"]["state"]) == (0, "warning")
    assert "kbplatform index rebuild" in rows["index"]["remedy"]


def test_what_a_plugin_finds_wrong_is_part_of_the_verdict_in_the_reader_s_language(examine):
    from kbplatform import hookimpl

    class Sick:
        @hookimpl
        def health_checks(self):
            return [HealthCheck("mine", "error", Text("坏了", "broken"), Text("修一下", "mend it"))]

    assert examine(plugins={"mine": Sick()})[1]["mine"] == {"name": "mine", "state": "error", "message": "broken", "remedy": "mend it"}
    code, rows = examine(lang="zh", plugins={"mine": Sick()})
    assert (code, rows["mine"]["message"], rows["mine"]["remedy"]) == (1, "坏了", "修一下")


def test_an_index_that_outgrows_whoosh_is_said_and_what_to_do(examine, kb_app, monkeypatch):
    from kbplatform import health

    data_dir = platform_of(kb_app).settings.data_dir
    platform = make_platform(platform_of(kb_app).settings.model_copy(update={"search_engine": "whoosh"}))
    indexer = platform.indexer()
    indexer.run_once()
    indexer.close()
    count = platform.search.engine.size()
    platform.close()
    code, rows = examine(search_engine="whoosh", data_dir=data_dir)
    assert (code, rows["index"]["state"], rows["index"]["message"]) == (0, "ok", f"answers: whoosh, {count} documents")
    monkeypatch.setattr(health, "WHOOSH_COMFORTABLE", count - 1)
    assert (examine(search_engine="whoosh", data_dir=data_dir)[1]["index"]["state"]) == "warning"
    monkeypatch.setattr(health, "WHOOSH_AT_MOST", count - 1)
    row = examine(search_engine="whoosh", data_dir=data_dir)[1]["index"]
    assert "KBPLATFORM_DATABASE_URL" in row["remedy"]
    assert examine(search_engine="memory", data_dir=data_dir)[1]["index"]["state"] == "ok"
