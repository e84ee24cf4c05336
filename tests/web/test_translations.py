"""Every string of the interface is there in Chinese, and what is compiled is what is written."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

import kbplatform
import kbplatform_calculators
import kbplatform_quizzes

CORE = Path(kbplatform.__file__).parent
PLUGINS = {"calculators": Path(kbplatform_calculators.__file__).parent, "quizzes": Path(kbplatform_quizzes.__file__).parent}
FOLDERS = {"core": (CORE, CORE / "web" / "translations")} | {name: (folder, folder / "translations") for name, folder in PLUGINS.items()}


@pytest.mark.parametrize("name", FOLDERS)
def test_no_string_lacks_its_chinese(name):
    source, translations = FOLDERS[name]
    asked = {m for _file, _line, m, _comments, _context in extract_from_dir(str(source), [("**/templates/**.html", "jinja2"), ("**.py", "python")])}
    catalog = read_po(io.BytesIO((translations / "zh" / "LC_MESSAGES" / "messages.po").read_bytes()), locale="zh")
    known = {m.id for m in catalog if m.id and m.string and not m.fuzzy}
    assert sorted(asked - known) == []
    assert sorted(known - asked) == []


@pytest.mark.parametrize("name", FOLDERS)
def test_the_compiled_catalogue_is_up_to_date(name):
    folder = FOLDERS[name][1] / "zh" / "LC_MESSAGES"
    written = read_po(io.BytesIO((folder / "messages.po").read_bytes()), locale="zh")
    compiled = read_mo(io.BytesIO((folder / "messages.mo").read_bytes()))
    assert strings(compiled) == strings(written)


def strings(catalog):
    """Message → translation; of a message with a plural both are tuples."""
    plain = lambda value: value if isinstance(value, str) else tuple(value)  # noqa: E731 - as short as it reads
    return {plain(m.id): plain(m.string) for m in catalog if m.id}
