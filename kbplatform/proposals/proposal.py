"""What is given and shown of edit proposals: frozen values for pages, JSON and plugins."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from kbplatform.articles.pages import article_url

if TYPE_CHECKING:
    from datetime import datetime

    from kbplatform.bilingual import Lang, Text

State = Literal["open", "accepted", "declined", "withdrawn", "outdated"]
OPEN: Final = "open"
ACCEPTED: Final = "accepted"
DECLINED: Final = "declined"
WITHDRAWN: Final = "withdrawn"
OUTDATED: Final = "outdated"
STATES: tuple[State, ...] = (OPEN, ACCEPTED, DECLINED, WITHDRAWN, OUTDATED)
PROPOSAL_MADE = "proposal.made"
PROPOSAL_DECIDED = "proposal.decided"
"""Topics of the events. Both carry ``proposal``, ``plugin``, ``ref``, ``credits`` (the references of those credited), ``slug``,
``lang``, ``section``; a decision also ``state``, ``revision`` and ``in_meaning`` (None unless accepted), ``by``, ``to`` (who proposed
it) and ``words``."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a proposal comes from: a plugin, and the plugin's own name for it (at most 80 characters)."""

    plugin: str
    ref: str


@dataclass(frozen=True, slots=True)
class Credit:
    """Somebody whose experience a proposal carries. ``user_id`` None is a colleague who wishes to stay unnamed.

    ``ref`` is the plugin's own name for what they gave (at most 80 characters). In a proposal that is read, ``name`` is their
    present name; ``erased`` tells that their data was erased since.
    """

    user_id: int | None
    ref: str = ""
    name: str = ""
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for a proposal: ``Evidence(Text("用过", "Used"), number=17)``.

    ``value`` are words, ``number`` a figure; at least one of them is given. ``link`` is a path of this site or an https address.
    """

    label: Text
    value: str = ""
    number: float | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class NewProposal:
    """What somebody proposes. ``text`` is the Markdown below the heading of ``section``; ``revision`` is the article's revision they had before them.

    ``section`` is an id such as ``steps``, the call face's ``say``, ``do`` and ``dont`` too; empty for text before the first heading.
    """

    slug: str
    lang: Lang
    section: str
    revision: int
    text: str
    title: str
    credits: tuple[Credit, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """An edit proposal as it stands.

    ``base_text`` is the section as the proposer had it, ``text`` what they proposed, ``accepted_text`` what the editor made of it;
    ``in_meaning`` whether they said that it changes the section in meaning, None unless accepted.
    ``created_by`` and ``decided_by`` are numbers of people, with their present names.
    """

    id: int
    article_id: int
    kind: str
    slug: str
    article_title: str
    lang: Lang
    section: str
    heading: str
    base_revision: int
    base_text: str
    text: str
    title: str
    state: State
    version: int
    created_by: int | None
    created_by_name: str
    created_at: datetime
    decided_by: int | None = None
    decided_by_name: str = ""
    decided_at: datetime | None = None
    words: str = ""
    accepted_revision: int | None = None
    accepted_text: str = ""
    in_meaning: bool | None = None
    origin: Origin | None = None
    credits: tuple[Credit, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def url(self) -> str:
        """Where it is read and decided."""
        return f"/proposals/{self.id}"

    @property
    def section_url(self) -> str:
        """Where its section is read."""
        return article_url(self.kind, self.slug, self.lang, self.section)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a proposal compares with the article now. ``text`` is the section's present Markdown, None where the section is gone."""

    revision: int
    text: str | None
    changed: bool
    """Whether the section reads otherwise than it did when the proposal was made."""


@dataclass(frozen=True, slots=True)
class SectionCredit:
    """Whose experience a section holds: one accepted proposal."""

    section: str
    proposal_id: int
    revision: int
    credits: tuple[Credit, ...]


@dataclass(frozen=True, slots=True)
class ProposalPage:
    """A page of proposals; ``total`` of those asked for, ``counts`` by state."""

    proposals: tuple[Proposal, ...]
    total: int
    counts: dict[str, int] = field(default_factory=dict)
