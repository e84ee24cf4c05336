"""The JSON of the plugin: one blueprint, to which each part adds its routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_openapi3.models.tag import Tag

from kbplatform.sdk import ApiBlueprint
from kbplatform_quizzes import editing
from kbplatform_quizzes.attempts import api as attempts
from kbplatform_quizzes.attempts import managing_api as managing
from kbplatform_quizzes.statistics import api as statistics
from kbplatform_quizzes.training import api as training

if TYPE_CHECKING:
    from kbplatform.sdk import Services


def make_api(services: Services) -> ApiBlueprint:
    """The routes under ``/api/v1/p/quizzes/``."""
    api = ApiBlueprint("quizzes_api", __name__, abp_tags=[Tag(name="quizzes", description="Questions, quizzes, attempts and what came of them")])
    for part in (attempts, managing, editing, statistics, training):
        part.add_routes(api, services)
    return api
