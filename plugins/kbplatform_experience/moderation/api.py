"""JSON of keeping it decent: reports, the queue, decisions."""

from typing import Literal

from flask import Response, jsonify
from pydantic import BaseModel, ConfigDict, Field

from kbplatform.sdk import ApiBlueprint, QueryModel, Services, current_actor, current_viewer, requires
from kbplatform_experience.moderation.service import MAX_WORDS, Case, Moderation
from kbplatform_experience.reach import readable
from kbplatform_experience.registry import MODERATE, READ

Reason = Literal["private", "wrong", "blame", "elsewhere", "other"]


class CasePath(BaseModel):
    """Which entry."""

    number: int = Field(ge=1, lt=2**31)


class ReportIn(BaseModel):
    """That an entry, or a comment under it, should not be there."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason
    words: str = Field("", max_length=MAX_WORDS, description="What is the matter; needed for `other`.")
    comment: int | None = Field(None, ge=1, lt=2**31)


class DecisionIn(BaseModel):
    """What a moderator decides. `seen` is the case's, as it was read: where somebody was faster, 409."""

    model_config = ConfigDict(extra="forbid")

    do: Literal["show", "hide", "decline"]
    seen: str = Field(max_length=40)
    reason: Literal[""] | Reason = Field("", description="Needed to hide or decline.")
    words: str = Field("", max_length=MAX_WORDS, description="The writer is shown these.")
    comment: int | None = Field(None, ge=1, lt=2**31)


class ComplaintOut(BaseModel):
    """What somebody said of it."""

    reason: str
    words: str
    by: str | None


class CaseOut(BaseModel):
    """Something that waits for a moderator. `comment` is null where it is the entry itself."""

    entry: int
    comment: int | None
    lesson: str
    text: str | None = Field(description="The comment's words.")
    state: str
    writer: str | None
    seen: str
    complaints: list[ComplaintOut]


class QueueOut(BaseModel):
    """A page of the queue, oldest first. `next` is the entry to go on after."""

    total: int
    cases: list[CaseOut]
    next: int | None


class QueueQuery(QueryModel):
    """Where to go on: `next` of the page before."""

    after: int = Field(0, ge=0, lt=2**31)


def add_routes(api: ApiBlueprint, services: Services) -> None:
    """``/entries/<n>/reports``, ``/entries/<n>/decisions`` and ``/moderation``."""
    moderation = Moderation(services)

    @api.post("/entries/<int:number>/reports", responses={204: None})
    @requires(READ, person=True)
    def report_entry(path: CasePath, body: ReportIn) -> Response:
        """Say that an entry, or a comment under it, should not be there. The same person twice is once."""
        viewer = current_viewer()
        readable(services, viewer, path.number)
        moderation.report(viewer, current_actor(), path.number, reason=body.reason, words=body.words, comment=body.comment)
        return Response(status=204)

    @api.get("/moderation", responses={200: QueueOut})
    @requires(MODERATE, person=True)
    def moderation_cases(query: QueueQuery) -> Response:
        """What waits for a moderator: reported entries and comments, and new ones where moderators look first."""
        viewer = current_viewer()
        cases = moderation.queue(viewer, query.after)
        entries = [c.entry.id for c in cases if c.comment is None]
        out = QueueOut(total=moderation.waiting(viewer), cases=[_case(c) for c in cases], next=entries[-1] if entries else None)
        return jsonify(out.model_dump())

    @api.post("/entries/<int:number>/decisions", responses={204: None})
    @requires(MODERATE, person=True)
    def decide_entry(path: CasePath, body: DecisionIn) -> Response:
        """Show, hide or decline an entry, or show or hide a comment. The writer is told, with the reason."""
        moderation.decide(
            current_viewer(), current_actor(), path.number, body.do, seen=body.seen, reason=body.reason, words=body.words, comment=body.comment
        )
        return Response(status=204)


def _case(case: Case) -> CaseOut:
    said = case.comment
    return CaseOut(
        entry=case.entry.id, comment=said.id if said else None, lesson=case.entry.lesson, text=said.text if said else None, state=case.state,
        writer=case.writer or None, seen=case.seen,
        complaints=[ComplaintOut(reason=c.reason, words=c.words, by=c.by or None) for c in case.complaints],
    )  # fmt: skip
