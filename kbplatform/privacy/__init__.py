"""Personal data in free text: found, shown to its writer, and taken out before anything is stored.

:func:`find` says where, :func:`mask` puts a readable word in its place, :class:`Rules` holds what a site adds.
"""

from kbplatform.privacy.finder import find
from kbplatform.privacy.findings import HIDDEN, KINDS, Finding
from kbplatform.privacy.masking import Masked, mask
from kbplatform.privacy.rules import STANDARD, Rules, load_rules

__all__ = ["HIDDEN", "KINDS", "STANDARD", "Finding", "Masked", "Rules", "find", "load_rules", "mask"]
