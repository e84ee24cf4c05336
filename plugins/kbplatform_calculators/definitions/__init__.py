"""The calculators, by the question they answer. Each module holds a tuple of that question's calculators."""

from __future__ import annotations

from kbplatform_calculators.calculator import Calculator
from kbplatform_calculators.definitions.quality import QUALITY
from kbplatform_calculators.definitions.staffing import STAFFING

SOUND: tuple[Calculator, ...] = (*QUALITY, *STAFFING)
"""Every calculator that may be trusted, in reading order."""
