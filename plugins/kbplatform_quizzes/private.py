"""What people say about questions and to takers is kept without customers' numbers and names, by the site's own rules.

An answer is never changed: it is somebody's work and has to be marked as they wrote it. The page says who will read it instead.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kbplatform.sdk import Masked, mask

if TYPE_CHECKING:
    from kbplatform.sdk import Lang, Rules

_HAN = re.compile(r"[\u3400-\u9fff]")


def note(text: str, limit: int, rules: Rules) -> Masked:
    """A remark in one line of at most ``limit`` characters, as it may be stored. ``rules`` are the site's: ``services.masking``."""
    return mask(text, limit, lang=_lang(text), rules=rules)


def comment(text: str, rules: Rules) -> Masked:
    """The same of a text that keeps its lines and its length."""
    return mask(text.strip(), lang=_lang(text), rules=rules)


def _lang(text: str) -> Lang:
    """The language of what stands in the place of personal data: that of the text around it."""
    return "zh" if _HAN.search(text) else "en"
