"""The example in the manual is a plugin that works, also where experience is switched off."""

from __future__ import annotations

import re
import types

import pytest

from kbplatform.app import platform_of
from kbplatform.articles.content_root import bundled_content


@pytest.fixture(params=["zh", "en"])
def module(request):
    """The plugin as the manual prints it."""
    manual = (bundled_content() / "handbook" / "plugin-hooks-data" / f"{request.param}.md").read_text("utf-8")
    source = re.search(r"### register_entry_kinds\n.*?```python\n(.*?)```", manual, re.DOTALL)[1]
    made = types.ModuleType("kb_hello")
    exec(compile(source, f"{request.param}.md", "exec"), made.__dict__)
    return made


def test_the_manual_s_kind_is_written_filtered_and_shown_everywhere(module, kb_plugin, kb_login, press):
    app = kb_plugin(module, name="hello")
    agent = kb_login(app, "agent")
    for page in ("/p/experience/new", "/desk", "/p/experience/"):
        assert "客户夸的" in agent.get(page).get_data(as_text=True), page
    made = press(agent, "/p/experience/new", {"lesson": "说“您等得值”", "kind": "hello_compliment"})
    assert made.status_code == 303
    assert "客户夸的" in agent.get(made.location).get_data(as_text=True)
    assert "您等得值" in agent.get("/p/experience/?kind=hello_compliment").get_data(as_text=True)
    assert agent.get("/api/v1/p/experience/entries?kind=hello_compliment").get_json()["entries"][0]["kind"] == "hello_compliment"


def test_without_experience_the_manual_s_plugin_does_no_harm(module, kb_plugin):
    app = kb_plugin(module, name="hello", disabled_plugins=["experience"])
    assert [p.name for p in platform_of(app).plugins.loaded if p.name in {"hello", "experience"}] == ["hello"]
