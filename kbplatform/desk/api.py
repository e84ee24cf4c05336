"""JSON: recording that an article was used on a call, and one's own pins."""

from flask import Response, jsonify, request
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from kbplatform.accounts.permissions import READ
from kbplatform.bilingual import Lang
from kbplatform.desk.pins import MOST, Pins
from kbplatform.desk.uses import CALL, Uses
from kbplatform.web.access import current_viewer, requires, signed_in
from kbplatform.web.api import ApiBlueprint, Problem

_TAG = Tag(name="desk", description="The call desk")


class UseIn(BaseModel):
    """An article that was used on a call. ``call`` is a random name for the call; ``ticket`` never a customer's own number."""

    model_config = ConfigDict(extra="forbid")

    slug: str = Field(min_length=1, max_length=80)
    lang: Lang = "zh"
    section: str = Field("", max_length=80)
    call: str = Field(pattern=CALL)
    ticket: str = Field("", max_length=200)


class UsedOut(BaseModel):
    """``counted`` is false where this call had counted it already; ``count``: uses of the last 30 days."""

    counted: bool
    count: int


class PinPath(BaseModel):
    """Which article."""

    slug: str = Field(max_length=80)


class PinIn(BaseModel):
    """Where it stands, from 1; at the end where not said. One that is pinned already stays where it is."""

    model_config = ConfigDict(extra="forbid")

    position: int | None = Field(None, ge=1, le=MOST)


class PinsOut(BaseModel):
    """Slugs of what one has pinned, in order."""

    pins: list[str]


def make_api(uses: Uses, pins: Pins) -> ApiBlueprint:
    """``/api/v1/uses`` and ``/api/v1/pins``."""
    api = ApiBlueprint("desk_api", __name__, url_prefix="/api/v1", abp_tags=[_TAG])

    @api.post("/uses", responses={201: UsedOut, 200: UsedOut, 429: Problem})
    @requires(READ)
    def use(body: UseIn) -> tuple[Response, int]:
        """Count an article as used on a call: 201; 200 where it was counted already."""
        used = uses.record(
            current_viewer(), request.remote_addr or "", slug=body.slug, lang=body.lang, call=body.call, section=body.section, ticket=body.ticket
        )
        return jsonify(UsedOut(counted=used.counted, count=used.count).model_dump()), 201 if used.counted else 200

    @api.get("/pins", responses={200: PinsOut})
    @signed_in
    def listing() -> Response:
        """What one has pinned at the desk."""
        return jsonify(PinsOut(pins=pins.of(current_viewer())).model_dump())

    @api.put("/pins/<slug>", responses={200: PinsOut})
    @signed_in
    def put(path: PinPath, body: PinIn) -> Response:
        """Pin an article, or move it."""
        return jsonify(PinsOut(pins=pins.put(current_viewer(), path.slug, body.position)).model_dump())

    @api.delete("/pins/<slug>", responses={200: PinsOut})
    @signed_in
    def take_off(path: PinPath) -> Response:
        """Unpin an article."""
        return jsonify(PinsOut(pins=pins.take_off(current_viewer(), path.slug)).model_dump())

    return api
