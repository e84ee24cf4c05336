"""JSON: proposing changes to sections of articles, and deciding on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from flask import Response, jsonify
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from kbplatform.accounts.permissions import EDIT, PROPOSE
from kbplatform.articles.writing import MOST_SECTION
from kbplatform.bilingual import Lang, Text
from kbplatform.errors import Forbidden
from kbplatform.proposals.checking import MOST_TITLE, MOST_WORDS
from kbplatform.proposals.plain import ProposalOut, plain
from kbplatform.proposals.proposal import Credit, NewProposal, State
from kbplatform.proposals.reading import PAGE_SIZE, page_of
from kbplatform.web.access import current_actor, current_viewer, may, requires
from kbplatform.web.api import ApiBlueprint, QueryModel, StaleProblem

if TYPE_CHECKING:
    from kbplatform.db import Database
    from kbplatform.proposals.service import Proposals

_TAG = Tag(name="proposals", description="Changes proposed to sections of articles")


class ProposalsQuery(QueryModel):
    """Which proposals: of one state, one article, ``mine`` alone. Editors see all; others what was accepted, their own, and what credits them."""

    state: State | Literal[""] = ""
    article: str = Field("", max_length=80)
    mine: bool = False
    page: int = Field(1, ge=1, le=100_000)


class ProposalsOut(BaseModel):
    """A page of proposals, those decided or made last first."""

    total: int
    page_size: int
    proposals: list[ProposalOut]


class ProposalIn(BaseModel):
    """Other words for a section: ``text`` is the Markdown below its heading, ``revision`` the article's revision you have before you."""

    model_config = ConfigDict(extra="forbid")

    article: str = Field(min_length=1, max_length=80)
    lang: Lang
    section: str = Field(max_length=80)
    revision: int = Field(ge=1, lt=2**31)
    text: str = Field(min_length=1, max_length=MOST_SECTION)
    title: str = Field(min_length=1, max_length=MOST_TITLE)
    unnamed: bool = False
    """Leave your name out of the article."""


class ProposalPath(BaseModel):
    """Which proposal."""

    proposal_id: int = Field(ge=1, lt=2**31)


class DecisionIn(BaseModel):
    """``accepted``, in your own wording with ``text`` and the article's ``revision`` before you; ``declined`` with ``words``; or ``withdrawn``.

    With ``version`` it is refused (409) where somebody decided since.
    """

    model_config = ConfigDict(extra="forbid")

    state: Literal["accepted", "declined", "withdrawn"]
    text: str | None = Field(None, max_length=MOST_SECTION)
    revision: int | None = Field(None, ge=1, lt=2**31)
    words: str = Field("", max_length=MOST_WORDS)
    in_meaning: bool | None = None
    """Whether the section changes in meaning, which flags its questions; left out, its kind decides: steps, figures, say, do and don't do."""
    version: int | None = Field(None, ge=1, lt=2**31)


def make_api(db: Database, proposals: Proposals) -> ApiBlueprint:
    """``/api/v1/proposals``."""
    api = ApiBlueprint("proposals_api", __name__, url_prefix="/api/v1", abp_tags=[_TAG])

    def out(proposal_id: int) -> dict[str, Any]:
        return plain(proposals.get(current_viewer(), proposal_id, editor=may(EDIT)))

    @api.get("/proposals", responses={200: ProposalsOut})
    @requires(PROPOSE, person=True)
    def listing(query: ProposalsQuery) -> Response:
        """Proposals, those decided or made last first."""
        states = (query.state,) if query.state else ()
        with db.read() as session:
            found = page_of(
                session, current_viewer(), editor=may(EDIT), states=states, slug=query.article, mine=query.mine, page=query.page
            )
        return jsonify({"total": found.total, "page_size": PAGE_SIZE, "proposals": [plain(p) for p in found.proposals]})

    @api.post("/proposals", responses={201: ProposalOut})
    @requires(PROPOSE, person=True)
    def make(body: ProposalIn) -> tuple[Response, int]:
        """Propose other words for a section."""
        credit = Credit(None if body.unnamed else current_viewer().id)
        new = NewProposal(body.article, body.lang, body.section, body.revision, body.text, body.title, (credit,))
        return jsonify(out(proposals.propose(current_viewer(), current_actor(), new))), 201

    @api.get("/proposals/<int:proposal_id>", responses={200: ProposalOut})
    @requires(PROPOSE, person=True)
    def one(path: ProposalPath) -> Response:
        """One proposal."""
        return jsonify(out(path.proposal_id))

    @api.patch("/proposals/<int:proposal_id>", responses={200: ProposalOut, 409: StaleProblem})
    @requires(PROPOSE, person=True)
    def decide(path: ProposalPath, body: DecisionIn) -> Response:
        """Accept or decline a proposal, which takes the permission ``articles.edit``, or withdraw one's own."""
        _decide(proposals, path.proposal_id, body)
        return jsonify(out(path.proposal_id))

    return api


def _decide(proposals: Proposals, proposal_id: int, body: DecisionIn) -> None:
    viewer, actor = current_viewer(), current_actor()
    if body.state == "withdrawn":
        proposals.withdraw(viewer, actor, proposal_id, words=body.words)
        return
    proposals.get(viewer, proposal_id, editor=may(EDIT))
    if not may(EDIT):
        raise Forbidden(Text("只有编辑能处理修改提议", "Only editors decide on proposed changes"))
    if body.state == "accepted":
        proposals.accept(
            viewer, actor, proposal_id, text=body.text, revision=body.revision, words=body.words, version=body.version,
            in_meaning=body.in_meaning,
        )  # fmt: skip
    else:
        proposals.decline(viewer, actor, proposal_id, words=body.words, version=body.version)
