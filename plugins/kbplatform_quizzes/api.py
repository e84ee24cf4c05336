"""The JSON of quizzes, part by part."""

from __future__ import annotations

from flask_openapi3.models.tag import Tag

from kbplatform.sdk import ApiBlueprint, Services
from kbplatform_quizzes.training import api as training


def make_api(services: Services) -> ApiBlueprint:
    """Everything under ``/api/v1/p/quizzes/``."""
    api = ApiBlueprint("quizzes_api", __name__, abp_tags=[Tag(name="quizzes", description="Questions, quizzes and training")])
    training.add_routes(api, services)
    return api
