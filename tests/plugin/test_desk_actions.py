"""What plugins let people do at the call desk with one key: one that fails, or wants a taken key, costs itself only."""

from __future__ import annotations

import pytest

from kbplatform import hookimpl
from kbplatform.bilingual import Text
from kbplatform.desk.views import KEYS
from kbplatform.plugin.contributions import DeskAction

TEMPLATE = "calculators/card.html"


class Actions:
    """A plugin whose actions ``work(viewer)`` makes."""

    def __init__(self, work):
        self.work = work

    @hookimpl
    def desk_actions(self, viewer, services):
        return self.work(viewer)


def action(key="m", label="Mine", href="/p/mine/", order=100, template=TEMPLATE):
    return DeskAction(key, Text(label, label), href, template, {"figures": []}, order)


def desk(app, client=None, address="/desk"):
    answer = (client or app.test_client()).get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_an_action_has_a_button_a_line_in_the_help_and_a_dialog(kb_plugin):
    page = desk(kb_plugin(Actions(lambda _v: [action()]), read_access="everyone"), address="/desk?q=投诉&lang=zh")
    assert '<dialog data-desk-action="m" data-plugin="mine" aria-label="Mine">' in page
    assert "<dt><kbd>m</kbd></dt><dd>Mine</dd>" in page
    assert 'href="/p/mine/?lang=zh&amp;article=' in page, "without scripts it is a link that names the answer in sight"


def test_an_action_is_for_whom_the_plugin_says(kb_plugin, kb_login):
    app = kb_plugin(Actions(lambda viewer: [action()] if viewer.id else []), read_access="everyone")
    assert "data-desk-action" not in desk(app).replace('data-plugin="experience"', "")
    assert 'data-desk-action="m"' in desk(app, kb_login(app))


@pytest.mark.parametrize(
    "work",
    [
        lambda _v: 1 / 0,
        lambda _v: "nonsense",
        lambda _v: [None],
        lambda _v: [action(template="no/such.html")],
        lambda _v: [action(key="c")],
        lambda _v: [action(key="Q")],
        lambda _v: [action(key="mm")],
    ],
    ids=["raises", "a string", "nothing in a list", "missing template", "the desk's key", "a capital", "two signs"],
)
def test_an_action_that_fails_costs_itself_only(kb_plugin, work):
    assert 'data-plugin="mine"' not in desk(kb_plugin(Actions(work), read_access="everyone"))


def test_of_two_with_one_key_the_first_in_order_has_it(kb_plugin):
    page = desk(kb_plugin(Actions(lambda _v: [action(label="Second", order=9), action(label="First", order=1)]), read_access="everyone"))
    assert "First" in page
    assert "Second" not in page


def test_an_action_leads_nowhere_else(kb_plugin):
    page = desk(kb_plugin(Actions(lambda _v: [action(href="//evil.example/")]), read_access="everyone"))
    assert "evil.example" not in page


def test_the_keys_of_the_desk_are_those_its_script_takes():
    import re

    from kbplatform.web import static_folder

    script = (static_folder() / "desk.js").read_text("utf-8")
    act = script[script.index("const act = {") : script.index("};", script.index("const act = {"))]
    taken = set(re.findall(r'^  "?(.)"?:', act, re.MULTILINE)) | set(re.findall(r"^act\.(.) =", script, re.MULTILINE)) | set("123456789")
    assert taken <= KEYS
