"""Engines come by offer, a plugin's like our own, and a setting names the one that is used."""

from __future__ import annotations

import pytest

from kbplatform import hookimpl
from kbplatform.app import make_platform, platform_of
from kbplatform.errors import SettingsError
from kbplatform.plugin.contributions import SearchEngineOffer
from kbplatform.search.engines.memory import MemoryEngine
from kbplatform.search.engines.whoosh import WhooshEngine
from kbplatform.settings import load_settings


class Elsewhere(MemoryEngine):
    """A stranger's engine: it works as it should."""

    name = "elsewhere"


def plugin(*offers: SearchEngineOffer) -> object:
    class Mine:
        @hookimpl
        def register_search_engines(self):
            return list(offers)

    return Mine()


def platform(kb_settings, *offers: SearchEngineOffer, **settings):
    return make_platform(kb_settings(**settings), plugins={"mine": plugin(*offers)})


def test_a_plugin_s_engine_is_filled_and_answers_where_the_setting_names_it(kb_make_app):
    engine = Elsewhere()  # in memory: pages and indexer must share it
    app = kb_make_app(plugins={"mine": plugin(SearchEngineOffer("elsewhere", lambda: engine))}, search_engine="elsewhere")
    site = platform_of(app)
    indexer = site.indexer()
    indexer.run_once()
    indexer.close()
    assert site.search.engine is engine
    result = site.search.search("tousu", audiences={"everyone"})
    assert (result.hits[0].number in {5, 14, 29}, result.degraded) == (True, False)


def test_without_the_setting_a_plugin_s_engine_is_never_made(kb_settings):
    def make():
        raise AssertionError

    made = platform(kb_settings, SearchEngineOffer("elsewhere", make), SearchEngineOffer("whoosh", make), search_engine="auto")
    assert type(made.search.engine) is WhooshEngine  # nor does anybody else go by our names
    made.close()


def test_a_name_nobody_offers_is_an_error_that_lists_those_there_are(kb_settings):
    with pytest.raises(SettingsError) as caught:
        platform(kb_settings, SearchEngineOffer("elsewhere", Elsewhere), search_engine="lucene")
    assert caught.value.message.en == "KBPLATFORM_SEARCH_ENGINE = 'lucene': there is no such search engine; known: auto, elsewhere, memory, whoosh"
    assert "KBPLATFORM_DATABASE_URL" in caught.value.remedy.en


def test_a_name_that_cannot_be_one_is_refused_with_the_settings():
    with pytest.raises(SettingsError, match="KBPLATFORM_SEARCH_ENGINE"):
        load_settings(search_engine="../x")


def test_what_is_no_engine_is_said_at_start(kb_settings):
    with pytest.raises(SettingsError) as caught:
        platform(kb_settings, SearchEngineOffer("elsewhere", object), search_engine="elsewhere")
    assert caught.value.message.en.startswith("The search engine elsewhere lacks: apply, asked, audiences, check")
