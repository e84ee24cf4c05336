"""These tests only read: they share one site."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

# the oracle of the Erlang formulae lies with the benchmarks, which use it at length
sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "benchmarks"))


@pytest.fixture
def kb_app(kb_site):
    return kb_site
