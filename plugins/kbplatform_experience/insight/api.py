"""JSON of the figures."""

from typing import Literal

from flask import Response, jsonify
from pydantic import BaseModel

from kbplatform.sdk import ApiBlueprint, QueryModel, Services, content_lang, current_viewer, requires
from kbplatform_experience.insight.service import Insight, insight
from kbplatform_experience.registry import INSIGHT


class InsightQuery(QueryModel):
    """Days looked back over; 0 is everything."""

    days: Literal[0, 30, 90, 365] = 90


class PracticeFigures(BaseModel):
    """What one article drew; `slug` is null for entries that belong to none."""

    slug: str | None
    entries: int
    failed: int
    questions: int
    writers: int
    uses: int
    helped: int
    did_not_help: int
    thanks: int
    in_article: int


class SpotOut(BaseModel):
    """A section that experience speaks against."""

    slug: str
    section: str
    failed: int
    did_not_help: int
    helped: int
    entries: list[int]


class InsightOut(BaseModel):
    """The figures of a period. `ready` are entries worth putting into their article."""

    practices: list[PracticeFigures]
    contradictions: list[SpotOut]
    most_used: list[int]
    ready: list[int]


def add_routes(api: ApiBlueprint, services: Services) -> None:
    """``/insight``."""

    @api.get("/insight", responses={200: InsightOut})
    @requires(INSIGHT, person=True)
    def insight_figures(query: InsightQuery) -> Response:
        """Which practices draw lessons, which lessons are used, where what happened contradicts the article. Counts, never names."""
        return jsonify(_figures(insight(services.db, current_viewer(), content_lang(), days=query.days)).model_dump())


def _figures(found: Insight) -> InsightOut:
    return InsightOut(
        practices=[
            PracticeFigures(
                slug=r.card.slug if r.card else None, entries=r.entries, failed=r.failed, questions=r.questions, writers=r.writers, uses=r.uses,
                helped=r.helped, did_not_help=r.useless, thanks=r.thanks, in_article=r.in_article,
            )
            for r in found.practices
        ],
        contradictions=[
            SpotOut(
                slug=s.card.slug, section=s.section, failed=s.failed, did_not_help=s.useless, helped=s.helped,
                entries=[n for n, _, _ in s.lessons],
            )
            for s in found.spots
        ],
        most_used=[x.number for x in found.most_used], ready=[x.number for x in found.ready],
    )  # fmt: skip
