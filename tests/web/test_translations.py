"""Every string of the interface is there in Chinese, what is compiled is what is written, and one word has one translation."""

from __future__ import annotations

import io
from collections import defaultdict
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import gettext, pgettext

from kbplatform.web.i18n import install_i18n

ROOT = Path(__file__).parents[2]
CORE = ROOT / "kbplatform"
FOLDERS = {"core": (CORE, CORE / "web" / "translations")} | {
    folder.name.removeprefix("kbplatform_"): (folder, folder / "translations") for folder in sorted((ROOT / "plugins").glob("kbplatform_*"))
}
WITH_WORDS = [name for name, (_source, translations) in FOLDERS.items() if translations.is_dir()]


@pytest.mark.parametrize("name", FOLDERS)
def test_no_string_lacks_its_chinese(name):
    source, translations = FOLDERS[name]
    found = extract_from_dir(str(source), [("**/templates/**.html", "jinja2"), ("**.py", "python")])
    asked = {(context or "", message) for _file, _line, message, _comments, context in found}
    known = {(m.context or "", m.id) for m in written(translations) if m.id and m.string and not m.fuzzy}
    assert sorted(asked - known) == []
    assert sorted(known - asked) == []


@pytest.mark.parametrize("name", WITH_WORDS)
def test_the_compiled_catalogue_is_up_to_date(name):
    translations = FOLDERS[name][1]
    compiled = read_mo(io.BytesIO((translations / "zh" / "LC_MESSAGES" / "messages.mo").read_bytes()))
    assert strings(compiled) == strings(written(translations))


def test_no_two_catalogues_translate_one_word_differently():
    """Catalogues share one space of words: of two translations all pages would show the one loaded later."""
    said = defaultdict(dict)
    for name in WITH_WORDS:
        for key, translation in strings(written(FOLDERS[name][1])).items():
            said[key][name] = translation
    assert {key: by_name for key, by_name in said.items() if len(set(by_name.values())) > 1} == {}


def test_a_plugin_does_not_change_the_words_of_the_core(tmp_path):
    folder = tmp_path / "zh" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalog = Catalog(locale="zh")
    catalog.add("Sign in", "进来")
    catalog.add("Sign in", "打卡", context="time clock")
    catalog.add("Good morning", "早上好")
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalog)
    app = Flask(__name__, static_folder=None)
    app.config["SESSION_COOKIE_SECURE"] = False
    install_i18n(app, "zh", [tmp_path])
    with app.test_request_context():
        assert (gettext("Sign in"), gettext("Good morning"), pgettext("time clock", "Sign in")) == ("登录", "早上好", "打卡")
        assert app.jinja_env.from_string("{{ pgettext('time clock', 'Sign in') }} {{ _('Sign in') }}").render() == "打卡 登录"


def written(translations):
    """The catalogue as it is in the file; empty where there is none."""
    file = translations / "zh" / "LC_MESSAGES" / "messages.po"
    return read_po(io.BytesIO(file.read_bytes()), locale="zh") if file.exists() else Catalog(locale="zh")


def strings(catalog):
    """(context, message) → translation; of a message with a plural both are tuples."""
    plain = lambda value: value if isinstance(value, str) else tuple(value)  # noqa: E731 - as short as it reads
    return {(m.context or "", plain(m.id)): plain(m.string) for m in catalog if m.id}
