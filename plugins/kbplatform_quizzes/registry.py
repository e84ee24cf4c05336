"""The kinds of question there are, and the bank, once for each platform."""

from __future__ import annotations

from kbplatform.sdk import Services
from kbplatform_quizzes.kinds import BUILT_IN, QuestionType
from kbplatform_quizzes.store import Bank

TAKE = "quizzes.take"
AUTHOR = "quizzes.author"
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
