"""A short text in both languages; the leaf that errors, plugins and the command line speak with."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")
HAN_RANGE = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3007"
"""Chinese characters, for a character class of a regular expression."""


@dataclass(frozen=True, slots=True)
class Text:
    """A short text in both languages, for example a label: ``Text("计算器", "Calculators")``."""

    zh: str
    en: str

    def in_(self, lang: str) -> str:
        """The text in ``lang``; anything but ``en`` reads Chinese."""
        return self.en if lang == "en" else self.zh

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)


def other_lang(lang: str) -> Lang:
    """The platform's other language."""
    return "zh" if lang == "en" else "en"


def terminal_lang() -> Lang:
    """The language of a command line: ``KBPLATFORM_LANG``, else the locale, else English."""
    for name in ("KBPLATFORM_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"
