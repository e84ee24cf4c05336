"""These tests only read: they share one site."""

from __future__ import annotations

import pytest


@pytest.fixture
def kb_app(kb_site):
    return kb_site
