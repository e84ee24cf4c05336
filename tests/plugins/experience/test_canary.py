"""What is personal is in no table, no log, no index and no page once it was written, whatever field it was written into."""

from __future__ import annotations

import io
import logging
import re
import sqlite3
from contextlib import closing

import pytest
from little_pictures import png

VALUES = {
    "mobile": ("13912345678", "139 1234 5678", "１３９１２３４５６７８"),
    "id": ("11010519491231002X",),
    "email": ("canary.bird@example.com",),
    "card": ("银行卡 6222021234567890128",),
}
FIELDS = ("lesson", "situation", "action", "result", "tags")
NEEDLES = ("13912345678", "139 1234 5678", "１３９１２３４５６７８", "11010519491231002", "canary.bird", "6222021234567890128")


def everything_in(folder) -> bytes:
    """All bytes below a data directory: database, write-ahead log, index, whatever else."""
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def dump_of(folder) -> str:
    with closing(sqlite3.connect(next(folder.glob("*.db")))) as db:
        return "\n".join(db.iterdump())


@pytest.fixture
def whoosh_site(kb_make_app, kb_login):
    """A site with the index on disk."""
    from writer_room import Site

    return Site(kb_make_app(search_engine="whoosh", log_level="debug"), kb_login)


@pytest.mark.parametrize("kind", VALUES)
def test_nothing_personal_is_left_anywhere(kind, whoosh_site, caplog, capsys):
    site = whoosh_site
    caplog.set_level(logging.DEBUG)
    agent = site.person("agent")
    other = site.person("agent")
    page = agent.get("/p/experience/new").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    shown = []
    for value in VALUES[kind]:
        form = {"csrf_token": token, "kind": "tip", "draft": "canary-key-1"} | dict.fromkeys(FIELDS, f"打 {value} 回访")
        agent.post("/p/experience/drafts/canary-key-1", data=form)
        shown.append(agent.get("/p/experience/new?draft=canary-key-1").get_data(as_text=True))
        agent.post("/p/experience/masked", data=form)
        agent.post("/p/experience/similar", data=form)
        first = agent.post("/p/experience/new", data=form | {"files": (io.BytesIO(png()), f"{value}.png")}, content_type="multipart/form-data")
        assert value in first.get_data(as_text=True), "the test has data that could leak"
        seen = re.search(r'name="seen" value="([^"]+)"', first.get_data(as_text=True))[1]
        keep = re.findall(r'name="keep" value="([^"]+)"', first.get_data(as_text=True))
        assert not keep, "none of these can be kept"
        saved = agent.post(
            "/p/experience/new", data=form | {"seen": seen, "files": (io.BytesIO(png()), f"{value}.png")}, content_type="multipart/form-data"
        )
        assert saved.status_code == 303
        number = int(saved.location.rpartition("/")[2])
        other_token = re.search(r'name="csrf_token" value="([^"]+)"', other.get("/p/experience/new").get_data(as_text=True))[1]
        other.post(f"/p/experience/{number}/comments", data={"csrf_token": other_token, "text": f"我也打了 {value}"})
        other.post(f"/p/experience/{number}/reactions", data={"csrf_token": other_token, "kind": "used", "result": f"打 {value}"})
        other.post(f"/p/experience/{number}/reports", data={"csrf_token": other_token, "reason": "private", "words": f"有 {value}"})
        site.settle()
        addresses = (f"/p/experience/{number}", "/p/experience/", f"/p/experience/{number}/edit", f"/api/v1/p/experience/entries/{number}")
        shown += [agent.get(address).get_data(as_text=True) for address in addresses]
        shown.append(other.get("/search?q=回访&kind=experience").get_data(as_text=True))
    assert any("〔" in text for text in shown), "something was masked and shown"
    folder = site.platform.settings.data_dir
    raw, dump = everything_in(folder), dump_of(folder)
    assert "〔" in dump
    assert "回访".encode() in raw, "what is not personal is there"
    logged = caplog.text + "".join(capsys.readouterr())
    for needle in NEEDLES:
        assert needle.encode() not in raw, needle
        assert needle not in dump, needle
        assert needle not in logged, needle
        assert not any(needle in text for text in shown), needle
