"""A wrong setting names itself, its value and what is accepted; sources override in order."""

from __future__ import annotations

import stat

import pytest

from kbplatform.errors import SettingsError
from kbplatform.settings import Settings, load_settings
from kbplatform.signing import secret_key


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    import os

    for name in [n for n in os.environ if n.startswith("KBPLATFORM_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("PORT", "abc", "integer"), ("PORT", "0", "greater than or equal to 1"), ("PORT", "70000", "less than or equal to 65535"),
        ("SEARCH_ENGINE", "../lucene", "auto, whoosh, postgres, memory"), ("READ_ACCESS", "all", "'everyone'"), ("LOG_LEVEL", "loud", "'debug'"),
        ("PUBLIC_URL", "kb.example.com", "http://host"), ("PUBLIC_URL", "ftp://x", "http://host"), ("PUBLIC_URL", "https://x/path", "no path"),
        ("DATABASE_URL", "mysql://x", "postgresql://"), ("DEFAULT_LANG", "fr", "'zh' or 'en'"), ("TRUSTED_PROXIES", "-1", "greater than"),
        ("ALLOWED_HOSTS", "a,b", "JSON"),
    ],
)  # fmt: skip
def test_a_wrong_value_names_the_setting_and_what_is_accepted(monkeypatch, name, value, accepted):
    monkeypatch.setenv(f"KBPLATFORM_{name}", value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert name.lower() in caught.value.message.en.lower()
    assert accepted in caught.value.message.en


def test_a_password_in_a_wrong_url_is_not_shown(monkeypatch):
    monkeypatch.setenv("KBPLATFORM_DATABASE_URL", "mysql://me:hunter2@host/db")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "hunter2" not in caught.value.message.en


def test_the_file_is_read_the_environment_wins_and_the_command_line_wins_over_both(monkeypatch, tmp_path):
    (tmp_path / ".kbplatform").mkdir()
    (tmp_path / ".kbplatform" / "kbplatform.toml").write_text('port = 9001\nsite_name = "一号库"\nthreads = 3\n', "utf-8")
    monkeypatch.setenv("KBPLATFORM_PORT", "9002")
    assert (load_settings().port, load_settings().site_name) == (9002, "一号库")
    assert (load_settings(port=9003).port, load_settings(port=9003).threads) == (9003, 3)


def test_the_file_in_the_data_directory_named_on_the_command_line_is_read(tmp_path):
    (tmp_path / "kbplatform.toml").write_text("port = 9004\n")
    assert load_settings(data_dir=tmp_path).port == 9004


@pytest.mark.parametrize(("text", "words"), [("port = ", "not valid TOML"), ("prot = 1\n", "no such setting"), ('port = "x"\n', "KBPLATFORM_PORT")])
def test_a_broken_file_is_explained(monkeypatch, tmp_path, text, words):
    path = tmp_path / "kb.toml"
    path.write_text(text)
    monkeypatch.setenv("KBPLATFORM_CONFIG", str(path))
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert words in caught.value.message.en


def test_a_named_file_that_is_not_there_is_said_so(monkeypatch, tmp_path):
    monkeypatch.setenv("KBPLATFORM_CONFIG", str(tmp_path / "missing.toml"))
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(tmp_path / "missing.toml") in caught.value.message.en


def test_an_empty_variable_counts_as_not_set(monkeypatch):
    without = load_settings()
    for name in Settings.model_fields:
        monkeypatch.setenv(f"KBPLATFORM_{name.upper()}", "")
    assert load_settings() == without


def test_lists_are_written_as_json_in_the_environment_and_as_toml_in_the_file(monkeypatch, tmp_path):
    (tmp_path / "kbplatform.toml").write_text('disabled_plugins = ["calculators"]\n')
    monkeypatch.setenv("KBPLATFORM_ALLOWED_HOSTS", '["KB.example.com", "kb2"]')
    settings = load_settings(data_dir=tmp_path, host="0.0.0.0")
    assert settings.disabled_plugins == ["calculators"]
    assert settings.hosts == {"kb.example.com", "kb2", "127.0.0.1", "localhost", "::1"}


def test_every_wrong_setting_is_named_at_once(monkeypatch):
    for name in ("PORT", "THREADS", "LOG_LEVEL"):
        monkeypatch.setenv(f"KBPLATFORM_{name}", "wrong")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert [name for name in ("PORT", "THREADS", "LOG_LEVEL") if f"KBPLATFORM_{name} = 'wrong'" in caught.value.message.zh] == ["PORT", "THREADS", "LOG_LEVEL"]


def test_the_secret_key_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    settings = load_settings(data_dir=tmp_path)
    first = secret_key(settings)
    assert len(first) == 64
    assert secret_key(settings) == first
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    assert secret_key(load_settings(data_dir=tmp_path, secret_key="mine")) == "mine"
