"""Quizzes: questions that teach, marked exactly, each tied to the section that answers it.

This module only names what the plugin contributes; each part is imported when it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbplatform.sdk import hookimpl

if TYPE_CHECKING:
    from types import ModuleType

    from kbplatform.sdk import PackPart, Services


@hookimpl
def register_hookspecs() -> list[ModuleType]:
    """``register_question_types``, for other plugins."""
    from kbplatform_quizzes import hookspecs  # noqa: PLC0415 - this module stays light for `--help`

    return [hookspecs]


@hookimpl
def register_pack_parts(services: Services) -> list[PackPart]:
    """``quiz.yaml`` beside each article."""
    from kbplatform_quizzes.pack import quiz_part  # noqa: PLC0415 - as above

    return [quiz_part(services)]
