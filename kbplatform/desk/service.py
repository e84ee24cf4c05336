"""What the call desk shows: hits with the call pages first, and the answer in both languages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kbplatform.desk.pins import Pins
from kbplatform.desk.uses import Uses
from kbplatform.errors import NotFound
from kbplatform.search.engine import ARTICLES
from kbplatform.search.service import MAX_QUERY_CHARS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from markupsafe import Markup

    from kbplatform.articles.pages import ArticleCard, ArticlePage, CodeTarget, GroupCard
    from kbplatform.articles.service import ArticleService
    from kbplatform.bilingual import Lang
    from kbplatform.db import Database
    from kbplatform.search.service import SearchHit, SearchService
    from kbplatform.search.why import Why
    from kbplatform.viewer import Viewer

LIMIT = 10
CALL_FIRST = 2.0
"""A page for the live call stands before any other that is not more than this many times as good."""
NEAR_GROUPS = 6


@dataclass(frozen=True, slots=True)
class DeskHit:
    """A line at the left. ``moment`` is empty for what is no article."""

    kind: str
    slug: str
    code: str
    """What one says aloud for it; empty for what is no article."""
    lang: str
    title: str
    angle: str
    moment: str
    url: str
    section: str = ""
    section_heading: str = ""
    snippet: Markup | str = ""
    matched_by: str = ""
    used: int = 0
    """How often it was used on a call in the last 30 days."""
    why: tuple[Why, ...] = ()
    """Words of the query that were read as others; empty where they stand there as typed."""

    @property
    def readable(self) -> bool:
        """Whether the desk itself can show it."""
        return self.kind in {"article", "handbook"}


@dataclass(frozen=True, slots=True)
class Found:
    """Hits for one query. ``near`` are groups to look through where nothing is sure."""

    hits: tuple[DeskHit, ...]
    low_confidence: bool
    degraded: bool = False
    near: tuple[GroupCard, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The right pane: an article, its other language where there is one, and the section that answers."""

    page: ArticlePage
    other: ArticlePage | None
    section: str
    whole: bool = False
    used: int = 0
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class AtHand:
    """The left column while the box is empty."""

    pins: list[DeskHit]
    recent: list[DeskHit]


class DeskService:
    """Search and articles as the desk wants them, with what it records."""

    def __init__(self, db: Database, search: SearchService, articles: ArticleService) -> None:
        self._search = search
        self._articles = articles
        self.uses = Uses(db, articles)
        self.pins = Pins(db, articles)

    def generation(self) -> int:
        """Which state of the index hits come from: what a browser keeps is good for one."""
        return self._search.engine.generation()

    def find(self, query: str, lang: Lang, viewer: Viewer, *, everything: bool = False) -> Found:
        """Pages for what was typed; with ``everything`` also the handbook, calculators and the like."""
        kinds: Iterable[str] = () if everything else ARTICLES
        readers = self._search.audiences_of(viewer)
        result = self._search.search(query[:MAX_QUERY_CHARS], lang=lang, kinds=kinds, audiences=readers, limit=LIMIT, explain=True)
        moments = {card.slug: card.moment for card in self._articles.cards((h.slug for h in result.hits), lang, viewer)}
        ranked = call_pages_first(result.hits, moments)
        unsure = result.low_confidence
        used, codes = self.uses.counts(moments), self._articles.codes(moments)
        hits = tuple(_hit(h, moments.get(h.slug, ""), codes.get(h.slug, ""), used.get(h.slug, 0)) for h in ranked)
        target = self._articles.by_code(query, lang, viewer)
        if target is not None:
            return Found(hits=(_by_code(target), *(() if unsure else hits)), low_confidence=False, degraded=result.degraded)
        return Found(
            hits=hits,
            low_confidence=unsure,
            degraded=result.degraded,
            near=self._near(ranked, lang, viewer) if unsure else (),
        )

    def answer(self, slug: str, lang: Lang, viewer: Viewer, *, section: str = "", whole: bool = False) -> Answer:
        """The article with the words to say in both languages. Raises NotFound."""
        page, other = self._articles.both(slug, lang, viewer)
        known = {s.id for s in page.sections}
        return Answer(
            page, other, section if section in known else "", whole,
            used=self.uses.counts([slug]).get(slug, 0), pinned=slug in self.pins.of(viewer),
        )  # fmt: skip

    def first_answer(self, found: Found, viewer: Viewer) -> Answer | None:
        """What to read at once: the best hit, unless nothing is sure or it is no article."""
        best = next(iter(found.hits), None)
        if best is None or found.low_confidence or not best.readable:
            return None
        try:
            return self.answer(best.slug, "en" if best.lang == "en" else "zh", viewer, section=best.section)
        except NotFound:  # gone since it was indexed
            return None

    def at_hand(self, lang: Lang, viewer: Viewer, *, pins: Sequence[str] = (), recent: Sequence[str] = ()) -> AtHand:
        """Pinned and recent articles. ``pins`` are what the browser of nobody in particular keeps; a person's own are in the database."""
        pinned = list(pins) if viewer.id is None else self.pins.of(viewer)
        return AtHand(self._listed(pinned, lang, viewer), self._listed([s for s in recent if s not in pinned], lang, viewer))

    def _listed(self, slugs: Sequence[str], lang: Lang, viewer: Viewer) -> list[DeskHit]:
        """These articles in this order, less what the reader may not see."""
        if not slugs:
            return []
        cards = {card.slug: card for card in self._articles.cards(slugs, lang, viewer)}
        codes = self._articles.codes(cards)
        return [_listed(cards[s], codes.get(s, "")) for s in dict.fromkeys(slugs) if s in cards]

    def _near(self, hits: Sequence[SearchHit], lang: Lang, viewer: Viewer) -> tuple[GroupCard, ...]:
        """The groups of what was found, then the rest in their order."""
        wanted = list(dict.fromkeys(h.group for h in hits))
        groups = self._articles.groups(lang, viewer, per_group=1)
        groups.sort(key=lambda g: wanted.index(g.id) if g.id in wanted else len(wanted))
        return tuple(groups[:NEAR_GROUPS])


def call_pages_first(hits: Sequence[SearchHit], moments: dict[str, str]) -> list[SearchHit]:
    """Pages for the live call before others of nearly their worth; each kind keeps its own order."""
    return sorted(hits, key=lambda h: -h.score * (CALL_FIRST if moments.get(h.slug) == "call" else 1.0))


def _hit(h: SearchHit, moment: str, code: str, used: int) -> DeskHit:
    return DeskHit(
        kind=h.kind, slug=h.slug, code=code, lang=h.lang, title=h.title, angle=h.angle, moment=moment, url=h.url,
        section=h.section, section_heading=h.section_heading, snippet=h.snippet, matched_by=h.matched_by, used=used, why=h.why,
    )  # fmt: skip


def _listed(card: ArticleCard, code: str) -> DeskHit:
    kind = "handbook" if card.kind == "handbook" else "article"
    return DeskHit(kind, card.slug, code, card.lang, card.title, card.angle, card.moment, card.url)


def _by_code(target: CodeTarget) -> DeskHit:
    hit = _listed(target.card, target.code)
    return replace(hit, url=target.url, section=target.section, section_heading=target.heading, matched_by="code")
