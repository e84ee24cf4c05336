"""For leads: which practices draw lessons, which lessons are used, where what happened contradicts the article. Counts, never names."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from sqlalchemy import and_, case, func, select

from kbplatform.sdk import ArticleService, headings_of, utcnow
from kbplatform_experience.models import Entry, Promotion, Reaction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from kbplatform.sdk import ArticleCard, Database, Lang, Viewer

WINDOWS = (30, 90, 365, 0)
"""Days looked back over; 0 is everything."""
WEEKS = 12
MOST_LESSONS = 10
READY_AFTER = 3
"""Uses that helped, after which a lesson is worth putting into the article."""
MOST_SPOTS = 20


@dataclass(frozen=True, slots=True)
class PracticeRow:
    """What one article drew. ``card`` is None for entries that belong to no article."""

    card: ArticleCard | None
    entries: int
    failed: int
    questions: int
    writers: int
    uses: int
    helped: int
    useless: int
    """Uses that did not help."""
    thanks: int
    in_article: int


@dataclass(frozen=True, slots=True)
class Spot:
    """A section that experience speaks against: ways that failed there, and its lessons that did not help."""

    card: ArticleCard
    section: str
    heading: str
    failed: int
    useless: int
    helped: int
    lessons: tuple[tuple[int, str, str], ...]
    """Number, language and line of the newest entries that say so."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """An entry by how it was used."""

    number: int
    lang: str
    lesson: str
    card: ArticleCard | None
    uses: int
    helped: int
    useless: int
    promoted: str
    """State of its proposal; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Insight:
    """The figures of one window. ``weeks`` are the Mondays of the last twelve weeks with entries written and uses in them."""

    practices: tuple[PracticeRow, ...]
    spots: tuple[Spot, ...]
    most_used: tuple[Lesson, ...]
    ready: tuple[Lesson, ...]
    weeks: tuple[tuple[datetime, int, int], ...]

    @property
    def total(self) -> int:
        """Entries in the window."""
        return sum(row.entries for row in self.practices)


def insight(db: Database, viewer: Viewer, lang: Lang, *, days: int = 90, now: datetime | None = None) -> Insight:
    """The figures over the last ``days`` (0: of all time), samples left out, of articles that ``viewer`` may read."""
    now = now or utcnow()
    since = now - timedelta(days=days) if days else datetime(2000, 1, 1, tzinfo=now.tzinfo)
    with db.read() as session:
        slugs = set(session.scalars(select(Entry.slug).where(Entry.slug != "").distinct()))
    cards = {card.slug: card for card in ArticleService(db).cards(slugs, lang, viewer)}
    with db.read() as session:
        lessons = _lessons(session, since, cards)
        used = [x for x in lessons if x.uses]
        return Insight(
            practices=_practices(session, since, cards),
            spots=_spots(session, since, cards, lang),
            most_used=tuple(sorted(used, key=lambda x: (-x.uses, x.number))[:MOST_LESSONS]),
            ready=tuple(sorted((x for x in lessons if _is_ready(x)), key=lambda x: (-x.helped, x.number))[:MOST_LESSONS]),
            weeks=_weeks(session, now, cards),
        )


def _is_ready(lesson: Lesson) -> bool:
    return lesson.card is not None and lesson.helped >= READY_AFTER and lesson.helped > 2 * lesson.useless and lesson.promoted in {"", "declined"}


def _among(cards: Mapping[str, ArticleCard]) -> tuple[Any, ...]:
    return (Entry.state == "shown", ~Entry.sample, Entry.slug.in_([*cards, ""]))


def _count(condition: Any) -> Any:  # noqa: ANN401 - expressions of SQLAlchemy
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _practices(session: Session, since: datetime, cards: Mapping[str, ArticleCard]) -> tuple[PracticeRow, ...]:
    written = session.execute(
        select(
            Entry.slug, func.count(), _count(Entry.kind == "failed"), _count(Entry.kind == "question"), func.count(Entry.user_id.distinct()),
            _count(Promotion.state == "accepted"),
        )
        .outerjoin(Promotion, Promotion.entry_id == Entry.id)
        .where(*_among(cards), Entry.at >= since)
        .group_by(Entry.slug)
    ).tuples()  # fmt: skip
    reacted = session.execute(
        select(
            Entry.slug, _count(Reaction.kind == "used"), _count(Reaction.helped.is_(True)), _count(Reaction.helped.is_(False)),
            _count(Reaction.kind == "thanks"),
        )
        .join(Reaction, Reaction.entry_id == Entry.id)
        .where(*_among(cards), Reaction.at >= since)
        .group_by(Entry.slug)
    ).tuples()  # fmt: skip
    writing = {slug: figures for slug, *figures in written}
    using = {slug: figures for slug, *figures in reacted}
    rows = []
    for slug in writing.keys() | using.keys():
        entries, failed, questions, writers, in_article = writing.get(slug, (0,) * 5)
        uses, helped, useless, thanks = using.get(slug, (0,) * 4)
        rows.append(PracticeRow(cards.get(slug), entries, failed, questions, writers, uses, helped, useless, thanks, in_article))
    return tuple(sorted(rows, key=lambda r: (-r.entries, -r.uses, r.card.slug if r.card else "~")))


