"""What the plugin may allow, and its parts, once for each platform."""

from __future__ import annotations

from kbplatform.sdk import Services
from kbplatform_quizzes.attempts.quizzes import Quizzes
from kbplatform_quizzes.attempts.regrade import Regrader
from kbplatform_quizzes.attempts.sittings import Sittings
from kbplatform_quizzes.kinds import BUILT_IN, QuestionType
from kbplatform_quizzes.store import Bank

TAKE = "quizzes.take"
AUTHOR = "quizzes.author"
MARK = "quizzes.mark"
ASSIGN = "quizzes.assign"
RESULTS = "quizzes.results"
HOOK = "register_question_types"


def types_of(services: Services) -> tuple[QuestionType, ...]:
    """Our kinds, then those of other plugins whose name isn't taken."""
    return services.once(_types)


def _types(services: Services) -> tuple[QuestionType, ...]:
    known = {t.name: t for t in BUILT_IN}
    for theirs in services.contributed(HOOK, QuestionType):
        known.setdefault(theirs.name, theirs)
    return tuple(known.values())


def bank_of(services: Services) -> Bank:
    """The bank of this platform."""
    return services.once(_bank)


def _bank(services: Services) -> Bank:
    return Bank(services.db, types_of(services))


def regrader_of(services: Services) -> Regrader:
    """Who marks again, on this platform."""
    return services.once(_regrader)


def _regrader(services: Services) -> Regrader:
    return Regrader(services.db, bank_of(services), sittings_of(services))


def quiz_url(key: str) -> str:
    """Address of a quiz's page."""
    return f"/p/quizzes/q/{key}"


def quizzes_of(services: Services) -> Quizzes:
    """The quizzes of this platform."""
    return services.once(_quizzes)


def _quizzes(services: Services) -> Quizzes:
    return Quizzes(services.db)


def sittings_of(services: Services) -> Sittings:
    """Attempts on this platform."""
    return services.once(_sittings)


def _sittings(services: Services) -> Sittings:
    return Sittings(services.db, bank_of(services))
