"""The example in the manual is a plugin that works."""

from __future__ import annotations

import re
import types

import pytest

from kbplatform.articles.content_root import bundled_content


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_manual_s_calculator_works_on_every_face(kb_plugin, lang):
    manual = (bundled_content() / "handbook" / "plugin-hooks-data" / f"{lang}.md").read_text("utf-8")
    source = re.search(r"### register_calculators\n.*?```python\n(.*?)```", manual, re.DOTALL)[1]
    module = types.ModuleType("kb_hello")
    exec(compile(source, f"{lang}.md", "exec"), module.__dict__)
    client = kb_plugin(module, name="hello").test_client()
    run = client.post("/api/v1/p/calculators/hello_return_rate/runs", json={"inputs": {"sent": 200, "returned": 8}}).get_json()
    assert run["outputs"]["rate"] == 0.04
    page = client.get("/p/calculators/hello_return_rate?sent=200&returned=8&b.sent=200&b.returned=24", headers={"Accept-Language": lang}).get_data(as_text=True)
    assert {"zh": "变好了", "en": "Better"}[lang] in page
    assert "/p/calculators/hello_return_rate" in client.get("/articles/complaint-handling").get_data(as_text=True)
    assert "/p/calculators/hello_return_rate" in client.get("/p/calculators/").get_data(as_text=True)
