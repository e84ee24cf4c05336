"""A zero byte, which PostgreSQL stores nowhere, is no fault of ours through any door."""

from __future__ import annotations

import pytest
from writer_room import Site

PAGES = (
    "?tag=%00", "?slug=%00", "?team=%00", "?kind=%00", "?section=%00", "?in=%00", "?after=%00", "new?article=%00&section=%00&kind=%00&draft=%00",
    "sections?article=%00", "digest?week=%00", "notices?before=%00",
)  # fmt: skip
JSON = ("entries?tag=%00", "entries?practice=%00", "entries?section=%00", "entries?team=%00", "entries?kind=%00", "entries?after=%00")
FORMS = (
    ("new", {"lesson": "一\0句", "tags": "a\0b", "article": "\0"}), ("new", {"lesson": "一\0句", "tags": "a\0b", "result": "\0x", "figures": "\0"}),
    ("drafts/zero-byte-1", {"lesson": "一\0句", "kind": "\0", "article": "\0", "team": "\0"}),
    ("follow", {"kind": "tag", "key": "\0"}), ("follow", {"kind": "team", "key": "a\0"}), ("follow", {"kind": "article", "key": "\0"}),
    ("follow", {"kind": "tag", "key": "\0", "undo": "1"}), ("reactions", {"press": "thanks\0:1"}), ("similar", {"lesson": "一二三四\0五六"}),
    ("{n}/comments", {"text": "说\0两句"}), ("{n}/reactions", {"helped": "yes", "result": "好\0了"}), ("{n}/reports", {"reason": "other", "words": "有\0"}),
)  # fmt: skip


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def site(request, kb_make_app, kb_login):
    """A site on each of the databases."""
    url = {"database_url": request.getfixturevalue("kb_postgres")} if request.param == "postgres" else {}
    return Site(kb_make_app(**url), kb_login)


def test_a_zero_byte_is_left_out_or_refused_everywhere(site, press):
    writer, agent = site.person("agent"), site.person("agent")
    number = site.write(writer)
    answers = {path: agent.get(f"/p/experience/{path}").status_code for path in PAGES}
    answers |= {path: agent.get(f"/api/v1/p/experience/{path}").status_code for path in JSON}
    answers |= {f"{path} {form}": press(agent, "/p/experience/" + path.format(n=number), form).status_code for path, form in FORMS}
    assert {path: status for path, status in answers.items() if status >= 500} == {}
