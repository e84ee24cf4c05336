"""The hook this plugin offers to others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbplatform.sdk import hookspec

if TYPE_CHECKING:
    from kbplatform.sdk import Services
    from kbplatform_quizzes.kinds import QuestionType


@hookspec
def register_question_types(services: Services) -> list[QuestionType]:  # type: ignore[empty-body]
    """Kinds of question of another plugin. A name that is taken keeps its first owner."""
