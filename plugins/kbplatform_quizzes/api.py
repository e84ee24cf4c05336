"""The JSON of the plugin."""

from __future__ import annotations

from flask_openapi3.models.tag import Tag

from kbplatform.sdk import ApiBlueprint, Services
from kbplatform_quizzes import editing


def make_api(services: Services) -> ApiBlueprint:
    """What stands under ``/api/v1/p/quizzes/``."""
    api = ApiBlueprint("quizzes_api", __name__, abp_tags=[Tag(name="quizzes", description="Questions, quizzes and what came of them")])
    editing.add_routes(api, services)
    return api
