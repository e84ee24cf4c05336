"""Personal data is taken out of every text before it is stored, logged or indexed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kbplatform.sdk import Rules, mask

if TYPE_CHECKING:
    from collections.abc import Collection

    from kbplatform.sdk import Finding, Lang

_STANDARD = Rules()
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Private:
    """A text that may be stored, and what was found in the one it was made of: ``findings`` are places in that."""

    text: str
    hidden: bool
    findings: tuple[Finding, ...]


def clean(text: str, limit: int, *, rules: Rules = _STANDARD, lang: Lang | None = None) -> str:
    """``text`` in one line without personal data, at most ``limit`` characters. ``rules`` are the site's: ``services.masking``.

    What stands in the place of personal data is in ``lang``; without one, in Chinese where the text has Chinese characters.
    """
    return make_private(text, rules, lang or ("zh" if _HAN.search(text) else "en")).text[:limit].strip()


def make_private(text: str, rules: Rules = _STANDARD, lang: Lang | None = None, *, keep: Collection[str] = (), lines: bool = False) -> Private:
    """``text`` without personal data, whatever its length. ``keep`` are findings that the writer says are none; ``lines`` keeps line breaks.

    It is looked at twice: as it was given, and once more without its control characters, which may have hidden something.
    """
    first = mask(text, lang=lang, rules=rules, keep=keep)
    second = mask(tidy(first.text, lines=lines), lang=lang, rules=rules, keep=keep)
    return Private(second.text, first.hidden or second.hidden, first.findings)


def tidy(text: str, *, lines: bool = False) -> str:
    """Without control characters and needless blanks; with ``lines`` at most one empty line between two."""
    plain = "".join(c if unicodedata.category(c)[0] != "C" or c == "\n" else " " for c in text.replace("\r\n", "\n").replace("\r", "\n"))
    if not lines:
        return " ".join(plain.split())
    kept: list[str] = []
    for line in (" ".join(piece.split()) for piece in plain.split("\n")):
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()
