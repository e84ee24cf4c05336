"""Real documents for the search tests: the bundled content in an index of each engine."""

from __future__ import annotations

import pytest

from kbplatform.articles.content_root import bundled_content
from kbplatform.glossary import Glossary
from kbplatform.search.analysis import Analyzer


@pytest.fixture(scope="session")
def glossary():
    return Glossary.load(bundled_content() / "glossary.toml")


@pytest.fixture(scope="session")
def analyzer(glossary):
    return Analyzer(glossary.words)


@pytest.fixture(scope="session", params=["whoosh", "memory"])
def site(request, tmp_path_factory):
    """A platform with the bundled content, its index built; read only."""
    from kbplatform.app import make_platform
    from kbplatform.serving import sync_content
    from kbplatform.settings import load_settings

    settings = load_settings(data_dir=tmp_path_factory.mktemp(request.param), search_engine=request.param, log_level="error")
    platform = make_platform(settings)
    sync_content(platform)
    if request.param == "memory":
        platform.close()
        platform = make_platform(settings)
    else:
        indexer = platform.indexer()
        indexer.run_once()
        indexer.close()
    yield platform
    platform.close()


@pytest.fixture
def find(site):
    """``find("投诉")`` → numbers of the practices found, best first."""

    def find_(query: str, **options):
        result = site.search.search(query, **({"audiences": {"everyone"}} | options))
        return [hit.number for hit in result.hits]

    return find_
