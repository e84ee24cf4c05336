"""The application is put together safely, again and again, and says in words why it can't be."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from kbplatform.app import create_app, make_data_dir, make_platform, platform_of
from kbplatform.errors import SettingsError, StorageError
from kbplatform.signing import secret_key


def test_eight_first_starts_together_agree_on_one_secret_key(kb_settings, tmp_path):
    for attempt in range(20):
        folder = tmp_path / f"d{attempt}"
        folder.mkdir()
        settings, together = kb_settings(data_dir=folder), Barrier(8)

        def start(_n, settings=settings, together=together):
            together.wait()
            return secret_key(settings)

        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(start, range(8)))) == 1
        assert [p.name for p in folder.iterdir()] == ["secret.key"]


def test_first_starts_together_don_t_take_the_data_directory_for_one_that_can_t_be_written(kb_settings, tmp_path):
    settings = kb_settings(data_dir=tmp_path / "d")
    with ThreadPoolExecutor(8) as pool:
        faults = [started.exception() for started in [pool.submit(make_data_dir, settings) for _ in range(1000)]]
    assert set(faults) == {None}
    assert list(settings.data_dir.iterdir()) == []


def test_an_empty_secret_key_is_named_with_a_way_out(kb_settings, tmp_path):
    (tmp_path / "secret.key").touch()
    with pytest.raises(StorageError) as caught:
        secret_key(kb_settings(data_dir=tmp_path))
    assert str(tmp_path / "secret.key") in caught.value.message.en
    assert "Delete it" in caught.value.remedy.en


def test_a_second_start_finds_what_the_first_one_left(kb_make_app, kb_settings):
    first = platform_of(kb_make_app())
    first.site_facts.set("refund_limit", {"zh": "200元"})
    app = create_app(kb_settings(data_dir=first.settings.data_dir))
    rows = {r.key: r.values for r in platform_of(app).site_facts.rows()}
    assert rows["refund_limit"] == {"zh": "200元"}
    assert app.secret_key == secret_key(first.settings)
    platform_of(app).close()


def test_an_empty_site_answers_before_any_content_is_in_it(kb_settings):
    app = create_app(kb_settings())
    client = app.test_client()
    assert {path: client.get(path).status_code for path in ("/", "/articles", "/search?q=tousu", "/handbook", "/readyz")} == dict.fromkeys(
        ("/", "/articles", "/search?q=tousu", "/handbook", "/readyz"), 200
    )
    assert client.get("/api/v1/search?q=tousu").get_json()["hits"] == []
    platform_of(app).close()


def test_a_data_directory_that_cannot_be_made_is_named_with_a_way_out(kb_settings, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError) as caught:
        make_platform(kb_settings(data_dir=tmp_path / "file" / "data"))
    assert str(tmp_path / "file" / "data") in caught.value.message.en
    assert "--data-dir" in caught.value.remedy.en


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_data_directory_without_permission_is_named_with_a_way_out(kb_settings, tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(StorageError) as caught:
        make_platform(kb_settings(data_dir=tmp_path / "closed"))
    assert str(tmp_path / "closed") in caught.value.message.en


def test_a_database_that_does_not_answer_is_named_without_its_password(kb_settings):
    with pytest.raises(StorageError) as caught:
        make_platform(kb_settings(database_url="postgresql://me:hunter2@127.0.0.1:1/kb"))
    assert "127.0.0.1:1/kb" in caught.value.message.en
    assert "hunter2" not in caught.value.message.en + caught.value.remedy.en


@pytest.mark.parametrize("text", ["[broken", "投诉 = ["])
def test_a_broken_glossary_is_named(kb_settings, tmp_path, text):
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "glossary.toml").write_text(text, "utf-8")
    with pytest.raises(SettingsError, match="glossary"):
        make_platform(kb_settings(content_dir=tmp_path / "pack"))


def test_broken_site_facts_are_named(kb_settings, tmp_path):
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "site.toml").write_text("[refund_limit\n", "utf-8")
    with pytest.raises(SettingsError, match=r"site\.toml"):
        make_platform(kb_settings(content_dir=tmp_path / "pack"))


def test_two_applications_in_one_process_do_not_share_anything(kb_make_app):
    one, other = platform_of(kb_make_app(site_name="甲")), platform_of(kb_make_app(site_name="乙"))
    one.site_facts.set("refund_limit", {"zh": "200元"})
    assert {r.key: r.values for r in other.site_facts.rows()}["refund_limit"] == {}
