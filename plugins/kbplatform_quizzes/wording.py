"""When two answers are the same words: exact after what a keyboard may change, never by likeness.

``可以退款`` and ``不可以退款`` are nearly alike and opposite, so likeness never gives a mark; it only sends an answer to a person.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher

ALIKE = 0.75
"""From this likeness on (0–1) an answer that isn't accepted is shown to a trainer."""
_PUNCTUATION = str.maketrans(dict(zip("。、「」『』《》“”‘’—–－·～", ".,\"\"\"\"\"\"\"\"''---.~", strict=True)))
_EDGES = " .,;:!?\"'"


def plain(answer: str) -> str:
    """``answer`` as it is compared: half width, one case, without spaces and without marks at its ends. What is nothing but marks stays."""
    text = unicodedata.normalize("NFKC", answer.translate(_PUNCTUATION)).casefold().translate(_PUNCTUATION)
    bare = re.sub(r"\s+", "", text)
    return bare.strip(_EDGES) or bare


def nearly(answer: str, accepted: str) -> bool:
    """Whether a person should look at ``answer``: it is like ``accepted`` or holds it, without being it."""
    one, other = plain(answer)[:400], plain(accepted)[:400]
    if not one or not other or one == other:
        return False
    return other in one or SequenceMatcher(None, one, other, autojunk=False).ratio() >= ALIKE