def _spots(session: Session, since: datetime, cards: Mapping[str, ArticleCard], lang: Lang) -> tuple[Spot, ...]:
    failed = session.execute(
        select(Entry.slug, Entry.section, func.count()).where(*_among(cards), Entry.at >= since, Entry.kind == "failed", Entry.slug != "")
        .group_by(Entry.slug, Entry.section)
    ).tuples()  # fmt: skip
    judged = session.execute(
        select(Entry.slug, Entry.section, _count(Reaction.helped.is_(False)), _count(Reaction.helped.is_(True)))
        .join(Reaction, Reaction.entry_id == Entry.id)
        .where(*_among(cards), Reaction.at >= since, Entry.slug != "")
        .group_by(Entry.slug, Entry.section)
    ).tuples()
    failures = {(slug, section): n for slug, section, n in failed}
    useless = {(slug, section): (bad, good) for slug, section, bad, good in judged}
    places = [p for p in failures.keys() | useless.keys() if failures.get(p, 0) + useless.get(p, (0, 0))[0]]
    places.sort(key=lambda p: (-failures.get(p, 0) - useless.get(p, (0, 0))[0], p))
    places = places[:MOST_SPOTS]
    said: defaultdict[tuple[str, str], list[tuple[int, str, str]]] = defaultdict(list)
    rows = session.execute(
        select(Entry.slug, Entry.section, Entry.id, Entry.lang, Entry.lesson)
        .where(*_among(cards), Entry.kind == "failed", Entry.at >= since, Entry.slug.in_({slug for slug, _ in places}))
        .order_by(Entry.id.desc())
        .limit(10 * MOST_SPOTS)
    )
    for slug, section, number, language, lesson in rows:
        if len(said[slug, section]) < 3:
            said[slug, section].append((number, language, lesson))
    headings = headings_of(session, (slug for slug, _ in places), lang)
    return tuple(
        Spot(cards[slug], section, headings.get(slug, {}).get(section, ""), failures.get((slug, section), 0), *useless.get((slug, section), (0, 0)),
             tuple(said[slug, section]))
        for slug, section in places
    )  # fmt: skip


def _lessons(session: Session, since: datetime, cards: Mapping[str, ArticleCard]) -> list[Lesson]:
    """Those used in the window, by what was said of the uses."""
    uses, helped, useless = _count(Reaction.kind == "used"), _count(Reaction.helped.is_(True)), _count(Reaction.helped.is_(False))
    rows = session.execute(
        select(Entry.id, Entry.lang, Entry.lesson, Entry.slug, uses, helped, useless, func.coalesce(Promotion.state, ""))
        .join(Reaction, Reaction.entry_id == Entry.id)
        .outerjoin(Promotion, Promotion.entry_id == Entry.id)
        .where(*_among(cards), Reaction.at >= since, Reaction.kind == "used")
        .group_by(Entry.id, Entry.lang, Entry.lesson, Entry.slug, Promotion.state)
    ).tuples()
    return [Lesson(number, language, lesson, cards.get(slug), *figures) for number, language, lesson, slug, *figures in rows]


def _weeks(session: Session, now: datetime, cards: Mapping[str, ArticleCard]) -> tuple[tuple[datetime, int, int], ...]:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    first = today - timedelta(days=today.weekday(), weeks=WEEKS - 1)
    starts = [first + timedelta(weeks=i) for i in range(WEEKS + 1)]
    written = session.execute(select(*_by_week(Entry.at, starts)).where(*_among(cards), Entry.at >= first)).one()
    used = session.execute(
        select(*_by_week(Reaction.at, starts))
        .join(Entry, Entry.id == Reaction.entry_id)
        .where(*_among(cards), Reaction.kind == "used", Reaction.at >= first)
    ).one()
    return tuple(zip(starts[:-1], written, used, strict=True))


def _by_week(at: Any, starts: list[datetime]) -> list[Any]:  # noqa: ANN401 - columns
    """A count for each week: the database counts, whatever it keeps moments as."""
    return [_count(and_(at >= begins, at < ends)) for begins, ends in pairwise(starts)]


def share(part: int, whole: int) -> Markup:
    """A bar as wide as ``part`` of ``whole``, as SVG without style; the figure stands beside it."""
    width = round(100 * part / whole) if whole else 0
    return Markup(f'<svg class="xc-bar" aria-hidden="true" viewBox="0 0 100 8" preserveAspectRatio="none"><path d="M0 0H{width}V8H0Z"></path></svg>')  # noqa: S704 - digits
