"""The calculators, by the question they answer. Each module holds a tuple of that question's calculators."""

from __future__ import annotations

from kbplatform_calculators.calculator import Calculator
from kbplatform_calculators.definitions.change import CHANGE
from kbplatform_calculators.definitions.forecast import FORECAST
from kbplatform_calculators.definitions.money import MONEY
from kbplatform_calculators.definitions.money_returns import RETURNS
from kbplatform_calculators.definitions.people import PEOPLE
from kbplatform_calculators.definitions.quality import QUALITY
from kbplatform_calculators.definitions.speed_calls import CALLS
from kbplatform_calculators.definitions.speed_responses import RESPONSES
from kbplatform_calculators.definitions.speed_work import WORK

SOUND: tuple[Calculator, ...] = (*QUALITY, *CALLS, *RESPONSES, *WORK, *FORECAST, *PEOPLE, *MONEY, *RETURNS, *CHANGE)
"""Every calculator that may be trusted, in reading order."""
