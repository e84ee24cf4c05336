"""JSON: texts that were edited here and come differently from the pack, and settling them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from flask import Response, jsonify
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from kbplatform.accounts.permissions import EDIT
from kbplatform.conflicts.service import PAGE_SIZE
from kbplatform.web.access import current_actor, current_viewer, requires
from kbplatform.web.api import ApiBlueprint, QueryModel, StaleProblem

if TYPE_CHECKING:
    from kbplatform.conflicts.service import Conflicts, PackConflict

_TAG = Tag(name="conflicts", description="Texts edited here that come differently from a content pack")


class PageQuery(QueryModel):
    """A slice of the list."""

    page: int = Field(1, ge=1, le=100_000)


class PartOut(BaseModel):
    """Where the texts differ: a section's id, ``---`` for the front matter, ``*`` for all below it. A text is None on a side without that part.

    ``suggested`` is the side that alone changed it since the pack was last taken in.
    """

    part: str
    heading: str
    ours: str | None
    theirs: str | None
    suggested: Literal["ours", "theirs"] | None


class ConflictOut(BaseModel):
    """A text in conflict with a pack; ``revision`` is the article's present one."""

    id: int
    article: str
    lang: str
    title: str
    revision: int
    at: str
    parts: list[PartOut]
    url: str


class ConflictsOut(BaseModel):
    """A page of them, the newest first."""

    total: int
    page_size: int
    conflicts: list[ConflictOut]


class ConflictPath(BaseModel):
    """Which one."""

    conflict_id: int = Field(ge=1, lt=2**31)


class ChoicesIn(BaseModel):
    """``choices`` has ``ours`` or ``theirs`` for each part; ``revision`` is the article's revision you have before you."""

    model_config = ConfigDict(extra="forbid")

    revision: int = Field(ge=1, lt=2**31)
    choices: dict[str, Literal["ours", "theirs"]] = Field(max_length=500)


class SettledOut(BaseModel):
    """The article's revision after settling."""

    article: str
    lang: str
    revision: int


def make_api(conflicts: Conflicts) -> ApiBlueprint:
    """``/api/v1/conflicts``."""
    api = ApiBlueprint("conflicts_api", __name__, url_prefix="/api/v1", abp_tags=[_TAG])

    @api.get("/conflicts", responses={200: ConflictsOut})
    @requires(EDIT, person=True)
    def listing(query: PageQuery) -> Response:
        """Conflicts that wait, the newest first."""
        found, total = conflicts.page(current_viewer(), query.page)
        return jsonify({"total": total, "page_size": PAGE_SIZE, "conflicts": [_plain(c) for c in found]})

    @api.get("/conflicts/<int:conflict_id>", responses={200: ConflictOut})
    @requires(EDIT, person=True)
    def one(path: ConflictPath) -> Response:
        """One conflict with both texts of every part that differs."""
        return jsonify(_plain(conflicts.get(current_viewer(), path.conflict_id)))

    @api.post("/conflicts/<int:conflict_id>", responses={200: SettledOut, 409: StaleProblem})
    @requires(EDIT, person=True)
    def settle(path: ConflictPath, body: ChoicesIn) -> Response:
        """Choose for each part; the article then reads so, and the same pack brings no conflict again."""
        found = conflicts.get(current_viewer(), path.conflict_id)
        number = conflicts.settle(current_viewer(), current_actor(), path.conflict_id, revision=body.revision, choices=body.choices)
        return jsonify(SettledOut(article=found.slug, lang=found.lang, revision=number).model_dump())

    return api


def _plain(c: PackConflict) -> dict[str, Any]:
    return ConflictOut(
        id=c.id, article=c.slug, lang=c.lang, title=c.title, revision=c.revision, at=c.at.isoformat(), url=c.url,
        parts=[PartOut(part=p.part, heading=p.heading, ours=p.ours, theirs=p.theirs, suggested=p.suggested) for p in c.parts],
    ).model_dump()  # fmt: skip
