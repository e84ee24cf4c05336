"""The sixteen formulae of the source, each as it stands there and with what is wrong with it."""

from __future__ import annotations

from kbplatform_calculators.calculator import Calculator
from kbplatform_calculators.definitions.source.goals import GOAL_COMPLETION
from kbplatform_calculators.definitions.source.nothing import COLLABORATION, FEEDBACK_BREAKDOWN, ORGANISATION, PERSONALISATION
from kbplatform_calculators.definitions.source.processes import PROCESS_DURATION
from kbplatform_calculators.definitions.source.rates import FEEDBACK_RATIO, INNOVATION, RESOLUTION_RATE
from kbplatform_calculators.definitions.source.savings import TIME_SAVINGS, WEB_EXPERIENCE
from kbplatform_calculators.definitions.source.scores import SATISFACTION_PRODUCT, SATISFACTION_SUM, SERVICE_SCORE
from kbplatform_calculators.definitions.source.skills import EFFICIENCY, PROFESSIONALISM

SOURCE: tuple[Calculator, ...] = (
    SERVICE_SCORE,
    PROCESS_DURATION,
    SATISFACTION_SUM,
    FEEDBACK_RATIO,
    RESOLUTION_RATE,
    TIME_SAVINGS,
    FEEDBACK_BREAKDOWN,
    GOAL_COMPLETION,
    ORGANISATION,
    PROFESSIONALISM,
    EFFICIENCY,
    INNOVATION,
    PERSONALISATION,
    WEB_EXPERIENCE,
    COLLABORATION,
    SATISFACTION_PRODUCT,
)
"""In the order in which they first appear."""
