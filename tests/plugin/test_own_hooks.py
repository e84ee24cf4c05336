"""A plugin brings a hook of its own; others implement it, in whatever order they are found."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from kbplatform import hookimpl, hookspec
from kbplatform.app import make_platform
from kbplatform.bilingual import Text
from kbplatform.plugin.loader import load_plugins


class Specs:
    @staticmethod
    @hookspec
    def register_greetings(services):
        """Greetings of other plugins."""


class Brings:
    @hookimpl
    def register_hookspecs(self):
        return [Specs]


def greeter(answer, *, optional=True):
    class Greets:
        @hookimpl(optionalhook=optional)
        def register_greetings(self):
            return answer()

    return Greets()


def explode():
    raise RuntimeError("no greeting today")


@pytest.fixture
def greetings(kb_settings):
    """What all these plugins greet with, as the one that brings the hook gets it."""
    opened = []

    def of(plugins):
        opened.append(make_platform(kb_settings(), plugins=plugins))
        return opened[-1].services.contributed("register_greetings", Text)

    yield of
    for platform in opened:
        platform.close()


HELLO, GOOD_DAY = Text("你好", "Hello"), Text("您好", "Good day")


def test_whoever_was_found_first_is_heard_too(greetings):
    assert sorted(greetings({"first": greeter(lambda: [HELLO]), "brings": Brings(), "last": greeter(lambda: [GOOD_DAY])}), key=str) == [HELLO, GOOD_DAY]


@pytest.mark.parametrize("bad", [explode, lambda: ["Hello"], lambda: 7, lambda: [None]])
def test_a_bad_answer_costs_the_one_who_gave_it(greetings, bad):
    assert greetings({"brings": Brings(), "bad": greeter(bad), "good": greeter(lambda: [HELLO])}) == [HELLO]


def states(plugins):
    return {r.name: r.state for r in load_plugins(extra=plugins).records if r.name in plugins}


def test_without_the_plugin_that_brings_the_hook_an_optional_implementation_does_no_harm():
    assert states({"greets": greeter(lambda: [HELLO])}) == {"greets": "loaded"}
    assert states({"greets": greeter(lambda: [HELLO], optional=False)}) == {"greets": "failed"}


@pytest.mark.parametrize("brought", [explode, lambda: [SimpleNamespace()], lambda: 7, lambda: [None]])
def test_a_plugin_whose_hooks_cannot_be_taken_in_is_left_out(brought):
    class Broken:
        @hookimpl
        def register_hookspecs(self):
            return brought()

    assert states({"broken": Broken(), "fine": Brings()}) == {"broken": "failed", "fine": "loaded"}


def test_a_hook_that_is_there_already_cannot_be_brought_again():
    assert states({"first": Brings(), "second": Brings()}) == {"first": "loaded", "second": "failed"}


def test_what_is_made_once_is_the_same_ever_after(kb_settings):
    platform = make_platform(kb_settings())
    made = []

    def make(services):
        made.append(services)
        return object()

    assert platform.services.once(make) is platform.services.once(make)
    assert made == [platform.services]
    platform.close()
