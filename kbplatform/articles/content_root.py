"""Where the bundled content is: beside the checkout's pyproject.toml, else inside the package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def bundled_content() -> Path:
    """The folder that holds ``practices.toml``, ``practices/``, ``handbook/``, ``glossary.toml``, ``site.toml``."""
    package = Path(str(files("kbplatform")))
    checkout = package.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / "content").is_dir():
        return checkout / "content"
    return package / "_content"
