"""The calculators, by the question they answer. Each module holds a tuple of that question's calculators."""

from __future__ import annotations

from kbplatform_calculators.calculator import Calculator
from kbplatform_calculators.definitions.quality import QUALITY
from kbplatform_calculators.definitions.source import SOURCE

SOUND: tuple[Calculator, ...] = (*QUALITY,)
"""Every calculator that may be trusted, in reading order."""

ALL: tuple[Calculator, ...] = (*SOUND, *SOURCE)
"""Those, and after them the formulae of the source as they stand there."""
