"""The calculators, by the question they answer. Each module holds a tuple of that question's calculators."""

from __future__ import annotations

from kbplatform_calculators.calculator import Calculator
from kbplatform_calculators.definitions.checking import CHECKING
from kbplatform_calculators.definitions.complaints import COMPLAINTS
from kbplatform_calculators.definitions.listening import LISTENING
from kbplatform_calculators.definitions.outcomes import OUTCOMES
from kbplatform_calculators.definitions.quality import QUALITY
from kbplatform_calculators.definitions.scores import SCORES
from kbplatform_calculators.definitions.surveys import SURVEYS

SOUND: tuple[Calculator, ...] = (
    *(*QUALITY, *OUTCOMES, *SCORES, *CHECKING),
    *(*SURVEYS, *LISTENING, *COMPLAINTS),
)
"""Every calculator that may be trusted, in reading order."""
