"""Everything that is about HTTP and the page frame, and about no feature in particular."""

from pathlib import Path


def static_folder() -> Path:
    """The files served under ``/static/``."""
    return Path(__file__).parent / "static"


def template_folder() -> Path:
    """The templates every page is built on."""
    return Path(__file__).parent / "templates"
