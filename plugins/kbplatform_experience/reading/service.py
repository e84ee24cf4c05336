"""Entries as pages, API and panels show them.

A writer who wishes to stay unnamed has no name here for anybody, and no team either: in a small team that would be a name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import and_, exists, or_, select, tuple_

from kbplatform.sdk import ArticleService, InvalidInput, Text, names_of, sections_of, team_names
from kbplatform_experience.models import Entry, Promotion, Reaction, Tag
from kbplatform_experience.reach import SHOWN, entry_for, readable, seen_by, within_reach
from kbplatform_experience.reading.following import Followed, followed_by
from kbplatform_experience.registry import entry_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from kbplatform.sdk import ArticleCard, Database, Lang, Viewer

PAGE_SIZE = 20
ROOM = 16_000
"""Bytes that the cards of one page may have."""
CARD_RESULT, CARD_TAGS = 140, 3
"""Characters of the result and tags of an entry that a card shows."""
Order = Literal["newest", "used"]
ACCEPTED = "accepted"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"([0-9]{1,17})-([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to show of the feed; empty ones restrict nothing. ``team`` is a key, ``tag`` is compared as it is stored."""

    order: Order = "newest"
    slug: str = ""
    section: str = ""
    team: str = ""
    tag: str = ""
    kind: str = ""
    lang: str = ""
    mine: bool = False
    followed: bool = False
    after: str = ""
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """An entry as it is shown. ``writer`` and ``team`` are names, empty where nobody is to know; ``promoted`` is the accepted proposal."""

    entry: Entry
    article: ArticleCard | None
    writer: str
    team: str
    mine: bool
    tags: tuple[str, ...] = ()
    pressed: frozenset[str] = frozenset()
    """The viewer's own reactions."""
    promoted: int | None = None

    @property
    def url(self) -> str:
        """Address of its page."""
        return entry_url(self.entry.id)

    @property
    def section_url(self) -> str:
        """Where in the article it belongs; empty without one that the viewer may read."""
        return (self.article.url + (f"#{self.entry.section}" if self.entry.section else "")) if self.article else ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of cards. ``next`` is where the following page begins; empty at the end."""

    cards: tuple[Card, ...]
    next: str
    followed: Followed = field(default_factory=Followed)


class Reading:
    """The feed and single entries, for whoever asks."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._articles = ArticleService(db)

    def feed(self, viewer: Viewer, lang: Lang, wanted: Wanted, *, size: int = PAGE_SIZE) -> Feed:
        """A page of the feed. As many statements for ten entries as for ten thousand. Raises InvalidInput for a wrong ``after``."""
        with self._db.read() as session:
            followed = followed_by(session, viewer)
            statement = _ordered(select(Entry).where(*_conditions(viewer, wanted, followed)), wanted)
            rows = list(session.scalars(statement.limit(size + 1)))
            cards = self.cards(session, viewer, lang, rows[:size])
        return Feed(tuple(cards), _cursor(rows[size - 1], wanted.order) if len(rows) > size else "", followed)

    def sections(self, article: ArticleCard) -> dict[str, str]:
        """Id → heading of an article's sections, in order: what its entries can be narrowed to."""
        with self._db.read() as session:
            return {s.id: s.heading for s in sections_of(session, article.slug, article.lang) if s.id and s.heading}

    def has_section(self, wanted: Wanted) -> bool:
        """Whether entries of the article belong to that section: it may have gone since they were written."""
        with self._db.read() as session:
            return bool(session.scalar(select(exists().where(Entry.slug == wanted.slug, Entry.section == wanted.section))))

    def card(self, viewer: Viewer, lang: Lang, number: int) -> Card:
        """One entry. Raises NotFound."""
        with self._db.read() as session:
            return self.cards(session, viewer, lang, [entry_for(session, viewer, number)])[0]

    def cards(self, session: Session, viewer: Viewer, lang: Lang, rows: Sequence[Entry]) -> list[Card]:
        """What goes with these entries: one query for each kind of thing. Whether the viewer may see them is for the caller to ask."""
        ids = [r.id for r in rows]
        names = names_of(session, {r.user_id for r in rows if r.user_id is not None and not r.unnamed})
        teams = team_names(session, {r.team for r in rows if r.team and not r.unnamed})
        tags = _grouped(session.execute(select(Tag.entry_id, Tag.tag).where(Tag.entry_id.in_(ids)).order_by(Tag.tag)).tuples())
        mine = select(Reaction.entry_id, Reaction.kind).where(Reaction.entry_id.in_(ids), Reaction.user_id == viewer.id)
        pressed = _grouped(session.execute(mine).tuples())
        accepted = select(Promotion.entry_id, Promotion.proposal_id).where(Promotion.entry_id.in_(ids), Promotion.state == ACCEPTED)
        promoted = dict(session.execute(accepted).tuples().all())
        articles = {c.slug: c for c in self._articles.cards({r.slug for r in rows if r.slug}, lang, viewer)}
        return [
            Card(
                entry=r, article=articles.get(r.slug), mine=r.user_id is not None and r.user_id == viewer.id,
                writer="" if r.unnamed else names.get(r.user_id or 0, ""), team="" if r.unnamed else teams.get(r.team, ""),
                tags=tuple(tags.get(r.id, ())), pressed=frozenset(pressed.get(r.id, ())), promoted=promoted.get(r.id),
            )
            for r in rows
        ]  # fmt: skip


