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
def site(request, lay_out, tmp_path_factory):
    """A platform with the bundled content, its index built; read only."""
    from kbplatform.app import make_platform
    from kbplatform.settings import load_settings

    folder = lay_out(tmp_path_factory.mktemp(request.param) / "data")
    platform = make_platform(load_settings(data_dir=folder, search_engine=request.param, log_level="error"))
    yield platform
    platform.close()


@pytest.fixture
def find(site):
    """``find("投诉")`` → numbers of the practices found, best first."""

    def find_(query: str, **options):
        result = site.search.search(query, **({"audiences": {"everyone"}} | options))
        return [hit.number for hit in result.hits]

    return find_
