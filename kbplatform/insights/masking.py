"""A customer's numbers and addresses are taken out of what is asked before it is stored.

Stricter than ``kbplatform.privacy``: a query is short, needs no numbers to be understood, and its writer sees no mask.
So any seven digits go, whatever they are, beside all that the finder finds.
"""

from __future__ import annotations

import re
import unicodedata

from kbplatform import privacy
from kbplatform.privacy import HIDDEN, STANDARD, Masked, Rules
from kbplatform.search.analysis import clean_query

_EMAIL = re.compile(r"[^\s@,;:，。；：、<>()（）]{1,64}@[^\s@,;:，。；：、<>()（）]{1,190}")
_DIGIT = r"[\d零〇一二三四五六七八九幺两壹贰貳叁參肆伍陆陸柒捌玖]"
_NUMBER = re.compile(rf"[+(]{{0,2}}{_DIGIT}(?:[\s\-–—_.,，、·()/]{{0,2}}{_DIGIT}){{6,}}[xX]?")
"""Seven digits or more, in figures or spelled, in groups or not: telephone, identity card (15, or 17 and a digit or X), bank card …"""

def mask(text: str, limit: int, rules: Rules = STANDARD) -> Masked:
    """``text``, blanks squeezed, without anything personal, and without any number of seven digits or more.

    Cut at ``limit`` characters after that, so that no half of a number is left at the end. A text in which
    something was found comes back in NFKC, where full-width digits and letters are plain ones.
    """
    given = clean_query(text, 4 * limit)
    found_first = privacy.mask(given, rules=rules)
    written = found_first.text
    plain = hidden = unicodedata.normalize("NFKC", written)
    for pattern in (_EMAIL, _NUMBER):
        hidden = pattern.sub(HIDDEN, hidden)
    found = found_first.hidden or hidden != plain
    return Masked((hidden if found else written)[:limit].strip(), found)
