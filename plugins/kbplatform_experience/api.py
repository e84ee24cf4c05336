"""JSON of experience: one blueprint, to which each part adds its routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_openapi3.models.tag import Tag

from kbplatform.sdk import ApiBlueprint
from kbplatform_experience.insight import api as insight
from kbplatform_experience.moderation import api as moderation
from kbplatform_experience.promotion import api as promotion
from kbplatform_experience.reading import api as reading
from kbplatform_experience.writing import api as writing

if TYPE_CHECKING:
    from kbplatform.sdk import Services


def make_api(services: Services) -> ApiBlueprint:
    """The routes under ``/api/v1/p/experience/``."""
    about = Tag(name="experience", description="What colleagues learned, and what others did with it")
    api = ApiBlueprint("experience_api", __name__, abp_tags=[about])
    for part in (reading, writing, moderation, insight, promotion):
        part.add_routes(api, services)
    return api
