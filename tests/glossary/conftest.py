"""Glossary files to read, and the bundled one."""

from __future__ import annotations

import pytest

from kbplatform.articles.content_root import bundled_content
from kbplatform.glossary import Glossary, glossary_files


@pytest.fixture(scope="session")
def bundled():
    return Glossary.load(*glossary_files(bundled_content()))


@pytest.fixture
def write(tmp_path):
    """``write(text, name="glossary.toml")`` → path of a file with it."""

    def write_(text: str, name: str = "glossary.toml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        return path

    return write_
