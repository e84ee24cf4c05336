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


@pytest.fixture
def ask(kb_client):
    """Ask a calculator through the API, as everybody does; answers are in English."""
    return _Asking(kb_client)


class _Asking:
    def __init__(self, client):
        self._client = client

    def answer(self, calculator, /, **inputs):
        """Outputs, explanation and warnings."""
        return self._post(calculator, inputs, 200)

    def outputs(self, calculator, /, **inputs):
        """Figures by name."""
        return self.answer(calculator, **inputs)["outputs"]

    def refused(self, calculator, /, **inputs):
        """The message at each field that is refused."""
        return {e["field"]: e["message"] for e in self._post(calculator, inputs, 422)["errors"]}

    def _post(self, calculator, inputs, status):
        response = self._client.post(f"/api/v1/p/calculators/{calculator}/runs", json={"inputs": inputs}, headers={"Accept-Language": "en"})
        assert response.status_code == status, response.get_data(as_text=True)
        return response.get_json()


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
