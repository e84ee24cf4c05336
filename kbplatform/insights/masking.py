"""A customer's numbers and addresses are taken out of what is asked before it is stored.

Whatever a text is stored for, it goes through :func:`mask` first: this is the place to teach it more.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from kbplatform.search.analysis import clean_query

HIDDEN = "***"
_EMAIL = re.compile(r"[^\s@,;:，。；：、<>()（）]{1,64}@[^\s@,;:，。；：、<>()（）]{1,190}")
_DIGIT = r"[\d零〇一二三四五六七八九幺两壹贰貳叁參肆伍陆陸柒捌玖]"
_NUMBER = re.compile(rf"[+(]{{0,2}}{_DIGIT}(?:[\s\-–—_.,，、·()/]{{0,2}}{_DIGIT}){{6,}}[xX]?")
"""Seven digits or more, in figures or spelled, in groups or not: telephone, identity card (15, or 17 and a digit or X), bank card …"""


@dataclass(frozen=True, slots=True)
class Masked:
    """A text that may be stored; ``hidden``: something was taken out of it."""

    text: str
    hidden: bool


def mask(text: str, limit: int) -> Masked:
    """``text``, blanks squeezed, without telephone numbers, identity and bank cards and e-mail addresses.

    Cut at ``limit`` characters after that, so that no half of a number is left at the end. A text in which
    something was found comes back in NFKC, where full-width digits and letters are plain ones.
    """
    written = clean_query(text, 4 * limit)
    plain = hidden = unicodedata.normalize("NFKC", written)
    for pattern in (_EMAIL, _NUMBER):
        hidden = pattern.sub(HIDDEN, hidden)
    found = hidden != plain
    return Masked((hidden if found else written)[:limit].strip(), found)
