"""A proposal in plain values, as the API and the command line give it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from kbplatform.proposals.proposal import State

if TYPE_CHECKING:
    from kbplatform.proposals.proposal import Proposal


class CreditOut(BaseModel):
    """Whose experience it carries; ``name`` empty for a colleague who stays unnamed or has left (``erased``)."""

    name: str
    erased: bool


class EvidenceOut(BaseModel):
    """What speaks for it."""

    label_zh: str
    label_en: str
    value: str
    number: float | None
    link: str


class ProposalOut(BaseModel):
    """A proposal. ``base_text`` is the section when it was proposed, ``text`` what was proposed, ``accepted_text`` what the editor made of it.

    ``version`` counts decisions. None unless accepted: ``revision``, the article's revision it became, and ``in_meaning``, whether it changed
    the section in meaning.
    """

    id: int
    article: str
    lang: str
    section: str
    heading: str
    title: str
    state: State
    version: int
    base_revision: int
    base_text: str
    text: str
    accepted_text: str
    in_meaning: bool | None
    revision: int | None
    words: str
    proposed_by: str
    proposed_at: str
    decided_by: str
    decided_at: str | None
    credits: list[CreditOut]
    evidence: list[EvidenceOut]
    url: str


def plain(p: Proposal) -> dict[str, Any]:
    """A proposal as JSON has it."""
    return ProposalOut(
        id=p.id, article=p.slug, lang=p.lang, section=p.section, heading=p.heading, title=p.title, state=p.state, version=p.version,
        base_revision=p.base_revision, base_text=p.base_text, text=p.text, accepted_text=p.accepted_text, in_meaning=p.in_meaning,
        revision=p.accepted_revision,
        words=p.words, proposed_by=p.created_by_name, proposed_at=p.created_at.isoformat(), decided_by=p.decided_by_name,
        decided_at=p.decided_at.isoformat() if p.decided_at else None, url=p.url,
        credits=[CreditOut(name=c.name, erased=c.erased) for c in p.credits],
        evidence=[EvidenceOut(label_zh=e.label.zh, label_en=e.label.en, value=e.value, number=e.number, link=e.link) for e in p.evidence],
    ).model_dump()  # fmt: skip
