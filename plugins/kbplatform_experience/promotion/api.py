"""JSON of taking entries into their article."""

from typing import Any, Literal

from flask import jsonify
from pydantic import BaseModel, ConfigDict, Field

from kbplatform.sdk import PROPOSE, ApiBlueprint, Services, current_actor, current_viewer, requires
from kbplatform_experience.promotion.service import MOST_ENTRIES, plan, promote


class ProposalIn(BaseModel):
    """Entries that should become part of their article. Without `text` they are added at the section's end, as a list."""

    model_config = ConfigDict(extra="forbid")

    entries: list[int] = Field(min_length=1, max_length=MOST_ENTRIES)
    section: str = Field("", max_length=80)
    lang: Literal["", "zh", "en"] = ""
    text: str = Field("", max_length=20_000, description="Markdown of the whole section.")
    title: str = Field(max_length=120, description="What changes and why, in a line.")
    revision: int | None = Field(None, ge=1, lt=2**31, description="The article's revision that `text` was written on.")


class ProposalOut(BaseModel):
    """The proposal that was made."""

    proposal: int
    url: str


def add_routes(api: ApiBlueprint, services: Services) -> None:
    """``/proposals``."""

    @api.post("/proposals", responses={201: ProposalOut})
    @requires(PROPOSE, person=True)
    def propose_entries(body: ProposalIn) -> Any:  # noqa: ANN401 - a response and its status
        """Propose that entries become part of their article, crediting their writers. An editor decides."""
        viewer = current_viewer()
        planned = plan(services, viewer, body.entries, section=body.section, lang=body.lang)
        number = promote(
            services, viewer, current_actor(), planned, text=body.text or planned.suggestion, title=body.title,
            revision=body.revision or planned.revision,
        )  # fmt: skip
        return jsonify(ProposalOut(proposal=number, url=f"/proposals/{number}").model_dump()), 201
