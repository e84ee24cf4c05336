"""These tests only read: they share one site, and one with calculators of the tests' own."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

# the oracle of the Erlang formulae lies with the benchmarks, which use it at length
sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "benchmarks"))
sys.path.insert(0, str(Path(__file__).parent))  # for own_calculators, which several files use


@pytest.fixture
def kb_app(kb_site):
    return kb_site


@pytest.fixture(scope="session")
def own_site(kb_template, tmp_path_factory):
    """A site with the plugin of own_calculators."""
    from own_calculators import Own

    from kbplatform.app import create_app, platform_of
    from kbplatform.settings import load_settings

    folder = tmp_path_factory.mktemp("own") / "data"
    shutil.copytree(kb_template, folder)
    app = create_app(load_settings(data_dir=folder, search_engine="memory", log_level="error"), plugins={"own": Own()})
    yield app
    platform_of(app).close()


@pytest.fixture
def own_client(own_site):
    client = own_site.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client
