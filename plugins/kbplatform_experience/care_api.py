"""JSON of keeping it decent and taking it further: reports, the queue, decisions, figures, proposals."""

from typing import Any, Literal

from flask import Response, jsonify
from pydantic import BaseModel, ConfigDict, Field

from kbplatform.sdk import PROPOSE, ApiBlueprint, QueryModel, Services, content_lang, current_actor, current_viewer, requires
from kbplatform_experience.insight import Insight, insight
from kbplatform_experience.moderation import MAX_WORDS, Case, Moderation
from kbplatform_experience.promotion import MOST_ENTRIES, plan, promote
from kbplatform_experience.reach import readable
from kbplatform_experience.registry import INSIGHT, MODERATE, READ

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
    reason: Literal["", "private", "wrong", "blame", "elsewhere", "other"] = Field("", description="Needed to hide or decline.")
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
    """``/entries/<n>/reports``, ``/entries/<n>/decisions``, ``/moderation``, ``/insight`` and ``/proposals``."""
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

    @api.get("/insight", responses={200: InsightOut})
    @requires(INSIGHT, person=True)
    def insight_figures(query: InsightQuery) -> Response:
        """Which practices draw lessons, which lessons are used, where what happened contradicts the article. Counts, never names."""
        return jsonify(_figures(insight(services.db, current_viewer(), content_lang(), days=query.days)).model_dump())

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


def _case(case: Case) -> CaseOut:
    said = case.comment
    return CaseOut(
        entry=case.entry.id, comment=said.id if said else None, lesson=case.entry.lesson, text=said.text if said else None, state=case.state,
        writer=case.writer or None, seen=case.seen,
        complaints=[ComplaintOut(reason=c.reason, words=c.words, by=c.by or None) for c in case.complaints],
    )  # fmt: skip


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
