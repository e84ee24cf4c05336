"""The calculators, by the question they answer. Each module holds a tuple of that question's calculators."""

from __future__ import annotations

from kbplatform_calculators.calculator import Calculator
from kbplatform_calculators.definitions.change import CHANGE
from kbplatform_calculators.definitions.checking import CHECKING
from kbplatform_calculators.definitions.complaints import COMPLAINTS
from kbplatform_calculators.definitions.forecast import FORECAST
from kbplatform_calculators.definitions.listening import LISTENING
from kbplatform_calculators.definitions.money import MONEY
from kbplatform_calculators.definitions.money_returns import RETURNS
from kbplatform_calculators.definitions.outcomes import OUTCOMES
from kbplatform_calculators.definitions.people import PEOPLE
from kbplatform_calculators.definitions.quality import QUALITY
from kbplatform_calculators.definitions.scores import SCORES
from kbplatform_calculators.definitions.source import SOURCE
from kbplatform_calculators.definitions.speed_calls import CALLS
from kbplatform_calculators.definitions.speed_responses import RESPONSES
from kbplatform_calculators.definitions.speed_work import WORK
from kbplatform_calculators.definitions.staffing import STAFFING
from kbplatform_calculators.definitions.surveys import SURVEYS

SOUND: tuple[Calculator, ...] = (
    *(*QUALITY, *OUTCOMES, *SCORES, *CHECKING),
    *(*SURVEYS, *LISTENING, *COMPLAINTS),
    *(*CALLS, *RESPONSES, *WORK),
    *(*STAFFING, *FORECAST),
    *PEOPLE,
    *(*MONEY, *RETURNS),
    *CHANGE,
)
"""Every calculator that may be trusted, in reading order."""

ALL: tuple[Calculator, ...] = (*SOUND, *SOURCE)
"""Those, and after them the formulae of the source as they stand there."""