def light(feed: Feed, order: Order, room: int = ROOM) -> Feed:
    """As much of the page as ``room`` bytes hold, one card at least: a few long lines make as heavy a page as many short ones."""
    used = 0
    for n, card in enumerate(feed.cards):
        used += _weight(card)
        if n and used > room:
            return replace(feed, cards=feed.cards[:n], next=_cursor(feed.cards[n - 1].entry, order))
    return feed


def _weight(card: Card) -> int:
    """Bytes of a card on the page: its words, its tags twice, once of them as an address, and what stands around them."""
    e = card.entry
    words = "".join([e.lesson, (e.result or e.action)[:CARD_RESULT], card.article.title if card.article else "", card.section_url])
    return 620 + len(words.encode()) + sum(60 + 4 * len(tag.encode()) for tag in card.tags[:CARD_TAGS])


def _conditions(viewer: Viewer, wanted: Wanted, followed: Followed) -> list[ColumnElement[bool]]:
    found = [Entry.user_id == viewer.id] if wanted.mine else [Entry.state == SHOWN, within_reach(viewer)]
    for column, value in ((Entry.slug, wanted.slug), (Entry.section, wanted.section), (Entry.kind, wanted.kind), (Entry.lang, wanted.lang)):
        if value:
            found.append(column == value)
    if wanted.team:
        found.append(and_(Entry.team == wanted.team, Entry.unnamed.is_(False)))
    if wanted.tag:
        found.append(_tagged([wanted.tag]))
    if wanted.followed:
        found.append(is_followed(followed))
    if wanted.since is not None:
        found.append(Entry.at >= wanted.since)
    if wanted.before is not None:
        found.append(Entry.at < wanted.before)
    return found


def is_followed(followed: Followed) -> ColumnElement[bool]:
    """Condition of a query over entries: they come from something that is followed."""
    return or_(
        Entry.slug.in_(followed.articles),
        and_(Entry.team.in_(followed.teams), Entry.unnamed.is_(False)),
        Entry.id.in_(followed.entries),
        _tagged(followed.tags),
    )


def _tagged(tags: Iterable[str]) -> ColumnElement[bool]:
    return exists().where(Tag.entry_id == Entry.id, Tag.tag.in_(sorted(tags)))


def _ordered(statement: Select[Any], wanted: Wanted) -> Select[Any]:
    column = Entry.uses if wanted.order == "used" else Entry.at
    statement = statement.order_by(column.desc(), Entry.id.desc())
    if not wanted.after:
        return statement
    found = _CURSOR.fullmatch(wanted.after)
    if found is None or (wanted.order == "used" and len(found[1]) > 9):
        raise InvalidInput(Text("没有这一页", "There is no such page"))
    place = int(found[1])
    return statement.where(tuple_(column, Entry.id) < (place if wanted.order == "used" else moment(place), int(found[2])))


def _cursor(row: Entry, order: Order) -> str:
    return f"{row.uses if order == 'used' else micros(row.at)}-{row.id}"


def micros(at: datetime) -> int:
    """Microseconds since 1970 UTC, exactly."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def moment(number: int) -> datetime:
    """The other way round."""
    return _EPOCH + timedelta(microseconds=number)


def _grouped(pairs: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for number, value in pairs:
        found.setdefault(number, []).append(value)
    return found


__all__ = ["Card", "Feed", "Reading", "Wanted", "readable", "seen_by"]
