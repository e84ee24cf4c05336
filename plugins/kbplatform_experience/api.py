"""JSON of experience: one blueprint, to which each part adds its routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_openapi3.models.tag import Tag

from kbplatform.sdk import ApiBlueprint
from kbplatform_experience import care_api, reading_api, writing_api

if TYPE_CHECKING:
    from kbplatform.sdk import Services


def make_api(services: Services) -> ApiBlueprint:
    """The routes under ``/api/v1/p/experience/``."""
    about = Tag(name="experience", description="What colleagues learned, and what others did with it")
    api = ApiBlueprint("experience_api", __name__, abp_tags=[about])
    for part in (reading_api, writing_api, care_api):
        part.add_routes(api, services)
    return api
